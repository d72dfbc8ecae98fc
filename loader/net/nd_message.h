/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What neighbours say of their addresses by Neighbor Discovery (RFC 4861), and the socket that
 * receives it.
 */
#ifndef SLEEPPROXY_NET_ND_MESSAGE_H
#define SLEEPPROXY_NET_ND_MESSAGE_H

#include "base/addr.h"
#include "net/iface.h"

enum nd_type { ND_SOLICITATION = 135, ND_ADVERTISEMENT = 136 }; /* RFC 4861, 4.3 and 4.4 */

/* A valid Neighbor Solicitation or Advertisement. */
struct nd_message {
	enum nd_type type;
	struct ipv6 address; /* that the sender has */
	bool is_probe;       /* … or wants to have, if nobody else has it (RFC 4862, 5.4) */
	bool has_mac;
	struct mac mac; /* where the address is, as the message says */
};

/* Of an IPv6 packet, and what may pad it. False: it is none, or not valid (RFC 4861, 7.1). */
bool nd_message_read(const uint8_t *octets, size_t length, struct nd_message *message);

/* Is this what nd_message_read might have returned? For one that comes from another process. */
bool nd_message_check(const struct nd_message *message);

enum { ND_PACKET_MAX = 512 }; /* octets; with that many options it is none of those that we read */

/*
 * A socket that receives, without blocking, the advertisements that come in on the interface, and
 * the solicitations, if so wanted; or -errno. The caller closes it. What is multicast to groups
 * that this machine has not joined comes in only after packet_all_multicast.
 */
int nd_listen(uint32_t ifindex, bool solicitations);

/* The next packet, and the MAC that it came from. Its length in octets; -EAGAIN; other -errno. */
int nd_receive(int fd, uint8_t packet[ND_PACKET_MAX], struct mac *from);

#endif
