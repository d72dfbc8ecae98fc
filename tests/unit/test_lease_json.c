// SPDX-License-Identifier: GPL-2.0-or-later
/* A lease as JSON for people and programs, and what they may say of one. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "control/control.h"

/* 2026-01-31T12:00:00Z; the machine has run for ten minutes. */
static const struct now now = { 7, 600000, INT64_C(1769860800000) };

static const struct dhcp_identity itself = {
	.client_id = { 3, { 1, 0x52, 0xff } },
	.hostname = { 3, "nas" },
	.parameters = { 2, { 1, 3 } },
	.vendor_class = { 9, "udhcp 1.3" },
	.fqdn = { 4, { 0, 0, 0, 'n' } },
};

/* Its identity is the caller's to free. */
static struct dhcp_client known(void)
{
	struct dhcp_client client = {
		.lease = {
			.state = LEASE_RENEWING,
			.address = { { 192, 0, 2, 20 } },
			.server = { { 192, 0, 2, 1 } },
			.relay = { { 192, 0, 2, 254 } },
			.seconds = 1800,
			.since = 600000 - 1000500,
			.renew_at = 600000 - 100500,
			.rebind_at = 600000 + 574500,
			.expires_at = 600000 + 799500,
			.deadline = 600000 + 237000,
			.confirmed = true,
			.proxy_renews = true,
			.result = LEASE_RESULT_RENEWED,
			.result_at = 600000 - 1000000,
		},
	};

	assert_int_equal(dhcp_client_set_identity(&client, &itself), 0);
	return client;
}

struct member {
	const char *name, *value; /* NULL: null */
};

static void check_members(const struct dhcp_client *client, const struct member *members,
                          size_t count)
{
	struct json_object *json = lease_json("nas", client, &now);

	for (size_t i = 0; i < count; i++) {
		struct json_object *value;

		assert_true(json_object_object_get_ex(json, members[i].name, &value));
		if (members[i].value)
			assert_string_equal(json_object_get_string(value), members[i].value);
		else
			assert_null(value);
	}
	json_object_put(json);
}

#define CHECK(client, members) check_members(client, members, sizeof(members) / sizeof(*(members)))

TEST(all_of_a_lease)
{
	static const struct member members[] = {
		{ "host", "nas" },
		{ "state", "renewing" },
		{ "renewed-by", "proxy" },
		{ "confirmed", "true" },
		{ "address", "192.0.2.20" },
		{ "server", "192.0.2.1" },
		{ "relay", "192.0.2.254" },
		{ "seconds", "1800" },
		{ "since", "2026-01-31T11:43:19.500Z" },
		{ "t1", "2026-01-31T11:58:19.500Z" },
		{ "t2", "2026-01-31T12:09:34.500Z" },
		{ "expires", "2026-01-31T12:13:19.500Z" },
		{ "t1-in", "-100.500" },
		{ "t2-in", "574.500" },
		{ "expires-in", "799.500" },
		{ "next-request-in", "237.000" },
		{ "result", "renewed" },
		{ "result-at", "2026-01-31T11:43:20.000Z" },
		{ "reason", "192.0.2.20 for 30 min, by 192.0.2.1" },
		{ "client-id", "01:52:ff" },
		{ "parameters", "01:03" },
		{ "fqdn", "00:00:00:6e" },
		{ "hostname", "nas" },
		{ "vendor-class", "udhcp 1.3" },
	};
	const struct dhcp_client client = known();
	struct json_object *json = lease_json("nas", &client, &now);

	CHECK(&client, members);
	assert_int_equal(json_object_object_length(json), sizeof(members) / sizeof(*members));
	json_object_put(json);
	free(client.identity);
}

