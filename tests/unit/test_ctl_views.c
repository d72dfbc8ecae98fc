// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/cli: the daemon's results as JSON in, the text that people read out. */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"

enum { WORDS = 4, MOMENT = 32 };

/* The text of a result is this; or so it ends; or this is in it. */
enum how { WHOLE, WHOLE_OF_ALL, TAIL, LINE, COLOURED_LINE };

struct view_case {
	const char *result, *text;
};

/* The caller frees the text. */
static void show(char *words[WORDS], enum how how, const char *json, char **text)
{
	size_t used, size;
	struct json_object *result = json_tokener_parse(json);
	struct cli_call call = { .command = command_find(words, &used),
		                 .request = json_tokener_parse("{'name': 'nas'}"),
		                 .settings = json_object_new_object() };
	struct output output = { .colour = how == COLOURED_LINE, .all = how == WHOLE_OF_ALL };

	assert_non_null(call.command);
	assert_non_null(result);
	output.file = open_memstream(text, &size);
	call_view(&output, &call, result);
	fclose(output.file);
	json_object_put(call.settings);
	json_object_put(call.request);
	json_object_put(result);
}

static void check_view(const char *command, enum how how, const struct view_case *it)
{
	char line[64], *words[WORDS] = { NULL }, *text;
	const char *found;
	size_t count = 0;

	snprintf(line, sizeof(line), "%s", command);
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	show(words, how, it->result, &text);
	found = how == WHOLE || how == WHOLE_OF_ALL ? text : strstr(text, it->text);
	if (!found || (how < LINE && strcmp(found, it->text)))
		fail_msg("'%s' is not what '%s' shows of %s:\n%s", it->text, command, it->result,
		         text);
	free(text);
}

static void check_views(const char *command, enum how how, const struct view_case *cases,
                        size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_view(command, how, &cases[i]);
}

#define CHECK_VIEWS(command, how, cases) \
	check_views(command, how, cases, sizeof(cases) / sizeof(*(cases)))

