// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's description: as JSON, both ways; what is refused; its lists. */
#include "test.h"

#include <errno.h>

#include <json-c/json.h>

#include "base/text.h"
#include "support_hosts.h"

#define MAC "\"mac\": \"52:54:00:12:34:56\""
#define NAS "\"name\": \"nas\", " MAC ", \"addresses\": [\"192.0.2.20\", \"fd00::20\"]"

#define EIGHT(net) \
	"\"10." net ".0.0\", \"10." net ".0.1\", \"10." net ".0.2\", \"10." net ".0.3\"," \
	"\"10." net ".0.4\", \"10." net ".0.5\", \"10." net ".0.6\", \"10." net ".0.7\""

static int read_text(const char *text, struct host_description *description, char why[256])
{
	struct json_object *json = json_tokener_parse(text);
	int err;

	assert_non_null(json);
	err = description_from_json(json, description, why, 256);
	json_object_put(json);
	return err;
}

TEST(descriptions_come_back)
{
	static const char *const texts[] = {
		"{" NAS ", \"wake\": [\"tcp/22\", \"udp/any\"], \"allow\": [\"192.0.2.0/24\"],"
		"\"deny\": [\"192.0.2.99\", \"0.0.0.0/0\"], \"interface\": \"eth0\", \"vlan\": 4094,"
		"\"arp-offload\": true, \"detect-sleep\": true, \"secureon\": \"01:02:03:04:05:06\"}",
		"{" NAS
		", \"wake\": [\"none\"], \"deny\": [\"fd00::/64\"], \"echo\": \"wake\", \"secureon\": \"1.2.3.4\",\"watts\": 36.5}",
		"{" NAS ", \"groups\": [\"239.1.2.3\", \"ff02::fb\"]}",
		"{\"name\": \"nas\", " MAC "}", /* its addresses are DHCP's to say */
	};

	EACH(i, texts)
	{
		struct json_object *given = json_tokener_parse(texts[i]), *json, *again;
		struct host_description there, back;
		char why[256] = "";

		if (read_text(texts[i], &there, why))
			fail_msg("%s: %s", texts[i], why);
		json = description_to_json(&there);
		json_object_object_foreach (given, name, value)
			assert_true(json_object_equal(value, json_object_object_get(json, name)));
		assert_int_equal(description_from_json(json, &back, why, sizeof(why)), 0);
		again = description_to_json(&back);
		assert_true(json_object_equal(json, again));
		json_object_put(again);
		json_object_put(json);
		json_object_put(given);
	}
}

TEST(what_is_left_out_is_empty)
{
	struct host_description description;
	char why[256] = "as it was";

	assert_int_equal(read_text("{\"command\": \"host-add\", " NAS "}", &description, why), 0);
	assert_int_equal(description.policy.port_count + description.policy.source_count, 0);
	assert_int_equal(description.attributes.vlan, 0);
	assert_false(description.attributes.detect_sleep || description.attributes.arp_offload);
	assert_string_equal(why, "as it was");
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
		{ "{" NAS ", \"deny\": [1]}", "deny" },
		{ "{" NAS ", \"detect-sleep\": null}", "detect-sleep" },
		{ "{" NAS ", \"arp-offload\": 1}", "arp-offload" },
		{ "{" NAS ", \"groups\": [\"192.0.2.1\"]}", "groups" },
		{ "{" NAS ", \"groups\": [\"224.0.0.251\"]}", "groups" },
		{ "{" NAS ", \"groups\": [\"ff02::1:ff00:1\"]}", "groups" },
		{ "{" NAS ", \"echo\": \"maybe\"}", "echo" },
		{ "{" NAS ", \"secureon\": \"1:2\"}", "secureon" },
		{ "{" NAS ", \"watts\": 100000.001}", "watts" },
		{ "{" NAS ", \"watts\": -0.001}", "watts" },
		{ "{" NAS ", \"interface\": \"a-name-that-is-too-long\"}", "interface" },
		{ "{\"name\": \"n/s\", " MAC "}", "name" },
		{ "{\"name\": \"-nas\", " MAC "}", "name" },
		{ "{\"name\": \"list\", " MAC "}", "name" },
		{ "{\"name\": \"host-525400123457\", " MAC "}",
		  "the name host-525400123457 is of another MAC; expected a name that is not" },
		{ "{\"name\": \"nas\", \"mac\": \"ff:ff:ff:ff:ff:ff\"}", "mac" },
		{ "{\"name\": \"nas\", " MAC ", \"addresses\": [null]}", "addresses" },
		{ "{" NAS ", \"addresses\": null}", "addresses" },
		{ "{\"name\": \"nas\"}",
		  "no MAC address; expected one, such as 52:54:00:12:34:56" },
		{ "{" MAC "}", "name: missing" },
		{ "{" NAS ", \"addresses\": [\"192.0.2.1\", \"192.0.2.1\"]}", "addresses" },
		{ "{" NAS ", \"addresses\": [\"127.0.0.1\"]}",
		  "127.0.0.1 is a loopback address; expected an address of the host's own" },
		{ "{" NAS ", \"wake\": [\"tcp/22\", \"none\"]}",
		  "port none beside others; expected it alone" },
		{ "{" NAS ", \"interface\": \"et/0\"}",
		  "'et/0' cannot be an interface; expected a name such as eth0" },
		{ "{" NAS ", \"allow\": [\"192.0.2.0/24\"], \"deny\": [\"192.0.2.9/24\"]}",
		  "source 192.0.2.0/24 is both allowed and denied; expected one of the two" },
		{ "{" NAS
		  ", \"allow\": [" EIGHT("1") "], \"deny\": [" EIGHT("2") ", \"10.3.0.0\"]}",
		  "allow, deny: more than 16 given" },
	};

	EACH(i, rows)
	{
		struct host_description description = { .attributes.vlan = 7 };
		char why[256] = "";

		assert_int_equal(read_text(rows[i].text, &description, why), -EINVAL);
		if (!strstr(why, rows[i].named))
			fail_msg("%s: %s", rows[i].text, why);
		assert_int_equal(description.attributes.vlan, 7); /* untouched */
	}
}

