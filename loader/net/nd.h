/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Neighbor Discovery of the daemon (RFC 4861): what it sends on its own account, as arp.h does
 * for IPv4. What answers for sleepers is the datapath's. `vlan` 0: without a tag.
 */
#ifndef SLEEPPROXY_NET_ND_H
#define SLEEPPROXY_NET_ND_H

#include "net/iface.h"
#include "report.h"

/*
 * Pure: a Neighbor Solicitation for `target`, by `sender_mac` at `sender`, which is told as it need
 * not be ours (net/nd.c): to one machine, or, where `to` is MAC_BROADCAST, to its solicited-node
 * group.
 */
void nd_write_solicitation(struct packet *packet, const struct mac *to,
                           const struct mac *sender_mac, const struct ipv6 *sender,
                           const struct ipv6 *target, uint16_t vlan);

/*
 * Pure: `from` tells all nodes, or who sent the frame of `report`, in its VLAN, that the address is
 * at `mac`: unsolicited, with Override (RFC 4861, 7.2.6). Then it is to all nodes, but in a unicast
 * frame (RFC 6085): the host may be probing (RFC 4862, 5.4) and must not receive it, and who sent
 * the frame may be a router, which is not who sent the packet.
 */
void nd_write_announcement(struct packet *packet, const struct mac *from,
                           const struct ipv6 *address, uint16_t vlan);
void nd_write_update(struct packet *packet, const struct mac *from, const struct report *report);

/*
 * Asks `to`, a host or MAC_BROADCAST, for `target`, from `source`: a link-local address of the
 * interface's, or :: where it has none. Then the one that follows from its MAC is used (RFC 4291,
 * A): :: would make it a probe, and so a conflict for an owner that is just coming up. 0 or -errno.
 */
int nd_request(int fd, const struct iface *iface, const struct mac *to, const struct ipv6 *source,
               const struct ipv6 *target, uint16_t vlan);

/* Asks the routers of the link, from a link-local address of the interface's (RFC 4861, 4.1). */
int nd_ask_routers(int fd, const struct iface *iface, const struct ipv6 *source);

/* ff02::1:ffXX:XXXX (RFC 4291, 2.7.1), of the last three octets of an address. */
struct ipv6 nd_solicited_node(const struct ipv6 *address);

#endif
