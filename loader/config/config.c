// SPDX-License-Identifier: GPL-2.0-or-later
/* The options of the daemon's configuration file, and what they are read into. */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/files.h"
#include "base/text.h"
#include "config/config_reader.h"
#include "npp.h"

/* What adding to a list returned. */
static const char *add_error(int result)
{
	if (result == -EEXIST)
		return "is a duplicate";
	if (result == -EINVAL)
		return "conflicts with the other ports";
	return result ? "exceeds the limit" : NULL;
}

static const char *read_port(const struct config_option *option, const char *text,
                             const struct field_value *place)
{
	uint8_t protocol;
	uint16_t port;

	(void)option;
	if (text_to_port(text, &protocol, &port))
		return "is not understood";
	return add_error(policy_add_port((struct wake_policy *)place->at, protocol, port));
}

static const char *read_source(const struct config_option *option, const char *text,
                               const struct field_value *place)
{
	const bool allow = strcmp(option->name, "allow") == 0;
	struct ipv6 address;
	uint8_t bits;

	if (text_to_prefix(text, &address, &bits))
		return "is not understood";
	return add_error(policy_add_source((struct wake_policy *)place->at, &address, bits, allow));
}

/* clang-format off */
static const char *const modes[] = {
	[XDP_MODE_AUTO] = "auto", [XDP_MODE_NATIVE] = "native", [XDP_MODE_GENERIC] = "generic", NULL,
};
static const char *const answers[] = { [ANSWER_PROXY] = "proxy", [ANSWER_HOST] = "host", NULL };
static const char *const dhcp_sources[] = {
	[DHCP_SOURCE_PROXY] = "proxy", [DHCP_SOURCE_HOST] = "host", NULL,
};
static const char *const stops[] = { [ON_STOP_WAKE] = "wake", [ON_STOP_KEEP] = "keep", NULL };

#define DURATION(member, low, high) OPTION_DURATION(struct config, member, low, high)
#define SECONDS(member, low, high) OPTION_SECONDS(struct config, member, low, high)
#define NUMBER(member, low, high) \
	OPTION_VALUE(FIELD_NUMBER, AT(member), .min = (low), .max = (high))
#define PORTS(owner) OPTION_READ(read_port, FIELD_AT(owner, policy), .list = true, \
	.expected = "up to 64 different ports such as tcp/22, udp/161 or tcp/any, or none alone")
#define SOURCES(owner) OPTION_READ(read_source, FIELD_AT(owner, policy), .list = true, \
	.expected = "up to 16 different sources such as 192.168.1.0/24 or fd00::/64, " \
		    "each either in allow or in deny")

#define AT(member) FIELD_AT(struct config_interface, member)

static const struct config_option interface_rows[] = {
	{ "mode", OPTION_VALUE(FIELD_ENUM, AT(mode), .names = modes) },
	{ "answer", OPTION_VALUE(FIELD_ENUM, AT(answer), .names = answers) },
	{ "dhcp-source", OPTION_VALUE(FIELD_ENUM, AT(dhcp_source), .names = dhcp_sources) },
	{ "subnets", OPTION_VALUE(FIELD_PREFIX,
		FIELD_COUNTED(struct config_interface, subnets, subnet_count), .list = true,
		.expected = "up to 16 different subnets such as 192.168.7.0/24 or fd00:7::/64") },
	{ 0 },
};

#undef AT
#define AT(member) FIELD_AT(struct host_description, member)
#define COUNTED(member, count) FIELD_COUNTED(struct host_description, member, count)

