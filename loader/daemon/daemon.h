/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon as a whole: its parts, started in order by main.c and stopped in reverse. A part's
 * start returns 0, or a negative errno and has then logged why; its stop takes a part that never
 * started.
 */
#ifndef SLEEPPROXY_DAEMON_H
#define SLEEPPROXY_DAEMON_H

#include <event2/event.h>

#include "config/config.h"
#include "base/packet.h"
#include "daemon/handovers.h"
#include "daemon/lease_actions.h"
#include "datapath/datapath.h"
#include "host/registry.h"
#include "host/store.h"
#include "net/link_monitor.h"
#include "net/own_addresses.h"
#include "net/iface.h"
#include "npp_server/proxy.h"

struct control;
struct ear;
struct remembered;

struct options {
	const char *interfaces[CONFIG_INTERFACES];
	size_t interface_count;
	const char *config; /* NULL: none */
	const char *socket, *pin_dir, *state_dir;
};

enum served_state { SERVED_ABSENT, SERVED_ATTACHED, SERVED_FAILED, SERVED_DETACHED };

/* An interface that we serve. */
struct served_iface {
	struct config_interface config;
	enum served_state state;
	struct iface port;                /* as it was attached */
	struct datapath_config interface; /* what its program was told */
	struct attachment *attachment;
	int64_t retry_at; /* when it failed: ms, of clock_ms */
	bool promiscuous; /* promiscuous, for host mode */
	int lock;
	char detail[DATAPATH_WHY]; /* why it failed */
};

struct daemon {
	struct options options;
	struct config config;
	struct event_base *base;
	struct event *signals[4];
	int packet_fd;
	struct datapath *datapath;
	bool taken_over; /* the maps of an earlier start were kept … */
	bool was_fresh;  /* … which had died no longer ago than the lease */
	struct event *reports;
	struct store *store;
	struct registry *registry;
	struct keeper *keeper;
	struct proxy *proxy;
	struct ear *ears;
	struct npp_keys *keys;         /* NULL: hosts need none */
	int64_t clocks_apart;          /* ms, that the machine has been suspended so far */
	struct remembered *remembered; /* the store's hosts, until hosts_resume … */
	bool settled;                  /* … when what an earlier start left is in order */
	struct served_iface lines[CONFIG_INTERFACES];
	size_t line_count;
	struct monitor *monitor;
	struct event *link_notices;
	struct event *pulse;
	struct event *stop_check;
	struct own own; /* of the last pulse */
	uint64_t tables_digest;
	uint32_t strays, strays_found; /* addresses of no host, in the last look and in this one */
	struct control *control;
	void (*on_happening)(struct control *control,
	                     const struct host_event *happening); /* NULL: nobody listens */
	int64_t started;                                          /* ms, of clock_ms */
	bool stopping;
};

int loop_start(struct daemon *daemon);
void loop_stop(struct daemon *daemon);
int tables_start(struct daemon *daemon);
void tables_stop(struct daemon *daemon);
int registry_start(struct daemon *daemon);
void registry_stop(struct daemon *daemon);
int hosts_start(struct daemon *daemon);
int hosts_resume(struct daemon *daemon);
void hosts_stop(struct daemon *daemon);
int lines_start(
	struct daemon
		*daemon); /* again at a reload: what the configuration no longer has is let go of */
void lines_stop(struct daemon *daemon);
int tick_start(struct daemon *daemon);
void tick_stop(struct daemon *daemon);

/* The registry's hands. */
struct registry_actions daemon_actions(struct daemon *daemon);

/* The configuration anew: 0, or -errno with the reason in `why`, and then nothing has changed. */
int daemon_reload(struct daemon *daemon, char why[CONFIG_ERROR]);

/*
 * Begins to stop: as on-stop says, hosts are woken first, within a bounded time; asked twice, at
 * once.
 */
void daemon_stop(struct daemon *daemon);

/* Config's hosts are made known; those that it no longer has are removed. The errors are logged. */
void hosts_follow_config(struct daemon *daemon);

/* -EADDRINUSE: an address is this machine's own; else as registry_add. */
int hosts_add(struct daemon *daemon, const struct host_description *spec, enum host_origin origin,
              char why[REGISTRY_WHY]);
/* The entries name the interfaces by their numbers of now. */
void hosts_follow_lines(struct daemon *daemon);

/* Attaches once more what is attached: in a suspend a driver may lose the program (virtio_net). */
void lines_renew(struct daemon *daemon);

/* Attaches what has appeared or changed, lets go of what has gone. True: a line was attached. */
bool lines_check(struct daemon *daemon);

/*
 * Each attached line on which a host is: its own, or all where it names none. The first -errno;
 * -ENODEV: none.
 */
int lines_each_of(struct daemon *daemon, const struct host_description *spec,
                  int (*each)(struct daemon *daemon, const struct served_iface *line,
                              const struct host_description *spec, const void *argument),
                  const void *argument);

/* Takes all reports that the datapath has made. */
void reports_take(struct daemon *daemon);

#endif
