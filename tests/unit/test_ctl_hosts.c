// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/cli: hosts and their registrations, and what the status says of them. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "support_ctl.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

#define NAS "'name': 'nas', 'state': 'awake', 'for': 5, 'mac': 'm', 'origin': 'registration'"
#define STANDBY \
	"'registration': {'active': true, 'standby': true, 'client-identifier': 7, 'addresses': ['a']}"

static const char *const host_list[] = { "host", "list", NULL };
static const char *const host_show[] = { "host", "show", NULL };
static const char *const host_sleep[] = { "host", "sleep", NULL };
static const char *const host_wake[] = { "host", "wake", NULL };
static const char *const status[] = { "status", NULL };

static const struct {
	const char *const *words;
	const char *result, *text;
} whole[] = {
	{ host_list, "[{" NAS "," STANDBY "}]",
	  "NAME  STATE    FOR  MAC  ADDRESSES  WAKES\n"
	  "nas   standby  -    m    -          default\n" },
	{ host_list, "[{" NAS ", 'registration': {'active': true, 'standby': false}}]",
	  "NAME  STATE  FOR  MAC  ADDRESSES  WAKES\n"
	  "nas   awake  5s   m    -          default\n" },
	{ host_sleep, "{" NAS "," STANDBY "}",
	  "nas is on standby: it sleeps, and another proxy answers for it\n" },
	{ host_wake, "{" NAS "}", "nas is awake\n" },
	{ host_sleep, "{'name': 'nas', 'state': 'drowsy'}",
	  "nas is drowsy: it is answered for as soon as it is silent\n" },
	{ host_show, "{" NAS "}",
	  "HOST       nas\n"
	  "state      awake\n"
	  "for        5s\n"
	  "MAC        m\n"
	  "addresses  -             its DHCP address, once known\n"
	  "wakes      -             the configuration's default, else any TCP connection\n"
	  "added by   registration  only its own registration\n" },
	{ host_show,
	  "{'name': 'nas', 'state': 'asleep', 'for': 60, 'mac': 'm', 'addresses': ['a', 'b'],"
	  " 'wake': ['none'], 'allow': ['c'], 'deny': ['d'], 'interface': 'eth0', 'vlan': 10,"
	  " 'arp-offload': true, 'detect-sleep': true, 'secureon': '1.2.3.4', 'leased': 'b',"
	  " 'withheld': 'e', 'origin': 'config'}",
	  "HOST       nas\n"
	  "state      asleep   it is answered for\n"
	  "for        1m0s\n"
	  "MAC        m\n"
	  "addresses  a b\n"
	  "by DHCP    b        only by its lease: see 'lease show'\n"
	  "lost       e        its lease is lost: it is not answered for\n"
	  "wakes      none\n"
	  "allowed    c\n"
	  "denied     d\n"
	  "interface  eth0     it is answered for only there\n"
	  "VLAN       10       it is answered for only there\n"
	  "SecureOn   1.2.3.4  the password of its network card\n"
	  "detection  yes      silence and unanswered ARP requests mean sleep\n"
	  "offload    yes      its network card answers ARP while it sleeps\n"
	  "added by   config   the configuration file\n" },
};

TEST(is_told_whole)
{
	EACH(i, whole)
	{
		char *text = shown(whole[i].words, false, "{}", whole[i].result);

		assert_string_equal(text, whole[i].text);
		free(text);
	}
}

