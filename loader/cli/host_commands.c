// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/command.h"

/* At most so many items of a list, that many addresses leave the other columns on the screen. */
enum { CELL_ITEMS = 3 };
enum { POLL_INTERVAL = 200000 }; /* us */

bool host_is_standby(struct json_object *host)
{
	return json_get_bool(json_object_object_get(host, "registration"), "standby");
}

static bool is_awake(struct json_object *host)
{
	return strcmp(json_get_text(host, "state"), "awake") == 0 && !host_is_standby(host);
}

/* To this proxy it is merely awake, and checked periodically: since when says nothing. */
static void show_standby(struct json_object *host)
{
	if (!host_is_standby(host))
		return;
	json_set_text(host, "state", "standby");
	json_object_object_del(host, "for");
}

static void view_state(const struct output *output, struct json_object *host)
{
	const char *meaning;
	enum style style;

	show_standby(host);
	style = word_of(json_get_text(host, "state"))->style;
	meaning = word_of(json_get_text(host, "state"))->meaning;
	output_write(output, PLAIN, "%s is %s", json_get_text(host, "name"),
	             host_is_standby(host) ? "on " : "");
	output_write(output, style, "%s", json_get_text(host, "state"));
	output_write(output, PLAIN, "%s%s\n", meaning ? ": " : "", meaning ? meaning : "");
}

void host_list_text(struct json_object *host, const char *member, char text[HOST_LIST_TEXT])
{
	struct json_object *list = json_object_object_get(host, member);
	size_t count = json_length(list), used = 0;

	*text = '\0';
	for (size_t i = 0; i < count && i < CELL_ITEMS; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		snprintf(text + used, HOST_LIST_TEXT - used, "%s%s", i ? "," : "",
		         json_object_get_string(item));
		used = strlen(text);
	}
	if (count > CELL_ITEMS)
		snprintf(text + used, HOST_LIST_TEXT - used, ",+%zu", count - CELL_ITEMS);
}

static const struct view_row host_columns[] = {
	{ "NAME", .member = "name" },
	{ "STATE", .member = "state", .kind = VIEW_WORD },
	{ "FOR", .member = "for", .kind = VIEW_DURATION, .empty = "-" },
	{ "MAC", .member = "mac" },
	{ .label = "ADDRESSES" },
	{ .label = "WAKES" },
	{ 0 },
};

static void add_host(struct text_table *table, struct json_object *host)
{
	const char *withheld = json_get_text(host, "withheld");
	char text[HOST_LIST_TEXT];
	size_t used;

	show_standby(host);
	view_cells(table, host, host_columns);
	host_list_text(host, "addresses", text);
	used = strlen(text);
	if (*withheld)
		snprintf(text + used, HOST_LIST_TEXT - used, "%s(%s)", used ? "," : "", withheld);
	table_text(table, *withheld ? RED : PLAIN, text, "-");
	host_list_text(host, "wake", text);
	table_text(table, PLAIN, text, "default");
}

static void view_hosts(const struct output *output, struct json_object *hosts)
{
	view_list(output, hosts, host_columns, add_host);
}

/* clang-format off */
static const struct view_row host_rows[] = {
	{ "HOST", .member = "name", .empty = "-", .style = BOLD },
	{ "state", .member = "state", .kind = VIEW_WORD, .empty = "-" },
	{ "for", .member = "for", .kind = VIEW_DURATION },
	{ "held", .member = "held", .note = "connections that are kept for it until it is up" },
	{ "failed", .member = "failed-wakes", .note = "wakes in a row: each makes the next ones rarer", .style = RED },
	{ "MAC", .member = "mac", .empty = "-" },
	{ "addresses", .member = "addresses", .empty = "-", .empty_note = "its DHCP address, once known" },
	{ "by DHCP", .member = "leased", .note = "only by its lease: see 'lease show'" },
	{ "learnt", .member = "learnt" },
	{ "lost", .member = "withheld", .note = "its lease is lost: it is not answered for", .style = RED },
	{ "conflict", .member = "address-in-use", .kind = VIEW_FLAG,
	  .note = "another machine has its address: it is not answered for", .style = RED },
	{ "groups", .member = "groups" },
	{ "wakes", .member = "wake", .empty = "-",
	  .empty_note = "the configuration's default, else any TCP connection" },
	{ "map rules", .member = "map-rules" },
	{ "allowed", .member = "allow" },
	{ "denied", .member = "deny" },
	{ "interface", .member = "interface", .note = "it is answered for only there" },
	{ "VLAN", .member = "vlan", .note = "it is answered for only there" },
	{ "SecureOn", .member = "secureon", .note = "the password of its network card" },
	{ "detection", .member = "detect-sleep", .kind = VIEW_FLAG, .note = "silence and unanswered ARP requests mean sleep" },
	{ "watts", .member = "watts", .note = "that it takes while it is up, and saves asleep" },
	{ "offload", .member = "arp-offload", .kind = VIEW_FLAG, .note = "its network card answers ARP and ND while it sleeps" },
	{ "echo", .member = "echo", .note = "what becomes of echo requests (ping) for it" },
	{ "added by", .member = "origin", .kind = VIEW_WORD, .empty = "-" },
	{ 0 },
};

