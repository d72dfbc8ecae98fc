/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's fixed-width types, under the same names in BPF code and in the daemon. */
#ifndef SLEEPPROXY_TYPES_H
#define SLEEPPROXY_TYPES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

/*
 * For structs that the datapath and user space share. Offsets follow from fixed-width fields and
 * explicit padding.
 */
#define ASSERT_SIZE(type, octets) \
	_Static_assert(sizeof(type) == (octets), #type " has a fixed size")

#endif
