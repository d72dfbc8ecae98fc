// SPDX-License-Identifier: GPL-2.0-or-later
/* A server with keys: what it accepts, in which order, and how it signs its answers. */

#include "test.h"

#include "support_npp_server.h"

static int start_with_keys(void **state)
{
	const int err = start_npp_test(state);

	use_keys(*state);
	return err;
}

BEFORE_EACH(start_with_keys)
AFTER_EACH(stop_npp_test)

TEST(a_signed_request_gets_a_signed_answer)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(0xfedcba9876543210);

	receive(test, &sender, a_request(&sender));
	assert_true(test->request.registration.authenticated);
	confirm(test, 5);
	assert_true(is_confirmed(test, &sender, 5));
}

/* With any of the keys, not only the one of the request. */
TEST(a_report_and_rejections_are_signed_as_well)
{
	struct npp_test *test = *state;
	struct sender sender = signer(1);

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

static const struct forgery {
	const char *shows;
	uint8_t key;
	int time; /* s from now */
	enum change change;
	const char *count;
	bool answer_is_signed;
} forgeries[] = {
	{ "unsigned", 0, 0, NOTHING, "not_signed", false },
	{ "with an unknown key", 8, 0, NOTHING, "unknown_key", false },
	{ "with another secret", 7, 0, SECRET, "bad_hmac", false },
	{ "from another address", 7, 0, SOURCE, "bad_hmac", false },
	{ "to another address", 7, 0, DESTINATION, "bad_hmac", false },
	{ "with another secret, long ago", 7, -1000000, SECRET, "bad_hmac", false },
	{ "too late", 7, -NPP_STALE_AFTER - 1, NOTHING, "stale_time", true },
	{ "too early", 7, NPP_STALE_AFTER + 1, NOTHING, "stale_time", true },
};

/* Sends it, and then what is authentic but has the same nonce: nothing was recorded. */
static void check_forgery(struct npp_test *test, const struct forgery *forgery,
                          struct npp_message message)
{
	const bool is_report = message.subtype == NPP_WAKEUP_REPORT;
	const uint64_t before = count_of(test, forgery->count);
	struct sender sender = signer(1);
	uint8_t octets[NPP_MESSAGE_MAX];
	size_t length;

	sender.key = forgery->key;
	sender.time += (uint64_t)forgery->time;
	test->keys.key[0].secret[5] = forgery->change == SECRET;
	length = write_message(test, &sender, message, octets);
	test->keys.key[0].secret[5] = 0;
	if (forgery->change == SOURCE)
		sender.source = other_address;
	if (forgery->change == DESTINATION)
		sender.destination = us_too;
	receive_octets(test, &sender, octets, length);
	assert_int_equal(test->request.kind, NPP_REQUEST_NONE);
	assert_int_equal(is_rejected(test, &sender, is_report), forgery->answer_is_signed);
	assert_int_equal(count_of(test, forgery->count), before + 1);
	sender.key = 7;
	sender.time = signer(1).time;
	assert_int_not_equal(receive(test, &sender, message), NPP_REQUEST_NONE);
}

/* Who has not proved to have a key gets no signed answer. */
TEST(what_is_not_authentic)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();

	EACH_SHOWN(i, forgeries)
	{
		pass(1000);
		check_forgery(test, &forgeries[i], a_request(&sender));
		pass(1000);
		check_forgery(test, &forgeries[i], a_report(1));
	}
}

TEST(replayed_messages)
{
	struct npp_test *test = *state;
	const struct sender first = signer(1), second = signer(2);
	struct sender earlier = signer(3);

	registered(test, &first, a_request(&first));
	registered(test, &second, a_part(22));
	assert_int_equal(receive(test, &first, a_part(23)), NPP_REQUEST_NONE); /* nonce 1 again */
	assert_true(is_rejected(test, &first, false));
	earlier.time--;
	assert_int_equal(receive(test, &earlier, a_report(1)), NPP_REQUEST_NONE);
	assert_true(is_rejected(test, &earlier, true));
	assert_int_equal(count_of(test, "replay"), 2);
}

/* While it waits, and after. */
TEST(the_last_message_may_come_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(1);
	struct pending_registration pending;
	struct host *host;

	receive(test, &sender, a_request(&sender));
	submit(&test->hosts, &test->request.registration);
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	sends_nothing(test);
	assert_true(register_due(test->hosts.registrar, INT64_MAX, &pending));
	host = carry_out(test->hosts.table, &pending);
	host_is_up(host, BOOT); /* a recorded request puts no host to sleep */
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	assert_true(is_confirmed(test, &sender, host->registration->client_id));
	assert_int_equal(count_of(test, "duplicate"), 2);
	assert_int_equal(count_of(test, "repeated"), 0);
}

