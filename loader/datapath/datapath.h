/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's half, as the daemon sees it. This room alone knows libbpf and libxdp. Maps and links
 * are pinned in a directory of a BPF file system, and taken over by the next start: frames are
 * answered through a restart.
 *
 * Functions return 0 or a negative errno, and say nothing; where a reason needs words, they come in
 * a `why` buffer.
 */
#ifndef SLEEPPROXY_DATAPATH_H
#define SLEEPPROXY_DATAPATH_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "base/packet.h"
#include "counters.h"
#include "dhcp_snoop.h"
#include "hosts.h"
#include "datapath_config.h"
#include "host_update.h"
#include "report.h"
#include "wake_rules.h"
#include "wake_sources.h"

enum { DATAPATH_WHY = 512 };

struct datapath;
struct attachment;

/*
 * Opens the maps of `pin_dir`, or makes them there for `max_hosts`. Maps of another layout or size,
 * left by another build, are replaced; `taken_over` says whether their content was kept.
 * datapath_close leaves what is pinned as it is.
 */
int datapath_open(struct datapath **datapath, const char *pin_dir, uint32_t max_hosts,
                  bool *taken_over, char why[DATAPATH_WHY]);
void datapath_close(struct datapath *datapath);

/* Unpins the maps: the next start begins anew. */
void datapath_forget(struct datapath *datapath);

/*
 * Attaches the program to an interface, or, where the pinned link is attached already, puts this
 * build's program there in one step. `interface` holds the facts for it. What is already attached
 * is named in `why`.
 */
int datapath_attach(struct datapath *datapath, const struct iface *port, enum xdp_mode mode,
                    const struct datapath_config *interface, struct attachment **attachment,
                    char why[DATAPATH_WHY]);
const char *attachment_mode(const struct attachment *attachment); /* "native" or "generic" */
/* Still? People can detach it (bpftool), and a vanished interface does. */
bool attachment_is_on(const struct attachment *attachment);
/* `keep`: the link stays pinned, and the program in place. */
void attachment_close(struct attachment *attachment, bool keep);

/*
 * Tables. A host's entry: put replaces it whole; order changes it in place, and its state only out
 * of `from`.
 */
int hosts_put(struct datapath *datapath, const struct mac *mac, const struct host_entry *host);
int hosts_get(struct datapath *datapath, const struct mac *mac, struct host_entry *host);
int hosts_delete(struct datapath *datapath, const struct mac *mac);
int hosts_update(struct datapath *datapath, struct host_update *order,
                 enum host_update_result *result);
int addresses4_put(struct datapath *datapath, struct ipv4 address, const struct mac *mac);
int addresses4_delete(struct datapath *datapath, struct ipv4 address);
/*
 * What the tables say of `mac` in wake_rules and wake_sources; the zero MAC stands for all hosts.
 * Empty: nothing.
 */
void policy_clear(struct datapath *datapath, const struct mac *mac);
int policy_put(struct datapath *datapath, const struct mac *mac, const struct wake_policy *policy);

/*
 * Every entry, until the callback returns other than 0, which is then returned. Entries read in
 * batches may be stale.
 */
typedef int hosts_each_fn(void *context, const struct mac *mac, const struct host_entry *host);
typedef int addresses4_each_fn(void *context, struct ipv4 address, const struct mac *mac);
int hosts_each(struct datapath *datapath, hosts_each_fn *each, void *context);
int addresses4_each(struct datapath *datapath, addresses4_each_fn *each, void *context);

/* Summed over the CPUs. */
int counters_read(struct datapath *datapath, struct counters *counters);

/* `lease_s` from now on the datapath answers without hearing of us again. */
int heartbeat_beat(struct datapath *datapath, uint32_t lease_s);
/* Was there a heartbeat within its lease? */
bool heartbeat_is_fresh(struct datapath *datapath);

/*
 * Reports, and the DHCP messages that came by: readable when the file descriptor is; drain calls
 * back for each that is there, reports first.
 */
struct report_actions {
	void *context;
	void (*report)(void *context, const struct report *report);
	void (*dhcp)(void *context, const struct dhcp_snoop *heard);
};

int reports_open(struct datapath *datapath, const struct report_actions *actions);
int reports_fd(const struct datapath *datapath);
int reports_drain(struct datapath *datapath);

#endif
