/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's configuration file. */
#ifndef SLEEPPROXY_AGENT_SETTINGS_H
#define SLEEPPROXY_AGENT_SETTINGS_H

#include <limits.h>

#include "base/addr.h"
#include "config/config.h"

enum { AGENT_INTERFACES = 8, AGENT_PROXIES = 8, WAKE_PORTS = 64 };

/* Who wakes the host when its sleep timer expires. */
enum wake_by {
	WAKE_BY_PROXY,
	WAKE_BY_RTC, /* the machine's alarm clock */
};

/* What is done where no Magic Packet would wake the host. */
enum wake_on_lan_setting { WAKE_ON_LAN_WARN, WAKE_ON_LAN_REQUIRE };

/* Connections to which ports wake the host. */
struct wake_setting {
	bool is_set; /* else as with `tcp` */
	bool none;
	bool tcp; /* ports that listen */
	bool udp; /* ports that are bound */
	struct wake_port ports[WAKE_PORTS];
	size_t port_count;
};

struct settings {
	char interfaces[AGENT_INTERFACES][IFNAMSIZ]; /* none: that of the default route */
	size_t interface_count;
	struct ipv4 proxies[AGENT_PROXIES]; /* only these, in this order; none: any that answers */
	size_t proxy_count;
	bool backup;               /* register with a second proxy, too */
	int64_t wait, report_wait; /* ms, for a whole `sleep`, a whole `wake` */
	struct wake_setting wake;
	uint32_t sleep_timer; /* s; 0: none */
	uint32_t lifetime;    /* s, of a registration; 0: as long as the proxy lets it hold */
	enum wake_by wake_by;
	enum wake_on_lan_setting wake_on_lan;
	char rtc[PATH_MAX];      /* its directory in sysfs */
	char key_file[PATH_MAX]; /* empty: messages are not signed */
	uint32_t key;            /* the key in that file to sign with */
	uint32_t icmp_type;
	char on_lease_lost[PATH_MAX]; /* a program; empty: none */
};

void settings_init(struct settings *settings); /* the defaults */

/*
 * 0, or a negative errno with "FILE:LINE: what is wrong; what was expected" in `error`; `settings`
 * is then untouched. -ENOENT: there is no such file.
 */
int settings_load(const char *path, struct settings *settings, char error[CONFIG_ERROR]);

#endif
