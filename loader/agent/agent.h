/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands, and what the command line and the configuration say to all of them. */
#ifndef SLEEPPROXY_AGENT_H
#define SLEEPPROXY_AGENT_H

#include "agent/settings.h"
#include "agent/host_info.h"
#include "npp/npp_keys.h"

/* Exit statuses. */
enum { AGENT_DONE, AGENT_FAILED, AGENT_USAGE };

struct agent {
	struct agent_config config;
	const char *config_path;
	const char *state_path;
	const char *root; /* in front of DHCP clients' files */
	bool json;
};

int command_status(const struct agent *agent);
int command_discover(const struct agent *agent);
int command_sleep(const struct agent *agent);
int command_wake(const struct agent *agent);
int command_alarm(const struct agent *agent);

/*
 * Building blocks of the commands. The names of interfaces are those of the configuration, or that
 * of the default route. Each says what is wrong, and is then an exit status other than AGENT_DONE.
 */
struct agent_interfaces {
	char names[AGENT_INTERFACES][IFNAMSIZ];
	size_t count;
};

int agent_interfaces(const struct agent *agent, struct agent_interfaces *interfaces);
/* Leaves none where no file is named. The caller wipes them. */
int agent_keys(const struct agent *agent, struct npp_keys *keys);

/* NULL, or why nothing can be handed over there. */
const char *agent_presence(const struct agent *agent, const char *interface,
                           struct agent_facts *facts, struct presence *presence);

/* The same, and a socket that hears what proxies say there, which the caller closes. */
const char *agent_open(const struct agent *agent, const char *interface, struct agent_facts *facts,
                       struct presence *presence, int *fd);

/* Until when one of them may take: its share of the time, with what those before it have left. */
int64_t agent_share(const struct agent_interfaces *interfaces, size_t index, int64_t deadline);

#endif
