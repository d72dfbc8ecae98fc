// SPDX-License-Identifier: GPL-2.0-or-later
/* What servers say of a sleeping host's DHCPv6 lease (RFC 8415, 18.2.10), and how it is lost. */
#include "test.h"

#include "support_lease6.h"

static const struct {
	const char *shows;
	enum dhcp6_status status;
	uint32_t preferred, valid;
	bool is_of_other;
	enum lease_result result;
} losses[] = {
	{ "NoBinding", DHCP6_NO_BINDING, 1, 2, false, LEASE_RESULT_NAK },
	{ "NotOnLink", DHCP6_NOT_ON_LINK, 1, 2, false, LEASE_RESULT_NAK },
	{ "withdrawn", DHCP6_SUCCESS, 0, 0, false, LEASE_RESULT_NAK },
	{ "deprecated", DHCP6_SUCCESS, 0, 1000, false, LEASE_RESULT_NAK },
	{ "another instead", DHCP6_SUCCESS, 0, 0, true, LEASE_RESULT_ADDRESS_CHANGED },
};

TEST(how_it_is_lost)
{
	EACH_SHOWN(i, losses)
	{
		struct dhcp6_message message;

		confirmed(1, 1000, 2000);
		due();
		message = reply(losses[i].preferred, losses[i].valid);
		message.status = losses[i].status;
		message.address_count += losses[i].is_of_other;
		message.addresses[1] = (struct dhcp6_address){ stranger, 1, 2 };
		assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
		assert_int_equal(effects.event, LEASE_EVENT_LOST);
		assert_int_equal(client->lease.state, LEASE_LOST);
		assert_int_equal(client->lease.result, losses[i].result);
		assert_int_equal(client->lease.deadline, 0);
		assert_true(lease6_has(&client->lease, &home, true));
		assert_false(lease6_has(&client->lease, &home, false));
		trigger.now = START;
		trigger.random = 100;
	}
}

static const struct {
	const char *shows;
	enum dhcp_count count;
	struct dhcp6_message change;
} ignored[] = {
	{ "another transaction", DHCP_COUNT_WRONG_XID, { .xid = 1 } },
	{ "an Advertise", DHCP_COUNT_NOT_AN_ANSWER, { .type = DHCP6_ADVERTISE } },
	{ "another IA", DHCP_COUNT_NOT_AN_ANSWER, { .iaid = 1 } },
	{ "UnspecFail", DHCP_COUNT_NOT_AN_ANSWER, { .status = DHCP6_UNSPEC_FAIL } },
	{ "UseMulticast", DHCP_COUNT_NOT_AN_ANSWER, { .status = DHCP6_USE_MULTICAST } },
	{ "an address of somebody else", DHCP_COUNT_NOT_AN_ANSWER, { .t1 = 1 } },
	{ "another client", DHCP_COUNT_NOT_AN_ANSWER, { .t1 = 2 } },
	{ "no server", DHCP_COUNT_WRONG_SERVER, { .t1 = 3 } },
};

TEST(what_is_no_answer_changes_nothing)
{
	confirmed(1, 1000, 2000);
	due();
	EACH_SHOWN(i, ignored)
	{
		const struct lease6 before = client->lease;
		const struct dhcp6_message *change = &ignored[i].change;
		struct dhcp6_message message = reply(1000, 2000);

		message.xid ^= change->xid;
		message.type = change->type ? change->type : message.type;
		message.iaid ^= change->iaid;
		message.status = change->status;
		if (change->t1 == 1)
			message.addresses[0].address = stranger;
		if (change->t1 == 2)
			message.identity.client = server;
		if (change->t1 == 3)
			message.identity.server.length = 0;
		assert_int_equal(hears(&message), ignored[i].count);
		assert_memory_equal(&client->lease, &before, sizeof(before));
	}
	renewed_for(1000, 2000);
	assert_int_equal(hears(&(struct dhcp6_message){ .type = DHCP6_REPLY, .xid = sent.xid }),
	                 DHCP_COUNT_NOT_REQUESTED);
}

