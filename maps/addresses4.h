/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * addresses4: which host an IPv4 address belongs to. Key: the address (struct ipv4). Value: the MAC
 * (struct mac) of an entry of `hosts`. The state is there, so that one step changes it for all
 * addresses of the host.
 *
 * Written by the daemon and by people (bpftool); the datapath reads.
 */
#ifndef SLEEPPROXY_ADDRESSES4_H
#define SLEEPPROXY_ADDRESSES4_H

#include "address.h"

#endif
