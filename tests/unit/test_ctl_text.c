// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/cli/view.c, and the suggestions: values in, the text that people read out. */
#include "test.h"

#include <string.h>
#include <time.h>

#include "cli/view.h"
#include "base/text.h"

/* The two largest units, and past from future. */
TEST(times)
{
	static const struct {
		int64_t seconds;
		const char *duration, *distance;
	} rows[] = {
		{ 0, "0s", "now" },
		{ 1, "1s", "in 1s" },
		{ 59, "59s", "in 59s" },
		{ 60, "1m0s", "in 1m0s" },
		{ 192, "3m12s", "in 3m12s" },
		{ 3599, "59m59s", "in 59m59s" },
		{ 3600, "1h0m", "in 1h0m" },
		{ 86399, "23h59m", "in 23h59m" },
		{ 86400, "1d0h", "in 1d0h" },
		{ 1062000, "12d7h", "in 12d7h" },
		{ -12, "0s", "12s ago" },
		{ INT64_MAX, "106751991167300d15h", "in 106751991167300d15h" },
		{ -INT64_MAX, "0s", "106751991167300d15h ago" },
	};
	char text[TIME_TEXT];

	EACH(i, rows)
	{
		assert_string_equal(duration_text(rows[i].seconds, text), rows[i].duration);
		assert_string_equal(distance_text(rows[i].seconds, text), rows[i].distance);
	}
}

TEST(shows_local_time)
{
	char text[TIME_TEXT];

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_string_equal(local_time("2026-01-31T12:00:00.123Z", text), "2026-01-31 13:00:00");
	assert_string_equal(local_time("2026-07-31T23:30:00Z", text), "2026-08-01 01:30:00");
}

/* Is left as it is, and is at no distance. */
TEST(no_utc_time)
{
	static const char *const others[] = { "", "yesterday", "2026-01-31", "2026-01-31T12:00:00",
		                              "2026-01-31T12:00:00+01:00" };
	char text[TIME_TEXT], longer[2 * TIME_TEXT];

	EACH(i, others)
	{
		assert_string_equal(local_time(others[i], text), others[i]);
		assert_string_equal(distance_from_now(others[i], text), "");
	}
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(strlen(local_time(longer, text)), TIME_TEXT - 1);
}

static size_t distance(const char *typed, const char *meant)
{
	size_t least = WORDS_FAR;

	return words_nearer(typed, meant, &least) ? least : WORDS_FAR;
}

TEST(knows_a_slip_from_another_word)
{
	static const struct {
		const char *typed, *meant;
		size_t distance;
	} pairs[] = {
		{ "host add", "host add", 0 },
		{ "host ad", "host add", 1 },
		{ "hsot", "host", 2 },
		{ "--adress", "--address", 1 },
		{ "remove", "reload", WORDS_FAR },
		{ "abc", "add", WORDS_FAR },
		{ "", "add", WORDS_FAR },
		{ "ls", "list", WORDS_FAR },
	};

	EACH(i, pairs)
	assert_int_equal(distance(pairs[i].typed, pairs[i].meant), pairs[i].distance);
}

TEST(survives_long_words)
{
	char word[1000];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(distance(word, "list"), WORDS_FAR);
	assert_int_equal(distance("list", word), WORDS_FAR);
}

/* What a table of a name and a count looks like; the caller frees it. */
static char *printed(bool colour, const char *name, int64_t count)
{
	struct text_table table = { .columns = 3 };
	struct output output = { .colour = colour };
	size_t size;
	char *text;

	output.file = open_memstream(&text, &size);
	table_cell(&table, BOLD, "NAME");
	table_cell(&table, BOLD, "COUNT");
	table_cell(&table, BOLD, "NOTE");
	table_cell(&table, RED, "%s", name);
	table_count(&table, PLAIN, count);
	table_cell(&table, PLAIN, "%s", "");
	table_finish(&table, &output);
	fclose(output.file);
	return text;
}

TEST(tables)
{
	static const struct {
		const char *shows;
		bool colour;
		const char *name;
		int64_t count;
		const char *text;
	} rows[] = {
		{ "a name to the left, a count to the right", false, "a", 7,
		  "NAME  COUNT  NOTE\na         7\n" },
		{ "a column has the width of its longest word", false, "longer", 1234567,
		  "NAME    COUNT    NOTE\nlonger  1234567\n" },
		{ "no space has a colour", true, "a", 7,
		  "\033[1mNAME\033[0m  \033[1mCOUNT\033[0m  \033[1mNOTE\033[0m\n"
		  "\033[31ma\033[0m         7\n" },
		{ "no control character comes to the terminal", false, "\033[2J\n", 7,
		  "NAME   COUNT  NOTE\n?[2J?      7\n" },
	};

	EACH(i, rows)
	{
		char *text = printed(rows[i].colour, rows[i].name, rows[i].count);

		if (strcmp(text, rows[i].text))
			fail_msg("%s:\n%s", rows[i].shows, text);
		free(text);
	}
}
