/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCP and DHCPv6 messages of an interface's LAN, whoever they are of or for. */
#ifndef SLEEPPROXY_NET_DHCP_SOCKET_H
#define SLEEPPROXY_NET_DHCP_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dhcp_snoop.h"

/*
 * A socket that receives them, without blocking, and keeps a few until they are read; or -errno.
 * The caller closes it. It needs CAP_NET_RAW.
 */
int dhcp_listen(uint32_t ifindex);

/*
 * The next one: its message, who sent the frame, and nothing else. 0; -EBADMSG: it is cut short;
 * -EAGAIN: there is none; another -errno.
 */
int dhcp_receive(int fd, struct dhcp_snoop *snoop);

/* The same of DHCPv6, but for those of servers; `client` and `source6` say who sent it. */
int dhcp6_listen(uint32_t ifindex);
int dhcp6_receive(int fd, struct dhcp_snoop *snoop);

/* The message of an IPv4 packet without options, from that MAC. False: it has none. */
bool dhcp_read(const uint8_t *packet, size_t length, const struct mac *from,
               struct dhcp_snoop *snoop);

#endif
