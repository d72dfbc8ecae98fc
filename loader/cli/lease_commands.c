// SPDX-License-Identifier: GPL-2.0-or-later
/* In: LEASE, or a list of them. Out: a table, or lines of a label and a value. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_get.h"
#include "cli/labels.h"
#include "cli/timefmt.h"

/* 255 numbers of up to three digits, each with a blank */
enum { NUMBERS_TEXT = 1024 };

static const struct meaning states[] = {
	{ "none", "nothing was heard or said of one" },
	{ "bound", "the address is the host's" },
	{ "renewing", "its server is asked for more time" },
	{ "rebinding", "its server was silent: every server is asked" },
	{ "lost", "the address may be another's by now: it is not answered for" },
	{ 0 },
};

static const char *keeper_meaning(struct json_object *lease)
{
	if (strcmp(field_text(lease, "kept-by"), "host") == 0)
		return "the host is up, and sees to it by itself";
	return field_bool(lease, "confirmed") ? "renewed since the host fell asleep"
	                                      : "not renewed since the host fell asleep";
}

static bool is_endless(struct json_object *lease)
{
	return strcmp(field_text(lease, "seconds"), "infinite") == 0;
}

/* "" where it is not known */
static const char *time_left(struct json_object *lease, const char *key, char left[WHEN_DISTANCE])
{
	struct json_object *seconds = json_object_object_get(lease, key);

	if (seconds)
		return when_distance(json_object_get_int64(seconds), left);
	return is_endless(lease) ? "never" : "";
}

static void add_time_left(struct table *table, struct json_object *lease, const char *key)
{
	char left[WHEN_DISTANCE];

	table_text(table, PLAIN, time_left(lease, key, left));
}

static void add_last(struct table *table, struct json_object *lease)
{
	const char *result = field_text(lease, "result");
	char past[WHEN_DISTANCE];

	if (*result)
		table_cell(table, style_of(result), "%s %s", result,
		           when_from_now(field_text(lease, "result-at"), past));
	else
		table_text(table, PLAIN, "");
}

static void add_lease(struct table *table, struct json_object *lease)
{
	const char *state = field_text(lease, "state");

	table_cell(table, PLAIN, "%s", field_text(lease, "host"));
	table_text(table, PLAIN, field_text(lease, "address"));
	table_text(table, PLAIN, field_text(lease, "server"));
	table_cell(table, style_of(state), "%s", state);
	table_text(table, PLAIN, field_text(lease, "kept-by"));
	add_time_left(table, lease, "t1-in");
	add_time_left(table, lease, "expires-in");
	add_last(table, lease);
}

static void view_leases(const struct paper *paper, const struct call *call,
                        struct json_object *leases)
{
	static const char *const headings[] = { "HOST", "ADDRESS", "SERVER", "STATE", "KEPT BY",
		                                "T1",   "EXPIRES", "LAST",   NULL };
	struct table *table = table_new(headings);

	(void)call;
	for (size_t i = 0; i < array_length(leases); i++)
		add_lease(table, json_object_array_get_idx(leases, i));
	if (array_length(leases))
		table_print(table, paper);
	else
		paper_write(paper, PLAIN,
		            "no leases were heard of yet: 'sleepproxyctl help lease set' shows "
		            "how to say one\n");
	table_free(table);
}

static void add_granted(struct table *table, struct json_object *lease)
{
	int64_t seconds = field_number(lease, "seconds");
	char span[WHEN_SPAN];

	table_line(table, PLAIN, "granted for",
	           seconds ? when_span(seconds, span) : field_text(lease, "seconds"), "");
}

static void add_since(struct table *table, struct json_object *lease)
{
	const char *since = field_text(lease, "since");
	char moment[WHEN_MOMENT], past[WHEN_DISTANCE];

	table_line(table, PLAIN, "since", when_moment(since, moment), when_from_now(since, past));
}

static void add_end(struct table *table, struct json_object *lease, const char *label,
                    const char *key, const char *left_key)
{
	const char *end = field_text(lease, key);
	char moment[WHEN_MOMENT], left[WHEN_DISTANCE];
	const char *in = time_left(lease, left_key, left);

	table_line(table, PLAIN, label, *end ? when_moment(end, moment) : in, *end ? in : "");
}

static void add_next_request(struct table *table, struct json_object *lease)
{
	struct json_object *seconds = json_object_object_get(lease, "next-request-in");
	char left[WHEN_DISTANCE];

	table_line(table, PLAIN, "next request",
	           seconds ? when_distance(json_object_get_int64(seconds), left) : "", "");
}

static void add_result(struct table *table, struct json_object *lease)
{
	const char *result = field_text(lease, "result"), *at = field_text(lease, "result-at");
	char moment[WHEN_MOMENT], past[WHEN_DISTANCE];

	table_line(table, style_of(result), "last result", result, when_from_now(at, past));
	if (*result)
		table_line(table, PLAIN, "", when_moment(at, moment), field_text(lease, "reason"));
}

