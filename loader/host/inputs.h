/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of a host, each source for itself, kept as it was said and never merged in place. An
 * input is one heap block of its own size; NULL where nothing is said. To take an input back is to
 * set it to NULL. What the host should have in the datapath's tables is computed anew from its
 * inputs each time (merge.c; an address that several claim: owner.c; both pure), so that nothing
 * has to be undone.
 */
#ifndef SLEEPPROXY_HOST_INPUTS_H
#define SLEEPPROXY_HOST_INPUTS_H

#include "dhcp/lease6.h"
#include "host/description.h"
#include "host_state.h"

/*
 * Octets that many hosts have alike, such as a set of wake ports, kept once: equal content is the
 * same pointer. Immutable; counted by reference. Of one thread.
 */
struct shared_set;

/*
 * A reference to the set of these octets, to be released by shared_set_put. NULL for size 0, which
 * is the empty set, and where there is no memory.
 */
const struct shared_set *shared_set_get(const void *octets, size_t size);
/* One reference more to the same set; both take NULL. */
const struct shared_set *shared_set_ref(const struct shared_set *set);
void shared_set_put(const struct shared_set *set);

/* Of NULL: NULL and 0. The octets live as long as the reference. */
const void *shared_set_octets(const struct shared_set *set);
size_t shared_set_size(const struct shared_set *set);

/* Who described a host: whoever enters it in the file takes it from the command line. */
enum described_by { DESCRIBED_BY_CONFIG, DESCRIBED_BY_COMMAND };
extern const char *const described_by_names[]; /* "config" …, up to NULL */

/* By people, in the configuration file or by command. */
struct described {
	uint64_t order; /* who was described first owns an address that is described twice */
	enum described_by by;
	struct host_attributes attributes;
	uint8_t address_count;
	const struct shared_set *ports, *sources; /* of struct wake_port, struct source_prefix */
	const struct shared_set *groups;          /* of struct ipv6 */
	struct ipv6 addresses[];
};

/* NULL: no memory. */
struct described *described_new(const struct host_description *description, enum described_by by,
                                uint64_t order);
void described_free(struct described *described); /* takes NULL */
/*
 * The same as a description, without the name and the MAC, which are the host's, and the lease,
 * which is granted at once.
 */
void described_read(const struct described *described, struct host_description *description);

/* In the maps by bpftool: differences from what was installed. They end at the next description. */
struct edited {
	bool exists; /* a row of `hosts` that nothing else explains */
	bool has_fields;
	bool arp_offload;
	uint8_t echo; /* enum echo_policy */
	uint16_t vlan;
	uint32_t ifindex;
	uint8_t added_count, removed_count;
	struct ipv6 *addresses; /* in the same block: those added, then those removed */
};

/* What an edit has, in place: for building one. */
struct edited_draft {
	struct edited head; /* but for its pointer, which is not used */
	struct ipv6 added[HOST_ADDRESSES], removed[HOST_ADDRESSES];
};

struct edited *edited_new(const struct edited_draft *draft); /* NULL: no memory */
void edited_read(const struct edited *edited, struct edited_draft *draft);

enum edit { EDIT_KEEP, EDIT_ADD, EDIT_REMOVE };

/* NULL is an edit of nothing. The one that takes its place; without memory: itself. */
struct edited *edited_set(struct edited *edited, const struct ipv6 *address, enum edit edit);
bool edited_adds(const struct edited *edited, const struct ipv6 *address);    /* of NULL: false */
bool edited_removes(const struct edited *edited, const struct ipv6 *address); /* likewise */

enum { REGISTRATION_DIGESTS = 32 };

/* How long a registration is remembered after its host is up: its neighbours may still ask. ms */
enum { REGISTRATION_LINGER = 3600000 };

/*
 * By the host itself. It begins with a confirmed request, ends when the host is up, lingers, and
 * is then kept for its Client Identifier alone. Where the host did not report that it is up, it
 * lingers for its lifetime, and goes on when the host is found asleep.
 */
struct registration {
	uint16_t client_id;   /* from 1 on */
	uint16_t transaction; /* of the requests in it */
	bool active;          /* the host has not been up since, as far as is known */
	bool has_ports;       /* even none: nothing wakes it */
	bool has_lease;
	bool seen; /* some frame of the host, or an answer to ARP, besides its requests */
	uint16_t vlan;
	uint8_t address_count, digest_count;
	/*
	 * CLOCK_BOOTTIME, ms. While active: when the host wants to be woken; then: when what it
	 * says is dropped. 0: never.
	 */
	int64_t until;
	int64_t timer;   /* of one that has ended without a Report: the `until` of before */
	int64_t expires; /* CLOCK_BOOTTIME, ms: when the host is to show itself; 0: not known yet */
	int64_t lifetime;      /* ms, that the host named; 0: none */
	int64_t since;         /* CLOCK_BOOTTIME, ms, of its last request. Not stored */
	struct ipv4 backup_of; /* the proxy that goes first; 0.0.0.0: this one */
	char interface[IFNAMSIZ];
	uint64_t reported;              /* the digest of its last Wakeup Report; 0: none */
	const struct shared_set *ports; /* of struct wake_port */
	struct ipv6 *addresses;         /* in the same block, as are the digests of its requests */
	uint64_t *digests;
};

