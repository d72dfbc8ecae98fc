// SPDX-License-Identifier: GPL-2.0-or-later
/* The store's row of a link, as a JSON object: what routers said on it. */
#include <errno.h>
#include <json-c/json.h>
#include <sys/param.h>

#include "base/fields.h"
#include "net/internal.h"

/* Ends of lifetimes are rounded up to such a part of them: then few advertisements change a row. */
enum { PARTS = 4 };

/* Who was heard before the row was read may have said since that a prefix lives on. ms */
enum { GRACE = 30000 };

/* ms since 1970, so that times of other clocks can be added. */
#define UNTIL_MAX (INT64_MAX / 4)

struct row_prefix {
	struct source_prefix prefix;
	bool on_link, autonomous, over;
	int64_t preferred_until, valid_until; /* by the wall clock; 0: for ever */
};

struct link_row {
	struct row_prefix prefixes[PREFIXES_MAX];
	struct ipv6 routers[ROUTERS_MAX];
	uint8_t prefix_count, router_count;
};

#define PREFIX(member) FIELD_AT(struct row_prefix, member)

static const struct field prefix_fields[] = {
	{ "prefix", FIELD_PREFIX, PREFIX(prefix), .flags = FIELD_REQUIRED },
	{ "on-link", FIELD_BOOL, PREFIX(on_link) },
	{ "autonomous", FIELD_BOOL, PREFIX(autonomous) },
	{ "over", FIELD_BOOL, PREFIX(over), .flags = FIELD_OMIT_ZERO },
	{ "preferred-until", FIELD_NUMBER, PREFIX(preferred_until), .max = UNTIL_MAX,
	  .flags = FIELD_OMIT_ZERO },
	{ "valid-until", FIELD_NUMBER, PREFIX(valid_until), .max = UNTIL_MAX,
	  .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

static const struct field row_fields[] = {
	{ "prefixes", FIELD_OBJECT, FIELD_LIST(struct link_row, prefixes, prefix_count),
	  .fields = prefix_fields },
	{ "routers", FIELD_IP, FIELD_LIST(struct link_row, routers, router_count) },
	{ 0 },
};

static int64_t write_end(const struct known_prefix *prefix, int64_t until, int64_t wall_offset)
{
	const int64_t part = MAX((until - prefix->heard) / PARTS, 1);

	return until == INT64_MAX ? 0 : (until + part - 1) / part * part + wall_offset;
}

static struct row_prefix write_prefix(const struct known_prefix *prefix, int64_t wall_offset)
{
	struct row_prefix row = {
		.prefix = { .address = prefix->prefix, .bits = prefix->bits },
		.on_link = prefix->on_link,
		.autonomous = prefix->autonomous,
		.over = prefix->over,
	};

	if (!prefix->over) {
		row.preferred_until = write_end(prefix, prefix->preferred_until, wall_offset);
		row.valid_until = write_end(prefix, prefix->valid_until, wall_offset);
	}
	return row;
}

struct json_object *net_state_write_link(const struct net_state *state, uint32_t ifindex,
                                         int64_t wall_offset)
{
	const struct prefixes *prefixes = &state->prefixes;
	struct link_row row = { .prefix_count = 0 };

	for (size_t i = 0; i < prefixes->count; i++)
		if (prefixes->of[i].ifindex == ifindex)
			row.prefixes[row.prefix_count++] =
				write_prefix(&prefixes->of[i], wall_offset);
	for (size_t i = 0; i < prefixes->router_count; i++)
		if (prefixes->routers[i].ifindex == ifindex)
			row.routers[row.router_count++] = prefixes->routers[i].address;
	return row.prefix_count || row.router_count ? fields_to_json(row_fields, &row) : NULL;
}

static int64_t read_end(const struct row_prefix *row, int64_t until, int64_t wall_offset,
                        int64_t now)
{
	if (row->over)
		return now;
	return until ? MAX(until - wall_offset, now + GRACE) : INT64_MAX;
}

static struct known_prefix read_prefix(const struct row_prefix *row, uint32_t ifindex,
                                       int64_t wall_offset, int64_t now)
{
	return (struct known_prefix){
		.prefix = ip_network(&row->prefix.address, row->prefix.bits),
		.ifindex = ifindex,
		.bits = row->prefix.bits,
		.on_link = row->on_link,
		.autonomous = row->autonomous,
		.over = row->over,
		.preferred_until = read_end(row, row->preferred_until, wall_offset, now),
		.valid_until = read_end(row, row->valid_until, wall_offset, now),
		.heard = now,
	};
}

int net_state_read_link(struct net_state *state, uint32_t ifindex, struct json_object *json,
                        int64_t wall_offset, int64_t now, char *why, size_t why_size)
{
	struct prefixes *prefixes = &state->prefixes;
	struct link_row row = { .prefix_count = 0 };

	if (fields_from_json(row_fields, json, &row, why, why_size))
		return -EINVAL;
	for (size_t i = 0; i < row.prefix_count && prefixes->count < PREFIXES_MAX; i++)
		prefixes->of[prefixes->count++] =
			read_prefix(&row.prefixes[i], ifindex, wall_offset, now);
	for (size_t i = 0; i < row.router_count && prefixes->router_count < ROUTERS_MAX; i++)
		prefixes->routers[prefixes->router_count++] =
			(struct known_router){ row.routers[i], ifindex, now };
	return 0;
}
