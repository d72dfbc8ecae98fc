// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections to a host over IPv6: the same rules as over IPv4 (support_rows_wake.c), sources by
 * prefixes of IPv6.
 */
#include "support_row.h"

#define TO_HOST PROXY, PEER, TCP, PEER_IP6, HOST_IP6, 22, 40000
#define CONNECT(...) IP6(TO_HOST, .flags = SYN, __VA_ARGS__)
#define DATAGRAM(...) IP6(PROXY, PEER, UDP, PEER_IP6, HOST_IP6, 53, 40000, __VA_ARGS__)
#define SYN_FROM(where) IP6(PROXY, PEER, TCP, where, HOST_IP6, 22, 40000, .flags = SYN)
#define SETUP(...) .setup = { .host.state = ASLEEP, __VA_ARGS__ }
#define SLEEPER SETUP()
#define RULES(...) SETUP(.rules = { __VA_ARGS__ })
#define SOURCES(...) SETUP(.sources = { __VA_ARGS__ })
#define DNS_WAKES RULES(RULE(HOST, UDP, 53, WAKE))
#define WOKEN EXPECT(OUTCOME_WAKE_SENT, TX, WAKING), .report = REPORT_CONNECTION
#define NOISE(outcome) EXPECT(OUTCOME_WAKE_##outcome, DROP, ASLEEP)
#define PORT_DENIED NOISE(PORT_DENIED)
#define SENDER_DENIED NOISE(SOURCE_DENIED)
#define ALL_HOSTS NO_MAC
/* The networks of PEER_IP6. */
#define DOCUMENTATION 0x20, 0x01, 0x0d, 0xb8
#define SUBNET DOCUMENTATION, 0, 7, 0, 0
#define ALL_OF_PEER SUBNET, 0x00, 0xc0, 0xc1, 0xff, 0xfe, 0xc2, 0xc3, 0xc4

