// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loader/config: mistakes as people make them, and the line and the words that each is refused
 * with.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "support_files.h"

#define PORTS "up to 64 different ports such as tcp/22, udp/161 or tcp/any, or none alone"
#define SOURCES \
	"up to 16 different sources such as 192.168.1.0/24 or fd00::/64, " \
	"each either in allow or in deny"
#define ADDRESSES "up to 32 different addresses of the host's own, such as 192.168.1.5 or fd00::5"
#define MAC "a host's own MAC address, such as 52:54:00:12:34:56"
#define LEASE "the IPv4 address that it has by DHCP, such as 192.168.1.5"
#define SERVER "its DHCP server's IPv4 address, such as 192.168.1.1"
#define CLIENT_ID "its DHCP client identifier, up to 64 octets such as 01:52:54:00:12:34:56"
#define HOSTNAME "the host name that it sends to its DHCP server"
#define PASSWORD "a password such as 01:02:03:04:05:06 or 1.2.3.4"
#define OCTETS_16 "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"
#define OCTETS_65 OCTETS_16 ":" OCTETS_16 ":" OCTETS_16 ":" OCTETS_16 ":00"
#define LETTERS_64 "0123456789012345678901234567890123456789012345678901234567890123"
#define ETH0 "interface eth0 {"
#define HOST "host nas {"

static const struct mistake syntax[] = {
	{ "\ngraec = 5\n",
	  ":2: unknown option 'graec'; expected one of grace-period, sleep-timeout, idle-timeout, silence-timeout, "
	  "check-interval, check-requests, wake-interval, wake-attempts, wake-holdoff, "
	  "heartbeat-timeout, min-lease, memberships, learn, hold, max-hosts, "
	  "standby-interval, npp, npp-type, max-registrations, registration-lifetime, npp-keys, advertise-interval, "
	  "advertise-lifetime, preference, http, http-token-file, on-stop, wake, allow, deny, interface, host" },
	{ "host nas {\n mac = 52:54:00:00:00:01\n adresses = 10.0.0.1\n}",
	  ":3: unknown option 'adresses' (did you mean 'addresses'?); expected one of mac, addresses, groups, wake, allow, deny, vlan, "
	  "interface, arp-offload, detect-sleep, echo, lease, lease-server, client-id, hostname, secureon, watts" },
	{ "interface eth0 {\n mod = auto\n}",
	  ":2: unknown option 'mod' (did you mean 'mode'?); expected one of mode, answer, dhcp-source, subnets" },
	{ "grace-period 5\n", ":1: unexpected '5'; expected '=' after the name of an option" },
	{ "grace-period = { 5 }\n", ":1: unexpected '{'; expected a value" },
	{ "wake = {\n tcp/22\n udp/53 }\n",
	  ":3: unexpected 'udp/53'; expected ',' or '}' in a list" },
	{ "host nas {\n mac = 52:54:00:00:00:01\n", ":1: unclosed '{'; expected '}'" },
	{ NAS "wake = {\n tcp/22,\n", ":5: unclosed '{'; expected '}'" },
	{ NAS "wake = {\n tcp/22,\n tcp/23 {\n}\n",
	  ":7: unexpected '{'; expected ',' or '}' in a list" },
	{ "\n{{{{{{{{{", ":2: unexpected '{'; expected NAME = VALUE or SECTION NAME { ... }" },
	{ "host nas {\n interface eth0 { } }",
	  ":2: unexpected 'eth0'; expected '=' after the name of an option" },
	{ "host nas\n", ":2: unexpected end of file; expected '{' after the name of the section" },
	{ "grace-period = 5\n}\n",
	  ":2: unexpected '}'; expected NAME = VALUE or SECTION NAME { ... }" },
	{ "host {\n}\n", ":1: unexpected '{'; expected the name of the section, then '{'" },
	{ "grace-period += 5\n", ":1: unexpected '+='; expected '=' after the name of an option" },
	{ "host nas {\n mac = \"52:54:00:00:00:01\n addresses = \"10.0.0.1\"\n}\n",
	  ":2: unclosed string; expected \" in the same line" },
	{ "wake = 'tcp/22\\", ":1: unclosed string; expected ' in the same line" },
	{ "grace-period = 5\n\n/* check-requests = 4\n", ":3: unclosed comment; expected \"*/\"" },
	{ "interface eth0 {\n\"\" = 5\n}",
	  ":2: unknown option ''; expected one of mode, answer, dhcp-source, subnets" },
	{ "grace-period = 5\ncheck-requests = 3\ngrace-period = 6\n",
	  ":3: duplicate grace-period (line 1); expected once" },
	{ "wake = { tcp/22 }\nwake = { }\n", ":2: duplicate wake (line 1); expected once" },
	{ "interface eth0 { }\ninterface eth0\n{ mode = auto }\n",
	  ":2: duplicate interface 'eth0'; expected each name once" },
};

