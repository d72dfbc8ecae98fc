/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * addresses4: whose an IPv4 address is. Key: the address (struct ipv4). Value: the MAC (struct mac)
 * of an entry of `hosts`, where the state is: a host has many addresses, and changes for all of
 * them in one step.
 *
 * Written by the daemon and by people (bpftool); the datapath reads.
 */
#ifndef SLEEPPROXY_ADDRESSES4_H
#define SLEEPPROXY_ADDRESSES4_H

#include "address.h"

#endif
