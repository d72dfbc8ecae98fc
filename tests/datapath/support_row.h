/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row: what the maps hold, one frame in, and all that must result. The rows are in
 * support_rows_*.c; test_rows, test_tags and test_cut run all of them, each in another way.
 */
#ifndef SLEEPPROXY_TESTS_ROW_H
#define SLEEPPROXY_TESTS_ROW_H

#include "arp.h"
#include "support_testbed.h"

struct row {
	const char *name; /* what it shows */
	struct setup setup;
	struct packet in;
	enum outcome outcome;
	enum xdp_action verdict;
	struct packet out;     /* of an answer: what the start of the frame becomes */
	enum host_state state; /* of HOST, afterwards */
	bool seen;             /* HOST's last_seen is now */
	enum report_kind report;
	bool copied; /* a DHCP message, to the daemon */
	bool held;   /* the frame too, though the wake began before it */
};

#define EXPECT(outcome_, verdict_, state_) \
	.outcome = outcome_, .verdict = XDP_##verdict_, .state = state_

struct rows {
	const struct row *row;
	size_t count;
};

#define ROWS(name, array) const struct rows name = { array, sizeof(array) / sizeof(array[0]) }

extern const struct rows rows_arp, rows_owner, rows_ipv4, rows_wake, rows_dhcp;
extern const struct rows rows_nd, rows_ipv6, rows_wake6, rows_echo, rows_dhcp6;
extern const struct rows *const rows_all[];

extern const struct tags untagged, one_tag, two_tags;

/* Runs the row with `length` octets of its frame, or padded to them; asserts all its results. */
void row_run(const struct row *row, const struct tags *tags, size_t length);
size_t row_length(const struct row *row, const struct tags *tags);

/* `row` with its frame cut to `length`, and the results for that. */
struct row row_cut(const struct row *row, const struct tags *tags, size_t length);

const char *outcome_name(enum outcome outcome);
bool row_reached(enum outcome outcome); /* has any row that was run had this outcome? */

/* The function is a test for each row, with the row as its *state. */
#define ROW_TESTS(function) \
	AT_START(add_rows) \
	{ \
		for (const struct rows *const *rows = rows_all; *rows; rows++) \
			for (size_t i = 0; i < (*rows)->count; i++) \
				test_add((struct CMUnitTest){ (*rows)->row[i].name, function, \
				                              NULL, NULL, \
				                              (void *)&(*rows)->row[i] }); \
	}

#endif
