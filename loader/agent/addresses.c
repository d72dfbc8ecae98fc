// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/addresses.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "net/netlink.h"

enum { IPV4_BITS = 32, SUBNET_BITS_MAX = 30 };

struct default_route {
	char name[IFNAMSIZ]; /* empty: none yet */
	uint32_t metric;
};

static int ask(const char *name, unsigned long what, struct ifreq *request)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*request = (struct ifreq){ 0 };
	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
	return fd < 0 || ioctl(fd, what, request) ? -errno : 0;
}

bool link_is_ready(const char *name)
{
	struct ifreq request;

	return !ask(name, SIOCGIFFLAGS, &request) && request.ifr_flags & IFF_UP &&
	       request.ifr_flags & IFF_RUNNING;
}

int link_port(const char *name, struct iface *port)
{
	struct ifreq request;
	int err;

	if (!text_is_interface(name))
		return -ENODEV;
	err = ask(name, SIOCGIFHWADDR, &request);
	if (err)
		return err;
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return -EOPNOTSUPP;
	*port = (struct iface){ .ifindex = if_nametoindex(name) };
	if (!port->ifindex)
		return -errno;
	snprintf(port->name, sizeof(port->name), "%s", name);
	memcpy(&port->mac, request.ifr_hwaddr.sa_data, sizeof(port->mac));
	return 0;
}

/* Of several next hops the first. 0: it has none, or that one's link is down. */
static uint32_t way_out(const struct nlmsghdr *message, const struct rtmsg *route)
{
	const uint32_t *oif = netlink_attribute(message, sizeof(*route), RTA_OIF, sizeof(*oif));
	const struct rtnexthop *hop =
		netlink_attribute(message, sizeof(*route), RTA_MULTIPATH, sizeof(*hop));

	if (hop)
		return hop->rtnh_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN) ? 0 : hop->rtnh_ifindex;
	return !oif || route->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN) ? 0 : *oif;
}

static int take_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = netlink_header(message, RTM_NEWROUTE, sizeof(*route));
	struct default_route *best = context;
	const uint32_t *metric;
	char name[IFNAMSIZ];
	struct iface port;

	if (!route)
		return MNL_CB_ERROR;
	if (route->rtm_dst_len || route->rtm_tos || route->rtm_table != RT_TABLE_MAIN ||
	    route->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	metric = netlink_attribute(message, sizeof(*route), RTA_PRIORITY, sizeof(*metric));
	if (*best->name && (metric ? *metric : 0) >= best->metric)
		return MNL_CB_OK;
	if (!if_indextoname(way_out(message, route), name) || link_port(name, &port))
		return MNL_CB_OK;
	memcpy(best->name, name, sizeof(name));
	best->metric = metric ? *metric : 0;
	return MNL_CB_OK;
}

int link_default(char name[IFNAMSIZ])
{
	struct default_route best = { 0 };
	const int err = netlink_table(RTM_GETROUTE, AF_INET, take_route, &best);

	if (err)
		return err;
	memcpy(name, best.name, sizeof(best.name));
	return *name ? 0 : -ENOENT;
}

/* Not every address is configured with one. Two hosts alone need none (RFC 3021, 2.2). */
static struct ipv4 broadcast_of(const struct link_ipv4 *own)
{
	struct ipv4 all = own->address;

	if (own->prefix > SUBNET_BITS_MAX)
		return (struct ipv4){ { 255, 255, 255, 255 } };
	for (unsigned int bit = own->prefix; bit < IPV4_BITS; bit++)
		all.octet[bit / 8] |= 0x80 >> bit % 8;
	return all;
}

static const void *address_in(const struct nlmsghdr *message, uint16_t type, size_t size)
{
	return netlink_attribute(message, sizeof(struct ifaddrmsg), type, size);
}

static void take_ipv4(const struct nlmsghdr *message, struct link_addresses *addresses)
{
	const struct ifaddrmsg *header = NLMSG_DATA(message);
	const struct ipv4 *local = address_in(message, IFA_LOCAL, sizeof(*local));
	const struct ipv4 *broadcast = address_in(message, IFA_BROADCAST, sizeof(*broadcast));
	const struct ifa_cacheinfo *ages = address_in(message, IFA_CACHEINFO, sizeof(*ages));
	struct link_ipv4 *own = &addresses->ipv4[addresses->ipv4_count];

	if (!local || addresses->ipv4_count == LINK_IPV4)
		return;
	*own = (struct link_ipv4){ .address = *local, .prefix = header->ifa_prefixlen };
	own->broadcast = broadcast ? *broadcast : broadcast_of(own);
	own->valid = ages ? ages->ifa_valid : LINK_FOREVER;
	addresses->ipv4_count++;
}

static void take_ipv6(const struct nlmsghdr *message, struct ipv6 *list, size_t *count)
{
	const struct ipv6 *local = address_in(message, IFA_LOCAL, sizeof(*local));
	/* which is the other end's where there is one */
	const struct ipv6 *address = address_in(message, IFA_ADDRESS, sizeof(*address));

	if (!local)
		local = address;
	if (local && *count < LINK_IPV6)
		list[(*count)++] = *local;
}

struct addresses_of {
	uint32_t ifindex;
	struct link_addresses *addresses;
	struct ipv6 deprecated[LINK_IPV6];
	size_t deprecated_count;
};

static int take_address(const struct nlmsghdr *message, void *context)
{
	const struct ifaddrmsg *header = netlink_header(message, RTM_NEWADDR, sizeof(*header));
	struct addresses_of *of = context;
	const uint32_t *wide;
	uint32_t flags;

	if (!header)
		return MNL_CB_ERROR;
	wide = address_in(message, IFA_FLAGS, sizeof(*wide));
	flags = wide ? *wide : header->ifa_flags;
	if (header->ifa_index != of->ifindex || flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
		return MNL_CB_OK;
	if (header->ifa_family == AF_INET)
		take_ipv4(message, of->addresses);
	else if (header->ifa_family == AF_INET6 && flags & IFA_F_DEPRECATED)
		take_ipv6(message, of->deprecated, &of->deprecated_count);
	else if (header->ifa_family == AF_INET6)
		take_ipv6(message, of->addresses->ipv6, &of->addresses->ipv6_count);
	return MNL_CB_OK;
}

int link_addresses(uint32_t ifindex, struct link_addresses *addresses)
{
	struct addresses_of of = { .ifindex = ifindex, .addresses = addresses };
	int err;

	*addresses = (struct link_addresses){ 0 };
	err = netlink_table(RTM_GETADDR, AF_UNSPEC, take_address, &of);
	for (size_t i = 0; i < of.deprecated_count && addresses->ipv6_count < LINK_IPV6; i++)
		addresses->ipv6[addresses->ipv6_count++] = of.deprecated[i];
	return err;
}
