/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the kernel by netlink(7), each on a socket of its own. */
#ifndef SLEEPPROXY_NET_NETLINK_H
#define SLEEPPROXY_NET_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

enum { NETLINK_BUFFER = 32768 };

/*
 * Sends `message`, which has its type and is in a buffer of NETLINK_BUFFER octets; the answers
 * overwrite it. Each goes to `on_answer`, which may be NULL. 0 or -errno, which may be the kernel's
 * answer.
 */
int netlink_ask(int bus, struct nlmsghdr *message, mnl_cb_t on_answer, void *context);

/*
 * Dumps the table that `request` (RTM_GETADDR …) names, of one address family. 0 or -errno; -EINTR:
 * the table changed meanwhile, so that rows may be missing or duplicate.
 */
int netlink_table(uint16_t request, uint8_t family, mnl_cb_t on_row, void *context);

/*
 * The value of the first attribute of that type and of at least `size` octets, after a header of
 * `header` octets; NULL: there is none.
 */
const void *netlink_attribute(const struct nlmsghdr *message, size_t header, uint16_t type,
                              size_t size);

#endif
