// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loader/config: mistakes as people make them, and the line and the words that each is refused
 * with.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support_config.h"

#define PORTS_EXPECTED \
	"expected up to 64 different ports such as tcp/22, udp/161 or tcp/any, or none alone"
#define SOURCES_EXPECTED \
	"expected up to 16 different sources such as 192.168.1.0/24 or 192.168.1.7, " \
	"each either in allow or in deny"
#define ADDRESSES_EXPECTED \
	"expected up to 16 different IPv4 addresses of the host's own, such as 192.168.1.5"

#define LEASE_EXPECTED "expected the IPv4 address that it has by DHCP, such as 192.168.1.5"
#define CLIENT_ID_EXPECTED \
	"expected its DHCP client identifier, up to 64 octets such as 01:52:54:00:12:34:56"
#define OCTETS_16 "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"
#define OCTETS_65 OCTETS_16 ":" OCTETS_16 ":" OCTETS_16 ":" OCTETS_16 ":00"

struct mistake {
	const char *text;
	const char *error; /* behind the file's name */
};

static const struct mistake syntax[] = {
	{ "\ngraec = 5\n",
	  ":2: unknown option 'graec'; expected one of grace-period, sleep-timeout, idle-timeout, "
	  "check-interval, check-requests, wake-interval, wake-attempts, wake-holdoff, "
	  "heartbeat-timeout, min-lease, max-hosts, "
	  "standby-interval, npp, npp-type, max-registrations, npp-keys, advertise-interval, "
	  "advertise-lifetime, preference, on-stop, wake, allow, deny, interface, host" },
	{ "host nas {\n mac = 52:54:00:00:00:01\n adresses = 10.0.0.1\n}",
	  ":3: unknown option 'adresses' (did you mean 'addresses'?); expected one of mac, addresses, wake, allow, deny, vlan, "
	  "interface, arp-offload, detect-sleep, lease, lease-server, client-id, hostname, secureon" },
	{ "interface eth0 {\n mod = auto\n}",
	  ":2: unknown option 'mod' (did you mean 'mode'?); expected one of mode, answer, dhcp-source" },
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
	{ "grace-period = +=", ":1: unexpected '+='; expected a value" },
	{ "host nas\n", ":2: unexpected end of file; expected '{' after the name of the section" },
	{ "grace-period = 5\n}\n",
	  ":2: unexpected '}'; expected NAME = VALUE or SECTION NAME { ... }" },
	{ "host nas mac = 1\n",
	  ":1: unexpected 'mac'; expected '{' after the name of the section" },
	{ "host {\n}\n", ":1: unexpected '{'; expected the name of the section, then '{'" },
	{ "grace-period += 5\n", ":1: unexpected '+='; expected '=' after the name of an option" },
	{ "host nas {\n mac = \"52:54:00:00:00:01\n addresses = \"10.0.0.1\"\n}\n",
	  ":2: unclosed string; expected \" in the same line" },
	{ "wake = 'tcp/22\\", ":1: unclosed string; expected ' in the same line" },
	{ "grace-period = 5\n\n/* check-requests = 4\n", ":3: unclosed comment; expected \"*/\"" },
	{ "interface eth0 {\n\"\" = 5\n}",
	  ":2: unknown option ''; expected one of mode, answer, dhcp-source" },
	{ "grace-period = 5\ncheck-requests = 3\ngrace-period = 6\n",
	  ":3: duplicate grace-period (line 1); expected once" },
	{ "grace-period = 5\ninterface eth0 { }\ngrace-period = 6\n",
	  ":3: duplicate grace-period (line 1); expected once" },
	{ "wake = { tcp/22 }\nwake = { }\n", ":2: duplicate wake (line 1); expected once" },
	{ "interface eth0 { }\ninterface eth0\n{ mode = auto }\n",
	  ":2: duplicate interface 'eth0'; expected each name once" },
};

