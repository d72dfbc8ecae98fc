// SPDX-License-Identifier: GPL-2.0-or-later
/* What people are told of messages that were not taken: each fault, but no flood of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "support_proxy_voice.h"

struct capture {
	int stderr_fd, file;
	char text[4096];
};

static struct capture begin_capture(void)
{
	struct capture capture = { .stderr_fd = dup(STDERR_FILENO) };
	char path[] = "/tmp/test_proxy.XXXXXX";

	fflush(stderr);
	capture.file = mkstemp(path);
	assert_true(capture.file >= 0);
	unlink(path);
	dup2(capture.file, STDERR_FILENO);
	log_init(LOG_INFO);
	return capture;
}

static unsigned end_capture(struct capture *capture)
{
	unsigned lines = 0;
	ssize_t length;

	log_init(LOG_EMERG);
	fflush(stderr);
	dup2(capture->stderr_fd, STDERR_FILENO);
	length = pread(capture->file, capture->text, sizeof(capture->text) - 1, 0);
	close(capture->stderr_fd);
	close(capture->file);
	assert_true(length >= 0);
	capture->text[length] = '\0';
	for (ssize_t i = 0; i < length; i++)
		lines += capture->text[i] == '\n';
	return lines;
}

static void test_a_fault_is_told_once_a_minute(void **state)
{
	struct capture capture = begin_capture();
	struct scene *scene = *state;
	int64_t *said_at = &scene->proxy->said_at[PROXY_COUNT_unknown_client];

	for (int i = 0; i < 4; i++)
		nas_says(scene, a_report(1));
	assert_int_equal(end_capture(&capture), 1);
	assert_non_null(strstr(capture.text, "warning: lan: not taken: a Wakeup Report of "
	                                     "192.0.2.20 at 52:54:00:12:34:56: with a Client "
	                                     "Identifier that is not its host's\n"));
	*said_at -= 58000;
	capture = begin_capture();
	nas_says(scene, a_report(1));
	assert_int_equal(end_capture(&capture), 0);
	*said_at -= 2000;
	capture = begin_capture();
	nas_says(scene, a_report(1));
	nas_says(scene, a_report(1));
	assert_int_equal(end_capture(&capture), 2);
	assert_non_null(strstr(capture.text, "… and 4 more like the one before it\n"));
	*said_at -= 60000;
	capture = begin_capture();
	nas_says(scene, a_report(1));
	assert_int_equal(end_capture(&capture), 2);
	assert_non_null(strstr(capture.text, "… and 1 more like"));
	*said_at -= 60000;
	capture = begin_capture();
	nas_says(scene, a_report(1));
	assert_int_equal(end_capture(&capture), 1);
}

static void test_each_fault_is_told_by_itself(void **state)
{
	static const uint8_t of_another_type[] = { 8, 0, 0xe5, 0xca, 0x12, 0x34, 0, 1 };
	struct capture capture = begin_capture();
	const struct voice voice = nas_voice();
	struct scene *scene = *state;

	nas_says(scene, a_report(1));
	nas_says(scene, a_part(22));
	says_octets(scene, &voice, of_another_type, sizeof(of_another_type));
	for (int i = 0; i < RATE_BURST + 2; i++)
		nas_says(scene, a_part(22));
	assert_int_equal(end_capture(&capture), 4);
	assert_non_null(strstr(capture.text, "a message of 192.0.2.20 at 52:54:00:12:34:56: ICMP "
	                                     "of another type\n"));
	assert_non_null(strstr(capture.text, "a Sleep Request of"));
	assert_non_null(strstr(capture.text, "one of too many from the same source\n"));
}

static void test_what_is_no_fault_is_not_told(void **state)
{
	struct npp_message advertisement = a_message(NPP_PROXY_ADVERTISEMENT);
	struct capture capture = begin_capture();
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	advertisement.advertisement.proxy_count = 1;
	nas_says(scene, a_message(NPP_PROXY_SOLICITATION));
	nas_says(scene, advertisement);
	nas_says(scene, a_request());
	nas_says(scene, a_request());
	nobody_claims(scene);
	nas_says(scene, a_report(session_of(scene, &nas)->client));
	voice.destination = first_proxy;
	says(scene, &voice, a_request());
	assert_int_equal(end_capture(&capture), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_a_fault_is_told_once_a_minute),
		PROXY_TEST(test_each_fault_is_told_by_itself),
		PROXY_TEST(test_what_is_no_fault_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
