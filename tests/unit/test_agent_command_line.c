// SPDX-License-Identifier: GPL-2.0-or-later
/* sleepproxy-agent's command line, and the alarm: what needs no LAN. */
#include "test.h"

#include <fcntl.h>
#include <stdbool.h>

#include "support_agent.h"

TEST(help)
{
	static const char *const parts[] = { "usage: sleepproxy-agent", "discover",
		                             "--state FILE" };

	assert_int_equal(agent_bare("--help"), 0);
	assert_string_equal(complained, "");
	EACH(i, parts)
	assert_contains(printed, parts[i]);
	assert_int_equal(agent_bare("--version"), 0);
	assert_int_equal(strncmp(printed, "sleepproxy-agent ", 17), 0);
}

TEST(usage_errors)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "",
		  "no command ''; expected one of status, discover, doctor, sleep, wake, alarm" },
		{ "slep", "unknown command 'slep'; expected one of status" },
		{ "sleep well", "unexpected argument 'well'" },
		{ "--jsn sleep", "unrecognized option '--jsn'" },
		{ "--json alarm", "--json with 'alarm'" },
		{ "--interface a/b sleep", "--interface 'a/b'; expected a name such as eth0" },
		{ "-i a -i b -i c -i d -i e -i f -i g -i h -i i sleep",
		  "--interface 'i'; expected at most 8" },
		{ "--interface", "option '--interface' requires an argument" },
		{ "--config /tmp/sleepproxy-no-such-file status",
		  "/tmp/sleepproxy-no-such-file: cannot be read: No such file or directory" },
	};

	EACH(i, rows)
	{
		assert_int_equal(agent_bare(rows[i].line), 2);
		assert_contains(complained, rows[i].words);
		assert_string_equal(printed, "");
	}
}

TEST(configuration_error)
{
	configure("interface = lan\nwait = soon\n");
	assert_int_equal(agent("status"), 2);
	assert_contains(complained, "/agent.conf:2: wait 'soon' is not understood; expected a ");
	assert_int_equal(*complained, '/');
}

TEST(output_error)
{
	char command[PATH_MAX + 128];

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
TEST(no_alarm)
{
	static const char *const texts[] = { "", "sleep-timer = 8h\n", "wake-by = rtc\n" };

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
TEST(an_alarm)
{
	char written[64] = "";
	int fd;

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

TEST(no_rtc)
{
	configure_alarm("sleep-timer = 8h\nwake-by = rtc\n");
	assert_int_equal(agent("alarm"), 1);
	assert_contains(complained, "/wakealarm cannot be written: No such file or directory\n");
	/* nor is one made */
	assert_false(is_there("wakealarm"));
}

BEFORE_EACH(set_up_program)
AFTER_EACH(remove_directory)
