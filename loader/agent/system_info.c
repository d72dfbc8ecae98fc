// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/system_info.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/netlink.h"

enum { NETLINK_TRIES = 5 };

/* As the kernel numbers them (net/tcp_states.h). */
enum socket_state {
	SOCKET_UNCONNECTED = 7, /* UDP */
	SOCKET_LISTENING = 10,  /* TCP */
};

struct address_dump {
	uint32_t ifindex;
	struct iface_addresses *addresses;
	struct iface_address temporary[IFACE_IPV6];
	size_t temporary_count;
};

int ethernet_iface_find(const char *name, struct iface *iface)
{
	struct ifreq request = { 0 };
	int err = text_is_interface(name) ? iface_ioctl(name, SIOCGIFHWADDR, &request) : -ENODEV;

	if (err)
		return err;
	return request.ifr_hwaddr.sa_family == ARPHRD_ETHER ? iface_find(name, iface) : -EOPNOTSUPP;
}

/* A line of /proc/net/route (proc(5)). False: it has no default route of an Ethernet interface. */
static bool parse_route(const char *line, char name[IFNAMSIZ], int *metric)
{
	unsigned int destination, mask;
	struct iface iface;

	return sscanf(line, "%15s %x %*x %*x %*d %*u %d %x", name, &destination, metric, &mask) ==
	               4 &&
	       !destination && !mask && !ethernet_iface_find(name, &iface) && iface_has_link(name);
}

int default_iface(char name[IFNAMSIZ])
{
	FILE *routes = fopen("/proc/self/net/route", "re");
	char line[256], found[IFNAMSIZ];
	int metric, best = 0;

	if (!routes)
		return -errno;
	*name = '\0';
	while (fgets(line, sizeof(line), routes)) {
		if (parse_route(line, found, &metric) && (!*name || metric < best)) {
			memcpy(name, found, sizeof(found));
			best = metric;
		}
	}
	fclose(routes);
	return *name ? 0 : -ENOENT;
}

static const void *address_attribute(const struct nlmsghdr *message, uint16_t type, size_t size)
{
	return netlink_attribute(message, sizeof(struct ifaddrmsg), type, size);
}

/* False: there is none. IFA_ADDRESS is the peer's where there is one, and IFA_LOCAL then ours. */
static bool read_own(const struct nlmsghdr *message, bool is_ipv4, struct iface_address *own)
{
	const size_t size = is_ipv4 ? sizeof(struct ipv4) : sizeof(struct ipv6);
	const struct ifa_cacheinfo *times =
		address_attribute(message, IFA_CACHEINFO, sizeof(*times));
	const void *local = address_attribute(message, IFA_LOCAL, size);

	if (!local)
		local = address_attribute(message, IFA_ADDRESS, size);
	if (!local)
		return false;
	own->address =
		is_ipv4 ? ipv4_mapped(*(const struct ipv4 *)local) : *(const struct ipv6 *)local;
	own->valid = times ? times->ifa_valid : LIFETIME_FOREVER;
	return true;
}

static void add_address(struct iface_addresses *addresses, const struct iface_address *own)
{
	const bool is_ipv4 = ip_is_ipv4(&own->address);
	const size_t ipv6_count = addresses->count - addresses->ipv4_count;

	if (is_ipv4 ? addresses->ipv4_count == IFACE_IPV4 : ipv6_count == IFACE_IPV6)
		return;
	addresses->list[addresses->count++] = *own;
	addresses->ipv4_count += is_ipv4;
}

/* The kernel lists all of IPv4's before those of IPv6. */
static int read_address(const struct nlmsghdr *message, void *context)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	struct address_dump *dump = context;
	struct iface_address own;
	const uint32_t *wide;
	bool is_ipv4;
	uint32_t flags;

	wide = address_attribute(message, IFA_FLAGS, sizeof(*wide));
	flags = wide ? *wide : header->ifa_flags;
	is_ipv4 = header->ifa_family == AF_INET;
	if (header->ifa_index != dump->ifindex || flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED) ||
	    (flags & IFA_F_DEPRECATED && !is_ipv4) || !read_own(message, is_ipv4, &own))
		return MNL_CB_OK;
	if (!(flags & IFA_F_TEMPORARY) || is_ipv4) /* of IPv4 the bit has another meaning */
		add_address(dump->addresses, &own);
	else if (dump->temporary_count < IFACE_IPV6)
		dump->temporary[dump->temporary_count++] = own;
	return MNL_CB_OK;
}

int iface_addresses_read(uint32_t ifindex, struct iface_addresses *addresses)
{
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < NETLINK_TRIES; tries++) {
		struct address_dump dump = { .ifindex = ifindex, .addresses = addresses };

		*addresses = (struct iface_addresses){ 0 };
		err = netlink_table(RTM_GETADDR, AF_UNSPEC, read_address, &dump);
		for (size_t i = 0; i < dump.temporary_count; i++)
			add_address(addresses, &dump.temporary[i]);
	}
	return err;
}

