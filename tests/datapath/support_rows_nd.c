// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Neighbor Solicitations for a sleeper, and claims of its address (RFC 4861, 7.1 and 7.2; RFC 4862,
 * 5.4). Those of the host itself are in support_rows_owner.c.
 */
#include "support_row.h"

#define SOLICIT(...) ND(SOLICITATION, __VA_ARGS__)
#define ADVERTISE(...) ND(ADVERTISEMENT, __VA_ARGS__)
#define OPTION(type, who) \
	{ \
		type, 0, who \
	}
#define SOURCE_MAC(who) \
	{ \
		OPTION(SOURCE_LINK, who) \
	}
#define TARGET_MAC(who) \
	{ \
		OPTION(TARGET_LINK, who) \
	}
#define FILL OPTION(NONCE, UNKNOWN)

#define FROM_PEER SOLICITED, PEER, PEER_IP6, SOLICITED_IP6
#define WHO_HAS SOLICIT(FROM_PEER, HOST_IP6, 0, SOURCE_MAC(PEER))
#define WHO_HAS_FROM(where) SOLICIT(SOLICITED, PEER, where, SOLICITED_IP6, HOST_IP6)
#define WHO_HAS_BY(options) SOLICIT(FROM_PEER, HOST_IP6, 0, options)
#define WHO_HAS_WITH(...) \
	IP6(SOLICITED, PEER, ICMPV6, PEER_IP6, SOLICITED_IP6, .icmp = SOLICITATION, \
	    .nd = { HOST_IP6, 0, SOURCE_MAC(PEER) }, __VA_ARGS__)
#define OPTIONS(...) \
	{ \
		__VA_ARGS__ \
	}
#define REFRESH(to) SOLICIT(to, PEER, PEER_IP6, HOST_IP6, HOST_IP6, 0, SOURCE_MAC(PEER))
#define PROBE WHO_HAS_FROM(NO_IP)

#define ANSWER(to, from, to_ip, target) \
	ADVERTISE(to, from, target, to_ip, target, SOLICITED_FLAG, TARGET_MAC(from))
#define ANSWERED(to, from, to_ip, target) \
	EXPECT(OUTCOME_ND_ANSWERED, TX, ASLEEP), .out = ANSWER(to, from, to_ip, target)
#define USUAL_ANSWER ANSWERED(PEER, PROXY, PEER_IP6, HOST_IP6)
#define DEFENDED(from) \
	EXPECT(OUTCOME_ND_PROBE_ANSWERED, TX, ASLEEP), \
		.report = REPORT_PROBE, \
		.out = ADVERTISE(ALL_NODES, from, HOST_IP6, ALL_NODES_IP6, HOST_IP6, 0, \
	                         TARGET_MAC(from))
#define OTHER(state) EXPECT(OUTCOME_ND_OTHER, PASS, state)
#define BOUNCED EXPECT(OUTCOME_BOUNCED, TX, AWAKE), .report = REPORT_BOUNCED
#define MALFORMED EXPECT(OUTCOME_ND_MALFORMED, PASS, ASLEEP)

#define CLAIM(who, where) \
	ADVERTISE(ALL_NODES, who, where, ALL_NODES_IP6, where, OVERRIDE_FLAG, TARGET_MAC(who))
#define CLAIM_WITH(...) \
	IP6(ALL_NODES, PEER, ICMPV6, HOST_IP6, ALL_NODES_IP6, .icmp = ADVERTISEMENT, \
	    .nd = { HOST_IP6, OVERRIDE_FLAG, TARGET_MAC(PEER) }, __VA_ARGS__)
#define USE SOLICIT(SOLICITED, PEER, HOST_IP6, SOLICITED_IP6, UNKNOWN_IP6, 0, SOURCE_MAC(PEER))
#define CLAIMED(state) EXPECT(OUTCOME_ND_CLAIM, PASS, state)
#define CLAIM_WAKES EXPECT(OUTCOME_ND_CLAIM_WAKE, PASS, WAKING), .report = REPORT_CLAIM

#define SLEEPER .setup.host.state = ASLEEP
#define OTHER_INTERFACE(state_) .setup.host = { .state = state_, .ifindex = TESTBED_IFINDEX + 1 }
#define OTHER_VLAN(state_) .setup.host = { .state = state_, .vlan = 9 }
#define ON(machine_) .setup = { .machine = machine_, .host.state = ASLEEP }

