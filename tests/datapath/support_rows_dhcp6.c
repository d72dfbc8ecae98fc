// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCPv6 (RFC 8415), as DHCP: what is copied, and for which host; what is for the daemon alone. */
#include "support_row.h"

#define MESSAGE .data = 120
#define CLIENT_SENDS(from, ...) \
	IP6(GROUP, from, UDP, HOST_IP6_2, MULTICAST_IP6, 547, 546, __VA_ARGS__)
#define TO_CLIENT(to, to_ip, ...) IP6(to, PEER, UDP, PEER_IP6, to_ip, 546, 547, __VA_ARGS__)
#define TO_HOST(...) TO_CLIENT(PROXY, HOST_IP6_2, __VA_ARGS__)
#define SETUP(...) .setup = { .host.state = ASLEEP, __VA_ARGS__ }
#define SLEEPER .setup.host.state = ASLEEP
#define AWAKE_HOST .setup.host.state = AWAKE
#define SNOOPED(state) EXPECT(OUTCOME_DHCP_SNOOPED, PASS, state), .copied = true
#define NOT_SNOOPED(state) EXPECT(OUTCOME_DHCP_NOT_SNOOPED, PASS, state)
#define CONSUMED(state) EXPECT(OUTCOME_DHCP_CONSUMED, DROP, state), .copied = true
#define DROPPED EXPECT(OUTCOME_DHCP_DROPPED, DROP, ASLEEP)
#define NOT_DHCP(state) EXPECT(OUTCOME_IPV6_OTHER, PASS, state)
#define NOW_AWAKE \
	EXPECT(OUTCOME_OWNER_AWAKE, PASS, AWAKE), .seen = true, .report = REPORT_OWNER_SEEN

