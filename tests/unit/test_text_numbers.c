// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers, durations and moments as text. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

TEST(numbers)
{
	static const struct {
		const char *text;
		int64_t max;
		int err;
		int64_t number;
	} rows[] = {
		{ "0", 0, 0, 0 },
		{ "007", 7, 0, 7 },
		{ "4094", 4094, 0, 4094 },
		{ "4095", 4094, -ERANGE, 0 },
		{ "9223372036854775807", INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", INT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999", INT64_MAX, -ERANGE, 0 },
		{ "", 9, -EINVAL, 0 },
		{ "+1", 9, -EINVAL, 0 },
		{ "-1", 9, -EINVAL, 0 },
		{ " 1", 9, -EINVAL, 0 },
		{ "1 ", 9, -EINVAL, 0 },
		{ "0x1", 9, -EINVAL, 0 },
		{ "1.0", 9, -EINVAL, 0 },
	};

	EACH(i, rows)
	{
		int64_t number = -7;

		assert_int_equal(text_to_number(rows[i].text, rows[i].max, &number), rows[i].err);
		assert_int_equal(number, rows[i].err ? -7 : rows[i].number);
	}
}

TEST(durations)
{
	static const struct {
		const char *text;
		int err;
		int64_t ms;
	} rows[] = {
		{ "500ms", 0, 500 },
		{ "5s", 0, 5000 },
		{ "5", 0, 5000 },
		{ "2m", 0, 120000 },
		{ "1h", 0, 3600000 },
		{ "0", 0, 0 },
		{ "2562047788015h", 0, 2562047788015 * 3600000 },
		{ "2562047788016h", -ERANGE, 0 },
		{ "99999999999999999999999999999999999999999s", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "5 s", -EINVAL, 0 },
		{ "-5s", -EINVAL, 0 },
		{ "5d", -EINVAL, 0 },
		{ "5ss", -EINVAL, 0 },
		{ "1h30m", -EINVAL, 0 },
	};

	EACH(i, rows)
	{
		int64_t ms = -7;

		assert_int_equal(text_to_duration(rows[i].text, &ms), rows[i].err);
		assert_int_equal(ms, rows[i].err ? -7 : rows[i].ms);
	}
}

TEST(hex_digits)
{
	static const char digits[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

	for (int c = -128; c < 128; c++) {
		const char *low = c ? strchr(digits, c) : NULL, *high = c ? strchr(upper, c) : NULL;
		const int value = low ? (int)(low - digits) : high ? (int)(high - upper) : -1;

		assert_int_equal(text_hex_digit((char)c), value);
	}
}

TEST(times)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ INT64_C(1769860800123), "2026-01-31T12:00:00.123Z" },
		{ INT64_C(1709251199999), "2024-02-29T23:59:59.999Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ -1000, "1969-12-31T23:59:59.000Z" },
		{ INT64_MAX, "292278994-08-17T07:12:55.807Z" },
	};
	char text[TEXT_TIME];

	EACH(i, rows)
	assert_string_equal(text_from_time(rows[i].ms, text), rows[i].text);
}
