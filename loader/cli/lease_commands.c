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

static const struct view_row term_rows[] = {
	{ "address", .member = "address", .empty = "-" },
	{ "server", .member = "server", .empty = "-" },
	{ "relay", .member = "relay", .note = "between host and server" },
	{ "granted for", .member = "seconds", .kind = VIEW_DURATION, .empty = "-" },
	{ "since", .member = "since", .kind = VIEW_TIME },
	{ "T1", .member = "t1", .kind = VIEW_TIME },
	{ "T2", .member = "t2", .kind = VIEW_TIME },
	{ "expires", .member = "expires", .kind = VIEW_TIME },
	{ "next request", .member = "next-request-in", .kind = VIEW_DISTANCE, .empty = "-" },
	{ 0 },
};

static const struct view_row identity_rows[] = {
	{ "client-id", .member = "client-id", .empty = "-" },
	{ "hostname", .member = "hostname", .empty = "-" },
	{ "parameters", .member = "parameters", .empty = "-" },
	{ "vendor class", .member = "vendor-class", .empty = "-" },
	{ "FQDN", .member = "fqdn", .empty = "-" },
	{ 0 },
};
/* clang-format on */

static const char *renewal_meaning(struct json_object *lease)
{
	if (strcmp(json_get_text(lease, "renewed-by"), "host") == 0)
		return "the host is up, and renews it by itself";
	return json_get_bool(lease, "confirmed") ? "renewed since the host fell asleep"
	                                         : "not renewed since the host fell asleep";
}

static void set_never(struct json_object *lease)
{
	static const char *const times[] = { "t1-in", "t2-in", "expires-in" };

	if (strcmp(json_get_text(lease, "seconds"), "infinite") != 0)
		return;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		json_object_object_add(lease, times[i], json_object_new_string("never"));
}

static void add_lease(struct text_table *table, struct json_object *lease)
{
	const char *result = json_get_text(lease, "result");
	char text[TIME_TEXT];

	set_never(lease);
	view_cells(table, lease, columns);
	if (*result)
		table_cell(table, style_of(result), "%s %s", result,
		           distance_from_now(json_get_text(lease, "result-at"), text));
	else
		table_text(table, PLAIN, "", "-");
}

static void view_leases(const struct output *output, struct json_object *leases)
{
	view_list(output, leases, columns, add_lease);
}

static void add_result(struct text_table *table, struct json_object *lease)
{
	const char *result = json_get_text(lease, "result"),
		   *at = json_get_text(lease, "result-at");
	char text[TIME_TEXT];

	table_row(table, style_of(result), "last result", result, distance_from_now(at, text));
	if (*result)
		table_row(table, PLAIN, "", local_time(at, text), json_get_text(lease, "reason"));
}

/* "01:0f:06" as "1 15 6": options are known by their numbers. */
static const char *numbers(const char *octets, char text[NUMBERS_TEXT])
{
	size_t used = 0;
	char *end;

	for (*text = '\0'; *octets && used < NUMBERS_TEXT; octets = *end ? end + 1 : end)
		used += snprintf(text + used, NUMBERS_TEXT - used, "%s%lu", used ? " " : "",
		                 strtoul(octets, &end, 16));
	return text;
}

static void view_lease(const struct output *output, struct json_object *lease)
{
	const char *state = json_get_text(lease, "state");
	struct text_table terms = { .columns = 3 }, identity = { .columns = 3 };
	char parameters[NUMBERS_TEXT];

	set_never(lease);
	table_row(&terms, BOLD, "LEASE", json_get_text(lease, "host"), "");
	table_row(&terms, style_of(state), "state", state, meaning_of(state));
	table_row(&terms, PLAIN, "renewed by", json_get_text(lease, "renewed-by"),
	          renewal_meaning(lease));
	view_rows(&terms, lease, term_rows);
	add_result(&terms, lease);
	table_finish(&terms, output);
	output_write(output, PLAIN, "\n");
	numbers(json_get_text(lease, "parameters"), parameters);
	json_object_object_add(lease, "parameters", json_object_new_string(parameters));
	table_row(&identity, BOLD, "IDENTITY", "as sent to DHCP servers", "");
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
	  .text = "For a host whose DHCP messages the proxy has not seen. When the host sleeps, the\n"
		"proxy renews the lease at once to verify it.\n",
	  .example = "sleepproxyctl lease set nas --address 192.168.1.5 \\\n"
		"      --server 192.168.1.1 --seconds 43200 --left 7200" },
	{ "lease forget", .argument = "NAME",
	  .help = "remove the lease of a host: it is no longer renewed",
	  .text = "Nothing is sent, so for the server the lease lasts until it expires. An address\n"
		"that the host has only by DHCP is no longer answered for.\n",
	  .done = "the lease of %s was removed\n" },
	{ 0 },
};
/* clang-format on */

const struct command_group lease_group = { "Leases", commands };