/* What a registration has, in place: for building one. */
struct registration_draft {
	struct registration head; /* but for its pointers, which are not used */
	struct ipv6 addresses[HOST_ADDRESSES];
	struct wake_port ports[HOST_PORTS];
	size_t port_count;
	uint64_t digests[REGISTRATION_DIGESTS];
};

struct registration *registration_new(const struct registration_draft *draft); /* NULL: no memory */
void registration_free(struct registration *registration);                     /* takes NULL */
/* What it says counts no more; the Client Identifier is kept for as long as the host is known. */
void registration_drop(struct registration *registration);
void registration_read(const struct registration *registration, struct registration_draft *draft);
bool registration_has_digest(const struct registration *registration, uint64_t digest);

/*
 * By the host's own Neighbor Discovery, while it was awake. An address counts once the host has
 * answered for it: one that it has probed for may be another machine's (RFC 4862, 5.4), and one
 * frame may be forged.
 */
struct learnt_address {
	struct ipv6 address;
	uint32_t at : 29; /* s of CLOCK_BOOTTIME: when it was seen, or asked for, last; 17 years */
	uint32_t asked : 2; /* so often in vain since it was seen */
	bool is_sure : 1;   /* it counts */
};

struct learnt {
	uint8_t count; /* at least one */
	struct learnt_address list[];
};

/*
 * All take NULL for none, and free what has none left. `now`: s of CLOCK_BOOTTIME. True: what
 * counts has changed. Without memory, and of more than a host may have, one is not added, or takes
 * the place of the one that was seen longest ago.
 */
bool learnt_add(struct learnt **learnt, const struct ipv6 *address, bool is_probe, uint32_t now);
bool learnt_remove(struct learnt **learnt, const struct ipv6 *address);
/*
 * Those for which the host, which is awake, is to be asked now: a while after they were seen. Those
 * that it was asked for in vain are dropped; `changed` is set where one of them counted.
 */
size_t learnt_ask(struct learnt **learnt, uint32_t now, struct ipv6 ask[HOST_ADDRESSES],
                  bool *changed);
bool learnt_has(const struct learnt *learnt, const struct ipv6 *address); /* and it counts */

/* Why a host has an address, the strongest reason first (address_owner). */
enum claim_kind {
	CLAIM_NONE,
	CLAIM_LEARNT,     /* by its own Neighbor Discovery alone */
	CLAIM_LEASED,     /* by DHCP alone */
	CLAIM_ENDED,      /* by a registration that has ended */
	CLAIM_REGISTERED, /* by its registration, while it sleeps */
	CLAIM_DESCRIBED,
	CLAIM_EDITED, /* a row of `addresses4` or `addresses6` was moved to it by hand */
};

/* The sets belong to the inputs. */
struct wanted {
	struct ipv6 addresses[HOST_ADDRESSES];
	size_t address_count;
	const struct shared_set *ports, *sources;
	struct host_attributes attributes;
	uint32_t ifindex; /* where it was edited, instead of the attribute `interface` */
	bool has_ifindex;
	bool magic_by_daemon; /* HOST_MAGIC_BY_DAEMON; host_merge does not know */
};

/* From the inputs of a host alone; of its lease the address and the state count. */
struct host;
void host_merge(const struct host *host, struct wanted *wanted);
enum claim_kind host_claim(const struct host *host, const struct ipv6 *address);
/*
 * The addresses that it has by DHCP and DHCPv6, with the link-local one that it has for the latter;
 * or that it has lost, and does not get even if described. Returns how many.
 */
enum { HOST_LEASED = 1 + DHCP6_ADDRESSES + 1 };
size_t host_lease_addresses(const struct host *host, bool lost, struct ipv6 addresses[HOST_LEASED]);

/*
 * Who owns an address that is claimed, pure. The table, the first row that fits:
 *
 *  not a host's, or not one of its link (role)    not claimed by that host
 *  lost to DHCP, or taken away by hand            not claimed by that host
 *  a row of the map was moved by hand             that host
 *  described                                      the host that was described first
 *  registered, leased or learnt                   the host that has it already, unless it is AWAKE
 *                                                 and has it by another reason than a registration
 *                                                 that is active; else the one that is registered
 */
struct claimant {
	enum claim_kind claim;
	enum address_role role; /* of the address, on that host's link */
	enum host_state state;
	bool installed; /* the tables have the address as this host's */
	uint64_t order; /* when the host was described, or became known */
};

/* The index of the owner; -1: nobody claims the address. */
int address_owner(const struct claimant *claimants, size_t count);

#endif