static void view_terms(const struct paper *paper, struct json_object *lease)
{
	const char *const headings[] = { "LEASE", field_text(lease, "host"), "", NULL };
	const char *state = field_text(lease, "state");
	struct table *table = table_new(headings);

	table_line(table, style_of(state), "state", state, meaning_of(states, state));
	table_line(table, PLAIN, "kept by", field_text(lease, "kept-by"), keeper_meaning(lease));
	table_line(table, PLAIN, "address", field_text(lease, "address"), "");
	table_line(table, PLAIN, "server", field_text(lease, "server"), "");
	if (*field_text(lease, "relay"))
		table_line(table, PLAIN, "relay", field_text(lease, "relay"),
		           "through which it speaks");
	add_granted(table, lease);
	add_since(table, lease);
	add_end(table, lease, "T1", "t1", "t1-in");
	add_end(table, lease, "T2", "t2", "t2-in");
	add_end(table, lease, "expires", "expires", "expires-in");
	add_next_request(table, lease);
	add_result(table, lease);
	table_print(table, paper);
	table_free(table);
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

static void view_identity(const struct paper *paper, struct json_object *lease)
{
	static const char *const headings[] = { "IDENTITY", "as the host tells it to servers", "",
		                                NULL };
	struct table *table = table_new(headings);
	char parameters[NUMBERS_TEXT];

	table_line(table, PLAIN, "client-id", field_text(lease, "client-id"), "");
	table_line(table, PLAIN, "hostname", field_text(lease, "hostname"), "");
	table_line(table, PLAIN, "parameters", numbers(field_text(lease, "parameters"), parameters),
	           "");
	table_line(table, PLAIN, "vendor class", field_text(lease, "vendor-class"), "");
	table_line(table, PLAIN, "FQDN", field_text(lease, "fqdn"), "");
	table_print(table, paper);
	table_free(table);
}

static void view_lease(const struct paper *paper, const struct call *call,
                       struct json_object *lease)
{
	(void)call;
	view_terms(paper, lease);
	paper_write(paper, PLAIN, "\n");
	view_identity(paper, lease);
}

static void view_forgotten(const struct paper *paper, const struct call *call,
                           struct json_object *result)
{
	(void)result;
	paper_write(paper, PLAIN, "the lease of %s was forgotten\n",
	            field_text(call->request, "name"));
}

static const struct option set_options[] = {
	{ "--address", NULL, "A", "address", OPTION_TEXT, .required = true,
	  .help = "the address that it has" },
	{ "--server", NULL, "S", "server", OPTION_TEXT,
	  .help = "the server that granted it (default: every one is asked)" },
	{ "--seconds", NULL, "N", "seconds", OPTION_NUMBER,
	  .help = "how long it was granted for, in all, in seconds" },
	{ "--left", NULL, "N", "left", OPTION_NUMBER,
	  .help = "how many of them are left (without: not known)" },
	{ "--client-id", NULL, "HEX", "client-id", OPTION_TEXT,
	  .help = "how the host names itself to servers, octet for octet:\n"
	          "01:52:54:00:12:34:56 (default: as was heard)" },
	{ "--hostname", NULL, "NAME", "hostname", OPTION_TEXT,
	  .help = "the name that it tells them (default: as was heard)" },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "lease list",
		.request = "lease-list",
		.help = "the hosts' DHCP leases: who renews them, and until when they last",
		.text = "bound      the address is the host's\n"
			"renewing   from T1 on: its server is asked for more time\n"
			"rebinding  from T2 on: its server was silent, and every server is asked\n"
			"lost       refused, expired, or moved: the address is not answered for\n"
			"KEPT BY the host while it is up; by the proxy while it sleeps.\n",
		.example = "sleepproxyctl lease list",
		.run = call_simple,
		.view = view_leases,
	},
	{
		.name = "lease show",
		.argument = "NAME",
		.request = "lease-show",
		.help = "all that is known about a host's lease",
		.text = "With each time, how far away it is; and how the host names itself to servers,\n"
			"which the proxy repeats when it asks in the host's name.\n",
		.example = "sleepproxyctl lease show nas",
		.run = call_simple,
		.view = view_lease,
	},
	{
		.name = "lease set",
		.argument = "NAME",
		.request = "lease-set",
		.options = set_options,
		.help = "say which lease a host has",
		.text = "For a host whose DHCP the proxy has not heard. It is taken for a claim: when the\n"
			"host sleeps, the proxy at once asks the server to renew the lease.\n",
		.example = "sleepproxyctl lease set nas --address 192.168.1.5 \\\n"
			   "      --server 192.168.1.1 --seconds 43200 --left 7200",
		.run = call_simple,
		.view = view_lease,
	},
	{
		.name = "lease forget",
		.argument = "NAME",
		.request = "lease-forget",
		.help = "forget a host's lease: it is renewed no longer",
		.text = "Nothing is sent, so for the server the lease goes on until it expires. An\n"
			"address that the host has by DHCP alone is answered for no longer.\n",
		.example = "sleepproxyctl lease forget nas",
		.run = call_simple,
		.view = view_forgotten,
	},
	{ 0 },
};

const struct command_group leases_group = { "Leases", commands };
