// SPDX-License-Identifier: GPL-2.0-or-later
/* The log of a flood: each kind of line is bounded, and what was left out is counted. */

#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* The clock stands still, but for what a test adds. s */
static int64_t clock_time = 1000;

int clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = (struct timespec){ .tv_sec = clock_time };
	return 0;
}

static int file, stderr_before;
static char text[1024 * 1024];

static int begin(void **state)
{
	(void)state;
	file = memfd_create("log", 0);
	stderr_before = dup(STDERR_FILENO);
	assert_true(file >= 0 && dup2(file, STDERR_FILENO) >= 0);
	log_init(LOG_INFO);
	return 0;
}

/* What was logged since the last time. */
static const char *take(void)
{
	const ssize_t length = pread(file, text, sizeof(text) - 1, 0);

	assert_true(length >= 0);
	text[length] = '\0';
	assert_int_equal(ftruncate(file, 0), 0);
	lseek(file, 0, SEEK_SET);
	return text;
}

static int end(void **state)
{
	(void)state;
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	close(file);
	return 0;
}

static unsigned int count(const char *log, const char *words)
{
	unsigned int found = 0;

	while ((log = strstr(log, words))) {
		log += strlen(words);
		found++;
	}
	return found;
}

BEFORE_EACH(begin)
AFTER_EACH(end)

TEST(a_flood_of_one_kind_is_cut_and_counted)
{
	const char *log;

	for (int i = 0; i < 5 * LOG_LINES_A_MINUTE; i++)
		log_error("it floods: %d", i);
	log_warning("another kind");
	log = take();
	assert_int_equal(count(log, "it floods"), LOG_LINES_A_MINUTE);
	assert_int_equal(count(log, "another kind"), 1);
	log_suppressed(); /* the minute is not over */
	assert_string_equal(take(), "");
	clock_time += 60;
	log_suppressed();
	assert_string_equal(take(), "sleepproxyd: warning: 2400 more lines in a minute were not "
	                            "shown: it floods: %d\n");
	log_error("it floods: %d", 1);
	log_suppressed();
	assert_string_equal(take(), "sleepproxyd: error: it floods: 1\n");
}

TEST(a_trickle_is_shown_whole)
{
	for (int i = 0; i < 3 * LOG_LINES_A_MINUTE; i++) {
		clock_time += i % 10 == 0;
		log_info("it trickles");
		log_debug("not shown, and not counted");
	}
	log_suppressed();
	assert_int_equal(count(take(), "\n"), 3 * LOG_LINES_A_MINUTE);
}