/*
 * A line of /proc/net/tcp, tcp6, udp or udp6 (proc(5)), with an address of one or four numbers in
 * the machine's byte order. False: it describes no socket, such as the heading.
 */
static bool parse_socket(const char *line, struct ipv6 *address, unsigned int *port,
                         unsigned int *state)
{
	uint32_t words[4];
	struct ipv4 v4;

	if (sscanf(line, " %*u: %8x%8x%8x%8x:%4x %*[^:]:%*x %2x", &words[0], &words[1], &words[2],
	           &words[3], port, state) == 6) {
		memcpy(address, words, sizeof(*address));
		return true;
	}
	if (sscanf(line, " %*u: %8x:%4x %*[^:]:%*x %2x", &words[0], port, state) != 3)
		return false;
	memcpy(&v4, words, sizeof(v4));
	*address = ipv4_mapped(v4);
	return true;
}

static bool is_reachable(const struct iface_addresses *addresses, const struct ipv6 *address)
{
	const struct ipv6 any_ipv4 = ipv4_mapped((struct ipv4){ { 0 } });

	return !ip_is_set(address) || ip_equal(address, &any_ipv4) ||
	       iface_addresses_find(addresses, *address);
}

static void read_sockets(const char *path, enum socket_state wanted,
                         const struct iface_addresses *addresses, bool set[PORT_COUNT])
{
	FILE *file = fopen(path, "re");
	unsigned int port, state;
	struct ipv6 address;
	char line[256];

	if (!file) /* as without IPv6 */
		return;
	while (fgets(line, sizeof(line), file))
		if (parse_socket(line, &address, &port, &state) && port && state == wanted &&
		    is_reachable(addresses, &address))
			set[port] = true;
	fclose(file);
}

void open_ports_read(const struct iface_addresses *addresses, struct port_set *ports)
{
	*ports = (struct port_set){ 0 };
	read_sockets("/proc/self/net/tcp", SOCKET_LISTENING, addresses, ports->tcp);
	read_sockets("/proc/self/net/tcp6", SOCKET_LISTENING, addresses, ports->tcp);
	read_sockets("/proc/self/net/udp", SOCKET_UNCONNECTED, addresses, ports->udp);
	read_sockets("/proc/self/net/udp6", SOCKET_UNCONNECTED, addresses, ports->udp);
}

uint32_t lease_time_left(const struct client_lease *lease, uint32_t valid, int64_t now)
{
	const int64_t ends = lease->begun + lease->total;
	uint32_t left = lease->total;

	if (lease->total == DHCP_INFINITE)
		return valid;
	if (lease->dated || valid == LIFETIME_FOREVER)
		left = ends <= now ? 0 : (uint32_t)MIN(ends - now, lease->total);
	return MIN(left, valid);
}

static uint32_t left_of(uint32_t granted, int64_t age)
{
	return granted == DHCP_INFINITE ? granted : (uint32_t)MAX(granted - age, 0);
}

/* Of each address the smaller of two counts, as above; those that are over are left out. */
static void read_lease6(struct system_info *system, int64_t now)
{
	struct dhcp6_lease *lease = &system->lease6.lease;
	const int64_t age = MAX(now - system->lease6.begun, 0);
	uint8_t count = 0;

	for (size_t i = 0; i < lease->address_count && system->has_lease6; i++) {
		struct dhcp6_address left = lease->addresses[i];

		left.valid = MIN(left_of(left.valid, age),
		                 iface_addresses_find(&system->addresses, left.address)->valid);
		left.preferred = MIN(left_of(left.preferred, age), left.valid);
		if (left.valid)
			lease->addresses[count++] = left;
	}
	lease->t1 = left_of(lease->t1, age);
	lease->t2 = left_of(lease->t2, age);
	lease->address_count = count;
	system->has_lease6 = count > 0;
}

/* A file with an expired lease may be that of a DHCP client that no longer runs. */
static void read_lease(struct system_info *system, int64_t now)
{
	struct client_lease *lease = &system->lease;
	const struct iface_address *own;

	if (!system->has_lease)
		return;
	own = iface_addresses_find(&system->addresses, ipv4_mapped(lease->address));
	lease->left = lease_time_left(lease, own->valid, now);
	system->has_lease = lease->left > 0;
}

int system_info_read(const char *interface, const char *root, struct system_info *system)
{
	const int64_t now = (clock_now().wall + 999) / 1000;
	int err;

	*system = (struct system_info){ 0 };
	err = ethernet_iface_find(interface, &system->iface);
	if (!err)
		err = iface_addresses_read(system->iface.ifindex, &system->addresses);
	if (err)
		return err;
	if (gethostname(system->hostname, NPP_HOSTNAME) || !text_is_name(system->hostname))
		memset(system->hostname, 0, NPP_HOSTNAME);
	open_ports_read(&system->addresses, &system->ports);
	lease_files_find(root, system);
	read_lease(system, now);
	read_lease6(system, now);
	return 0;
}
