// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/random.h"

#include <sys/random.h>

/* A read of so few octets is never cut short. */
uint32_t random_u32(void)
{
	uint32_t number = 0;

	(void)!getrandom(&number, sizeof(number), 0);
	return number;
}
