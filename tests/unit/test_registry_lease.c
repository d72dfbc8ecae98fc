// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's addresses as its lease would have them: what joins, what leaves, and what wakes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_registry.h"

static void check_happening(const struct scene *scene, size_t index, enum host_event_kind kind,
                            enum life_trigger cause, const char *detail)
{
	assert_true(scene->news_count > index);
	assert_int_equal(scene->news[index].kind, kind);
	assert_int_equal(scene->news[index].cause, cause);
	assert_string_equal(scene->news[index].detail, detail);
}

static void test_a_leased_address_joins_and_leaves(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_true(answers(scene, 1, 10) && answers(scene, 1, 20));
	assert_int_equal(nas_of(scene)->spec.address_count, 2);
	assert_true(nas_of(scene)->lease.alone);
	assert_false(nas_of(scene)->lease.lost);
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 1, 10));
	assert_false(answers(scene, 1, 20));
	assert_int_equal(nas_of(scene)->spec.address_count, 1);
	assert_false(nas_of(scene)->lease.alone);
}

static void test_a_host_may_have_no_other_address(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 0));
	assert_int_equal(nas_of(scene)->spec.address_count, 0);
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_true(answers(scene, 1, 20) && is_taken(scene, 20));
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_true(answers(scene, 1, 20) && is_taken(scene, 20));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_int_equal(scene->address_count, 0);
	assert_false(is_taken(scene, 20));
}

static void test_the_store_gets_what_was_said(void **state)
{
	struct scene *scene = *state;
	struct host_description said = SPEC("nas", 1, 10, 11);

	says(scene, said);
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_true(description_equal(&scene->saved, &said));
	loses(scene, 20, "gone");
	assert_true(description_equal(&scene->saved, &said));
	assert_int_equal(leases(scene, 1, 11), 0);
	assert_true(description_equal(&scene->saved, &said));
	loses(scene, 11, "gone");
	assert_true(description_equal(&scene->saved, &said));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(description_equal(&scene->saved, &said));
	assert_true(description_equal(&nas_of(scene)->spec, &said));
}

static void test_a_move_takes_the_old_one_away(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_int_equal(leases(scene, 1, 21), 0);
	assert_false(answers(scene, 1, 20));
	assert_true(answers(scene, 1, 10) && answers(scene, 1, 21));
	assert_int_equal(nas_of(scene)->spec.address_count, 2);
}

static void test_an_address_that_was_said_already_stays(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 20));
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_false(nas_of(scene)->lease.alone);
	assert_int_equal(nas_of(scene)->spec.address_count, 1);
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 1, 20));
}

static void check_loss_of_a_sleeper(struct scene *scene)
{
	is_set(scene, ASLEEP);
	loses(scene, 20, "refused, so to speak");
	assert_false(answers(scene, 1, 20));
	assert_true(answers(scene, 1, 10));
	assert_true(nas_of(scene)->lease.lost);
	check_happening(scene, 0, HOST_EVENT_LEASE_LOST, TRIGGER_NONE, "refused, so to speak");
	check_happening(scene, 1, HOST_EVENT_WAKING, TRIGGER_LEASE, "refused, so to speak");
	assert_false(scene->answered[0] || scene->answered[1]); /* that went first */
	assert_int_equal(nas_of(scene)->life.state, WAKING);
	assert_int_equal(scene->followed, WAKING);
	event_base_loop(scene->base, EVLOOP_ONCE);
	assert_int_equal(scene->magics, 1);
}

static void test_a_loss_is_withheld_and_wakes(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	check_loss_of_a_sleeper(scene);
}

static void test_a_loss_of_what_people_say_is_withheld_and_wakes(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 20, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	check_loss_of_a_sleeper(scene);
	assert_true(has(&scene->saved, 20));
}

static void is_seen(struct scene *scene)
{
	const struct report seen = { .kind = REPORT_OWNER_SEEN, .state = AWAKE, .host = mac_of(1) };

	find_row(scene, &seen.host)->state = AWAKE;
	registry_report(scene->registry, &seen);
}

static void test_why_it_was_woken_is_told_until_it_is_up(void **state)
{
	struct scene *scene = *state;
	const struct mac nas = mac_of(1);

	says(scene, SPEC("nas", 1, 20, 10));
	check_loss_of_a_sleeper(scene);
	registry_tell(scene->registry, &nas, HOST_EVENT_LEASE_SILENCE, "something else");
	check_happening(scene, 3, HOST_EVENT_LEASE_SILENCE, TRIGGER_NONE, "something else");
	is_seen(scene);
	check_happening(scene, 4, HOST_EVENT_AWAKE, TRIGGER_SEEN, "refused, so to speak");
	registry_command(scene->registry, "nas", TRIGGER_SLEEP);
	check_happening(scene, 5, HOST_EVENT_DROWSY, TRIGGER_SLEEP, "");
}

