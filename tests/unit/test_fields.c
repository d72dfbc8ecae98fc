// SPDX-License-Identifier: GPL-2.0-or-later
/* Structs as JSON by a table of fields: both ways, and what is refused, for each type. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "base/addr.h"
#include "base/fields.h"

enum color { RED, GREEN, BLUE };

struct inner {
	struct mac mac;
	uint8_t number;
};

struct sample {
	bool flag;
	uint8_t small;
	uint16_t port;
	uint32_t seconds;
	int64_t at;
	uint64_t number;
	struct mac mac;
	struct ipv4 server;
	struct ipv6 address;
	struct wake_port wake;
	struct source_prefix from;
	char text[8], name[64], interface[16];
	uint8_t octets[4], octet_count;
	uint8_t secureon[6];
	size_t secureon_length;
	enum color color;
	struct inner inner;
	uint32_t watts;
	bool has_lease;
	uint32_t lease;
	struct ipv6 addresses[3];
	uint8_t address_count;
	struct wake_port ports[3];
	uint32_t port_count;
	uint64_t numbers[2];
	size_t number_count;
	struct inner inners[2];
	uint16_t inner_count;
};

static const char *const colors[] = { "red", "green", "blue", NULL };

static const struct field inner_fields[] = {
	{ "mac", FIELD_MAC, FIELD_AT(struct inner, mac), .flags = FIELD_REQUIRED },
	{ "number", FIELD_NUMBER, FIELD_AT(struct inner, number), .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

#define AT(member) FIELD_AT(struct sample, member), .flags = FIELD_OMIT_ZERO
#define COUNTED(member, count) FIELD_COUNTED(struct sample, member, count), .flags = FIELD_OMIT_ZERO
#define LIST(member, count) \
	FIELD_LIST(struct sample, member, count), .flags = FIELD_OMIT_ZERO | FIELD_UNIQUE

static const struct field fields[] = {
	{ "command", .type = FIELD_IGNORED },
	{ "flag", FIELD_BOOL, AT(flag) },
	{ "small", FIELD_NUMBER, AT(small) },
	{ "port", FIELD_NUMBER, AT(port), .min = 1, .max = 4094, .expected = "a VLAN id" },
	{ "seconds", FIELD_NUMBER, AT(seconds) },
	{ "at", FIELD_NUMBER, AT(at), .min = -1000 },
	{ "number", FIELD_NUMBER, AT(number) },
	{ "watts", FIELD_DECIMAL, AT(watts), .max = 100000 },
	{ "mac", FIELD_MAC, AT(mac) },
	{ "server", FIELD_IPV4, AT(server) },
	{ "address", FIELD_IP, AT(address) },
	{ "wake", FIELD_PORT, AT(wake) },
	{ "from", FIELD_PREFIX, AT(from) },
	{ "text", FIELD_TEXT, AT(text) },
	{ "name", FIELD_NAME, AT(name) },
	{ "interface", FIELD_INTERFACE, AT(interface) },
	{ "octets", FIELD_OCTETS, COUNTED(octets, octet_count) },
	{ "secureon", FIELD_SECUREON, COUNTED(secureon, secureon_length) },
	{ "color", FIELD_ENUM, AT(color), .names = colors },
	{ "inner", FIELD_OBJECT, AT(inner), .fields = inner_fields },
	{ "lease", FIELD_NUMBER, FIELD_AT(struct sample, lease),
	  FIELD_PRESENT(struct sample, has_lease) },
	{ "addresses", FIELD_IP, LIST(addresses, address_count) },
	{ "ports", FIELD_PORT, LIST(ports, port_count) },
	{ "numbers", FIELD_NUMBER, LIST(numbers, number_count) },
	{ "inners", FIELD_OBJECT, LIST(inners, inner_count), .fields = inner_fields },
	{ 0 },
};

/* With ' for ". */
static int read_text(const struct field *table, const char *text, void *into, char why[256])
{
	struct json_object *json;
	char quoted[1024];
	int err;

	snprintf(quoted, sizeof(quoted), "%s", text);
	for (char *c = quoted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json = json_tokener_parse(quoted);
	assert_non_null(json);
	*why = '\0';
	err = fields_from_json(table, json, into, why, 256);
	json_object_put(json);
	return err;
}

static void assert_written(const struct sample *sample, const char *expected)
{
	struct json_object *json = fields_to_json(fields, sample);
	char text[1024];

	snprintf(text, sizeof(text), "%s",
	         json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
	                                                      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
	for (char *c = text; *c; c++)
		*c = *c == '"' ? '\'' : *c;
	assert_string_equal(text, expected);
}

TEST(what_is_read_is_written)
{
	static const char *const rows[] = {
		"{}",
		"{'flag':true}",
		"{'small':255}",
		"{'port':4094}",
		"{'seconds':4294967295}",
		"{'at':-1000}",
		"{'at':9223372036854775807}",
		"{'number':9223372036854775807}",
		"{'watts':36.5}",
		"{'watts':0.001}",
		"{'watts':100}",
		"{'mac':'52:54:00:12:34:56'}",
		"{'server':'192.0.2.1'}",
		"{'address':'192.0.2.1'}",
		"{'address':'2001:db8::1'}",
		"{'wake':'udp/any'}",
		"{'from':'192.0.2.0/24'}",
		"{'text':'a b c d'}",
		"{'name':'nas'}",
		"{'interface':'eth0'}",
		"{'octets':'01:52:54:00'}",
		"{'secureon':'01:02:03:04:05:06'}",
		"{'secureon':'1.2.3.4'}",
		"{'color':'blue'}",
		"{'inner':{'mac':'52:54:00:12:34:56','number':7}}",
		"{'lease':0}",
		"{'addresses':['192.0.2.1','2001:db8::1']}",
		"{'ports':['tcp/22','udp/any','tcp/any']}",
		"{'numbers':[1,0]}",
		"{'inners':[{'mac':'52:54:00:00:00:01'},{'mac':'52:54:00:00:00:02','number':2}]}",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sample sample = { 0 };
		char why[256];

		assert_int_equal(read_text(fields, rows[i], &sample, why), 0);
		assert_written(&sample, rows[i]);
	}
}

TEST(values_are_where_the_table_says)
{
	struct sample sample = { .address_count = 3, .seconds = 5 };
	char why[256];

	assert_int_equal(read_text(fields,
	                           "{'command': [], 'color': 'green', 'addresses': ['192.0.2.9'],"
	                           " 'lease': 7, 'octets': '01:52', 'name': 'nas'}",
	                           &sample, why),
	                 0);
	assert_int_equal(sample.color, GREEN);
	assert_int_equal(sample.address_count, 1);
	assert_int_equal(sample.addresses[0].octet[15], 9);
	assert_true(sample.has_lease);
	assert_int_equal(sample.lease, 7);
	assert_int_equal(sample.octet_count, 2);
	assert_int_equal(sample.octets[1], 0x52);
	assert_string_equal(sample.name, "nas");
	assert_int_equal(sample.seconds, 5); /* not there: left as it is */
}

TEST(zeros_are_written_unless_omitted)
{
	static const struct field all[] = {
		{ "flag", FIELD_BOOL, FIELD_AT(struct sample, flag) },
		{ "server", FIELD_IPV4, FIELD_AT(struct sample, server) },
		{ "octets", FIELD_OCTETS, FIELD_COUNTED(struct sample, octets, octet_count) },
		{ "addresses", FIELD_IP, FIELD_LIST(struct sample, addresses, address_count) },
		{ 0 },
	};
	const struct sample sample = { .small = 1 };
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "first", json_object_new_int(1));
	fields_add_to_json(json, all, &sample);
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
	                    "{\"first\":1,\"flag\":false,\"server\":\"0.0.0.0\",\"octets\":\"\","
	                    "\"addresses\":[]}");
	json_object_put(json);
}

