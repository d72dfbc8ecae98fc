// SPDX-License-Identifier: GPL-2.0-or-later
/* Another machine uses the host's address as its own (RFC 5227, 2.4). */
#include "support_row.h"

#define CLAIM(op) ARP(EVERYBODY, PEER, op, PEER, HOST_IP, NOBODY, HOST_IP)
#define USE(op) ARP(PROXY, PEER, op, PEER, HOST_IP, NOBODY, STRANGER_IP)
#define SLEEPER .world.host.state = ASLEEP

static const struct row rows[] = {
	{ "an announcement by request wakes the owner", SLEEPER, .in = CLAIM(ARP_REQUEST),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "an announcement by reply wakes the owner", SLEEPER, .in = CLAIM(ARP_REPLY),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a question from the sleeper's address wakes the owner", SLEEPER, .in = USE(ARP_REQUEST),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a unicast answer from the sleeper's address wakes the owner", SLEEPER,
	  .in = USE(ARP_REPLY), THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a claim of the second address wakes the owner", SLEEPER,
	  .in = ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, HOST_IP2, NOBODY, HOST_IP2),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a claim in host mode wakes the owner",
	  .world = { .machine = ANSWERS_AS_HOST, .host.state = ASLEEP }, .in = CLAIM(ARP_REQUEST),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a claim behind a repeater names the repeater as source", SLEEPER,
	  .in = ARP(EVERYBODY, REPEATER, ARP_REQUEST, PEER, HOST_IP, NOBODY, HOST_IP),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a claim comes before the question for another sleeper in it",
	  .world = { .host.state = ASLEEP, .second.state = ASLEEP },
	  .in = ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, HOST_IP, NOBODY, SECOND_IP),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a MAC that is the host's but for its first pair is another's", SLEEPER,
	  .in = ARP(EVERYBODY, NEAR_HOST1, ARP_REQUEST, NEAR_HOST1, HOST_IP, NOBODY, HOST_IP),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a MAC that is the host's but for its second pair is another's", SLEEPER,
	  .in = ARP(EVERYBODY, NEAR_HOST2, ARP_REQUEST, NEAR_HOST2, HOST_IP, NOBODY, HOST_IP),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },
	{ "a MAC that is the host's but for its third pair is another's", SLEEPER,
	  .in = ARP(EVERYBODY, NEAR_HOST3, ARP_REQUEST, NEAR_HOST3, HOST_IP, NOBODY, HOST_IP),
	  THEN(arp_claim_woke, PASS, WAKING), .report = REPORT_CLAIM },

	{ "a claim during a wake begins no other", .world.host.state = WAKING,
	  .in = CLAIM(ARP_REQUEST), THEN(arp_claim, PASS, WAKING) },
	{ "a claim during the grace ends the takeover", .world.host.state = DROWSY,
	  .in = CLAIM(ARP_REQUEST), THEN(arp_claim, PASS, AWAKE), .report = REPORT_CLAIM },
	{ "a claim by reply during the grace ends the takeover", .world.host.state = DROWSY,
	  .in = USE(ARP_REPLY), THEN(arp_claim, PASS, AWAKE), .report = REPORT_CLAIM },
	{ "a claim without room to report it is made good by the next",
	  .world = { .ring_full = true, .host.state = ASLEEP }, .in = CLAIM(ARP_REQUEST),
	  THEN(arp_claim_ring_full, PASS, ASLEEP) },
	{ "a claim during the grace without room to report it changes nothing",
	  .world = { .ring_full = true, .host.state = DROWSY }, .in = CLAIM(ARP_REPLY),
	  THEN(arp_claim_ring_full, PASS, DROWSY) },

	{ "a claim of an awake host's address is the host's to defend", .world.host.state = AWAKE,
	  .in = CLAIM(ARP_REQUEST), THEN(arp_other, PASS, AWAKE) },
	{ "a claim in another VLAN concerns another host",
	  .world.host = { .state = ASLEEP, .vlan = 9 }, .in = CLAIM(ARP_REQUEST),
	  THEN(elsewhere, PASS, ASLEEP) },
	{ "a claim on another interface concerns another host",
	  .world.host = { .state = ASLEEP, .ifindex = BENCH_IFINDEX + 1 }, .in = USE(ARP_REPLY),
	  THEN(arp_other, PASS, ASLEEP) },
	{ "a claim in another VLAN during the grace concerns another host",
	  .world.host = { .state = DROWSY, .vlan = 9 }, .in = CLAIM(ARP_REQUEST),
	  THEN(arp_other, PASS, DROWSY) },
	{ "a claim wakes nobody when the daemon is gone",
	  .world = { .beat = OLD, .host.state = ASLEEP }, .in = CLAIM(ARP_REQUEST),
	  THEN(proxy_stale, PASS, ASLEEP) },
	{ "a claim against a state that does not exist does no harm", .world.host.state = 77,
	  .in = CLAIM(ARP_REQUEST), THEN(host_invalid, PASS, 77) },
	{ "a claim of an address whose host the map does not have passes", SLEEPER,
	  .in = ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, DANGLING_IP, NOBODY, DANGLING_IP),
	  THEN(arp_other, PASS, ASLEEP) },

	{ "our own announcement, come back, is no claim", SLEEPER,
	  .in = ARP(EVERYBODY, PROXY, ARP_REQUEST, PROXY, HOST_IP, NOBODY, HOST_IP),
	  THEN(arp_other, PASS, ASLEEP) },
};

ROWS(rows_claim, rows);
