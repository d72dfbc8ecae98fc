// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int64_t read_ms(clockid_t clock)
{
	return (int64_t)(read_ns(clock) / 1000000);
}

struct now clock_now(void)
{
	return (struct now){ clock_ms(), read_ms(CLOCK_BOOTTIME), read_ms(CLOCK_REALTIME) };
}

int64_t clock_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

uint64_t clock_us(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000;
}

void clock_boot_id(char *id, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	*id = '\0';
	if (file && fgets(id, (int)size, file))
		id[strcspn(id, "\n")] = '\0';
	if (file)
		fclose(file);
}

uint64_t clock_coarse_ns(void)
{
	return read_ns(CLOCK_MONOTONIC_COARSE);
}

/* getrandom(2) never returns fewer octets than asked for up to 256. */
uint32_t random_u32(void)
{
	uint32_t number = 0;

	(void)!getrandom(&number, sizeof(number), 0);
	return number;
}
