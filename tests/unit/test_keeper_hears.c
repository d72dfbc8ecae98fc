// SPDX-License-Identifier: GPL-2.0-or-later
/* The keeper of leases as it is told things: by messages that come by, by people, by the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_keeper.h"

enum { XID = 0x11223344 };

static struct dhcp_message said(enum dhcp_type type)
{
	return (struct dhcp_message){
		.type = type,
		.xid = XID,
		.chaddr = nas,
		.identity.client_id = { 3, { 1, 2, 3 } },
	};
}

static void hears_client(struct scene *scene, const struct dhcp_message *message)
{
	const struct dhcp_snoop heard = heard_from_client(message);

	keeper_hear(scene->keeper, &heard);
}

static void requests(struct scene *scene, struct ipv4 address)
{
	struct dhcp_message request = said(DHCP_REQUEST);

	request.requested = address;
	hears_client(scene, &request);
}

static void check_told(const struct scene *scene, size_t tales, enum keeper_event event)
{
	assert_int_equal(scene->tales, tales);
	assert_int_equal(scene->told[tales - 1].event, event);
}

static uint64_t count_all(const struct scene *scene)
{
	uint64_t sum = 0;

	for (enum dhcp_count what = 0; what < DHCP_COUNT_COUNT; what++)
		sum += count_of(scene, what);
	return sum;
}

static void test_a_conversation_is_learnt_from(void **state)
{
	const struct dhcp_message discover = said(DHCP_DISCOVER), release = said(DHCP_RELEASE);
	struct scene *scene = *state;

	hears_client(scene, &discover);
	check_told(scene, 1, KEEPER_LEARNT);
	assert_int_equal(scene->told[0].state, LEASE_NONE);
	hears_server(scene, DHCP_OFFER, XID, 3600);
	assert_int_equal(scene->tales, 1);
	requests(scene, home);
	check_told(scene, 2, KEEPER_LEARNT);
	assert_true(scene->told[1].has_answer);
	hears_server(scene, DHCP_ACK, XID, 3600);
	check_told(scene, 3, KEEPER_LEARNT);
	assert_int_equal(lease_of(scene)->state, LEASE_BOUND);
	assert_int_equal(lease_of(scene)->seconds, 3600);
	assert_memory_equal(&lease_of(scene)->server, &router, sizeof(router));
	hears_client(scene, &release);
	check_told(scene, 4, KEEPER_GONE);
	assert_int_equal(lease_of(scene)->state, LEASE_NONE);
	assert_int_equal(count_of(scene, DHCP_COUNT_snooped), 4);
	assert_int_equal(count_of(scene, DHCP_COUNT_idle), 1);
	assert_int_equal(count_all(scene), 5);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 0);
}

static void test_a_refusal_of_an_awake_host_is_its_own_affair(void **state)
{
	struct scene *scene = *state;

	requests(scene, home);
	hears_server(scene, DHCP_NAK, XID, 0);
	check_told(scene, 2, KEEPER_GONE);
}

/* Else anybody could take a lease from a host, or give it one. */
static void test_a_client_speaks_for_itself_alone(void **state)
{
	static const enum dhcp_type types[] = { DHCP_DISCOVER, DHCP_REQUEST, DHCP_DECLINE,
		                                DHCP_RELEASE, DHCP_INFORM };
	struct scene *scene = *state;

	requests(scene, home);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct dhcp_message message = said(types[i]);
		struct dhcp_snoop heard;

		message.requested = elsewhere;
		message.identity.client_id.data[0] = 9;
		heard = heard_from_client(&message);
		heard.from.octet[5]++;
		keeper_hear(scene->keeper, &heard);
		assert_int_equal(count_of(scene, DHCP_COUNT_relayed), i + 1);
	}
	assert_int_equal(scene->tales, 1);
	assert_memory_equal(&lease_of(scene)->address, &home, sizeof(home));
}

static void test_every_flaw_is_counted(void **state)
{
	const struct dhcp_snoop good = heard_from_server(DHCP_ACK, XID, 3600);
	struct scene *scene = *state;
	struct dhcp_snoop bad = good;

	bad.length = sizeof(struct dhcp) - 1;
	keeper_hear(scene->keeper, &bad);
	assert_int_equal(count_of(scene, DHCP_COUNT_short), 1);
	bad = good;
	bad.message[1] = 6;
	keeper_hear(scene->keeper, &bad);
	assert_int_equal(count_of(scene, DHCP_COUNT_not_ethernet), 1);
	bad = good;
	bad.message[sizeof(struct dhcp) - 1]++;
	keeper_hear(scene->keeper, &bad);
	assert_int_equal(count_of(scene, DHCP_COUNT_no_cookie), 1);
	bad = good;
	bad.message[sizeof(struct dhcp) + 1] = 200;
	keeper_hear(scene->keeper, &bad);
	assert_int_equal(count_of(scene, DHCP_COUNT_bad_option), 1);
	bad = good;
	bad.message[sizeof(struct dhcp) + 2] = 77;
	keeper_hear(scene->keeper, &bad);
	assert_int_equal(count_of(scene, DHCP_COUNT_no_type), 1);
	assert_int_equal(count_all(scene), 5);
	assert_int_equal(scene->tales, 0);
	assert_null(keeper_find(scene->keeper, &nas));
}

