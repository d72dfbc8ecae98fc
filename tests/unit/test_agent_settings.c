// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The agent's configuration file: its values, and the line and text of its errors.
 */
#include "test.h"

#include <errno.h>
#include <stdbool.h>

#include "support_agent.h"
#include "support_files.h"

BEFORE_ALL(make_directory)
AFTER_ALL(remove_directory)

static int load(const char *text, struct settings *settings, char error[CONFIG_ERROR])
{
	write_file("conf", text);
	return settings_load(file("conf"), settings, error);
}

static struct settings config_of(const char *text)
{
	struct settings settings;
	char error[CONFIG_ERROR] = "";

	memset(&settings, 0xa5, sizeof(settings));
	if (load(text, &settings, error))
		fail_msg("%s", error);
	return settings;
}

#define MEMBER(member) MEMBER_OF(struct settings, member)

static const struct number_setting numbers[] = {
	{ "backup = false", MEMBER(backup), true, false },
	{ "wait = 1500ms", MEMBER(wait), 5000, 1500 },
	{ "report-wait = 1m", MEMBER(report_wait), 20000, 60000 },
	{ "sleep-timer = 8h", MEMBER(sleep_timer), 0, 28800 },
	{ "registration-lifetime = 2d", MEMBER(lifetime), 0, 172800 },
	{ "wake-by = rtc", MEMBER(wake_by), WAKE_BY_PROXY, WAKE_BY_RTC },
	{ "key-file = /keys\nkey = 7", MEMBER(key), 1, 7 },
	{ "icmp-type = 254 # a comment", MEMBER(icmp_type), 253, 254 },
};

TEST(numbers_and_words)
{
	const struct settings empty = config_of(""), initial = some_settings();

	EACH(i, numbers)
	{
		const struct settings settings = config_of(numbers[i].text);

		check_number(&numbers[i], &empty, numbers[i].by_default);
		check_number(&numbers[i], &initial, numbers[i].by_default);
		check_number(&numbers[i], &settings, numbers[i].value);
	}
}

TEST(paths)
{
	struct settings settings = config_of("");

	assert_string_equal(settings.rtc, "/sys/class/rtc/rtc0");
	assert_string_equal(settings.key_file, "");
	assert_string_equal(settings.on_lease_lost, "");
	settings = config_of("rtc = /sys/class/rtc/rtc1\nkey-file = /etc/sleepproxy/keys\n"
	                     "on-lease-lost = /usr/bin/true\n");
	assert_string_equal(settings.rtc, "/sys/class/rtc/rtc1");
	assert_string_equal(settings.key_file, "/etc/sleepproxy/keys");
	assert_string_equal(settings.on_lease_lost, "/usr/bin/true");
}

TEST(interfaces_and_proxies)
{
	struct settings settings = config_of("");

	assert_int_equal(settings.interface_count + settings.proxy_count, 0);
	settings = config_of("interface = {eth0, \"wlan0\"}\nproxy = { 192.0.2.1, 192.0.2.2 }\n");
	assert_int_equal(settings.interface_count, 2);
	assert_string_equal(settings.interfaces[0], "eth0");
	assert_string_equal(settings.interfaces[1], "wlan0");
	assert_int_equal(settings.proxy_count, 2);
	assert_address(settings.proxies[0], 1);
	assert_address(settings.proxies[1], 2);
	settings = config_of("interface = eth0\nproxy = 192.0.2.1\n");
	assert_int_equal(settings.interface_count, 1);
	assert_int_equal(settings.proxy_count, 1);
}

TEST(wake_ports)
{
	static const struct {
		const char *text;
		struct wake_setting wake;
	} rows[] = {
		{ "", { .is_set = false } },
		{ "wake = none\n", { .is_set = true, .none = true } },
		{ "wake = { auto-udp, tcp/22 }\n",
		  { .is_set = true,
		    .tcp = true,
		    .udp = true,
		    .ports = { { IPPROTO_TCP, 22 } },
		    .port_count = 1 } },
		{ "wake = {udp/161, tcp/any}\n",
		  { .is_set = true,
		    .ports = { { IPPROTO_UDP, 161 }, { IPPROTO_TCP, 0 } },
		    .port_count = 2 } },
	};

	EACH(i, rows)
	{
		const struct wake_setting wake = config_of(rows[i].text).wake,
					  *expected = &rows[i].wake;

		if (wake.is_set != expected->is_set || wake.none != expected->none ||
		    wake.tcp != expected->tcp || wake.udp != expected->udp ||
		    wake.port_count != expected->port_count ||
		    memcmp(wake.ports, expected->ports, wake.port_count * sizeof(*wake.ports)))
			fail_msg("%s is read otherwise", rows[i].text);
	}
}

