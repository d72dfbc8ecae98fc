/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ignored: frames that were consumed for a host in its present sleep, and did not wake it; by MAC
 * address (struct mac). A row begins with the first of them.
 *
 * Written by the datapath; the daemon takes the row away when the host sleeps no more, and says in
 * its history how many they were.
 */
#ifndef SLEEPPROXY_IGNORED_H
#define SLEEPPROXY_IGNORED_H

#include "address.h"

typedef __u64 ignored_count; /* frames, host byte order */

#endif
