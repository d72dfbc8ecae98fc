// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host with a lease, while people edit around it: by another configuration, by command, or in the
 * tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_registry.h"

static void test_a_reload_keeps_the_leased_address(void **state)
{
	struct scene *scene = *state;
	struct host_description other = SPEC("nas", 1, 11, 12);

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	is_set(scene, ASLEEP);
	says(scene, other);
	assert_true(answers(scene, 1, 11) && answers(scene, 1, 12) && answers(scene, 1, 20));
	assert_false(answers(scene, 1, 10));
	assert_true(description_equal(&scene->saved, &other));
	assert_int_equal(nas_of(scene)->life.state, ASLEEP);
	assert_int_equal(scene->followed, ASLEEP);
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(description_equal(&nas_of(scene)->spec, &other));
}

static void test_a_reload_keeps_the_withheld_address_away(void **state)
{
	struct scene *scene = *state;
	struct host_description said = SPEC("nas", 1, 20, 10);

	says(scene, said);
	loses(scene, 20, "gone");
	said.vlan = 10;
	says(scene, said);
	assert_false(answers(scene, 1, 20));
	assert_true(answers(scene, 1, 10));
	assert_true(has(&scene->saved, 20));
	assert_int_equal(leases(scene, 1, 20), 0);
	assert_true(answers(scene, 1, 20));
	assert_false(nas_of(scene)->lease.alone);
}

static void test_the_same_again_changes_nothing(void **state)
{
	struct scene *scene = *state;
	size_t saves;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	saves = scene->saves;
	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(scene->saves, saves);
	loses(scene, 20, "gone");
	saves = scene->saves;
	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(scene->saves, saves);
}

/* From then on it is the host's without a lease too. */
static void test_people_say_what_was_leased(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	says(scene, SPEC("nas", 1, 10, 20));
	assert_false(nas_of(scene)->lease.alone);
	assert_true(has(&scene->saved, 20));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 1, 20));
}

static void test_people_no_longer_say_what_is_leased(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10, 20));
	assert_int_equal(leases(scene, 1, 20), 0);
	says(scene, SPEC("nas", 1, 10));
	assert_true(answers(scene, 1, 20));
	assert_true(nas_of(scene)->lease.alone);
	assert_false(has(&scene->saved, 20));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_false(answers(scene, 1, 20));
}

static void test_people_say_and_no_longer_say_what_is_withheld(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10, 20));
	loses(scene, 20, "gone");
	says(scene, SPEC("nas", 1, 10));
	assert_false(has(&scene->saved, 20));
	assert_true(nas_of(scene)->lease.lost);
	says(scene, SPEC("nas", 1, 10, 20));
	assert_true(has(&scene->saved, 20));
	assert_false(answers(scene, 1, 20));
	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_false(answers(scene, 1, 20));
}

static void test_another_name_has_the_same_lease(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	says(scene, SPEC("box", 1, 10));
	assert_true(answers(scene, 1, 20));
	assert_null(registry_find(scene->registry, "nas"));
	assert_true(registry_find(scene->registry, "box")->lease.alone);
}

static void test_another_mac_has_no_lease(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	says(scene, SPEC("nas", 3, 10));
	assert_true(answers(scene, 3, 10));
	assert_int_equal(scene->address_count, 1);
	assert_int_equal(leases(scene, 1, 20), -ENOENT);
	says(scene, SPEC("tv", 2, 20));
	assert_true(answers(scene, 2, 20));
}

static void test_a_reload_leaves_no_room(void **state)
{
	struct scene *scene = *state;
	struct host_description full = SPEC("nas", 1, 101, 102, 103, 104, 105, 106, 107, 108, 109,
	                                    110, 111, 112, 113, 114, 115, 116);

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	says(scene, full);
	assert_false(answers(scene, 1, 20));
	assert_true(description_equal(&scene->saved, &full));
	says(scene, SPEC("tv", 2, 20));
	says(scene, SPEC("nas", 1, 10)); /* there is room again, but not for what is another's */
	assert_true(answers(scene, 2, 20));
	assert_false(has(&nas_of(scene)->spec, 20));
}

static void sync_address(struct scene *scene, const struct address_row *row)
{
	struct ipv4 address;

	memcpy(&address, row->address.octet + IPV4_MAPPED_BITS / 8, sizeof(address));
	assert_int_equal(registry_sync_address(scene->registry, address, &row->mac), 0);
}

/* The tables as they are, once around. */
static void sync_round(struct scene *scene)
{
	registry_sync_begin(scene->registry);
	for (size_t i = 0; i < scene->host_count; i++) {
		const struct host_entry entry = { .state = scene->hosts[i].state };

		registry_sync_host(scene->registry, &scene->hosts[i].mac, &entry);
	}
	for (size_t i = 0; i < scene->address_count; i++)
		sync_address(scene, &scene->addresses[i]);
	registry_sync_end(scene->registry);
}

static void edits_in(struct scene *scene, unsigned mac, unsigned address)
{
	const struct ipv6 key = ip(address);
	const struct mac owner = mac_of(mac);

	put_address(scene, &key, &owner);
	sync_round(scene);
}

static void edits_out(struct scene *scene, unsigned address)
{
	const struct ipv6 key = ip(address);

	delete_address(scene, &key);
	sync_round(scene);
}