static const struct row rows[] = {
	{ "DHCPv6: what an awake host asks is copied", AWAKE_HOST,
	  .in = CLIENT_SENDS(HOST, MESSAGE), SNOOPED(AWAKE), .seen = true },
	{ "DHCPv6: what a sleeper asks is copied, and wakes it", SLEEPER,
	  .in = CLIENT_SENDS(HOST, MESSAGE), NOW_AWAKE, .copied = true },
	{ "DHCPv6: what a stranger asks passes", SLEEPER, .in = CLIENT_SENDS(UNKNOWN, MESSAGE),
	  NOT_DHCP(ASLEEP) },
	{ "DHCPv6: a relay's message is no client's", AWAKE_HOST,
	  .in = IP6(GROUP, HOST, UDP, HOST_IP6_2, MULTICAST_IP6, 547, 547, MESSAGE),
	  NOT_DHCP(AWAKE), .seen = true },
	{ "DHCPv6: an answer to a sleeper is for the daemon", SLEEPER, .in = TO_HOST(MESSAGE),
	  CONSUMED(ASLEEP) },
	{ "DHCPv6: an answer to a sleeper's other address as well", SLEEPER,
	  .in = TO_CLIENT(PROXY, HOST_IP6, MESSAGE), CONSUMED(ASLEEP) },
	{ "DHCPv6: an answer to the host's own MAC as well", SLEEPER,
	  .in = TO_CLIENT(HOST, HOST_IP6_2, MESSAGE), CONSUMED(ASLEEP) },
	{ "DHCPv6: an answer to a host that is being woken as well", .setup.host.state = WAKING,
	  .in = TO_HOST(MESSAGE), CONSUMED(WAKING) },
	{ "DHCPv6: an answer from any port", SLEEPER,
	  .in = IP6(PROXY, PEER, UDP, PEER_IP6, HOST_IP6_2, 546, 40000, MESSAGE),
	  CONSUMED(ASLEEP) },
	{ "DHCPv6: no rule wakes by it", SETUP(.rules = { RULE(HOST, UDP, 546, WAKE) }),
	  .in = TO_HOST(MESSAGE), CONSUMED(ASLEEP) },
	{ "DHCPv6: an answer to an awake host is copied", AWAKE_HOST,
	  .in = TO_CLIENT(HOST, HOST_IP6_2, MESSAGE), SNOOPED(AWAKE) },
	{ "DHCPv6: an answer to its MAC, at an address that is not known", AWAKE_HOST,
	  .in = TO_CLIENT(HOST, UNKNOWN_IP6, MESSAGE), SNOOPED(AWAKE) },
	{ "DHCPv6: an answer to a stranger passes", SLEEPER,
	  .in = TO_CLIENT(UNKNOWN, UNKNOWN_IP6, MESSAGE), NOT_DHCP(ASLEEP) },
	{ "DHCPv6: a sleeper's port in a frame to another machine", SLEEPER,
	  .in = TO_CLIENT(UNKNOWN, HOST_IP6_2, MESSAGE), SNOOPED(ASLEEP) },
	{ "DHCPv6: a host that serves is no client", SLEEPER,
	  .in = IP6(PROXY, PEER, UDP, PEER_IP6, HOST_IP6, 547, 40000, MESSAGE),
	  EXPECT(OUTCOME_WAKE_PORT_DENIED, DROP, ASLEEP) },
	{ "DHCPv6: shorter than a message", SLEEPER, .in = TO_HOST(.data = 3), DROPPED },
	{ "DHCPv6: a message of its head alone", SLEEPER, .in = TO_HOST(.data = 4),
	  CONSUMED(ASLEEP) },
	{ "DHCPv6: longer than UDP says", SLEEPER, .in = TO_HOST(MESSAGE, .udp_length = 28),
	  CONSUMED(ASLEEP) },
	{ "DHCPv6: shorter than UDP says", SLEEPER, .in = TO_HOST(MESSAGE, .udp_length = 129),
	  DROPPED },
	{ "DHCPv6: UDP's length is none", SLEEPER, .in = TO_HOST(MESSAGE, .udp_length = 7),
	  DROPPED },
	{ "DHCPv6: an answer with a wrong checksum is not copied", SLEEPER,
	  .in = TO_HOST(MESSAGE, .checksum = WRONG), DROPPED },
	{ "DHCPv6: nor is one without a checksum", SLEEPER,
	  .in = TO_HOST(MESSAGE, .checksum = ABSENT), DROPPED },
	{ "DHCPv6: nor one of which 0 would be right", SLEEPER,
	  .in = TO_HOST(MESSAGE, .checksum = SUM_OF_0), DROPPED },
	{ "DHCPv6: a checksum that was left to a network card", SLEEPER,
	  .in = TO_HOST(MESSAGE, .checksum = PARTIAL), CONSUMED(ASLEEP) },
	{ "DHCPv6: an answer to an awake host with a wrong checksum passes", AWAKE_HOST,
	  .in = TO_CLIENT(HOST, HOST_IP6_2, MESSAGE, .checksum = WRONG), NOT_DHCP(AWAKE) },
	{ "DHCPv6: what an awake host asks with a wrong checksum passes", AWAKE_HOST,
	  .in = CLIENT_SENDS(HOST, MESSAGE, .checksum = WRONG), NOT_DHCP(AWAKE), .seen = true },
	{ "DHCPv6: a sleeper's in another VLAN passes",
	  .setup.host = { .state = ASLEEP, .vlan = 9 }, .in = TO_HOST(MESSAGE),
	  EXPECT(OUTCOME_WRONG_VLAN, PASS, ASLEEP) },
	{ "DHCPv6: nothing is copied when the heartbeat is old",
	  .setup = { .beat = OLD, .host.state = AWAKE }, .in = CLIENT_SENDS(HOST, MESSAGE),
	  NOT_DHCP(AWAKE), .seen = true },
	{ "DHCPv6: what does not fit into the ring passes", .setup.dhcp_ring_full = true,
	  .in = CLIENT_SENDS(HOST, MESSAGE), NOT_SNOOPED(AWAKE), .seen = true },
	{ "DHCPv6: a sleeper's does not pass", SETUP(.dhcp_ring_full = true),
	  .in = TO_HOST(MESSAGE), DROPPED },
};

ROWS(rows_dhcp6, rows);
