// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host says of a connection that was held for it, by ICMP: about the packet that it had. */
#include "test.h"

#include "support_row.h"

#include <netinet/in.h>
#include <string.h>

enum {
	AT_ABOUT4 = ETHER_OCTETS + IPV4_OCTETS + ICMP_OCTETS,
	AT_ABOUT6 = ETHER_OCTETS + IPV6_OCTETS + ICMP_OCTETS,
	PORTS = 8,
};

#define UNREACHABLE4(...) \
	IP(PROXY, HOST, ICMP, HOST_IP, PEER_IP, .icmp = UNREACHABLE, .data = IPV4_OCTETS + PORTS, \
	   __VA_ARGS__)
#define UNREACHABLE6(...) \
	IP6(PROXY, HOST, ICMPV6, HOST_IP6, PEER_IP6, .icmp = UNREACHABLE, \
	    .data = IPV6_OCTETS + PORTS, __VA_ARGS__)

static const struct packet syn = IP(HOST, PROXY, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);
static const struct packet datagram = IP(HOST, PROXY, UDP, PEER_IP, HOST_IP, 22, 40000);
static const struct packet other = IP(HOST, PROXY, UDP, PEER_IP, HOST_IP, 23, 40000);
static const struct packet syn6 =
	IP6(HOST, PROXY, TCP, PEER_IP6, HOST_IP6, 22, 40000, .flags = SYN);
static const struct packet datagram6 = IP6(HOST, PROXY, UDP, PEER_IP6, HOST_IP6, 22, 40000);
static const struct packet no_port4 = UNREACHABLE4(.code = 3);
static const struct packet no_host4 = UNREACHABLE4(.code = 1);
static const struct packet no_port6 = UNREACHABLE6(.code = 4);
static const struct packet no_route6 = UNREACHABLE6(.code = 0);
static const struct setup held = { .host.state = AWAKE, .held = HELD };

/* The verdict of what the host says of a packet. */
static int say(struct testbed *testbed, const struct packet *says, const struct packet *about,
               const struct tags *tags)
{
	const bool is_ipv6 = says->type == TYPE_IPV6;
	struct octets frame, inner, out;

	packet_build(&frame, says, tags);
	packet_build(&inner, about, &untagged);
	memcpy(frame.at + (is_ipv6 ? AT_ABOUT6 : AT_ABOUT4) + 4 * tags->count,
	       inner.at + ETHER_OCTETS, (is_ipv6 ? IPV6_OCTETS : IPV4_OCTETS) + PORTS);
	return testbed_run(testbed, &frame, &out);
}

TEST(an_unreachable_port_is_kept_from_the_peer)
{
	const struct {
		const struct packet *says, *about;
		uint8_t protocol;
		enum where address;
	} all[] = {
		{ &no_port4, &syn, IPPROTO_TCP, HOST_IP },
		{ &no_port4, &datagram, IPPROTO_UDP, HOST_IP },
		{ &no_port6, &syn6, IPPROTO_TCP, HOST_IP6 },
		{ &no_port6, &datagram6, IPPROTO_UDP, HOST_IP6 },
	};

	EACH(i, all)
	{
		struct testbed *testbed = testbed_with(&held);

		assert_false(testbed_is_refused(testbed, all[i].protocol, all[i].address));
		assert_int_equal(say(testbed, all[i].says, all[i].about, &untagged), XDP_DROP);
		assert_true(testbed_is_refused(testbed, all[i].protocol, all[i].address));
		assert_int_equal(say(testbed, all[i].says, all[i].about, &one_tag), XDP_DROP);
	}
}

TEST(what_else_it_says_passes)
{
	struct testbed *testbed = testbed_with(&held);

	assert_int_equal(say(testbed, &no_port4, &other, &untagged), XDP_PASS);
	assert_int_equal(say(testbed, &no_host4, &datagram, &untagged), XDP_PASS);
	assert_int_equal(say(testbed, &no_route6, &datagram6, &untagged), XDP_PASS);
	assert_false(testbed_is_refused(testbed, IPPROTO_UDP, HOST_IP));
	testbed_hold(testbed, HELD_NO_MORE);
	assert_int_equal(say(testbed, &no_port4, &datagram, &untagged), XDP_PASS);
	testbed_hold(testbed, NOT_HELD);
	assert_int_equal(say(testbed, &no_port4, &datagram, &untagged), XDP_PASS);
}
