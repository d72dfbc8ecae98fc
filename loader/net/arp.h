/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ARP of the daemon (RFC 826, RFC 5227): what it sends on its own account, and what it
 * receives. What answers for sleepers is the datapath's. `vlan` 0: without a tag.
 */
#ifndef SLEEPPROXY_NET_ARP_H
#define SLEEPPROXY_NET_ARP_H

#include "net/iface.h"
#include "report.h"

/* Pure: an ARP Request by `sender_mac` at `sender`, for `target`, in a frame to `to`. */
void arp_write_request(struct packet *packet, const struct mac *to, const struct mac *sender_mac,
                       struct ipv4 sender, struct ipv4 target, uint16_t vlan);

/*
 * Pure: tells the peer of `report`, in its VLAN, that the address is at the host's own MAC. Unicast
 * to the peer, as the host may be probing (RFC 5227, 2.1.1) and must not receive it. An ARP Reply
 * with the target's fields as the sender's: Linux accepts only that form within a second of another
 * answer (locktime, arp(7)).
 */
void arp_write_update(struct packet *packet, const struct mac *from, const struct report *report);

/*
 * Asks `to`, a host or MAC_BROADCAST, for `target`. 0 or -errno; -EADDRNOTAVAIL: `source` is
 * 0.0.0.0, which would make it an ARP Probe, and so a conflict for an owner that is just coming up.
 */
int arp_request(int fd, const struct iface *iface, const struct mac *to, struct ipv4 source,
                struct ipv4 target, uint16_t vlan);

/* An ARP Announcement (RFC 5227, 3) that `address` is at `as`, to one neighbour or to all. */
int arp_announce(int fd, const struct iface *iface, const struct mac *as, struct ipv4 address,
                 uint16_t vlan, const struct mac *to);

/*
 * A socket that receives, without blocking, the ARP Replies that come in on the interface, to
 * whomever, and the untagged requests, if so wanted; or -errno. The caller closes it.
 */
int arp_listen(uint32_t ifindex, bool requests);

/*
 * The sender's addresses of the next one; that of an ARP Probe is 0.0.0.0. 0; -EBADMSG: it is not
 * of IPv4 on Ethernet; -EAGAIN: there is none; other -errno.
 */
int arp_receive(int fd, struct ipv4 *address, struct mac *mac);

#endif