static const struct mistake values[] = {
	{ "\n\ngrace-period = soon\n",
	  ":3: grace-period 'soon' is not understood; expected a duration such as "
	  "500ms, 5s, 2m or 1h, from 100ms to 1h" },
	{ "on-stop = \"a\\\"\001\033[2J\"\n",
	  ":1: on-stop 'a\"??[2J' is not understood; expected one of wake, keep" },
	{ "sleep-timeout = -5\n",
	  ":1: sleep-timeout '-5' is not understood; expected a duration such as "
	  "500ms, 5s, 2m or 1h, from 0s to 24h" },
	{ "idle-timeout = 99999999999999999999h\n",
	  ":1: idle-timeout '99999999999999999999h' is out of range; expected a duration such as "
	  "500ms, 5s, 2m or 1h, from 1s to 24h" },
	{ "check-interval = 5sec\n",
	  ":1: check-interval '5sec' is not understood; expected a duration "
	  "such as 500ms, 5s, 2m or 1h, from 10ms to 1m" },
	{ "check-requests =\n 101\n",
	  ":2: check-requests '101' is out of range; expected a number from 1 to 100" },
	{ "wake-attempts = 5s\n",
	  ":1: wake-attempts '5s' is not understood; expected a number from 1 to 1000" },
	{ "heartbeat-timeout = 0\n",
	  ":1: heartbeat-timeout '0' is out of range; expected a duration in "
	  "whole seconds such as 30s or 2m, from 1s to 24h" },
	{ "heartbeat-timeout = 1500ms\n",
	  ":1: heartbeat-timeout '1500ms' has a fraction of a second; expected a duration in "
	  "whole seconds such as 30s or 2m, from 1s to 24h" },
	{ "min-lease = 999ms\n", ":1: min-lease '999ms' is out of range; expected a duration "
	                         "such as 500ms, 5s, 2m or 1h, from 1s to 1h" },
	{ "min-lease = 2h\n", ":1: min-lease '2h' is out of range; expected a duration "
	                      "such as 500ms, 5s, 2m or 1h, from 1s to 1h" },
	{ "interface eth0 {\n dhcp-source = me\n}\n",
	  ":2: dhcp-source 'me' is not understood; expected one of proxy, host" },
	{ "max-hosts = 0\n",
	  ":1: max-hosts '0' is out of range; expected a number from 1 to 1000000" },
	{ "on-stop = sleep\n",
	  ":1: on-stop 'sleep' is not understood; expected one of wake, keep" },
	{ "interface eth0 {\n mode = fast\n}\n",
	  ":2: mode 'fast' is not understood; expected one of auto, native, generic" },
	{ "interface eth0 {\n mode = auto\n answer = me\n}\n",
	  ":3: answer 'me' is not understood; expected one of proxy, host" },
	{ "\ninterface eth/0 { }\n",
	  ":2: 'eth/0' is not an interface name; expected a name such as eth0" },
	{ "\nhost \"n as\" {\n}\n", ":2: 'n as' is not a host name; expected 1 to 63 letters, "
	                            "digits, '-', '_' and '.'" },
	{ "wake = {\n \"tcp/22\",\n \"tcp/0\"\n}\n",
	  ":3: wake 'tcp/0' is not understood; " PORTS_EXPECTED },
	{ "wake = {\n tcp/22, udp/22,\n tcp/22\n}\n",
	  ":3: wake 'tcp/22' is a duplicate; " PORTS_EXPECTED },
	{ "allow = { 10.0.0.0/33 }\n",
	  ":1: allow '10.0.0.0/33' is not understood; " SOURCES_EXPECTED },
	{ "deny = { 10.0.0.0/8 }\nallow = { 10.1.0.0/8 }\n",
	  ":2: allow '10.1.0.0/8' is a duplicate; " SOURCES_EXPECTED },
	{ "allow = { 1.1.1.1, 1.1.1.1 }\n",
	  ":1: allow '1.1.1.1' is a duplicate; " SOURCES_EXPECTED },
	{ "deny = { 1 }\n", ":1: deny '1' is not understood; " SOURCES_EXPECTED },
};

