/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wake-on-LAN as an interface's driver has it: whether a Magic Packet wakes this machine. By the
 * ioctls of ethtool; to read as to set it the kernel wants CAP_NET_ADMIN, by netlink, too.
 */
#ifndef SLEEPPROXY_AGENT_WAKE_ON_LAN_H
#define SLEEPPROXY_AGENT_WAKE_ON_LAN_H

enum wake_on_lan {
	WAKE_ON_LAN_UNKNOWN, /* a virtual interface, or the kernel does not tell us */
	WAKE_ON_LAN_ON,
	WAKE_ON_LAN_OFF,
	WAKE_ON_LAN_UNSUPPORTED,
};

extern const char *const wake_on_lan_names[]; /* "on", "off", "unsupported"; NULL: unknown */

/*
 * Without CAP_NET_ADMIN, whether the device may wake the machine at all, which drivers set together
 * with it.
 */
enum wake_on_lan wake_on_lan_read(const char *interface);

/* Magic Packets wake it, besides what does already. 0 or -errno; -EOPNOTSUPP: none can. */
int wake_on_lan_enable(const char *interface);

#endif
