// SPDX-License-Identifier: GPL-2.0-or-later
/* In: two words. Out: their Levenshtein distance, row by row. */
#include "cli/suggest.h"

#include <string.h>

enum { SLIP = 2 };

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static void next_row(size_t row[], char letter, const char *meant, size_t length)
{
	size_t corner = row[0]++;

	for (size_t i = 1; i <= length; i++) {
		size_t above = row[i];

		row[i] = least(above + 1, row[i - 1] + 1, corner + (letter != meant[i - 1]));
		corner = above;
	}
}

size_t words_distance(const char *typed, const char *meant)
{
	size_t row[WORDS_MAX + 1], length = strlen(meant);

	if (length > WORDS_MAX)
		return WORDS_FAR;
	for (size_t i = 0; i <= length; i++)
		row[i] = i;
	for (const char *letter = typed; *letter; letter++)
		next_row(row, *letter, meant, length);
	return row[length] <= SLIP && row[length] * 2 <= strlen(typed) ? row[length] : WORDS_FAR;
}
