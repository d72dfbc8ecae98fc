// SPDX-License-Identifier: GPL-2.0-or-later
/* What is logged of messages that were rejected: each reason, but no flood of it. */

#include "test.h"

#include "support_npp_server.h"

static int log_file, stderr_fd;
static char logged[4096];

static int capture_log(void **state)
{
	char path[] = "/tmp/test_npp_server.XXXXXX";
	const int err = start_npp_test(state);

	log_file = mkstemp(path);
	assert_true(log_file >= 0);
	unlink(path);
	fflush(stderr);
	stderr_fd = dup(STDERR_FILENO);
	dup2(log_file, STDERR_FILENO);
	log_init(LOG_INFO);
	return err;
}

static int end_capture(void **state)
{
	log_init(LOG_EMERG);
	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	close(log_file);
	return stop_npp_test(state);
}

/* Lines since the last call, which are in `logged`. */
static unsigned int log_lines(void)
{
	unsigned int lines = 0;
	ssize_t length;

	fflush(stderr);
	length = pread(log_file, logged, sizeof(logged) - 1, 0);
	assert_true(length >= 0);
	logged[length] = '\0';
	assert_int_equal(ftruncate(log_file, 0), 0);
	lseek(log_file, 0, SEEK_SET);
	for (const char *at = logged; (at = strchr(at, '\n')); at++)
		lines++;
	return lines;
}

static unsigned int reject_reports(struct npp_test *test, int count)
{
	const struct sender sender = the_nas();

	while (count--) {
		receive(test, &sender, a_report(1));
		reject(test, REJECT_UNKNOWN_CLIENT);
		is_rejected(test, &sender, true);
	}
	return log_lines();
}

BEFORE_EACH(capture_log)
AFTER_EACH(end_capture)

/* A report that is rejected so long after the last one. Lines that are logged. */
static unsigned int reject_report_after(struct npp_test *test, int64_t ms)
{
	pass(ms - INTERVAL);
	return reject_reports(test, 1);
}

TEST(a_reason_is_logged_once_a_minute)
{
	struct npp_test *test = *state;

	assert_int_equal(reject_reports(test, 4), 1);
	assert_string_equal(logged, "sleepproxyd: warning: lan: Wakeup Report from 192.0.2.20 "
	                            "(52:54:00:12:34:56) rejected: Client Identifier is not this "
	                            "host's\n");
	assert_int_equal(reject_report_after(test, 60000 - 3 * INTERVAL - 1), 0);
	assert_int_equal(reject_report_after(test, 1), 2);
	assert_non_null(strstr(logged, ": 4 more were rejected for the same reason\n"));
	assert_int_equal(reject_reports(test, 1), 0);
	assert_int_equal(reject_report_after(test, 60000 - INTERVAL), 2);
	assert_non_null(strstr(logged, ": 1 more were rejected for the same reason\n"));
	assert_int_equal(reject_report_after(test, 60000), 1);
}

TEST(each_reason_is_logged_by_itself)
{
	static const uint8_t of_another_type[] = { 8, 0, 0xe5, 0xca, 0x12, 0x34, 0, 1 };
	struct npp_test *test = *state;
	const struct sender sender = the_nas();

	assert_int_equal(reject_reports(test, 1), 1);
	receive_octets(test, &sender, of_another_type, sizeof(of_another_type));
	assert_int_equal(log_lines(), 1);
	assert_non_null(strstr(logged, "lan: message from 192.0.2.20 (52:54:00:12:34:56) "
	                               "rejected: another ICMP type\n"));
	receive(test, &sender, a_part(22));
	reject(test, REJECT_MISSING_ADDRESS);
	is_rejected(test, &sender, false);
	assert_int_equal(log_lines(), 1);
	assert_non_null(strstr(logged, "Sleep Request from"));
	for (int i = 0; i < BURST + 2; i++)
		receive_octets(test, &sender, of_another_type, sizeof(of_another_type));
	assert_int_equal(log_lines(), 1);
	assert_non_null(strstr(logged, "rejected: too many messages from this source\n"));
}

TEST(what_is_no_error_is_not_logged)
{
	struct npp_test *test = *state;
	struct npp_requester *requester = &test->request.requester;
	struct npp_message advertisement = a_message(NPP_PROXY_ADVERTISEMENT);
	const struct npp_client confirm = { .id = 1 };
	struct sender sender = the_nas();

	advertisement.advertisement.proxy_count = 1;
	receive(test, &sender, a_message(NPP_PROXY_SOLICITATION));
	answered(test, &sender, NPP_PROXY_ADVERTISEMENT);
	receive(test, &sender, advertisement);
	registered(test, &sender, a_request(&sender));
	receive(test, &sender, a_request(&sender));
	is_confirmed(test, &sender, 1);
	receive(test, &sender, a_report(1));
	npp_server_confirm(test->server, requester, &confirm, false);
	answered(test, &sender, NPP_WAKEUP_CONFIRM);
	receive(test, &sender, a_part(22));
	npp_server_cancel(test->server, requester);
	test->open -= 2;
	sender.destination = first_proxy;
	receive(test, &sender, a_request(&sender));
	assert_int_equal(log_lines(), 0);
	assert_int_equal(count_of(test, NULL), 7);
}

TEST(what_is_rejected_again_is_not_logged_again)
{
	struct npp_test *test = *state;
	const struct sender sender = signer(1);

	use_keys(test);
	receive(test, &sender, a_request(&sender));
	reject(test, REJECT_ADDRESS_TAKEN);
	is_rejected(test, &sender, false);
	assert_int_equal(log_lines(), 1);
	receive(test, &sender, a_request(&sender));
	is_rejected(test, &sender, false);
	assert_int_equal(count_of(test, "repeated"), 1);
	assert_int_equal(log_lines(), 0);
}
