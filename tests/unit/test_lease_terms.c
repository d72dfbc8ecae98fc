// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The times that servers grant, also invalid ones, and which of their messages are an answer at
 * all.
 */
#include "test.h"

#include "support_dhcp.h"

static struct scene scene_acknowledged(uint32_t seconds, uint32_t t1, uint32_t t2)
{
	char script[96];

	snprintf(script, sizeof(script), "lease:0 asleep due ack:3600 due ack:%u,%u,%u", seconds,
	         t1, t2);
	return scene_of(script, NULL);
}

TEST(times_of_the_server)
{
	static const struct {
		const char *shows;
		uint32_t seconds, t1, t2;
		double used1, used2, end; /* s from its beginning */
	} rows[] = {
		{ "both are used", HOUR, 600, 1200, 600, 1200, HOUR },
		{ "as late as can be", HOUR, 3598, 3599, 3598, 3599, HOUR },
		{ "as soon as can be", HOUR, 30, 31, 30, 31, HOUR },
		{ "T1 alone", HOUR, 600, 0, 600, 3150, HOUR },
		{ "T2 alone", HOUR, 0, 3000, 1800, 3000, HOUR },
		{ "T1 is T2", HOUR, 1200, 1200, 1800, 3150, HOUR },
		{ "T1 after T2", HOUR, 1201, 1200, 1800, 3150, HOUR },
		{ "T2 is the end", HOUR, 600, 3600, 1800, 3150, HOUR },
		{ "T2 after the end", HOUR, 600, 7200, 1800, 3150, HOUR },
		{ "T1 too soon", HOUR, 29, 1800, 1800, 3150, HOUR },
		{ "T2 not after the usual T1", HOUR, 0, 1800, 1800, 3150, HOUR },
		{ "T1 after the usual T2", HOUR, 3200, 0, 1800, 3150, HOUR },
		{ "no end", HOUR, UINT32_MAX, UINT32_MAX, 1800, 3150, HOUR },
		{ "the shortest lease", 60, 30, 31, 30, 31, 60 },
		{ "T1 too soon for a short lease", 61, 29, 60, 30.5, 53.375, 61 },
		{ "no lease is taken for shorter", 59, 29, 30, 30, 52.5, 60 },
		{ "nor that of a second", 1, 0, 0, 30, 52.5, 60 },
		{ "the longest lease", DHCP_INFINITE - 1, 600, 1200, 600, 1200, DHCP_INFINITE - 1 },
	};

	EACH(i, rows)
	{
		const struct lease lease =
			scene_acknowledged(rows[i].seconds, rows[i].t1, rows[i].t2).lease;

		if ((lease.renew_at - lease.since) != 1000 * rows[i].used1 ||
		    (lease.rebind_at - lease.since) != 1000 * rows[i].used2 ||
		    (lease.expires_at - lease.since) != 1000 * rows[i].end ||
		    lease.deadline != lease.renew_at || lease.seconds != rows[i].seconds)
			fail_msg("%s", rows[i].shows);
	}
}

/* T1 is up to 1/64 sooner (RFC 2131, 4.4.5), so that not all leases are renewed at once. */
TEST(jitter_of_t1)
{
	static const struct {
		uint32_t random;
		int64_t sooner; /* ms */
	} rows[] = {
		{ 0, 0 },
		{ 1, 1 },
		{ HOUR_MS / 128, HOUR_MS / 128 },
		{ HOUR_MS / 128 + 1, 0 },
		{ UINT32_MAX, UINT32_MAX % (HOUR_MS / 128 + 1) },
	};
	const struct lease_grant grant = { .address = home, .seconds = HOUR, .since = START };

	EACH(i, rows)
	{
		struct lease lease = { 0 };

		lease_grant(&lease, MIN_LEASE_DEFAULT, &grant, rows[i].random);
		assert_int_equal(lease.renew_at, START + HOUR_MS / 2 - rows[i].sooner);
		assert_int_equal(lease.rebind_at, START + HOUR_MS / 8 * 7);
		assert_int_equal(lease.expires_at, START + HOUR_MS);
	}
}

static const struct lease_case times_need_length_and_beginning[] = {
	{ "neither is known", "| lease:0", "", "bound by router" },
	{ "the beginning is unknown", "| lease:3600", "", "bound by router" },
	{ "the length is unknown", "| lease:0,-60", "", "bound by router since -60" },
	{ "it began before the machine did", "| lease:3600,-100060", "",
	  "bound by router since -100060 t1 -98260 t2 -96910 end -96460" },
	{ "an infinite lease without beginning", "| lease:" INFINITE, "", "bound by router" },
};

CASES_TEST(times_need_length_and_beginning)

static struct ipv4 last_octet(uint8_t last)
{
	return last ? (struct ipv4){ { 192, 0, 2, last } } : nowhere;
}

#define ANSWERED "lease:0 asleep due ack:3600"
#define RENEWING ANSWERED " random:7 due"
#define REBINDING ANSWERED " random:7 until:3150"

