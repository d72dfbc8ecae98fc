// SPDX-License-Identifier: GPL-2.0-or-later
/* What is learnt of a host's DHCPv6 lease while it is awake; and its record. */
#include "test.h"

#include <errno.h>
#include <json-c/json.h>

#include "base/addr.h"
#include "dhcp/dhcp6_client.h"

static const struct ipv6 home = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } };
static const struct ipv6 second = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 6 } };
static const struct ipv6 source = { { 0xfe, 0x80, [15] = 1 } };
static const struct dhcp6_duid duid = { 4, { 0, 3, 0, 1 } };
static const struct dhcp6_duid server = { 3, { 0, 2, 9 } }, other_server = { 3, { 0, 2, 8 } };
static const int64_t now = 5000000; /* ms */

static struct dhcp6_client *client;
static struct lease_effects effects;

static int set_up(void **state)
{
	(void)state;
	client = dhcp6_client_new();
	return !client;
}

static int tear_down(void **state)
{
	(void)state;
	dhcp6_client_free(client);
	return 0;
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

static struct dhcp6_message message_of(enum dhcp6_type type)
{
	struct dhcp6_message message = {
		.type = (uint8_t)type,
		.xid = 77,
		.has_ia = true,
		.iaid = 9,
		.address_count = 1,
		.addresses = { { .address = home } },
		.identity = { .client = duid, .options_length = 4, .options = { 0, 6, 0, 0 } },
	};

	if (type == DHCP6_REQUEST || type == DHCP6_RENEW || type == DHCP6_RELEASE)
		message.identity.server = server;
	return message;
}

static enum lease_event hears(const struct dhcp6_message *message)
{
	const struct lease_trigger trigger = {
		.kind = LEASE_TRIGGER_REPLY,
		.now = now,
		.message6 = message,
	};
	enum dhcp_count count;

	effects = dhcp6_client_receive(client, 60000, &trigger, &source, &count);
	assert_int_equal(count, effects.event == LEASE_EVENT_NONE ? DHCP_COUNT_UNCHANGED
	                                                          : DHCP_COUNT_SNOOPED);
	assert_int_equal(effects.send, LEASE_SEND_NONE);
	return effects.event;
}

static enum lease_event hears_type(enum dhcp6_type type)
{
	const struct dhcp6_message message = message_of(type);

	return hears(&message);
}

static void hears_reply(uint32_t preferred, uint32_t valid, enum lease_event event)
{
	struct dhcp6_message message = message_of(DHCP6_REPLY);

	message.identity.server = server;
	message.addresses[0].preferred = preferred;
	message.addresses[0].valid = valid;
	assert_int_equal(hears(&message), event);
}

static bool has_server(const struct dhcp6_duid *expected)
{
	struct dhcp6_identity identity;

	dhcp6_client_identity(client, &identity);
	assert_int_equal(client->lease.has_server, identity.server.length != 0);
	return dhcp6_duid_equal(&identity.server, expected);
}

TEST(what_a_client_multicasts_is_enough_to_renew)
{
	static const enum dhcp6_type types[] = { DHCP6_REQUEST, DHCP6_RENEW };

	EACH(i, types)
	{
		client->lease = (struct lease6){ .state = LEASE_NONE };
		assert_int_equal(hears_type(types[i]), LEASE_EVENT_SNOOPED);
		assert_int_equal(client->lease.state, LEASE_BOUND);
		assert_int_equal(client->lease.iaid, 9);
		assert_memory_equal(&client->lease.source, &source, sizeof(source));
		assert_true(lease6_has(&client->lease, &home, false));
		assert_true(has_server(&server));
		assert_false(client->lease.confirmed);
		assert_int_equal(hears_type(types[i]), LEASE_EVENT_NONE);
	}
}

TEST(what_is_sent_for_it_says_what_the_client_said)
{
	struct dhcp6_message message;

	hears_type(DHCP6_REQUEST);
	client->lease.state = LEASE_RENEWING;
	dhcp6_client_request(client, now, &message);
	assert_int_equal(message.identity.options_length, 4);
	assert_memory_equal(message.identity.options, ((uint8_t[]){ 0, 6, 0, 0 }), 4);
}

TEST(a_rebind_keeps_the_server_of_the_same_addresses)
{
	hears_type(DHCP6_REQUEST);
	assert_int_equal(hears_type(DHCP6_REBIND), LEASE_EVENT_NONE);
	assert_true(has_server(&server));
}

TEST(a_confirm_of_other_addresses_names_no_server)
{
	struct dhcp6_message message = message_of(DHCP6_CONFIRM);

	hears_type(DHCP6_REQUEST);
	message.addresses[0].address = second;
	assert_int_equal(hears(&message), LEASE_EVENT_SNOOPED);
	assert_true(has_server(&(struct dhcp6_duid){ 0 }));
	assert_false(lease6_has(&client->lease, &home, false));
	assert_true(lease6_has(&client->lease, &second, false));
}

TEST(a_client_that_renews_with_another_server_is_followed)
{
	struct dhcp6_message message = message_of(DHCP6_RENEW);

	hears_type(DHCP6_REQUEST);
	message.identity.server = other_server;
	assert_int_equal(hears(&message), LEASE_EVENT_SNOOPED);
	assert_true(has_server(&other_server));
}

TEST(an_answer_that_is_seen_tells_the_times)
{
	hears_type(DHCP6_REQUEST);
	hears_reply(1000, 2000, LEASE_EVENT_SNOOPED);
	assert_int_equal(client->lease.addresses[0].expires_at, now + 2000000);
	assert_int_equal(client->lease.rebind_at, now + 800000);
	hears_reply(1, 2, LEASE_EVENT_NONE); /* nobody asked again */
	hears_type(DHCP6_RENEW);
	hears_reply(2000, 4000, LEASE_EVENT_SNOOPED);
	assert_int_equal(client->lease.addresses[0].expires_at, now + 4000000);
}

TEST(an_answer_of_rapid_commit_is_a_lease)
{
	struct dhcp6_message message = message_of(DHCP6_SOLICIT);

	message.address_count = 0;
	assert_int_equal(hears(&message), LEASE_EVENT_SNOOPED);
	assert_int_equal(hears(&message), LEASE_EVENT_NONE);
	assert_int_equal(client->lease.state, LEASE_NONE);
	assert_true(dhcp6_client_is_known(client) && client->lease.has_client);
	hears_reply(1000, 2000, LEASE_EVENT_SNOOPED);
	assert_true(lease6_has(&client->lease, &home, false));
	assert_memory_equal(&client->lease.source, &source, sizeof(source));
}

TEST(an_answer_to_another_client_is_none)
{
	struct dhcp6_message message = message_of(DHCP6_REPLY);

	hears_type(DHCP6_REQUEST);
	message.identity.server = server;
	message.identity.client = other_server;
	message.addresses[0].valid = 5;
	assert_int_equal(hears(&message), LEASE_EVENT_NONE);
	assert_int_equal(client->lease.addresses[0].expires_at, 0);
}

TEST(a_refusal_is_a_loss)
{
	struct dhcp6_message message = message_of(DHCP6_REPLY);

	hears_type(DHCP6_RENEW);
	message.identity.server = server;
	message.status = DHCP6_NO_BINDING;
	assert_int_equal(hears(&message), LEASE_EVENT_GONE);
	assert_true(lease6_has(&client->lease, &home, true));
	assert_int_equal(hears_type(DHCP6_REQUEST), LEASE_EVENT_SNOOPED);
	assert_true(lease6_has(&client->lease, &home, false));
}

TEST(what_is_released_or_declined_is_not_its_own)
{
	static const enum dhcp6_type types[] = { DHCP6_RELEASE, DHCP6_DECLINE };

	EACH(i, types)
	{
		struct dhcp6_message message = message_of(DHCP6_REQUEST);

		message.address_count = 2;
		message.addresses[1].address = second;
		hears(&message);
		assert_int_equal(hears_type(types[i]), LEASE_EVENT_GONE);
		assert_false(lease6_has(&client->lease, &home, false));
		assert_true(lease6_has(&client->lease, &second, false));
		message = message_of(types[i]);
		message.addresses[0].address = second;
		assert_int_equal(hears(&message), LEASE_EVENT_GONE);
		assert_int_equal(client->lease.state, LEASE_NONE);
	}
}

TEST(a_lease_without_a_duid_cannot_be_granted)
{
	const struct lease6_grant grant = { .addresses = { { .address = home } },
		                            .address_count = 1 };
	const struct dhcp6_identity unknown = { .options_length = 0 };

	assert_int_equal(dhcp6_client_grant(client, 60000, &grant, &unknown, 0), -EINVAL);
	hears_type(DHCP6_REQUEST);
	assert_int_equal(dhcp6_client_grant(client, 60000, &grant, &unknown, 0), 0);
	assert_true(has_server(&server));
	assert_memory_equal(&client->lease.source, &source, sizeof(source));
}

static const struct lease_record_clock same = { 5000000, 1700000000000, "here" };

static struct dhcp6_client *read_back(const struct lease_record_clock *then)
{
	struct json_object *json = lease6_record_write(client, &same);
	struct dhcp6_client *read = lease6_record_read(json, then);

	json_object_put(json);
	return read;
}

TEST(its_record_outlives_the_daemon)
{
	struct dhcp6_client *read;

	hears_type(DHCP6_REQUEST);
	hears_reply(1000, 2000, LEASE_EVENT_SNOOPED);
	client->lease.state = LEASE_REBINDING;
	client->lease.confirmed = true;
	read = read_back(&same);
	assert_non_null(read);
	client->lease.state = LEASE_BOUND;
	assert_memory_equal(&read->lease, &client->lease, sizeof(read->lease));
	assert_memory_equal(read->names, client->names, 4 + 4 + 3 + 4);
	dhcp6_client_free(read);
}

TEST(its_record_outlives_the_machines_start)
{
	const struct lease_record_clock later = { 10000, 1700000600000, "there" };
	const struct lease_record_clock set_back = { 10000, 1600000000000, "there" };
	struct dhcp6_client *read;

	hears_type(DHCP6_REQUEST);
	hears_reply(1000, 2000, LEASE_EVENT_SNOOPED);
	client->lease.confirmed = true;
	read = read_back(&later);
	assert_non_null(read);
	assert_false(read->lease.confirmed);
	assert_int_equal(read->lease.addresses[0].expires_at, 10000 - 600000 + 2000000);
	dhcp6_client_free(read);
	read = read_back(&set_back);
	assert_non_null(read);
	assert_int_equal(read->lease.addresses[0].expires_at, 0);
	assert_true(lease6_has(&read->lease, &home, false));
	dhcp6_client_free(read);
}

TEST(a_record_that_makes_no_sense_is_none)
{
	static const struct {
		const char *key, *value;
	} wrong[] = { { "client", "\"\"" },
		      { "addresses", "[]" },
		      { "state", "9" },
		      { "iaid", "-1" },
		      { "renew-at", "4611686018427387900" },
		      { "addresses", "[{\"address\":\"fe80::1\",\"expires-at\":0}]" } };

	hears_type(DHCP6_REQUEST);
	EACH(i, wrong)
	{
		struct json_object *json = lease6_record_write(client, &same);

		json_object_object_add(json, wrong[i].key, json_tokener_parse(wrong[i].value));
		assert_null(lease6_record_read(json, &same));
		json_object_put(json);
	}
}

TEST(in_words)
{
	static const struct {
		enum lease_result result;
		const char *words;
	} cases[] = {
		{ LEASE_RESULT_NONE, "" },
		{ LEASE_RESULT_RENEWED, "2001:db8::5 for 2000 s, by DHCPv6" },
		{ LEASE_RESULT_NO_ANSWER,
		  "no answer from its DHCPv6 server: all are asked for 2001:db8::5" },
		{ LEASE_RESULT_NAK, "2001:db8::5 is refused or withdrawn by a DHCPv6 server" },
		{ LEASE_RESULT_EXPIRED, "2001:db8::5 has expired, as no DHCPv6 server answered" },
		{ LEASE_RESULT_ADDRESS_CHANGED,
		  "a DHCPv6 server assigned other addresses instead of 2001:db8::5" },
	};
	char text[LEASE_TEXT];

	hears_type(DHCP6_REQUEST);
	hears_reply(1000, 2000, LEASE_EVENT_SNOOPED);
	EACH(i, cases)
	{
		client->lease.result = cases[i].result;
		assert_string_equal(lease6_text(&client->lease, text), cases[i].words);
	}
}
