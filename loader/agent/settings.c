// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/settings.h"

#include <errno.h>
#include <string.h>

#include "config/config_reader.h"
#include "npp.h"

static const char *read_wake(const struct config_option *option, const char *text,
                             const struct field_value *place)
{
	struct wake_setting *wake = &((struct settings *)place->owner)->wake;
	const bool is_none = strcmp(text, "none") == 0, is_udp = strcmp(text, "auto-udp") == 0;
	const bool is_auto = is_udp || strcmp(text, "auto") == 0;

	if (wake->none || (is_none && wake->is_set))
		return "cannot be combined, as 'none' goes with no other value";
	wake->is_set = true;
	wake->none = is_none;
	wake->udp |= is_udp;
	wake->tcp |= is_auto;
	return is_none || is_auto ? NULL : option_read(option, text, place);
}

/* clang-format off */
static const char *const wakers[] = { [WAKE_BY_PROXY] = "proxy", [WAKE_BY_RTC] = "rtc", NULL };

static const char *const without_wake[] = {
	[WAKE_ON_LAN_WARN] = "warn", [WAKE_ON_LAN_REQUIRE] = "require", NULL,
};

#define AT(member) FIELD_AT(struct settings, member)
#define COUNTED(member, count) FIELD_COUNTED(struct settings, member, count)
#define PATH(member) \
	OPTION_READ(option_read_path, AT(member), .expected = "a path that begins with '/'")
#define DURATION(member, low, high) OPTION_DURATION(struct settings, member, low, high)

static const struct config_option rows[] = {
	{ "interface", OPTION_VALUE(FIELD_INTERFACE, COUNTED(interfaces, interface_count), .list = true,
		.expected = "up to 8 different interfaces such as eth0") },
	{ "proxy", OPTION_VALUE(FIELD_IPV4, COUNTED(proxies, proxy_count), .list = true,
		.expected = "up to 8 different IPv4 addresses of proxies, such as 192.168.1.2") },
	{ "backup", OPTION_VALUE(FIELD_BOOL, AT(backup)) },
	{ "wait", DURATION(wait, "100ms", "10m") },
	{ "report-wait", DURATION(report_wait, "100ms", "10m") },
	{ "wake", .read = read_wake,
		OPTION_VALUE(FIELD_PORT, COUNTED(wake.ports, wake.port_count), .list = true,
		.expected = "none, or auto, auto-udp and up to 64 different ports such as tcp/22 or udp/161") },
	{ "sleep-timer", OPTION_SECONDS(struct settings, sleep_timer, "1s", "8760h") },
	{ "registration-lifetime", OPTION_SECONDS(struct settings, lifetime, "1m", "8760h") },
	{ "wake-by", OPTION_VALUE(FIELD_ENUM, AT(wake_by), .names = wakers) },
	{ "rtc", PATH(rtc) },
	{ "wake-on-lan", OPTION_VALUE(FIELD_ENUM, AT(wake_on_lan), .names = without_wake) },
	{ "key-file", PATH(key_file) },
	{ "key", OPTION_VALUE(FIELD_NUMBER, AT(key), .min = 1, .max = 255) },
	{ "icmp-type", OPTION_VALUE(FIELD_NUMBER, AT(icmp_type), .min = 1, .max = 255) },
	{ "on-lease-lost", PATH(on_lease_lost) },
	{ 0 },
};
/* clang-format on */

_Static_assert(AGENT_INTERFACES == 8 && AGENT_PROXIES == 8 && WAKE_PORTS == 64,
               "the texts above name these limits");

void settings_init(struct settings *settings)
{
	*settings = (struct settings){
		.backup = true,
		.wait = 5000,
		.report_wait = 20000,
		.rtc = "/sys/class/rtc/rtc0",
		.key = 1,
		.icmp_type = NPP_ICMP_TYPE,
	};
}

int settings_load(const char *path, struct settings *settings, char why[CONFIG_ERROR])
{
	static const struct config_option file_row = { .section = rows };
	struct config_error error = { .path = path, .text = why };
	struct config_item *items = config_parse(&file_row, &error);
	const struct config_item *key = items ? config_find(items, "key") : NULL;
	struct settings loaded;

	settings_init(&loaded);
	if (items)
		config_read(items, &loaded, &error);
	if (key && !*loaded.key_file)
		config_error_at(&error, key->line,
		                "key, but no file that it is in; expected key-file = FILE, too");
	config_free(items);
	if (!error.err)
		*settings = loaded;
	return error.err;
}
