/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a word of the daemon's means, for people. */
#ifndef SLEEPPROXY_CLI_LABELS_H
#define SLEEPPROXY_CLI_LABELS_H

#include <string.h>

struct meaning {
	const char *word, *meaning;
};

/* Rows up to one without a word; "" for a word that is none of theirs. */
static inline const char *meaning_of(const struct meaning *rows, const char *word)
{
	for (; rows->word; rows++)
		if (strcmp(rows->word, word) == 0)
			return rows->meaning;
	return "";
}

#endif
