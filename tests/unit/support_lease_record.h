/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that is recorded, and two moments. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_LEASE_RECORD_H
#define SLEEPPROXY_TESTS_LEASE_RECORD_H

#include <string.h>

#include "support_dhcp_client.h"

enum { HOUR_MS = 3600 * 1000 };

static const struct lease_record_clock before = {
	.boot_ms = INT64_C(50000000),
	.wall_ms = INT64_C(1769860800000),
	.boot_id = "7c1a3f0e-0000-4000-8000-000000000001",
};

/* Three hours later by the wall's clock; the machine has run for a minute. */
static const struct lease_record_clock after = {
	.boot_ms = 60000,
	.wall_ms = INT64_C(1769860800000) + 3 * HOUR_MS,
	.boot_id = "7c1a3f0e-0000-4000-8000-000000000002",
};

static const struct dhcp_identity known_identity = {
	.client_id = { 7, { 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
	.hostname = { 3, "nas" },
	.parameters = { 4, { 1, 3, 6, 255 } },
	.vendor_class = { 1, { 0 } },
	.fqdn = { 255, { [0 ... 254] = 0xa5 } },
};

/* Renewed an hour ago, for a day. */
static const struct lease known_lease = {
	.state = LEASE_BOUND,
	.address = { { 192, 0, 2, 20 } },
	.server = { { 192, 0, 2, 1 } },
	.relay = { { 192, 0, 2, 254 } },
	.seconds = 86400,
	.since = INT64_C(50000000) - HOUR_MS,
	.renew_at = INT64_C(50000000) + 11 * HOUR_MS,
	.rebind_at = INT64_C(50000000) + 20 * HOUR_MS,
	.expires_at = INT64_C(50000000) + 23 * HOUR_MS,
	.confirmed = true,
	.proxy_renews = true,
	.result = LEASE_RESULT_RENEWED,
	.result_at = INT64_C(50000000) - HOUR_MS,
	.request_pending = true,
	.xid = 4711,
	.requests = 2,
	.sent_at = INT64_C(50000000) - HOUR_MS,
	.deadline = INT64_C(50000000) + 11 * HOUR_MS,
};

static inline struct json_object *record_of(const struct lease *lease,
                                            const struct lease_record_clock *now)
{
	struct dhcp_client *client = dhcp_client_new();
	struct json_object *json;

	assert_int_equal(dhcp_client_set_identity(client, &known_identity), 0);
	client->lease = *lease;
	client->request.pending = true;
	client->request.xid = 815;
	json = lease_record_write(client, now);
	dhcp_client_free(client);
	return json;
}

/* What the proxy does is not recorded. */
static inline void check_idle(const struct dhcp_client *client)
{
	assert_false(client->request.pending);
	assert_false(client->lease.request_pending);
	assert_false(client->lease.proxy_renews);
	assert_int_equal(client->lease.deadline, 0);
	assert_int_equal(client->lease.requests, 0);
}

#endif
