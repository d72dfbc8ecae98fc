/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the kernel by netlink, each on a socket of its own. */
#ifndef SLEEPPROXY_NETLINK_H
#define SLEEPPROXY_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

enum { NETLINK_BUFFER = 32768 };

/*
 * `message` has its type, and stands in a buffer of NETLINK_BUFFER, which the answers overwrite.
 * They come to `on_answer`, which may be NULL. 0 or -errno, the kernel's own where it refuses.
 */
int netlink_ask(int bus, struct nlmsghdr *message, mnl_cb_t on_answer, void *context);

/*
 * Each row of the table that the question (RTM_GETADDR …) asks for, of one address family. 0 or
 * -errno; -EINTR: the table changed meanwhile, so that rows may be missing, or there twice.
 */
int netlink_table(uint16_t question, uint8_t family, mnl_cb_t on_row, void *context);

/*
 * For `on_answer`. The header behind the message's own, or NULL: the answer is of another type, or
 * too short, which errno says.
 */
const void *netlink_header(const struct nlmsghdr *message, uint16_t type, size_t size);

/*
 * The value of the attribute behind a header of that size, or NULL: there is none of that type and
 * of at least `size`.
 */
const void *netlink_attribute(const struct nlmsghdr *message, size_t header, uint16_t type,
                              size_t size);

/* Copies an attribute's value. MNL_CB_OK; MNL_CB_ERROR with errno: it is shorter. */
int netlink_value(const struct nlattr *attribute, void *value, size_t size);

#endif
