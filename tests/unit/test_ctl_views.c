// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/cli: the daemon's results as JSON in, the text that people read out. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <time.h>

#include "support_ctl.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

enum { WORDS = 3, MOMENT = 32 };

#define COUNTER(count, meaning) "{'count': " count ", 'meaning': '" meaning "'}"
#define IDENTITY "'client-id': '01:52:54', 'parameters': '01:03:0f', 'vendor-class': 'systemd'"

static const struct {
	const char *words[WORDS];
	const char *settings, *result, *text;
} tables[] = {
	{ { "lease", "list" },
	  "{}",
	  "[{'host': 'nas', 'state': 'renewing', 'renewed-by': 'proxy',"
	  " 'address': '192.0.2.5', 'server': '192.0.2.1', 'seconds': 3600, 't1-in': -5,"
	  " 'expires-in': 1795, 'result': null}]",
	  "HOST  ADDRESS    SERVER     STATE     RENEWED BY  T1      EXPIRES    LAST\n"
	  "nas   192.0.2.5  192.0.2.1  renewing  proxy       5s ago  in 29m55s  -\n" },
	{ { "lease", "list" },
	  "{}",
	  "[{'host': 'nas', 'state': 'bound', 'renewed-by': 'proxy', 'address': '192.0.2.5',"
	  " 'server': '192.0.2.1', 'seconds': 'infinite', 't1-in': null,"
	  " 'expires-in': null, 'result': null}]",
	  "HOST  ADDRESS    SERVER     STATE  RENEWED BY  T1     EXPIRES  LAST\n"
	  "nas   192.0.2.5  192.0.2.1  bound  proxy       never  never    -\n" },
	{ { "lease", "list" },
	  "{}",
	  "[{'host': 'nas', 'state': 'bound', 'renewed-by': 'host', 'address': '192.0.2.5',"
	  " 'server': null, 'seconds': null, 't1-in': null, 'expires-in': null,"
	  " 'result': null}]",
	  "HOST  ADDRESS    SERVER  STATE  RENEWED BY  T1  EXPIRES  LAST\n"
	  "nas   192.0.2.5  -       bound  host        -   -        -\n" },
	{ { "lease", "list" },
	  "{}",
	  "[]",
	  "no leases are known: 'sleepproxyctl help lease set' explains how to set "
	  "one\n" },
	{ { "lease", "forget" }, "{}", "{}", "the lease of nas was removed\n" },
	{ { "host", "list" },
	  "{}",
	  "[{'name': 'nas', 'state': 'asleep', 'for': 5, 'mac': 'm', 'addresses': [],"
	  " 'wake': ['tcp/22'], 'withheld': '192.0.2.5'}]",
	  "NAME  STATE   FOR  MAC  ADDRESSES    WAKES\n"
	  "nas   asleep  5s   m    (192.0.2.5)  tcp/22\n" },
	{ { "host", "list" },
	  "{}",
	  "[{'name': 'nas', 'state': 'asleep', 'for': 5, 'mac': 'm', 'wake': [],"
	  " 'addresses': ['a', 'b', 'c', 'd'], 'withheld': 'e'}]",
	  "NAME  STATE   FOR  MAC  ADDRESSES     WAKES\n"
	  "nas   asleep  5s   m    a,b,c,+1,(e)  default\n" },
	{ { "host", "list" },
	  "{}",
	  "[{'name': 'nas', 'state': 'awake', 'for': 5, 'mac': 'm', 'addresses': [],"
	  " 'wake': []}]",
	  "NAME  STATE  FOR  MAC  ADDRESSES  WAKES\n"
	  "nas   awake  5s   m    -          default\n" },
	{ { "counters" },
	  "{}",
	  "{'arp_malformed': " COUNTER("7", "bad ARP") ", 'arp_other': " COUNTER(
		  "0", "") ","
	                   " 'dhcp_message_unchanged': " COUNTER(
				   "5", "nothing new") ","
	                                               " 'dhcp_message_short': " COUNTER("0",
	                                                                                 "") "}",
	  "OUTCOME        FRAMES  MEANING\n"
	  "arp_malformed       7  bad ARP\n"
	  "\n"
	  "DHCP                    MESSAGES  MEANING\n"
	  "dhcp_message_unchanged         5  nothing new\n"
	  "(2 more are zero: --all shows them)\n" },
	{ { "counters" },
	  "{}",
	  "{'dhcp_snooped': " COUNTER("0", "") ", 'npp_short': " COUNTER("0", "") "}",
	  "OUTCOME  FRAMES  MEANING\n"
	  "(2 more are zero: --all shows them)\n" },
	{ { "counters" },
	  "{'all': true}",
	  "{'dhcp_message_not_requested': " COUNTER(
		  "0", "nothing was asked") ","
	                                    " 'dhcp_message_short': " COUNTER(
						    "1",
						    "too short") ","
	                                                         " 'dhcp_message_new': " COUNTER(
									 "2", "") "}",
	  "OUTCOME  FRAMES  MEANING\n"
	  "\n"
	  "DHCP                        MESSAGES  MEANING\n"
	  "dhcp_message_not_requested         0  nothing was asked\n"
	  "dhcp_message_short                 1  too short\n"
	  "dhcp_message_new                   2\n" },
};

TEST(becomes_a_table)
{
	EACH(i, tables)
	{
		char *text = shown(tables[i].words, false, tables[i].settings, tables[i].result);

		assert_string_equal(text, tables[i].text);
		free(text);
	}
}