/* Somebody opened a connection; a lease that is told of meanwhile has nothing to do with it. */
static void test_another_reason_is_not_mixed_up(void **state)
{
	const struct report opens = {
		.kind = REPORT_CONNECTION, .state = WAKING, .host = mac_of(1), .port = 22
	};
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	is_set(scene, ASLEEP);
	find_row(scene, &opens.host)->state = WAKING;
	registry_report(scene->registry, &opens);
	check_happening(scene, 0, HOST_EVENT_WAKING, TRIGGER_CONNECTION, "");
	registry_tell(scene->registry, &opens.host, HOST_EVENT_LEASE_RENEWED, "so and so");
	check_happening(scene, 1, HOST_EVENT_LEASE_RENEWED, TRIGGER_NONE, "so and so");
	assert_int_equal(scene->news[1].report.kind, 0);
	assert_int_equal(scene->news[1].took_ms, 0);
	is_seen(scene);
	check_happening(scene, 2, HOST_EVENT_AWAKE, TRIGGER_SEEN, "");
	assert_int_equal(scene->news[2].report.port, 22);
}

static void test_who_does_not_sleep_is_not_woken(void **state)
{
	static const enum host_state up[] = { AWAKE, DROWSY };
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	for (size_t i = 0; i < 2; i++) {
		is_set(scene, up[i]);
		assert_int_equal(leases(scene, 1, 20), 0);
		loses(scene, 20, "gone");
		assert_false(answers(scene, 1, 20));
		assert_int_equal(scene->news_count, 1);
		check_happening(scene, 0, HOST_EVENT_LEASE_LOST, TRIGGER_NONE, "gone");
		assert_int_equal(nas_of(scene)->life.state, up[i]);
	}
	registry_command(scene->registry, "nas", TRIGGER_SLEEP_NOW);
	check_happening(scene, 1, HOST_EVENT_DROWSY, TRIGGER_SLEEP_NOW, "");
}

/* Each message of the host's that tells of another lease, or name, comes with what is known. */
static void test_a_loss_is_told_once(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 20));
	is_set(scene, AWAKE);
	loses(scene, 20, "gone");
	loses(scene, 20, "gone");
	assert_int_equal(scene->news_count, 1);
	assert_false(answers(scene, 1, 20));
}

static void test_what_was_lost_comes_back(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10, 11));
	for (unsigned address = 10; address <= 20; address += 10) {
		assert_int_equal(leases(scene, 1, address), 0);
		loses(scene, address, "gone");
		assert_false(answers(scene, 1, address));
		assert_int_equal(leases(scene, 1, address), 0);
		assert_true(answers(scene, 1, address));
		assert_false(nas_of(scene)->lease.lost);
		assert_int_equal(nas_of(scene)->lease.alone, address == 20);
		loses(scene, address, "gone");
		assert_int_equal(leases(scene, 1, 30), 0); /* or it gets another */
		assert_true(answers(scene, 1, 30));
		assert_int_equal(answers(scene, 1, address), address == 10);
	}
}

static void test_a_loss_of_nothing_takes_nothing(void **state)
{
	const struct ipv6 none = { { 0 } };
	const struct mac nas = mac_of(1);
	struct host_description said = SPEC("nas", 1, 10);
	struct scene *scene = *state;

	says(scene, said);
	assert_int_equal(registry_lease(scene->registry, &nas, &none, true, "gone"), 0);
	assert_true(description_equal(&nas_of(scene)->spec, &said));
	assert_true(description_equal(&scene->saved, &said));
}

static void check_refused(struct scene *scene, unsigned address, int err)
{
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_int_equal(leases(scene, 1, address), err);
	assert_false(answers(scene, 1, address));
	assert_false(answers(scene, 1, 20)); /* nor has it the one before any longer */
	assert_true(answers(scene, 1, 10));
	assert_int_equal(nas_of(scene)->spec.address_count, 1);
}

static void test_what_is_anothers_is_refused(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	says(scene, SPEC("tv", 2, 30));
	check_refused(scene, 30, -EEXIST);
	assert_true(answers(scene, 2, 30));
	assert_int_equal(leases(scene, 2, 40), 0);
	check_refused(scene, 40, -EEXIST); /* by DHCP alone too */
	assert_true(answers(scene, 2, 40));
	check_refused(scene, 2, -EADDRINUSE); /* our own */
}

