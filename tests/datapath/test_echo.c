// SPDX-License-Identifier: GPL-2.0-or-later
/* The checksums of answers to echo requests, whatever their sum is. */
#include "test.h"

#include "support_row.h"

#include <string.h>

enum { AT_CHECKSUM = 2, IDENTIFIERS = 0x10000 };

/* Each identifier with the answer that another program computes from nothing. */
static void each_identifier(struct packet request, struct packet reply, size_t header)
{
	const struct setup setup = { .host.state = ASLEEP };
	struct testbed *testbed = testbed_with(&setup);
	const size_t at = ETHER_OCTETS + header + AT_CHECKSUM;
	struct octets in, out, expected;

	for (unsigned identifier = 0; identifier < IDENTIFIERS; identifier++) {
		request.ip.peer_port = reply.ip.peer_port = (uint16_t)identifier;
		packet_build(&in, &request, &untagged);
		packet_build(&expected, &reply, &untagged);
		/* the same value in the arithmetic of ones' complement (RFC 1071, 2) */
		if (request.type == TYPE_IPV4 && !expected.at[at] && !expected.at[at + 1])
			memset(expected.at + at, 0xff, 2);
		assert_int_equal(testbed_run(testbed, &in, &out), XDP_TX);
		assert_int_equal(out.length, expected.length);
		assert_memory_equal(out.at, expected.at, expected.length);
	}
}

TEST(each_sum_over_ipv4)
{
	each_identifier((struct packet)IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, .data = 3),
	                (struct packet)IP(PEER, PROXY, ICMP, HOST_IP, PEER_IP, .icmp = ECHO_REPLY,
	                                  .data = 3),
	                IPV4_OCTETS);
}

TEST(each_sum_over_ipv6)
{
	each_identifier((struct packet)IP6(PROXY, PEER, ICMPV6, PEER_IP6, HOST_IP6, .data = 3),
	                (struct packet)IP6(PEER, PROXY, ICMPV6, HOST_IP6, PEER_IP6,
	                                   .icmp = ECHO_REPLY, .data = 3),
	                IPV6_OCTETS);
}

/* The header's sum changes with the time to live alone. */
TEST(each_time_to_live)
{
	struct packet request = IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, 7, 1, .data = 8);
	const struct packet reply =
		IP(PEER, PROXY, ICMP, HOST_IP, PEER_IP, 7, 1, .icmp = ECHO_REPLY, .data = 8);
	const struct setup setup = { .host.state = ASLEEP };
	struct testbed *testbed = testbed_with(&setup);
	struct octets in, out, expected;

	packet_build(&expected, &reply, &untagged);
	for (unsigned ttl = 1; ttl <= UINT8_MAX; ttl++) {
		request.ip.ttl = (uint8_t)ttl;
		packet_build(&in, &request, &untagged);
		assert_int_equal(testbed_run(testbed, &in, &out), XDP_TX);
		assert_memory_equal(out.at, expected.at, expected.length);
	}
}
