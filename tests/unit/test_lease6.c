// SPDX-License-Identifier: GPL-2.0-or-later
/* A sleeping host's DHCPv6 lease (RFC 8415, 18.2.4 and 18.2.5): when it is renewed. */
#include "test.h"

#include "support_lease6.h"

TEST(who_falls_asleep_has_its_lease_renewed_at_once)
{
	grant(2, true);
	happens(LEASE_TRIGGER_TIMEOUT); /* while it is up, nothing is due */
	assert_int_equal(sends, 0);
	happens(LEASE_TRIGGER_ASLEEP);
	assert_int_equal(client->lease.deadline, START);
	happens(LEASE_TRIGGER_TIMEOUT);
	assert_int_equal(sends, 1);
	assert_int_equal(sent.type, DHCP6_RENEW);
	assert_true(dhcp6_duid_equal(&sent.identity.client, &duid));
	assert_true(dhcp6_duid_equal(&sent.identity.server, &server));
	assert_int_equal(sent.iaid, 9);
	assert_int_equal(sent.address_count, 2);
	assert_memory_equal(&sent.addresses[1].address, &second, sizeof(second));
	assert_int_equal(sent.addresses[1].valid, 0);
	renewed_for(1000, 2000);
	assert_int_equal(effects.event, LEASE_EVENT_RENEWED);
	assert_true(client->lease.confirmed);
}

TEST(t1_and_t2_are_half_and_four_fifths_of_the_preferred_lifetime)
{
	confirmed(1, 1000, 2000);
	ASSERT_AT(client->lease.renew_at + 100, 500);
	ASSERT_AT(client->lease.rebind_at, 800);
	ASSERT_AT(client->lease.addresses[0].expires_at, 2000);
}

static const struct {
	const char *shows;
	uint32_t t1, t2, preferred, valid;
	int64_t renew_at, rebind_at, expires_at; /* s; 0: never */
} terms[] = {
	{ "the server's", 300, 400, 1000, 2000, 300, 400, 2000 },
	{ "for ever", 0, 0, UINT32_MAX, UINT32_MAX, 0, 0, 0 },
	{ "renewed, and valid for ever", 300, 400, 1000, UINT32_MAX, 300, 400, 0 },
	{ "T1 is beyond T2", 900, 400, 1000, 2000, 500, 800, 2000 },
	{ "T2 is beyond the end", 900, 2000, 1000, 2000, 500, 800, 2000 },
	{ "no server makes the proxy spin", 1, 2, 2, 3, 30, 48, 60 },
};

TEST(when_it_is_renewed)
{
	EACH_SHOWN(i, terms)
	{
		struct dhcp6_message message;

		confirmed(1, 1000, 2000);
		trigger.now = client->lease.rebind_at;
		happens(LEASE_TRIGGER_TIMEOUT);
		trigger.now = START;
		message = reply(terms[i].preferred, terms[i].valid);
		message.t1 = terms[i].t1;
		message.t2 = terms[i].t2;
		assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
#define ASSERT_TIME(member, seconds) \
	assert_int_equal(client->lease.member, \
	                 (seconds) ? START + (int64_t)(seconds)*S : LEASE_NEVER)
		ASSERT_TIME(renew_at, terms[i].renew_at);
		ASSERT_TIME(rebind_at, terms[i].rebind_at);
		ASSERT_TIME(addresses[0].expires_at, terms[i].expires_at);
		client->lease.proxy_renews = false;
	}
}

/* RFC 8415, 15: 10 s, then twice as long each time, up to 600 s. */
TEST(a_server_that_is_silent_is_asked_less_and_less_often_then_all_are)
{
	static const int waits[] = { 10, 20, 40, 80, 160, 320, 600, 600 };

	confirmed(1, 10000, 20000);
	trigger.random = 100;
	due();
	assert_int_equal(sent.type, DHCP6_RENEW);
	EACH(i, waits)
	{
		const int64_t before = trigger.now;
		const uint32_t xid = sent.xid;

		if (client->lease.deadline == client->lease.rebind_at)
			break;
		due();
		assert_int_equal(trigger.now - before, waits[i] * S);
		assert_int_equal(sent.xid, xid);
		assert_true(sent.elapsed);
	}
	trigger.random = 7;
	until(client->lease.rebind_at - 1);
	due();
	assert_int_equal(effects.event, LEASE_EVENT_UNANSWERED);
	assert_int_equal(sent.type, DHCP6_REBIND);
	assert_int_equal(sent.identity.server.length, 0);
	assert_int_equal(sent.xid, 7);
	assert_int_equal(sent.elapsed, 0);
	trigger.random = 100;
	until(START + 20000 * S - 1);
	assert_int_equal(client->lease.state, LEASE_REBINDING);
	due();
	assert_int_equal(effects.event, LEASE_EVENT_LOST);
	assert_int_equal(effects.send, LEASE_SEND_NONE);
	assert_int_equal(client->lease.result, LEASE_RESULT_EXPIRED);
	assert_int_equal(client->lease.deadline, 0);
	assert_true(lease6_has(&client->lease, &home, true));
}

TEST(waits_are_random_by_a_tenth)
{
	static const struct {
		uint32_t random;
		int64_t first, next;
	} cases[] = { { 0, 9000, 17100 }, { 200, 11000, 23100 }, { 401, 11000, 23100 } };

	EACH(i, cases)
	{
		confirmed(1, 1000, 2000);
		trigger.random = cases[i].random;
		due();
		assert_int_equal(client->lease.deadline - trigger.now, cases[i].first);
		due();
		assert_int_equal(client->lease.deadline - trigger.now, cases[i].next);
		happens(LEASE_TRIGGER_AWAKE);
		trigger.now = START;
		trigger.random = 100;
	}
}

TEST(any_server_may_answer_a_rebind_and_is_the_next_to_be_asked)
{
	struct dhcp6_message message;

	confirmed(1, 1000, 2000);
	until(START + 700 * S);
	message = reply(1000, 2000);
	message.identity.server = other_server;
	assert_int_equal(hears(&message), DHCP_COUNT_WRONG_SERVER);
	until(START + 810 * S);
	message.xid = sent.xid;
	assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
	ASSERT_AT(client->lease.since, 810);
	due();
	assert_true(dhcp6_duid_equal(&sent.identity.server, &other_server));
}

TEST(without_a_known_server_all_are_asked)
{
	grant(1, false);
	happens(LEASE_TRIGGER_ASLEEP);
	happens(LEASE_TRIGGER_TIMEOUT);
	assert_int_equal(sent.type, DHCP6_REBIND);
}

TEST(nothing_is_sent_while_the_host_may_be_awake)
{
	confirmed(1, 1000, 2000);
	trigger.asleep = false;
	until(START + 2000 * S - 1);
	assert_int_equal(sends, 0);
	due();
	assert_int_equal(effects.event, LEASE_EVENT_LOST);
}

TEST(who_is_awake_renews_by_itself)
{
	confirmed(1, 1000, 2000);
	due();
	happens(LEASE_TRIGGER_AWAKE);
	assert_int_equal(client->lease.state, LEASE_BOUND);
	assert_int_equal(client->lease.deadline, 0);
	trigger.now = START + 9000 * S;
	happens(LEASE_TRIGGER_TIMEOUT);
	assert_int_equal(sends, 1);
	/* it may have renewed it unseen: its times are assumed */
	happens(LEASE_TRIGGER_ASLEEP);
	happens(LEASE_TRIGGER_TIMEOUT);
	assert_int_equal(sends, 2);
	assert_int_equal(client->lease.addresses[0].expires_at, trigger.now + LEASE_ASSUMED_MS);
}
