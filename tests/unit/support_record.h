/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client that is recorded, and two moments. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_RECORD_H
#define SLEEPPROXY_TESTS_RECORD_H

#include <string.h>

#include "dhcp/lease_record.h"

enum { HOUR_MS = 3600 * 1000 };

static const struct record_moment before = {
	.boot_ms = INT64_C(50000000),
	.wall_ms = INT64_C(1769860800000),
	.boot = "7c1a3f0e-0000-4000-8000-000000000001",
};

/* Three hours later by the wall's clock; the machine has run for a minute. */
static const struct record_moment after = {
	.boot_ms = 60000,
	.wall_ms = INT64_C(1769860800000) + 3 * HOUR_MS,
	.boot = "7c1a3f0e-0000-4000-8000-000000000002",
};

/* Renewed an hour ago, for a day. */
static inline struct dhcp_client known(void)
{
	struct dhcp_client client = {
		.identity = {
			.client_id = { 7, { 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
			.hostname = { 3, "nas" },
			.parameters = { 4, { 1, 3, 6, 255 } },
			.vendor_class = { 1, { 0 } },
			.fqdn = { .length = 255 },
		},
		.lease = {
			.state = LEASE_BOUND,
			.address = { { 192, 0, 2, 20 } },
			.server = { { 192, 0, 2, 1 } },
			.relay = { { 192, 0, 2, 254 } },
			.seconds = 86400,
			.since = before.boot_ms - HOUR_MS,
			.renew_at = before.boot_ms + 11 * HOUR_MS,
			.rebind_at = before.boot_ms + 20 * HOUR_MS,
			.expires_at = before.boot_ms + 23 * HOUR_MS,
			.confirmed = true,
			.kept = true,
			.result = RESULT_RENEWED,
			.result_at = before.boot_ms - HOUR_MS,
			.xid = 4711,
			.sent_at = before.boot_ms - HOUR_MS,
			.deadline = before.boot_ms + 11 * HOUR_MS,
		},
		.xid = 815,
		.asked = true,
	};

	memset(client.identity.fqdn.data, 0xa5, 255);
	return client;
}

static inline void check_clean(const struct dhcp_client *client)
{
	assert_false(client->asked);
	assert_false(client->lease.asked);
	assert_false(client->lease.kept);
	assert_int_equal(client->lease.deadline, 0);
	assert_int_equal(client->lease.tries, 0);
}

#endif
