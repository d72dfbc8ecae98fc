/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in a file: a row for each option, with what it is read by, where it goes, and what
 * is expected there. In: sections of words. Out: structs, or the fault of the first word that makes
 * no sense.
 */
#ifndef SLEEPPROXY_CONFIG_OPTION_TABLE_H
#define SLEEPPROXY_CONFIG_OPTION_TABLE_H

#include <stddef.h>

#include "config/value_readers.h"
#include "config/confuse_tree.h"

struct keys {
	const struct key *rows;
	size_t count;
};

#define KEY_COUNT(array) (sizeof(array) / sizeof(*(array)))
/* clang-format off */
#define KEYS(table) { .rows = (table), .count = KEY_COUNT(table) }

/* Columns of a row. */
#define KEY_AT(owner, member) .offset = offsetof(struct owner, member)
#define KEY_NAMES(list) .read = key_read_name, .expected = "one of", .names = (list)
#define KEY_RANGE(low, high) .from = (low), .to = (high)
#define KEY_DURATION(low, high) \
	.read = key_read_ms, .expected = "a duration such as 500ms, 5s, 2m or 1h,", KEY_RANGE(low, high)
#define KEY_SECONDS(low, high) \
	.read = key_read_seconds, .expected = "a duration in whole seconds such as 30s or 2m,", KEY_RANGE(low, high)
#define KEY_NUMBER(low, high) .read = key_read_number, .expected = "a number", KEY_RANGE(low, high)
/* clang-format on */

enum { KEYS_MAX = 32 };

/* Fills libconfuse's rows; returns how many, without an end. */
size_t table_options(const struct keys *keys, cfg_opt_t options[KEYS_MAX]);
int table_read(const struct keys *keys, cfg_t *section, void *into, struct fault *fault);

#endif
