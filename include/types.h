/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fixed-width types under one name on both sides of the contract: the kernel's, in BPF code and in
 * the daemon.
 */
#ifndef SLEEPPROXY_TYPES_H
#define SLEEPPROXY_TYPES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

/*
 * A struct that crosses a border keeps its size; offsets follow from fixed-width fields and
 * explicit padding.
 */
#define ASSERT_SIZE(type, octets) \
	_Static_assert(sizeof(type) == (octets), #type " has a fixed size")

#endif
