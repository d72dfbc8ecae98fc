/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses compared. The datapath does so by halfwords, in bpf/frame.bpf.h. */
#ifndef SLEEPPROXY_BASE_ADDR_H
#define SLEEPPROXY_BASE_ADDR_H

#include <stdbool.h>
#include <string.h>

#include "address.h"

static inline bool mac_equal(const struct mac *a, const struct mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool ipv4_equal(struct ipv4 a, struct ipv4 b)
{
	return !memcmp(&a, &b, sizeof(a));
}

/* 0.0.0.0 stands for none. */
static inline bool ipv4_is_set(struct ipv4 address)
{
	return !ipv4_equal(address, (struct ipv4){ { 0 } });
}

#endif
