// SPDX-License-Identifier: GPL-2.0-or-later
/* The clocks, against the ones of the C library. */
#include "test.h"

#include <time.h>

#include "base/clock.h"

static int64_t ms_of(clockid_t clock)
{
	struct timespec time;

	assert_int_equal(clock_gettime(clock, &time), 0);
	return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

TEST(each_member_is_its_clock)
{
	const int64_t mono = ms_of(CLOCK_MONOTONIC), boot = ms_of(CLOCK_BOOTTIME);
	const int64_t wall = ms_of(CLOCK_REALTIME);
	const struct now now = clock_now();

	assert_in_range(now.mono - mono, 0, 5000);
	assert_in_range(now.boot - boot, 0, 5000);
	assert_in_range(now.wall - wall, 0, 5000);
}
