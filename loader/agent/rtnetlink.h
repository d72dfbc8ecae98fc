/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of the kernel's, by rtnetlink(7) without a library. */
#ifndef SLEEPPROXY_AGENT_RTNETLINK_H
#define SLEEPPROXY_AGENT_RTNETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

typedef void rtnetlink_row(const struct nlmsghdr *message, void *context);

/*
 * Each row of the table that the question (RTM_GETADDR …) asks for, of one address family. 0 or
 * -errno; -EINTR: the table changed meanwhile, so that rows may be missing, or there twice.
 */
int rtnetlink_table(uint16_t question, uint8_t family, rtnetlink_row *row, void *context);

/* What stands behind the message's own header. NULL: it is shorter than `size`. */
const void *rtnetlink_header(const struct nlmsghdr *message, size_t size);

/* The value of the attribute behind a header of that size. NULL: none of at least `size`. */
const void *rtnetlink_attribute(const struct nlmsghdr *message, size_t header, uint16_t type,
                                size_t size);

#endif