static const char *const lease_list[] = { "lease", "list", NULL };
static const char *const lease_show[] = { "lease", "show", NULL };
static const char *const host_list[] = { "host", "list", NULL };

TEST(a_lease_is_told_in_lines)
{
	static const struct {
		const char *lease, *line;
	} rows[] = {
		{ "{'host': 'nas'}", "LEASE         nas\n" },
		{ "{'state': 'lost'}",
		  "state         lost  the address may belong to another host: " },
		{ "{'renewed-by': 'host', 'confirmed': false}",
		  "renewed by    host  the host is up, and renews it by itself\n" },
		{ "{'renewed-by': 'proxy', 'confirmed': true}",
		  "renewed by    proxy  renewed since the host fell asleep\n" },
		{ "{'renewed-by': 'proxy', 'confirmed': false}",
		  "renewed by    proxy  not renewed since the host fell asleep\n" },
		{ "{'address': '192.0.2.5'}", "address       192.0.2.5\n" },
		{ "{'server': null}", "server        -\n" },
		{ "{'relay': '192.0.2.254'}", "relay         192.0.2.254" },
		{ "{'seconds': 43200}", "granted for   12h0m\n" },
		{ "{'seconds': 'infinite'}", "granted for   infinite\n" },
		{ "{'seconds': null}", "granted for   -\n" },
		{ "{'since': '2026-01-31T12:00:00.123Z'}", "since         2026-01-31 12:00:00  " },
		{ "{'since': null, 'seconds': 'infinite'}", "since         -\n" },
		{ "{'t1': '2026-01-31T12:00:00Z', 't1-in': -12}",
		  "T1            2026-01-31 12:00:00  12s ago\n" },
		{ "{'t2': '2026-01-31T13:00:00Z', 't2-in': 3600}",
		  "T2            2026-01-31 13:00:00  in 1h0m\n" },
		{ "{'expires': '2026-01-31T14:00:00Z', 'expires-in': 7200}",
		  "expires       2026-01-31 14:00:00  in 2h0m\n" },
		{ "{'expires': null, 'seconds': 'infinite'}", "expires       never\n" },
		{ "{'expires': null, 'seconds': null}", "expires       -\n" },
		{ "{'next-request-in': 60}", "next request  in 1m0s\n" },
		{ "{'next-request-in': 0}", "next request  now\n" },
		{ "{'next-request-in': null, 'seconds': 'infinite'}", "next request  -\n" },
		{ "{'result': 'nak', 'result-at': '2026-01-31T12:00:00Z', 'reason': 'why'}",
		  "\n              2026-01-31 12:00:00  why\n" },
		{ "{'result': null}", "last result   -\n\nIDENTITY" },
		{ "{" IDENTITY "}", "client-id     01:52:54\n" },
		{ "{" IDENTITY "}", "parameters    1 3 15\n" },
		{ "{" IDENTITY "}", "vendor class  systemd\n" },
		{ "{" IDENTITY "}", "hostname      -\n" },
		{ "{'hostname': 'nas\\n'}", "hostname      nas?\n" },
		{ "{'fqdn': '00:00:00'}", "FQDN          00:00:00\n" },
	};

	EACH(i, rows)
	{
		char *text = shown(lease_show, false, "{}", rows[i].lease);

		check_line(text, rows[i].line);
		free(text);
	}
}

/* A list longer than any message's: it is cut, and no octet goes astray. */
TEST(cuts_a_long_list)
{
	enum { OCTETS = 1000 };
	char json[OCTETS * 3 + 64] = "{'parameters': '";
	char *text;

	for (size_t i = 0; i < OCTETS; i++)
		strcat(json, "ff:");
	strcat(json, "'}");
	text = shown(lease_show, false, "{}", json);
	check_line(text, "parameters    255 255 ");
	free(text);
}

TEST(the_last_result_is_dated)
{
	/* between whole minutes: the test may take a while */
	const time_t at = time(NULL) - 2 * 3600 - 3 * 60 - 20;
	char moment[MOMENT], json[256], *text;

	strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%S.123Z", gmtime(&at));
	snprintf(json, sizeof(json), "[{'result': 'renewed', 'result-at': '%s'}]", moment);
	text = shown(lease_list, false, "{}", json);
	check_line(text, "  renewed 2h3m ago\n");
	free(text);
}

TEST(states_have_their_colours)
{
	static const struct {
		const char *const *words;
		const char *result, *text;
	} rows[] = {
		{ lease_list, "[{'state': 'bound'}]", "\033[32mbound\033[0m" },
		{ lease_list, "[{'state': 'renewing'}]", "\033[33mrenewing\033[0m" },
		{ lease_list, "[{'state': 'rebinding'}]", "\033[33mrebinding\033[0m" },
		{ lease_list, "[{'state': 'lost'}]", "\033[31mlost\033[0m" },
		{ lease_list, "[{'result': 'nak'}]", "\033[31mnak \033[0m" },
		{ lease_show, "{'state': 'lost'}", "\033[31mlost\033[0m" },
		{ lease_show, "{'result': 'no-answer'}", "\033[33mno-answer\033[0m" },
		{ lease_show, "{'hostname': 'lost'}", "  lost\n" },
		{ host_list, "[{'withheld': 'a'}]", "\033[31m(a)\033[0m" },
	};

	EACH(i, rows)
	{
		char *text = shown(rows[i].words, true, "{}", rows[i].result);

		check_line(text, rows[i].text);
		free(text);
	}
}

static int in_utc(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

BEFORE_ALL(in_utc)