TEST(one_of_two_addresses_goes)
{
	struct dhcp6_message message;

	confirmed(2, 1000, 2000);
	due();
	message = reply(0, 0);
	message.address_count = 2;
	message.addresses[1] = (struct dhcp6_address){ second, 1000, 2000 };
	assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
	assert_int_equal(effects.event, LEASE_EVENT_RENEWED);
	assert_true(effects.fewer);
	assert_true(lease6_has(&client->lease, &home, true));
	assert_true(lease6_has(&client->lease, &second, false));
	due();
	assert_int_equal(sent.address_count, 1);
	assert_memory_equal(&sent.addresses[0].address, &second, sizeof(second));
}

TEST(one_of_two_addresses_runs_out_while_the_server_is_silent)
{
	struct dhcp6_message message;

	confirmed(2, 1000, 2000);
	due();
	message = reply(100, 200);
	message.t1 = 40;
	message.t2 = 50;
	assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL); /* of the first alone */
	trigger.asleep = false;
	until(client->lease.addresses[0].expires_at - 1);
	effects.fewer = false;
	due();
	assert_true(effects.fewer);
	assert_int_equal(client->lease.state, LEASE_REBINDING);
	assert_true(lease6_has(&client->lease, &second, false));
}

/* It had its lease by rapid commit: its DUID and IAID are all that is known. */
static void known_client(void)
{
	const struct dhcp6_identity identity = { .client = duid };

	dhcp6_client_set_identity(client, &identity);
	client->lease = (struct lease6){ .has_client = true, .iaid = 9, .source = source };
}

static void asleep_with(const struct ipv6 *addresses, size_t count)
{
	trigger.addresses = addresses;
	trigger.address_count = count;
	happens(LEASE_TRIGGER_ASLEEP);
	happens(LEASE_TRIGGER_TIMEOUT);
}

TEST(who_is_known_as_a_client_is_asked_for_by_its_addresses)
{
	const struct ipv6 addresses[] = { stranger, home };
	struct dhcp6_message message;

	known_client();
	asleep_with(addresses, 2);
	assert_int_equal(sends, 1);
	assert_int_equal(sent.type, DHCP6_REBIND);
	assert_int_equal(sent.address_count, 2);
	message = reply(1000, 2000);
	message.address_count = 2;
	message.addresses[1] = (struct dhcp6_address){ stranger, 0, 0 };
	assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
	assert_int_equal(effects.event, LEASE_EVENT_RENEWED);
	assert_int_equal(client->lease.address_count, 1);
	assert_true(lease6_has(&client->lease, &home, false));
	due();
	assert_int_equal(sent.type, DHCP6_RENEW);
	assert_true(dhcp6_duid_equal(&sent.identity.server, &server));
}

TEST(a_question_that_finds_no_lease_loses_none)
{
	static const enum dhcp6_status answers[] = { DHCP6_SUCCESS, DHCP6_NO_BINDING };

	EACH(i, answers)
	{
		struct dhcp6_message message;

		known_client();
		trigger.now = START;
		asleep_with(&home, 1);
		message = reply(0, 0);
		message.status = answers[i];
		assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
		assert_int_equal(effects.event, LEASE_EVENT_NONE);
		assert_int_equal(client->lease.state, LEASE_NONE);
		assert_int_equal(client->lease.deadline, 0);
	}
}

TEST(who_does_not_answer_a_question_is_asked_once)
{
	known_client();
	asleep_with(&home, 1);
	until(START + 3600 * S);
	assert_int_equal(sends, 1);
	assert_int_equal(client->lease.state, LEASE_NONE);
	assert_int_equal(client->lease.address_count, 0);
	happens(LEASE_TRIGGER_AWAKE);
	asleep_with(&home, 0);
	asleep_with(&home, 1);
	assert_int_equal(sends, 1); /* once in a sleep */
}

TEST(without_a_client_there_is_no_question)
{
	asleep_with(&home, 1);
	assert_int_equal(sends, 0);
}
