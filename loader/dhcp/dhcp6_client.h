/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host as a DHCPv6 client, pure: as dhcp_client.h, for the one IA_NA of a host. What clients send
 * to all servers is enough to renew a lease: their DUID and their server's, the IAID and the
 * addresses.
 */
#ifndef SLEEPPROXY_DHCP6_CLIENT_H
#define SLEEPPROXY_DHCP6_CLIENT_H

#include "dhcp/dhcp_client.h"
#include "dhcp/lease6.h"

struct dhcp6_names;

struct dhcp6_client {
	struct lease6 lease;
	struct dhcp6_names *names; /* owned, of its exact size: its identity; NULL: unknown */
	/* the host's own last message, to tell the answer by */
	struct {
		bool pending;
		uint32_t xid;
	} request;
};

struct dhcp6_client *dhcp6_client_new(void); /* NULL: out of memory */
void dhcp6_client_free(struct dhcp6_client *client);
/* Of NULL: a new one. NULL: out of memory. */
struct dhcp6_client *dhcp6_client_copy(const struct dhcp6_client *from);

/* Is there a lease, also one that is lost, or an identity? `client` may be NULL. */
bool dhcp6_client_is_known(const struct dhcp6_client *client);

void dhcp6_client_identity(const struct dhcp6_client *client, struct dhcp6_identity *identity);
/* Replaced by a copy, as a whole. 0, or -ENOMEM: unchanged. */
int dhcp6_client_set_identity(struct dhcp6_client *client, const struct dhcp6_identity *identity);

/*
 * What people or the host itself say of its lease: lease6_grant. DUIDs that are empty stay as they
 * are known, and so do the options. 0, -ENOMEM, or -EINVAL: the client's DUID is not known.
 */
int dhcp6_client_grant(struct dhcp6_client *client, int64_t min_lease,
                       const struct lease6_grant *grant, const struct dhcp6_identity *identity,
                       uint32_t random);

/* The Renew or Rebind that is due, after LEASE_SEND_BROADCAST. */
void dhcp6_client_request(const struct dhcp6_client *client, int64_t now,
                          struct dhcp6_message *message);

/*
 * A message6 of the host's, from that address, or for it: as dhcp_client_receive(). Who its host
 * is, the MAC and the address tell: a message does not.
 */
struct lease_effects dhcp6_client_receive(struct dhcp6_client *client, int64_t min_lease,
                                          const struct lease_trigger *received,
                                          const struct ipv6 *source, enum dhcp_count *count);

/* As lease_record_write() and lease_record_read(). */
struct json_object *lease6_record_write(const struct dhcp6_client *client,
                                        const struct lease_record_clock *now);
struct dhcp6_client *lease6_record_read(struct json_object *json,
                                        const struct lease_record_clock *now);

#endif
