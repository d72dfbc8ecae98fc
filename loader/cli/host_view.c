// SPDX-License-Identifier: GPL-2.0-or-later
/* In: HOST. Out: a sentence about its state, or lines of a label, a value, and what that means. */
#include "cli/host_view.h"

#include <inttypes.h>
#include <string.h>

#include "cli/json_get.h"
#include "cli/labels.h"

/* A line of a list is full when it has so many letters. */
enum { LIST_WIDTH = 40, LIST_TEXT = LIST_WIDTH + 64 };

static const struct meaning states[] = {
	{ "drowsy", "it is answered for once it has fallen quiet" },
	{ "asleep", "it is answered for" },
	{ "waking", "Magic Packets are sent until it shows itself" },
	{ "standby", "it sleeps, and is left to another proxy while that answers" },
	{ 0 },
};

static const struct meaning origins[] = {
	{ "config", "the configuration file" },
	{ "command", "'sleepproxyctl host add'" },
	{ "map", "an edit of the tables" },
	{ "handover", "its own word alone" },
	{ 0 },
};

const char *host_state(struct json_object *host)
{
	struct json_object *handover = json_object_object_get(host, "handover");

	return field_bool(handover, "standby") ? "standby" : field_text(host, "state");
}

const char *host_span(struct json_object *host, char span[WHEN_SPAN])
{
	if (strcmp(host_state(host), "standby") == 0)
		return "";
	return when_span(field_number(host, "for"), span);
}

void view_host_state(const struct paper *paper, const struct call *call, struct json_object *host)
{
	const char *state = host_state(host), *meaning = meaning_of(states, state);

	(void)call;
	paper_write(paper, PLAIN, "%s is %s", field_text(host, "name"),
	            strcmp(state, "standby") == 0 ? "on " : "");
	paper_write(paper, style_of(state), "%s", state);
	paper_write(paper, PLAIN, "%s%s\n", *meaning ? ": " : "", meaning);
}

/* Further lines have no label; `none`: what an empty list means. */
static void add_list(struct table *table, const char *label, struct json_object *list,
                     const char *none)
{
	char text[LIST_TEXT] = "";

	for (size_t i = 0; i < array_length(list); i++) {
		const char *item = json_object_get_string(json_object_array_get_idx(list, i));

		if (*text && strlen(text) + strlen(item) >= LIST_WIDTH) {
			table_line(table, PLAIN, label, text, "");
			*text = '\0';
			label = "";
		}
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "",
		         item);
	}
	table_line(table, PLAIN, label, text, *text ? "" : none);
}

static void add_sources(struct table *table, const char *label, struct json_object *sources)
{
	if (array_length(sources))
		add_list(table, label, sources, "");
}

static void add_text(struct table *table, const char *label, const char *text, const char *more)
{
	if (*text)
		table_line(table, PLAIN, label, text, more);
}

static void add_where(struct table *table, struct json_object *host)
{
	char vlan[16] = "";

	if (field_number(host, "vlan"))
		snprintf(vlan, sizeof(vlan), "%" PRId64, field_number(host, "vlan"));
	add_text(table, "interface", field_text(host, "interface"),
	         "it is answered for there alone");
	add_text(table, "VLAN", vlan, "it is answered for there alone");
}

static void add_addresses(struct table *table, struct json_object *host)
{
	const char *withheld = field_text(host, "withheld");

	add_list(table, "addresses", field_array(host, "addresses"),
	         "the one that it has by DHCP, once known");
	add_text(table, "by DHCP", field_text(host, "leased"),
	         "by its lease alone: 'lease show' tells more");
	if (*withheld)
		table_line(table, RED, "lost", withheld,
		           "it had that by DHCP: it is not answered for");
}

static void add_habits(struct table *table, struct json_object *host)
{
	add_text(table, "SecureOn", field_text(host, "secureon"), "its network card wants it");
	if (field_bool(host, "unasked"))
		table_line(table, PLAIN, "unasked", "yes", "silence is taken for sleep");
	if (field_bool(host, "nic-answers-arp"))
		table_line(table, PLAIN, "ARP", "yes", "its network card answers in its sleep");
}

static void view_known(const struct paper *paper, struct json_object *host)
{
	const char *const headings[] = { "HOST", field_text(host, "name"), "", NULL };
	const char *state = host_state(host), *origin = field_text(host, "origin");
	struct table *table = table_new(headings);
	char span[WHEN_SPAN];

	table_line(table, style_of(state), "state", state, meaning_of(states, state));
	add_text(table, "for", host_span(host, span), "");
	table_line(table, PLAIN, "MAC", field_text(host, "mac"), "");
	add_addresses(table, host);
	add_list(table, "wakes", field_array(host, "wake"),
	         "as the configuration says, else any TCP connection");
	add_sources(table, "allowed", field_array(host, "allow"));
	add_sources(table, "denied", field_array(host, "deny"));
	add_where(table, host);
	add_habits(table, host);
	table_line(table, PLAIN, "known by", origin, meaning_of(origins, origin));
	table_print(table, paper);
	table_free(table);
}

static void add_time(struct table *table, const char *label, struct json_object *seconds,
                     const char *more)
{
	char distance[WHEN_DISTANCE];

	if (seconds)
		table_line(table, PLAIN, label,
		           when_distance(json_object_get_int64(seconds), distance), more);
}

/* None at all is another thing than none named. */
static void add_ports(struct table *table, struct json_object *handover)
{
	struct json_object *ports = field_array(handover, "ports");

	if (ports && !array_length(ports))
		table_line(table, PLAIN, "wakes", "none", "no connection is to wake it");
	else
		add_list(table, "wakes", ports, "it named none");
}

/* When it has been up for long, nothing of it counts but who it was. */
static void add_said(struct table *table, struct json_object *handover)
{
	if (!field_bool(handover, "open") && !json_object_object_get(handover, "forgotten-in"))
		return;
	add_list(table, "addresses", field_array(handover, "addresses"), "");
	add_ports(table, handover);
	add_time(table, "Sleep Timer", json_object_object_get(handover, "wake-in"),
	         "it asks to be woken then");
	add_text(table, "stands behind", field_text(handover, "backup-of"),
	         "that proxy goes first");
	add_time(table, "forgotten", json_object_object_get(handover, "forgotten-in"),
	         "what it said, as it is up");
}

static void view_handover(const struct paper *paper, struct json_object *handover)
{
	const bool open = field_bool(handover, "open");
	const char *const headings[] = { "HANDOVER", open ? "by itself" : "over", "", NULL };
	struct table *table = table_new(headings);

	table_line(table, PLAIN, "client", field_text(handover, "client"),
	           "by which its Wakeup Report names it");
	add_said(table, handover);
	paper_write(paper, PLAIN, "\n");
	table_print(table, paper);
	table_free(table);
}

void view_host(const struct paper *paper, const struct call *call, struct json_object *host)
{
	struct json_object *handover = json_object_object_get(host, "handover");

	(void)call;
	view_known(paper, host);
	if (handover)
		view_handover(paper, handover);
}
