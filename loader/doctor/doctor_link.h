/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of an interface: by rtnetlink, by ethtool's ioctl, by the netdev family
 * where it exists (6.3).
 */
#ifndef SLEEPPROXY_DOCTOR_LINK_H
#define SLEEPPROXY_DOCTOR_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/iface.h"

enum { LINK_WORD = 32 };

enum link_xdp { LINK_XDP_UNKNOWN, LINK_XDP_NONE, LINK_XDP_NATIVE };

struct link {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	uint16_t type;  /* ARPHRD_* */
	uint32_t flags; /* IFF_* */
	uint32_t mtu;
	char kind[LINK_WORD];        /* "veth", "bridge" …; empty with hardware */
	char master[IFNAMSIZ];       /* the bridge or bond that it is part of; empty: none */
	char master_kind[LINK_WORD]; /* "bridge", "bond" … */
	char driver[IFACE_DRIVER];   /* empty: not told */
	bool wireless;
	bool strips_vlan; /* VLAN tags do not reach native XDP */
	bool lro;
	bool has_ipv4;
	enum link_xdp xdp; /* what the driver says of itself */
};

/* 0 or -errno; -ENODEV: there is no such interface. */
int link_read(const char *name, struct link *link);

#endif