TEST(nothing_of_a_lease)
{
	static const struct member members[] = {
		{ "state", "none" },    { "renewed-by", "host" }, { "confirmed", "false" },
		{ "address", NULL },    { "server", NULL },       { "seconds", NULL },
		{ "since", NULL },      { "t1", NULL },           { "t2", NULL },
		{ "expires", NULL },    { "t1-in", NULL },        { "t2-in", NULL },
		{ "expires-in", NULL }, { "result", NULL },       { "next-request-in", NULL },
		{ "result-at", NULL },  { "reason", "" },         { "client-id", "" },
		{ "hostname", "" },     { "parameters", "" },     { "fqdn", "" },
		{ "vendor-class", "" }, { "relay", NULL },
	};
	const struct dhcp_client client = { .lease.state = LEASE_NONE };

	CHECK(&client, members);
}

TEST(a_lease_without_end)
{
	static const struct member members[] = {
		{ "seconds", "infinite" },
		{ "since", "2026-01-31T11:43:19.500Z" },
		{ "t1", NULL },
		{ "t2", NULL },
		{ "expires", NULL },
		{ "t1-in", NULL },
		{ "t2-in", NULL },
		{ "expires-in", NULL },
		{ "reason", "192.0.2.20 for ever, by 192.0.2.1" },
	};
	struct dhcp_client client = known();

	client.lease.seconds = DHCP_INFINITE;
	client.lease.renew_at = client.lease.rebind_at = client.lease.expires_at = LEASE_NEVER;
	CHECK(&client, members);
	free(client.identity);
}

TEST(names_from_the_network_are_made_text)
{
	static const struct member members[] = {
		{ "hostname", "n?s?[2J?" },
		{ "vendor-class", "" },
		{ "client-id", "00" },
	};
	struct dhcp_identity identity = itself;
	struct dhcp_client client = known();
	struct json_object *json;
	const char *text;

	identity.hostname = (struct dhcp_option){ 8, "n\0s\x1b[2J\xfc" };
	identity.vendor_class.length = 0;
	identity.client_id = (struct dhcp_option){ 1, { 0 } };
	dhcp_client_set_identity(&client, &identity);
	CHECK(&client, members);
	memset(&identity.vendor_class, 0xff, sizeof(identity.vendor_class));
	memset(&identity.fqdn, 0xff, sizeof(identity.fqdn));
	dhcp_client_set_identity(&client, &identity);
	json = lease_json("nas", &client, &now);
	text = json_object_get_string(json_object_object_get(json, "vendor-class"));
	assert_int_equal(strspn(text, "?"), 255);
	text = json_object_get_string(json_object_object_get(json, "fqdn"));
	assert_int_equal(strlen(text), 764);
	json_object_put(json);
	free(client.identity);
}

#define NAS "{\"address\": \"192.0.2.20\", "

struct said {
	struct lease_grant grant;
	struct dhcp_identity identity;
	char why[256];
};

static int says(struct said *said, const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	int err;

	assert_non_null(json);
	memset(said, 0x5a, sizeof(*said));
	*said->why = '\0';
	err = lease_from_json(json, &now, &said->grant, &said->identity, said->why,
	                      sizeof(said->why));
	json_object_put(json);
	return err;
}

TEST(what_people_may_say)
{
	static const struct {
		const char *text;
		struct lease_grant grant; /* the address apart */
		struct dhcp_identity identity;
	} rows[] = {
		{ "{\"command\": \"lease-set\", \"name\": \"nas\", \"address\": \"192.0.2.20\","
		  "\"server\": \"192.0.2.1\", \"seconds\": 3600, \"left\": 3300,"
		  "\"client-id\": \"01:52:FF\", \"hostname\": \"nas\"}",
		  { .server = { { 192, 0, 2, 1 } }, .seconds = 3600, .since = 300000 },
		  { .client_id = { 3, { 1, 0x52, 0xff } }, .hostname = { 3, "nas" } } },
		{ .text = "{\"address\": \"::ffff:192.0.2.20\", \"client-id\": \"\"}" },
		{ NAS "\"seconds\": 3600}", .grant = { .seconds = 3600 } },
		{ NAS "\"seconds\": 3600, \"left\": 3600}",
		  .grant = { .seconds = 3600, .since = 600000 } },
		{ NAS "\"seconds\": 1, \"left\": 1}", .grant = { .seconds = 1, .since = 600000 } },
		{ NAS "\"seconds\": 3600, \"left\": 1}",
		  .grant = { .seconds = 3600, .since = -2999000 } },
		{ NAS "\"seconds\": 4294967294, \"left\": 1}",
		  .grant = { .seconds = 4294967294, .since = 600000 - INT64_C(4294967293000) } },
	};
	struct said said;

	EACH(i, rows)
	{
		struct lease_grant grant = rows[i].grant;

		grant.address = (struct ipv4){ { 192, 0, 2, 20 } };
		if (says(&said, rows[i].text) || memcmp(&said.grant, &grant, sizeof(grant)) ||
		    memcmp(&said.identity, &rows[i].identity, sizeof(said.identity)))
			fail_msg("%s: %s", rows[i].text, said.why);
	}
}

