// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

/* 255 numbers of up to three digits, each with a space */
enum { NUMBERS_TEXT = 1024 };

/* clang-format off */
static const struct view_row columns[] = {
	{ "HOST", .member = "host" },
	{ "ADDRESS", .member = "address", .empty = "-" },
	{ "SERVER", .member = "server", .empty = "-" },
	{ "STATE", .member = "state", .kind = VIEW_WORD },
	{ "RENEWED BY", .member = "renewed-by", .empty = "-" },
	{ "T1", .member = "t1-in", .kind = VIEW_DISTANCE, .empty = "-" },
	{ "EXPIRES", .member = "expires-in", .kind = VIEW_DISTANCE, .empty = "-" },
	{ .label = "LAST" },
	{ 0 },
};

static const struct view_row state_rows[] = {
	{ "state", .member = "state", .kind = VIEW_WORD, .empty = "-" },
	{ "renewed by", .member = "renewed-by", .noted = "renewal", .empty = "-" },
	{ 0 },
};

static const struct view_row time_rows[] = {
	{ "granted for", .member = "seconds", .kind = VIEW_DURATION, .empty = "-" },
	{ "since", .member = "since", .kind = VIEW_TIME, .noted = "since-in", .empty = "-" },
	{ "T1", .member = "t1", .kind = VIEW_TIME, .noted = "t1-in", .empty = "-" },
	{ "T2", .member = "t2", .kind = VIEW_TIME, .noted = "t2-in", .empty = "-" },
	{ "expires", .member = "expires", .kind = VIEW_TIME, .noted = "expires-in", .empty = "-" },
	{ "next request", .member = "next-request-in", .kind = VIEW_DISTANCE, .empty = "-" },
	{ "last result", .member = "result", .kind = VIEW_WORD, .noted = "result-in", .empty = "-" },
	{ "", .member = "result-at", .kind = VIEW_TIME, .noted = "reason" },
	{ 0 },
};

/* Of a family: the heading, and what the other one does not have. */
struct family_rows {
	struct view_row heading[2], addresses[4], identity[5];
};

static const struct family_rows dhcp_rows = {
	.heading = { { "LEASE", .member = "host", .empty = "-", .style = BOLD } },
	.addresses = {
		{ "address", .member = "address", .empty = "-" },
		{ "server", .member = "server", .empty = "-" },
		{ "relay", .member = "relay", .note = "between host and server" },
	},
};

static const struct family_rows dhcp6_rows = {
	.heading = { { "DHCPv6", .member = "host", .empty = "-", .style = BOLD } },
	.addresses = {
		{ "addresses", .member = "addresses", .empty = "-" },
		{ "lost", .member = "lost" },
	},
	.identity = {
		{ "sent from", .member = "source", .empty = "-" },
		{ "DUID", .member = "duid", .empty = "-" },
		{ "IAID", .member = "iaid", .empty = "0" },
		{ "server's DUID", .member = "server-duid", .empty = "-" },
	},
};

static const struct view_row identity_rows[] = {
	{ "IDENTITY", .member = "identity", .style = BOLD },
	{ "client-id", .member = "client-id", .empty = "-" },
	{ "hostname", .member = "hostname", .empty = "-" },
	{ "parameters", .member = "parameters", .empty = "-" },
	{ "vendor class", .member = "vendor-class", .empty = "-" },
	{ "FQDN", .member = "fqdn", .empty = "-" },
	{ 0 },
};
/* clang-format on */

/* Up to NULL; null in a lease without end. */
static void set_never(struct json_object *lease, const char *const *members)
{
	if (strcmp(json_get_text(lease, "seconds"), "infinite") == 0)
		for (; *members; members++)
			json_set_text(lease, *members, "never");
}

static void set_distance(struct json_object *lease, const char *member, const char *of)
{
	char text[TIME_TEXT];

	json_set_text(lease, member, distance_from_now(json_get_text(lease, of), text));
}

static void add_row(struct text_table *table, struct json_object *lease)
{
	static const char *const times[] = { "t1-in", "expires-in", NULL };
	const char *result = json_get_text(lease, "result");

	set_never(lease, times);
	set_distance(lease, "result-in", "result-at");
	view_cells(table, lease, columns);
	if (*result)
		table_cell(table, word_of(result)->style, "%s %s", result,
		           json_get_text(lease, "result-in"));
	else
		table_text(table, PLAIN, "", "-");
}

/* Of a list of texts; "": there is none. */
static const char *first_of(struct json_object *object, const char *member)
{
	struct json_object *list = json_object_object_get(object, member);
	const bool has_any = list && json_object_array_length(list);

	return has_any ? json_object_get_string(json_object_array_get_idx(list, 0)) : "";
}

/* That of DHCPv6, with what it has for a table instead; NULL: it has none. */
static struct json_object *dhcp6_of(struct json_object *lease)
{
	struct json_object *dhcp6 = NULL;

	if (!json_object_object_get_ex(lease, "dhcpv6", &dhcp6))
		return NULL;
	json_set_text(dhcp6, "host", json_get_text(lease, "host"));
	json_set_text(dhcp6, "server", "DHCPv6");
	json_set_text(dhcp6, "address",
	              first_of(dhcp6, *first_of(dhcp6, "addresses") ? "addresses" : "lost"));
	return dhcp6;
}

static bool is_none(struct json_object *lease)
{
	return strcmp(json_get_text(lease, "state"), "none") == 0;
}