/* Whoever forges a request in its name says what he likes. */
static void test_what_is_no_hosts_address_is_refused(void **state)
{
	static const uint8_t wrong[][4] = {
		{ 0, 0, 0, 0 },   { 0, 1, 2, 3 },         { 127, 0, 0, 1 },
		{ 224, 0, 0, 1 }, { 239, 255, 255, 250 }, { 255, 255, 255, 255 },
	};
	struct scene *scene = *state;
	const struct mac nas = mac_of(1);

	says(scene, SPEC("nas", 1, 10));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct ipv4 address;
		struct ipv6 mapped;

		memcpy(&address, wrong[i], sizeof(address));
		mapped = ipv4_mapped(address);
		assert_int_equal(registry_lease(scene->registry, &nas, &mapped, false, ""),
		                 -EINVAL);
		assert_null(find_address(scene, &mapped));
	}
	check_refused(scene, 0, 0);
}

static void test_who_is_not_known_has_no_lease(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(leases(scene, 1, 20), -ENOENT);
	assert_int_equal(scene->address_count, 0);
	assert_int_equal(scene->news_count, 0);
}

static void test_full_tables_leave_it_as_it_was(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	scene->admit_error = -E2BIG;
	assert_int_equal(leases(scene, 1, 20), -E2BIG);
	scene->admit_error = 0;
	assert_int_equal(nas_of(scene)->spec.address_count, 1);
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_true(answers(scene, 1, 20));
}

static void test_seventeen_addresses_are_one_too_many(void **state)
{
	struct scene *scene = *state;
	struct host_description full = SPEC("nas", 1, 101, 102, 103, 104, 105, 106, 107, 108, 109,
	                                    110, 111, 112, 113, 114, 115, 10);

	says(scene, full);
	assert_int_equal(leases(scene, 1, 20), -ENOSPC);
	assert_false(answers(scene, 1, 20));
	assert_true(description_equal(&nas_of(scene)->spec, &full));
	assert_true(description_equal(&scene->saved, &full));
	assert_int_equal(leases(scene, 1, 10), 0); /* that is one of them */
	loses(scene, 10, "gone");
	assert_int_equal(nas_of(scene)->spec.address_count, 15);
	assert_int_equal(leases(scene, 1, 20), -ENOSPC); /* what is withheld has its place */
	assert_true(description_equal(&scene->saved, &full));
	loses(scene, 20, "gone");
	assert_true(description_equal(&scene->saved, &full));
}

static void test_what_is_freed_may_be_anothers(void **state)
{
	struct scene *scene = *state;
	struct host_description tv = SPEC("tv", 2, 20);
	char why[REGISTRY_WHY] = "";

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_int_equal(registry_add(scene->registry, &tv, ORIGIN_CONFIG, AWAKE, why), -EEXIST);
	assert_string_equal(why, "nas has the address 192.0.2.20 already");
	loses(scene, 20, "gone");
	says(scene, tv);
	assert_true(answers(scene, 2, 20));
	assert_int_equal(leases(scene, 1, 20), -EEXIST);
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 2, 20)); /* whatever becomes of the other's lease */
}

static void test_what_a_removed_host_had_may_be_anothers(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	registry_remove(scene->registry, "nas");
	assert_int_equal(scene->address_count, 0);
	says(scene, SPEC("tv", 2, 20, 10));
	assert_true(answers(scene, 2, 20));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_leased_address_joins_and_leaves),
		TEST(test_a_host_may_have_no_other_address),
		TEST(test_the_store_gets_what_was_said),
		TEST(test_a_move_takes_the_old_one_away),
		TEST(test_an_address_that_was_said_already_stays),
		TEST(test_a_loss_is_withheld_and_wakes),
		TEST(test_a_loss_of_what_people_say_is_withheld_and_wakes),
		TEST(test_why_it_was_woken_is_told_until_it_is_up),
		TEST(test_another_reason_is_not_mixed_up),
		TEST(test_who_does_not_sleep_is_not_woken),
		TEST(test_a_loss_is_told_once),
		TEST(test_what_was_lost_comes_back),
		TEST(test_a_loss_of_nothing_takes_nothing),
		TEST(test_what_is_anothers_is_refused),
		TEST(test_what_is_no_hosts_address_is_refused),
		TEST(test_who_is_not_known_has_no_lease),
		TEST(test_full_tables_leave_it_as_it_was),
		TEST(test_seventeen_addresses_are_one_too_many),
		TEST(test_what_is_freed_may_be_anothers),
		TEST(test_what_a_removed_host_had_may_be_anothers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