#define INTERFACES "up to 8 different interfaces such as eth0"
#define PROXIES "up to 8 different IPv4 addresses of proxies, such as 192.168.1.2"
#define WAKE "none, or auto, auto-udp and up to 64 different ports such as tcp/22 or udp/161"
#define NONE_ALONE "cannot be combined, as 'none' goes with no other value; expected " WAKE
#define ABSOLUTE "a path that begins with '/'"

static const struct wrong_value values[] = {
	{ NULL, "wait", "99ms", OUT_OF_RANGE, DURATION("100ms to 10m") },
	{ NULL, "report-wait", "11m", OUT_OF_RANGE, DURATION("100ms to 10m") },
	{ NULL, "sleep-timer", "1500ms", FRACTION, SECONDS("1s to 8760h") },
	{ NULL, "backup", "perhaps", UNCLEAR, "true or false" },
	{ NULL, "wake-by", "me", UNCLEAR, "one of proxy, rtc" },
	{ NULL, "proxy", "nas", UNCLEAR, PROXIES },
	{ NULL, "proxy", "255.255.255.255", "is the broadcast address", PROXIES },
	{ NULL, "key-file", "keys", "is not absolute", ABSOLUTE },
	{ NULL, "icmp-type", "256", OUT_OF_RANGE, "a number from 1 to 255" },
};

static const struct mistake mistakes[] = {
	{ "\nwiat = 5s\n",
	  ":2: unknown option 'wiat' (did you mean 'wait'?); expected one of interface, proxy, backup, wait, report-wait, "
	  "wake, sleep-timer, registration-lifetime, wake-by, rtc, wake-on-lan, key-file, key, icmp-type, "
	  "on-lease-lost" },
	{ "interface = {eth0,\n eth0}\n",
	  ":2: interface 'eth0' is a duplicate; expected " INTERFACES },
	{ "interface = \"a/b\"\n", ":1: interface 'a/b' is not understood; expected " INTERFACES },
	{ "interface = {a,b,c,d,e,f,g,h,i}\n",
	  ":1: interface 'i' exceeds the limit; expected " INTERFACES },
	{ "proxy = {192.0.2.1, 192.0.2.1}\n",
	  ":1: proxy '192.0.2.1' is a duplicate; expected " PROXIES },
	{ "wake = {auto, sometimes}\n", ":1: wake 'sometimes' is not understood; expected " WAKE },
	{ "wake = {tcp/22, tcp/22}\n", ":1: wake 'tcp/22' is a duplicate; expected " WAKE },
	{ "wake = {none, tcp/22}\n", ":1: wake 'tcp/22' " NONE_ALONE },
	{ "wake = {auto, none}\n", ":1: wake 'none' " NONE_ALONE },
	{ "wake = {none, none}\n", ":1: wake 'none' " NONE_ALONE },
	{ "on-lease-lost = \"\"\n", ":1: on-lease-lost '' is not absolute; expected " ABSOLUTE },
	{ "key-file = /etc/keys\nkey = 0\n",
	  ":2: key '0' is out of range; expected a number from 1 to 255" },
	{ "\nkey = 1\n", ":2: key, but no file that it is in; expected key-file = FILE, too" },
};

static void refuses(const struct mistake *mistake)
{
	struct settings settings, untouched;
	char error[CONFIG_ERROR] = "";

	memset(&settings, 0xa5, sizeof(settings));
	memset(&untouched, 0xa5, sizeof(untouched));
	check_mistake(mistake, load(mistake->text, &settings, error), error);
	assert_memory_equal(&settings, &untouched, sizeof(settings));
}

TEST(errors)
{
	EACH(i, values)
	{
		char text[CONFIG_ERROR], error[CONFIG_ERROR];
		const struct mistake mistake = mistake_of(&values[i], text, error);

		refuses(&mistake);
	}
	EACH(i, mistakes)
	refuses(&mistakes[i]);
}

TEST(too_many_ports)
{
	char text[1024] = "wake = {tcp/1000", error[CONFIG_ERROR];
	struct settings settings;

	for (int i = 1; i < WAKE_PORTS; i++)
		sprintf(text + strlen(text), ",tcp/%d", 1000 + i);
	strcat(text, "}\n");
	assert_int_equal(config_of(text).wake.port_count, WAKE_PORTS);
	strcpy(text + strlen(text) - 2, ",udp/1}\n");
	assert_int_equal(load(text, &settings, error), -EINVAL);
	assert_non_null(strstr(error, ":1: wake 'udp/1' exceeds the limit; expected " WAKE));
}
