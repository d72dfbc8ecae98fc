// SPDX-License-Identifier: GPL-2.0-or-later
/* What the service manager is told: that we are ready, alive, reading the configuration, ending. */
#include <stdio.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/notify.h"
#include "daemon/daemon.h"

enum { STATUS_TEXT = 512 };

/* "2 asleep, eth0 native, eth1: the link is down" */
static void write_status(const struct daemon *daemon, char text[STATUS_TEXT])
{
	int used = snprintf(text, STATUS_TEXT, "%u asleep", daemon->hosts->states[ASLEEP]);

	for (size_t i = 0; i < daemon->served_count && used < STATUS_TEXT; i++) {
		const struct served_iface *served = &daemon->served[i];
		const char *problem = served_iface_problem(served);

		used += snprintf(text + used, (size_t)(STATUS_TEXT - used), ", %s%s%s",
		                 served->config.name, problem ? ": " : " ",
		                 problem ? problem : attachment_mode(served->attachment));
	}
}

void manager_tell_ready(struct daemon *daemon)
{
	char text[STATUS_TEXT];

	write_status(daemon, text);
	daemon->told_status = digest_text(text);
	notify("READY=1\nSTATUS=%s", text);
}

void manager_tell_reloading(void)
{
	notify("RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_us());
}

void manager_tell_stopping(void)
{
	notify("STOPPING=1");
}

/* With each tick: what has stopped ticking is to be started again. */
void manager_tell_alive(struct daemon *daemon)
{
	char text[STATUS_TEXT];
	uint64_t digest;

	if (notify_watchdog())
		notify("WATCHDOG=1");
	write_status(daemon, text);
	digest = digest_text(text);
	if (digest != daemon->told_status)
		notify("STATUS=%s", text);
	daemon->told_status = digest;
}