TEST(addresses_of_no_host)
{
	static const struct {
		const char *address, *error; /* NULL: it may be a host's */
	} rows[] = {
		{ "0.0.0.0", "is an address of no host" },
		{ "0.1.2.3", "is an address of no host" },
		{ "127.0.0.1", "is a loopback address" },
		{ "224.0.0.251", "is a multicast address" },
		{ "239.255.255.250", "is a multicast address" },
		{ "255.255.255.255", "is the broadcast address" },
		{ "fe80::1", NULL },
		{ "fd00::1", NULL },
		{ "2001:db8::1", NULL },
		{ "100::1", NULL },
		{ "::", "is an address of no host" },
		{ "::1", "is the loopback address" },
		{ "::192.0.2.1", "is an address of no host" },
		{ "ff02::1:ff00:20", "is a multicast address" },
		{ "169.254.3.4", NULL },
		{ "10.0.0.1", NULL },
		{ "223.255.255.254", NULL },
		{ "128.0.0.1", NULL },
	};

	EACH(i, rows)
	{
		struct ipv6 address;
		const char *error;

		assert_int_equal(text_to_ip(rows[i].address, &address), 0);
		error = address_error(&address);
		if (strcmp(error ?: "", rows[i].error ?: ""))
			fail_msg("%s: %s", rows[i].address, error);
	}
}

TEST(ports_are_added)
{
	struct wake_policy some = { 0 }, none = { 0 };

	assert_int_equal(policy_add_port(&some, IPPROTO_UDP, 1), 0);
	assert_int_equal(policy_add_port(&some, 0, 0), -EINVAL);
	for (uint16_t i = 1; i < HOST_PORTS; i++) {
		assert_int_equal(policy_add_port(&some, IPPROTO_TCP, i), 0);
		assert_int_equal(policy_add_port(&some, IPPROTO_TCP, i), -EEXIST);
	}
	assert_int_equal(policy_add_port(&some, IPPROTO_UDP, 2), -ENOSPC);
	assert_int_equal(some.port_count, HOST_PORTS);
	assert_int_equal(policy_add_port(&none, 0, 0), 0);
	assert_int_equal(policy_add_port(&none, 0, 0), -EEXIST);
	assert_int_equal(policy_add_port(&none, IPPROTO_TCP, 22), -EINVAL);
}

TEST(sources_are_added)
{
	const struct ipv6 address = ipv4_mapped((struct ipv4){ { 0 } });
	struct wake_policy policy = { 0 };

	for (uint8_t i = 0; i < HOST_SOURCES; i++) {
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, i % 2), 0);
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, true), -EEXIST);
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, false), -EEXIST);
	}
	assert_int_equal(policy_add_source(&policy, &address, 128, true), -ENOSPC);
	assert_int_equal(policy.source_count, HOST_SOURCES);
	assert_true(!policy.sources[0].allow && policy.sources[1].allow);
}

TEST(a_name_from_a_mac)
{
	const struct mac mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
	char name[HOST_NAME_MAX_SIZE];

	host_name_from_mac(&mac, name);
	assert_string_equal(name, "host-525400123456");
}
