// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/doctor_netlink.h"

#include <linux/genetlink.h>

/* Of linux/netdev.h, which Debian 12 has not. */
enum { NETDEV_CMD_DEV_GET = 1, NETDEV_A_DEV_IFINDEX = 1, NETDEV_A_DEV_XDP_FEATURES = 3 };
enum { NETDEV_XDP_ACT_BASIC = 1 };

static struct nlmsghdr *question(char *buffer, uint16_t family, uint8_t command)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = family;
	header->cmd = command;
	header->version = 1;
	return message;
}

static int read_family(const struct nlattr *attribute, void *family)
{
	if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
		return netlink_value(attribute, family, sizeof(uint16_t));
	return MNL_CB_OK;
}

static int read_features(const struct nlattr *attribute, void *features)
{
	if (mnl_attr_get_type(attribute) == NETDEV_A_DEV_XDP_FEATURES)
		return netlink_value(attribute, features, sizeof(uint64_t));
	return MNL_CB_OK;
}

static int on_family(const struct nlmsghdr *message, void *family)
{
	return mnl_attr_parse(message, sizeof(struct genlmsghdr), read_family, family);
}

static int on_features(const struct nlmsghdr *message, void *features)
{
	return mnl_attr_parse(message, sizeof(struct genlmsghdr), read_features, features);
}

enum link_xdp netlink_xdp_of(uint32_t ifindex)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = question(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	uint16_t family = 0;
	uint64_t features = 0;

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "netdev");
	if (netlink_ask(NETLINK_GENERIC, message, on_family, &family) || !family)
		return LINK_XDP_UNKNOWN;
	message = question(buffer, family, NETDEV_CMD_DEV_GET);
	mnl_attr_put_u32(message, NETDEV_A_DEV_IFINDEX, ifindex);
	if (netlink_ask(NETLINK_GENERIC, message, on_features, &features))
		return LINK_XDP_UNKNOWN;
	return features & NETDEV_XDP_ACT_BASIC ? LINK_XDP_NATIVE : LINK_XDP_NONE;
}