static const struct view_row identity_rows[] = {
	{ "REGISTRATION", .member = "state", .style = BOLD },
	{ "client id", .member = "client-identifier", .empty = "-", .note = "the Client Identifier in its Wakeup Report" },
	{ 0 },
};

static const struct view_row registration_rows[] = {
	{ "addresses", .member = "addresses", .empty = "-" },
	{ "wakes", .member = "ports", .note = "no connection wakes it", .empty = "-",
	  .empty_note = "it named none" },
	{ "Sleep Timer", .member = "wake-in", .kind = VIEW_DISTANCE, .note = "it is woken then" },
	{ "backup of", .member = "backup-of", .note = "that proxy has priority" },
	{ "expires", .member = "expires-in", .kind = VIEW_DISTANCE,
	  .note = "the host is up, and its registration is deleted then" },
	{ 0 },
};
/* clang-format on */

static void view_registration(const struct output *output, struct json_object *registration)
{
	const bool active = json_get_bool(registration, "active");
	struct json_object *ports = json_object_object_get(registration, "ports");
	struct text_table table = { .columns = 3 };

	json_set_text(registration, "state", active ? "active" : "ended");
	/* an empty list differs from none */
	if (ports && !json_length(ports))
		json_set_text(registration, "ports", "none");
	view_rows(&table, registration, identity_rows);
	/* later only the Client Identifier is kept */
	if (active || json_object_object_get(registration, "expires-in"))
		view_rows(&table, registration, registration_rows);
	output_write(output, PLAIN, "\n");
	table_finish(&table, output);
}

static void view_host(const struct output *output, struct json_object *host)
{
	struct json_object *registration = json_object_object_get(host, "registration");
	struct text_table table = { .columns = 3 };

	show_standby(host);
	view_rows(&table, host, host_rows);
	table_finish(&table, output);
	if (registration)
		view_registration(output, registration);
}

static struct json_object *ask(const struct cli_call *call, const char *command)
{
	json_set_text(call->request, "command", command);
	return client_ask(call->request);
}

/* The last event tells why the wake has failed. */
static void print_failure(const struct cli_call *call)
{
	struct json_object *events = ask(call, "history");
	const size_t count = json_length(events);

	if (count)
		print_error("%s",
		            json_get_text(json_object_array_get_idx(events, count - 1), "text"));
	json_object_put(events);
}

static int run_wake(const struct cli_call *call)
{
	struct json_object *wait = json_object_object_get(call->settings, "wait");
	struct json_object *host = client_ask(call->request), *next;
	const int64_t seconds = json_object_get_int64(wait), deadline = clock_ms() + seconds * 1000;
	int status;

	for (; wait && host && !is_awake(host); host = next) {
		next = NULL;
		if (strcmp(json_get_text(host, "state"), "asleep") == 0) {
			print_failure(call);
		} else if (seconds && clock_ms() >= deadline) {
			print_error("%s is not awake after %" PRId64
			            " s; the wake continues (follow it by 'sleepproxyctl watch')",
			            json_get_text(call->request, "name"), seconds);
		} else {
			usleep(POLL_INTERVAL);
			next = ask(call, "host-show");
		}
		json_object_put(host);
	}
	status = host ? call_show(call, host) : CTL_FAILED;
	json_object_put(host);
	return status;
}