static const struct row rows[] = {
	{ "a solicitation is answered with the proxy's MAC", SLEEPER, .in = WHO_HAS, USUAL_ANSWER },
	{ "one without an option is answered in a frame that is longer", SLEEPER,
	  .in = WHO_HAS_FROM(PEER_IP6), USUAL_ANSWER },
	{ "a unicast refresh is answered, and wakes nobody", SLEEPER, .in = REFRESH(PROXY),
	  USUAL_ANSWER },
	{ "a refresh without an option is answered", SLEEPER,
	  .in = SOLICIT(PROXY, PEER, PEER_IP6, HOST_IP6, HOST_IP6), USUAL_ANSWER },
	{ "a refresh to the host's MAC, which the switch has flooded, is answered", SLEEPER,
	  .in = REFRESH(HOST), USUAL_ANSWER },
	{ "a solicitation to another group is answered", SLEEPER,
	  .in = SOLICIT(ALL_NODES, PEER, PEER_IP6, ALL_NODES_IP6, HOST_IP6), USUAL_ANSWER },
	{ "the link-local address is answered for as well", SLEEPER,
	  .in = SOLICIT(FROM_PEER, HOST_IP6_2, 0, SOURCE_MAC(PEER)),
	  ANSWERED(PEER, PROXY, PEER_IP6, HOST_IP6_2) },
	{ "a waking host is still answered for", .setup.host.state = WAKING, .in = WHO_HAS,
	  EXPECT(OUTCOME_ND_ANSWERED, TX, WAKING), .out = ANSWER(PEER, PROXY, PEER_IP6, HOST_IP6) },
	{ "in host mode the advertisement has the host's MAC, as Ethernet has", ON(ANSWERS_AS_HOST),
	  .in = WHO_HAS, ANSWERED(PEER, HOST, PEER_IP6, HOST_IP6) },
	{ "in host mode a refresh comes to the host's MAC", ON(ANSWERS_AS_HOST),
	  .in = REFRESH(HOST), ANSWERED(PEER, HOST, PEER_IP6, HOST_IP6) },
	{ "a router answers as any other machine, and does not say that it is one", ON(ROUTER6),
	  .in = WHO_HAS, USUAL_ANSWER },
	{ "behind a repeater, the answer goes to the repeater", SLEEPER,
	  .in = SOLICIT(SOLICITED, REPEATER, PEER_IP6, SOLICITED_IP6, HOST_IP6, 0,
	                SOURCE_MAC(PEER)),
	  ANSWERED(REPEATER, PROXY, PEER_IP6, HOST_IP6) },
	{ "another known host, which is awake, gets an advertisement", SLEEPER,
	  .in = SOLICIT(SOLICITED, SECOND, SECOND_IP6, SOLICITED_IP6, HOST_IP6, 0,
	                SOURCE_MAC(SECOND)),
	  ANSWERED(SECOND, PROXY, SECOND_IP6, HOST_IP6) },
	{ "the host's own interface advertises",
	  .setup.host = { .state = ASLEEP, .ifindex = TESTBED_IFINDEX }, .in = WHO_HAS,
	  USUAL_ANSWER },
	{ "the longest heartbeat timeout is not negative for ND either",
	  .setup = { .beat = MAX_TIMEOUT, .host.state = ASLEEP }, .in = WHO_HAS, USUAL_ANSWER },

	{ "other options are skipped", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS(OPTION(NONCE, UNKNOWN), OPTION(SOURCE_LINK, PEER))),
	  USUAL_ANSWER },
	{ "a long option makes the answer shorter", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS({ NONCE, 3, UNKNOWN }, OPTION(SOURCE_LINK, PEER))),
	  USUAL_ANSWER },
	{ "as many options as are read", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS(FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL)), USUAL_ANSWER },
	{ "a source's option of two units has no Ethernet address", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS({ SOURCE_LINK, 2, HOST })), USUAL_ANSWER },
	{ "a target's option in a solicitation says nothing", SLEEPER,
	  .in = WHO_HAS_BY(TARGET_MAC(HOST)), USUAL_ANSWER },
	{ "a solicitation has no flags", SLEEPER,
	  .in = SOLICIT(FROM_PEER, HOST_IP6, 0xff, SOURCE_MAC(PEER)), USUAL_ANSWER },
	{ "traffic class and flow label are not repeated", SLEEPER,
	  .in = WHO_HAS_WITH(.flow = 0x0abcdef1), USUAL_ANSWER },

	{ "another machine's duplicate address detection is answered, to all nodes", SLEEPER,
	  .in = PROBE, DEFENDED(PROXY) },
	{ "such a probe is answered in host mode", ON(ANSWERS_AS_HOST), .in = PROBE,
	  DEFENDED(HOST) },
	{ "a probe with a nonce is answered (RFC 7527)", SLEEPER,
	  .in = SOLICIT(SOLICITED, PEER, NO_IP, SOLICITED_IP6, HOST_IP6, 0, { FILL }),
	  DEFENDED(PROXY) },
	{ "a sender that is zero but for its first octet is no probe", SLEEPER,
	  .in = WHO_HAS_FROM(ZERO_BUT_IP6_1), ANSWERED(PEER, PROXY, ZERO_BUT_IP6_1, HOST_IP6) },
	{ "a sender that is zero but for an octet in its middle is no probe", SLEEPER,
	  .in = WHO_HAS_FROM(ZERO_BUT_IP6_2), ANSWERED(PEER, PROXY, ZERO_BUT_IP6_2, HOST_IP6) },
	{ "a sender that is zero but for its last octet is no probe", SLEEPER,
	  .in = WHO_HAS_FROM(ZERO_BUT_IP6_3), ANSWERED(PEER, PROXY, ZERO_BUT_IP6_3, HOST_IP6) },
	{ "a probe with a source's option is invalid", SLEEPER,
	  .in = SOLICIT(SOLICITED, PEER, NO_IP, SOLICITED_IP6, HOST_IP6, 0, SOURCE_MAC(PEER)),
	  MALFORMED },
	{ "a probe to the address itself is invalid", SLEEPER,
	  .in = SOLICIT(PROXY, PEER, NO_IP, HOST_IP6, HOST_IP6), MALFORMED },
	{ "a probe to all nodes is invalid", SLEEPER,
	  .in = SOLICIT(ALL_NODES, PEER, NO_IP, ALL_NODES_IP6, HOST_IP6), MALFORMED },
	{ "a probe to what is almost a solicited-node group is invalid", SLEEPER,
	  .in = SOLICIT(SOLICITED, PEER, NO_IP, ALMOST_SOLICITED_IP6, HOST_IP6), MALFORMED },

	{ "a host that is awake is not advertised", .setup.host.state = AWAKE, .in = WHO_HAS,
	  OTHER(AWAKE) },
	{ "a probe for an awake host's IPv6 address is the host's to answer",
	  .setup.host.state = AWAKE, .in = PROBE, OTHER(AWAKE) },
	{ "a refresh of an awake host's address is left to the host", .setup.host.state = AWAKE,
	  .in = REFRESH(PROXY), OTHER(AWAKE) },
	{ "an advertisement that an awake host has asked for goes on to it",
	  .setup.host.state = AWAKE,
	  .in = ADVERTISE(PROXY, PEER, PEER_IP6, HOST_IP6, PEER_IP6, SOLICITED_FLAG,
	                  TARGET_MAC(PEER)),
	  BOUNCED },
	{ "an advertisement to a sleeper is for nobody", SLEEPER,
	  .in = ADVERTISE(PROXY, PEER, PEER_IP6, HOST_IP6, PEER_IP6, SOLICITED_FLAG,
	                  TARGET_MAC(PEER)),
	  OTHER(ASLEEP) },
	{ "a host that is drowsy is not advertised", .setup.host.state = DROWSY, .in = WHO_HAS,
	  OTHER(DROWSY) },
	{ "a solicitation for an unknown address passes", SLEEPER,
	  .in = SOLICIT(FROM_PEER, UNKNOWN_IP6, 0, SOURCE_MAC(PEER)), OTHER(ASLEEP) },
	{ "a solicitation for the proxy's machine passes", SLEEPER,
	  .in = SOLICIT(PROXY, PEER, PEER_IP6, OWN_IP6, OWN_IP6), OTHER(ASLEEP) },
	{ "a solicitation for a host that the map does not have passes", SLEEPER,
	  .in = SOLICIT(FROM_PEER, DANGLING_IP6), OTHER(ASLEEP) },
	{ "a solicitation in a frame to another machine passes", SLEEPER, .in = REFRESH(UNKNOWN),
	  OTHER(ASLEEP) },
	{ "ND in a frame to what is the proxy's MAC but for its first pair passes", SLEEPER,
	  .in = SOLICIT(NEAR_PROXY1, PEER, PEER_IP6, SOLICITED_IP6, HOST_IP6), OTHER(ASLEEP) },
	{ "an unrelated advertisement passes", SLEEPER,
	  .in = ADVERTISE(PROXY, PEER, PEER_IP6, OWN_IP6, PEER_IP6, SOLICITED_FLAG,
	                  TARGET_MAC(PEER)),
	  OTHER(ASLEEP) },
	{ "an advertisement to the sleeper is not answered", SLEEPER,
	  .in = ADVERTISE(PROXY, PEER, PEER_IP6, HOST_IP6, PEER_IP6, SOLICITED_FLAG),
	  OTHER(ASLEEP) },
	{ "the proxy's machine is never a host in IPv6",
	  .setup = { .proxy_is_host = true, .host.state = ASLEEP },
	  .in = SOLICIT(FROM_PEER, OWN_IP6), OTHER(ASLEEP) },
	{ "our own solicitation, received again, gets no answer", SLEEPER,
	  .in = SOLICIT(SOLICITED, PROXY, OWN_IP6, SOLICITED_IP6, HOST_IP6, 0, SOURCE_MAC(PROXY)),
	  OTHER(ASLEEP) },
	{ "our own solicitation, sent back by a repeater, gets no answer", SLEEPER,
	  .in = SOLICIT(SOLICITED, REPEATER, OWN_IP6, SOLICITED_IP6, HOST_IP6, 0,
	                SOURCE_MAC(PROXY)),
	  OTHER(ASLEEP) },

	{ "ND for a host of another interface is left alone", OTHER_INTERFACE(ASLEEP),
	  .in = WHO_HAS, EXPECT(OUTCOME_WRONG_INTERFACE, PASS, ASLEEP) },
	{ "ND for a host of another VLAN is left alone", OTHER_VLAN(ASLEEP), .in = WHO_HAS,
	  EXPECT(OUTCOME_WRONG_VLAN, PASS, ASLEEP) },
	{ "ND for a waking host of another VLAN is left alone", OTHER_VLAN(WAKING), .in = WHO_HAS,
	  EXPECT(OUTCOME_WRONG_VLAN, PASS, WAKING) },
	{ "ND for an unknown state is left alone", .setup.host.state = 77, .in = WHO_HAS,
	  EXPECT(OUTCOME_HOST_INVALID, PASS, 77) },
	{ "an old heartbeat ends all advertisements",
	  .setup = { .beat = OLD, .host.state = ASLEEP }, .in = WHO_HAS,
	  EXPECT(OUTCOME_HEARTBEAT_STALE, PASS, ASLEEP) },
	{ "an old heartbeat ends the defence too", .setup = { .beat = OLD, .host.state = ASLEEP },
	  .in = PROBE, EXPECT(OUTCOME_HEARTBEAT_STALE, PASS, ASLEEP) },
	{ "before the first heartbeat there is no advertisement",
	  .setup = { .beat = NEVER, .host.state = ASLEEP }, .in = WHO_HAS,
	  EXPECT(OUTCOME_HEARTBEAT_STALE, PASS, ASLEEP) },

	{ "ND that a router has forwarded is malformed", SLEEPER, .in = WHO_HAS_WITH(.ttl = 254),
	  MALFORMED },
	{ "ND with a hop limit of 0 is malformed", SLEEPER, .in = WHO_HAS_WITH(.ttl_over = true),
	  MALFORMED },
	{ "ND with a code is malformed", SLEEPER, .in = WHO_HAS_WITH(.code = 1), MALFORMED },
	{ "ND with a wrong checksum is malformed", SLEEPER, .in = WHO_HAS_WITH(.checksum = WRONG),
	  MALFORMED },
	{ "ND without a checksum is malformed", SLEEPER, .in = WHO_HAS_WITH(.checksum = ABSENT),
	  MALFORMED },
	{ "ND without the data in its checksum is malformed", SLEEPER,
	  .in = WHO_HAS_WITH(.checksum = PARTIAL), MALFORMED },
	{ "ND under version 4 is malformed", SLEEPER, .in = WHO_HAS_WITH(.version = 4),
	  EXPECT(OUTCOME_IPV6_MALFORMED, PASS, ASLEEP) },
	{ "a group as target is malformed", SLEEPER, .in = SOLICIT(FROM_PEER, MULTICAST_IP6),
	  MALFORMED },
	{ "a group as ND's source is malformed", SLEEPER, .in = WHO_HAS_FROM(MULTICAST_IP6),
	  MALFORMED },
	{ "a group as ND's Ethernet source is malformed", SLEEPER,
	  .in = SOLICIT(SOLICITED, GROUP, PEER_IP6, SOLICITED_IP6, HOST_IP6), MALFORMED },
	{ "an ND option without a length is malformed", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS({ SOURCE_LINK, NO_UNITS, PEER })), MALFORMED },
	{ "a later ND option without a length is malformed", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS(OPTION(SOURCE_LINK, PEER), { NONCE, NO_UNITS, PEER })),
	  MALFORMED },
	{ "ND with more options than any system sends is malformed", SLEEPER,
	  .in = WHO_HAS_BY(OPTIONS(FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL, FILL)),
	  MALFORMED },
	{ "ND that ends within an option is malformed", SLEEPER, .in = WHO_HAS_WITH(.total = 28),
	  MALFORMED },
	{ "ND that ends within its target is malformed", SLEEPER, .in = WHO_HAS_WITH(.total = 20),
	  MALFORMED },
	{ "ND that ends beyond the frame is malformed", SLEEPER, .in = WHO_HAS_WITH(.total = 1400),
	  MALFORMED },
	{ "ND after an extension header is none", SLEEPER,
	  .in = WHO_HAS_WITH(.extensions = { HOP_BY_HOP }),
	  EXPECT(OUTCOME_IPV6_OTHER, PASS, ASLEEP) },

	{ "an advertisement of its address wakes the owner", SLEEPER, .in = CLAIM(PEER, HOST_IP6),
	  CLAIM_WAKES },
	{ "one without an option wakes the owner", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, PEER, HOST_IP6, ALL_NODES_IP6, HOST_IP6), CLAIM_WAKES },
	{ "a unicast advertisement of its address wakes the owner", SLEEPER,
	  .in = ADVERTISE(PROXY, PEER, HOST_IP6, OWN_IP6, HOST_IP6, SOLICITED_FLAG,
	                  TARGET_MAC(PEER)),
	  CLAIM_WAKES },
	{ "one that another address sends wakes the owner", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, PEER, PEER_IP6, ALL_NODES_IP6, HOST_IP6, OVERRIDE_FLAG,
	                  TARGET_MAC(PEER)),
	  CLAIM_WAKES },
	{ "an advertisement of the link-local address wakes the owner", SLEEPER,
	  .in = CLAIM(PEER, HOST_IP6_2), CLAIM_WAKES },
	{ "a solicitation from the sleeper's address wakes the owner", SLEEPER, .in = USE,
	  CLAIM_WAKES },
	{ "one from its address without an option wakes the owner", SLEEPER,
	  .in = SOLICIT(SOLICITED, PEER, HOST_IP6, SOLICITED_IP6, UNKNOWN_IP6), CLAIM_WAKES },
	{ "an advertisement in host mode wakes the owner", ON(ANSWERS_AS_HOST),
	  .in = CLAIM(PEER, HOST_IP6), CLAIM_WAKES },
	{ "an advertisement behind a repeater names the repeater as source", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, REPEATER, HOST_IP6, ALL_NODES_IP6, HOST_IP6, OVERRIDE_FLAG,
	                  TARGET_MAC(PEER)),
	  CLAIM_WAKES },
	{ "a source's option in an advertisement says nothing", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, PEER, HOST_IP6, ALL_NODES_IP6, HOST_IP6, 0, SOURCE_MAC(HOST)),
	  CLAIM_WAKES },
	{ "a claim is handled before the solicitation for another sleeper in it",
	  .setup = { .host.state = ASLEEP, .second.state = ASLEEP },
	  .in = SOLICIT(SOLICITED, PEER, HOST_IP6, SOLICITED_IP6, SECOND_IP6), CLAIM_WAKES },
	{ "the first pair of the owner's MAC is compared", SLEEPER,
	  .in = CLAIM(NEAR_HOST1, HOST_IP6), CLAIM_WAKES },
	{ "the second pair of the owner's MAC is compared", SLEEPER,
	  .in = CLAIM(NEAR_HOST2, HOST_IP6), CLAIM_WAKES },
	{ "the third pair of the owner's MAC is compared", SLEEPER,
	  .in = CLAIM(NEAR_HOST3, HOST_IP6), CLAIM_WAKES },

	{ "an advertisement during a wake starts no other", .setup.host.state = WAKING,
	  .in = CLAIM(PEER, HOST_IP6), CLAIMED(WAKING) },
	{ "an advertisement of a drowsy host's address makes it awake", .setup.host.state = DROWSY,
	  .in = CLAIM(PEER, HOST_IP6), CLAIMED(AWAKE), .report = REPORT_CLAIM },
	{ "a solicitation from a drowsy host's address makes it awake", .setup.host.state = DROWSY,
	  .in = USE, CLAIMED(AWAKE), .report = REPORT_CLAIM },
	{ "an advertisement without room to report it wakes the owner all the same",
	  .setup = { .ring_full = true, .host.state = ASLEEP }, .in = CLAIM(PEER, HOST_IP6),
	  EXPECT(OUTCOME_ND_CLAIM_RING_FULL, PASS, WAKING) },
	{ "a solicitation from a drowsy host's address without room to report it changes nothing",
	  .setup = { .ring_full = true, .host.state = DROWSY }, .in = USE,
	  EXPECT(OUTCOME_ND_CLAIM_RING_FULL, PASS, DROWSY) },

	{ "an advertisement of an awake host's address is the host's to defend",
	  .setup.host.state = AWAKE, .in = CLAIM(PEER, HOST_IP6), OTHER(AWAKE) },
	{ "an advertisement in another VLAN concerns another host", OTHER_VLAN(ASLEEP),
	  .in = CLAIM(PEER, HOST_IP6), OTHER(ASLEEP) },
	{ "a solicitation on another interface concerns another host", OTHER_INTERFACE(ASLEEP),
	  .in = USE, OTHER(ASLEEP) },
	{ "an advertisement of a drowsy host's address in another VLAN concerns another host",
	  OTHER_VLAN(DROWSY), .in = CLAIM(PEER, HOST_IP6), OTHER(DROWSY) },
	{ "an advertisement wakes nobody when the heartbeat is old",
	  .setup = { .beat = OLD, .host.state = ASLEEP }, .in = CLAIM(PEER, HOST_IP6),
	  OTHER(ASLEEP) },
	{ "an advertisement against an unknown state passes", .setup.host.state = 77,
	  .in = CLAIM(PEER, HOST_IP6), OTHER(77) },
	{ "an advertisement for a host that the map does not have passes", SLEEPER,
	  .in = CLAIM(PEER, DANGLING_IP6), OTHER(ASLEEP) },
	{ "an advertisement with a wrong checksum wakes nobody", SLEEPER,
	  .in = CLAIM_WITH(.checksum = WRONG), MALFORMED },
	{ "a forwarded advertisement wakes nobody", SLEEPER, .in = CLAIM_WITH(.ttl = 64),
	  MALFORMED },
	{ "a solicited advertisement to a group is invalid", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, PEER, HOST_IP6, ALL_NODES_IP6, HOST_IP6, SOLICITED_FLAG,
	                  TARGET_MAC(PEER)),
	  MALFORMED },
	{ "a use of the sleeper's address with a wrong checksum wakes nobody", SLEEPER,
	  .in = IP6(SOLICITED, PEER, ICMPV6, HOST_IP6, SOLICITED_IP6, .icmp = SOLICITATION,
	            .nd = { UNKNOWN_IP6, 0, SOURCE_MAC(PEER) }, .checksum = WRONG),
	  MALFORMED },

	{ "our own advertisement, received again, is no claim", SLEEPER,
	  .in = CLAIM(PROXY, HOST_IP6), OTHER(ASLEEP) },
	{ "our own advertisement, sent back by a repeater, is no claim", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, REPEATER, HOST_IP6, ALL_NODES_IP6, HOST_IP6, OVERRIDE_FLAG,
	                  TARGET_MAC(PROXY)),
	  OTHER(ASLEEP) },
	{ "what this machine advertises of a host, and comes back, is no sign of life", SLEEPER,
	  .in = ADVERTISE(ALL_NODES, PROXY, HOST_IP6, ALL_NODES_IP6, HOST_IP6, OVERRIDE_FLAG,
	                  TARGET_MAC(HOST)),
	  OTHER(ASLEEP) },
};

ROWS(rows_nd, rows);