static const struct config_option host_rows[] = {
	{ "mac", OPTION_VALUE(FIELD_MAC, AT(mac),
		.expected = "a host's own MAC address, such as 52:54:00:12:34:56") },
	{ "addresses", OPTION_VALUE(FIELD_IP, COUNTED(addresses, address_count), .list = true,
		.expected = "up to 32 different addresses of the host's own, such as 192.168.1.5 or fd00::5") },
	{ "groups", OPTION_VALUE(FIELD_GROUP, COUNTED(groups, group_count), .list = true,
		.expected = "up to 32 different multicast groups, such as 239.1.2.3 or ff02::fb") },
	{ "wake", PORTS(struct host_description) },
	{ "allow", SOURCES(struct host_description) },
	{ "deny", SOURCES(struct host_description) },
	{ "vlan", OPTION_VALUE(FIELD_NUMBER, AT(attributes.vlan), .min = 1, .max = 4094,
		.expected = "a VLAN from 1 to 4094") },
	{ "interface", OPTION_VALUE(FIELD_INTERFACE, AT(attributes.interface),
		.expected = "an interface's name, such as eth0") },
	{ "arp-offload", OPTION_VALUE(FIELD_BOOL, AT(attributes.arp_offload)) },
	{ "detect-sleep", OPTION_VALUE(FIELD_BOOL, AT(attributes.detect_sleep)) },
	{ "echo", OPTION_VALUE(FIELD_ENUM, AT(attributes.echo), .names = echo_policy_names) },
	{ "lease", OPTION_VALUE(FIELD_IPV4, AT(lease.address),
		.expected = "the IPv4 address that it has by DHCP, such as 192.168.1.5") },
	{ "lease-server", OPTION_VALUE(FIELD_IPV4, AT(lease.server), .expected = "its DHCP server's IPv4 address, such as 192.168.1.1") },
	{ "client-id", OPTION_VALUE(FIELD_OCTETS, COUNTED(lease.client_id, lease.client_id_length),
		.expected = "its DHCP client identifier, up to 64 octets such as 01:52:54:00:12:34:56") },
	{ "hostname", OPTION_VALUE(FIELD_NAME, AT(lease.hostname),
		.expected = "the host name that it sends to its DHCP server") },
	{ "secureon", OPTION_VALUE(FIELD_SECUREON, COUNTED(attributes.secureon, attributes.secureon_length),
		.expected = "a password such as 01:02:03:04:05:06 or 1.2.3.4") },
	{ "watts", OPTION_VALUE(FIELD_DECIMAL, AT(attributes.watts),
		FIELD_PRESENT(struct host_description, attributes.has_watts), .max = WATTS_MAX) },
	{ 0 },
};

#undef AT
#define AT(member) FIELD_AT(struct config, member)

static const struct config_option config_rows[] = {
	{ "grace-period", DURATION(timing.grace_period, "100ms", "1h") },
	{ "sleep-timeout", DURATION(timing.sleep_timeout, "0s", "24h") },
	{ "idle-timeout", DURATION(timing.idle_timeout, "1s", "24h") },
	{ "silence-timeout", DURATION(timing.silence, "1s", "24h") },
	{ "check-interval", DURATION(timing.check_interval, "10ms", "1m") },
	{ "check-requests", NUMBER(timing.check_requests, 1, 100) },
	{ "wake-interval", DURATION(timing.wake_interval, "100ms", "1m") },
	{ "wake-attempts", NUMBER(timing.wake_attempts, 1, 1000) },
	{ "wake-holdoff", DURATION(timing.wake_holdoff, "0s", "1h") },
	{ "heartbeat-timeout", SECONDS(heartbeat_timeout, "1s", "24h") },
	{ "min-lease", DURATION(min_lease, "1s", "1h") },
	{ "memberships", OPTION_VALUE(FIELD_BOOL, AT(memberships)) },
	{ "learn", OPTION_VALUE(FIELD_BOOL, AT(learn)) },
	{ "hold", OPTION_VALUE(FIELD_BOOL, AT(hold)) },
	{ "max-hosts", NUMBER(max_hosts, 1, 1000000) },
	{ "standby-interval", DURATION(timing.standby, "1s", "1h") },
	{ "npp", OPTION_VALUE(FIELD_BOOL, AT(npp.on)) },
	{ "npp-type", NUMBER(npp.icmp_type, 1, 255) },
	{ "max-registrations", NUMBER(npp.max_registrations, 0, 1000000) },
	{ "registration-lifetime", DURATION(npp.lifetime_max, "1s", "365d") },
	{ "npp-keys", OPTION_READ(option_read_path, AT(npp.keys), .expected = "the absolute path of a file of keys") },
	{ "advertise-interval", SECONDS(npp.interval, "0s", "30m") },
	{ "advertise-lifetime", SECONDS(npp.lifetime, "0s", "18h") },
	/* RFC 1256: 32 bits, signed */
	{ "preference", NUMBER(npp.preference, INT32_MIN, INT32_MAX) },
	{ "http", OPTION_READ(option_read_endpoint, AT(http.listen), .expected = CONFIG_HTTP_EXPECTED) },
	{ "http-token-file", OPTION_READ(option_read_path, AT(http.token_file), .expected = "the absolute path of a file with a token") },
	{ "on-stop", OPTION_VALUE(FIELD_ENUM, AT(on_stop), .names = stops) },
	{ "wake", PORTS(struct config) },
	{ "allow", SOURCES(struct config) },
	{ "deny", SOURCES(struct config) },
	{ .name = "interface", .section = interface_rows },
	{ .name = "host", .section = host_rows },
	{ 0 },
};
/* clang-format on */

