// SPDX-License-Identifier: GPL-2.0-or-later
/* A client whose lease the proxy renews: its request, the answers; and what people say of it. */
#include "test.h"

#include <string.h>

#include "support_dhcp.h"

enum { XID = 0x11223344 };

static const struct mac router_mac = { { 0x02, 0, 0, 0, 0, 0x01 } };

static const struct dhcp_identity itself = {
	.client_id = { 3, { 1, 2, 3 } },
	.hostname = { 3, "nas" },
	.parameters = { 2, { 1, 3 } },
	.vendor_class = { 5, "udhcp" },
	.fqdn = { 4, { 0, 0, 0, 'n' } },
}, silent;

static const struct lease_grant granted = {
	.address = { { 192, 0, 2, 20 } },
	.server = { { 192, 0, 2, 1 } },
	.seconds = HOUR,
	.since = START - 1000,
};

/* The caller's to free. */
static struct dhcp_client *awake_client(void)
{
	struct dhcp_client *client = dhcp_client_new();

	assert_int_equal(dhcp_client_grant(client, MIN_LEASE_DEFAULT, &granted, &itself, 0), 0);
	return client;
}

static struct lease_effects step(struct dhcp_client *client, enum lease_trigger_kind kind,
                                 int64_t now)
{
	const struct lease_trigger trigger = {
		.kind = kind, .now = now, .asleep = true, .random = XID
	};

	return lease_step(&client->lease, MIN_LEASE_DEFAULT, &trigger);
}

/* Its lease is being renewed; the request's xid is XID. */
static struct dhcp_client *asleep_client(void)
{
	struct dhcp_client *client = awake_client();

	step(client, LEASE_TRIGGER_ASLEEP, START);
	assert_int_equal(step(client, LEASE_TRIGGER_TIMEOUT, START).send, LEASE_SEND_UNICAST);
	return client;
}

static struct lease_effects receive(struct dhcp_client *client, const struct dhcp_message *message,
                                    const struct mac *sender, enum dhcp_count *count)
{
	const struct lease_trigger received = { .kind = LEASE_TRIGGER_REPLY,
		                                .message = message,
		                                .now = START + 50 };

	return dhcp_client_receive(client, MIN_LEASE_DEFAULT, &received, sender, count);
}

static struct dhcp_message reply(enum dhcp_type type, uint32_t xid, struct ipv4 address,
                                 struct ipv4 server, uint32_t seconds)
{
	return (struct dhcp_message){
		.type = type,
		.xid = xid,
		.chaddr = nas,
		.yiaddr = address,
		.server = server,
		.lease_time = seconds,
	};
}

TEST(request)
{
	struct dhcp_client *client = asleep_client();
	const struct dhcp_message request = dhcp_client_request(client, &nas), expected = {
		.type = DHCP_REQUEST,
		.xid = XID,
		.flags = DHCP_FLAG_BROADCAST,
		.chaddr = nas,
		.ciaddr = home,
		.identity = itself,
	};

	assert_memory_equal(&request, &expected, sizeof(request));
	client->lease.sent_at = client->lease.renew_at - 1000;
	assert_int_equal(dhcp_client_request(client, &nas).secs, 0);
	client->lease.sent_at = client->lease.renew_at + 100999;
	assert_int_equal(dhcp_client_request(client, &nas).secs, 100); /* since T1 */
	client->lease.sent_at = client->lease.renew_at + INT64_C(70000000);
	assert_int_equal(dhcp_client_request(client, &nas).secs, UINT16_MAX);
	dhcp_client_free(client);
}

/* What an answer is: which_messages_are_answers, of the lease; and what comes of it there. */
TEST(replies_to_the_proxy)
{
	const struct {
		struct dhcp_message message;
		enum dhcp_count count, again;
		enum lease_event event;
		enum lease_state state;
	} rows[] = {
		{ reply(DHCP_ACK, XID, home, router, HOUR), DHCP_COUNT_RENEWAL,
		  DHCP_COUNT_NOT_REQUESTED, LEASE_EVENT_RENEWED, LEASE_BOUND },
		{ reply(DHCP_NAK, XID, nowhere, router, 0), DHCP_COUNT_RENEWAL,
		  DHCP_COUNT_NOT_REQUESTED, LEASE_EVENT_LOST, LEASE_LOST },
		{ reply(DHCP_ACK, XID + 1, home, router, HOUR), DHCP_COUNT_WRONG_XID,
		  DHCP_COUNT_WRONG_XID, LEASE_EVENT_NONE, LEASE_RENEWING },
		{ reply(DHCP_OFFER, XID, home, router, HOUR), DHCP_COUNT_NOT_AN_ANSWER,
		  DHCP_COUNT_NOT_AN_ANSWER, LEASE_EVENT_NONE, LEASE_RENEWING },
	};

	EACH(i, rows)
	{
		struct dhcp_client *client = asleep_client();
		enum dhcp_count count;
		const struct lease_effects effects =
			receive(client, &rows[i].message, &router_mac, &count);

		assert_int_equal(count, rows[i].count);
		assert_int_equal(effects.event, rows[i].event);
		assert_int_equal(effects.persist, rows[i].event != LEASE_EVENT_NONE);
		assert_int_equal(effects.send, LEASE_SEND_NONE);
		assert_int_equal(client->lease.state, rows[i].state);
		receive(client, &rows[i].message, &router_mac, &count);
		assert_int_equal(count, rows[i].again);
		dhcp_client_free(client);
	}
}

