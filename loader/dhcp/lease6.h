/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 lease (an IA_NA) and its renewal while its host sleeps, pure: as lease.h, of which it
 * has states, triggers and effects, by the client's side of RFC 8415, 18.2.4, 18.2.5 and 18.2.10.
 * Every message goes to all servers, LEASE_SEND_BROADCAST, and is sent again as section 15 says:
 * LEASE_TRIGGER_SEND_FAILED is not needed, and not taken. Nobody may use an address that is over,
 * or that a server deprecates; with the last one the lease is lost. Addresses that a server adds
 * are the host's affair, once it is awake.
 *
 * Where no lease is known (NONE), but the client is, as one that had its lease by two messages
 * alone (rapid commit), all servers are asked once which of the host's addresses it has by a lease.
 */
#ifndef SLEEPPROXY_DHCP_LEASE6_H
#define SLEEPPROXY_DHCP_LEASE6_H

#include "dhcp/dhcp6_message.h"
#include "dhcp/lease.h"

/* RFC 8415, 7.6: of Renew and of Rebind alike. ms */
enum { LEASE6_TIMEOUT = 10000, LEASE6_MAX_RT = 600000 };

enum { LEASE6_OVER = -1 };

struct lease6 {
	enum lease_state state;
	enum lease_result result;
	struct lease6_address {
		struct ipv6 address;
		int64_t expires_at; /* 0: unknown; LEASE_NEVER; LEASE6_OVER: nobody may use it */
	} addresses[DHCP6_ADDRESSES];
	uint8_t address_count; /* NONE: that are asked about */
	bool has_client;       /* its DUID and the IAID are known */
	bool has_server;       /* it is known which */
	bool confirmed;        /* as in struct lease */
	bool proxy_renews;     /* likewise */
	bool request_pending;  /* likewise */
	struct ipv6 source;    /* the host's link-local address, to send from; ::, unknown */
	uint32_t iaid;
	uint32_t seconds; /* as granted, of the address that ends first; 0: unknown */
	uint32_t xid;     /* the same for all of an exchange */
	uint32_t wait;    /* RFC 8415, 15: RT, ms; 0: the exchange has not begun */
	int64_t result_at;
	int64_t since;     /* when it was granted; 0: unknown */
	int64_t renew_at;  /* T1 */
	int64_t rebind_at; /* T2 */
	int64_t deadline;  /* when LEASE_TRIGGER_TIMEOUT is due; 0: never */
	int64_t began_at;  /* the exchange: for the Elapsed Time option */
};

struct lease_effects lease6_step(struct lease6 *lease, int64_t min_lease,
                                 const struct lease_trigger *trigger);

/* As lease_grant(). Addresses that are valid for 0 s are so for an unknown time. */
struct lease6_grant {
	struct dhcp6_address addresses[DHCP6_ADDRESSES];
	uint8_t address_count;
	bool has_server;
	struct ipv6 source;
	uint32_t iaid;
	uint32_t t1, t2;
	int64_t since;
};

void lease6_grant(struct lease6 *lease, int64_t min_lease, const struct lease6_grant *grant,
                  uint32_t random);

/* May the host use the address by its lease; or, `lost`, has the lease had it, and may nobody? */
bool lease6_has(const struct lease6 *lease, const struct ipv6 *address, bool lost);
bool lease6_is_empty(const struct lease6 *lease); /* of addresses that the host may use */
/* As lease_text(). */
char *lease6_text(const struct lease6 *lease, char text[LEASE_TEXT]);

#endif