static const struct cli_option add_options[] = {
	{ "--mac", "MAC", OPTION_TEXT, .required = true,
	  .help = "its MAC address, also the target of Magic Packets" },
	{ "--address", "ADDR...", OPTION_LIST, .key = "addresses",
	  .help = "the addresses, IPv4 and IPv6, to answer for while it\n"
	          "sleeps (default: its DHCP address, once known)" },
	{ "--group", "GROUP...", OPTION_LIST, .key = "groups",
	  .help = "multicast groups of which it is a member, besides those\n"
	          "that it was seen to join: 239.1.2.3, ff02::fb" },
	{ "--wake", "PORT...", OPTION_LIST,
	  .help = "connections that wake it: tcp/22, ssh, udp/161, none\n"
	          "(default: the configuration's, else any TCP)" },
	{ "--allow", "NET...", OPTION_LIST,
	  .help = "sources that may wake it: 192.168.1.0/24, fd00::/64" },
	{ "--deny", "NET...", OPTION_LIST,
	  .help = "sources that may not; the longest prefix decides. With\n"
	          "--allow only, all other sources may not; else they may" },
	{ "--interface", "IF", OPTION_TEXT, .help = "answer for it only on this interface" },
	{ "--vlan", "N", OPTION_NUMBER, .help = "answer for it only in this VLAN" },
	{ "--secureon", "PW", OPTION_TEXT,
	  .help = "the SecureOn password of its network card:\n"
	          "01:02:03:04:05:06, or four octets: 1.2.3.4" },
	{ "--watts", "W", OPTION_DECIMAL,
	  .help = "what it takes while it is up, for 'report': 36.5" },
	{ "--detect-sleep", .help = "silence and unanswered ARP requests mean sleep" },
	{ "--arp-offload", .help = "its network card answers ARP and ND while it sleeps" },
	{ "--echo", "HOW", OPTION_TEXT,
	  .help = "echo requests (ping) for it while it sleeps: answer (the\n"
	          "default), ignore, or wake" },
	{ 0 },
};

static const struct cli_option sleep_options[] = {
	{ "--now", .help = "it sleeps already: no grace period" },
	{ 0 },
};

static const struct cli_option wake_options[] = {
	{ "--wait", "[SECONDS]", OPTION_OPTIONAL_NUMBER, .setting = true,
	  .help = "wait until it is awake (status 0), or until the wake\n"
	          "fails or SECONDS are over (status 1)" },
	{ 0 },
};

static const char *const states[] = { "drowsy", "asleep", "waking", "standby", NULL };

/* clang-format off */
static const struct cli_command commands[] = {
	{ "host list", .view = view_hosts, .words = states,
	  .none = "no hosts: 'sleepproxyctl help host add' explains how to add one",
	  .help = "list the known hosts and their states",
	  .text = "An address in parentheses is one of a lost DHCP lease. It is not answered for,\n"
		"nor is a host that is awake. Other states:\n" },
	{ "host show", .argument = "NAME", .view = view_host,
	  .help = "show a host, and its registration",
	  .text = "NAME may also be its MAC or an address of it, as wherever a host is named.\n"
		"Map rules are shown where bpftool has changed what wakes it.\n"
		"A host that uses the Network Proxy Protocol registers before it sleeps, with\n"
		"its addresses, the ports that wake it, and the proxy that has priority.\n" },
	{ "discover", .run = run_discover, .view = view_neighbours,
	  .none = "no neighbour was seen that is not a host yet",
	  .help = "list neighbours that could be added, with the command that adds each",
	  .text = "Those that were seen on the interfaces in the last day, since sleepproxyd runs;\n"
		"nobody is asked. NAME is what a DHCP client calls itself. Vendors are those of\n"
		"Debian's package ieee-data, where it is installed.\n" },
	{ "host add", .argument = "NAME", .options = add_options, .view = view_state,
	  .help = "add a host, or replace its description",
	  .text = "A host of that name is replaced, and its state kept. Lists may be written as\n"
		"'--address A B', '--address A,B', or with the option repeated. Without an\n"
		"address it is answered for at its DHCP address, once the proxy has seen it\n"
		"('lease list').\n",
	  .example = "sleepproxyctl host add nas --mac 52:54:00:12:34:56 \\\n"
		"      --address 192.168.1.5 --wake tcp/22 tcp/445" },
	{ "host remove", .argument = "NAME",
	  .help = "remove a host: it is no longer answered for",
	  .text = "This does not wake it: wake it first if it must be reachable.\n",
	  .done = "%s was removed\n" },
	{ "host sleep", .argument = "NAME", .options = sleep_options, .view = view_state,
	  .help = "announce that a host goes to sleep: answer for it from then on",
	  .text = "This does not suspend the host: use it when the host suspends. The host has a\n"
		"grace period, and is answered for when nobody answers for its addresses.\n",
	  .example = "sleepproxyctl host sleep nas && ssh nas systemctl suspend" },
	{ "host wake", .argument = "NAME", .options = wake_options, .run = run_wake, .view = view_state,
	  .help = "wake a host by Magic Packets",
	  .text = "Returns at once, unless --wait is given.\n",
	  .example = "sleepproxyctl host wake nas --wait 60 && ssh nas" },
	{ 0 },
};
/* clang-format on */

const struct command_group host_group = { "Hosts", commands };
