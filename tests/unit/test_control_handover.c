// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host handed over, as JSON for people and programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "control/registration_json.h"

/* The machine has run for ten minutes. */
static const int64_t now = 600000;

static struct session sleeping(void)
{
	return (struct session){
		.client = 4711,
		.transaction = 99,
		.open = true,
		.until = 600000 + 28680500,
		.backup_of = { { 192, 0, 2, 1 } },
		.handover = {
			.addresses = { ipv4_mapped((struct ipv4){ { 192, 0, 2, 20 } }),
			               ipv4_mapped((struct ipv4){ { 192, 0, 2, 21 } }) },
			.address_count = 2,
			.ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
			.port_count = 2,
			.has_ports = true,
		},
	};
}

static void check(const struct session *session, bool standby, const char *expected)
{
	struct json_object *json = handover_json(session, standby, now);
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	assert_string_equal(json_object_to_json_string_ext(json, flags), expected);
	json_object_put(json);
}

static void test_all_of_a_handover(void **state)
{
	const struct session session = sleeping();

	(void)state;
	check(&session, true,
	      "{\"open\":true,\"standby\":true,\"client\":4711,"
	      "\"addresses\":[\"192.0.2.20\",\"192.0.2.21\"],\"ports\":[\"tcp/22\",\"udp/any\"],"
	      "\"backup-of\":\"192.0.2.1\",\"wake-in\":28680.500}");
}

static void test_the_least_of_a_handover(void **state)
{
	const struct session session = { .client = 65535, .open = true };

	(void)state;
	check(&session, false,
	      "{\"open\":true,\"standby\":false,\"client\":65535,\"addresses\":[]}");
}

static void test_no_ports_are_not_no_word_of_them(void **state)
{
	struct session session = { .client = 1, .open = true };

	(void)state;
	session.handover.has_ports = true;
	check(&session, false,
	      "{\"open\":true,\"standby\":false,\"client\":1,\"addresses\":[],\"ports\":[]}");
}

/* The same time is another's end by then; and it stands by for nobody. */
static void test_one_that_is_up(void **state)
{
	struct session session = { .client = 1, .until = 600000 + 3600000 };

	(void)state;
	check(&session, true,
	      "{\"open\":false,\"standby\":false,\"client\":1,\"addresses\":[],"
	      "\"forgotten-in\":3600.000}");
}

static void test_what_is_due_is_due_now(void **state)
{
	struct session session = { .client = 1, .open = true, .until = 1 };

	(void)state;
	check(&session, false,
	      "{\"open\":true,\"standby\":false,\"client\":1,\"addresses\":[],\"wake-in\":0.000}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_a_handover),
		cmocka_unit_test(test_the_least_of_a_handover),
		cmocka_unit_test(test_no_ports_are_not_no_word_of_them),
		cmocka_unit_test(test_one_that_is_up),
		cmocka_unit_test(test_what_is_due_is_due_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
