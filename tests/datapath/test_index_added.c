// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts and addresses that others add to the maps while the index does not have them: with the
 * first frame for which they are found they are as if it had them. Until then they are looked for
 * as targets of ARP, ND and TCP connections alone.
 */
#include "test.h"

#include "support_look.h"
#include "support_row.h"

#include <string.h>

#define ASKS_BY_ARP(where) ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, where)
#define ASKS_BY_ND(where) \
	ND(SOLICITATION, SOLICITED, PEER, PEER_IP6, SOLICITED_IP6, where, 0, \
	   { { SOURCE_LINK, 0, PEER } })

static const struct host_entry asleep = { .state = ASLEEP };
static const struct packet asks = ASKS_BY_ARP(UNKNOWN_IP), asks6 = ASKS_BY_ND(UNKNOWN_IP6);
static const struct packet ping = IP(PROXY, PEER, ICMP, PEER_IP, UNKNOWN_IP, .data = 56);
static const struct packet dns = IP(PROXY, PEER, UDP, PEER_IP, UNKNOWN_IP, 53, 40000, .data = 40);
static const struct packet claims =
	ARP(BROADCAST, PEER, ARP_REQUEST, PEER, UNKNOWN_IP, NO_MAC, PEER_IP);
static const struct setup setup = { .second.state = ASLEEP,
	                            .rules = { RULE(UNKNOWN, UDP, 53, WAKE) } };

/* Where the index is made anew, its filter has those alone who are in `hosts` then. */
static struct testbed *indexed(void)
{
	struct testbed *testbed = testbed_with(&setup);

	testbed_put_host(testbed, mac_of(UNKNOWN), NULL);
	testbed_put_address6(testbed, *ipv6_of(UNKNOWN_IP6), NULL);
	testbed_put_address(testbed, *ipv4_of(UNKNOWN_IP), mac_of(HOST));
	testbed_look(testbed);
	testbed_put_address(testbed, *ipv4_of(UNKNOWN_IP), NULL);
	testbed_look(testbed);
	testbed_believe_look(testbed);
	return testbed;
}

static void add(struct testbed *testbed)
{
	testbed_put_host(testbed, mac_of(UNKNOWN), &asleep);
	testbed_put_address(testbed, *ipv4_of(UNKNOWN_IP), mac_of(UNKNOWN));
	testbed_put_address6(testbed, *ipv6_of(UNKNOWN_IP6), mac_of(UNKNOWN));
}

static enum host_state state_after(struct testbed *testbed, const struct packet *packet)
{
	testbed_send(testbed, packet);
	return testbed_host(testbed, UNKNOWN).state;
}

static int clear(void **state)
{
	(void)state;
	indexed();
	testbed_clear(testbed_of(ORDINARY), &setup);
	return 0;
}

AFTER_EACH(clear)

/* Addresses of a host that is not in `hosts` are in the index, but its MAC is not. */
static const struct {
	const char *shows;
	struct packet finds, asks;
} first[] = {
	{ "an ARP request", asks, asks },
	{ "a Neighbor Solicitation", asks6, asks6 },
	{ "a connection over IPv4",
	  IP(PROXY, PEER, TCP, PEER_IP, UNKNOWN_IP, 22, 40000, .flags = SYN), asks },
	{ "a connection over IPv6",
	  IP6(PROXY, PEER, TCP, PEER_IP6, UNKNOWN_IP6, 22, 40000, .flags = SYN), asks6 },
	{ "an ARP request for an address that was there", ASKS_BY_ARP(DANGLING_IP),
	  ASKS_BY_ARP(DANGLING_IP) },
	{ "a Neighbor Solicitation for an address that was there", ASKS_BY_ND(DANGLING_IP6),
	  ASKS_BY_ND(DANGLING_IP6) },
	{ "a ping to an address that was there", IP(PROXY, PEER, ICMP, PEER_IP, DANGLING_IP),
	  ASKS_BY_ARP(DANGLING_IP) },
};

static const struct packet own[] = {
	FRAME(GROUP, UNKNOWN, TYPE_IPV6),
	IP(PROXY, UNKNOWN, TCP, UNKNOWN_IP, PEER_IP, 40000, 22, .flags = SYN | ACK),
	ARP(BROADCAST, UNKNOWN, ARP_REQUEST, UNKNOWN, UNKNOWN_IP, NO_MAC, PEER_IP),
};

