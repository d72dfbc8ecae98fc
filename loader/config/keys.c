// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/keys.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config/readers.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

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

#define AT(owner, member) .offset = offsetof(struct owner, member)
#define NAMES(list) .read = key_read_name, .expected = "one of", .names = (list)
#define RANGE(low, high) .from = (low), .to = (high)
#define DURATION(low, high) \
	.read = key_read_ms, .expected = "a duration such as 500ms, 5s, 2m or 1h,", RANGE(low, high)
#define SECONDS(low, high) \
	.read = key_read_seconds, .expected = "a duration in whole seconds such as 30s or 2m,", RANGE(low, high)
#define NUMBER(low, high) .read = key_read_number, .expected = "a number", RANGE(low, high)
#define PORTS .read = key_read_port, .many = true, \
	.expected = "up to 32 different ports such as tcp/22, udp/161 or tcp/any"
#define SOURCES(reader) .read = (reader), .many = true, \
	.expected = "up to 16 different sources such as 192.168.1.0/24 or 192.168.1.7, " \
		    "each either in allow or in deny"

static const struct key config_rows[] = {
	{ "grace", AT(config, timing.grace), DURATION("100ms", "1h") },
	{ "patience", AT(config, timing.patience), DURATION("0s", "24h") },
	{ "silence", AT(config, timing.silence), DURATION("1s", "24h") },
	{ "ask-interval", AT(config, timing.ask_interval), DURATION("10ms", "1m") },
	{ "asks", AT(config, timing.asks), NUMBER("1", "100") },
	{ "wake-interval", AT(config, timing.wake_interval), DURATION("100ms", "1m") },
	{ "wake-rounds", AT(config, timing.wake_rounds), NUMBER("1", "1000") },
	{ "cool-down", AT(config, timing.cooldown), DURATION("0s", "1h") },
	{ "heartbeat-lease", AT(config, heartbeat_lease), SECONDS("1s", "24h") },
	{ "lease-floor", AT(config, lease_floor), DURATION("1s", "1h") },
	{ "max-hosts", AT(config, max_hosts), NUMBER("1", "1000000") },
	{ "on-stop", AT(config, on_stop), NAMES(stops) },
	{ "wake", AT(config, policy), PORTS },
	{ "allow", AT(config, policy), SOURCES(key_read_allow) },
	{ "deny", AT(config, policy), SOURCES(key_read_deny) },
};

static const struct key interface_rows[] = {
	{ "mode", AT(config_interface, mode), NAMES(modes) },
	{ "answer", AT(config_interface, answer), NAMES(answers) },
	{ "dhcp-source", AT(config_interface, dhcp_source), NAMES(sources) },
};

static const struct key host_rows[] = {
	{ "mac", AT(host_spec, mac), .read = key_read_mac,
	  .expected = "a host's own MAC address, such as 52:54:00:12:34:56" },
	{ "addresses", .read = key_read_address, .many = true,
	  .expected = "up to 16 different IPv4 addresses of the host's own, such as 192.168.1.5" },
	{ "wake", AT(host_spec, policy), PORTS },
	{ "allow", AT(host_spec, policy), SOURCES(key_read_allow) },
	{ "deny", AT(host_spec, policy), SOURCES(key_read_deny) },
	{ "vlan", AT(host_spec, vlan), .read = key_read_vlan, .expected = "a VLAN",
	  RANGE("1", "4094") },
	{ "interface", AT(host_spec, interface), .read = key_read_interface,
	  .expected = "an interface's name, such as eth0" },
	{ "nic-answers-arp", AT(host_spec, nic_answers_arp), .read = key_read_bool,
	  .expected = "true or false" },
	{ "unasked", AT(host_spec, unasked), .read = key_read_bool, .expected = "true or false" },
	{ "lease", AT(host_spec, lease.address), .read = key_read_ipv4,
	  .expected = "the IPv4 address that it has by DHCP, such as 192.168.1.5" },
	{ "lease-server", AT(host_spec, lease.server), .read = key_read_ipv4,
	  .expected = "its DHCP server's IPv4 address, such as 192.168.1.1" },
	{ "client-id", AT(host_spec, lease), .read = key_read_client_id,
	  .expected = "its DHCP client identifier, up to 64 octets such as 01:52:54:00:12:34:56" },
	{ "hostname", AT(host_spec, lease.hostname), .read = key_read_hostname,
	  .expected = "the name that it tells its DHCP server" },
	{ "secureon", .read = key_read_secureon,
	  .expected = "a password such as 01:02:03:04:05:06 or 1.2.3.4" },
};
/* clang-format on */

_Static_assert(SPEC_PORTS == 32 && SPEC_SOURCES == 16 && SPEC_ADDRESSES == 16,
               "what is expected is said in words above");

/* Besides these: two kinds of sections, a section's begin, the end. */
_Static_assert(COUNT(config_rows) + 4 <= KEYS_MAX && COUNT(host_rows) + 4 <= KEYS_MAX,
               "libconfuse's table has room for all rows");

#define KEYS(table) \
	{ \
		.rows = (table), .count = COUNT(table) \
	}
const struct keys keys_of_config = KEYS(config_rows);
const struct keys keys_of_interface = KEYS(interface_rows);
const struct keys keys_of_host = KEYS(host_rows);

size_t keys_options(const struct keys *keys, cfg_opt_t options[KEYS_MAX])
{
	for (size_t i = 0; i < keys->count; i++)
		options[i] = syntax_option(keys->rows[i].name, keys->rows[i].many);
	return keys->count;
}

static void describe(const struct key *key, char *expected, size_t size)
{
	size_t used = snprintf(expected, size, "%s", key->expected);

	if (key->from)
		snprintf(expected + used, size - used, " from %s to %s", key->from, key->to);
	for (size_t i = 0; key->names && key->names[i] && used < size; i++)
		used += snprintf(expected + used, size - used, "%s%s", i ? ", " : " ",
		                 key->names[i]);
}

static int read_key(const struct key *key, cfg_t *section, void *into, struct fault *fault)
{
	void *field = (char *)into + key->offset;
	char expected[CONFIG_ERROR / 2];

	for (unsigned int i = 0; i < syntax_count(section, key->name); i++) {
		const struct word *word = syntax_get(section, key->name, i);
		const char *wrong = key->read(key, word->text, field);

		if (!wrong)
			continue;
		describe(key, expected, sizeof(expected));
		return fault_at(fault, word->line, "%s '%s' %s; expected %s", key->name, word->text,
		                wrong, expected);
	}
	return 0;
}

int keys_read(const struct keys *keys, cfg_t *section, void *into, struct fault *fault)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (read_key(&keys->rows[i], section, into, fault))
			return -EINVAL;
	}
	return 0;
}
