// SPDX-License-Identifier: GPL-2.0-or-later
/* A server with keys: what it accepts, in which order, and how it signs its answers. */

#include "test.h"

#include "support_npp_server.h"

static int start_with_keys(void **state)
{
	struct npp_test *test;
	const int err = start_npp_test(state);

	test = *state;
	test->keys.count = 2;
	test->keys.key[0] = (struct npp_key){ .id = 7, .length = 16, .secret = { 1, 2, 3 } };
	test->keys.key[1] = (struct npp_key){ .id = 200, .length = 64, .secret = { 9 } };
	test->settings.keys = &test->keys;
	return err;
}

static uint64_t now_s(const struct npp_test *test)
{
	return (uint64_t)test->hosts.now.wall / 1000;
}

static struct sender signer(const struct npp_test *test, uint64_t nonce)
{
	struct sender sender = the_nas();

	sender.key = 7;
	sender.time = now_s(test);
	sender.nonce = nonce;
	return sender;
}

static uint64_t errors(const struct npp_test *test, enum npp_auth_error error)
{
	return count_of(test, NPP_COUNT_AUTH_ERRORS + error);
}

BEFORE_EACH(start_with_keys)
AFTER_EACH(stop_npp_test)

TEST(a_signed_request_gets_a_signed_answer)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(test, 0xfedcba9876543210);

	receive(test, &sender, a_request(&sender));
	assert_true(test->request.registration.authenticated);
	confirm(test, 5);
	assert_true(is_confirmed(test, &sender, 5));
}

/* With any of the keys, not only the one of the request. */
TEST(a_report_and_rejections_are_signed_as_well)
{
	struct npp_test *test = *state;
	struct sender sender = signer(test, 1);

	receive(test, &sender, a_request(&sender));
	reject(test, REJECT_ADDRESS_TAKEN);
	assert_true(is_rejected(test, &sender, false));
	sender.key = 200;
	sender.nonce = 2;
	assert_int_equal(receive(test, &sender, a_report(1)), NPP_REQUEST_REPORT);
	reject(test, REJECT_UNKNOWN_CLIENT);
	assert_true(is_rejected(test, &sender, true));
}

enum change { NOTHING, SECRET, SOURCE, DESTINATION };

/* Who has not proved to have a key gets no signed answer. */
TEST(what_is_not_authentic)
{
	static const struct {
		uint8_t key;
		int time; /* s from now */
		enum change change;
		enum npp_auth_error error;
		bool answer_is_signed;
	} cases[] = {
		{ 0, 0, NOTHING, NPP_AUTH_ERROR_NOT_SIGNED, false },
		{ 8, 0, NOTHING, NPP_AUTH_ERROR_UNKNOWN_KEY, false },
		{ 7, 0, SECRET, NPP_AUTH_ERROR_BAD_HMAC, false },
		{ 7, 0, SOURCE, NPP_AUTH_ERROR_BAD_HMAC, false },
		{ 7, 0, DESTINATION, NPP_AUTH_ERROR_BAD_HMAC, false },
		{ 7, -1000000, SECRET, NPP_AUTH_ERROR_BAD_HMAC, false },
		{ 7, -NPP_STALE_AFTER - 1, NOTHING, NPP_AUTH_ERROR_STALE_TIME, true },
		{ 7, NPP_STALE_AFTER + 1, NOTHING, NPP_AUTH_ERROR_STALE_TIME, true },
	};
	struct npp_test *test = *state;

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		const bool is_report = i % 2;
		struct sender sender = signer(test, i);
		const uint64_t before = errors(test, cases[i / 2].error);
		uint8_t octets[NPP_MESSAGE_MAX];
		size_t length;

		sender.key = cases[i / 2].key;
		sender.time += (uint64_t)cases[i / 2].time;
		test->keys.key[0].secret[5] = cases[i / 2].change == SECRET;
		length = write_message(test, &sender, is_report ? a_report(1) : a_request(&sender),
		                       octets);
		test->keys.key[0].secret[5] = 0;
		if (cases[i / 2].change == SOURCE)
			sender.source = other_address;
		if (cases[i / 2].change == DESTINATION)
			sender.destination = us_too;
		receive_octets(test, &sender, octets, length);
		assert_int_equal(test->request.kind, NPP_REQUEST_NONE);
		assert_int_equal(is_rejected(test, &sender, is_report),
		                 cases[i / 2].answer_is_signed);
		assert_int_equal(errors(test, cases[i / 2].error), before + 1);
		assert_true(cases[i / 2].answer_is_signed || !test->server->replay.entries);
	}
}

TEST(replayed_messages)
{
	struct npp_test *test = *state;
	const struct sender first = signer(test, 1), second = signer(test, 2);
	struct sender earlier = signer(test, 3);

	registered(test, &first, a_request(&first));
	registered(test, &second, a_part(22));
	assert_int_equal(receive(test, &first, a_part(23)), NPP_REQUEST_NONE); /* nonce 1 again */
	assert_true(is_rejected(test, &first, false));
	earlier.time--;
	assert_int_equal(receive(test, &earlier, a_report(1)), NPP_REQUEST_NONE);
	assert_true(is_rejected(test, &earlier, true));
	assert_int_equal(errors(test, NPP_AUTH_ERROR_REPLAY), 2);
}

