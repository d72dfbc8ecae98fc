/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP that the proxy sends of itself: the announcement at a takeover, and the question whether
 * somebody is there.
 */
#ifndef SLEEPPROXY_NET_ARP_SEND_H
#define SLEEPPROXY_NET_ARP_SEND_H

#include "base/packet.h"
#include "host/life.h"
#include "host/description.h"
#include "datapath_config.h"
#include "report.h"

/* Pure: an ARP request by `from` at `from_address`, for `target`, to the Ethernet address `to`. */
void announce_request(struct packet *packet, const struct mac *to, const struct mac *from,
                      struct ipv4 from_address, struct ipv4 target, uint16_t vlan);

/*
 * Pure: to the peer of `report`, in its VLAN, that its `address` is the host's own MAC's. A reply
 * in the gratuitous form, which alone Linux believes within a second of another answer (its
 * locktime).
 */
void announce_reply(struct packet *packet, const struct mac *from, const struct report *report);

/*
 * To one peer alone, that has our MAC for the host: where it is now. Unicast, so that the host,
 * which may be probing (RFC 5227, 2.1.1), never hears of it.
 */
int announce_update_neighbour(int fd, const struct iface *port, const struct report *report);

/* "Its addresses are here now" (RFC 5227, 3), once for each IPv4 address. 0 or the first -errno. */
int announce_takeover(int fd, const struct iface *port, enum answer_mode answer,
                      const struct host_description *host);

/* The same of one address, to one neighbour alone, who is to answer it. */
int announce_to(int fd, const struct iface *port, enum answer_mode answer,
                const struct host_description *host, struct ipv4 address,
                const struct mac *neighbour);

/*
 * An ordinary question from one of our own addresses, for each of the host's. -EADDRNOTAVAIL: we
 * have none, and the other form, a probe, would be a conflict for an owner that is just coming up.
 */
int announce_ask(int fd, const struct iface *port, enum arp_check ask,
                 const struct host_description *host);

#endif
