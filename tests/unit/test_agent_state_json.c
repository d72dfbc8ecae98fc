// SPDX-License-Identifier: GPL-2.0-or-later
/* To whom a host is handed over: as JSON and back, and what is none of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <json-c/json.h>

#include "agent/state_json.h"
#include "support_state.h"

static char *text_of(const struct state *state)
{
	struct json_object *object = state_to_json(state);
	char *text = strdup(json_object_to_json_string(object));

	json_object_put(object);
	assert_non_null(text);
	return text;
}

static void there_and_back(void **state)
{
	const struct state written = a_state();
	char *text = text_of(&written);
	struct state read;

	(void)state;
	memset(&read, 0xa5, sizeof(read));
	assert_true(state_from_text(text, strlen(text), &read));
	assert_same(&read, &written);
	free(text);
}

static void white_space_behind_it(void **state)
{
	const char text[] = "{ \"handovers\": [] }\n \n";
	struct state read;

	(void)state;
	assert_true(state_from_text(text, strlen(text), &read));
	assert_int_equal(read.count, 0);
}

/* In the text of a_state(): what stands in the place of what. */
static const struct {
	const char *what, *instead;
} mistakes[] = {
	{ "\"handovers\"", "\"others\"" },
	{ "\"interface\": \"eth0\"", "\"interface\": \"a/b\"" },
	{ "\"interface\": \"eth0\"", "\"interface\": 7" },
	{ "\"interface\": \"eth0\"", "\"interface\": \"a-name-of-sixteen\"" },
	{ "\"interface\"", "\"face\"" },
	{ "\"proxy\"", "\"box\"" },
	{ "\"proxy\": { \"address\": \"192.0.2.1\"", "\"proxy\": { \"address\": \"2001:db8::1\"" },
	{ "\"proxy\": { \"address\": \"192.0.2.1\"", "\"proxy\": { \"address\": \"\"" },
	{ "02:00:00:00:00:01", "03:00:00:00:00:01" },
	{ "\"client\": 4711", "\"client\": 0" },
	{ "\"client\": 4711", "\"client\": 65536" },
	{ "\"client\": 4711", "\"client\": -1" },
	{ "\"client\": 4711", "\"client\": 1.5" },
	{ "\"client\": 4711", "\"client\": \"4711\"" },
	{ "\"client\": 4711", "\"client\": null" },
	{ "\"transaction\": 4609", "\"transaction\": 65536" },
	{ "\"key\": 7", "\"key\": 0" },
	{ "\"key\": 7", "\"key\": 256" },
	{ "\"signed-at\": 1795432000", "\"signed-at\": -1" },
	{ "\"signed-at\"", "\"at\"" },
	{ "\"signed-then\": 3", "\"signed-then\": 9" },
	{ "\"when\": \"2026", "\"when\": \"\\u001b[2J2026" },
	{ "\"when\": \"2026", "\"when\": \"20262026202620262026" },
	{ "\"mac\": \"52:54:00:12:34:56\"", "\"mac\": \"52:54\"" },
	{ "\"addresses\": [ \"192.0.2.20\"", "\"addresses\": [ \"nas\"" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]", "\"addresses\": [ ]" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]",
	  "\"addresses\": [ \"2001:db8::1\" ]" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]", "\"addresses\": \"192.0.2.20\"" },
	{ "\"total\": 4294967295", "\"total\": 4294967296" },
	{ "\"left\": 3600", "\"left\": \"3600\"" },
	{ "01:02:ff", "01:02:fff" },
	{ "\"hostname\": \"nas\"", "\"hostname\": \"n s\"" },
	{ "\"timer\": 28800", "\"timer\": 0" },
	{ "udp\\/161", "sctp\\/161" },
	{ "\"backup-of\": \"192.0.2.1\"", "\"backup-of\": \"192.0.2\"" },
	{ "[ \"nd\" ]", "[ \"nd\", \"nd\", \"nd\", \"nd\" ]" },
	{ "[ \"nd\" ]", "[ \"dn\" ]" },
	{ "] }", "]" },
	{ "{ \"handovers\"", "[ \"handovers\"" },
};

static void malformed(void **state)
{
	const struct state whole = a_state();
	char *text = text_of(&whole), wrong[8192];

	(void)state;
	EACH(i, mistakes)
	{
		const char *at = strstr(text, mistakes[i].what);
		struct state read = { .count = 7 };

		if (!at)
			fail_msg("%s stands nowhere in %s", mistakes[i].what, text);
		snprintf(wrong, sizeof(wrong), "%.*s%s%s", (int)(at - text), text,
		         mistakes[i].instead, at + strlen(mistakes[i].what));
		if (state_from_text(wrong, strlen(wrong), &read))
			fail_msg("%s is taken", wrong);
		assert_int_equal(read.count, 0);
	}
	free(text);
}

static void cut_short(void **state)
{
	const struct state whole = a_state();
	char *text = text_of(&whole);
	struct state read;

	(void)state;
	for (size_t length = 0; length < strlen(text); length++)
		assert_false(state_from_text(text, length, &read));
	free(text);
}

static void something_behind_it(void **state)
{
	const char text[] = "{ \"handovers\": [] } {}";
	struct state read;

	(void)state;
	assert_false(state_from_text(text, strlen(text), &read));
}

static void as_many_as_there_may_be(void **state)
{
	struct json_object *object, *list;
	struct state full = { .count = 0 };
	struct state read;
	const char *text;

	(void)state;
	while (full.count < STATE_HANDOVERS)
		full.handovers[full.count++] = a_full_handover(2);
	object = state_to_json(&full);
	text = json_object_to_json_string(object);
	assert_true(state_from_text(text, strlen(text), &read));
	assert_int_equal(read.count, STATE_HANDOVERS);
	list = json_object_object_get(object, "handovers");
	json_object_array_add(list, handover_to_json(&full.handovers[0]));
	text = json_object_to_json_string(object);
	assert_false(state_from_text(text, strlen(text), &read));
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),      cmocka_unit_test(white_space_behind_it),
		cmocka_unit_test(malformed),           cmocka_unit_test(cut_short),
		cmocka_unit_test(something_behind_it), cmocka_unit_test(as_many_as_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