static const struct {
	const char *text, *why;
} refused[] = {
	{ "[]", "expected an object" },
	{ "{'colour': 1}", "colour: unknown field; did you mean color?" },
	{ "{'weight': 1}", "weight: unknown field" },
	{ "{'flag': 1}", "flag: 1: expected true or false" },
	{ "{'flag': null}", "flag: null: expected true or false" },
	{ "{'small': 256}", "small: 256: expected a number from 0 to 255" },
	{ "{'small': -1}", "small: -1: expected a number from 0 to 255" },
	{ "{'small': 1.0}", "small: 1.0: expected a number from 0 to 255" },
	{ "{'small': '1'}", "small: \"1\": expected a number from 0 to 255" },
	{ "{'port': 0}", "port: 0: expected a VLAN id" },
	{ "{'port': 4095}", "port: 4095: expected a VLAN id" },
	{ "{'seconds': 4294967296}",
	  "seconds: 4294967296: expected a number from 0 to 4294967295" },
	{ "{'at': -1001}", "at: -1001: expected a number from -1000 to 9223372036854775807" },
	{ "{'at': 9223372036854775808}",
	  "at: 9223372036854775808: expected a number from -1000 to 9223372036854775807" },
	{ "{'watts': 100.001}", "watts: 100.001: expected a number from 0 to 100" },
	{ "{'watts': -0.001}", "watts: -0.001: expected a number from 0 to 100" },
	{ "{'watts': NaN}", "watts: NaN: expected a number from 0 to 100" },
	{ "{'watts': '5'}", "watts: \"5\": expected a number from 0 to 100" },
	{ "{'mac': 'ff:ff:ff:ff:ff:ff'}",
	  "mac: \"ff:ff:ff:ff:ff:ff\": expected a host's MAC, as in \"52:54:00:12:34:56\"" },
	{ "{'server': '2001:db8::1'}", "server: \"2001:db8::1\": expected an IPv4 address" },
	{ "{'address': '192.0.2'}", "address: \"192.0.2\": expected an IP address" },
	{ "{'wake': 'tcp/0'}", "wake: \"tcp/0\": expected a port as \"tcp/22\" or \"udp/any\"" },
	{ "{'from': '192.0.2.0/33'}",
	  "from: \"192.0.2.0/33\": expected a prefix as \"192.168.1.0/24\"" },
	{ "{'text': '12345678'}", "text: \"12345678\": expected text of at most 7 octets" },
	{ "{'text': 'a\\u0000b'}", "text: \"a\\u0000b\": expected text of at most 7 octets" },
	{ "{'name': 'n/s'}",
	  "name: \"n/s\": expected letters, digits, '-', '_' and '.', at most 63, not '-' or '.' first, nor a command's word" },
	{ "{'interface': ''}", "interface: \"\": expected an interface's name" },
	{ "{'octets': '01:02:03:04:05'}",
	  "octets: \"01:02:03:04:05\": expected at most 4 octets as \"01:52:54\"" },
	{ "{'secureon': '1.2.3'}", "secureon: \"1.2.3\": expected 6 octets as "
	                           "\"01:02:03:04:05:06\" or 4 as \"1.2.3.4\"" },
	{ "{'color': 'pink'}", "color: \"pink\": expected one of red, green, blue" },
	{ "{'color': 1}", "color: 1: expected one of red, green, blue" },
	{ "{'inner': {}}",
	  "inner.mac: missing; expected a host's MAC, as in \"52:54:00:12:34:56\"" },
	{ "{'inner': []}", "inner: []: expected an object" },
	{ "{'inner': {'number': 'x'}}", "inner.number: \"x\": expected a number from 0 to 255" },
	{ "{'addresses': '192.0.2.1'}",
	  "addresses: \"192.0.2.1\": expected a list, each element an IP address" },
	{ "{'addresses': ['192.0.2.1', 'x']}", "addresses[1]: \"x\": expected an IP address" },
	{ "{'addresses': [null]}", "addresses[0]: null: expected an IP address" },
	{ "{'addresses': ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']}",
	  "addresses: more than 3 given" },
	{ "{'addresses': ['192.0.2.1', '192.0.2.2', '::ffff:192.0.2.1']}",
	  "addresses: duplicate \"::ffff:192.0.2.1\"" },
	{ "{'ports': ['tcp/22', 'udp/22', 'tcp/22']}", "ports: duplicate \"tcp/22\"" },
	{ "{'inners': [{'mac': '52:54:00:00:00:01'}, {'mac': 1}]}",
	  "inners[1].mac: 1: expected a host's MAC, as in \"52:54:00:12:34:56\"" },
	{ "{'inners': [{'mac': '52:54:00:00:00:01'}, {'mac': '52:54:00:00:00:01'}]}",
	  "inners: duplicate {\"mac\":\"52:54:00:00:00:01\"}" },
};

