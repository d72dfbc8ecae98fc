// SPDX-License-Identifier: GPL-2.0-or-later
/* sleepproxy-agent's command line, and the alarm: what needs no LAN. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_program.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static void help(void **state)
{
	static const char *const strbuf[] = { "usage: sleepproxy-agent",
		                              "status",
		                              "discover",
		                              "sleep",
		                              "wake",
		                              "alarm",
		                              "--config FILE",
		                              "--interface IF",
		                              "--state FILE",
		                              "--json",
		                              "--verbose" };

	(void)state;
	assert_int_equal(agent_bare("--help"), 0);
	assert_string_equal(complained, "");
	EACH(i, strbuf)
	assert_contains(printed, strbuf[i]);
	assert_int_equal(agent_bare("--version"), 0);
	assert_int_equal(strncmp(printed, "sleepproxy-agent ", 17), 0);
}

static void usage_errors(void **state)
{
	static const struct {
		const char *line, *strbuf;
	} rows[] = {
		{ "", "no command ''; expected one of status, discover, sleep, wake, alarm" },
		{ "slep", "unknown command 'slep'; expected one of status" },
		{ "sleep well", "unexpected argument 'well'" },
		{ "--jsn sleep", "unrecognized option '--jsn'" },
		{ "--json alarm", "--json with 'alarm'" },
		{ "--interface a/b sleep", "--interface 'a/b'; expected a name such as eth0" },
		{ "--interface", "option '--interface' requires an argument" },
		{ "--config /tmp/sleepproxy-no-such-file status",
		  "/tmp/sleepproxy-no-such-file: cannot be read: No such file or directory" },
	};

	(void)state;
	EACH(i, rows)
	{
		assert_int_equal(agent_bare(rows[i].line), 2);
		assert_contains(complained, rows[i].strbuf);
		assert_string_equal(printed, "");
	}
}

static void too_many_interfaces(void **state)
{
	(void)state;
	assert_int_equal(agent_bare("-i a -i b -i c -i d -i e -i f -i g -i h -i i sleep"), 2);
	assert_contains(complained, "--interface 'i'; expected at most 8");
}

static void configuration_error(void **state)
{
	(void)state;
	configure("interface = lan\nwait = soon\n");
	assert_int_equal(agent("status"), 2);
	assert_contains(complained, "/agent.conf:2: wait 'soon' is not understood; expected a "
	                            "duration such as 500ms, 5s, 2m or 1h, from 100ms to 10m\n");
	assert_int_equal(*complained, '/');
}

static void output_error(void **state)
{
	char command[PATH_MAX + 128];

	(void)state;
	snprintf(command, sizeof(command), "%s --help >/dev/full 2>/dev/null", program);
	assert_int_equal(WEXITSTATUS(system(command)), 1);
}

static void configure_alarm(const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), "rtc = %s\n%s", directory, more);
	configure(text);
}

/* Hooks run `alarm` each time, and it should not fill the journal. */
static void no_alarm(void **state)
{
	static const char *const texts[] = { "", "sleep-timer = 8h\n", "wake-by = rtc\n" };

	(void)state;
	write_file("wakealarm", "");
	EACH(i, texts)
	{
		char written[8192];

		configure_alarm(texts[i]);
		assert_int_equal(agent("alarm"), 0);
		assert_string_equal(printed, "");
		assert_string_equal(complained, "");
		assert_int_equal(agent("--verbose alarm"), 0);
		assert_contains(complained, "no alarm is to be set");
		read_file("wakealarm", written);
		assert_string_equal(written, "");
	}
}

/* One write for each value, as the kernel requires. */
static void an_alarm(void **state)
{
	char written[64] = "";
	int fd;

	(void)state;
	configure_alarm("sleep-timer = 8h\nwake-by = rtc\n");
	assert_int_equal(mkfifo(file("wakealarm"), 0600), 0);
	fd = open(file("wakealarm"), O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(agent("alarm"), 0);
	assert_string_equal(printed, "alarm: 28800 s\n");
	assert_true(read(fd, written, sizeof(written) - 1) > 0);
	assert_string_equal(written, "0+28800");
	close(fd);
}

static void no_rtc(void **state)
{
	(void)state;
	configure_alarm("sleep-timer = 8h\nwake-by = rtc\n");
	assert_int_equal(agent("alarm"), 1);
	assert_contains(complained, "/wakealarm cannot be written: No such file or directory\n");
	/* nor is one made */
	assert_false(is_there("wakealarm"));
}

static int set_up(void **state)
{
	(void)state;
	make_directory();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove_directory();
	return 0;
}

#define LINE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(help),
		LINE_TEST(usage_errors),
		LINE_TEST(too_many_interfaces),
		LINE_TEST(configuration_error),
		LINE_TEST(output_error),
		LINE_TEST(no_alarm),
		LINE_TEST(an_alarm),
		LINE_TEST(no_rtc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
