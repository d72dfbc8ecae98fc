/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that this proxy knows: all that is true of it, in one place, and the table that finds it
 * by MAC, name or address, and its row in the store. Of one thread; hosts belong to the table.
 */
#ifndef SLEEPPROXY_HOST_H
#define SLEEPPROXY_HOST_H

#include <uthash.h>

#include "dhcp/dhcp6_client.h"
#include "dhcp/dhcp_client.h"
#include "group/group_list.h"
#include "host/inputs.h"
#include "host/step.h"
#include "report.h"

struct json_object;

/* What happened to a host, for the log, the history and those who watch. */
enum { HOST_EVENT_DETAIL = 192 };

struct host_event {
	enum host_event_kind kind;
	int64_t wall; /* ms since 1970 */
	const char *name;
	enum host_trigger_kind trigger; /* of a step; TRIGGER_NONE: of none */
	struct report report;           /* what the datapath saw; kind 0: nothing */
	int64_t took;                   /* ms, of a wake that ended; 0: none did */
	uint32_t failed_wakes;          /* in a row, with WAKE_FAILED */
	uint64_t ignored;               /* frames, in the sleep that ends with it */
	const char *detail;             /* the result of its lease, in words; empty: none */
};

extern const char *const host_state_names[]; /* "awake" …, up to NULL */

enum { HOST_EVENT_TEXT = 512 };

/* As text and as JSON: host_event.c */
const char *host_event_text(const struct host_event *event, char text[HOST_EVENT_TEXT]);
/* The EVENT of control/protocol.h. The caller owns it. */
struct json_object *host_event_json(const struct host_event *event);

/*
 * Addresses that several have, counted by reference, and not changed: what a host claims and what
 * the maps have of it are most often the same.
 */
struct address_list {
	uint32_t references;
	uint8_t count;
	struct ipv6 addresses[];
};

/* NULL: there are none. False: no memory. */
bool address_list_new(const struct ipv6 *addresses, size_t count, struct address_list **made);
void address_list_put(struct address_list *list); /* one reference; takes NULL */
/* These, in this order; of NULL: none. */
bool address_list_is(const struct address_list *list, const struct ipv6 *addresses, size_t count);

/* What the datapath's maps have accepted of a host. NULL: nothing. */
struct installed {
	uint32_t ifindex;
	uint16_t vlan;
	bool arp_offload : 1;
	bool magic_by_daemon : 1;
	uint8_t echo : 2; /* enum echo_policy */
	uint8_t address_count;
	const struct shared_set *ports, *sources;
	const struct ipv6 *addresses; /* in `list` */
	struct address_list *list;    /* NULL: none */
};

void installed_free(struct installed *installed); /* takes NULL */
/* As `wanted`, whose sets it does not own. Of NULL: nothing. */
void installed_read(const struct installed *installed, struct wanted *wanted);
/*
 * How well it can be reached: 0, at no address; 1, only at link-local ones of IPv6, which every
 * host has; 2. A sleeping host of which this becomes less is woken. Takes NULL.
 */
int installed_reach(const struct installed *installed);
bool installed_has(const struct installed *installed, const struct ipv6 *address); /* takes NULL */

/* Why it is being woken; only while it is. */
struct wake_reason {
	struct report report;           /* kind 0: the datapath has reported nothing */
	char detail[HOST_EVENT_DETAIL]; /* what became of its lease; or empty */
};

/*
 * Inputs that replace the host's once their row is on the disk; until then nothing else of them is
 * visible. What is in `sets` is replaced, by NULL too.
 */
enum proposal_sets { SETS_DESCRIBED = 1, SETS_REGISTRATION = 2, SETS_DHCP = 4, SETS_DHCP6 = 8 };

struct proposal {
	unsigned int sets; /* enum proposal_sets */
	char *name;        /* that the host takes; NULL: as it is */
	struct described *described;
	struct registration *registration;
	struct dhcp_client *dhcp;
	struct dhcp6_client *dhcp6;
	enum host_trigger_kind trigger; /* of the step that follows */
	void *npp_requester;            /* who is answered then: a host; NULL: none */
	uint64_t control_token;         /* … or a client of the control socket; 0: none */
	struct host *host;
};

