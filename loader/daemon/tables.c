// SPDX-License-Identifier: GPL-2.0-or-later
/* The datapath's maps and reports, and the socket for frames of our own. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/daemon.h"

static void on_report(void *context, const struct report *report)
{
	registry_report(((struct daemon *)context)->registry, report);
}

static void on_dhcp(void *context, const struct dhcp_snoop *heard)
{
	leases_hear(context, heard);
}

void reports_take(struct daemon *daemon)
{
	int err = reports_drain(daemon->datapath);

	if (err)
		log_error("cannot read the datapath's reports: %s", strerror(-err));
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	reports_take(context);
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

static int open_maps(struct daemon *daemon)
{
	char why[DATAPATH_WHY] = "";
	int err = datapath_open(&daemon->datapath, daemon->options.pin_dir,
	                        daemon->config.max_hosts, &daemon->taken_over, why);

	if (err) {
		log_error("%s", *why ? why : strerror(-err));
		return err;
	}
	daemon->was_fresh = daemon->taken_over && heartbeat_is_fresh(daemon->datapath);
	if (daemon->taken_over)
		log_info("took over the tables in %s", daemon->options.pin_dir);
	return 0;
}

int tables_start(struct daemon *daemon)
{
	const struct report_actions actions = { daemon, on_report, on_dhcp };
	int err = open_maps(daemon);

	if (!err)
		err = open_packets(daemon);
	if (!err)
		err = reports_open(daemon->datapath, &actions);
	if (err)
		return err;
	daemon->reports = event_new(daemon->base, reports_fd(daemon->datapath),
	                            EV_READ | EV_PERSIST, on_readable, daemon);
	event_add(daemon->reports, NULL);
	return 0;
}

void tables_stop(struct daemon *daemon)
{
	if (daemon->reports)
		event_free(daemon->reports);
	cleanup_close(&daemon->packet_fd);
	if (daemon->datapath && daemon->stopping && daemon->config.on_stop != ON_STOP_KEEP)
		datapath_forget(daemon->datapath);
	datapath_close(daemon->datapath);
}