static void test_every_misfit_is_counted(void **state)
{
	struct scene *scene = *state;
	uint32_t xid;

	falls_asleep(scene, 0);
	hears_server(scene, DHCP_ACK, XID, 3600);
	assert_int_equal(count_of(scene, DHCP_COUNT_unasked), 1);
	wait_ms(scene, 10);
	xid = scene->sent->request.xid;
	hears_server(scene, DHCP_ACK, xid + 1, 3600);
	assert_int_equal(count_of(scene, DHCP_COUNT_foreign_xid), 1);
	hears_server(scene, DHCP_ACK, xid, 0);
	hears_server(scene, DHCP_OFFER, xid, 3600);
	assert_int_equal(count_of(scene, DHCP_COUNT_no_answer), 2);
	hears_server(scene, DHCP_ACK, xid, 3600);
	assert_int_equal(count_of(scene, DHCP_COUNT_renewal), 1);
	assert_int_equal(count_all(scene), 5);
	check_told(scene, 2, KEEPER_RENEWED);
}

static void test_an_answer_of_another_server_is_none(void **state)
{
	struct scene *scene = *state;
	struct dhcp_snoop heard;

	falls_asleep(scene, 0);
	wait_ms(scene, 10);
	heard = heard_from_server(DHCP_NAK, scene->sent->request.xid, 0);
	heard.message[sizeof(struct dhcp) + 8]++;
	keeper_hear(scene->keeper, &heard);
	assert_int_equal(count_of(scene, DHCP_COUNT_foreign_server), 1);
	assert_int_equal(lease_of(scene)->state, LEASE_RENEWING);
}

static void test_nothing_is_known_of_who_said_nothing(void **state)
{
	const struct dhcp_message inform = { .type = DHCP_INFORM, .xid = XID, .chaddr = nas };
	struct scene *scene = *state;

	assert_null(keeper_find(scene->keeper, &nas));
	keeper_follow(scene->keeper, &nas, ASLEEP);
	hears_server(scene, DHCP_ACK, XID, 3600);
	hears_client(scene, &inform);
	assert_null(keeper_find(scene->keeper, &nas));
	assert_int_equal(scene->tales, 0);
	keeper_forget(scene->keeper, &nas);
	keeper_forget(scene->keeper, &nas);
}

static void test_what_people_say_adds_to_what_was_heard(void **state)
{
	const struct lease_grant grant = {
		.address = elsewhere, .server = nowhere, .seconds = 0, .since = 0
	};
	const struct dhcp_identity named = { .hostname = { 3, "tv1" } };
	const struct dhcp_client *client;
	struct scene *scene = *state;

	requests(scene, home);
	keeper_grant(scene->keeper, &nas, &grant, &named);
	check_told(scene, 2, KEEPER_LEARNT);
	assert_false(scene->told[1].has_answer);
	client = keeper_find(scene->keeper, &nas);
	assert_memory_equal(&client->lease.address, &elsewhere, sizeof(elsewhere));
	assert_int_equal(client->identity.client_id.length, 3);
	assert_int_equal(client->identity.hostname.length, 3);
	assert_memory_equal(client->identity.hostname.data, "tv1", 3);
}

/* What was asked before is no answer to what is said now. */
static void test_a_grant_while_it_sleeps_is_asked_for_anew(void **state)
{
	const struct lease_grant grant = {
		.address = elsewhere, .server = nowhere, .seconds = 0, .since = 0
	};
	const struct dhcp_identity silent = { 0 };
	struct scene *scene = *state;

	falls_asleep(scene, 0);
	wait_ms(scene, 10);
	keeper_grant(scene->keeper, &nas, &grant, &silent);
	keeper_follow(scene->keeper, &nas, ASLEEP);
	hears_server(scene, DHCP_ACK, scene->sent->request.xid, 3600);
	assert_int_equal(lease_of(scene)->state, LEASE_BOUND);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 2);
	assert_true(scene->sent[1].to_all);
	assert_memory_equal(&scene->sent[1].request.ciaddr, &elsewhere, sizeof(elsewhere));
	assert_int_not_equal(scene->sent[0].request.xid, scene->sent[1].request.xid);
}

