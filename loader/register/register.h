/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may register what, whatever protocol it asks by: a request is judged, waits while the LAN is
 * asked whether another machine has one of its addresses, and is then ready to be carried out.
 * Until then nothing has changed.
 */
#ifndef SLEEPPROXY_REGISTER_H
#define SLEEPPROXY_REGISTER_H

#include "host/host.h"

/* Why a registration, or its end, is rejected. */
enum reject_reason {
	REJECT_NONE,
	REJECT_MAC_MISMATCH,
	REJECT_SOURCE_MISMATCH,
	REJECT_INVALID_ADDRESS,
	REJECT_OWN_ADDRESS,
	REJECT_GATEWAY_ADDRESS,
	REJECT_OFF_LINK,
	REJECT_ADDRESS_TAKEN,
	REJECT_ADDRESS_IN_USE,
	REJECT_MISSING_ADDRESS,
	REJECT_TOO_MANY,
	REJECT_LIMIT_REACHED,
	REJECT_TABLES_FULL,
	REJECT_STORE_FAILED,
	REJECT_BUSY,
	REJECT_UNKNOWN_CLIENT,
	REJECT_STALE_TRANSACTION,
	REJECT_REASONS,
};

extern const struct reject_words {
	const char *name; /* "mac_mismatch", for counters */
	const char *text; /* "MAC does not match the sender" */
} reject_words[REJECT_REASONS];

/*
 * How long other machines may take to answer, ms; for so many addresses requests wait at a time:
 * those of a class room that goes to sleep at once. A flood of them makes no more questions.
 */
enum { REGISTER_CHECK_TIME = 300, REGISTER_PENDING_MAX = 1024 };

enum { REQUEST_ADDRESSES = 40, REQUEST_PORTS = 64, REQUEST_CLIENT_ID = 64 };

struct requested_address {
	struct ipv6 address;
	enum address_role role;
	bool mac_matches; /* it was named for the MAC that the request came from */
};

/* Flat, as it came from the network; host byte order but for addresses. */
struct registration_request {
	struct mac mac;
	char interface[IFNAMSIZ]; /* by which it came */
	uint16_t vlan;
	struct ipv4 source; /* of its packet: the address of its lease */
	bool authenticated; /* else it may name no other IPv4 address than `source` */
	uint16_t transaction;
	uint64_t digest; /* of its octets: the same request again has the same */
	struct requested_address addresses[REQUEST_ADDRESSES];
	size_t address_count;
	struct wake_port ports[REQUEST_PORTS];
	size_t port_count;
	bool has_ports; /* even none: nothing wakes it */
	bool has_lease;
	struct ipv4 lease_server;             /* 0.0.0.0: unknown */
	uint32_t lease_total;                 /* s; 0: unknown */
	uint32_t lease_left;                  /* s */
	uint8_t client_id[REQUEST_CLIENT_ID]; /* DHCP's option 61 */
	size_t client_id_length;
	char hostname[HOST_NAME_MAX_SIZE]; /* empty: none */
	uint32_t timer;                    /* s, until it wants to be woken; 0: never */
	uint32_t lifetime;                 /* s, of the registration; 0: as long as may be */
	struct ipv4 backup_of;             /* the proxy that goes first; 0.0.0.0: this one */
	bool has_lease6;
	struct dhcp6_lease lease6;
};

/* A request that waits. */
struct pending_registration {
	struct registration_request request;
	struct registration_draft registration; /* as it will be */
	struct host *host;                      /* NULL: not known yet */
	void *requester;                        /* of who submitted it, and owned by it */
	int64_t deadline;                       /* ms of CLOCK_MONOTONIC */
	struct pending_registration *prev, *next;
	UT_hash_handle hh;
};

/* Begins as zeros; what is left in the end is taken as register_due(). */
struct registrar {
	struct pending_registration *waiting; /* in the order of their deadlines */
	struct pending_registration *by_mac;
	size_t count; /* of the addresses that are asked for, and of those that wait without one */
};

enum request_progress {
	REQUEST_IS_NEW,
	REQUEST_MUST_WAIT,  /* another one of its host is pending, or too many are: send it again */
	REQUEST_IS_PENDING, /* it waits, or is being stored */
	REQUEST_IS_DONE,    /* it has been carried out, also for a host that is up by now */
};

/* `host`: the one of the MAC, or NULL. */
enum request_progress register_progress(const struct registrar *registrar, const struct host *host,
                                        const struct mac *mac, uint64_t digest);

/*
 * REJECT_NONE: it waits. `ask`: whether the LAN is to be asked for its addresses now; else it is
 * due at once. `host`: the one of its MAC, or NULL; `random`: for a Client Identifier.
 */
enum reject_reason register_submit(struct registrar *registrar, const struct host_table *table,
                                   struct host *host, const struct registration_request *request,
                                   void *requester, const struct now *now, uint32_t random,
                                   bool *ask);

/*
 * A machine answers for the address: takes one request of another one that asks for it, false: none
 * does. Of the host itself it is a sign that it is there.
 */
bool register_address_in_use(struct registrar *registrar, const struct ipv6 *address,
                             const struct mac *mac, struct pending_registration *taken);
/* Takes the one of this host, which is up or removed; false: there is none. */
bool register_cancel(struct registrar *registrar, const struct mac *mac,
                     struct pending_registration *taken);
/* Takes one whose time is over; false: none is. */
bool register_due(struct registrar *registrar, int64_t now, struct pending_registration *taken);
int64_t register_deadline(const struct registrar *registrar); /* INT64_MAX: none waits */

/* Before it is carried out: may another host have one of its addresses by now? */
enum reject_reason register_check_addresses(const struct host_table *table, const struct host *host,
                                            const struct registration *registration);

/*
 * May there be a host more that is known for its registration alone: this one (NULL: a new one),
 * which is to have `registration`? `replaced`: the host to be removed for it, the one that has been
 * up for the longest, or else the one that was registered first and never seen; or NULL. One that
 * was just registered stays for a while, in which it may still be seen, but gives way to one that
 * was seen.
 */
bool register_has_room(struct host_table *table, const struct host *host,
                       const struct registration *registration, unsigned int max, int64_t boot,
                       struct host **replaced);
/* A Wakeup Report. */
enum reject_reason register_check_report(const struct host *host, uint16_t client_id,
                                         uint16_t transaction);

#endif