_Static_assert(HOST_PORTS == 64 && HOST_SOURCES == 16 && HOST_ADDRESSES == 32 && HOST_GROUPS == 32,
               "the texts above name these limits");

static const struct config_option file_row = { .section = config_rows };

void config_init(struct config *config)
{
	*config = (struct config){
		.timing = LIFE_TIMING_DEFAULT,
		.heartbeat_timeout = 30,
		.min_lease = MIN_LEASE_DEFAULT,
		.memberships = true,
		.learn = true,
		.hold = true,
		.max_hosts = 4096,
		.on_stop = ON_STOP_WAKE,
		.npp = { .on = true,
		         .icmp_type = NPP_ICMP_TYPE,
		         .interval = 600,
		         .max_registrations = 2048,
		         .lifetime_max = REGISTRATION_LIFETIME_DEFAULT },
	};
}

void config_done(struct config *config)
{
	if (!config)
		return;
	free(config->hosts);
	free(config->macs);
	config_init(config);
}

struct config_interface *config_interface(struct config *config, const char *name)
{
	struct config_interface *interface = config->interfaces;
	struct config_interface *end = interface + config->interface_count;

	for (; interface < end; interface++)
		if (strcmp(interface->name, name) == 0)
			return interface;
	if (config->interface_count == CONFIG_INTERFACES)
		return NULL;
	config->interface_count++;
	*interface = (struct config_interface){ .mode = XDP_MODE_AUTO, .answer = ANSWER_PROXY };
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	return interface;
}

static void read_interface(const struct config_item *section, struct config *config,
                           struct config_error *error)
{
	const size_t before = config->interface_count;
	const char *name = section->text, *wrong = config_interface_error(name);
	struct config_interface *interface;

	if (wrong)
		return config_error_at(error, section->line, "'%s' %s", name, wrong);
	interface = config_interface(config, name);
	if (!interface)
		config_error_at(error, section->line,
		                "interface '%s' exceeds the limit; expected at most %d", name,
		                CONFIG_INTERFACES);
	else if (config->interface_count == before)
		config_error_at(error, section->line,
		                "duplicate interface '%s'; expected each name once", name);
	else
		config_read(section, interface, error);
}

static void read_host(const struct config_item *section, struct config *config,
                      struct config_error *error)
{
	struct host_description *host = &config->hosts[config->host_count++];

	if (!text_is_name(section->text))
		config_error_at(error, section->line,
		                "'%s' is not a host name; expected 1 to 63 letters, digits, "
		                "'-', '_' and '.', not '-' or '.' first, nor a command's word",
		                section->text);
	snprintf(host->name, sizeof(host->name), "%s", section->text);
	config_read(section, host, error);
}

/* Without any interface here, the command line names them. */
static void check_interface(const struct config *config, const struct host_description *host,
                            const struct config_item *section, struct config_error *error)
{
	if (!host->attributes.interface[0] || !config->interface_count)
		return;
	for (size_t i = 0; i < config->interface_count; i++)
		if (strcmp(config->interfaces[i].name, host->attributes.interface) == 0)
			return;
	config_error_at(error, config_find(section, "interface")->line,
	                "interface '%s' of host '%s' is not configured; expected interface %s { }",
	                host->attributes.interface, host->name, host->attributes.interface);
}

static void check_lease(const struct config_item *section, struct config_error *error)
{
	static const char *const options[] = { "lease-server", "client-id", "hostname" };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		const struct config_item *item = config_find(section, options[i]);

		if (item && !config_find(section, "lease"))
			config_error_at(
				error, item->line,
				"%s of host '%s' without a lease; expected lease = ADDRESS too",
				options[i], section->text);
	}
}

