// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/gateway.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "net/netlink.h"

enum { TRIES = 5 }; /* the table may change while it is read */

struct search {
	struct ipv4 address;
	bool found;
};

static void compare(struct search *search, const struct nlattr *attribute)
{
	if (mnl_attr_get_type(attribute) == RTA_GATEWAY &&
	    mnl_attr_get_payload_len(attribute) == sizeof(search->address) &&
	    !memcmp(mnl_attr_get_payload(attribute), &search->address, sizeof(search->address)))
		search->found = true;
}

/* Next hops one after another, each with attributes of its own. */
static void compare_hops(struct search *search, const struct nlattr *attribute)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attribute);
	int left = mnl_attr_get_payload_len(attribute);

	for (; RTNH_OK(hop, left); left -= NLMSG_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		const struct nlattr *attr;
		const void *attributes = RTNH_DATA(hop);

		mnl_attr_for_each_payload(attributes, hop->rtnh_len - sizeof(*hop))
			compare(search, attr);
	}
}

static int on_attribute(const struct nlattr *attribute, void *context)
{
	if (mnl_attr_get_type(attribute) == RTA_MULTIPATH)
		compare_hops(context, attribute);
	else
		compare(context, attribute);
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	if (!netlink_header(message, RTM_NEWROUTE, sizeof(struct rtmsg)))
		return MNL_CB_ERROR;
	return mnl_attr_parse(message, sizeof(struct rtmsg), on_attribute, context);
}

bool gateway_is(struct ipv4 address)
{
	struct search search = { .address = address };
	int err = -EINTR;

	for (int tries = 0; tries < TRIES && err == -EINTR; tries++)
		err = netlink_table(RTM_GETROUTE, AF_INET, on_route, &search);
	return search.found;
}