static const struct mistake hosts[] = {
	{ "host nas {\n mac = 52:54:00:00:01\n}\n",
	  ":2: mac '52:54:00:00:01' is not understood; "
	  "expected a host's own MAC address, such as 52:54:00:12:34:56" },
	{ "host nas {\n mac = 01:00:5e:00:00:01\n}\n",
	  ":2: mac '01:00:5e:00:00:01' is not understood; "
	  "expected a host's own MAC address, such as 52:54:00:12:34:56" },
	{ "\nhost nas {\n addresses = 10.0.0.1\n}\n",
	  ":2: host 'nas': no MAC address; expected one, such as 52:54:00:12:34:56" },
	{ "\n\nhost nas\n{\n addresses = 10.0.0.1\n}\n",
	  ":3: host 'nas': no MAC address; expected one, such as 52:54:00:12:34:56" },
	{ "host nas {\n lease = nas\n}\n", ":2: lease 'nas' is not understood; " LEASE_EXPECTED },
	{ "host nas {\n lease = \"\"\n}\n", ":2: lease '' is not understood; " LEASE_EXPECTED },
	{ "host nas {\n lease = 10.0.0.1/24\n}\n",
	  ":2: lease '10.0.0.1/24' is not understood; " LEASE_EXPECTED },
	{ "host nas {\n lease = 0.0.0.0\n}\n",
	  ":2: lease '0.0.0.0' is an address of no host; " LEASE_EXPECTED },
	{ "host nas {\n lease = 2001:db8::1\n}\n",
	  ":2: lease '2001:db8::1' is an IPv6 address, and IPv6 is not supported yet; " LEASE_EXPECTED },
	{ "host nas {\n lease-server = 255.255.255.255\n}\n",
	  ":2: lease-server '255.255.255.255' is the broadcast address; "
	  "expected its DHCP server's IPv4 address, such as 192.168.1.1" },
	{ "host nas {\n client-id = 01:5\n}\n",
	  ":2: client-id '01:5' is not understood; " CLIENT_ID_EXPECTED },
	{ "host nas {\n client-id = \"\"\n}\n",
	  ":2: client-id '' is not understood; " CLIENT_ID_EXPECTED },
	{ "host nas {\n client-id = " OCTETS_65 "\n}\n",
	  ":2: client-id '" OCTETS_65 "' is not understood; " CLIENT_ID_EXPECTED },
	{ "host nas {\n hostname = \"n s\"\n}\n",
	  ":2: hostname 'n s' is not understood; expected the host name that it sends to its DHCP server" },
	{ "host nas {\n hostname = 0123456789012345678901234567890123456789012345678901234567890123\n}\n",
	  ":2: hostname '0123456789012345678901234567890123456789012345678901234567890123' is not "
	  "understood; expected the host name that it sends to its DHCP server" },
	{ "host nas {\n addresses = {\n 10.0.0.1,\n 2001:db8::1 }\n}\n",
	  ":4: addresses '2001:db8::1' is an IPv6 address, and IPv6 is not supported yet; " ADDRESSES_EXPECTED },
	{ "host nas {\n addresses = 224.0.0.1\n}\n",
	  ":2: addresses '224.0.0.1' is a multicast address; " ADDRESSES_EXPECTED },
	{ "host nas {\n addresses = 10.0.0.1/24\n}\n",
	  ":2: addresses '10.0.0.1/24' is not understood; " ADDRESSES_EXPECTED },
	{ "host nas {\n addresses = { 10.0.0.1,\n 10.0.0.1 }\n}\n",
	  ":3: addresses '10.0.0.1' is a duplicate; " ADDRESSES_EXPECTED },
	{ "host nas {\n addresses = { 1.0.0.1, 1.0.0.2, 1.0.0.3, 1.0.0.4, 1.0.0.5, 1.0.0.6, 1.0.0.7,\n"
	  " 1.0.0.8, 1.0.0.9, 1.0.0.10, 1.0.0.11, 1.0.0.12, 1.0.0.13, 1.0.0.14, 1.0.0.15,\n"
	  " 1.0.0.16,\n 1.0.0.17 }\n}\n",
	  ":5: addresses '1.0.0.17' exceeds the limit; " ADDRESSES_EXPECTED },
	{ "host nas {\n vlan = 4095\n}\n",
	  ":2: vlan '4095' is out of range; expected a VLAN from 1 to 4094" },
	{ "host nas {\n vlan = 65546\n}\n",
	  ":2: vlan '65546' is out of range; expected a VLAN from 1 to 4094" },
	{ "host nas {\n detect-sleep = maybe\n}\n",
	  ":2: detect-sleep 'maybe' is not understood; expected true or false" },
	{ "host nas {\n secureon = secret\n}\n",
	  ":2: secureon 'secret' is not understood; "
	  "expected a password such as 01:02:03:04:05:06 or 1.2.3.4" },
	{ "host nas {\n interface = 1234567890123456\n}\n",
	  ":2: interface '1234567890123456' is not understood; "
	  "expected an interface's name, such as eth0" },
	{ "host nas {\n allow = 10.0.0.0/8\n deny = 10.0.0.0/8\n}\n",
	  ":3: deny '10.0.0.0/8' is a duplicate; " SOURCES_EXPECTED },
};

