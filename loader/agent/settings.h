/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's configuration file, read whole into one value, or refused with the file, the line and
 * what was expected there.
 */
#ifndef SLEEPPROXY_AGENT_SETTINGS_H
#define SLEEPPROXY_AGENT_SETTINGS_H

#include <limits.h>

#include "agent/wake_ports.h"
#include "config/config.h"

enum { AGENT_INTERFACES = 8, AGENT_PROXIES = 8 };

/* Who wakes the host when its sleep timer is over. */
enum wake_by {
	WAKE_BY_PROXY,
	WAKE_BY_RTC, /* the machine's own alarm clock */
};

struct agent_config {
	char interfaces[AGENT_INTERFACES][IFNAMSIZ]; /* none: that of the default route */
	size_t interface_count;
	struct ipv4 proxies[AGENT_PROXIES]; /* those alone, in this order; none: who answers */
	size_t proxy_count;
	bool backup;               /* hand over to a second proxy, too */
	int64_t wait, report_wait; /* ms, of a whole `sleep`, of a whole `wake` */
	struct wake_wish wake;     /* nothing said: TCP ports that listen */
	uint32_t sleep_timer;      /* s; 0: none */
	enum wake_by wake_by;
	char rtc[PATH_MAX];      /* its directory in sysfs */
	char key_file[PATH_MAX]; /* empty: messages are not signed */
	uint32_t key;            /* that signs, of those in the file */
	uint32_t icmp_type;
	char on_lease_lost[PATH_MAX]; /* a program; empty: none */
};

void agent_config_init(struct agent_config *config); /* the defaults */

/*
 * 0, or a negative errno with "FILE:LINE: what is wrong; what was expected" in `error`; `config` is
 * then untouched. -ENOENT: there is no such file.
 */
int agent_config_load(const char *path, struct agent_config *config, char error[CONFIG_ERROR]);

#endif
