/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How near a mistyped word is to one that exists. Pure. */
#ifndef SLEEPPROXY_CLI_SUGGEST_H
#define SLEEPPROXY_CLI_SUGGEST_H

#include <stddef.h>

enum { WORDS_MAX = 63, WORDS_FAR = WORDS_MAX + 1 };

/*
 * Letters to add, drop or change to turn `typed` into `meant`, or WORDS_FAR where that is more than
 * a slip of the fingers, or more than half of the word.
 */
size_t words_distance(const char *typed, const char *meant);

#endif