/* It must not be granted to anyone who recorded it. */
TEST(what_was_rejected_is_rejected_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(1);

	receive(test, &sender, a_request(&sender));
	reject(test, REJECT_ADDRESS_TAKEN);
	is_rejected(test, &sender, false);
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	assert_true(is_rejected(test, &sender, false));
	assert_int_equal(count_of(test, "repeated"), 1);
}

/* What became of a report is for the daemon to say again. */
TEST(a_report_may_come_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(1);

	assert_int_equal(receive(test, &sender, a_report(5)), NPP_REQUEST_REPORT);
	assert_int_equal(receive(test, &sender, a_report(5)), NPP_REQUEST_REPORT);
	assert_int_equal(count_of(test, "repeated"), 0);
}

/* What is dropped is not recorded: the host sends it again, octet for octet. */
TEST(what_has_to_come_again_is_accepted_then)
{
	struct npp_test *test = *state;
	const struct sender first = signer(1), second = signer(2);
	struct pending_registration pending;

	receive(test, &first, a_request(&first));
	submit(&test->hosts, &test->request.registration);
	assert_int_equal(receive(test, &second, a_part(22)), NPP_REQUEST_NONE);
	assert_int_equal(count_of(test, "rate_limited"), 1);
	sends_nothing(test);
	assert_true(register_due(test->hosts.registrar, INT64_MAX, &pending));
	carry_out(test->hosts.table, &pending);
	registered(test, &second, a_part(22));
}

TEST(a_solicitation_needs_no_key)
{
	struct npp_test *test = *state;
	struct sender sender = signer(1);

	for (int i = 0; i < 3; i++) {
		sender.key = (uint8_t[]){ 0, 8, 7 }[i];
		receive(test, &sender, a_message(NPP_PROXY_SOLICITATION));
		assert_int_equal(answered(test, &sender, NPP_PROXY_ADVERTISEMENT).authenticated,
		                 sender.key == 7);
	}
	registered(test, &sender, a_request(&sender)); /* no nonce was recorded */
}

TEST(without_keys_a_signature_proves_nothing)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(1);

	test->settings.keys = NULL;
	receive(test, &sender, a_request(&sender));
	assert_false(test->request.registration.authenticated);
	confirm(test, 5);
	assert_false(is_confirmed(test, &sender, 5));
}

TEST(a_key_may_be_removed_while_a_request_waits)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(1);

	receive(test, &sender, a_request(&sender));
	test->settings.keys = NULL;
	test->keys.count = 0;
	confirm(test, 5);
	is_confirmed(test, &sender, 5);
}

TEST(advertisements_to_all_are_signed_with_the_first_key)
{
	struct npp_test *test = *state;
	struct sent sent;

	npp_server_advertise(test->server, &lan, false);
	assert_true(next_sent(test, &sent));
	assert_true(sent.message.authenticated);
	assert_int_equal(sent.message.authentication.key, test->keys.key[0].id);
}

static void restore_replay(void *context, struct ipv4 source, struct json_object *row)
{
	npp_server_restore_replay(context, source, row);
}

/* With what is stored in the directory. */
static void restart(struct npp_test *test, const char *directory)
{
	struct host_store_reader reader = { .on_replay = restore_replay };
	char why[256];

	npp_server_free(test->server);
	host_store_close(test->store);
	test->store = host_store_open(directory, why, sizeof(why));
	assert_non_null(test->store);
	start_server(test);
	reader.context = test->server;
	assert_int_equal(host_store_load(test->store, &reader), 0);
}

TEST(a_restart_forgets_nothing)
{
	struct npp_test *test = *state;
	struct sender first = signer(1);
	const struct sender second = signer(2);
	char directory[] = "/tmp/test_npp_server.XXXXXX";

	assert_non_null(mkdtemp(directory));
	restart(test, directory);
	registered(test, &first, a_request(&first));
	registered(test, &second, a_part(22));
	registration_is_dropped(test->hosts.table, host_find_mac(test->hosts.table, &nas));
	restart(test, directory);
	receive(test, &second, a_part(22));
	is_rejected(test, &second, false);
	assert_int_equal(count_of(test, "repeated"), 1);
	receive(test, &first, a_request(&first));
	is_rejected(test, &first, false);
	assert_int_equal(count_of(test, "replay"), 1);
	first.nonce = 3;
	registered(test, &first, a_request(&first));
	host_store_close(test->store);
	assert_int_equal(run("rm -r %s", directory), 0);
}