/* The second table: what the first has is above. */
TEST(a_registration_is_told)
{
	static const struct {
		const char *registration, *text;
	} rows[] = {
		{ "{'active': true, 'standby': false, 'client-identifier': 4711, 'addresses': ['a', 'b'],"
		  " 'ports': ['tcp/22', 'udp/any'], 'backup-of': '192.0.2.1', 'wake-in': 28680.5}",
		  "\n\nREGISTRATION  active\n"
		  "client id     4711            the Client Identifier in its Wakeup Report\n"
		  "addresses     a b\n"
		  "wakes         tcp/22 udp/any\n"
		  "Sleep Timer   in 7h58m        it is woken then\n"
		  "backup of     192.0.2.1       that proxy has priority\n" },
		{ "{'active': true, 'client-identifier': 1, 'addresses': ['a'], 'ports': []}",
		  "\n\nREGISTRATION  active\n"
		  "client id     1       the Client Identifier in its Wakeup Report\n"
		  "addresses     a\n"
		  "wakes         none    no connection wakes it\n" },
		{ "{'active': true, 'client-identifier': 1, 'addresses': ['a'], 'wake-in': 0.0}",
		  "\n\nREGISTRATION  active\n"
		  "client id     1       the Client Identifier in its Wakeup Report\n"
		  "addresses     a\n"
		  "wakes         -       it named none\n"
		  "Sleep Timer   now     it is woken then\n" },
		{ "{'active': false, 'client-identifier': 1, 'addresses': ['a'], 'expires-in': 60.0}",
		  "\n\nREGISTRATION  ended\n"
		  "client id     1        the Client Identifier in its Wakeup Report\n"
		  "addresses     a\n"
		  "wakes         -        it named none\n"
		  "expires       in 1m0s  the host is up, and its registration is deleted then\n" },
		{ "{'active': false, 'client-identifier': 1, 'addresses': []}",
		  "\n\nREGISTRATION  ended\n"
		  "client id     1      the Client Identifier in its Wakeup Report\n" },
	};

	EACH(i, rows)
	{
		char json[512], *text;

		snprintf(json, sizeof(json), "{" NAS ", 'registration': %s}", rows[i].registration);
		text = shown(host_show, false, "{}", json);
		assert_non_null(strstr(text, "\n\n"));
		assert_string_equal(strstr(text, "\n\n"), rows[i].text);
		free(text);
	}
}

TEST(standby_has_its_colour)
{
	char *text = shown(host_list, true, "{}", "[{" NAS "," STANDBY "}]");

	check_line(text, "\033[34mstandby\033[0m");
	free(text);
	text = shown(host_show, true, "{}", "{" NAS "," STANDBY "}");
	check_line(text, "\033[34mstandby\033[0m");
	free(text);
}

/* As many lines as it takes, and none too wide for a screen. */
TEST(a_long_list_goes_on_below)
{
	char *text = shown(host_show, false, "{}",
	                   "{'wake': ['tcp/10001', 'tcp/10002', 'tcp/10003', 'tcp/10004',"
	                   " 'tcp/10005', 'tcp/10006']}");

	check_line(text, "wakes      tcp/10001 tcp/10002 tcp/10003 tcp/10004\n"
	                 "           tcp/10005 tcp/10006\n");
	free(text);
}

/* From elsewhere: it is cut, and no octet goes astray. */
TEST(a_long_word_is_cut)
{
	char json[1024] = "{'addresses': ['", *text;

	memset(json + strlen(json), 'x', 900);
	strcat(json, "', 'b']}");
	text = shown(host_show, false, "{}", json);
	check_line(text, "addresses  xxx");
	check_line(text, "x\n           b\n");
	free(text);
}

TEST(the_status_tells_of_registrations)
{
	static const struct {
		const char *npp, *line;
	} rows[] = {
		{ "{'on': true, 'type': 253, 'keys': 0, 'preference': 0, 'active': 0,"
		  " 'max-registrations': 256, 'registrations': 0}",
		  "\nregistration  ICMP type 253, preference 0, no keys; 0 active;"
		  " 0 of max-registrations = 256\n" },
		{ "{'on': true, 'type': 254, 'keys': 1, 'preference': -5, 'active': 1,"
		  " 'max-registrations': 7, 'registrations': 3}",
		  "\nregistration  ICMP type 254, preference -5, 1 key; 1 active;"
		  " 3 of max-registrations = 7\n" },
		{ "{'on': true, 'keys': 2, 'active': 2}", " 2 keys; 2 active;" },
		{ "{'on': false, 'type': 253}", "\nregistration  off: npp = false\n" },
	};

	EACH(i, rows)
	{
		char json[512], *text;

		snprintf(json, sizeof(json), "{'version': '1', 'npp': %s}", rows[i].npp);
		text = shown(status, false, "{}", json);
		check_line(text, rows[i].line);
		free(text);
	}
}