/* While it waits, and after. */
TEST(the_last_message_may_come_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(test, 1);
	struct pending_registration pending;
	struct host *host;

	receive(test, &sender, a_request(&sender));
	submit(&test->hosts, &test->request.registration);
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	sends_nothing(test);
	assert_true(register_due(test->hosts.registrar, INT64_MAX, &pending));
	host = carry_out(test->hosts.table, &pending);
	host_is_up(host, NOW_BOOT); /* a recorded request puts no host to sleep */
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	assert_true(is_confirmed(test, &sender, host->registration->client_id));
	assert_int_equal(count_of(test, NPP_COUNT_DUPLICATE), 2);
	assert_int_equal(errors(test, NPP_AUTH_ERROR_REPEATED), 0);
}

/* It must not be granted to anyone who recorded it. */
TEST(what_was_rejected_is_rejected_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(test, 1);

	receive(test, &sender, a_request(&sender));
	reject(test, REJECT_ADDRESS_TAKEN);
	is_rejected(test, &sender, false);
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	assert_true(is_rejected(test, &sender, false));
	assert_int_equal(errors(test, NPP_AUTH_ERROR_REPEATED), 1);
}

/* What became of a report is for the daemon to say again. */
TEST(a_report_may_come_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(test, 1);

	assert_int_equal(receive(test, &sender, a_report(5)), NPP_REQUEST_REPORT);
	assert_int_equal(receive(test, &sender, a_report(5)), NPP_REQUEST_REPORT);
	assert_int_equal(errors(test, NPP_AUTH_ERROR_REPEATED), 0);
}

/* What is dropped is not recorded: the host sends it again, octet for octet. */
TEST(what_has_to_come_again_is_accepted_then)
{
	struct npp_test *test = *state;
	const struct sender first = signer(test, 1), second = signer(test, 2);
	struct pending_registration pending;

	receive(test, &first, a_request(&first));
	submit(&test->hosts, &test->request.registration);
	assert_int_equal(receive(test, &second, a_part(22)), NPP_REQUEST_NONE);
	assert_int_equal(count_of(test, NPP_COUNT_RATE_LIMITED), 1);
	sends_nothing(test);
	assert_true(register_due(test->hosts.registrar, INT64_MAX, &pending));
	carry_out(test->hosts.table, &pending);
	registered(test, &second, a_part(22));
}

TEST(a_solicitation_needs_no_key)
{
	struct npp_test *test = *state;
	struct sender sender = signer(test, 1);

	for (int i = 0; i < 3; i++) {
		sender.key = (uint8_t[]){ 0, 8, 7 }[i];
		receive(test, &sender, a_message(NPP_PROXY_SOLICITATION));
		assert_false(answered(test, &sender, NPP_PROXY_ADVERTISEMENT).authenticated);
	}
	registered(test, &sender, a_request(&sender)); /* no nonce was recorded */
}

TEST(without_keys_a_signature_proves_nothing)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(test, 1);

	test->settings.keys = NULL;
	receive(test, &sender, a_request(&sender));
	assert_false(test->request.registration.authenticated);
	confirm(test, 5);
	assert_false(is_confirmed(test, &sender, 5));
}

TEST(a_key_may_be_removed_while_a_request_waits)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(test, 1);

	receive(test, &sender, a_request(&sender));
	test->settings.keys = NULL;
	test->keys.count = 0;
	confirm(test, 5);
	is_confirmed(test, &sender, 5);
}

TEST(advertisements_to_all_are_not_signed)
{
	struct npp_test *test = *state;
	struct sent sent;

	npp_server_advertise(test->server, &lan, false);
	assert_true(next_sent(test, &sent));
	assert_false(sent.message.authenticated);
}

static void restore_replay(void *context, struct ipv4 source, struct json_object *row)
{
	npp_server_restore_replay(context, source, row);
}

/* With what is stored in the directory. */
static void restart(struct npp_test *test, const char *directory)
{
	char why[256];

	npp_server_free(test->server);
	host_store_close(test->store);
	test->store = host_store_open(directory, why, sizeof(why));
	assert_non_null(test->store);
	start_server(test);
	assert_int_equal(host_store_load(test->store, NULL, restore_replay, test->server), 0);
}

TEST(a_restart_forgets_nothing)
{
	struct npp_test *test = *state;
	struct sender first = signer(test, 1);
	const struct sender second = signer(test, 2);
	char directory[] = "/tmp/test_npp_server.XXXXXX";

	assert_non_null(mkdtemp(directory));
	restart(test, directory);
	registered(test, &first, a_request(&first));
	registered(test, &second, a_part(22));
	registration_is_dropped(test->hosts.table, host_find_mac(test->hosts.table, &nas));
	restart(test, directory);
	receive(test, &second, a_part(22));
	is_rejected(test, &second, false);
	assert_int_equal(errors(test, NPP_AUTH_ERROR_REPEATED), 1);
	receive(test, &first, a_request(&first));
	is_rejected(test, &first, false);
	assert_int_equal(errors(test, NPP_AUTH_ERROR_REPLAY), 1);
	first.nonce = 3;
	registered(test, &first, a_request(&first));
	host_store_close(test->store);
	assert_int_equal(run("rm -r %s", directory), 0);
}
