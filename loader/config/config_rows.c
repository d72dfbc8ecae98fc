// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config_rows.h"

#include "config/value_readers.h"

/* Names are numbered by the enum, and written through its integer type. */
_Static_assert(sizeof(enum xdp_mode) == sizeof(unsigned int), "enums are unsigned int");
_Static_assert(sizeof(enum answer_mode) == sizeof(unsigned int), "enums are unsigned int");
_Static_assert(sizeof(enum dhcp_source) == sizeof(unsigned int), "enums are unsigned int");
_Static_assert(sizeof(enum on_stop) == sizeof(unsigned int), "enums are unsigned int");

/* clang-format off */
static const char *const modes[] = {
	[XDP_MODE_AUTO] = "auto", [XDP_MODE_NATIVE] = "native", [XDP_MODE_GENERIC] = "generic", NULL,
};
static const char *const answers[] = { [ANSWER_PROXY] = "proxy", [ANSWER_HOST] = "host", NULL };
static const char *const sources[] = {
	[DHCP_SOURCE_PROXY] = "proxy", [DHCP_SOURCE_HOST] = "host", NULL,
};
static const char *const stops[] = { [ON_STOP_WAKE] = "wake", [ON_STOP_KEEP] = "keep", NULL };

#define PORTS .read = key_read_port, .many = true, \
	.expected = "up to 64 different ports such as tcp/22, udp/161 or tcp/any, or none alone"
#define SOURCES(reader) .read = (reader), .many = true, \
	.expected = "up to 16 different sources such as 192.168.1.0/24 or 192.168.1.7, " \
		    "each either in allow or in deny"

static const struct key config_rows[] = {
	{ "grace", KEY_AT(config, timing.grace), KEY_DURATION("100ms", "1h") },
	{ "patience", KEY_AT(config, timing.patience), KEY_DURATION("0s", "24h") },
	{ "silence", KEY_AT(config, timing.silence), KEY_DURATION("1s", "24h") },
	{ "ask-interval", KEY_AT(config, timing.ask_interval), KEY_DURATION("10ms", "1m") },
	{ "asks", KEY_AT(config, timing.asks), KEY_NUMBER("1", "100") },
	{ "wake-interval", KEY_AT(config, timing.wake_interval), KEY_DURATION("100ms", "1m") },
	{ "wake-rounds", KEY_AT(config, timing.wake_rounds), KEY_NUMBER("1", "1000") },
	{ "cool-down", KEY_AT(config, timing.cooldown), KEY_DURATION("0s", "1h") },
	{ "heartbeat-lease", KEY_AT(config, heartbeat_lease), KEY_SECONDS("1s", "24h") },
	{ "lease-floor", KEY_AT(config, lease_floor), KEY_DURATION("1s", "1h") },
	{ "max-hosts", KEY_AT(config, max_hosts), KEY_NUMBER("1", "1000000") },
	{ "standby-interval", KEY_AT(config, timing.standby), KEY_DURATION("1s", "1h") },
	{ "npp", KEY_AT(config, npp.on), .read = key_read_bool, .expected = "true or false" },
	{ "npp-type", KEY_AT(config, npp.icmp_type), KEY_NUMBER("1", "255") },
	{ "npp-hosts", KEY_AT(config, npp.hosts_max), KEY_NUMBER("0", "1000000") },
	{ "npp-keys", KEY_AT(config, npp.keys), .read = key_read_path,
	  .expected = "the absolute path of a file of keys" },
	{ "advertise-interval", KEY_AT(config, npp.interval), KEY_SECONDS("0s", "30m") },
	{ "advertise-lifetime", KEY_AT(config, npp.lifetime), KEY_SECONDS("0s", "18h") },
	{ "preference", KEY_AT(config, npp.preference), .read = key_read_preference,
	  .expected = "a number from -2147483648 to 2147483647" },
	{ "on-stop", KEY_AT(config, on_stop), KEY_NAMES(stops) },
	{ "wake", KEY_AT(config, policy), PORTS },
	{ "allow", KEY_AT(config, policy), SOURCES(key_read_allow) },
	{ "deny", KEY_AT(config, policy), SOURCES(key_read_deny) },
};

static const struct key interface_rows[] = {
	{ "mode", KEY_AT(config_interface, mode), KEY_NAMES(modes) },
	{ "answer", KEY_AT(config_interface, answer), KEY_NAMES(answers) },
	{ "dhcp-source", KEY_AT(config_interface, dhcp_source), KEY_NAMES(sources) },
};

static const struct key host_rows[] = {
	{ "mac", KEY_AT(host_description, mac), .read = key_read_mac,
	  .expected = "a host's own MAC address, such as 52:54:00:12:34:56" },
	{ "addresses", .read = key_read_address, .many = true,
	  .expected = "up to 16 different IPv4 addresses of the host's own, such as 192.168.1.5" },
	{ "wake", KEY_AT(host_description, policy), PORTS },
	{ "allow", KEY_AT(host_description, policy), SOURCES(key_read_allow) },
	{ "deny", KEY_AT(host_description, policy), SOURCES(key_read_deny) },
	{ "vlan", KEY_AT(host_description, vlan), .read = key_read_vlan, .expected = "a VLAN",
	  KEY_RANGE("1", "4094") },
	{ "interface", KEY_AT(host_description, interface), .read = key_read_interface,
	  .expected = "an interface's name, such as eth0" },
	{ "nic-answers-arp", KEY_AT(host_description, nic_answers_arp), .read = key_read_bool,
	  .expected = "true or false" },
	{ "unasked", KEY_AT(host_description, unasked), .read = key_read_bool, .expected = "true or false" },
	{ "lease", KEY_AT(host_description, lease.address), .read = key_read_ipv4,
	  .expected = "the IPv4 address that it has by DHCP, such as 192.168.1.5" },
	{ "lease-server", KEY_AT(host_description, lease.server), .read = key_read_ipv4,
	  .expected = "its DHCP server's IPv4 address, such as 192.168.1.1" },
	{ "client-id", KEY_AT(host_description, lease), .read = key_read_client_id,
	  .expected = "its DHCP client identifier, up to 64 octets such as 01:52:54:00:12:34:56" },
	{ "hostname", KEY_AT(host_description, lease.hostname), .read = key_read_hostname,
	  .expected = "the name that it tells its DHCP server" },
	{ "secureon", .read = key_read_secureon,
	  .expected = "a password such as 01:02:03:04:05:06 or 1.2.3.4" },
};
/* clang-format on */

_Static_assert(HOST_PORTS == 64 && HOST_SOURCES == 16 && HOST_ADDRESSES == 16,
               "what is expected is said in words above");

/* Besides these: two kinds of sections, a section's begin, the end. */
_Static_assert(KEY_COUNT(config_rows) + 4 <= KEYS_MAX && KEY_COUNT(host_rows) + 4 <= KEYS_MAX,
               "libconfuse's table has room for all rows");

const struct keys keys_of_config = KEYS(config_rows);
const struct keys keys_of_interface = KEYS(interface_rows);
const struct keys keys_of_host = KEYS(host_rows);