#define DUPLICATE(what, line) \
	"duplicate " what ": host 'nas' has it already (line " line "); expected one host for each"

static const struct mistake contradictions[] = {
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

static void refused(const struct mistake *mistakes, size_t count)
{
	char expected[CONFIG_ERROR];
	char error[CONFIG_ERROR];
	struct config config;

	config_init(&config);
	for (size_t i = 0; i < count; i++) {
		strcpy(error, "no error");
		snprintf(expected, sizeof(expected), "%s%s", path, mistakes[i].error);
		assert_int_equal(load(mistakes[i].text, &config, error), -EINVAL);
		assert_string_equal(error, expected);
		assert_null(strchr(error, '\n'));
	}
	assert_int_equal(config.host_count, 0);
}

#define REFUSED(table) refused(table, sizeof(table) / sizeof(*(table)))

BEFORE_ALL(make_file)
AFTER_ALL(remove_file)

TEST(wrong_syntax)
{
	REFUSED(syntax);
}

TEST(wrong_values)
{
	REFUSED(values);
}

TEST(wrong_hosts)
{
	REFUSED(hosts);
}

TEST(wrong_together)
{
	REFUSED(contradictions);
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
	char error[CONFIG_ERROR], expected[CONFIG_ERROR], *line = error;
	struct config config;

	config_init(&config);
	assert_int_equal(load("grace-period = x\nchek-requests = { 3 }\n"
	                      "host a {\n mac = 1\n addresses = { 2,\n 3 }\n , ' }",
	                      &config, error),
	                 -EINVAL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(expected, sizeof(expected), "%s%s", path, lines[i]);
		if (strncmp(strsep(&line, "\n"), expected, strlen(expected)) != 0)
			fail_msg("'%s' is not in its place", expected);
		assert_true(line || i + 1 == sizeof(lines) / sizeof(*lines));
	}
	assert_null(line);
}

TEST(comments_keep_lines)
{
	char error[CONFIG_ERROR];
	char expected[CONFIG_ERROR];
	struct config config;

	config_init(&config);
	snprintf(expected, sizeof(expected),
	         "%s:8: check-requests '0' is out of range; "
	         "expected a number from 1 to 100",
	         path);
	assert_int_equal(
		load("# 1\n/* 2\n3 */\ngrace-period = /* 4 */ 5 // 4\nhost nas { # 5\n"
	             "mac = 52:54:00:00:00:01 /* 6 */ # 6\naddresses = 10.0.0.1 }\ncheck-requests = 0",
	             &config, error),
		-EINVAL);
	assert_string_equal(error, expected);
}

TEST(zero_octet)
{
	char error[CONFIG_ERROR];
	struct config config;

	config_init(&config);
	write_octets("grace-period = 5\n\0check-requests = 0\n", 37);
	assert_int_equal(config_load(path, &config, error), -EINVAL);
	assert_string_equal(error + strlen(path), ":2: zero octet; expected text");
}

TEST(long_words_are_cut)
{
	char text[4000];
	char error[CONFIG_ERROR];
	struct config config;

	config_init(&config);
	memset(text, 'x', sizeof(text));
	memcpy(text, "grace-period = ", 15);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(load(text, &config, error), -EINVAL);
	assert_int_equal(strlen(error), CONFIG_ERROR - 1);
}

TEST(unreadable)
{
	char error[CONFIG_ERROR];
	struct config config;

	config_init(&config);
	assert_int_equal(config_load("/nonexistent/file", &config, error), -ENOENT);
	assert_string_equal(error, "/nonexistent/file: cannot be read: No such file or directory");
	assert_int_equal(config_load("/tmp", &config, error), -EISDIR);
	assert_string_equal(error, "/tmp: cannot be read: Is a directory");
	write_octets("", 0);
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0) {
		assert_int_equal(config_load(path, &config, error), -EACCES);
		assert_string_equal(error + strlen(path), ": cannot be read: Permission denied");
	}
	assert_int_equal(chmod(path, 0600), 0);
}

TEST(endless)
{
	char error[CONFIG_ERROR];
	struct config config;

	config_init(&config);
	assert_int_equal(config_load("/dev/zero", &config, error), -EINVAL);
	assert_string_equal(error, "/dev/zero: is too large; expected at most 16 MiB");
}
