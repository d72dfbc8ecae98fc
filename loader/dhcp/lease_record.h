/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a DHCP client, as JSON that outlives the daemon, and the machine's next start.
 * Pure but for json-c.
 */
#ifndef SLEEPPROXY_DHCP_LEASE_RECORD_H
#define SLEEPPROXY_DHCP_LEASE_RECORD_H

#include "dhcp/snoop.h"

struct json_object;

/*
 * A moment on both clocks: the one of a lease's times, which begins anew with each start of the
 * machine, and the wall's, which people and NTP set.
 */
enum { RECORD_BOOT = 40 };

struct record_moment {
	int64_t boot_ms, wall_ms;
	char boot[RECORD_BOOT]; /* names this start of the machine */
};

/* The caller owns it. */
struct json_object *record_write(const struct dhcp_client *client, const struct record_moment *now);

/*
 * As it was written, on the clock of now: not kept yet. After another start of the machine it is
 * not confirmed, since the host may have been up, and the wall's clock may have been wrong.
 * -EINVAL: it makes no sense.
 */
int record_read(struct json_object *json, const struct record_moment *now,
                struct dhcp_client *client);

#endif
