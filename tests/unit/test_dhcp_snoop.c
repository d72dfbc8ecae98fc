// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a client after messages between it and its servers were snooped. */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "support_dhcp.h"

/* clang-format off */
#define HOME { { 192, 0, 2, 20 } }
#define OTHER { { 192, 0, 2, 99 } }
#define ROUTER { { 192, 0, 2, 1 } }
#define NONE { { 0 } }
#define STRANGER { { 192, 0, 2, 66 } }
/* clang-format on */

enum { XID = 0x12345678, STEPS = 6 };

static const struct dhcp_identity itself = {
	.client_id = { 7, { 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
	.hostname = { 3, "nas" },
	.parameters = { 3, { 1, 3, 6 } },
}, another = { .vendor_class = { 5, "udhcp" } }, none;

/* A message, and what it changes. It has the client's identity, if it is not a server's. */
struct seen {
	enum dhcp_type type;
	struct ipv4 address; /* option 50 or yiaddr */
	struct ipv4 server;
	uint32_t seconds;
	struct ipv4 ciaddr;
	uint32_t xid; /* on top of XID */
	const struct dhcp_identity *identity;
	enum lease_event event;
};

/* clang-format off */
#define SNOOPED(...) { __VA_ARGS__, .event = LEASE_EVENT_SNOOPED }
#define GONE(...) { __VA_ARGS__, .event = LEASE_EVENT_GONE }
#define NOTHING(...) { __VA_ARGS__ }
/* RFC 2131, 4.3.2: SELECTING and INIT-REBOOT use option 50, RENEWING and REBINDING ciaddr. */
#define REQUEST(of, from) .type = DHCP_REQUEST, .address = of, .server = from
#define RENEW(of) .type = DHCP_REQUEST, .ciaddr = of
#define ACK(of, from, time) .type = DHCP_ACK, .address = of, .server = from, .seconds = time
#define NAK .type = DHCP_NAK, .server = ROUTER
#define BOUND SNOOPED(REQUEST(HOME, ROUTER)), SNOOPED(ACK(HOME, ROUTER, HOUR))
#define LEASE(of, from, time) .state = LEASE_BOUND, .address = of, .server = from, .seconds = time
#define LOST .state = LEASE_LOST, .address = HOME, .server = ROUTER, .result = LEASE_RESULT_NAK

/* The lease afterwards; `seconds` 0: nor are its times known. */
static const struct exchange {
	const char *name;
	struct seen seen[STEPS];
	enum lease_state state;
	struct ipv4 address, server;
	uint32_t seconds;
	enum lease_result result;
} exchanges[] = {
	{ .name = "a first lease", LEASE(HOME, ROUTER, HOUR),
	  .seen = { SNOOPED(.type = DHCP_DISCOVER), NOTHING(.type = DHCP_DISCOVER),
		    NOTHING(.type = DHCP_OFFER, .address = HOME, .server = ROUTER, .seconds = HOUR), BOUND } },
	{ .name = "INIT-REBOOT", LEASE(HOME, NONE, 0), .seen = { SNOOPED(REQUEST(HOME, NONE)) } },
	{ .name = "SELECTING", LEASE(HOME, ROUTER, 0), .seen = { SNOOPED(REQUEST(HOME, ROUTER)) } },
	{ .name = "a renewal of an unknown lease", LEASE(HOME, NONE, 0), .seen = { SNOOPED(RENEW(HOME)) } },
	{ .name = "a renewal without answer", LEASE(HOME, ROUTER, HOUR), .seen = { BOUND, NOTHING(RENEW(HOME)) } },
	{ .name = "a renewal", LEASE(HOME, ROUTER, 2 * HOUR),
	  .seen = { BOUND, NOTHING(RENEW(HOME)), SNOOPED(ACK(HOME, ROUTER, 2 * HOUR)) } },
	{ .name = "a rebind to another server", LEASE(HOME, STRANGER, HOUR),
	  .seen = { BOUND, NOTHING(RENEW(HOME)), SNOOPED(ACK(HOME, STRANGER, HOUR)) } },
	{ .name = "another address is asked for", LEASE(OTHER, ROUTER, 0),
	  .seen = { BOUND, SNOOPED(REQUEST(OTHER, ROUTER)) } },
	{ .name = "another address is granted", LEASE(OTHER, ROUTER, HOUR),
	  .seen = { BOUND, SNOOPED(REQUEST(OTHER, ROUTER)), SNOOPED(ACK(OTHER, ROUTER, HOUR)) } },
	{ .name = "another server's offer is taken", LEASE(HOME, STRANGER, 0),
	  .seen = { BOUND, SNOOPED(REQUEST(HOME, STRANGER)), NOTHING(REQUEST(HOME, STRANGER)) } },
	{ .name = "a NAK, and other answers after it", LOST,
	  .seen = { BOUND, NOTHING(RENEW(HOME)), GONE(NAK), NOTHING(NAK), NOTHING(ACK(HOME, ROUTER, HOUR)) } },
	{ .name = "a release of a lost lease", LOST,
	  .seen = { BOUND, NOTHING(RENEW(HOME)), GONE(NAK), NOTHING(.type = DHCP_RELEASE) } },
	{ .name = "a lost lease is asked for again", LEASE(HOME, NONE, 0), .result = LEASE_RESULT_NAK,
	  .seen = { BOUND, NOTHING(RENEW(HOME)), GONE(NAK), SNOOPED(REQUEST(HOME, NONE)) } },
	{ .name = "a NAK without a lease", .seen = { SNOOPED(RENEW(NONE)), NOTHING(NAK) } },
	{ .name = "a release, twice",
	  .seen = { BOUND, GONE(.type = DHCP_RELEASE), NOTHING(.type = DHCP_RELEASE) } },
	{ .name = "a decline, twice, without an identity",
	  .seen = { BOUND, GONE(.type = DHCP_DECLINE, .identity = &none), NOTHING(.type = DHCP_DECLINE) } },
	{ .name = "an answer after the release",
	  .seen = { BOUND, NOTHING(RENEW(HOME)), GONE(.type = DHCP_RELEASE), NOTHING(ACK(HOME, ROUTER, HOUR)) } },
	{ .name = "a NAK without a request", LEASE(HOME, ROUTER, HOUR), .seen = { BOUND, NOTHING(NAK) } },
	{ .name = "a NAK to another request, then the answer, and a NAK after it", LEASE(HOME, ROUTER, HOUR),
	  .seen = { BOUND, NOTHING(RENEW(HOME)), NOTHING(NAK, .xid = 1), SNOOPED(ACK(HOME, ROUTER, HOUR)),
		    NOTHING(NAK) } },
	{ .name = "an ACK to another request, then the answer", LEASE(HOME, ROUTER, HOUR),
	  .seen = { SNOOPED(REQUEST(HOME, ROUTER)), NOTHING(ACK(HOME, ROUTER, 2 * HOUR), .xid = 1),
		    SNOOPED(ACK(HOME, ROUTER, HOUR)) } },
	{ .name = "ACKs that are no answer, then the answer", LEASE(HOME, ROUTER, HOUR),
	  .seen = { SNOOPED(REQUEST(HOME, ROUTER)), NOTHING(ACK(OTHER, ROUTER, HOUR)),
		    NOTHING(ACK(NONE, ROUTER, HOUR)), NOTHING(ACK(HOME, ROUTER, 0)),
		    NOTHING(.type = DHCP_OFFER, .address = HOME, .server = ROUTER, .seconds = HOUR),
		    SNOOPED(ACK(HOME, ROUTER, HOUR)) } },
	{ .name = "an ACK without a request", .seen = { NOTHING(ACK(HOME, ROUTER, HOUR), .xid = -(uint32_t)XID) } },
	{ .name = "the same ACK once more", LEASE(HOME, ROUTER, HOUR),
	  .seen = { BOUND, NOTHING(ACK(HOME, ROUTER, 2 * HOUR)) } },
	{ .name = "an inform (RFC 2131, 4.3.5)", LEASE(HOME, ROUTER, HOUR),
	  .seen = { BOUND, NOTHING(.type = DHCP_INFORM, .ciaddr = HOME, .identity = &another),
		    NOTHING(ACK(NONE, ROUTER, 0)) } },
	{ .name = "a request for no address", LEASE(HOME, ROUTER, HOUR),
	  .seen = { BOUND, NOTHING(RENEW(NONE)), NOTHING(ACK(NONE, ROUTER, HOUR)) } },
	{ .name = "another identity, and back", LEASE(HOME, ROUTER, HOUR),
	  .seen = { BOUND, SNOOPED(.type = DHCP_DISCOVER, .identity = &another), SNOOPED(RENEW(HOME)) } },
};
/* clang-format on */

static struct dhcp_message message_seen(const struct seen *seen)
{
	const bool reply = seen->type == DHCP_OFFER || seen->type == DHCP_ACK;

	return (struct dhcp_message){
		.type = seen->type,
		.xid = XID + seen->xid,
		.chaddr = nas,
		.ciaddr = seen->ciaddr,
		.yiaddr = reply ? seen->address : (struct ipv4){ { 0 } },
		.requested = reply ? (struct ipv4){ { 0 } } : seen->address,
		.server = seen->server,
		.lease_time = seen->seconds,
		.identity = seen->identity ? *seen->identity : itself,
	};
}

static enum lease_event see(struct dhcp_client *client, const struct dhcp_message *message,
                            int64_t now)
{
	const struct lease_trigger received = { LEASE_TRIGGER_REPLY, .message = message,
		                                .now = now };
	enum dhcp_count count;
	const struct lease_effects effects =
		dhcp_client_receive(client, MIN_LEASE_DEFAULT, &received, &nas, &count);
	const bool news = effects.event != LEASE_EVENT_NONE;

	assert_int_equal(effects.send, LEASE_SEND_NONE);
	assert_int_equal(effects.persist, news);
	assert_int_equal(count, news ? DHCP_COUNT_SNOOPED : DHCP_COUNT_UNCHANGED);
	return effects.event;
}

static void check_lease(const struct exchange *exchange, const struct lease *lease, int64_t since)
{
	assert_int_equal(lease->state, exchange->state);
	assert_memory_equal(&lease->address, &exchange->address, sizeof(lease->address));
	assert_memory_equal(&lease->server, &exchange->server, sizeof(lease->server));
	assert_int_equal(lease->seconds, exchange->seconds);
	assert_int_equal(lease->since, exchange->seconds ? since : 0);
	assert_int_equal(lease->expires_at,
	                 exchange->seconds ? since + exchange->seconds * INT64_C(1000) : 0);
	assert_int_equal(lease->deadline, 0);
	assert_false(lease->confirmed || lease->proxy_renews);
	assert_int_equal(lease->result, exchange->result);
}

/* A lease counts from the request that was granted. */
static void run(const struct exchange *exchange)
{
	struct dhcp_client *client = dhcp_client_new();
	int64_t now = START, asked = 0, since = 0;

	for (size_t i = 0; i < STEPS && exchange->seen[i].type; i++, now += 1000) {
		const struct dhcp_message message = message_seen(&exchange->seen[i]);

		assert_int_equal(see(client, &message, now), exchange->seen[i].event);
		if (message.type == DHCP_REQUEST)
			asked = now;
		if (message.type == DHCP_ACK && exchange->seen[i].event != LEASE_EVENT_NONE)
			since = asked;
	}
	check_lease(exchange, &client->lease, since);
	assert_int_equal(has_identity(client, &itself), client->identity != NULL);
	dhcp_client_free(client);
}

TEST(exchanges)
{
	EACH(i, exchanges)
	{
		print_message("%s\n", exchanges[i].name);
		run(&exchanges[i]);
	}
}

TEST(times_and_relay)
{
	const struct seen request = { REQUEST(HOME, ROUTER) }, grant = { ACK(HOME, ROUTER, HOUR) };
	struct dhcp_message message = message_seen(&request);
	struct dhcp_client *client = dhcp_client_new();

	see(client, &message, START);
	message = message_seen(&grant);
	message.t1 = 600;
	message.t2 = 1200;
	message.giaddr = (struct ipv4)OTHER;
	see(client, &message, START + 700);
	assert_memory_equal(&client->lease.relay, &(struct ipv4)OTHER, sizeof(struct ipv4));
	assert_int_equal(client->lease.renew_at, START + 600000);
	assert_int_equal(client->lease.rebind_at, START + 1200000);
	dhcp_client_free(client);
}

/* The lease may be of another address than was asked for last, if somebody has said so since. */
TEST(nak_of_another_address)
{
	const struct seen request = { REQUEST(OTHER, ROUTER) }, nak = { NAK };
	struct dhcp_message message = message_seen(&request);
	struct dhcp_client *client = dhcp_client_new();

	see(client, &message, START);
	client->lease.address = (struct ipv4)HOME;
	message = message_seen(&nak);
	assert_int_equal(see(client, &message, START), LEASE_EVENT_GONE);
	assert_int_equal(client->lease.state, LEASE_NONE);
	dhcp_client_free(client);
}

/* A host whose lease the proxy renews, and that sends itself, is awake: AWAKE will follow. */
TEST(host_that_is_awake_again)
{
	const struct seen request = { REQUEST(OTHER, NONE) }, release = { .type = DHCP_RELEASE };
	const struct seen *const seen[] = { &request, &release };

	for (size_t i = 0; i < 2; i++) {
		const struct dhcp_message message = message_seen(seen[i]);
		struct dhcp_client *client = dhcp_client_new();

		client->lease = (struct lease){
			.state = LEASE_RENEWING,
			.address = HOME,
			.proxy_renews = true,
			.request_pending = true,
			.deadline = START + 1000,
		};
		see(client, &message, START);
		assert_int_equal(client->lease.state, i ? LEASE_NONE : LEASE_BOUND);
		assert_false(client->lease.proxy_renews || client->lease.request_pending);
		assert_int_equal(client->lease.deadline, 0);
		dhcp_client_free(client);
	}
}