static const struct row rows[] = {
	{ "a SYN over IPv6 wakes", SLEEPER, .in = CONNECT(), WOKEN },
	{ "a SYN over IPv6 to the host's MAC wakes", SLEEPER,
	  .in = IP6(HOST, PEER, TCP, PEER_IP6, HOST_IP6, 22, 40000, .flags = SYN), WOKEN },
	{ "a SYN to the link-local address wakes, and the report says which", SLEEPER,
	  .in = IP6(PROXY, PEER, TCP, PEER_IP6, HOST_IP6_2, 443, 50000, .flags = SYN), WOKEN },
	{ "a SYN over IPv6 from beyond the router wakes, and the report says who", SLEEPER,
	  .in = IP6(PROXY, PEER, TCP, UNKNOWN_IP6, HOST_IP6, 65535, 1, .flags = SYN, .ttl = 1),
	  WOKEN },
	{ "a SYN over IPv6 wakes in host mode", SETUP(.machine = ANSWERS_AS_HOST),
	  .in = IP6(HOST, PEER, TCP, PEER_IP6, HOST_IP6, 22, 40000, .flags = SYN), WOKEN },
	{ "a SYN over IPv6 wakes on a router", SETUP(.machine = ROUTER6), .in = CONNECT(), WOKEN },
	{ "a SYN over IPv6 that offers ECN wakes", SLEEPER,
	  .in = IP6(TO_HOST, .flags = SYN | ECE | CWR), WOKEN },
	{ "a SYN over IPv6 with data wakes", SLEEPER, .in = CONNECT(.data = 101), WOKEN },
	{ "a SYN over IPv6 that fills the largest frame wakes", SLEEPER,
	  .in = CONNECT(.data = 1440), WOKEN },
	{ "a SYN over IPv6 with TCP options wakes", SLEEPER,
	  .in = CONNECT(.tcp_words = 15, .data = 40, .flow = 0x12345), WOKEN },
	{ "the host's own interface wakes it over IPv6",
	  .setup.host = { .state = ASLEEP, .ifindex = TESTBED_IFINDEX }, .in = CONNECT(), WOKEN },
	{ "a datagram over IPv6 does not wake", SLEEPER, .in = DATAGRAM(.data = 20), PORT_DENIED },
	{ "a SYN over IPv6 to a waking host is consumed", .setup.host.state = WAKING,
	  .in = CONNECT(), EXPECT(OUTCOME_WAKE_IN_PROGRESS, DROP, WAKING) },
	{ "a datagram over IPv6 to a waking host is consumed", .setup.host.state = WAKING,
	  .in = DATAGRAM(.data = 20), EXPECT(OUTCOME_WAKE_IN_PROGRESS, DROP, WAKING) },
	{ "a SYN over IPv6 without room to report it wakes all the same", SETUP(.ring_full = true),
	  .in = CONNECT(), EXPECT(OUTCOME_WAKE_SENT, TX, WAKING) },
	{ "where the daemon sends all Magic Packets a SYN over IPv6 is consumed",
	  .setup.host = { .state = ASLEEP, .flags = HOST_MAGIC_BY_DAEMON }, .in = CONNECT(),
	  EXPECT(OUTCOME_WAKE_STARTED, DROP, WAKING), .report = REPORT_CONNECTION },
	{ "where the daemon sends them, a SYN over IPv6 without room to report it wakes",
	  .setup = { .ring_full = true,
	             .host = { .state = ASLEEP, .flags = HOST_MAGIC_BY_DAEMON } },
	  .in = CONNECT(), EXPECT(OUTCOME_WAKE_RING_FULL, DROP, WAKING) },

	{ "noise over IPv6: a wrong TCP checksum", SLEEPER, .in = CONNECT(.checksum = WRONG),
	  NOISE(CHECKSUM) },
	{ "noise over IPv6: a wrong checksum after extension headers, of an odd length", SLEEPER,
	  .in = CONNECT(.checksum = WRONG, .extensions = { HOP_BY_HOP, DESTINATION }, .data = 7),
	  NOISE(CHECKSUM) },
	{ "noise over IPv6: a wrong checksum of the largest frame", SLEEPER,
	  .in = CONNECT(.checksum = WRONG, .data = 1440), NOISE(CHECKSUM) },
	{ "noise over IPv6: TCP without a checksum", SLEEPER, .in = CONNECT(.checksum = ABSENT),
	  NOISE(CHECKSUM) },
	{ "noise over IPv6: a wrong UDP checksum", DNS_WAKES,
	  .in = DATAGRAM(.checksum = WRONG, .data = 20), NOISE(CHECKSUM) },
	{ "noise over IPv6: UDP without a checksum (RFC 8200, 8.1)", DNS_WAKES,
	  .in = DATAGRAM(.checksum = ABSENT, .data = 20), NOISE(CHECKSUM) },
	{ "noise over IPv6: UDP without a checksum, though 0 is the sum", DNS_WAKES,
	  .in = DATAGRAM(.checksum = SUM_OF_0, .data = 20), NOISE(CHECKSUM) },
	{ "noise over IPv6: a first fragment of UDP without a checksum", DNS_WAKES,
	  .in = DATAGRAM(.checksum = ABSENT, .extensions = { FIRST_FRAGMENT }, .data = 20),
	  NOISE(CHECKSUM) },
	{ "TCP over IPv6 with a checksum of 0 that is right wakes", SLEEPER,
	  .in = CONNECT(.checksum = SUM_OF_0, .data = 20), WOKEN },
	{ "a checksum over IPv6 that is left to the network card wakes", SLEEPER,
	  .in = CONNECT(.checksum = PARTIAL, .data = 33), WOKEN },
	{ "a checksum of UDP over IPv6 that is left to the network card wakes", DNS_WAKES,
	  .in = DATAGRAM(.checksum = PARTIAL, .data = 20), WOKEN },
	{ "of a first fragment over IPv6 no checksum is known", SLEEPER,
	  .in = CONNECT(.checksum = WRONG, .extensions = { FIRST_FRAGMENT }, .data = 4), WOKEN },
	{ "UDP over IPv6 with more octets than its length wakes", DNS_WAKES,
	  .in = DATAGRAM(.data = 20, .udp_length = 8, .checksum = PARTIAL), WOKEN },

	{ "noise over IPv6: a hop limit of 0", SLEEPER, .in = CONNECT(.ttl_over = true),
	  NOISE(ZERO) },
	{ "noise over IPv6: from port 0", SLEEPER,
	  .in = IP6(PROXY, PEER, TCP, PEER_IP6, HOST_IP6, 22, 0, .flags = SYN), NOISE(ZERO) },
	{ "noise over IPv6: to port 0", SLEEPER,
	  .in = IP6(PROXY, PEER, TCP, PEER_IP6, HOST_IP6, 0, 40000, .flags = SYN), NOISE(ZERO) },
	{ "noise over IPv6: from ::", SLEEPER, .in = SYN_FROM(NO_IP), NOISE(SOURCE_INVALID) },
	{ "noise over IPv6: from the loopback", SLEEPER, .in = SYN_FROM(LOOPBACK_IP6),
	  NOISE(SOURCE_INVALID) },
	{ "noise over IPv6: from a multicast address", SLEEPER, .in = SYN_FROM(MULTICAST_IP6),
	  NOISE(SOURCE_INVALID) },
	{ "noise over IPv6: from an IPv4 address", SLEEPER, .in = SYN_FROM(MAPPED_IP6),
	  NOISE(SOURCE_INVALID) },
	{ "noise over IPv6: from the address to which it goes", SLEEPER, .in = SYN_FROM(HOST_IP6),
	  EXPECT(OUTCOME_IPV6_IGNORED, DROP, ASLEEP) },
	{ "noise over IPv6: from another address of the host", SLEEPER, .in = SYN_FROM(HOST_IP6_2),
	  NOISE(SOURCE_INVALID) },
	{ "a SYN from an address that is zero but for its first octet wakes", SLEEPER,
	  .in = SYN_FROM(ZERO_BUT_IP6_1), WOKEN },
	{ "a SYN from an address that is zero but for an octet in its middle wakes", SLEEPER,
	  .in = SYN_FROM(ZERO_BUT_IP6_2), WOKEN },
	{ "a SYN from an address that is zero but for its last octet wakes", SLEEPER,
	  .in = SYN_FROM(ZERO_BUT_IP6_3), WOKEN },
	{ "a SYN from another host's IPv6 address wakes", SLEEPER, .in = SYN_FROM(SECOND_IP6),
	  WOKEN },
	{ "a SYN from the proxy's machine over IPv6 wakes", SLEEPER, .in = SYN_FROM(OWN_IP6),
	  WOKEN },
	{ "noise over IPv6: a rule that denies comes first",
	  RULES(RULE(HOST, TCP, 22, WAKE_IGNORE)), .in = CONNECT(.checksum = WRONG), PORT_DENIED },

	{ "rule over IPv6: the host's for the port", RULES(RULE(HOST, TCP, 22, WAKE_IGNORE)),
	  .in = CONNECT(), PORT_DENIED },
	{ "rule over IPv6: behind extension headers the port is the same",
	  RULES(RULE(HOST, TCP, 22, WAKE_IGNORE)),
	  .in = CONNECT(.extensions = { DESTINATION_LONG }), PORT_DENIED },
	{ "rule over IPv6: another port's does not apply", RULES(RULE(HOST, TCP, 23, WAKE_IGNORE)),
	  .in = CONNECT(), WOKEN },
	{ "rule over IPv6: all hosts' for everything", RULES(RULE(ALL_HOSTS, 0, 0, WAKE_IGNORE)),
	  .in = CONNECT(), PORT_DENIED },
	{ "rule over IPv6: UDP wakes if the host has its port", DNS_WAKES,
	  .in = DATAGRAM(.data = 20), WOKEN },
	{ "rule over IPv6: UDP does not wake for another port", RULES(RULE(HOST, UDP, 5353, WAKE)),
	  .in = DATAGRAM(.data = 20), PORT_DENIED },
	{ "rule over IPv6: an unknown protocol wakes nobody", RULES(RULE(HOST, 0, 0, WAKE)),
	  .in = IP6(PROXY, PEER, GRE, PEER_IP6, HOST_IP6, .data = 32),
	  EXPECT(OUTCOME_IPV6_IGNORED, DROP, ASLEEP) },

	{ "source over IPv6: one address is denied",
	  SOURCES(SOURCE6(HOST, 128, SOURCE_DENY, ALL_OF_PEER)), .in = CONNECT(), SENDER_DENIED },
	{ "source over IPv6: a neighbouring address's does not apply",
	  SOURCES(SOURCE6(HOST, 128, SOURCE_DENY, SUBNET, 0, 0xc0, 0xc1, 0xff, 0xfe, 0xc2, 0xc3,
	                  0xc5)),
	  .in = CONNECT(), WOKEN },
	{ "source over IPv6: a subnet is denied", SOURCES(SOURCE6(HOST, 64, SOURCE_DENY, SUBNET)),
	  .in = CONNECT(), SENDER_DENIED },
	{ "source over IPv6: another subnet's does not apply",
	  SOURCES(SOURCE6(HOST, 64, SOURCE_DENY, DOCUMENTATION, 0, 8)), .in = CONNECT(), WOKEN },
	{ "source over IPv6: the longest prefix allows",
	  SOURCES(SOURCE6(HOST, 32, SOURCE_DENY, DOCUMENTATION),
	          SOURCE6(HOST, 64, SOURCE_ALLOW, SUBNET)),
	  .in = CONNECT(), WOKEN },
	{ "source over IPv6: an allow list, by which all others are denied",
	  SOURCES(SOURCE6(HOST, 0, SOURCE_DENY, 0),
	          SOURCE6(HOST, 64, SOURCE_ALLOW, DOCUMENTATION, 0, 8)),
	  .in = CONNECT(), SENDER_DENIED },
	{ "source over IPv6: all of IPv4 is none of it",
	  SOURCES(SOURCE(HOST, 0, 0, 0, 0, 0, SOURCE_DENY)), .in = CONNECT(), WOKEN },
	{ "source over IPv6: all hosts deny", SOURCES(SOURCE6(ALL_HOSTS, 64, SOURCE_DENY, SUBNET)),
	  .in = CONNECT(), SENDER_DENIED },
	{ "source over IPv6: one of nobody's wakes nobody, though the host allows it",
	  SOURCES(SOURCE6(HOST, 128, SOURCE_ALLOW, ALL_OF_PEER),
	          SOURCE6(BROADCAST, 128, SOURCE_DENY, ALL_OF_PEER)),
	  .in = CONNECT(), NOISE(SOURCE_INVALID) },
	{ "source over IPv6: a datagram's is checked too",
	  SETUP(.rules = { RULE(HOST, UDP, 53, WAKE) },
	        .sources = { SOURCE6(HOST, 64, SOURCE_DENY, SUBNET) }),
	  .in = DATAGRAM(.data = 20), SENDER_DENIED },
	{ "source over IPv6: all addresses are IPv4's too",
	  SOURCES(SOURCE6(HOST, 0, SOURCE_DENY, 0)),
	  .in = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN), SENDER_DENIED },
};

ROWS(rows_wake6, rows);
