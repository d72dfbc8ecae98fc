// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/cli/view.c, and the suggestions: values in, the text that people read out. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <time.h>

#include "cli/view.h"
#include "base/text.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

TEST(shows_the_two_largest_units)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} spans[] = {
		{ 0, "0s" },
		{ 59, "59s" },
		{ 60, "1m0s" },
		{ 192, "3m12s" },
		{ 3599, "59m59s" },
		{ 3600, "1h0m" },
		{ 86399, "23h59m" },
		{ 86400, "1d0h" },
		{ -5, "0s" },
		{ 1062000, "12d7h" },
		{ INT64_MAX, "106751991167300d15h" },
	};
	char text[TIME_TEXT];

	EACH(i, spans)
	assert_string_equal(duration_text(spans[i].seconds, text), spans[i].text);
}

TEST(tells_past_from_future)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} distances[] = {
		{ 0, "now" },
		{ 1, "in 1s" },
		{ 21540, "in 5h59m" },
		{ -12, "12s ago" },
		{ INT64_MAX, "in 106751991167300d15h" },
		{ -INT64_MAX, "106751991167300d15h ago" },
	};
	char text[TIME_TEXT];

	EACH(i, distances)
	assert_string_equal(distance_text(distances[i].seconds, text), distances[i].text);
}

TEST(no_moment_is_no_distance)
{
	static const char *const others[] = { "", "yesterday", "2026-01-31" };
	char text[TIME_TEXT];

	EACH(i, others)
	assert_string_equal(distance_from_now(others[i], text), "");
}

TEST(shows_local_time)
{
	char text[TIME_TEXT];

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_string_equal(local_time("2026-01-31T12:00:00.123Z", text), "2026-01-31 13:00:00");
	assert_string_equal(local_time("2026-07-31T23:30:00Z", text), "2026-08-01 01:30:00");
}

TEST(leaves_what_is_no_utc_time)
{
	static const char *const others[] = { "", "yesterday", "2026-01-31", "2026-01-31T12:00:00",
		                              "2026-01-31T12:00:00+01:00" };
	char text[TIME_TEXT], longer[2 * TIME_TEXT];

	EACH(i, others)
	assert_string_equal(local_time(others[i], text), others[i]);
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

static void check_printed(bool colour, const char *name, int64_t count, const char *expected)
{
	char *text = printed(colour, name, count);

	assert_string_equal(text, expected);
	free(text);
}

TEST(aligns_columns)
{
	check_printed(false, "a", 7, "NAME  COUNT  NOTE\na         7\n");
	check_printed(false, "longer", 1234567, "NAME    COUNT    NOTE\nlonger  1234567\n");
}

TEST(colours_only_text)
{
	check_printed(true, "a", 7,
	              "\033[1mNAME\033[0m  \033[1mCOUNT\033[0m  \033[1mNOTE\033[0m\n"
	              "\033[31ma\033[0m         7\n");
}

TEST(keeps_control_characters_from_the_terminal)
{
	check_printed(false, "\033[2J\n", 7, "NAME   COUNT  NOTE\n?[2J?      7\n");
}
