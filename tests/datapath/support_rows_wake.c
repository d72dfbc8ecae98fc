// SPDX-License-Identifier: GPL-2.0-or-later
/* Connections to a host under the built-in rule: TCP wakes, UDP does not, everybody may. */
#include "support_row.h"

#define TO_HOST PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000
#define CONNECT(...) IP(TO_HOST, .flags = SYN, __VA_ARGS__)
#define DATAGRAM(...) IP(PROXY, PEER, UDP, PEER_IP, HOST_IP, 53, 40000, __VA_ARGS__)
#define SLEEPER .world.host.state = ASLEEP
#define WOKEN THEN(wake_begun, DROP, WAKING), .report = REPORT_CONNECTION

static const struct row rows[] = {
	{ "a SYN wakes", SLEEPER, .in = CONNECT(), WOKEN },
	{ "a SYN to the host's MAC, which the switch has flooded, wakes", SLEEPER,
	  .in = IP(HOST, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN), WOKEN },
	{ "a SYN to the second address wakes, and the report says which", SLEEPER,
	  .in = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP2, 443, 50000, .flags = SYN), WOKEN },
	{ "a SYN from beyond the router wakes, and the report says who", SLEEPER,
	  .in = IP(PROXY, PEER, TCP, STRANGER_IP, HOST_IP, 65535, 1, .flags = SYN), WOKEN },
	{ "a SYN wakes in host mode", .world = { .machine = ANSWERS_AS_HOST, .host.state = ASLEEP },
	  .in = IP(HOST, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN), WOKEN },
	{ "a SYN wakes on a router", .world = { .machine = ROUTER, .host.state = ASLEEP },
	  .in = CONNECT(), WOKEN },
	{ "a SYN with ECN's offer wakes (RFC 3168, 6.1.1)", SLEEPER,
	  .in = IP(TO_HOST, .flags = SYN | ECE | CWR), WOKEN },
	{ "a SYN with data wakes", SLEEPER, .in = CONNECT(.data = 100), WOKEN },
	{ "a SYN that fills the largest frame wakes", SLEEPER, .in = CONNECT(.data = 1460), WOKEN },
	{ "a SYN behind one word of IP options wakes", SLEEPER, .in = CONNECT(.options = 4),
	  WOKEN },
	{ "a SYN behind all the IP options there can be wakes", SLEEPER,
	  .in = CONNECT(.options = 40), WOKEN },
	{ "an ACK behind IP options does not", SLEEPER,
	  .in = IP(TO_HOST, .flags = ACK, .options = 12), THEN(tcp_no_connection, DROP, ASLEEP) },
	{ "a first fragment wakes", SLEEPER, .in = CONNECT(.fragment = MORE_FRAGMENTS, .data = 4),
	  WOKEN },
	{ "an unfragmented SYN that must stay so wakes", SLEEPER,
	  .in = CONNECT(.fragment = DONT_FRAGMENT), WOKEN },
	{ "the interface that the host is bound to wakes it",
	  .world.host = { .state = ASLEEP, .ifindex = BENCH_IFINDEX }, .in = CONNECT(), WOKEN },
	{ "a datagram does not wake", SLEEPER, .in = DATAGRAM(.data = 20),
	  THEN(wake_not_listed, DROP, ASLEEP) },

	{ "a SYN to a waking host is swallowed", .world.host.state = WAKING, .in = CONNECT(),
	  THEN(wake_under_way, DROP, WAKING) },
	{ "a datagram to a waking host is swallowed", .world.host.state = WAKING,
	  .in = DATAGRAM(.data = 20), THEN(wake_under_way, DROP, WAKING) },
	{ "a SYN to a waking host asks for no rule",
	  .world = { .host.state = WAKING, .rules = { RULE(HOST, TCP, 22, WAKE_IGNORE) } },
	  .in = CONNECT(), THEN(wake_under_way, DROP, WAKING) },
	{ "a SYN to a waking host needs no room in the ring",
	  .world = { .ring_full = true, .host.state = WAKING }, .in = CONNECT(),
	  THEN(wake_under_way, DROP, WAKING) },
	{ "a SYN without room to report it leaves the host asleep",
	  .world = { .ring_full = true, .host.state = ASLEEP }, .in = CONNECT(),
	  THEN(wake_ring_full, DROP, ASLEEP) },

	{ "a SYN with TCP options wakes", SLEEPER, .in = CONNECT(.tcp_words = 15, .data = 40),
	  WOKEN },
	{ "a first fragment of UDP is shorter than UDP says",
	  .world = { .host.state = ASLEEP, .rules = { RULE(HOST, UDP, 53, WAKE) } },
	  .in = DATAGRAM(.fragment = MORE_FRAGMENTS, .data = 16, .udp_length = 3000), WOKEN },
};

ROWS(rows_wake, rows);
