// SPDX-License-Identifier: GPL-2.0-or-later
/* In: HOST, or a list of them. Out: a table, or a sentence. A wake that waits is in wait.c. */
#include <string.h>

#include "cli/command.h"
#include "cli/json_get.h"
#include "cli/host_view.h"
#include "cli/wait.h"
#include "cli/timefmt.h"

enum { LIST_SHOWN = 3, LIST_TEXT = 256 };

static void view_removed(const struct paper *paper, const struct call *call,
                         struct json_object *result)
{
	(void)result;
	paper_write(paper, PLAIN, "%s was removed\n", field_text(call->request, "name"));
}

/* The first few: a host with ten addresses must not push the other columns off the screen. */
static const char *list_text(struct json_object *list, char text[LIST_TEXT])
{
	size_t count = array_length(list), used = 0;

	*text = '\0';
	for (size_t i = 0; i < count && i < LIST_SHOWN; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		snprintf(text + used, LIST_TEXT - used, "%s%s", i ? "," : "",
		         json_object_get_string(item));
		used = strlen(text);
	}
	if (count > LIST_SHOWN)
		snprintf(text + used, LIST_TEXT - used, ",+%zu", count - LIST_SHOWN);
	return text;
}

/* In brackets: one that it has lost, and that is not answered for. */
static void add_addresses(struct table *table, struct json_object *host)
{
	const char *withheld = field_text(host, "withheld");
	char text[LIST_TEXT];
	size_t used = strlen(list_text(field_array(host, "addresses"), text));

	if (*withheld)
		snprintf(text + used, LIST_TEXT - used, "%s(%s)", used ? "," : "", withheld);
	table_text(table, *withheld ? RED : PLAIN, text);
}

static void add_wakes(struct table *table, struct json_object *host)
{
	char text[LIST_TEXT];

	list_text(field_array(host, "wake"), text);
	table_cell(table, *text ? PLAIN : DIM, "%s", *text ? text : "default");
}

static void add_host(struct table *table, struct json_object *host)
{
	const char *state = host_state(host);
	char span[WHEN_SPAN];

	table_cell(table, PLAIN, "%s", field_text(host, "name"));
	table_cell(table, style_of(state), "%s", state);
	table_text(table, PLAIN, host_span(host, span));
	table_cell(table, PLAIN, "%s", field_text(host, "mac"));
	add_addresses(table, host);
	add_wakes(table, host);
}

static void view_hosts(const struct paper *paper, const struct call *call,
                       struct json_object *hosts)
{
	static const char *const headings[] = { "NAME",      "STATE", "FOR", "MAC",
		                                "ADDRESSES", "WAKES", NULL };
	struct table *table = table_new(headings);

	(void)call;
	for (size_t i = 0; i < array_length(hosts); i++)
		add_host(table, json_object_array_get_idx(hosts, i));
	if (array_length(hosts))
		table_print(table, paper);
	else
		paper_write(paper, PLAIN,
		            "no hosts yet: 'sleepproxyctl help host add' shows how\n");
	table_free(table);
}

static const struct option add_options[] = {
	{ "--mac", NULL, "MAC", "mac", OPTION_TEXT, .required = true,
	  .help = "its Ethernet address, which also wakes it" },
	{ "--address", NULL, "ADDR...", "addresses", OPTION_LIST,
	  .help = "the addresses to answer for while it sleeps\n"
	          "(without: the one that it has by DHCP, once known)" },
	{ "--wake", NULL, "PORT...", "wake", OPTION_LIST,
	  .help = "connections that wake it: tcp/22, udp/5353, tcp/any, none\n"
	          "(default: as the configuration says, else any TCP)" },
	{ "--allow", NULL, "NET...", "allow", OPTION_LIST,
	  .help = "sources that may wake it: 192.168.1.0/24, 192.168.1.7" },
	{ "--deny", NULL, "NET...", "deny", OPTION_LIST,
	  .help = "sources that may not; the longest prefix decides. With\n"
	          "--allow alone, nobody else may; else whom none names may" },
	{ "--interface", NULL, "IF", "interface", OPTION_TEXT,
	  .help = "the only interface where it is answered for" },
	{ "--vlan", NULL, "N", "vlan", OPTION_NUMBER,
	  .help = "the only VLAN where it is answered for" },
	{ "--secureon", NULL, "PW", "secureon", OPTION_TEXT,
	  .help = "the password its network card wants: 01:02:03:04:05:06,\n"
	          "or four octets: 1.2.3.4" },
	{ "--unasked", NULL, NULL, "unasked", OPTION_FLAG,
	  .help = "take silence for sleep, though nobody says 'host sleep'" },
	{ "--nic-answers-arp", NULL, NULL, "nic-answers-arp", OPTION_FLAG,
	  .help = "its network card answers ARP while it sleeps" },
	{ 0 },
};

