// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's description as JSON: both ways, and what is refused. */
#include "test.h"

#include <string.h>

#include <json-c/json.h>

#include "host/description.h"

#define NAS "\"name\": \"nas\", \"mac\": \"52:54:00:12:34:56\", \"addresses\": [\"192.0.2.20\"]"

#define EIGHT(net) \
	"\"10." net ".0.0\", \"10." net ".0.1\", \"10." net ".0.2\", \"10." net ".0.3\"," \
	"\"10." net ".0.4\", \"10." net ".0.5\", \"10." net ".0.6\", \"10." net ".0.7\""

static int read_text(const char *text, struct host_description *spec, char why[256])
{
	struct json_object *json = json_tokener_parse(text);
	int err;

	assert_non_null(json);
	err = description_from_json(json, spec, why, 256);
	json_object_put(json);
	return err;
}

TEST(all_members_survive_the_way_there_and_back)
{
	static const char all[] =
		"{" NAS ", \"wake\": [\"tcp/22\", \"udp/any\"], \"allow\": [\"192.0.2.0/24\"],"
		"\"deny\": [\"192.0.2.99\"], \"interface\": \"eth0\", \"vlan\": 10,"
		"\"arp-offload\": true, \"detect-sleep\": true, \"secureon\": \"01:02:03:04:05:06\"}";
	struct host_description there, back;
	struct json_object *json, *again;
	char why[256];

	assert_int_equal(read_text(all, &there, why), 0);
	assert_int_equal(there.vlan, 10);
	assert_int_equal(there.policy.port_count, 2);
	assert_int_equal(there.policy.source_count, 2);
	assert_int_equal(there.secureon_length, 6);
	json = description_to_json(&there);
	assert_int_equal(description_from_json(json, &back, why, sizeof(why)), 0);
	again = description_to_json(&back);
	assert_true(json_object_equal(json, again));
	json_object_put(again);
	json_object_put(json);
	json = json_tokener_parse(all);
	again = description_to_json(&there);
	json_object_object_foreach (json, name, value)
		assert_true(json_object_equal(value, json_object_object_get(again, name)));
	json_object_put(again);
	json_object_put(json);
}

TEST(what_is_left_out_is_empty)
{
	struct host_description spec;
	char why[256];

	assert_int_equal(read_text("{" NAS "}", &spec, why), 0);
	assert_int_equal(spec.policy.port_count + spec.policy.source_count, 0);
	assert_int_equal(spec.vlan, 0);
	assert_false(spec.detect_sleep || spec.arp_offload);
}

/* Its addresses are DHCP's to say. */
TEST(a_host_may_have_no_address)
{
	struct host_description spec;
	struct json_object *json;
	char why[256];

	assert_int_equal(
		read_text("{\"name\": \"nas\", \"mac\": \"52:54:00:12:34:56\"}", &spec, why), 0);
	assert_int_equal(spec.address_count, 0);
	json = description_to_json(&spec);
	assert_string_equal(json_object_to_json_string(json_object_object_get(json, "addresses")),
	                    "[ ]");
	assert_int_equal(description_from_json(json, &spec, why, sizeof(why)), 0);
	json_object_put(json);
}

TEST(a_request_may_name_its_command)
{
	struct host_description spec;
	char why[256];

	assert_int_equal(read_text("{\"command\": \"host-add\", " NAS "}", &spec, why), 0);
}

TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *text, *named;
	} rows[] = {
		{ "{" NAS ", \"color\": \"red\"}", "color" },
		{ "{" NAS ", \"vlan\": 4095}", "vlan" },
		{ "{" NAS ", \"vlan\": \"10\"}", "vlan" },
		{ "{" NAS ", \"wake\": [\"tcp/99999\"]}", "wake" },
		{ "{" NAS ", \"wake\": \"tcp/22\"}", "wake" },
		{ "{" NAS ", \"wake\": [\"tcp/22\", \"tcp/22\"]}", "wake" },
		{ "{" NAS ", \"allow\": [\"192.0.2.0/33\"]}", "allow" },
		{ "{" NAS ", \"detect-sleep\": 1}", "detect-sleep" },
		{ "{" NAS ", \"secureon\": \"1:2\"}", "secureon" },
		{ "{" NAS ", \"interface\": \"a-name-that-is-too-long\"}", "interface" },
		{ "{\"name\": \"n/s\", \"mac\": \"52:54:00:12:34:56\"}", "name" },
		{ "{\"name\": \"nas\", \"mac\": \"ff:ff:ff:ff:ff:ff\"}", "mac" },
		{ "{\"name\": \"nas\", \"mac\": \"52:54:00:12:34:56\", \"addresses\": [null]}",
		  "addresses" },
		{ "{" NAS ", \"addresses\": null}", "addresses" },
		{ "{\"name\": \"nas\"}", "no MAC address" },
		{ "{\"mac\": \"52:54:00:12:34:56\"}", "name: missing" },
		{ "{" NAS ", \"addresses\": [\"192.0.2.1\", \"192.0.2.1\"]}", "addresses" },
		{ "{" NAS ", \"addresses\": [\"127.0.0.1\"]}", "127.0.0.1 is a loopback address" },
		{ "{" NAS ", \"wake\": [\"tcp/22\", \"none\"]}", "port none beside others" },
		{ "{" NAS ", \"interface\": \"et/0\"}", "'et/0' cannot be an interface" },
		{ "{" NAS ", \"allow\": [\"192.0.2.0/24\"], \"deny\": [\"192.0.2.9/24\"]}",
		  "source 192.0.2.0/24 is both allowed and denied; expected one of the two" },
		{ "{" NAS
		  ", \"allow\": [" EIGHT("1") "], \"deny\": [" EIGHT("2") ", \"10.3.0.0\"]}",
		  "allow, deny: more than 16 given" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct host_description spec = { .vlan = 7 };
		char why[256] = "";

		assert_int_not_equal(read_text(rows[i].text, &spec, why), 0);
		assert_non_null(strstr(why, rows[i].named));
		assert_int_equal(spec.vlan, 7); /* untouched */
	}
}
