// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames of the host itself: it is awake, and any answer would be a conflict (RFC 5227, 2.1.1;
 * RFC 4862, 5.4).
 */
#include "support_row.h"

#define PROBE(from) ARP(BROADCAST, from, ARP_REQUEST, HOST, NO_IP, NO_MAC, HOST_IP)
#define ANNOUNCEMENT ARP(BROADCAST, HOST, ARP_REQUEST, HOST, HOST_IP, NO_MAC, HOST_IP)
#define REPLY(from) ARP(PROXY, from, ARP_REPLY, HOST, HOST_IP, PROXY, UNKNOWN_IP)
#define DAD ND(SOLICITATION, SOLICITED, HOST, NO_IP, SOLICITED_IP6, HOST_IP6)
#define SOLICIT(from, target) \
	ND(SOLICITATION, SOLICITED, from, HOST_IP6, SOLICITED_IP6, target, 0, \
	   { { SOURCE_LINK, 0, HOST } })
#define ADVERTISE(from) \
	ND(ADVERTISEMENT, PEER, from, HOST_IP6, PEER_IP6, HOST_IP6, SOLICITED_FLAG, \
	   { { TARGET_LINK, 0, HOST } })
#define SLEEPER .setup.host.state = ASLEEP
#define ARP_OFFLOAD(state_) .setup.host = { .state = state_, .flags = HOST_ARP_OFFLOAD }
#define NOW_AWAKE \
	EXPECT(OUTCOME_OWNER_AWAKE, PASS, AWAKE), .seen = true, .report = REPORT_OWNER_SEEN
#define UP(held_) .setup = { .host.state = AWAKE, .held = held_ }
#define RESET(from, to_port, flags_, ...) \
	IP(PROXY, from, TCP, HOST_IP, PEER_IP, to_port, 22, .flags = flags_, __VA_ARGS__)
#define RESET6(...) \
	IP6(PROXY, HOST, TCP, HOST_IP6, PEER_IP6, 40000, 22, .flags = RST | ACK, __VA_ARGS__)
#define REFUSAL(from) RESET(from, 40000, RST | ACK, .no_sequence = true)
#define KEPT EXPECT(OUTCOME_REFUSAL_KEPT, DROP, AWAKE), .seen = true
#define LET_PASS STILL_AWAKE(OUTCOME_IPV4_OTHER)
#define STILL_AWAKE(outcome) EXPECT(outcome, PASS, AWAKE), .seen = true

