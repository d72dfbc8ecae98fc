// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether sleepers are answered for, and if not, why: for `status`, and for who started us. */
#include <stdio.h>

#include "daemon/daemon.h"

const char *served_iface_problem(const struct served_iface *served)
{
	if (served->state == SERVED_ABSENT)
		return "there is no such interface";
	if (served->state != SERVED_ATTACHED)
		return served->detail;
	return iface_has_link(served->config.name) ? NULL : "the link is down";
}

#define add_problem(health, ...) \
	snprintf((health)->problems[(health)->problem_count++], HEALTH_TEXT, __VA_ARGS__)

void daemon_health(const struct daemon *daemon, struct health *health)
{
	*health = (struct health){ .serving = false };
	for (size_t i = 0; i < daemon->served_count; i++) {
		const struct served_iface *served = &daemon->served[i];
		const char *problem = served_iface_problem(served);

		health->serving |= !problem;
		if (problem)
			add_problem(health, "%s: %s", served->config.name, problem);
	}
	if (!heartbeat_is_fresh(daemon->datapath)) {
		add_problem(health, "the heartbeat cannot be written: nothing is answered");
		health->serving = false;
	}
	if (!daemon->store || daemon->store_err)
		add_problem(health, "what changes is not kept on the disk");
}
