/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the agent asks the kernel, and the files of DHCP clients. */
#ifndef SLEEPPROXY_AGENT_SYSTEM_INFO_H
#define SLEEPPROXY_AGENT_SYSTEM_INFO_H

#include "base/addr.h"
#include "lease_formats/lease_formats.h"
#include "net/iface.h"
#include "npp/npp_message.h"

enum { IFACE_IPV4 = 16, IFACE_IPV6 = 32, PORT_COUNT = UINT16_MAX + 1 };

#define LIFETIME_FOREVER UINT32_MAX
struct iface_address {
	struct ipv6 address;
	uint32_t valid; /* s until the kernel removes it, without suspends; or LIFETIME_FOREVER */
};

/* IPv4's first, then IPv6's, temporary ones last. What exceeds the limits is left out. */
struct iface_addresses {
	struct iface_address list[IFACE_IPV4 + IFACE_IPV6];
	size_t count, ipv4_count;
};

/* By number. */
struct port_set {
	bool tcp[PORT_COUNT], udp[PORT_COUNT];
};

struct system_info {
	struct iface iface;
	struct iface_addresses addresses;
	char hostname[NPP_HOSTNAME]; /* empty: none that is valid (text_is_name) */
	struct port_set ports;       /* as open_ports_read */
	bool has_lease;              /* of one of the addresses, not expired */
	struct client_lease lease;
	bool has_lease6; /* likewise, of some of the addresses */
	struct client_lease6 lease6;
};

/*
 * Sets the leases: of each kind the most recently granted one of the interface's addresses, from
 * the files below `root`, "" for the machine's own. Those that cannot be read are skipped: those of
 * dhcpcd, and of NetworkManager with dhclient, are readable by root only.
 */
void lease_files_find(const char *root, struct system_info *system);

/* `root` as above. 0 or -errno, as ethernet_iface_find. */
int system_info_read(const char *interface, const char *root, struct system_info *system);

/*
 * s that the lease has left at `now` (s since 1970), where the kernel removes its address in
 * `valid` s; 0: expired. The smaller of the two counts: a file may miss renewals or be read with a
 * wrong clock, and the kernel's lifetime does not count during suspend.
 */
uint32_t lease_time_left(const struct client_lease *lease, uint32_t valid, int64_t now);

/*
 * The Ethernet interface, with carrier, of IPv4's default route with the lowest metric. 0; -ENOENT:
 * there is none; or another -errno.
 */
int default_iface(char name[IFNAMSIZ]);

/* 0, -ENODEV: no such interface, -EOPNOTSUPP: not Ethernet, or another -errno. */
int ethernet_iface_find(const char *name, struct iface *iface);

/*
 * The addresses that neighbours may ask for. Tentative ones are left out, since an answer for one
 * would make its owner find a duplicate (RFC 4862, 5.4), and so are those that failed duplicate
 * detection; and deprecated ones of IPv6, which nobody is to begin to use (5.5.4). 0 or -errno.
 */
int iface_addresses_read(uint32_t ifindex, struct iface_addresses *addresses);

static inline const struct iface_address *iface_addresses_find(
	const struct iface_addresses *addresses, struct ipv6 address)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (ip_equal(&addresses->list[i].address, &address))
			return &addresses->list[i];
	return NULL;
}

/*
 * TCP ports that listen, and UDP ports that are bound and not connected, bound to any address or to
 * one of these. A bound UDP port may be a client's that waits for its answer. SO_BINDTODEVICE is
 * not seen.
 */
void open_ports_read(const struct iface_addresses *addresses, struct port_set *ports);

/*
 * Wake-on-LAN as an interface's driver has it: whether a Magic Packet wakes this machine. By the
 * ioctls of ethtool; to read as to set it the kernel wants CAP_NET_ADMIN, by netlink, too.
 */
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