static void add_lease(struct text_table *table, struct json_object *lease)
{
	struct json_object *dhcp6 = dhcp6_of(lease);

	if (!dhcp6 || !is_none(lease))
		add_row(table, lease);
	if (dhcp6)
		add_row(table, dhcp6);
}

static void view_leases(const struct output *output, struct json_object *leases)
{
	view_list(output, leases, columns, add_lease);
}

static void set_renewal(struct json_object *lease)
{
	const bool confirmed = json_get_bool(lease, "confirmed");

	if (strcmp(json_get_text(lease, "renewed-by"), "host") == 0)
		json_set_text(lease, "renewal", "the host is up, and renews it by itself");
	else
		json_set_text(lease, "renewal",
		              confirmed ? "renewed since the host fell asleep"
		                        : "not renewed since the host fell asleep");
}

/* "01:0f:06" as "1 15 6": options are known by their numbers. */
static void set_parameters(struct json_object *lease)
{
	const char *octets = json_get_text(lease, "parameters");
	char text[NUMBERS_TEXT] = "", *end;
	size_t used = 0;

	for (; *octets && used < NUMBERS_TEXT; octets = *end ? end + 1 : end)
		used += snprintf(text + used, NUMBERS_TEXT - used, "%s%lu", used ? " " : "",
		                 strtoul(octets, &end, 16));
	json_set_text(lease, "parameters", text);
}

static void view_terms(const struct output *output, struct json_object *lease,
                       const struct family_rows *rows)
{
	static const char *const times[] = { "t1", "t2", "expires", NULL };
	struct text_table terms = { .columns = 3 };

	set_never(lease, times);
	set_distance(lease, "since-in", "since");
	set_distance(lease, "result-in", "result-at");
	set_renewal(lease);
	view_rows(&terms, lease, rows->heading);
	view_rows(&terms, lease, state_rows);
	view_rows(&terms, lease, rows->addresses);
	view_rows(&terms, lease, time_rows);
	view_rows(&terms, lease, rows->identity);
	table_finish(&terms, output);
}

static void view_lease(const struct output *output, struct json_object *lease)
{
	struct text_table identity = { .columns = 3 };
	struct json_object *dhcp6 = dhcp6_of(lease);

	if (dhcp6)
		view_terms(output, dhcp6, &dhcp6_rows);
	if (dhcp6 && is_none(lease))
		return;
	if (dhcp6)
		output_write(output, PLAIN, "\n");
	set_parameters(lease);
	json_set_text(lease, "identity", "as sent to DHCP servers");
	view_terms(output, lease, &dhcp_rows);
	output_write(output, PLAIN, "\n");
	view_rows(&identity, lease, identity_rows);
	table_finish(&identity, output);
}

static const struct cli_option set_options[] = {
	{ "--address", "A", OPTION_TEXT, .required = true, .help = "the leased address" },
	{ "--server", "S", OPTION_TEXT,
	  .help = "the server that granted it (default: any server)" },
	{ "--seconds", "N", OPTION_NUMBER, .help = "the duration of the lease in seconds" },
	{ "--left", "N", OPTION_NUMBER, .help = "how many of them are left (default: not known)" },
	{ "--client-id", "HEX", OPTION_TEXT,
	  .help = "the client identifier that the host sends, octet for octet:\n"
	          "01:52:54:00:12:34:56 (default: the snooped one)" },
	{ "--hostname", "NAME", OPTION_TEXT,
	  .help = "the host name that it sends (default: the snooped one)" },
	{ "--iaid", "N", OPTION_NUMBER, .help = "of an IPv6 address: the IAID of its IA_NA" },
	{ "--duid", "HEX", OPTION_TEXT,
	  .help = "of an IPv6 address: the host's DUID (default: the snooped one)" },
	{ "--server-duid", "HEX", OPTION_TEXT,
	  .help = "of an IPv6 address: the server's DUID (default: any server)" },
	{ 0 },
};

static const char *const states[] = { "bound", "renewing", "rebinding", "lost", NULL };

/* clang-format off */
static const struct cli_command commands[] = {
	{ "lease list", .view = view_leases, .words = states,
	  .none = "no leases are known: 'sleepproxyctl help lease set' explains how to set one",
	  .help = "list the DHCP leases: who renews them, and when they expire",
	  .text = "RENEWED BY the host while it is up, by the proxy while it sleeps.\n" },
	{ "lease show", .argument = "NAME", .view = view_lease,
	  .help = "show the lease of a host",
	  .text = "With the times, and the identity that the host sends to DHCP servers, which the\n"
		"proxy repeats in its requests for the host.\n" },
	{ "lease set", .argument = "NAME", .options = set_options, .view = view_lease,
	  .help = "set the lease of a host",
	  .text = "For a host whose DHCP messages the proxy has not seen; with an IPv6 address, its\n"
		"DHCPv6 messages, of which the IAID must be given. When the host sleeps, the\n"
		"proxy renews the lease at once to verify it.\n",
	  .example = "sleepproxyctl lease set nas --address 192.168.1.5 \\\n"
		"      --server 192.168.1.1 --seconds 43200 --left 7200" },
	{ "lease forget", .argument = "NAME",
	  .help = "remove the leases of a host: they are no longer renewed",
	  .text = "Nothing is sent, so for the server the lease lasts until it expires. An address\n"
		"that the host has only by DHCP is no longer answered for.\n",
	  .done = "the lease of %s was removed\n" },
	{ 0 },
};
/* clang-format on */

const struct command_group lease_group = { "Leases", commands };