/* In a request that is right otherwise. */
TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *expected;
		const char *members[8];
	} rows[] = {
		{ "the IPv4 address that the host has by DHCP",
		  { "\"address\": null", "\"address\": 5", "\"address\": \"2001:db8::1\"" } },
		{ "is a multicast address; expected a host's IPv4 address",
		  { "\"address\": \"224.0.0.1\"", "\"server\": \"224.0.0.1\"" } },
		{ "is an address of no host", { "\"address\": \"0.0.0.0\"" } },
		{ "an IPv4 address", { "\"server\": []" } },
		{ "a number of seconds, at least 1",
		  { "\"seconds\": 0", "\"seconds\": -1", "\"seconds\": 4294967295",
		    "\"seconds\": 9223372036854775807", "\"seconds\": \"60\"", "\"seconds\": 60.5",
		    "\"seconds\": null", "\"left\": 0" } },
		{ "\"seconds\" too, and no more than that",
		  { "\"left\": 61, \"seconds\": 60", "\"left\": 60" } },
		{ "octets as \"01:52:54:00:12:34:56\"",
		  { "\"client-id\": \"1:2\"", "\"client-id\": {}", "\"client-id\": 12" } },
		{ "letters, digits, '-', '_' and '.', at most 63",
		  { "\"hostname\": \"n s\"", "\"hostname\": \"\"", "\"hostname\": false" } },
	};
	struct said said;
	char text[128];

	EACH(i, rows)
	{
		for (size_t j = 0; j < 8 && rows[i].members[j]; j++) {
			const char *member = rows[i].members[j];

			snprintf(text, sizeof(text), "{%s%s}",
			         strstr(member, "address") ? "" : "\"address\": \"192.0.2.20\", ",
			         member);
			assert_int_equal(says(&said, text), -EINVAL);
			if (strncmp(said.why, member + 1, strcspn(member + 1, "\"")) ||
			    !strstr(said.why, rows[i].expected))
				fail_msg("%s: %s", text, said.why);
		}
	}
	assert_int_equal(says(&said, "{}"), -EINVAL);
	assert_non_null(strstr(said.why, rows[0].expected));
	assert_int_equal(says(&said, "[]"), -EINVAL);
	assert_int_equal(says(&said, "{\"address\": \"192.0.2.20\", \"colour\": 1}"), -EINVAL);
}

TEST(the_longest_names)
{
	char text[1024] = NAS "\"client-id\": \"00";
	struct said said;

	for (int i = 1; i < 255; i++)
		sprintf(text + strlen(text), ":%02x", i);
	strcat(text, "\"}");
	assert_int_equal(says(&said, text), 0);
	assert_int_equal(said.identity.client_id.length, 255);
	assert_int_equal(said.identity.client_id.data[254], 254);
	strcpy(strrchr(text, '"'), ":00\"}");
	assert_int_equal(says(&said, text), -EINVAL);
	strcpy(text, NAS "\"hostname\": \"0123456789012345678901234567890123456789012345678901234"
	                 "56789012\"}");
	assert_int_equal(says(&said, text), 0);
	assert_int_equal(said.identity.hostname.length, 63);
	strcpy(strrchr(text, '"'), "x\"}");
	assert_int_equal(says(&said, text), -EINVAL);
}
