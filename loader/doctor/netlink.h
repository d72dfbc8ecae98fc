/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the kernel by netlink, each on a socket of its own. */
#ifndef SLEEPPROXY_NETLINK_H
#define SLEEPPROXY_NETLINK_H

#include <libmnl/libmnl.h>

#include "doctor/link.h"

enum { NETLINK_BUFFER = 32768 };

/* `message` stands in a buffer of NETLINK_BUFFER, which the answers overwrite. 0 or -errno. */
int netlink_ask(int bus, struct nlmsghdr *message, mnl_cb_t on_answer, void *context);

/* What the driver says of XDP in family "netdev". */
enum link_xdp netlink_xdp_of(uint32_t ifindex);

#endif