TEST(an_added_host_that_was_found_is_awake_with_its_own_next_frame)
{
	EACH_SHOWN(i, first)
	{
		EACH(k, own)
		{
			struct testbed *testbed = indexed();

			add(testbed);
			assert_int_not_equal(testbed_send(testbed, &first[i].finds), XDP_PASS);
			assert_int_equal(testbed_send(testbed, &first[i].asks), XDP_TX);
			assert_int_equal(state_after(testbed, &own[k]), AWAKE);
			assert_int_equal(testbed_send(testbed, &first[i].asks), XDP_PASS);
		}
	}
}

/* Or the index would be off for good, where somebody asks for it again and again. */
TEST(with_the_next_look_the_index_is_on_and_has_it)
{
	EACH_SHOWN(i, first)
	{
		struct testbed *testbed = indexed();

		add(testbed);
		testbed_send(testbed, &first[i].finds);
		assert_false(testbed_believes_look(testbed));
		testbed_look(testbed);
		testbed_send(testbed, &first[i].finds);
		testbed_send(testbed, &first[i].asks);
		assert_true(testbed_believes_look(testbed));
		assert_int_equal(state_after(testbed, &own[0]), AWAKE);
	}
}

TEST(requests_for_what_nobody_has_added_leave_the_index_on)
{
	struct testbed *testbed = indexed();

	EACH(i, first)
	testbed_send(testbed, &first[i].finds);
	assert_true(testbed_believes_look(testbed));
}

TEST(an_added_address_that_was_found_is_claimed_pinged_and_sent_to)
{
	struct testbed *testbed = indexed();

	add(testbed);
	testbed_send(testbed, &asks);
	assert_int_equal(testbed_send(testbed, &ping), XDP_TX);
	assert_int_equal(state_after(testbed, &dns), WAKING);
	testbed_put_host(testbed, mac_of(UNKNOWN), &asleep);
	assert_int_equal(state_after(testbed, &claims), WAKING);
}

TEST(so_is_one_that_was_added_to_a_host)
{
	struct testbed *testbed = indexed();

	testbed_put_address(testbed, *ipv4_of(UNKNOWN_IP), mac_of(SECOND));
	testbed_send(testbed, &asks);
	assert_int_equal(testbed_send(testbed, &ping), XDP_TX);
	testbed_send(testbed, &claims);
	assert_int_equal(testbed_host(testbed, SECOND).state, WAKING);
}

TEST(an_added_host_that_nobody_has_asked_for_is_known_with_the_next_look)
{
	struct testbed *testbed = indexed();

	add(testbed);
	EACH(i, own)
	assert_int_equal(state_after(testbed, &own[i]), ASLEEP);
	assert_int_equal(state_after(testbed, &claims), ASLEEP);
	assert_int_equal(state_after(testbed, &dns), ASLEEP);
	assert_int_equal(testbed_send(testbed, &ping), XDP_PASS);
	testbed_look(testbed);
	assert_int_equal(testbed_send(testbed, &ping), XDP_TX);
	assert_int_equal(state_after(testbed, &claims), WAKING);
	assert_int_equal(state_after(testbed, &own[0]), AWAKE);
}

static int ask_for(struct testbed *testbed, struct ipv4 address)
{
	struct octets in, out;

	packet_build(&in, &asks, &untagged);
	memcpy(in.at + ETHER_OCTETS + 24, &address, sizeof(address));
	return testbed_run(testbed, &in, &out);
}

/* In the smallest table there are places for 64 networks of 1024 addresses. */
TEST(an_added_host_is_found_where_its_address_shares_the_place_of_others)
{
	const struct ipv4 others[] = { { { 10, 1, 0, 5 } }, { { 10, 65, 0, 5 } } };
	const struct ipv4 address = { { 10, 129, 0, 5 } };
	struct testbed *testbed = indexed();

	EACH(i, others)
	testbed_put_address(testbed, others[i], mac_of(SECOND));
	testbed_look(testbed);
	testbed_believe_look(testbed);
	testbed_put_host(testbed, mac_of(UNKNOWN), &asleep);
	testbed_put_address(testbed, address, mac_of(UNKNOWN));
	assert_int_equal(ask_for(testbed, address), XDP_TX);
	assert_int_equal(state_after(testbed, &own[0]), AWAKE);
	testbed_put_address(testbed, address, NULL);
	EACH(i, others)
	testbed_put_address(testbed, others[i], NULL);
}
