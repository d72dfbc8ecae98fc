/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only netlink tells of an interface. */
#ifndef SLEEPPROXY_DOCTOR_NETLINK_H
#define SLEEPPROXY_DOCTOR_NETLINK_H

#include "doctor/doctor_link.h"
#include "net/netlink.h"

/* What the driver says of XDP in family "netdev". */
enum link_xdp netlink_xdp_of(uint32_t ifindex);

#endif
