/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of tests, with cmocka: TEST(a_renewed_lease_is_kept) { … } is one, and registers
 * itself; they run in the order of the file. To be included before all else. Fixtures are functions
 * of cmocka's form; `state` is theirs and the tests'.
 *
 *   BEFORE_EACH(set_up)  AFTER_EACH(tear_down)    of every test of the program
 *   BEFORE_ALL(set_up)   AFTER_ALL(tear_down)     once
 *   TEST_WITH(name, set_up, tear_down)            of this test instead; NULL: none
 *
 * EACH(i, rows) goes through a table. EACH_SHOWN is for one whose rows have a text `shows`: that of
 * a row that fails is printed.
 */
#ifndef SLEEPPROXY_TESTS_TEST_H
#define SLEEPPROXY_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)
#define EACH_SHOWN(item, table) \
	for (size_t item = 0; \
	     item < sizeof(table) / sizeof(*(table)) ? (shown = (table)[item].shows, true) \
	                                             : (shown = NULL, false); \
	     item++)

static const char *shown; /* by the row that is being checked */
static struct CMUnitTest *tests;
static size_t test_count;
static CMFixtureFunction before_each, after_each, before_all, after_all;

static inline void test_add(struct CMUnitTest test)
{
	tests = reallocarray(tests, test_count + 1, sizeof(*tests));
	tests[test_count++] = test;
}

#define AT_START(name) __attribute__((constructor)) static void name(void)
#define SET_FIXTURE(fixture, function) \
	AT_START(set_##fixture) \
	{ \
		fixture = (function); \
	}

#define BEFORE_EACH(function) SET_FIXTURE(before_each, function)
#define AFTER_EACH(function) SET_FIXTURE(after_each, function)
#define BEFORE_ALL(function) SET_FIXTURE(before_all, function)
#define AFTER_ALL(function) SET_FIXTURE(after_all, function)

static inline int run_before_each(void **state)
{
	return before_each ? before_each(state) : 0;
}

static inline int run_after_each(void **state)
{
	return after_each ? after_each(state) : 0;
}

/* `shown` is left where the test fails. */
static inline int end_test(CMFixtureFunction tear_down, void **state)
{
	if (shown)
		print_error("failed: %s\n", shown);
	shown = NULL;
	return tear_down ? tear_down(state) : 0;
}

#define TEST_WITH(test, set_up, tear_down) \
	static void test_##test(void **state); \
	static int end_##test(void **state) \
	{ \
		return end_test(tear_down, state); \
	} \
	AT_START(add_##test) \
	{ \
		test_add((struct CMUnitTest){ #test, test_##test, set_up, end_##test, NULL }); \
	} \
	static void test_##test(void **state __attribute__((unused)))
#define TEST(test) TEST_WITH(test, run_before_each, run_after_each)

int main(void)
{
	const int failed =
		_cmocka_run_group_tests("tests", tests, test_count, before_all, after_all);

	free(tests);
	return failed;
}

#endif
