// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened to a host, in words and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "host/host_event.h"

static struct host_event woken(void)
{
	return (struct host_event){
		.kind = HOST_EVENT_WAKING,
		.wall_ms = 1769860800123,
		.name = "nas",
		.cause = TRIGGER_CONNECTION,
		.report = { .kind = REPORT_CONNECTION,
		            .protocol = IPPROTO_TCP,
		            .peer = ipv4_mapped((struct ipv4){ { 192, 0, 2, 10 } }),
		            .address = ipv4_mapped((struct ipv4){ { 192, 0, 2, 20 } }),
		            .peer_mac = { { 2, 0, 0, 0, 0, 0x10 } },
		            .port = htons(22) },
	};
}

static void test_who_woke_whom(void **state)
{
	const struct host_event happening = woken();
	char text[HOST_EVENT_TEXT];

	(void)state;
	assert_string_equal(host_event_text(&happening, text),
	                    "nas is being woken: 192.0.2.10 (02:00:00:00:00:10) opens tcp/22");
}

static void test_how_long_it_took(void **state)
{
	struct host_event happening = { .kind = HOST_EVENT_AWAKE, .name = "nas", .took_ms = 2340 };
	char text[HOST_EVENT_TEXT];

	(void)state;
	assert_string_equal(host_event_text(&happening, text),
	                    "nas is awake, 2.3 s after the wake began");
	happening.took_ms = 0;
	assert_string_equal(host_event_text(&happening, text), "nas is awake");
}

static void test_why(void **state)
{
	struct host_event happening = { .kind = HOST_EVENT_WAKING,
		                        .name = "nas",
		                        .cause = TRIGGER_WAKE };
	char text[HOST_EVENT_TEXT];

	(void)state;
	assert_string_equal(host_event_text(&happening, text), "nas is being woken by command");
	happening.cause = TRIGGER_EDITED;
	assert_string_equal(host_event_text(&happening, text),
	                    "nas is being woken by an edit of the tables");
	happening.kind = HOST_EVENT_DROWSY;
	happening.cause = TRIGGER_SLEEP;
	assert_string_equal(host_event_text(&happening, text), "nas falls asleep, as it was told");
}

static void test_json_names_all_of_it(void **state)
{
	static const char *const members[][2] = {
		{ "time", "2026-01-31T12:00:00.123Z" },
		{ "host", "nas" },
		{ "event", "waking" },
		{ "why", "connection" },
		{ "address", "192.0.2.20" },
		{ "peer", "192.0.2.10" },
		{ "peer-mac", "02:00:00:00:00:10" },
		{ "protocol", "tcp" },
		{ "port", "22" },
	};
	const struct host_event happening = woken();
	struct json_object *json = host_event_json(&happening);

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		assert_string_equal(
			json_object_get_string(json_object_object_get(json, members[i][0])),
			members[i][1]);
	json_object_put(json);
}

static void test_what_became_of_a_lease(void **state)
{
	static const struct {
		enum host_event_kind kind;
		enum life_trigger cause;
		const char *text;
	} rows[] = {
		{ HOST_EVENT_LEASE_RENEWED, TRIGGER_NONE, "nas keeps its lease: so and so" },
		{ HOST_EVENT_LEASE_SILENCE, TRIGGER_NONE,
		  "nas has a lease that nobody renews so far: so and so" },
		{ HOST_EVENT_LEASE_LOST, TRIGGER_NONE, "nas has lost its lease: so and so" },
		{ HOST_EVENT_WAKING, TRIGGER_LEASE, "nas is being woken: so and so" },
		{ HOST_EVENT_AWAKE, TRIGGER_SEEN,
		  "nas is awake, 2.3 s after the wake began: so and so" },
	};
	char text[HOST_EVENT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct host_event happening = { .kind = rows[i].kind,
			                              .name = "nas",
			                              .cause = rows[i].cause,
			                              .detail = "so and so",
			                              .took_ms = rows[i].cause == TRIGGER_SEEN
			                                                 ? 2340
			                                                 : 0 };

		assert_string_equal(host_event_text(&happening, text), rows[i].text);
	}
}

static const char *member(struct json_object *json, const char *name)
{
	return json_object_get_string(json_object_object_get(json, name));
}

static void test_json_of_a_lease(void **state)
{
	struct host_event happening = { .kind = HOST_EVENT_WAKING,
		                        .name = "nas",
		                        .cause = TRIGGER_LEASE,
		                        .detail = "192.0.2.20 has expired" };
	struct json_object *json = host_event_json(&happening);

	(void)state;
	assert_string_equal(member(json, "event"), "waking");
	assert_string_equal(member(json, "why"), "lease");
	assert_string_equal(member(json, "detail"), "192.0.2.20 has expired");
	assert_string_equal(member(json, "text"), "nas is being woken: 192.0.2.20 has expired");
	json_object_put(json);
	*happening.detail = '\0';
	json = host_event_json(&happening);
	assert_false(json_object_object_get_ex(json, "detail", NULL));
	json_object_put(json);
}

/* The longest of each part, at once: what does not fit is cut, and nothing else harmed. */
static void test_the_longest_text(void **state)
{
	struct host_event happening = woken();
	char text[HOST_EVENT_TEXT + 1];

	(void)state;
	memset(happening.name, 'n', sizeof(happening.name) - 1);
	memset(happening.detail, 'd', sizeof(happening.detail) - 1);
	memset(&happening.report.peer, 0xff, sizeof(happening.report.peer));
	happening.report.port = htons(65535);
	happening.took_ms = INT64_MAX;
	for (enum host_event_kind kind = 0; kind < HOST_EVENT_COUNT; kind++) {
		happening.kind = kind;
		happening.cause = TRIGGER_EDITED;
		text[HOST_EVENT_TEXT] = 'x';
		assert_true(strlen(host_event_text(&happening, text)) < HOST_EVENT_TEXT);
		assert_int_equal(text[HOST_EVENT_TEXT], 'x');
	}
}

static void test_every_kind_has_words(void **state)
{
	(void)state;
	for (enum host_event_kind kind = 0; kind < HOST_EVENT_COUNT; kind++) {
		const struct host_event happening = { .kind = kind, .name = "nas" };
		struct json_object *json = host_event_json(&happening);
		char text[HOST_EVENT_TEXT];

		assert_null(strstr(host_event_text(&happening, text), "(null)"));
		assert_non_null(json_object_get_string(json_object_object_get(json, "event")));
		json_object_put(json);
	}
}

static void test_every_note_has_a_kind(void **state)
{
	enum host_event_kind kind;

	(void)state;
	assert_false(host_event_of_note(NOTE_NONE, &kind));
	for (enum life_note note = NOTE_DROWSY; note <= NOTE_COOLING; note++)
		assert_true(host_event_of_note(note, &kind));
	host_event_of_note(NOTE_GAVE_UP, &kind);
	assert_int_equal(kind, HOST_EVENT_GAVE_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_woke_whom),
		cmocka_unit_test(test_how_long_it_took),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_json_names_all_of_it),
		cmocka_unit_test(test_what_became_of_a_lease),
		cmocka_unit_test(test_json_of_a_lease),
		cmocka_unit_test(test_the_longest_text),
		cmocka_unit_test(test_every_kind_has_words),
		cmocka_unit_test(test_every_note_has_a_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