/* Exchanges what is proposed with what the host has; done again, it is as before. */
void proposal_exchange(struct proposal *proposal);
void proposal_free(struct proposal *proposal); /* with all that it has; takes NULL */

/* The addresses that a host claims, by all that is said of it. */
struct claims {
	struct address_list *list; /* NULL: none */
	uint32_t ifindex;          /* of the link that the host is on; 0: any */
	uint32_t refused; /* a bit for each that it may not have there; by daemon/addresses.c */
};

struct host {
	struct mac mac;
	bool unsynced : 1; /* the tables could not be written, or an address is not its own now */
	bool dirty : 1;    /* its row in the store is out of date: in the list of `next_dirty` */
	bool addresses_lost : 1; /* it was asleep when its last address went: to be woken */
	bool is_forgotten : 1;   /* its registration expired: to be removed, where that was all */
	bool check_failing : 1;  /* logged */
	bool has_turn : 1;       /* its deadline is its turn to be woken */
	bool is_registered_only : 1; /* as counted by the table */
	bool is_own_neighbour : 1;   /* this machine's kernel asked for it while it slept */
	uint8_t stored_state; /* enum host_state, by the store at the start, until it is resumed */
	char *name;           /* once given it stays, until people change it */
	/* the inputs */
	struct described *described;
	struct edited *edited;
	struct registration *registration;
	struct dhcp_client *dhcp;
	struct dhcp6_client *dhcp6;
	struct group_list *groups; /* that it was seen to be a member of; NULL: none */
	struct learnt *learnt;
	/* what follows from them */
	struct installed *installed;
	struct life life;
	struct proposal *proposal;
	struct wake_reason *wake;
	uint32_t order;      /* since when it is known */
	uint32_t timer;      /* its place among the deadlines */
	int64_t deadline;    /* ms of CLOCK_MONOTONIC; INT64_MAX: none */
	uint32_t sync_round; /* of the last look at the maps that found it there */
	uint32_t sync_found; /* a bit for each installed address that it found */
	uint64_t row_digest; /* of its row as it was queued for the store last */
	struct host *next_dirty;
	struct host *prev_registered, *next_registered; /* of table.c, as are the claims */
	struct claims claims;
	UT_hash_handle by_mac, by_name;
};

/* The maps have this of the host by now. False, with nothing changed: no memory. */
bool host_set_installed(struct host *host, const struct wanted *wanted);
/*
 * The multicast groups of one family that it is a member of, as described and as seen: that one, or
 * all (::). Their number; those of one group follow each other.
 */
size_t host_groups(const struct host *host, bool is_ipv6, const struct ipv6 *group,
                   struct group_membership memberships[GROUP_MEMBERSHIPS]);
/* NULL: no memory; then people are not told why. */
struct wake_reason *host_wake_reason(struct host *host);
void host_end_wake(struct host *host);
/* Described, edited or registered: else there is no reason to know it. */
bool host_is_wanted(const struct host *host);
/* Known for its registration alone, or for one that is proposed. */
bool host_is_registered_only(const struct host *host);
/* What steps change, as a copy. */
struct host_core host_core(const struct host *host);
void host_free(struct host *host); /* with all that it owns; takes NULL */

/* Who claims an address: claims.c */
struct claim_index {
	uint64_t *places;
	size_t size, used; /* places; those that are not empty */
	size_t claims;
};

struct host_table {
	struct host *by_mac, *by_name;
	struct claim_index claims;
	/*
	 * A binary heap by `deadline`, in which `timer` is a host's place. One heap needs one timer
	 * of the event loop, where a timer a host would take 150 octets of each.
	 */
	struct host **heap;
	size_t heap_count, heap_room;
	uint32_t order; /* of the last host that was added */
	unsigned int states[WAKING + 1];
	/* those known for their registration alone, up to date by host_table_claim() */
	struct host *first_registered_only;
	unsigned int registered_only;
};

/* In the order of the last host_table_sort(), by name; the table must not change meanwhile. */
#define host_table_each(table, host) \
	for (struct host *host = (table)->by_name; host; host = host->by_name.next)
/* Also where the host is removed meanwhile; `next` is a variable of the caller. */
#define host_table_each_safe(table, host, next) \
	for (struct host *host = (table)->by_name; host && ((next) = host->by_name.next, true); \
	     host = next)

struct host_table *host_table_new(void);
void host_table_free(struct host_table *table);