static const struct wrong_value values[] = {
	{ NULL, "grace-period", "soon", UNCLEAR, DURATION("100ms to 1h") },
	{ NULL, "sleep-timeout", "-5", UNCLEAR, DURATION("0s to 24h") },
	{ NULL, "idle-timeout", "99999999999999999999h", OUT_OF_RANGE, DURATION("1s to 24h") },
	{ NULL, "check-interval", "5sec", UNCLEAR, DURATION("10ms to 1m") },
	{ NULL, "check-requests", "101", OUT_OF_RANGE, "a number from 1 to 100" },
	{ NULL, "wake-attempts", "5s", UNCLEAR, "a number from 1 to 1000" },
	{ NULL, "heartbeat-timeout", "0", OUT_OF_RANGE, SECONDS("1s to 24h") },
	{ NULL, "heartbeat-timeout", "1500ms", FRACTION, SECONDS("1s to 24h") },
	{ NULL, "min-lease", "999ms", OUT_OF_RANGE, DURATION("1s to 1h") },
	{ NULL, "min-lease", "2h", OUT_OF_RANGE, DURATION("1s to 1h") },
	{ NULL, "max-hosts", "0", OUT_OF_RANGE, "a number from 1 to 1000000" },
	{ NULL, "on-stop", "sleep", UNCLEAR, "one of wake, keep" },
	{ NULL, "allow", "10.0.0.0/33", UNCLEAR, SOURCES },
	{ NULL, "deny", "1", UNCLEAR, SOURCES },
	{ ETH0, "dhcp-source", "me", UNCLEAR, "one of proxy, host" },
	{ ETH0, "mode", "fast", UNCLEAR, "one of auto, native, generic" },
	{ ETH0, "answer", "me", UNCLEAR, "one of proxy, host" },
	{ HOST, "mac", "52:54:00:00:01", UNCLEAR, MAC },
	{ HOST, "mac", "01:00:5e:00:00:01", UNCLEAR, MAC },
	{ HOST, "lease", "nas", UNCLEAR, LEASE },
	{ HOST, "lease", "10.0.0.1/24", UNCLEAR, LEASE },
	{ HOST, "lease", "0.0.0.0", "is an address of no host", LEASE },
	{ HOST, "lease", "2001:db8::1", UNCLEAR, LEASE },
	{ HOST, "lease-server", "255.255.255.255", "is the broadcast address", SERVER },
	{ HOST, "client-id", "01:5", UNCLEAR, CLIENT_ID },
	{ HOST, "client-id", OCTETS_65, UNCLEAR, CLIENT_ID },
	{ HOST, "hostname", LETTERS_64, UNCLEAR, HOSTNAME },
	{ HOST, "addresses", "224.0.0.1", "is a multicast address", ADDRESSES },
	{ HOST, "addresses", "10.0.0.1/24", UNCLEAR, ADDRESSES },
	{ HOST, "vlan", "4095", OUT_OF_RANGE, "a VLAN from 1 to 4094" },
	{ HOST, "vlan", "65546", OUT_OF_RANGE, "a VLAN from 1 to 4094" },
	{ HOST, "detect-sleep", "maybe", UNCLEAR, "true or false" },
	{ HOST, "secureon", "secret", UNCLEAR, PASSWORD },
	{ HOST, "watts", "100000.001", OUT_OF_RANGE, "a number from 0 to 100000" },
	{ HOST, "watts", "-1", UNCLEAR, "a number from 0 to 100000" },
	{ HOST, "watts", "5W", UNCLEAR, "a number from 0 to 100000" },
	{ HOST, "interface", "1234567890123456", UNCLEAR, "an interface's name, such as eth0" },
};

