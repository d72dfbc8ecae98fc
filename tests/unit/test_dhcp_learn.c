// SPDX-License-Identifier: GPL-2.0-or-later
/* What is snooped of a client by listening: conversations as clients have them with servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_learn.h"

static void test_a_first_lease(void **state)
{
	const struct dhcp_message discover = said(DHCP_DISCOVER);
	struct dhcp_message offer = ack_of(home, HOUR);
	struct scene scene = nobody();

	(void)state;
	assert_int_equal(hears(&scene, &discover), SNOOPED_IDENTITY);
	assert_memory_equal(&scene.client.identity, &itself, sizeof(itself));
	assert_int_equal(hears(&scene, &discover), SNOOPED_NOTHING);
	offer.type = DHCP_OFFER;
	assert_int_equal(hears(&scene, &offer), SNOOPED_NOTHING);
	check_none(&scene);
	assert_int_equal(requests(&scene, home, router), SNOOPED_REQUEST);
	check_lease(&scene, home, router);
	check_unbounded(&scene);
	scene.now += 700;
	assert_int_equal(is_granted(&scene, home, HOUR), SNOOPED_GRANT);
	check_lease(&scene, home, router);
	assert_int_equal(scene.client.lease.seconds, HOUR);
	assert_int_equal(scene.client.lease.since, START); /* the sending */
	assert_int_equal(scene.client.lease.expires_at, START + HOUR * 1000);
	assert_int_equal(scene.client.lease.deadline, 0);
}

/* All that passes behind a switch: what the client broadcasts. */
static void test_a_request_alone_says_the_address(void **state)
{
	struct scene rebooted = nobody(), selected = nobody();

	(void)state;
	assert_int_equal(requests(&rebooted, home, nowhere), SNOOPED_REQUEST);
	check_lease(&rebooted, home, nowhere);
	check_unbounded(&rebooted);
	assert_int_equal(requests(&selected, home, router), SNOOPED_REQUEST);
	check_lease(&selected, home, router);
	check_unbounded(&selected);
}

static void test_t1_t2_and_the_relay_are_learnt(void **state)
{
	struct dhcp_message ack = ack_of(home, HOUR);
	struct scene scene = nobody();

	(void)state;
	ack.t1 = 600;
	ack.t2 = 1200;
	ack.giaddr = elsewhere;
	requests(&scene, home, router);
	assert_int_equal(hears(&scene, &ack), SNOOPED_GRANT);
	assert_memory_equal(&scene.client.lease.relay, &elsewhere, sizeof(elsewhere));
	assert_int_equal(scene.client.lease.renew_at, START + 600000);
	assert_int_equal(scene.client.lease.rebind_at, START + 1200000);
}

static void test_a_renewal_goes_on_from_its_request(void **state)
{
	struct scene scene = bound();
	const int64_t later = START + HOUR * 500;

	(void)state;
	scene.now = later;
	assert_int_equal(renews(&scene, home), SNOOPED_NOTHING); /* what is known stays */
	assert_int_equal(scene.client.lease.expires_at, START + HOUR * 1000);
	scene.now += 5;
	assert_int_equal(is_granted(&scene, home, 2 * HOUR), SNOOPED_GRANT);
	assert_int_equal(scene.client.lease.since, later);
	assert_int_equal(scene.client.lease.expires_at, later + 2 * HOUR * 1000);
}

static void test_a_rebind_may_bring_another_server(void **state)
{
	struct dhcp_message ack = ack_of(home, HOUR);
	struct scene scene = bound();

	(void)state;
	ack.server = stranger;
	assert_int_equal(renews(&scene, home), SNOOPED_NOTHING);
	assert_int_equal(hears(&scene, &ack), SNOOPED_GRANT);
	check_lease(&scene, home, stranger);
}

static void test_a_renewal_of_what_was_not_heard_of_says_the_address(void **state)
{
	struct scene scene = nobody();

	(void)state;
	assert_int_equal(renews(&scene, home), SNOOPED_REQUEST);
	check_lease(&scene, home, nowhere);
	check_unbounded(&scene);
}

static void test_a_move_is_followed(void **state)
{
	struct scene scene = bound();

	(void)state;
	assert_int_equal(requests(&scene, elsewhere, router), SNOOPED_REQUEST);
	check_lease(&scene, elsewhere, router);
	check_unbounded(&scene);
	assert_int_equal(is_granted(&scene, elsewhere, HOUR), SNOOPED_GRANT);
	check_lease(&scene, elsewhere, router);
}

static void test_another_servers_offer_is_followed(void **state)
{
	struct scene scene = bound();

	(void)state;
	assert_int_equal(requests(&scene, home, stranger), SNOOPED_REQUEST);
	check_lease(&scene, home, stranger);
	check_unbounded(&scene); /* what the first one said is of no worth */
	assert_int_equal(requests(&scene, home, stranger), SNOOPED_NOTHING);
}

