// SPDX-License-Identifier: GPL-2.0-or-later
/* IPv4 for a host that is awake again, from a sender that still has the proxy's MAC for it. */
#include "support_row.h"

#define SYN_TO(to, from) IP(to, from, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN)
#define ICMP_OF(octets) IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, .data = octets - 28)
#define TOLD ARP(PEER, PROXY, ARP_REPLY, HOST, HOST_IP, HOST, HOST_IP)
#define AWAKE_HOST .world.host.state = AWAKE

static const struct row rows[] = {
	{ "the sender of a SYN is told the owner's MAC", AWAKE_HOST, .in = SYN_TO(PROXY, PEER),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD },
	{ "the sender is told about the address that it used", AWAKE_HOST,
	  .in = IP(PROXY, PEER, UDP, PEER_IP, HOST_IP2, 53, 40000, .data = 10),
	  THEN(ipv4_redirected, TX, AWAKE),
	  .out = ARP(PEER, PROXY, ARP_REPLY, HOST, HOST_IP2, HOST, HOST_IP2) },
	{ "a packet as short as an ARP body becomes one", AWAKE_HOST, .in = ICMP_OF(28),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD },
	{ "a packet that fills the smallest frame keeps its length", AWAKE_HOST, .in = ICMP_OF(46),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD },
	{ "a packet one octet longer is cut by that octet", AWAKE_HOST, .in = ICMP_OF(47),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD, .shorter = 1 },
	{ "a packet of full size is cut to the smallest frame", AWAKE_HOST, .in = ICMP_OF(1500),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD, .shorter = 1454 },
	{ "a later fragment is as good a reason", AWAKE_HOST,
	  .in = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, .fragment = 185),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD },
	{ "on the interface that the host is bound to, the sender is told",
	  .world.host = { .state = AWAKE, .ifindex = BENCH_IFINDEX }, .in = SYN_TO(PROXY, PEER),
	  THEN(ipv4_redirected, TX, AWAKE), .out = TOLD },

	{ "on a router such packets are daily bread", .world.machine = ROUTER,
	  .in = SYN_TO(PROXY, PEER), THEN(ipv4_other, PASS, AWAKE) },
	{ "in host mode nobody has the proxy's MAC", .world.machine = ANSWERS_AS_HOST,
	  .in = SYN_TO(PROXY, PEER), THEN(ipv4_other, PASS, AWAKE) },
	{ "in host mode a packet to the host's MAC is the host's", .world.machine = ANSWERS_AS_HOST,
	  .in = SYN_TO(HOST, PEER), THEN(ipv4_other, PASS, AWAKE) },
	{ "a packet to the host's MAC is the host's", AWAKE_HOST, .in = SYN_TO(HOST, PEER),
	  THEN(ipv4_other, PASS, AWAKE) },
	{ "a packet in a frame to somebody else passes", AWAKE_HOST, .in = SYN_TO(STRANGER, PEER),
	  THEN(ipv4_other, PASS, AWAKE) },
	{ "a packet in a broadcast frame passes", AWAKE_HOST, .in = SYN_TO(EVERYBODY, PEER),
	  THEN(ipv4_other, PASS, AWAKE) },
	{ "a group as source is told nothing", AWAKE_HOST, .in = SYN_TO(PROXY, GROUP),
	  THEN(ipv4_other, PASS, AWAKE) },
	{ "the owner itself is told nothing", AWAKE_HOST, .in = SYN_TO(PROXY, HOST),
	  THEN(ipv4_other, PASS, AWAKE), .seen = true },
	{ "a host of another VLAN is none of ours", .world.host = { .state = AWAKE, .vlan = 9 },
	  .in = SYN_TO(PROXY, PEER), THEN(ipv4_other, PASS, AWAKE) },
	{ "a host of another interface is none of ours",
	  .world.host = { .state = AWAKE, .ifindex = BENCH_IFINDEX + 1 }, .in = SYN_TO(PROXY, PEER),
	  THEN(ipv4_other, PASS, AWAKE) },
	{ "nobody is told anything when the daemon is gone", .world.beat = OLD,
	  .in = SYN_TO(PROXY, PEER), THEN(ipv4_other, PASS, AWAKE) },
	{ "a packet longer than its frame is left alone", AWAKE_HOST,
	  .in = IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, .data = 64, .total = 1500),
	  THEN(ipv4_other, PASS, AWAKE) },
	{ "a header length below the header's own is left alone", AWAKE_HOST,
	  .in = IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, .data = 64, .words = 4),
	  THEN(ipv4_malformed, PASS, AWAKE) },
	{ "a total length below the header's is left alone", AWAKE_HOST,
	  .in = IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, .data = 64, .total = 19),
	  THEN(ipv4_other, PASS, AWAKE) },

	{ "the proxy's machine is told nothing of itself", .world = { .own = true },
	  .in = IP(PROXY, PEER, TCP, PEER_IP, OWN_IP, 22, .flags = SYN),
	  THEN(ipv4_other, PASS, AWAKE) },
};

ROWS(rows_redirect, rows);
