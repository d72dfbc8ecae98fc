/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host as a DHCP client, pure: its identity, its lease, and what messages change of them. While
 * the host is awake its messages and its servers' are snooped. Most of what servers say is unicast
 * and not seen behind a switch; so a snooped lease is not confirmed, and is renewed when the host
 * falls asleep. While the proxy renews the lease, servers' messages are answers to the proxy.
 */
#ifndef SLEEPPROXY_DHCP_CLIENT_H
#define SLEEPPROXY_DHCP_CLIENT_H

#include "dhcp/lease.h"

struct dhcp_options;
struct json_object;

struct dhcp_client {
	struct lease lease;
	struct dhcp_options *identity; /* owned, of its exact size; NULL: unknown */
	/* the host's own last request, to tell the answer by */
	struct {
		bool pending;
		uint32_t xid;
		struct ipv4 address; /* that it asked for */
		int64_t sent_at;     /* boot ms */
	} request;
};

/* Zeroed; NULL: out of memory. The caller owns it; freeing NULL is fine. */
struct dhcp_client *dhcp_client_new(void);
void dhcp_client_free(struct dhcp_client *client);

/* Is there a lease, also one that is lost, or an identity? `client` may be NULL. */
bool dhcp_client_is_known(const struct dhcp_client *client);

/* A copy of the identity in the form of messages; zero where unknown. */
struct dhcp_identity dhcp_client_identity(const struct dhcp_client *client);
/* Replaced by a copy, as a whole. 0, or -ENOMEM: unchanged. */
int dhcp_client_set_identity(struct dhcp_client *client, const struct dhcp_identity *identity);

/*
 * What people or the host itself say of its lease: lease_grant, and of `identity` what is not
 * empty. 0, or -ENOMEM: unchanged. A host that is asleep needs LEASE_TRIGGER_ASLEEP after it.
 */
int dhcp_client_grant(struct dhcp_client *client, int64_t min_lease,
                      const struct lease_grant *grant, const struct dhcp_identity *identity,
                      uint32_t random);

/* The request that renews the lease (RFC 2131, 4.3.2), after LEASE_SEND_UNICAST or _BROADCAST. */
struct dhcp_message dhcp_client_request(const struct dhcp_client *client, const struct mac *mac);

/*
 * A message of the host's or for it, by its chaddr, as the LEASE_TRIGGER_REPLY that it is if it
 * answers the proxy. `sender`: its Ethernet source, as a host's message is taken from itself alone.
 * Never sends. `count`: what the message was good for.
 */
struct lease_effects dhcp_client_receive(struct dhcp_client *client, int64_t min_lease,
                                         const struct lease_trigger *received,
                                         const struct mac *sender, enum dhcp_count *count);

/* What is known of a client, as JSON that outlives the daemon and the machine's next start. */

/* Now: CLOCK_BOOTTIME, which starts anew with the machine, and the wall clock, which is set. */
enum { LEASE_RECORD_BOOT_ID = 40 };

struct lease_record_clock {
	int64_t boot_ms, wall_ms;
	char boot_id[LEASE_RECORD_BOOT_ID]; /* names this start of the machine; "": unknown */
};

/* A new object, the caller's. */
struct json_object *lease_record_write(const struct dhcp_client *client,
                                       const struct lease_record_clock *now);

/*
 * As it was written, but not renewed by the proxy yet, and RENEWING and REBINDING are BOUND. After
 * another start of the machine its times are converted by the wall clock, and it is not confirmed:
 * the host may have been awake, and the wall clock wrong. A new client, the caller's; NULL: no
 * valid record, or no memory.
 */
struct dhcp_client *lease_record_read(struct json_object *json,
                                      const struct lease_record_clock *now);

#endif
