/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF programs and maps, for the daemon. This room alone knows libbpf and libxdp. Maps and
 * links are pinned in a directory of a BPF file system and reused by the next start, so that frames
 * are answered during a restart.
 *
 * Functions return 0 or a negative errno, and log nothing; where the reason needs words, it is
 * written to `why`.
 */
#ifndef SLEEPPROXY_DATAPATH_H
#define SLEEPPROXY_DATAPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"
#include "datapath_config.h"
#include "dhcp_snoop.h"
#include "base/addr.h"
#include "held.h"
#include "host_update.h"
#include "hosts.h"
#include "report.h"
#include "wake_frame.h"

enum { DATAPATH_WHY = 512 };

struct datapath;
struct attachment;

/*
 * Opens the maps pinned in `pin_dir`, a text that must stay, or creates them there for `max_hosts`.
 * Maps of another layout or size, left by another build, are replaced; `reused` says whether their
 * content was kept. datapath_close leaves the pins.
 */
int datapath_open(struct datapath **datapath, const char *pin_dir, uint32_t max_hosts, bool *reused,
                  char why[DATAPATH_WHY]);
void datapath_close(struct datapath *datapath);

/* Removes the pins of the maps: the next start creates new ones. */
void datapath_unpin(struct datapath *datapath);

/*
 * Attaches the program to an interface, by its name and index. Where the pinned link is attached
 * already, the program there is replaced in one step. The caller closes the attachment. If another
 * XDP program is attached, `why` names it.
 */
int datapath_attach(struct datapath *datapath, const char *interface, uint32_t ifindex,
                    enum xdp_mode mode, const struct datapath_config *config,
                    struct attachment **attachment, char why[DATAPATH_WHY]);
const char *attachment_mode(const struct attachment *attachment); /* "native" or "generic" */
/* False: detached by somebody (bpftool), or the interface is gone. */
bool attachment_is_active(const struct attachment *attachment);
/* `keep`: the link stays pinned, and the program attached. */
void attachment_close(struct attachment *attachment, bool keep);

/*
 * Has the attached program handle a frame as if it had been received, with all that follows from
 * it. `answer` is what it sends instead; of length 0: nothing.
 */
struct frame_answer {
	uint8_t frame[2048];
	size_t length;
};
int attachment_run(const struct attachment *attachment, const void *frame, size_t length,
                   struct frame_answer *answer);
/* Gives a frame to this machine's own stack, as received on the interface. */
int datapath_inject(const struct datapath *datapath, uint32_t ifindex, const void *frame,
                    size_t length);

/*
 * Map hosts: put replaces an entry; update changes it in place (include/host_update.h), and its
 * state only if it is `from`. -ENOENT: get and delete found none.
 */
int hosts_put(struct datapath *datapath, const struct mac *mac, const struct host_entry *host);
int hosts_get(struct datapath *datapath, const struct mac *mac, struct host_entry *host);
int hosts_delete(struct datapath *datapath, const struct mac *mac);
int hosts_update(struct datapath *datapath, struct host_update *update,
                 enum host_update_result *result);

/*
 * Map ignored: how many frames were ignored in the host's present sleep; take ends the count, as
 * the deletion of the host does.
 */
uint64_t ignored_read(struct datapath *datapath, const struct mac *mac);
uint64_t ignored_take(struct datapath *datapath, const struct mac *mac);

/*
 * Map held (maps/held.h): put has refusals of the connection kept from the peer until then, 0: no
 * more. Was one kept since? Where no connection is held, frames cost less after held_end.
 */
int held_put(struct datapath *datapath, const struct held_connection *connection,
             const struct held_entry *entry);
bool held_is_refused(struct datapath *datapath, const struct held_connection *connection);
void held_end(struct datapath *datapath);

