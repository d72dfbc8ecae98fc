// SPDX-License-Identifier: GPL-2.0-or-later
/* Sessions, and what hosts with a key said last, as JSON and back; and any nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>
#include <netinet/in.h>

#include "npp_server/record.h"

static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };

enum { APART = 1700000000 };

static struct ipv6 ip(unsigned last)
{
	return ipv4_mapped((struct ipv4){ { 192, 0, 2, (uint8_t)last } });
}

static struct session a_session(void)
{
	return (struct session){
		.mac = nas,
		.client = 0xfffe,
		.transaction = 0xfedc,
		.open = true,
		.until = 123456789,
		.backup_of = { { 192, 0, 2, 3 } },
		.handover = { .addresses = { ip(20), ip(21) },
		              .address_count = 2,
		              .ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
		              .port_count = 2,
		              .has_ports = true,
		              .has_lease = true,
		              .added = 2,
		              .added_ports = true },
		.parts = { 1, UINT64_MAX, 0x8000000000000000 },
		.part_count = 3,
	};
}

/* Through text, as the store keeps it. */
static int reads(struct json_object *record, int64_t apart, struct session *session)
{
	struct json_object *copy = json_tokener_parse(json_object_to_json_string(record));
	const int err = record_to_session(copy, apart, session);

	json_object_put(copy);
	json_object_put(record);
	return err;
}

static void assert_same(const struct session *a, const struct session *b)
{
	assert_memory_equal(&a->mac, &b->mac, sizeof(a->mac));
	assert_int_equal(a->client, b->client);
	assert_int_equal(a->transaction, b->transaction);
	assert_int_equal(a->open, b->open);
	assert_int_equal(a->until, b->until);
	assert_memory_equal(&a->backup_of, &b->backup_of, sizeof(a->backup_of));
	assert_int_equal(a->handover.address_count, b->handover.address_count);
	assert_memory_equal(a->handover.addresses, b->handover.addresses,
	                    sizeof(a->handover.addresses));
	assert_int_equal(a->handover.port_count, b->handover.port_count);
	for (size_t i = 0; i < HOST_PORTS; i++) {
		assert_int_equal(a->handover.ports[i].protocol, b->handover.ports[i].protocol);
		assert_int_equal(a->handover.ports[i].port, b->handover.ports[i].port);
	}
	assert_int_equal(a->handover.has_ports, b->handover.has_ports);
	assert_int_equal(a->handover.has_lease, b->handover.has_lease);
	assert_int_equal(a->handover.added, b->handover.added);
	assert_int_equal(a->handover.added_ports, b->handover.added_ports);
	assert_int_equal(a->part_count, b->part_count);
	assert_memory_equal(a->parts, b->parts, sizeof(a->parts));
}

static void comes_back(const struct session *session)
{
	struct session read = { .mac = nas, .client = 1, .part_count = 7, .handover.added = 9 };

	assert_int_equal(reads(record_of_session(session, APART), APART, &read), 0);
	assert_same(&read, session);
}

static void test_a_session_comes_back(void **state)
{
	struct session session = a_session();

	(void)state;
	comes_back(&session);
	session.open = session.handover.has_ports = session.handover.has_lease = false;
	session.handover.added_ports = false;
	session.backup_of = (struct ipv4){ { 0 } };
	session.until = 0;
	comes_back(&session);
	comes_back(&(struct session){ .mac = nas, .client = 1 });
}

static void test_the_fullest_session_comes_back(void **state)
{
	struct session session = a_session();

	(void)state;
	session.handover.address_count = HOST_ADDRESSES;
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		session.handover.addresses[i] = ip(20 + i);
	session.handover.port_count = HOST_PORTS;
	for (unsigned i = 0; i < HOST_PORTS; i++)
		session.handover.ports[i] =
			(struct wake_port){ IPPROTO_UDP, (uint16_t)(UINT16_MAX - i) };
	session.handover.added = UINT32_MAX >> (32 - HOST_ADDRESSES);
	session.part_count = SESSION_PARTS;
	for (unsigned i = 0; i < SESSION_PARTS; i++)
		session.parts[i] = 0x0123456789abcdef * (i + 1);
	session.client = session.transaction = UINT16_MAX;
	comes_back(&session);
}