static const struct option sleep_options[] = {
	{ "--now", NULL, NULL, "now", OPTION_FLAG, .help = "it sleeps already: no time of grace" },
	{ 0 },
};

static const struct option wake_options[] = {
	{ "--wait", NULL, "[SECONDS]", "wait", OPTION_MAYBE_NUMBER, .setting = true,
	  .help = "wait until it is awake (status 0), or until it is given\n"
	          "up or SECONDS are over (status 1)" },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "host list",
		.request = "host-list",
		.help = "the known hosts, and whether they are awake",
		.text = "awake    not answered for\n"
			"drowsy   going to sleep: not answered for until it has fallen quiet\n"
			"asleep   answered for; a connection to it wakes it\n"
			"waking   Magic Packets are under way, until it shows itself\n"
			"standby  it sleeps, and another proxy answers for it as long as it can\n"
			"An address in brackets is one that the host had by DHCP and has lost: it is not\n"
			"answered for.\n",
		.example = "sleepproxyctl host list",
		.run = call_simple,
		.view = view_hosts,
	},
	{
		.name = "host show",
		.argument = "NAME",
		.request = "host-show",
		.help = "all that is known about a host, and what it handed over by itself",
		.text = "A host that speaks the Network Proxy Protocol says when it sleeps, at which\n"
			"addresses, what is to wake it, and which proxy goes first.\n",
		.example = "sleepproxyctl host show nas",
		.run = call_simple,
		.view = view_host,
	},
	{
		.name = "host add",
		.argument = "NAME",
		.request = "host-add",
		.options = add_options,
		.help = "make a host known, or change it",
		.text = "A host of that name is replaced, and its state kept. Lists may be written as\n"
			"'--address A B', '--address A,B', or with the option repeated. Without an\n"
			"address it is answered for at the one that it has by DHCP, once the proxy has\n"
			"heard of it ('lease list').\n",
		.example = "sleepproxyctl host add nas --mac 52:54:00:12:34:56 \\\n"
			   "      --address 192.168.1.5 --wake tcp/22 tcp/445",
		.run = call_simple,
		.view = view_host_state,
	},
	{
		.name = "host remove",
		.argument = "NAME",
		.request = "host-remove",
		.help = "forget a host: it is answered for no longer",
		.text = "It is not woken by that: wake it first if it shall be reachable.\n",
		.example = "sleepproxyctl host remove nas",
		.run = call_simple,
		.view = view_removed,
	},
	{
		.name = "host sleep",
		.argument = "NAME",
		.request = "host-sleep",
		.options = sleep_options,
		.help = "say that a host goes to sleep: answer for it from then on",
		.text = "This puts no host to sleep: say it when the host does so. It first gets time to\n"
			"fall quiet, and is answered for when nobody answers at its addresses any more.\n",
		.example = "sleepproxyctl host sleep nas && ssh nas systemctl suspend",
		.run = call_simple,
		.view = view_host_state,
	},
	{
		.name = "host wake",
		.argument = "NAME",
		.request = "host-wake",
		.options = wake_options,
		.help = "wake a host by Magic Packets",
		.text = "Returns at once, unless it is to wait.\n",
		.example = "sleepproxyctl host wake nas --wait 60 && ssh nas",
		.run = wait_wake,
		.view = view_host_state,
	},
	{ 0 },
};

const struct command_group hosts_group = { "Hosts", commands };
