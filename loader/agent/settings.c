// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config_text.h"
#include "config/option_table.h"
#include "base/cleanup.h"
#include "base/addr.h"
#include "base/text.h"
#include "npp.h"

/* Names are numbered by the enum, and written through its integer type. */
_Static_assert(sizeof(enum wake_by) == sizeof(unsigned int), "enums are unsigned int");

static const char not_understood[] = "is not understood";
static const char twice[] = "stands there twice";
static const char too_many[] = "is one too many";

static const char *read_interface(const struct key *key, const char *text, void *field)
{
	struct agent_config *config = field;
	char name[IFNAMSIZ] = "";
	const char *wrong = key_read_interface(key, text, name);

	if (wrong)
		return wrong;
	for (size_t i = 0; i < config->interface_count; i++) {
		if (strcmp(config->interfaces[i], name) == 0)
			return twice;
	}
	if (config->interface_count == AGENT_INTERFACES)
		return too_many;
	memcpy(config->interfaces[config->interface_count++], name, sizeof(name));
	return NULL;
}

static const char *read_proxy(const struct key *key, const char *text, void *field)
{
	struct agent_config *config = field;
	struct ipv4 address;
	const char *wrong = key_read_ipv4(key, text, &address);

	if (wrong)
		return wrong;
	for (size_t i = 0; i < config->proxy_count; i++) {
		if (ipv4_equal(config->proxies[i], address))
			return twice;
	}
	if (config->proxy_count == AGENT_PROXIES)
		return too_many;
	config->proxies[config->proxy_count++] = address;
	return NULL;
}

static const char *read_port(const char *text, struct wake_wish *wish)
{
	struct npp_port port;

	if (text_to_port(text, &port.protocol, &port.port))
		return not_understood;
	for (size_t i = 0; i < wish->port_count; i++) {
		if (wish->ports[i].protocol == port.protocol && wish->ports[i].port == port.port)
			return twice;
	}
	if (wish->port_count == WAKE_PORTS)
		return too_many;
	wish->ports[wish->port_count++] = port;
	return NULL;
}

static const char *read_wake(const struct key *key, const char *text, void *field)
{
	struct wake_wish *wish = field;
	const bool is_none = strcmp(text, "none") == 0;
	const char *wrong = NULL;

	(void)key;
	if (wish->none || (is_none && wish->said))
		return "goes with nothing else, or something else stands beside 'none'";
	if (is_none)
		wish->none = true;
	else if (strcmp(text, "auto") == 0)
		wish->tcp = true;
	else if (strcmp(text, "auto-udp") == 0)
		wish->tcp = wish->udp = true;
	else
		wrong = read_port(text, wish);
	wish->said = true;
	return wrong;
}

/* clang-format off */
static const char *const wakers[] = { [WAKE_BY_PROXY] = "proxy", [WAKE_BY_RTC] = "rtc", NULL };

#define PATH .read = key_read_path, .expected = "a path that begins with '/'"

static const struct key rows[] = {
	{ "interface", .read = read_interface, .many = true,
	  .expected = "up to 8 different interfaces such as eth0" },
	{ "proxy", .read = read_proxy, .many = true,
	  .expected = "up to 8 different IPv4 addresses of proxies, such as 192.168.1.2" },
	{ "backup", KEY_AT(agent_config, backup), .read = key_read_bool,
	  .expected = "true or false" },
	{ "wait", KEY_AT(agent_config, wait), KEY_DURATION("100ms", "10m") },
	{ "report-wait", KEY_AT(agent_config, report_wait), KEY_DURATION("100ms", "10m") },
	{ "wake", KEY_AT(agent_config, wake), .read = read_wake, .many = true,
	  .expected = "none, or auto, auto-udp and up to 64 different ports such as tcp/22 or udp/161" },
	{ "sleep-timer", KEY_AT(agent_config, sleep_timer), KEY_SECONDS("1s", "8760h") },
	{ "wake-by", KEY_AT(agent_config, wake_by), KEY_NAMES(wakers) },
	{ "rtc", KEY_AT(agent_config, rtc), PATH },
	{ "key-file", KEY_AT(agent_config, key_file), PATH },
	{ "key", KEY_AT(agent_config, key), KEY_NUMBER("1", "255") },
	{ "icmp-type", KEY_AT(agent_config, icmp_type), KEY_NUMBER("1", "255") },
	{ "on-lease-lost", KEY_AT(agent_config, on_lease_lost), PATH },
};
/* clang-format on */

_Static_assert(AGENT_INTERFACES == 8 && AGENT_PROXIES == 8 && WAKE_PORTS == 64,
               "what is expected is said in words above");
_Static_assert(KEY_COUNT(rows) + 1 <= KEYS_MAX, "libconfuse's table has room for all, and an end");

void agent_config_init(struct agent_config *config)
{
	*config = (struct agent_config){
		.backup = true,
		.wait = 5000,
		.report_wait = 20000,
		.rtc = "/sys/class/rtc/rtc0",
		.key = 1,
		.icmp_type = NPP_ICMP_TYPE,
	};
}

static int read_text(const char *text, struct agent_config *config, struct fault *fault)
{
	const struct keys keys = KEYS(rows);
	cfg_opt_t options[KEYS_MAX];
	cfg_t *tree;
	int err;

	options[table_options(&keys, options)] = syntax_end();
	tree = syntax_parse(options, text, fault);
	if (!tree)
		return -EINVAL;
	err = table_read(&keys, tree, config, fault);
	if (!err && syntax_count(tree, "key") && !*config->key_file)
		err = fault_at(fault, syntax_get(tree, "key", 0)->line,
		               "key, but no file that it is in; expected key-file = FILE, too");
	cfg_free(tree);
	return err;
}

int agent_config_load(const char *path, struct agent_config *config, char error[CONFIG_ERROR])
{
	struct fault fault = { .path = path };
	autofree char *text = NULL;
	struct agent_config fresh;
	int err = source_read(&fault, &text);

	agent_config_init(&fresh);
	if (!err)
		err = read_text(text, &fresh, &fault);
	if (err)
		memcpy(error, fault.text, sizeof(fault.text));
	else
		*config = fresh;
	return err;
}