/* The clock of one start of the machine is not that of the next. */
static void test_times_are_the_walls(void **state)
{
	const struct session session = a_session();
	struct session read = { .mac = nas };

	(void)state;
	assert_int_equal(reads(record_of_session(&session, APART), APART - 5000, &read), 0);
	assert_int_equal(read.until, session.until + 5000);
	assert_int_equal(reads(record_of_session(&session, APART), APART + 5000, &read), 0);
	assert_int_equal(read.until, session.until - 5000);
}

static void test_what_is_over_is_over_and_not_never(void **state)
{
	const struct session session = a_session();
	struct session read = { .mac = nas };
	const int64_t later[] = { session.until, session.until + 1, INT64_C(1) << 50 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(reads(record_of_session(&session, APART), APART + later[i], &read),
		                 0);
		assert_int_equal(read.until, 1);
	}
	assert_int_equal(
		reads(record_of_session(&session, APART), APART + session.until - 1, &read), 0);
	assert_int_equal(read.until, 1);
}

/* A right record in which `key` is `text`, or, NULL, is not there. */
static int reads_with(const char *key, const char *text, struct session *read)
{
	const struct session session = a_session();
	struct json_object *record = record_of_session(&session, APART);

	if (text)
		json_object_object_add(record, key, json_tokener_parse(text));
	else
		json_object_object_del(record, key);
	return reads(record, APART, read);
}

static void test_nonsense_is_refused_and_changes_nothing(void **state)
{
	static const struct {
		const char *key, *text;
	} wrong[] = {
		{ "client", NULL },
		{ "client", "0" },
		{ "client", "-1" },
		{ "client", "65536" },
		{ "client", "\"many\"" },
		{ "client", "[]" },
		{ "backup-of", NULL },
		{ "backup-of", "\"somewhere\"" },
		{ "backup-of", "7" },
		{ "backup-of", "{}" },
		{ "backup-of", "\"2001:db8::1\"" },
		{ "addresses", NULL },
		{ "addresses", "null" },
		{ "addresses", "{}" },
		{ "addresses", "\"192.0.2.20\"" },
		{ "addresses", "[ \"192.0.2.20\", \"192.0.2\" ]" },
		{ "addresses", "[ null ]" },
		{ "addresses", "[ [ \"192.0.2.20\" ] ]" },
		{ "ports", NULL },
		{ "ports", "22" },
		{ "ports", "[ \"tcp/65536\" ]" },
		{ "ports", "[ \"tcp/22\", null ]" },
		{ "ports", "[ {} ]" },
		{ "parts", NULL },
		{ "parts", "1" },
		{ "parts", "{ \"0\": 1 }" },
	};
	struct session before = a_session(), read = before;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(reads_with(wrong[i].key, wrong[i].text, &read), -EINVAL);
		assert_same(&read, &before);
	}
}

static int reads_list(const char *key, const char *item, size_t count)
{
	struct session read = { .mac = nas };
	char text[4096] = "[", *end = text + 1;

	for (size_t i = 0; i < count; i++)
		end += sprintf(end, "%s%s", i ? "," : "", item);
	strcpy(end, "]");
	return reads_with(key, text, &read);
}

static void test_no_more_than_there_is_room_for(void **state)
{
	(void)state;
	assert_int_equal(reads_list("addresses", "\"192.0.2.20\"", HOST_ADDRESSES), 0);
	assert_int_equal(reads_list("addresses", "\"192.0.2.20\"", HOST_ADDRESSES + 1), -EINVAL);
	assert_int_equal(reads_list("ports", "\"tcp/22\"", HOST_PORTS), 0);
	assert_int_equal(reads_list("ports", "\"tcp/22\"", HOST_PORTS + 1), -EINVAL);
	assert_int_equal(reads_list("parts", "17", SESSION_PARTS), 0);
	assert_int_equal(reads_list("parts", "17", SESSION_PARTS + 1), -EINVAL);
}

static void test_what_is_no_record_at_all(void **state)
{
	static const char *const texts[] = { "null", "[]", "7", "\"text\"", "{}", "true", "1e400" };
	struct session session = { .mac = nas };
	struct npp_replay last;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct json_object *json = json_tokener_parse(texts[i]);

		assert_int_equal(record_to_session(json, APART, &session), -EINVAL);
		assert_int_equal(record_to_last(json, &last), -EINVAL);
		json_object_put(json);
	}
}

