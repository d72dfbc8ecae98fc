// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath as the daemon has it: opened and closed, and what it reports, which makes hosts take
 * steps; the looks at what it does not tell. With it what frames and routes need: the packet
 * socket, and the kernel's notices.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/holding.h"
#include "net/iface.h"

/* Of the loop: the heartbeat, Magic Packets and clients do not wait for all of them. */
enum { REPORTS_PER_TURN = 256 };

/*
 * For reports that do not wake the daemon, as the Magic Packet has left already; and at the maps:
 * where there are many hosts with some looks only, and else where so many frames come that the
 * index saves more time than it takes. Without a look it is off, and the maps are asked.
 */
static const struct timeval LOOK_INTERVAL = { .tv_usec = LOOK_FEW_MS * 1000 };
enum { LOOKS_MANY = LOOK_MANY_MS / LOOK_FEW_MS, LOOK_FRAMES = 2048 };

/* Where another proxy, or another machine, has the addresses, the host's MAC is no help. */
static void on_bounced(struct daemon *daemon, struct host *host, const struct report *report)
{
	const struct life *life = &host->life;

	if (life->state == AWAKE && !life->standby && !life->given_up)
		host_update_neighbour(daemon, host, report);
}

static void on_report(void *context, const struct report *report)
{
	static const enum host_trigger_kind triggers[] = {
		[REPORT_OWNER_SEEN] = TRIGGER_HOST_SEEN,
		[REPORT_CLAIM] = TRIGGER_ADDRESS_CLAIM,
		[REPORT_CONNECTION] = TRIGGER_CONNECTION,
		[REPORT_PROBE] = TRIGGER_ADDRESS_PROBE,
	};
	struct daemon *daemon = context;
	struct host *host = host_find_mac(daemon->hosts, &report->host);
	struct host_trigger trigger = { .state = report->state, .report = report };

	if (host && report->kind == REPORT_BOUNCED)
		on_bounced(daemon, host, report);
	if (!host || report->kind < REPORT_OWNER_SEEN || report->kind > REPORT_PROBE)
		return;
	trigger.kind = triggers[report->kind];
	host_run(daemon, host, &trigger);
}

static void on_frame(void *context, const struct wake_frame *frame)
{
	daemon_hold(context, frame);
}

static void read_ring(struct daemon *daemon, size_t most)
{
	static const struct ring_functions functions = { on_report, on_frame, daemon_receive_dhcp };
	const int err = ring_read(daemon->datapath, &functions, daemon, most);

	if (err)
		log_error("cannot read the datapath's reports: %s", strerror(-err));
}

void daemon_read_ring(struct daemon *daemon)
{
	read_ring(daemon, SIZE_MAX);
}

static void on_ring(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	read_ring(context, REPORTS_PER_TURN);
}

void daemon_look(struct daemon *daemon)
{
	int err = maps_look(daemon->datapath, &daemon->maps);

	if (!err)
		return;
	log_error("cannot look at the maps: %s", strerror(-err));
	daemon->maps.digest++; /* they may have changed */
}

static bool is_look_due(struct daemon *daemon)
{
	const uint64_t before = daemon->frames;

	if (daemon->maps.are_many)
		return ++daemon->looks % LOOKS_MANY == 0;
	daemon->frames = counters_total(daemon->datapath);
	return daemon->frames - before >= LOOK_FRAMES;
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	on_ring(fd, what, daemon);
	if (is_look_due(daemon))
		daemon_look(daemon);
}

static int open_maps(struct daemon *daemon)
{
	char why[DATAPATH_WHY] = "";
	int err = datapath_open(&daemon->datapath, daemon->options.pin_dir,
	                        daemon->config.max_hosts, &daemon->maps_reused, why);

	if (err) {
		log_error("%s", *why ? why : strerror(-err));
		return err;
	}
	daemon->maps_fresh = daemon->maps_reused && heartbeat_is_fresh(daemon->datapath);
	if (daemon->maps_reused)
		log_info("took over the maps in %s", daemon->options.pin_dir);
	return 0;
}

static int open_packets(struct daemon *daemon)
{
	daemon->packet_fd = packet_open();
	if (daemon->packet_fd >= 0)
		return 0;
	log_error("cannot send frames: %s%s", strerror(-daemon->packet_fd),
	          daemon->packet_fd == -EPERM ? " (missing CAP_NET_RAW)" : "");
	return daemon->packet_fd;
}

int maps_start(struct daemon *daemon)
{
	int err = open_maps(daemon);

	if (!err)
		err = open_packets(daemon);
	if (err)
		return err;
	err = net_state_open(&daemon->net);
	if (err) {
		log_error("cannot follow the interfaces: %s", strerror(-err));
		return err;
	}
	addresses_follow_config(daemon->net, &daemon->config);
	addresses_refuse_broadcasts(daemon);
	if (!daemon_watch(daemon, ring_fd(daemon->datapath), EV_READ | EV_PERSIST, on_ring, NULL) ||
	    !daemon_watch(daemon, -1, EV_PERSIST, on_look, &LOOK_INTERVAL))
		return -ENOMEM;
	return 0;
}

void maps_stop(struct daemon *daemon)
{
	if (daemon->packet_fd >= 0)
		close(daemon->packet_fd);
	net_state_close(daemon->net);
	if (daemon->datapath && daemon->is_stopping && daemon->config.on_stop != ON_STOP_KEEP)
		datapath_unpin(daemon->datapath);
	datapath_close(daemon->datapath);
}
