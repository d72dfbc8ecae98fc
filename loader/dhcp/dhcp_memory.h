/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DHCP clients that are no known hosts, remembered for a while: who is named a host later has a
 * lease by then. Pure; times are ms of CLOCK_BOOTTIME. All functions take NULL for no memory.
 */
#ifndef SLEEPPROXY_DHCP_MEMORY_H
#define SLEEPPROXY_DHCP_MEMORY_H

#include "dhcp/dhcp6_client.h"

/* So many are remembered, so long after their last message; who was heard first goes first. */
enum { DHCP_MEMORY_CLIENTS = 512, DHCP_MEMORY_MS = 24 * 60 * 60 * 1000 };

struct dhcp_memory;

struct dhcp_memory *dhcp_memory_new(void); /* NULL: out of memory */
void dhcp_memory_free(struct dhcp_memory *memory);

/*
 * A message of a client, or for one, that is no known host: as dhcp_client_receive. Only a client's
 * own message makes it remembered.
 */
void dhcp_memory_receive(struct dhcp_memory *memory, int64_t min_lease,
                         const struct lease_trigger *received, const struct mac *sender);

/* The same of a message of DHCPv6, which a client has sent from these addresses. */
void dhcp_memory_receive6(struct dhcp_memory *memory, int64_t min_lease,
                          const struct lease_trigger *received, const struct mac *sender,
                          const struct ipv6 *source);

/* Takes a client out. The caller owns it; NULL: it has no lease that is known to go on. */
struct dhcp_client *dhcp_memory_take(struct dhcp_memory *memory, const struct mac *mac,
                                     int64_t now);
/* The same of DHCPv6; NULL: it is not known as a client. */
struct dhcp6_client *dhcp_memory_take6(struct dhcp_memory *memory, const struct mac *mac,
                                       int64_t now);

/* Each that is remembered now. `client` NULL: only by DHCPv6. */
typedef void dhcp_memory_each_fn(void *context, const struct mac *mac, int64_t heard,
                                 const struct dhcp_client *client);
void dhcp_memory_each(const struct dhcp_memory *memory, dhcp_memory_each_fn *each, void *context);
/* NULL: none. */
const struct dhcp_client *dhcp_memory_find(const struct dhcp_memory *memory, const struct mac *mac);

#endif
