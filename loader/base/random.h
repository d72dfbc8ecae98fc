/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that nobody can foresee (getrandom(2)). */
#ifndef SLEEPPROXY_BASE_RANDOM_H
#define SLEEPPROXY_BASE_RANDOM_H

#include <stdint.h>

uint32_t random_u32(void);

#endif