static void test_tables_that_nobody_edits_change_nothing(void **state)
{
	struct scene *scene = *state;
	struct host_description said = SPEC("nas", 1, 10, 11);

	says(scene, said);
	assert_int_equal(leases(scene, 1, 20), 0);
	sync_round(scene);
	assert_true(nas_of(scene)->lease.alone && answers(scene, 1, 20));
	loses(scene, 10, "gone");
	sync_round(scene);
	assert_true(nas_of(scene)->lease.lost);
	assert_false(answers(scene, 1, 10));
	assert_true(has(&scene->saved, 10) && has(&scene->saved, 11));
	assert_int_equal(scene->saved.address_count, 2);
}

static void test_a_leased_address_is_edited_out(void **state)
{
	struct scene *scene = *state;
	struct host_description said = SPEC("nas", 1, 10);

	says(scene, said);
	assert_int_equal(leases(scene, 1, 20), 0);
	edits_out(scene, 20);
	assert_true(description_equal(&nas_of(scene)->spec, &said));
	assert_true(description_equal(&scene->saved, &said));
	assert_false(nas_of(scene)->lease.alone || is_taken(scene, 20));
	assert_int_equal(leases(scene, 1, 20), 0); /* until it is heard of again */
	assert_true(answers(scene, 1, 20));
	edits_out(scene, 10); /* the other one */
	assert_true(nas_of(scene)->lease.alone && answers(scene, 1, 20));
	assert_int_equal(scene->saved.address_count, 0);
}

static void test_a_withheld_address_is_edited_in(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	for (unsigned address = 10; address <= 20; address += 10) {
		assert_int_equal(leases(scene, 1, address), 0);
		loses(scene, address, "gone");
		edits_in(scene, 1, address);
		assert_false(nas_of(scene)->lease.lost);
		assert_true(has(&nas_of(scene)->spec, address));
		assert_true(has(&scene->saved, address)); /* people say so by now */
	}
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 1, 10) && answers(scene, 1, 20));
}

static void test_another_address_is_edited_in(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	assert_int_equal(leases(scene, 1, 20), 0);
	edits_in(scene, 1, 30);
	assert_true(nas_of(scene)->lease.alone);
	assert_int_equal(scene->saved.address_count, 2);
	assert_true(has(&scene->saved, 10) && has(&scene->saved, 30));
	loses(scene, 20, "gone");
	assert_true(answers(scene, 1, 10) && answers(scene, 1, 30));
	assert_false(answers(scene, 1, 20));
}

static void test_a_leased_address_is_given_to_another(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 10));
	says(scene, SPEC("tv", 2, 30));
	assert_int_equal(leases(scene, 1, 20), 0);
	edits_in(scene, 2, 20);
	assert_true(answers(scene, 2, 20));
	assert_false(has(&nas_of(scene)->spec, 20) || nas_of(scene)->lease.alone);
	assert_true(has(&registry_find(scene->registry, "tv")->spec, 20));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 2, 20));
	assert_int_equal(leases(scene, 1, 20), -EEXIST);
}

/* As by bpftool, for one that is withheld, so that it is nobody's yet. */
static void test_a_withheld_address_is_given_to_another(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 20, 10));
	says(scene, SPEC("tv", 2, 30));
	loses(scene, 20, "gone");
	edits_in(scene, 2, 20);
	assert_true(answers(scene, 2, 20));
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 2, 20)); /* what people say last counts */
	assert_false(answers(scene, 1, 20));
	assert_true(has(&registry_find(scene->registry, "tv")->spec, 20));
}

static void test_a_withheld_address_is_leased_to_another(void **state)
{
	struct scene *scene = *state;

	says(scene, SPEC("nas", 1, 20));
	says(scene, SPEC("tv", 2, 30));
	loses(scene, 20, "gone");
	assert_int_equal(leases(scene, 2, 20), 0);
	assert_int_equal(leases(scene, 1, 0), 0);
	assert_true(answers(scene, 2, 20));
	assert_int_equal(leases(scene, 1, 21), 0);
	assert_true(answers(scene, 2, 20) && answers(scene, 1, 21));
	registry_remove(scene->registry, "nas");
	assert_true(answers(scene, 2, 20) && is_taken(scene, 20));
	assert_int_equal(scene->address_count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_reload_keeps_the_leased_address),
		TEST(test_a_reload_keeps_the_withheld_address_away),
		TEST(test_the_same_again_changes_nothing),
		TEST(test_people_say_what_was_leased),
		TEST(test_people_no_longer_say_what_is_leased),
		TEST(test_people_say_and_no_longer_say_what_is_withheld),
		TEST(test_another_name_has_the_same_lease),
		TEST(test_another_mac_has_no_lease),
		TEST(test_a_reload_leaves_no_room),
		TEST(test_tables_that_nobody_edits_change_nothing),
		TEST(test_a_leased_address_is_edited_out),
		TEST(test_a_withheld_address_is_edited_in),
		TEST(test_another_address_is_edited_in),
		TEST(test_a_leased_address_is_given_to_another),
		TEST(test_a_withheld_address_is_given_to_another),
		TEST(test_a_withheld_address_is_leased_to_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