static const struct mistake quoted_and_listed[] = {
	/* comments keep lines */
	{ "# 1\n/* 2\n3 */\ngrace-period = /* 4 */ 5 // 4\nhost nas { # 5\n"
	  "mac = 52:54:00:00:00:01 /* 6 */ # 6\naddresses = 10.0.0.1 }\ncheck-requests = 0",
	  ":8: check-requests '0' is out of range; expected a number from 1 to 100" },
	{ "on-stop = \"a\\\"\001\033[2J\"\n",
	  ":1: on-stop 'a\"??[2J' is not understood; expected one of wake, keep" },
	{ "check-requests =\n 101\n",
	  ":2: check-requests '101' is out of range; expected a number from 1 to 100" },
	{ "\ninterface eth/0 { }\n",
	  ":2: 'eth/0' is not an interface name; expected a name such as eth0" },
	{ "\nhost \"n as\" {\n}\n",
	  ":2: 'n as' is not a host name; expected 1 to 63 letters, "
	  "digits, '-', '_' and '.', not '-' or '.' first, nor a command's word" },
	{ "wake = {\n \"tcp/22\",\n \"tcp/0\"\n}\n",
	  ":3: wake 'tcp/0' is not understood; expected " PORTS },
	{ "wake = {\n tcp/22, udp/22,\n tcp/22\n}\n",
	  ":3: wake 'tcp/22' is a duplicate; expected " PORTS },
	{ "deny = { 10.0.0.0/8 }\nallow = { 10.1.0.0/8 }\n",
	  ":2: allow '10.1.0.0/8' is a duplicate; expected " SOURCES },
	{ "allow = { 1.1.1.1, 1.1.1.1 }\n",
	  ":1: allow '1.1.1.1' is a duplicate; expected " SOURCES },
	{ "host nas {\n lease = \"\"\n}\n", ":2: lease '' is not understood; expected " LEASE },
	{ "host nas {\n client-id = \"\"\n}\n",
	  ":2: client-id '' is not understood; expected " CLIENT_ID },
	{ "host nas {\n hostname = \"n s\"\n}\n",
	  ":2: hostname 'n s' is not understood; expected " HOSTNAME },
	{ "host nas {\n addresses = {\n 2001:db8::1,\n ff02::1 }\n}\n",
	  ":4: addresses 'ff02::1' is a multicast address; expected " ADDRESSES },
	{ "host nas {\n addresses = { 10.0.0.1,\n 10.0.0.1 }\n}\n",
	  ":3: addresses '10.0.0.1' is a duplicate; expected " ADDRESSES },
	{ "host nas {\n addresses = {\n"
	  "1.0.0.1, 1.0.0.2, 1.0.0.3, 1.0.0.4, 1.0.0.5, 1.0.0.6, 1.0.0.7, 1.0.0.8,\n"
	  "1.0.0.9, 1.0.0.10, 1.0.0.11, 1.0.0.12, 1.0.0.13, 1.0.0.14, 1.0.0.15, 1.0.0.16,\n"
	  "1.0.0.17, 1.0.0.18, 1.0.0.19, 1.0.0.20, 1.0.0.21, 1.0.0.22, 1.0.0.23, 1.0.0.24,\n"
	  "1.0.0.25, 1.0.0.26, 1.0.0.27, 1.0.0.28, 1.0.0.29, 1.0.0.30, 1.0.0.31, 1.0.0.32,\n"
	  "1.0.0.33 }\n}\n",
	  ":7: addresses '1.0.0.33' exceeds the limit; expected " ADDRESSES },
	{ "host nas {\n allow = 10.0.0.0/8\n deny = 10.0.0.0/8\n}\n",
	  ":3: deny '10.0.0.0/8' is a duplicate; expected " SOURCES },
};

#define DUPLICATE(what, line) \
	"duplicate " what ": host 'nas' has it already (line " line "); expected one host for each"