TEST(what_is_wrong_is_refused_and_named)
{
	/* whatever is in the struct before */
	for (size_t i = 0; i < 2 * sizeof(refused) / sizeof(*refused); i++) {
		struct sample sample;
		char why[256];

		for (size_t at = 0; at < sizeof(sample); at++)
			((uint8_t *)&sample)[at] = (uint8_t)(i % 2 * at);
		assert_int_equal(read_text(fields, refused[i / 2].text, &sample, why), -EINVAL);
		assert_string_equal(why, refused[i / 2].why);
	}
}

TEST(a_long_value_leaves_room_for_the_words)
{
	struct sample sample = { 0 };
	char text[256], why[256];

	snprintf(text, sizeof(text), "{'small': '%0200d'}", 1);
	assert_int_equal(read_text(fields, text, &sample, why), -EINVAL);
	assert_non_null(strstr(why, "00...: expected a number from 0 to 255"));
}

/* A number that has no name would be read as another one, or not at all. */
TEST(an_enum_without_a_name_is_null)
{
	assert_written(&(struct sample){ .color = (enum color)7 }, "{'color':null}");
}

/* A count that is wrong does not make it read past the list. */
TEST(no_more_is_written_than_fits)
{
	struct sample sample = { .number_count = SIZE_MAX };

	assert_written(&sample, "{'numbers':[0,0]}");
}
