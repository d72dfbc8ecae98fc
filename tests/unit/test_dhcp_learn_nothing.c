// SPDX-License-Identifier: GPL-2.0-or-later
/* What teaches nothing of a client: answers to others, to nobody, and to other questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_learn.h"

static void test_a_refusal_of_another_is_none(void **state)
{
	const struct dhcp_message nak = { .type = DHCP_NAK, .xid = XID + 1, .server = router };
	struct scene scene = bound();

	(void)state;
	assert_int_equal(is_refused(&scene), SNOOPED_NOTHING); /* nothing was asked */
	check_lease(&scene, home, router);
	renews(&scene, home);
	assert_int_equal(hears(&scene, &nak), SNOOPED_NOTHING);
	check_lease(&scene, home, router);
	assert_int_equal(is_granted(&scene, home, HOUR), SNOOPED_GRANT);
	assert_int_equal(is_refused(&scene), SNOOPED_NOTHING); /* the first answer counted */
	check_lease(&scene, home, router);
}

/* A late answer does not bring back what the client has given up meanwhile. */
static void test_an_answer_behind_the_release_is_none(void **state)
{
	const struct dhcp_message release = said(DHCP_RELEASE);
	struct scene scene = bound();

	(void)state;
	renews(&scene, home);
	hears(&scene, &release);
	assert_int_equal(is_granted(&scene, home, HOUR), SNOOPED_NOTHING);
	check_none(&scene);
}

static void check_ignored(const struct dhcp_message *ack)
{
	struct scene scene = nobody();

	requests(&scene, home, router);
	assert_int_equal(hears(&scene, ack), SNOOPED_NOTHING);
	check_lease(&scene, home, router);
	check_unbounded(&scene);
	assert_int_equal(is_granted(&scene, home, HOUR), SNOOPED_GRANT); /* the true one */
}

static void test_foreign_answers_are_ignored(void **state)
{
	struct dhcp_message ack = ack_of(home, HOUR);

	(void)state;
	ack.xid++;
	check_ignored(&ack);
	ack = ack_of(elsewhere, HOUR);
	check_ignored(&ack);
	ack = ack_of(nowhere, HOUR);
	check_ignored(&ack);
	ack = ack_of(home, 0);
	check_ignored(&ack);
	ack = ack_of(home, HOUR);
	ack.type = DHCP_OFFER;
	check_ignored(&ack);
}

static void test_an_answer_that_nobody_asked_for_is_ignored(void **state)
{
	struct dhcp_message ack = ack_of(home, HOUR);
	struct scene scene = nobody();

	(void)state;
	ack.xid = 0; /* as that of a client that never asked */
	assert_int_equal(hears(&scene, &ack), SNOOPED_NOTHING);
	check_none(&scene);
	scene = bound();
	assert_int_equal(is_granted(&scene, home, 2 * HOUR), SNOOPED_NOTHING); /* once more */
	assert_int_equal(scene.client.lease.seconds, HOUR);
}

/* RFC 2131, 4.3.5: the answer has neither an address nor a time. */
static void test_inform_says_nothing_of_a_lease(void **state)
{
	struct dhcp_message inform = said(DHCP_INFORM);
	struct scene scene = bound(), fresh = nobody();

	(void)state;
	inform.ciaddr = home;
	inform.identity.hostname = (struct dhcp_option){ 5, "other" };
	assert_int_equal(hears(&scene, &inform), SNOOPED_NOTHING);
	assert_memory_equal(&scene.client.identity, &itself, sizeof(itself));
	assert_int_equal(is_granted(&scene, nowhere, 0), SNOOPED_NOTHING);
	check_lease(&scene, home, router);
	assert_int_equal(hears(&fresh, &inform), SNOOPED_NOTHING);
	assert_int_equal(is_granted(&fresh, home, HOUR), SNOOPED_NOTHING);
	check_none(&fresh);
}

static void test_a_request_for_nothing_is_none(void **state)
{
	struct dhcp_message request = said(DHCP_REQUEST);
	struct scene scene = bound();

	(void)state;
	assert_int_equal(hears(&scene, &request), SNOOPED_NOTHING);
	check_lease(&scene, home, router);
	assert_int_equal(is_granted(&scene, nowhere, HOUR), SNOOPED_NOTHING);
	check_lease(&scene, home, router);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_refusal_of_another_is_none),
		cmocka_unit_test(test_an_answer_behind_the_release_is_none),
		cmocka_unit_test(test_foreign_answers_are_ignored),
		cmocka_unit_test(test_an_answer_that_nobody_asked_for_is_ignored),
		cmocka_unit_test(test_inform_says_nothing_of_a_lease),
		cmocka_unit_test(test_a_request_for_nothing_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