static const struct mistake contradictions[] = {
	{ "\n\nhost nas\n{\n addresses = 10.0.0.1\n}\n",
	  ":3: host 'nas': no MAC address; expected one, such as 52:54:00:12:34:56" },
	{ NAS "host b {\n mac = 52-54-00-00-00-01\n addresses = 10.0.0.1\n}\n",
	  ":6: " DUPLICATE("mac '52:54:00:00:00:01'", "2") },
	{ NAS "host b {\n addresses = {\n 10.0.0.1,\n 192.168.1.5 }\n mac = 52:54:00:00:00:02\n}\n",
	  ":8: " DUPLICATE("address '192.168.1.5'", "3") },
	{ NAS "host b {\n mac = 52:54:00:00:00:02\n lease = 192.168.1.5\n}\n",
	  ":7: " DUPLICATE("address '192.168.1.5'", "3") },
	{ NAS "\nhost nas {\n mac = 52:54:00:00:00:02\n}\n", ":6: " DUPLICATE("name 'nas'", "1") },
	{ "host nas {\n mac = 52:54:00:00:00:01\n client-id = 01:02\n}\n",
	  ":3: client-id of host 'nas' without a lease; expected lease = ADDRESS too" },
	{ "interface eth0 { }\nhost nas {\n mac = 52:54:00:00:00:01\n addresses = 192.168.1.5\n"
	  " interface = eth1\n}\n",
	  ":5: interface 'eth1' of host 'nas' is not configured; expected interface eth1 { }" },
	{ "max-hosts = 1\n" NAS "host b {\n mac = 52:54:00:00:00:02\n addresses = 10.0.0.1\n}\n",
	  ":6: 2 hosts; expected at most 1, or a larger max-hosts" },
	{ "interface a {}\ninterface b {}\ninterface c {}\ninterface d {}\ninterface e {}\n"
	  "interface f {}\ninterface g {}\ninterface h {}\ninterface i {}\ninterface j {}\n"
	  "interface k {}\ninterface l {}\ninterface m {}\ninterface n {}\ninterface o {}\n"
	  "interface p {}\ninterface q {}\n",
	  ":17: interface 'q' exceeds the limit; expected at most 16" },
};

static struct config config;
static char error[CONFIG_ERROR];

static int load(const char *text)
{
	write_file("conf", text);
	strcpy(error, "no error");
	return config_load(file("conf"), &config, error);
}

static void refuses(const struct mistake *mistake)
{
	const int err = load(mistake->text);

	check_mistake(mistake, err, error);
	assert_int_equal(config.host_count, 0);
}

static int set_up(void **state)
{
	(void)state;
	config_init(&config);
	return 0;
}

BEFORE_ALL(make_directory)
AFTER_ALL(remove_directory)
BEFORE_EACH(set_up)

TEST(wrong_syntax)
{
	EACH(i, syntax)
	refuses(&syntax[i]);
}

TEST(wrong_values)
{
	EACH(i, values)
	{
		char text[CONFIG_ERROR], expected[CONFIG_ERROR];
		const struct mistake mistake = mistake_of(&values[i], text, expected);

		refuses(&mistake);
	}
	EACH(i, quoted_and_listed)
	refuses(&quoted_and_listed[i]);
}

TEST(wrong_together)
{
	EACH(i, contradictions)
	refuses(&contradictions[i]);
}

/* Each with its line, but what follows from a syntax error. */
TEST(several_at_once)
{
	static const char *const lines[] = {
		":2: unknown option 'chek-requests' (did you mean 'check-requests'?); expected",
		":7: unexpected ','; expected NAME = VALUE or '}'",
		":1: grace-period 'x' is not understood; expected",
		":4: mac '1' is not understood; expected",
		":5: addresses '2' is not understood; expected",
		":6: addresses '3' is not understood; expected",
	};
	char expected[CONFIG_ERROR], *line = error;

	assert_int_equal(load("grace-period = x\nchek-requests = { 3 }\n"
	                      "host a {\n mac = 1\n addresses = { 2,\n 3 }\n , ' }"),
	                 -EINVAL);
	EACH(i, lines)
	{
		snprintf(expected, sizeof(expected), "%s%s", file("conf"), lines[i]);
		if (strncmp(strsep(&line, "\n"), expected, strlen(expected)) != 0)
			fail_msg("'%s' is not in its place", expected);
		assert_true(line || i + 1 == sizeof(lines) / sizeof(*lines));
	}
	assert_null(line);
}

TEST(zero_octet)
{
	write_octets("conf", "grace-period = 5\n\0check-requests = 0\n", 37);
	assert_int_equal(config_load(file("conf"), &config, error), -EINVAL);
	assert_string_equal(error + strlen(file("conf")), ":2: zero octet; expected text");
}

TEST(long_words_are_cut)
{
	char text[4000];

	memset(text, 'x', sizeof(text));
	memcpy(text, "grace-period = ", 15);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(load(text), -EINVAL);
	assert_int_equal(strlen(error), CONFIG_ERROR - 1);
}

TEST(unreadable)
{
	assert_int_equal(config_load("/nonexistent/file", &config, error), -ENOENT);
	assert_string_equal(error, "/nonexistent/file: cannot be read: No such file or directory");
	assert_int_equal(config_load("/tmp", &config, error), -EISDIR);
	assert_string_equal(error, "/tmp: cannot be read: Is a directory");
	assert_int_equal(config_load("/dev/zero", &config, error), -EINVAL);
	assert_string_equal(error, "/dev/zero: is too large; expected at most 16 MiB");
}
