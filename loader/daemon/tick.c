// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Twice a second: the heartbeat, and what may have changed without a notice: the maps (bpftool),
 * the clocks. Interfaces, addresses and routes are followed by the kernel's notices.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/neighbours.h"

static const struct timeval INTERVAL = { .tv_usec = 500000 };

/* By how much CLOCK_BOOTTIME must have run ahead, to be a suspend. ms */
enum { SUSPENDED_MIN = 1000 };

/* At a start, a heartbeat that ran out says that nobody knows who woke since. */
static bool may_beat(const struct daemon *daemon)
{
	return daemon->tick_event || daemon->maps_fresh;
}

void daemon_beat(struct daemon *daemon)
{
	const int64_t now = clock_ms();
	int err;

	if (now < daemon->beat_due || !may_beat(daemon))
		return;
	err = heartbeat_write(daemon->datapath, daemon->config.heartbeat_timeout);
	if (err)
		log_error("cannot write the heartbeat: %s", strerror(-err));
	daemon->beat_due = now + BEAT_MIN;
}

static void on_heartbeat(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	daemon_beat(context);
}

static void follow_ifaces(struct daemon *daemon)
{
	daemon->net_changed |= addresses_follow_config(daemon->net, &daemon->config);
	if (served_ifaces_check(daemon)) /* rows name interfaces by their number */
		maps_retry(daemon, true);
	listeners_follow(daemon);
}

/* What has changed is followed at once; and as that may be much, only once before each tick. */
static void follow_net(struct daemon *daemon)
{
	const int changed = net_state_read(daemon->net);

	if (changed < 0)
		return;
	daemon->net_changed |= !!(changed & (NET_ADDRESSES_CHANGED | NET_ROUTES_CHANGED));
	if (changed & NET_LINKS_CHANGED)
		follow_ifaces(daemon);
	if (!daemon->net_changed || daemon->net_followed)
		return;
	daemon->net_changed = false;
	daemon->net_followed = true;
	addresses_follow_net(daemon);
}

static void check_clocks(struct daemon *daemon)
{
	const struct now now = clock_now();
	const int64_t suspended = now.boot - now.mono;

	if (suspended - daemon->suspended > SUSPENDED_MIN) {
		log_info("the machine was suspended for %lld s",
		         (long long)(suspended - daemon->suspended) / 1000);
		served_ifaces_reattach(daemon);
		/* deadlines of leases and registrations count the time of the suspend */
		host_table_each (daemon->hosts, host)
			host_arm(daemon, host);
	}
	daemon->suspended = suspended;
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	log_suppressed();
	parsing_take_results(daemon);
	check_clocks(daemon);
	net_state_refresh(daemon->net);
	net_state_expire(daemon->net, clock_now().boot);
	daemon->net_followed = false;
	follow_net(daemon);
	if (!daemon->maps.are_many) /* there may have been none, for want of frames */
		daemon_look(daemon);
	daemon_follow_map_edits(daemon);
	maps_retry(daemon, false);
	solicited_follow(daemon);
	if (daemon->store_err) /* the store has kept what it could not write */
		persist_soon(daemon);
	follow_ifaces(daemon);
	learning_tick(daemon);
	router_listeners_tick(daemon);
	manager_tell_alive(daemon);
}

static void on_net_change(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	follow_net(context);
}

int tick_start(struct daemon *daemon)
{
	const struct now now = clock_now();
	struct event *heartbeat = daemon_watch(daemon, -1, EV_PERSIST, on_heartbeat, &INTERVAL);

	daemon->suspended = now.boot - now.mono;
	daemon->tick_event = daemon_watch(daemon, -1, EV_PERSIST, on_tick, &INTERVAL);
	if (!heartbeat || event_priority_set(heartbeat, PRIORITY_URGENT) || !daemon->tick_event ||
	    !daemon_watch(daemon, net_state_fd(daemon->net), EV_READ | EV_PERSIST, on_net_change,
	                  NULL))
		return -ENOMEM;
	daemon_beat(daemon);
	return 0;
}