/* What the proxy asked for is no answer to the host, and the other way round. */
TEST(replies_after_it_woke)
{
	const struct dhcp_message ack = reply(DHCP_ACK, XID, home, router, 2 * HOUR);
	struct dhcp_client *client = asleep_client();
	enum dhcp_count count;

	step(client, LEASE_TRIGGER_AWAKE, START);
	assert_int_equal(receive(client, &ack, &router_mac, &count).event, LEASE_EVENT_NONE);
	assert_int_equal(count, DHCP_COUNT_UNCHANGED);
	assert_int_equal(client->lease.seconds, HOUR);
	dhcp_client_free(client);
}

/* Else anybody could take a lease from a host, or give it one. */
TEST(a_client_is_believed_of_itself_alone)
{
	static const enum dhcp_type types[] = { DHCP_DISCOVER, DHCP_REQUEST, DHCP_DECLINE,
		                                DHCP_RELEASE, DHCP_INFORM };
	struct dhcp_client *const clients[] = { awake_client(), asleep_client() };
	enum dhcp_count count;

	for (size_t i = 0; i < 2 * sizeof(types) / sizeof(*types); i++) {
		const struct dhcp_message message = {
			.type = types[i / 2],
			.chaddr = nas,
			.requested = elsewhere,
			.identity.client_id = { 1, { 9 } },
		};
		const struct lease before = clients[i % 2]->lease;
		const struct lease_effects effects =
			receive(clients[i % 2], &message, &router_mac, &count);

		assert_int_equal(count, DHCP_COUNT_RELAYED);
		assert_int_equal(effects.event, LEASE_EVENT_NONE);
		assert_false(effects.persist);
		assert_memory_equal(&clients[i % 2]->lease, &before, sizeof(before));
		assert_true(has_identity(clients[i % 2], &itself));
	}
	dhcp_client_free(clients[0]);
	dhcp_client_free(clients[1]);
}

TEST(parse_errors_are_counted)
{
	static const enum dhcp_count counts[] = {
		[DHCP_PARSE_ERROR_SHORT] = DHCP_COUNT_SHORT,
		[DHCP_PARSE_ERROR_NOT_ETHERNET] = DHCP_COUNT_NOT_ETHERNET,
		[DHCP_PARSE_ERROR_NO_COOKIE] = DHCP_COUNT_NO_COOKIE,
		[DHCP_PARSE_ERROR_BAD_OPTION] = DHCP_COUNT_BAD_OPTION,
		[DHCP_PARSE_ERROR_NO_TYPE] = DHCP_COUNT_NO_TYPE,
	};

	for (int error = DHCP_PARSE_ERROR_SHORT; error <= DHCP_PARSE_ERROR_NO_TYPE; error++)
		assert_int_equal(DHCP_COUNT_SHORT + error - DHCP_PARSE_ERROR_SHORT, counts[error]);
}

TEST(a_grant_adds_to_what_was_snooped)
{
	static const struct lease_grant grant = { .address = { { 192, 0, 2, 99 } } };
	static const struct dhcp_identity named = { .hostname = { 3, "tv1" } };
	struct dhcp_client *client = awake_client();
	struct dhcp_identity merged = itself;

	merged.hostname = named.hostname;
	assert_int_equal(dhcp_client_grant(client, MIN_LEASE_DEFAULT, &grant, &named, 0), 0);
	assert_memory_equal(&client->lease.address, &elsewhere, sizeof(elsewhere));
	assert_true(has_identity(client, &merged));
	assert_int_equal(dhcp_client_grant(client, MIN_LEASE_DEFAULT, &grant, &silent, 0), 0);
	assert_true(has_identity(client, &merged));
	dhcp_client_free(client);
}

TEST(identity)
{
	struct dhcp_client *client = dhcp_client_new();
	struct dhcp_identity read, longest;

	memset(&longest, 255, sizeof(longest));
	assert_true(has_identity(client, &silent));
	assert_int_equal(dhcp_client_set_identity(client, &longest), 0);
	read = dhcp_client_identity(client);
	assert_memory_equal(&read, &longest, sizeof(read));
	assert_true(has_identity(client, &longest));
	longest.fqdn.data[254] = 0;
	assert_false(has_identity(client, &longest));
	assert_int_equal(dhcp_client_set_identity(client, &itself), 0);
	assert_true(has_identity(client, &itself));
	assert_int_equal(dhcp_client_set_identity(client, &silent), 0);
	assert_null(client->identity);
	read = dhcp_client_identity(client);
	assert_memory_equal(&read, &silent, sizeof(read));
	dhcp_client_free(client);
}

TEST(is_known)
{
	const struct dhcp_message inform = { .type = DHCP_INFORM, .chaddr = nas };
	const struct dhcp_message ack = reply(DHCP_ACK, XID, home, router, HOUR);
	struct dhcp_client *client = dhcp_client_new();
	enum dhcp_count count;

	assert_false(dhcp_client_is_known(NULL));
	assert_false(dhcp_client_is_known(client));
	receive(client, &inform, &nas, &count);
	receive(client, &ack, &router_mac, &count);
	assert_false(dhcp_client_is_known(client));
	dhcp_client_set_identity(client, &itself);
	assert_true(dhcp_client_is_known(client));
	dhcp_client_set_identity(client, &silent);
	client->lease.state = LEASE_LOST;
	assert_true(dhcp_client_is_known(client));
	dhcp_client_free(client);
	dhcp_client_free(NULL);
}
