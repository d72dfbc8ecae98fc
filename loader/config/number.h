/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In: words. Out: numbers and durations. 0, or -EINVAL with the output untouched; what is too large
 * becomes very large.
 */
#ifndef SLEEPPROXY_CONFIG_NUMBER_H
#define SLEEPPROXY_CONFIG_NUMBER_H

#include <stdint.h>

int value_number(const char *text, int64_t *number); /* decimal digits alone */
int value_ms(const char *text, int64_t *ms);         /* "500ms", "5s", "2m", "1h", "5" for 5 s */

#endif