static void check_hosts(const struct config_item *items, const struct config *config,
                        struct config_error *error)
{
	const struct host_description *host = config->hosts;
	char why[CONFIG_ERROR / 2];

	for (const struct config_item *item = items; item; item = item->next) {
		if (item->option->section != host_rows)
			continue;
		if (description_check(host, why, sizeof(why)))
			config_error_at(error, item->line, "host '%s': %s", host->name, why);
		if (host == config->hosts + config->max_hosts)
			config_error_at(error, item->line,
			                "%zu hosts; expected at most %u, or a larger max-hosts",
			                config->host_count, config->max_hosts);
		check_lease(item, error);
		check_interface(config, host++, item, error);
	}
}

/* What only one host may have: "name 'nas'", "mac '52:54:…'" or "address '192.168.1.5'". */
struct unique_value {
	char text[HOST_NAME_MAX_SIZE + 16];
	int line;
	const char *host;
};

static int compare_values(const void *left, const void *right)
{
	const struct unique_value *a = left, *b = right;
	int order = strcmp(a->text, b->text);

	return order ? order : a->line - b->line;
}

/* Written anew, as two texts can mean the same. False: it need not be unique. */
static bool set_value(struct unique_value *value, const struct config_item *item)
{
	const char *name = item->option->name, *kind = "name", *text = item->text;
	char canonical[TEXT_IP];
	struct ipv6 address;
	struct mac mac;

	if (strcmp(name, "mac") == 0) {
		kind = name;
		text_to_mac(item->text, &mac);
		text = text_from_mac(&mac, canonical);
	} else if (strcmp(name, "addresses") == 0 || strcmp(name, "lease") == 0) {
		kind = "address";
		text_to_ip(item->text, &address);
		text = text_from_ip(&address, canonical);
	} else if (!item->option->section) {
		return false;
	}
	snprintf(value->text, sizeof(value->text), "%s '%s'", kind, text);
	value->line = item->line;
	return true;
}

/* Sorts, since a configuration of thousands of hosts is read at each reload. */
static void check_unique(const struct config_item *items, size_t count, struct config_error *error)
{
	autofree struct unique_value *values = calloc(count, sizeof(*values));
	const struct config_item *section = items;
	size_t used = 0;

	if (!values)
		return config_error_at(error, 0, "not enough memory");
	for (const struct config_item *item = items; item; item = item->next) {
		if (item->option->section)
			section = item;
		if (section->option->section != host_rows || !set_value(&values[used], item))
			continue;
		values[used++].host = section->text;
	}
	qsort(values, used, sizeof(*values), compare_values);
	/* the leased address may also be one of the host's addresses */
	for (const struct unique_value *second = values + 1; second < values + used; second++)
		if (strcmp(second[-1].text, second->text) == 0 && second[-1].host != second->host)
			config_error_at(
				error, second->line,
				"duplicate %s: host '%s' has it already (line %d); expected one host for each",
				second->text, second[-1].host, second[-1].line);
}

/* Checks what is together only where each value is right. */
static void read_file(const struct config_item *items, struct config *config,
                      struct config_error *error)
{
	size_t count = 0, hosts = 1;

	for (const struct config_item *item = items; item; item = item->next) {
		count++;
		hosts += item->option->section == host_rows;
	}
	config->hosts = calloc(hosts, sizeof(*config->hosts));
	if (!config->hosts)
		return config_error_at(error, 0, "not enough memory");
	for (const struct config_item *item = items; item; item = item->next) {
		if (item->option == &file_row)
			config_read(item, config, error);
		else if (item->option->section == interface_rows)
			read_interface(item, config, error);
		else if (item->option->section == host_rows)
			read_host(item, config, error);
	}
	if (error->err)
		return;
	check_hosts(items, config, error);
	check_unique(items, count, error);
	if (config_sort_macs(config))
		config_error_at(error, 0, "not enough memory");
}

int config_load(const char *path, struct config *config, char why[CONFIG_ERROR])
{
	struct config_error error = { .path = path, .text = why };
	struct config_item *items = config_parse(&file_row, &error);
	struct config loaded;

	config_init(&loaded);
	if (items)
		read_file(items, &loaded, &error);
	config_free(items);
	config_done(error.err ? &loaded : config);
	if (!error.err)
		*config = loaded;
	return error.err;
}