static struct npp_replay a_last(size_t nonces)
{
	struct npp_replay last = { .time = 1704067200, .nonce_count = nonces };

	for (size_t i = 0; i < nonces; i++)
		last.nonces[i] = UINT64_MAX - i * 0x1111111111111111;
	for (uint8_t i = 0; i < sizeof(last.code); i++)
		last.code[i] = (uint8_t)(i * 9);
	return last;
}

static int reads_last(struct json_object *record, struct npp_replay *last)
{
	struct json_object *copy = json_tokener_parse(json_object_to_json_string(record));
	const int err = record_to_last(copy, last);

	json_object_put(copy);
	json_object_put(record);
	return err;
}

static void test_what_was_said_last_comes_back(void **state)
{
	(void)state;
	for (size_t nonces = 0; nonces <= NPP_NONCES; nonces++) {
		const struct npp_replay last = a_last(nonces);
		struct npp_replay read = { .nonces = { 1, 2, 3 }, .nonce_count = 3 };

		assert_int_equal(reads_last(record_of_last(&last), &read), 0);
		assert_true(read.time == last.time);
		assert_int_equal(read.nonce_count, nonces);
		assert_memory_equal(read.nonces, last.nonces, sizeof(last.nonces));
		assert_memory_equal(read.code, last.code, sizeof(last.code));
	}
}

#define CODE_31 \
	"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"

static void test_nonsense_of_what_was_said_last(void **state)
{
	static const struct {
		const char *key, *text;
	} wrong[] = {
		{ "nonces", NULL },
		{ "nonces", "7" },
		{ "nonces", "[1,2,3,4,5,6,7,8,9]" },
		{ "code", NULL },
		{ "code", "\"\"" },
		{ "code", "\"00\"" },
		{ "code", "\"" CODE_31 "\"" },
		{ "code", "\"" CODE_31 ":0f:10\"" },
		{ "code", "\"" CODE_31 ":0g\"" },
		{ "code", "[]" },
		{ "time", NULL },
		{ "time", "0" },
		{ "time", "-1" },
		{ "time", "\"noon\"" },
	};
	const struct npp_replay last = a_last(1);

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct json_object *record = record_of_last(&last);
		struct npp_replay read = a_last(3);

		if (wrong[i].text)
			json_object_object_add(record, wrong[i].key,
			                       json_tokener_parse(wrong[i].text));
		else
			json_object_object_del(record, wrong[i].key);
		assert_int_equal(reads_last(record, &read), -EINVAL);
		assert_int_equal(read.nonce_count, 3);
		assert_true(read.time == last.time);
	}
}

static void test_a_part_has_the_name_of_its_octets(void **state)
{
	const uint8_t octets[] = "octets";
	struct session session = { .parts = { 3, 5, 8 }, .part_count = 2 };

	(void)state;
	assert_true(session_part(octets, 6) == session_part((const uint8_t *)"octets", 6));
	assert_true(session_part(octets, 6) != session_part(octets, 5));
	assert_true(session_part(octets, 6) != session_part((const uint8_t *)"octett", 6));
	assert_true(session_part(octets, 6) >> 32 && session_part(octets, 6) << 32);
	assert_true(session_has_part(&session, 3) && session_has_part(&session, 5));
	assert_false(session_has_part(&session, 8) || session_has_part(&session, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_session_comes_back),
		cmocka_unit_test(test_the_fullest_session_comes_back),
		cmocka_unit_test(test_times_are_the_walls),
		cmocka_unit_test(test_what_is_over_is_over_and_not_never),
		cmocka_unit_test(test_nonsense_is_refused_and_changes_nothing),
		cmocka_unit_test(test_no_more_than_there_is_room_for),
		cmocka_unit_test(test_what_is_no_record_at_all),
		cmocka_unit_test(test_what_was_said_last_comes_back),
		cmocka_unit_test(test_nonsense_of_what_was_said_last),
		cmocka_unit_test(test_a_part_has_the_name_of_its_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