static const struct row rows[] = {
	{ "the owner's probe for its own address is never answered", SLEEPER, .in = PROBE(HOST),
	  NOW_AWAKE },
	{ "the owner's probe for its second address is never answered", SLEEPER,
	  .in = ARP(BROADCAST, HOST, ARP_REQUEST, HOST, NO_IP, NO_MAC, HOST_IP2), NOW_AWAKE },
	{ "the owner's probe during a wake is never answered", .setup.host.state = WAKING,
	  .in = PROBE(HOST), NOW_AWAKE },
	{ "the owner's probe in host mode is never answered",
	  .setup = { .machine = ANSWERS_AS_HOST, .host.state = ASLEEP }, .in = PROBE(HOST),
	  NOW_AWAKE },
	{ "the owner's announcement is its own, and no claim", SLEEPER, .in = ANNOUNCEMENT,
	  NOW_AWAKE },
	{ "the owner requests the gateway's MAC", SLEEPER,
	  .in = ARP(BROADCAST, HOST, ARP_REQUEST, HOST, HOST_IP, NO_MAC, UNKNOWN_IP), NOW_AWAKE },
	{ "the owner requests another sleeper's MAC",
	  .setup = { .host.state = ASLEEP, .second.state = ASLEEP },
	  .in = ARP(BROADCAST, HOST, ARP_REQUEST, HOST, HOST_IP, NO_MAC, SECOND_IP), NOW_AWAKE },
	{ "the owner answers an ARP request", SLEEPER, .in = REPLY(HOST), NOW_AWAKE },
	{ "the owner sends ARP that is malformed", SLEEPER,
	  .in = ARP(BROADCAST, HOST, 7, HOST, HOST_IP, NO_MAC, HOST_IP), NOW_AWAKE },
	{ "the owner sends IPv4", SLEEPER,
	  .in = IP(PROXY, HOST, TCP, HOST_IP, PEER_IP, 80, .flags = SYN), NOW_AWAKE },
	{ "the owner sends DHCP from no address", SLEEPER,
	  .in = IP(BROADCAST, HOST, UDP, NO_IP, UNKNOWN_IP, 67, 68), NOW_AWAKE },
	{ "the owner sends IPv4 to another sleeper",
	  .setup = { .host.state = ASLEEP, .second.state = ASLEEP },
	  .in = IP(PROXY, HOST, TCP, HOST_IP, SECOND_IP, 22, .flags = SYN), NOW_AWAKE },
	{ "the owner sends IPv6", SLEEPER, .in = FRAME(GROUP, HOST, TYPE_IPV6), NOW_AWAKE },
	{ "the owner sends an unknown EtherType", SLEEPER, .in = FRAME(GROUP, HOST, TYPE_LLDP),
	  NOW_AWAKE },
	{ "the owner sends an IEEE 802.3 length", SLEEPER, .in = FRAME(GROUP, HOST, 46),
	  NOW_AWAKE },
	{ "a drowsy owner is awake again", .setup.host.state = DROWSY,
	  .in = FRAME(GROUP, HOST, TYPE_IPV6), NOW_AWAKE },
	{ "the owner replaces an unknown state", .setup.host.state = 77, .in = PROBE(HOST),
	  NOW_AWAKE },
	{ "the owner is awake in any VLAN", .setup.host = { .state = ASLEEP, .vlan = 9 },
	  .in = PROBE(HOST), NOW_AWAKE },
	{ "the owner is awake on any interface",
	  .setup.host = { .state = ASLEEP, .ifindex = TESTBED_IFINDEX + 1 }, .in = PROBE(HOST),
	  NOW_AWAKE },
	{ "the owner is awake even while the heartbeat is old",
	  .setup = { .beat = OLD, .host.state = ASLEEP }, .in = PROBE(HOST), NOW_AWAKE },
	{ "the owner is awake even without room to report it",
	  .setup = { .ring_full = true, .host.state = ASLEEP }, .in = PROBE(HOST),
	  EXPECT(OUTCOME_OWNER_AWAKE, PASS, AWAKE), .seen = true },
	{ "a waking owner is awake even without room to report it",
	  .setup = { .ring_full = true, .host.state = WAKING }, .in = PROBE(HOST),
	  EXPECT(OUTCOME_OWNER_AWAKE, PASS, AWAKE), .seen = true },

	{ "behind a repeater, the owner's probe is never answered", SLEEPER, .in = PROBE(REPEATER),
	  NOW_AWAKE },
	{ "behind a repeater, the owner's announcement is no claim", SLEEPER,
	  .in = ARP(BROADCAST, REPEATER, ARP_REQUEST, HOST, HOST_IP, NO_MAC, HOST_IP), NOW_AWAKE },
	{ "behind a repeater, the owner's reply is no claim", SLEEPER, .in = REPLY(REPEATER),
	  NOW_AWAKE },
	{ "behind a repeater, an awake owner is seen", .setup.host.state = AWAKE,
	  .in = PROBE(REPEATER), STILL_AWAKE(OUTCOME_ARP_OTHER) },

	{ "a NIC that answers ARP in its sleep is no sign of life", ARP_OFFLOAD(ASLEEP),
	  .in = REPLY(HOST), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, ASLEEP) },
	{ "a NIC that answers ARP in its sleep leaves the host drowsy", ARP_OFFLOAD(DROWSY),
	  .in = REPLY(HOST), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, DROWSY) },
	{ "a NIC that answers ARP in its sleep does not end a wake", ARP_OFFLOAD(WAKING),
	  .in = REPLY(HOST), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, WAKING) },
	{ "behind a repeater, a NIC that answers is no sign of life either", ARP_OFFLOAD(ASLEEP),
	  .in = REPLY(REPEATER), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, ASLEEP) },
	{ "a NIC that answers ARP sends no request by itself", ARP_OFFLOAD(ASLEEP),
	  .in = PROBE(HOST), NOW_AWAKE },
	{ "a NIC that answers ARP announces nothing by itself", ARP_OFFLOAD(ASLEEP),
	  .in = ANNOUNCEMENT, NOW_AWAKE },
	{ "a NIC that answers ARP sends no IPv4 by itself", ARP_OFFLOAD(ASLEEP),
	  .in = IP(PROXY, HOST, ICMP, HOST_IP, PEER_IP), NOW_AWAKE },
	{ "the reply of an awake host with such a NIC is its own", ARP_OFFLOAD(AWAKE),
	  .in = REPLY(HOST), STILL_AWAKE(OUTCOME_ARP_OTHER) },

	{ "in host mode what was announced for a sleeper, and comes back, is no sign of life",
	  .setup = { .machine = ANSWERS_AS_HOST, .host.state = ASLEEP },
	  .in = ARP(BROADCAST, HOST, ARP_REQUEST, HOST, HOST_IP, PROXY, HOST_IP),
	  EXPECT(OUTCOME_ARP_OTHER, PASS, ASLEEP) },
	{ "in host mode the owner's announcement is one",
	  .setup = { .machine = ANSWERS_AS_HOST, .host.state = ASLEEP }, .in = ANNOUNCEMENT,
	  NOW_AWAKE },
	{ "what this machine tells of a sleeper, and comes back, is no sign of life", SLEEPER,
	  .in = ARP(BROADCAST, PROXY, ARP_REPLY, HOST, HOST_IP, HOST, HOST_IP),
	  EXPECT(OUTCOME_ARP_OTHER, PASS, ASLEEP) },

	{ "an awake owner's probe passes", .setup.host.state = AWAKE, .in = PROBE(HOST),
	  STILL_AWAKE(OUTCOME_ARP_OTHER) },
	{ "an awake owner's IPv4 passes", .setup.host.state = AWAKE,
	  .in = IP(PROXY, HOST, TCP, HOST_IP, PEER_IP, 80, .flags = SYN),
	  STILL_AWAKE(OUTCOME_IPV4_OTHER) },
	{ "an awake owner's IPv6 passes", .setup.host.state = AWAKE,
	  .in = FRAME(GROUP, HOST, TYPE_IPV6), STILL_AWAKE(OUTCOME_IPV6_OTHER) },

	{ "an unknown host's IPv6 is not ours", SLEEPER, .in = FRAME(PROXY, PEER, TYPE_IPV6),
	  EXPECT(OUTCOME_IPV6_OTHER, PASS, ASLEEP) },
	{ "an unknown host's IEEE 802.3 length is not ours", SLEEPER, .in = FRAME(GROUP, PEER, 46),
	  EXPECT(OUTCOME_OTHER_PROTOCOL, PASS, ASLEEP) },
	{ "a MAC that is the host's but for one octet is not the owner", SLEEPER,
	  .in = FRAME(GROUP, NEAR_HOST3, TYPE_LLDP), EXPECT(OUTCOME_OTHER_PROTOCOL, PASS, ASLEEP) },

	{ "the owner's duplicate address detection is never answered", SLEEPER, .in = DAD,
	  NOW_AWAKE },
	{ "the owner's duplicate address detection during a wake is never answered",
	  .setup.host.state = WAKING, .in = DAD, NOW_AWAKE },
	{ "the owner's duplicate address detection in host mode is never answered",
	  .setup = { .machine = ANSWERS_AS_HOST, .host.state = ASLEEP }, .in = DAD, NOW_AWAKE },
	{ "it is awake by that even while the heartbeat is old",
	  .setup = { .beat = OLD, .host.state = ASLEEP }, .in = DAD, NOW_AWAKE },
	{ "an awake owner's duplicate address detection passes", .setup.host.state = AWAKE,
	  .in = DAD, STILL_AWAKE(OUTCOME_ND_OTHER) },
	{ "the owner solicits another sleeper",
	  .setup = { .host.state = ASLEEP, .second.state = ASLEEP },
	  .in = SOLICIT(HOST, SECOND_IP6), NOW_AWAKE },
	{ "the owner solicits with a wrong checksum", SLEEPER,
	  .in = IP6(SOLICITED, HOST, ICMPV6, HOST_IP6, SOLICITED_IP6, .icmp = SOLICITATION,
	            .nd = { PEER_IP6 }, .checksum = WRONG),
	  NOW_AWAKE },
	{ "the owner advertises its address", SLEEPER, .in = ADVERTISE(HOST), NOW_AWAKE },
	{ "the owner opens a connection over IPv6", SLEEPER,
	  .in = IP6(PROXY, HOST, TCP, HOST_IP6, PEER_IP6, 80, 40000, .flags = SYN), NOW_AWAKE },
	{ "an awake owner's solicitation passes", .setup.host.state = AWAKE,
	  .in = SOLICIT(HOST, UNKNOWN_IP6), STILL_AWAKE(OUTCOME_ND_OTHER) },

	{ "behind a repeater, the owner's solicitation is no claim", SLEEPER,
	  .in = SOLICIT(REPEATER, UNKNOWN_IP6), NOW_AWAKE },
	{ "behind a repeater, the owner's solicitation for itself is never answered", SLEEPER,
	  .in = SOLICIT(REPEATER, HOST_IP6), NOW_AWAKE },
	{ "behind a repeater, the owner's advertisement is no claim", SLEEPER,
	  .in = ADVERTISE(REPEATER), NOW_AWAKE },
	{ "behind a repeater, an awake owner's advertisement is its own", .setup.host.state = AWAKE,
	  .in = ADVERTISE(REPEATER), STILL_AWAKE(OUTCOME_ND_OTHER) },

	{ "a NIC that answers solicitations in its sleep is no sign of life", ARP_OFFLOAD(ASLEEP),
	  .in = ADVERTISE(HOST), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, ASLEEP) },
	{ "a NIC that answers solicitations leaves the host drowsy", ARP_OFFLOAD(DROWSY),
	  .in = ADVERTISE(HOST), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, DROWSY) },
	{ "a NIC that answers solicitations does not end a wake", ARP_OFFLOAD(WAKING),
	  .in = ADVERTISE(HOST), EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, WAKING) },
	{ "behind a repeater, a NIC that answers solicitations is no sign of life either",
	  ARP_OFFLOAD(ASLEEP), .in = ADVERTISE(REPEATER),
	  EXPECT(OUTCOME_OWNER_OFFLOAD, PASS, ASLEEP) },
	{ "a NIC that answers solicits nothing by itself", ARP_OFFLOAD(ASLEEP),
	  .in = SOLICIT(HOST, UNKNOWN_IP6), NOW_AWAKE },
	{ "a NIC that answers does not detect duplicates", ARP_OFFLOAD(ASLEEP), .in = DAD,
	  NOW_AWAKE },
	{ "the advertisement of an awake host with such a NIC is its own", ARP_OFFLOAD(AWAKE),
	  .in = ADVERTISE(HOST), STILL_AWAKE(OUTCOME_ND_OTHER) },

	{ "a RST for a connection that was held is kept from the peer", UP(HELD),
	  .in = REFUSAL(HOST), KEPT },
	{ "over IPv6, too", UP(HELD), .in = RESET6(.no_sequence = true), KEPT },
	{ "not of a connection that was open", UP(HELD),
	  .in = RESET(HOST, 40000, RST | ACK, .no_sequence = false), LET_PASS },
	{ "nor without an acknowledgement", UP(HELD),
	  .in = RESET(HOST, 40000, RST, .no_sequence = true), LET_PASS },
	{ "nor of another port", UP(HELD), .in = RESET(HOST, 40001, RST | ACK, .no_sequence = true),
	  LET_PASS },
	{ "nor once it is no more sent again", UP(HELD_NO_MORE), .in = REFUSAL(HOST), LET_PASS },
	{ "nor of another host's connection", UP(HELD_OF_SECOND), .in = REFUSAL(HOST), LET_PASS },
	{ "nor without any", UP(NOT_HELD), .in = REFUSAL(HOST), LET_PASS },
	{ "nor from a MAC of no host", UP(HELD), .in = REFUSAL(REPEATER),
	  EXPECT(OUTCOME_IPV4_OTHER, PASS, AWAKE) },
	{ "a sleeper that sends one is awake", .setup = { .host.state = ASLEEP, .held = HELD },
	  .in = REFUSAL(HOST), NOW_AWAKE },
};

ROWS(rows_owner, rows);