/* NULL: no memory, or the name or the MAC is taken. It has no inputs, and is AWAKE. */
struct host *host_table_add(struct host_table *table, const struct mac *mac, const char *name);
void host_table_remove(struct host_table *table, struct host *host);
/* 0, -EEXIST, -ENOMEM */
int host_table_rename(struct host_table *table, struct host *host, const char *name);

struct host *host_find_mac(const struct host_table *table, const struct mac *mac);
struct host *host_find_name(const struct host_table *table, const char *name);
void host_table_sort(struct host_table *table);
/* What a step has changed; keeps the counts of the states. */
void host_table_set_core(struct host_table *table, struct host *host, const struct host_core *core);

/*
 * To be called after an input or the lease has changed (daemon_claim). The claims of the host are
 * the addresses that host_merge wants, all hosts' together tell the owner.
 */
void host_table_claim(struct host_table *table, struct host *host);
/*
 * The hosts that claim an address, one with each call; NULL: no further one. `step` begins as 0.
 * Nothing may be added meanwhile.
 */
struct host *claim_next(const struct claim_index *index, const struct ipv6 *address, size_t *step);
/* Room for so many claims more. False: no memory. */
bool claims_reserve(struct host_table *table, size_t more);
/* Of an address that it does not claim yet, for which there is room. */
void claim_add(struct claim_index *index, const struct host *host, const struct ipv6 *address);
void claim_drop(struct claim_index *index, const struct host *host, const struct ipv6 *address);

/* NULL: nobody claims it. */
struct host *host_table_owner(const struct host_table *table, const struct ipv6 *address);
/* Would the host own the address if it registered it, and said nothing else of it? */
bool host_table_may_register(const struct host_table *table, const struct ipv6 *address,
                             const struct host *host);
/* Another host that claims the address, after `last`; NULL: none. */
struct host *host_table_other_claimant(const struct host_table *table, const struct ipv6 *address,
                                       const struct host *host, const struct host *last);

/*
 * Deadlines: sets the host's; the earliest of all, INT64_MAX: none; a host whose deadline is over.
 */
void host_table_arm(struct host_table *table, struct host *host, int64_t deadline);
int64_t host_table_deadline(const struct host_table *table);
struct host *host_table_due(const struct host_table *table, int64_t now);

/*
 * A host as a row of the store (host/host_store.h): a JSON object with its inputs and its state.
 * Members are absent where nothing is said. Times are ms of the wall clock since 1970, as
 * CLOCK_BOOTTIME begins anew with each start of the machine.
 *   "name"       text, the host's name
 *   "state"      "awake", "drowsy", "asleep" or "waking"
 *   "described"  what people say of it: its description without name and MAC
 *   "by"         "config" or "command": who described it
 *   "edited"     by bpftool: "exists" (true: the map alone says that there is this host),
 *                "addresses", "removed", "interface", "vlan", "arp-offload"
 *   "registered" by the host itself: "client-identifier", "transaction", "active", "until"
 *                (absent: never), "timer", "expires", "lifetime" (0 and absent: none), "seen",
 *                "reported", "backup-of" (IPv4 address; absent: nobody's), "interface" and
 *                "vlan" of the request, "addresses", "ports" (absent: it names none; []: nothing
 *                wakes it), "lease" (true: it asks to have its lease renewed), "digests" (64 bits
 *                each, as signed integers) of the requests that were carried out
 *   "lease"      dhcp/lease_record.c
 *   "lease6"     dhcp/lease6_record.c
 *   "groups"     multicast groups that it was seen to be a member of: {"group", "source" (absent:
 *                any)} each
 *   "learnt"     "addresses" that the host itself uses by Neighbor Discovery
 */

/*
 * With the inputs that are proposed in place of those that it has; going to sleep, where the
 * proposal makes it so. The caller owns the object.
 */
struct json_object *host_row_write(const struct host *host, const struct lease_record_clock *now);

/*
 * The inputs of a row into a host that has none, and its state as `stored_state`. 0, or -EINVAL
 * with the reason in `why`: it has neither a name nor a host's inputs. An input that makes no sense
 * is left out, and named in a warning.
 */
int host_row_read(struct json_object *json, const struct lease_record_clock *now, struct host *host,
                  char *why, size_t why_size);

#endif
