/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * addresses6: which host an IPv6 address belongs to, as addresses4 for IPv4. Key: the address
 * (struct ipv6). Value: the MAC (struct mac) of an entry of `hosts`.
 *
 * Written by the daemon and by people (bpftool); the datapath reads.
 */
#ifndef SLEEPPROXY_ADDRESSES6_H
#define SLEEPPROXY_ADDRESSES6_H

#include "address.h"

#endif
