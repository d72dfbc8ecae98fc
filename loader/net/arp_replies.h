/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP replies, whoever they are for: who says that he has an address, as an answer to a question of
 * ours, or of others.
 */
#ifndef SLEEPPROXY_NET_ARP_REPLIES_H
#define SLEEPPROXY_NET_ARP_REPLIES_H

#include <stdint.h>

#include "address.h"

/*
 * A socket that does not block, and hears what comes in on the interface from then on; -errno.
 * Needs CAP_NET_RAW. The caller closes it.
 */
int replies_open(uint32_t ifindex);

/* What the next one says. 0; -EAGAIN: no more is there; -errno. */
int replies_take(int fd, struct ipv4 *address, struct mac *mac);

#endif