TEST(which_messages_are_answers)
{
	static const struct {
		const char *shows, *script;
		enum dhcp_type type;
		uint32_t xid;
		uint8_t address, server; /* 192.0.2.x; 0: none */
		uint32_t seconds;
		enum dhcp_count count;
	} rows[] = {
		{ "an ACK", RENEWING, DHCP_ACK, 7, 20, 1, HOUR, DHCP_COUNT_RENEWAL },
		{ "an ACK of another address", RENEWING, DHCP_ACK, 7, 99, 1, HOUR,
		  DHCP_COUNT_RENEWAL },
		{ "a second ACK", ANSWERED, DHCP_ACK, 0, 20, 1, HOUR, DHCP_COUNT_NOT_REQUESTED },
		{ "an ACK after the host woke", RENEWING " awake", DHCP_ACK, 7, 20, 1, HOUR,
		  DHCP_COUNT_NOT_REQUESTED },
		{ "an ACK after another grant", RENEWING " other-lease:0", DHCP_ACK, 0, 20, 1, HOUR,
		  DHCP_COUNT_NOT_REQUESTED },
		{ "an ACK though nobody was asked", RENEWING " unreachable unreachable", DHCP_ACK,
		  7, 20, 1, HOUR, DHCP_COUNT_NOT_REQUESTED },
		{ "an ACK to another request", RENEWING, DHCP_ACK, 8, 20, 1, HOUR,
		  DHCP_COUNT_WRONG_XID },
		{ "an ACK to the request before", RENEWING " random:8 due", DHCP_ACK, 7, 20, 1,
		  HOUR, DHCP_COUNT_WRONG_XID },
		{ "an ACK of another server", RENEWING, DHCP_ACK, 7, 20, 66, HOUR,
		  DHCP_COUNT_WRONG_SERVER },
		{ "an ACK of no server", RENEWING, DHCP_ACK, 7, 20, 0, HOUR,
		  DHCP_COUNT_WRONG_SERVER },
		{ "an ACK of any server, if all were asked", REBINDING, DHCP_ACK, 7, 20, 66, HOUR,
		  DHCP_COUNT_RENEWAL },
		{ "an ACK of any server, if none was known", "other-lease:0 asleep random:7 due",
		  DHCP_ACK, 7, 99, 66, HOUR, DHCP_COUNT_RENEWAL },
		{ "an ACK of the server of before", REBINDING " stranger-ack:3600 due", DHCP_ACK, 7,
		  20, 1, HOUR, DHCP_COUNT_WRONG_SERVER },
		{ "an ACK without a time", RENEWING, DHCP_ACK, 7, 20, 1, 0,
		  DHCP_COUNT_NOT_AN_ANSWER },
		{ "an ACK without an address", RENEWING, DHCP_ACK, 7, 0, 1, HOUR,
		  DHCP_COUNT_NOT_AN_ANSWER },
		{ "an offer", RENEWING, DHCP_OFFER, 7, 20, 1, HOUR, DHCP_COUNT_NOT_AN_ANSWER },
		{ "a request", RENEWING, DHCP_REQUEST, 7, 20, 1, HOUR, DHCP_COUNT_NOT_AN_ANSWER },
		{ "an inform", RENEWING, DHCP_INFORM, 7, 20, 1, HOUR, DHCP_COUNT_NOT_AN_ANSWER },
		{ "a NAK", RENEWING, DHCP_NAK, 7, 0, 1, 0, DHCP_COUNT_RENEWAL },
		{ "a NAK to another request", RENEWING, DHCP_NAK, 0x80000007, 0, 1, 0,
		  DHCP_COUNT_WRONG_XID },
		{ "a NAK of another server", RENEWING, DHCP_NAK, 7, 0, 66, 0,
		  DHCP_COUNT_WRONG_SERVER },
		{ "a NAK of no server", RENEWING, DHCP_NAK, 7, 0, 0, 0, DHCP_COUNT_WRONG_SERVER },
		{ "a NAK of any server, if all were asked", REBINDING, DHCP_NAK, 7, 0, 66, 0,
		  DHCP_COUNT_RENEWAL },
		{ "a NAK of no server, if all were asked", REBINDING, DHCP_NAK, 7, 0, 0, 0,
		  DHCP_COUNT_WRONG_SERVER },
	};

	EACH(i, rows)
	{
		const struct lease lease = scene_of(rows[i].script, NULL).lease;
		const struct dhcp_message message = {
			.type = rows[i].type,
			.xid = rows[i].xid,
			.yiaddr = last_octet(rows[i].address),
			.server = last_octet(rows[i].server),
			.lease_time = rows[i].seconds,
		};
		const enum dhcp_count count = lease_check(&lease, &message);

		if (count != rows[i].count)
			fail_msg("%s: found %d, expected %d", rows[i].shows, count, rows[i].count);
	}
}