static void test_a_restored_lease_goes_on(void **state)
{
	const int64_t now = clock_boot_ms();
	const struct dhcp_client late = {
		.lease = { .state = LEASE_BOUND,
		           .address = home,
		           .server = router,
		           .seconds = 3600,
		           .since = now - 1900000,
		           .renew_at = now - 100000,
		           .rebind_at = now + 1000000,
		           .expires_at = now + 1700000,
		           .confirmed = true },
	};
	struct scene *scene = *state;

	keeper_restore(scene->keeper, &nas, &late);
	keeper_follow(scene->keeper, &nas, ASLEEP);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 1);
	assert_in_range(scene->sent->request.secs, 100, 101); /* since T1 */
	assert_int_equal(scene->tales, 0);
}

/* The clock has gone on, and the timer has not: as behind a suspend. */
static void test_what_was_due_meanwhile_is_due_now(void **state)
{
	const int64_t now = clock_boot_ms();
	const struct dhcp_client late = {
		.lease = { .state = LEASE_BOUND,
		           .address = home,
		           .server = router,
		           .kept = true,
		           .renew_at = now - 1000,
		           .rebind_at = now + 10000,
		           .expires_at = now + 20000,
		           .deadline = now - 1000 },
	};
	struct scene *scene = *state;

	keeper_restore(scene->keeper, &nas, &late);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 0);
	keeper_resume(scene->keeper);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 1);
}

static void test_a_lease_that_was_ours_is_let_go(void **state)
{
	struct scene *scene = *state;

	falls_asleep(scene, 0);
	keeper_follow(scene->keeper, &nas, AWAKE); /* it was not yet */
	assert_int_equal(scene->tales, 1);
	keeper_follow(scene->keeper, &nas, ASLEEP);
	wait_ms(scene, 10);
	hears_server(scene, DHCP_ACK, scene->sent->request.xid, 3600);
	check_told(scene, 2, KEEPER_RENEWED);
	keeper_follow(scene->keeper, &nas, WAKING);
	keeper_follow(scene->keeper, &nas, AWAKE);
	check_told(scene, 3, KEEPER_LET_GO);
	assert_false(lease_of(scene)->confirmed);
	keeper_follow(scene->keeper, &nas, DROWSY);
	assert_int_equal(scene->tales, 3);
}

static void test_its_floor_is_a_minute_unless_it_is_told(void **state)
{
	struct scene *scene = *state;
	const struct keeper_actions actions = { scene, note_sleep, note_request, note_change };
	const struct lease_grant grant = {
		.address = home, .server = router, .seconds = 1, .since = clock_boot_ms()
	};
	struct keeper *keeper = keeper_new(scene->base, &actions);
	const struct dhcp_identity silent = { 0 };
	const struct lease *lease;

	keeper_grant(keeper, &nas, &grant, &silent);
	lease = &keeper_find(keeper, &nas)->lease;
	assert_int_equal(lease->expires_at - lease->since, 60000);
	keeper_free(keeper);
}

static void test_a_lost_lease_is_restored_as_lost(void **state)
{
	const struct dhcp_client lost = {
		.lease = { .state = LEASE_LOST, .address = home, .result = RESULT_REFUSED },
	};
	struct scene *scene = *state;

	keeper_restore(scene->keeper, &nas, &lost);
	keeper_follow(scene->keeper, &nas, ASLEEP);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 0);
	assert_int_equal(lease_of(scene)->state, LEASE_LOST);
	keeper_follow(scene->keeper, &nas, AWAKE);
	requests(scene, home);
	check_told(scene, 1, KEEPER_LEARNT);
	assert_int_equal(lease_of(scene)->state, LEASE_BOUND);
}

static void test_a_forgotten_host_is_not_asked_for(void **state)
{
	struct scene *scene = *state;

	falls_asleep(scene, 0);
	keeper_forget(scene->keeper, &nas);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 0);
	assert_null(keeper_find(scene->keeper, &nas));
}

static void test_no_keeper_is_freed(void **state)
{
	(void)state;
	keeper_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_conversation_is_learnt_from),
		TEST(test_a_refusal_of_an_awake_host_is_its_own_affair),
		TEST(test_a_client_speaks_for_itself_alone),
		TEST(test_every_flaw_is_counted),
		TEST(test_every_misfit_is_counted),
		TEST(test_an_answer_of_another_server_is_none),
		TEST(test_nothing_is_known_of_who_said_nothing),
		TEST(test_what_people_say_adds_to_what_was_heard),
		TEST(test_a_grant_while_it_sleeps_is_asked_for_anew),
		TEST(test_a_restored_lease_goes_on),
		TEST(test_what_was_due_meanwhile_is_due_now),
		TEST(test_a_lease_that_was_ours_is_let_go),
		TEST(test_its_floor_is_a_minute_unless_it_is_told),
		TEST(test_a_lost_lease_is_restored_as_lost),
		TEST(test_a_forgotten_host_is_not_asked_for),
		cmocka_unit_test(test_no_keeper_is_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