static void test_a_refusal_ends_it(void **state)
{
	struct scene scene = bound();

	(void)state;
	requests(&scene, home, nowhere);
	assert_int_equal(is_refused(&scene), SNOOPED_LOSS);
	check_refused(&scene);
	assert_memory_equal(&scene.client.identity, &itself, sizeof(itself));
	assert_int_equal(is_refused(&scene), SNOOPED_NOTHING);
	assert_int_equal(is_granted(&scene, home, HOUR), SNOOPED_NOTHING);
	check_refused(&scene);
}

/* A refusal of another address than the one that it has ends the lease, and loses no address. */
static void test_a_refusal_of_another_address(void **state)
{
	struct scene scene = bound();

	(void)state;
	requests(&scene, elsewhere, nowhere);
	scene.client.lease.address = home;
	assert_int_equal(is_refused(&scene), SNOOPED_LOSS);
	check_none(&scene);
}

static void test_what_is_lost_is_not_released(void **state)
{
	struct scene scene = bound();

	(void)state;
	requests(&scene, home, nowhere);
	is_refused(&scene);
	assert_int_equal(hears(&scene, &(struct dhcp_message){ .type = DHCP_RELEASE }),
	                 SNOOPED_NOTHING);
	check_refused(&scene);
}

static void test_declined_or_released_it_is_gone(void **state)
{
	static const enum dhcp_type ends[] = { DHCP_DECLINE, DHCP_RELEASE };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct dhcp_message end = said(ends[i]);
		struct scene scene = bound();

		end.identity = (struct dhcp_identity){ 0 };
		assert_int_equal(hears(&scene, &end), SNOOPED_LOSS);
		check_none(&scene);
		assert_memory_equal(&scene.client.identity, &itself, sizeof(itself));
		assert_int_equal(hears(&scene, &end), SNOOPED_NOTHING);
	}
}

static void test_an_identity_is_replaced_whole(void **state)
{
	struct dhcp_message discover = said(DHCP_DISCOVER);
	struct scene scene = bound();

	(void)state;
	discover.identity = (struct dhcp_identity){ .vendor_class = { 5, "udhcp" } };
	assert_int_equal(hears(&scene, &discover), SNOOPED_IDENTITY);
	assert_memory_equal(&scene.client.identity, &discover.identity, sizeof(itself));
	check_lease(&scene, home, router);
	assert_int_equal(renews(&scene, home), SNOOPED_IDENTITY); /* and nothing else */
	assert_memory_equal(&scene.client.identity, &itself, sizeof(itself));
}

static void test_what_was_lost_is_had_again(void **state)
{
	struct scene scene = bound();

	(void)state;
	scene.client.lease.state = LEASE_LOST;
	assert_int_equal(requests(&scene, home, nowhere), SNOOPED_REQUEST);
	check_lease(&scene, home, nowhere);
	check_unbounded(&scene);
}

/* Whose lease we keep, and who speaks for itself, is up: we are told so a moment later. */
static void test_who_speaks_for_itself_is_kept_no_longer(void **state)
{
	const struct dhcp_message release = said(DHCP_RELEASE);
	struct scene scene = bound(), gone = bound();

	(void)state;
	scene.client.lease.kept = gone.client.lease.kept = true;
	scene.client.lease.asked = gone.client.lease.asked = true;
	scene.client.lease.deadline = gone.client.lease.deadline = START + 1000;
	requests(&scene, elsewhere, nowhere);
	check_lease(&scene, elsewhere, nowhere);
	assert_false(scene.client.lease.asked);
	assert_int_equal(scene.client.lease.deadline, 0);
	hears(&gone, &release);
	check_none(&gone);
	assert_false(gone.client.lease.kept || gone.client.lease.asked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_first_lease),
		cmocka_unit_test(test_a_request_alone_says_the_address),
		cmocka_unit_test(test_t1_t2_and_the_relay_are_learnt),
		cmocka_unit_test(test_a_renewal_goes_on_from_its_request),
		cmocka_unit_test(test_a_rebind_may_bring_another_server),
		cmocka_unit_test(test_a_renewal_of_what_was_not_heard_of_says_the_address),
		cmocka_unit_test(test_a_move_is_followed),
		cmocka_unit_test(test_another_servers_offer_is_followed),
		cmocka_unit_test(test_a_refusal_ends_it),
		cmocka_unit_test(test_a_refusal_of_another_address),
		cmocka_unit_test(test_what_is_lost_is_not_released),
		cmocka_unit_test(test_declined_or_released_it_is_gone),
		cmocka_unit_test(test_an_identity_is_replaced_whole),
		cmocka_unit_test(test_what_was_lost_is_had_again),
		cmocka_unit_test(test_who_speaks_for_itself_is_kept_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
