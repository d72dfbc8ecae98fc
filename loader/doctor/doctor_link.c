// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/doctor_link.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/wireless.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "doctor/doctor_netlink.h"

static int read_kinds(const struct nlattr *attribute, void *context)
{
	struct link *link = context;

	if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
		snprintf(link->kind, sizeof(link->kind), "%s", mnl_attr_get_str(attribute));
	if (mnl_attr_get_type(attribute) == IFLA_INFO_SLAVE_KIND)
		snprintf(link->master_kind, sizeof(link->master_kind), "%s",
		         mnl_attr_get_str(attribute));
	return MNL_CB_OK;
}

static int read_attribute(const struct nlattr *attribute, void *context)
{
	struct link *link = context;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_MTU:
		link->mtu = mnl_attr_get_u32(attribute);
		break;
	case IFLA_MASTER:
		if_indextoname(mnl_attr_get_u32(attribute), link->master);
		break;
	case IFLA_LINKINFO:
		mnl_attr_parse_nested(attribute, read_kinds, link);
		break;
	}
	return MNL_CB_OK;
}

static int on_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct link *link = context;

	link->type = info->ifi_type;
	link->flags = info->ifi_flags;
	return mnl_attr_parse(message, sizeof(*info), read_attribute, link);
}

static int ask_rtnetlink(struct link *link)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_GETLINK;
	message->nlmsg_flags = NLM_F_REQUEST;
	info->ifi_index = (int)link->ifindex;
	return netlink_ask(NETLINK_ROUTE, message, on_link, link);
}

static bool ask_ethtool(int fd, const struct link *link, void *command)
{
	struct ifreq request = { .ifr_data = command };

	memcpy(request.ifr_name, link->name, sizeof(request.ifr_name));
	return !ioctl(fd, SIOCETHTOOL, &request);
}

static void ask_ioctls(struct link *link)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { 0 };
	char phy[64];

	iface_driver(link->name, link->driver);
	if (ask_ethtool(fd, link, &flags)) {
		link->strips_vlan = flags.data & ETH_FLAG_RXVLAN;
		link->lro = flags.data & ETH_FLAG_LRO;
	}
	memcpy(request.ifr_name, link->name, sizeof(request.ifr_name));
	link->has_ipv4 = !ioctl(fd, SIOCGIFADDR, &request);
	/*
	 * the ioctl of old; newer kernels may lack it, and sysfs may be another network namespace's
	 */
	snprintf(phy, sizeof(phy), "/sys/class/net/%s/phy80211", link->name);
	link->wireless = !ioctl(fd, SIOCGIWNAME, &request) || !access(phy, F_OK);
}

int link_read(const char *name, struct link *link)
{
	struct link found = { .ifindex = if_nametoindex(name) };
	int err;

	if (!found.ifindex)
		return -ENODEV;
	snprintf(found.name, sizeof(found.name), "%s", name);
	err = ask_rtnetlink(&found);
	if (err)
		return err;
	ask_ioctls(&found);
	found.xdp = netlink_xdp_of(found.ifindex);
	*link = found;
	return 0;
}