/* Maps addresses4 and addresses6. */
enum address_map { ADDRESSES4, ADDRESSES6 };
static inline enum address_map address_map_of(const struct ipv6 *address)
{
	return ip_is_ipv4(address) ? ADDRESSES4 : ADDRESSES6;
}

int addresses_put(struct datapath *datapath, const struct ipv6 *address, const struct mac *mac);
int addresses_delete(struct datapath *datapath, enum address_map map, const struct ipv6 *address);

/*
 * Maps wake_rules and wake_sources: adds rows of `mac`, where the MAC of zeros means all hosts. If
 * ports are given, no other port wakes; if all sources are allowed ones, no other source may.
 */
int wake_rules_put(struct datapath *datapath, const struct mac *mac, const struct wake_port *ports,
                   size_t port_count, const struct source_prefix *sources, size_t source_count);
/* A row of either map, of one host. */
struct wake_row {
	bool is_source;
	struct wake_port port;       /* of wake_rules; protocol 0: any, and port 0 with it */
	struct source_prefix source; /* of wake_sources */
	bool wakes;                  /* … and may */
};
/* Copies up to `size` of the rows of `mac`, in no order; how many there are. */
size_t wake_rules_read(struct datapath *datapath, const struct mac *mac, struct wake_row *rows,
                       size_t size);
void wake_rules_clear(struct datapath *datapath, const struct mac *mac);
/*
 * To clear takes a look at all rules there are, unless they are indexed: for the time in which many
 * hosts are changed, and nobody else writes rules.
 */
void wake_rules_index(struct datapath *datapath, bool on);

/*
 * Looks at both maps: the datapath handles frames by what was seen (maps/index.h), and believes it
 * for a while. Where there are many hosts it believes it for longer, since a look costs more.
 */
enum { LOOK_FEW = 4096, LOOK_FEW_MS = 50, LOOK_MANY_MS = 1450 };
struct maps_view {
	uint64_t digest; /* of all rows, but for `last_seen`, and of the changes of states */
	bool are_many;   /* more than LOOK_FEW hosts, or tables for far more than these */
};
int maps_look(struct datapath *datapath, struct maps_view *view);

/*
 * Calls `each` for every entry. They are read in batches, and may have changed meanwhile. Before
 * each batch others may have a turn; NULL: they wait.
 */
typedef void before_batch_fn(void *context);
typedef void hosts_each_fn(void *context, const struct mac *mac, const struct host_entry *host);
typedef void addresses_each_fn(void *context, enum address_map map, const struct ipv6 *address,
                               const struct mac *mac);
int hosts_each(struct datapath *datapath, hosts_each_fn *each, before_batch_fn *before_batch,
               void *context);
/* Of both maps, one after the other. */
int addresses_each(struct datapath *datapath, addresses_each_fn *each,
                   before_batch_fn *before_batch, void *context);

/* Summed over the CPUs. */
int counters_read(struct datapath *datapath, struct counters *counters);
/* … and over all outcomes: how many frames there were; 0: they cannot be read. */
uint64_t counters_total(struct datapath *datapath);

/* The datapath answers for `timeout_s` from now on. */
int heartbeat_write(struct datapath *datapath, uint32_t timeout_s);
/* Is the last heartbeat younger than its timeout? */
bool heartbeat_is_fresh(struct datapath *datapath);

/*
 * Reports, frames that began a wake, and snooped DHCP messages. ring_read calls back for `most` of
 * those that are there, in this order; the records are valid during the call. ring_fd becomes
 * readable with those that do not wait: the report of a wake whose Magic Packet the datapath has
 * sent, and its frame, are there to be found.
 */
struct ring_functions {
	void (*on_report)(void *context, const struct report *report);
	void (*on_frame)(void *context, const struct wake_frame *frame);
	void (*on_dhcp)(void *context, const struct dhcp_snoop *message);
};
int ring_fd(const struct datapath *datapath);
int ring_read(struct datapath *datapath, const struct ring_functions *functions, void *context,
              size_t most);

#endif