static int in_utc(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

BEFORE_ALL(in_utc)

#define NAS "'name': 'nas', 'state': 'awake', 'for': 5, 'mac': 'm', 'origin': 'registration'"
#define STANDBY \
	"'registration': {'active': true, 'standby': true, 'client-identifier': 7, 'addresses': ['a']}"
#define REGISTERED(members) "{" NAS ", 'registration': {" members "}}"
#define STATUS(npp) "{'version': '1', 'npp': {" npp "}}"
#define IDENTITY "'client-id': '01:52:54', 'parameters': '01:03:0f', 'vendor-class': 'systemd'"

TEST(hosts)
{
	static const struct view_case list[] = {
		{ "[{" NAS "," STANDBY "}]", "NAME  STATE    FOR  MAC  ADDRESSES  WAKES\n"
		                             "nas   standby  -    m    -          default\n" },
		{ "[{" NAS ", 'registration': {'active': true, 'standby': false}}]",
		  "NAME  STATE  FOR  MAC  ADDRESSES  WAKES\n"
		  "nas   awake  5s   m    -          default\n" },
		{ "[{'name': 'nas', 'state': 'asleep', 'for': 5, 'mac': 'm', 'addresses': [],"
		  " 'wake': ['tcp/22'], 'withheld': '192.0.2.5'}]",
		  "NAME  STATE   FOR  MAC  ADDRESSES    WAKES\n"
		  "nas   asleep  5s   m    (192.0.2.5)  tcp/22\n" },
		{ "[{'name': 'nas', 'state': 'asleep', 'for': 5, 'mac': 'm', 'wake': [],"
		  " 'addresses': ['a', 'b', 'c', 'd'], 'withheld': 'e'}]",
		  "NAME  STATE   FOR  MAC  ADDRESSES     WAKES\n"
		  "nas   asleep  5s   m    a,b,c,+1,(e)  default\n" },
	};
	static const struct view_case sleeping[] = {
		{ "{" NAS "," STANDBY "}",
		  "nas is on standby: it sleeps, and another proxy answers for it\n" },
		{ "{'name': 'nas', 'state': 'drowsy'}",
		  "nas is drowsy: it is answered for as soon as it is silent\n" },
	};
	static const struct view_case woken[] = { { "{" NAS "}", "nas is awake\n" } };

	CHECK_VIEWS("host list", WHOLE, list);
	CHECK_VIEWS("host sleep", WHOLE, sleeping);
	CHECK_VIEWS("host wake", WHOLE, woken);
}

TEST(a_host)
{
	static const struct view_case whole[] = {
		{ "{" NAS "}",
		  "HOST       nas\n"
		  "state      awake\n"
		  "for        5s\n"
		  "MAC        m\n"
		  "addresses  -             its DHCP address, once known\n"
		  "wakes      -             the configuration's default, else any TCP connection\n"
		  "added by   registration  only its own registration\n" },
		{ "{'name': 'nas', 'state': 'asleep', 'for': 60, 'mac': 'm', 'addresses': ['a', 'b'],"
		  " 'groups': ['g'], 'wake': ['none'], 'allow': ['c'], 'deny': ['d'], 'interface': 'eth0', 'vlan': 10,"
		  " 'arp-offload': true, 'detect-sleep': true, 'echo': 'wake', 'secureon': '1.2.3.4', 'leased': 'b',"
		  " 'learnt': ['f', 'g'], 'withheld': 'e', 'origin': 'config'}",
		  "HOST       nas\n"
		  "state      asleep   it is answered for\n"
		  "for        1m0s\n"
		  "MAC        m\n"
		  "addresses  a b\n"
		  "by DHCP    b        only by its lease: see 'lease show'\n"
		  "learnt     f g\n"
		  "lost       e        its lease is lost: it is not answered for\n"
		  "groups     g\n"
		  "wakes      none\n"
		  "allowed    c\n"
		  "denied     d\n"
		  "interface  eth0     it is answered for only there\n"
		  "VLAN       10       it is answered for only there\n"
		  "SecureOn   1.2.3.4  the password of its network card\n"
		  "detection  yes      silence and unanswered ARP requests mean sleep\n"
		  "offload    yes      its network card answers ARP and ND while it sleeps\n"
		  "echo       wake     what becomes of echo requests (ping) for it\n"
		  "added by   config   the configuration file\n" },
	};
	/* a long list goes on below */
	static const struct view_case lines[] = {
		{ "{'wake': ['tcp/10001', 'tcp/10002', 'tcp/10003', 'tcp/10004', 'tcp/10005',"
		  " 'tcp/10006']}",
		  "wakes      tcp/10001 tcp/10002 tcp/10003 tcp/10004\n"
		  "           tcp/10005 tcp/10006\n" },
	};

	CHECK_VIEWS("host show", WHOLE, whole);
	CHECK_VIEWS("host show", LINE, lines);
}

TEST(registrations)
{
	static const struct view_case tails[] = {
		{ REGISTERED(
			  "'active': true, 'standby': false, 'client-identifier': 4711, 'addresses': ['a', 'b'],"
			  " 'ports': ['tcp/22', 'udp/any'], 'backup-of': '192.0.2.1', 'wake-in': 28680.5"),
		  "\n\nREGISTRATION  active\n"
		  "client id     4711            the Client Identifier in its Wakeup Report\n"
		  "addresses     a b\n"
		  "wakes         tcp/22 udp/any\n"
		  "Sleep Timer   in 7h58m        it is woken then\n"
		  "backup of     192.0.2.1       that proxy has priority\n" },
		{ REGISTERED(
			  "'active': true, 'client-identifier': 1, 'addresses': ['a'], 'ports': []"),
		  "\n\nREGISTRATION  active\n"
		  "client id     1       the Client Identifier in its Wakeup Report\n"
		  "addresses     a\n"
		  "wakes         none    no connection wakes it\n" },
		{ REGISTERED(
			  "'active': true, 'client-identifier': 1, 'addresses': ['a'], 'wake-in': 0.0"),
		  "\n\nREGISTRATION  active\n"
		  "client id     1       the Client Identifier in its Wakeup Report\n"
		  "addresses     a\n"
		  "wakes         -       it named none\n"
		  "Sleep Timer   now     it is woken then\n" },
		{ REGISTERED(
			  "'active': false, 'client-identifier': 1, 'addresses': ['a'], 'expires-in': 60.0"),
		  "\n\nREGISTRATION  ended\n"
		  "client id     1        the Client Identifier in its Wakeup Report\n"
		  "addresses     a\n"
		  "wakes         -        it named none\n"
		  "expires       in 1m0s  the host is up, and its registration is deleted then\n" },
		{ REGISTERED("'active': false, 'client-identifier': 1, 'addresses': []"),
		  "\n\nREGISTRATION  ended\n"
		  "client id     1      the Client Identifier in its Wakeup Report\n" },
	};

	CHECK_VIEWS("host show", TAIL, tails);
}

TEST(registrations_in_the_status)
{
	static const struct view_case lines[] = {
		{ STATUS("'on': true, 'type': 253, 'keys': 0, 'preference': 0, 'active': 0,"
		         " 'max-registrations': 256, 'registrations': 0"),
		  "\nregistration  ICMP type 253, preference 0, no keys; 0 active;"
		  " 0 of max-registrations = 256\n" },
		{ STATUS("'on': true, 'type': 254, 'keys': 1, 'preference': -5, 'active': 1,"
		         " 'max-registrations': 7, 'registrations': 3"),
		  "\nregistration  ICMP type 254, preference -5, 1 key; 1 active;"
		  " 3 of max-registrations = 7\n" },
		{ STATUS("'on': true, 'keys': 2, 'active': 2"), " 2 keys; 2 active;" },
		{ STATUS("'on': false, 'type': 253"), "\nregistration  off: npp = false\n" },
	};

	CHECK_VIEWS("status", LINE, lines);
}

TEST(leases)
{
	static const struct view_case list[] = {
		{ "[{'host': 'nas', 'state': 'renewing', 'renewed-by': 'proxy',"
		  " 'address': '192.0.2.5', 'server': '192.0.2.1', 'seconds': 3600, 't1-in': -5,"
		  " 'expires-in': 1795, 'result': null}]",
		  "HOST  ADDRESS    SERVER     STATE     RENEWED BY  T1      EXPIRES    LAST\n"
		  "nas   192.0.2.5  192.0.2.1  renewing  proxy       5s ago  in 29m55s  -\n" },
		{ "[{'host': 'nas', 'state': 'bound', 'renewed-by': 'proxy', 'address': '192.0.2.5',"
		  " 'server': '192.0.2.1', 'seconds': 'infinite', 't1-in': null,"
		  " 'expires-in': null, 'result': null}]",
		  "HOST  ADDRESS    SERVER     STATE  RENEWED BY  T1     EXPIRES  LAST\n"
		  "nas   192.0.2.5  192.0.2.1  bound  proxy       never  never    -\n" },
		{ "[{'host': 'nas', 'state': 'bound', 'renewed-by': 'host', 'address': '192.0.2.5',"
		  " 'server': null, 'seconds': null, 't1-in': null, 'expires-in': null,"
		  " 'result': null}]",
		  "HOST  ADDRESS    SERVER  STATE  RENEWED BY  T1  EXPIRES  LAST\n"
		  "nas   192.0.2.5  -       bound  host        -   -        -\n" },
		{ "[{'host': 'nas', 'state': 'none', 'dhcpv6': {'state': 'lost', 'lost': ['fd00::5'],"
		  " 'renewed-by': 'proxy', 'seconds': 'infinite', 'result': null}}]",
		  "HOST  ADDRESS  SERVER  STATE  RENEWED BY  T1     EXPIRES  LAST\n"
		  "nas   fd00::5  DHCPv6  lost   proxy       never  never    -\n" },
		{ "[]",
		  "no leases are known: 'sleepproxyctl help lease set' explains how to set one\n" },
	};
	static const struct view_case forgotten[] = { { "{}", "the lease of nas was removed\n" } };

	CHECK_VIEWS("lease list", WHOLE, list);
	CHECK_VIEWS("lease forget", WHOLE, forgotten);
}

TEST(a_lease_of_dhcpv6)
{
	static const struct view_case whole[] = {
		{ "{'host': 'nas', 'state': 'none', 'dhcpv6': {'state': 'bound', 'iaid': 0,"
		  " 'addresses': ['fd00::5', 'fd00::6'], 'renewed-by': 'host', 'seconds': 60,"
		  " 'source': 'fe80::5', 'duid': '00:03', 'server-duid': '00:01'}}",
		  "DHCPv6         nas\nstate          bound            the address belongs to the host\n"
		  "renewed by     host             the host is up, and renews it by itself\n"
		  "addresses      fd00::5 fd00::6\n"
		  "granted for    1m0s\n"
		  "since          -\nT1             -\nT2             -\n"
		  "expires        -\nnext request   -\nlast result    -\n"
		  "sent from      fe80::5\n"
		  "DUID           00:03\n"
		  "IAID           0\nserver's DUID  00:01\n" },
	};

	CHECK_VIEWS("lease show", WHOLE, whole);
}

TEST(a_lease)
{
	static const struct view_case lines[] = {
		{ "{'host': 'nas'}", "LEASE         nas\n" },
		{ "{'host': 'nas', 'dhcpv6': {}}", "\n\nLEASE         nas\n" },
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

	CHECK_VIEWS("lease show", LINE, lines);
}

TEST(the_last_result_is_dated)
{
	/* between whole minutes: the test may take a while */
	const time_t at = time(NULL) - 2 * 3600 - 3 * 60 - 20;
	char moment[MOMENT], json[256];

	strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%S.123Z", gmtime(&at));
	snprintf(json, sizeof(json), "[{'result': 'renewed', 'result-at': '%s'}]", moment);
	check_view("lease list", LINE, &(struct view_case){ json, "  renewed 2h3m ago\n" });
}

TEST(counters)
{
	static const struct view_case some[] = {
		{ "{'arp_malformed': {'count': 7, 'meaning': 'bad ARP'},"
		  " 'arp_other': {'count': 0, 'meaning': ''},"
		  " 'dhcp_message_unchanged': {'count': 5, 'meaning': 'nothing new'},"
		  " 'dhcp_message_short': {'count': 0, 'meaning': ''}}",
		  "OUTCOME        FRAMES  MEANING\n"
		  "arp_malformed       7  bad ARP\n"
		  "\n"
		  "DHCP                    MESSAGES  MEANING\n"
		  "dhcp_message_unchanged         5  nothing new\n"
		  "(2 more are zero: --all shows them)\n" },
		{ "{'dhcp_snooped': {'count': 0}, 'npp_short': {'count': 0}}",
		  "OUTCOME  FRAMES  MEANING\n"
		  "(2 more are zero: --all shows them)\n" },
	};
	static const struct view_case all[] = {
		{ "{'dhcp_message_not_requested': {'count': 0, 'meaning': 'nothing was asked'},"
		  " 'dhcp_message_new': {'count': 2, 'meaning': ''}}",
		  "OUTCOME  FRAMES  MEANING\n"
		  "\n"
		  "DHCP                        MESSAGES  MEANING\n"
		  "dhcp_message_not_requested         0  nothing was asked\n"
		  "dhcp_message_new                   2\n" },
	};

	CHECK_VIEWS("counters", WHOLE, some);
	CHECK_VIEWS("counters", WHOLE_OF_ALL, all);
}

TEST(states_have_their_colours)
{
	static const struct view_case lease_list[] = {
		{ "[{'state': 'bound'}]", "\033[32mbound\033[0m" },
		{ "[{'state': 'renewing'}]", "\033[33mrenewing\033[0m" },
		{ "[{'state': 'rebinding'}]", "\033[33mrebinding\033[0m" },
		{ "[{'state': 'lost'}]", "\033[31mlost\033[0m" },
		{ "[{'result': 'nak'}]", "\033[31mnak \033[0m" },
	};
	static const struct view_case lease_show[] = {
		{ "{'state': 'lost'}", "\033[31mlost\033[0m" },
		{ "{'result': 'no-answer'}", "\033[33mno-answer\033[0m" },
		{ "{'hostname': 'lost'}", "  lost\n" },
	};
	static const struct view_case host_list[] = {
		{ "[{'withheld': 'a'}]", "\033[31m(a)\033[0m" },
		{ "[{" NAS "," STANDBY "}]", "\033[34mstandby\033[0m" },
	};
	static const struct view_case host_show[] = {
		{ "{" NAS "," STANDBY "}", "\033[34mstandby\033[0m" },
	};

	CHECK_VIEWS("lease list", COLOURED_LINE, lease_list);
	CHECK_VIEWS("lease show", COLOURED_LINE, lease_show);
	CHECK_VIEWS("host list", COLOURED_LINE, host_list);
	CHECK_VIEWS("host show", COLOURED_LINE, host_show);
}

/* From elsewhere, and longer than any: they are cut, and no octet goes astray. */
TEST(long_values_are_cut)
{
	char list[4096] = "{'parameters': '", word[1024] = "{'addresses': ['";

	for (size_t i = 0; i < 1000; i++)
		strcat(list, "ff:");
	strcat(list, "'}");
	check_view("lease show", LINE, &(struct view_case){ list, "parameters    255 255 " });
	memset(word + strlen(word), 'x', 900);
	strcat(word, "', 'b']}");
	check_view("host show", LINE, &(struct view_case){ word, "addresses  xxx" });
	check_view("host show", LINE, &(struct view_case){ word, "x\n           b\n" });
}
