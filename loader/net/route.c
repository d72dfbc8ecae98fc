// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/netlink.h"

/* The states in which the kernel itself sends to an address. */
enum {
	NUD_SENDABLE =
		NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
};

/* The kernel forgets a failure only where its table is crowded: an old one says nothing of now. */
enum { FAILURE_LASTS = 5 }; /* s */

struct route {
	uint8_t type;  /* RTN_* */
	uint8_t table; /* RT_TABLE_* */
	uint32_t ifindex;
	struct ipv4 hop;
	bool foreign; /* its next hop is of IPv6, or in a tunnel */
};

struct neighbour {
	uint16_t state; /* NUD_* */
	uint8_t flags;  /* NTF_* */
	uint32_t flags_ext;
	bool has_mac;
	struct mac mac;
	struct nda_cacheinfo ages;
};

static int read_route(const struct nlattr *attribute, void *context)
{
	struct route *route = context;

	switch (mnl_attr_get_type(attribute)) {
	case RTA_OIF:
		return netlink_value(attribute, &route->ifindex, sizeof(route->ifindex));
	case RTA_GATEWAY:
		return netlink_value(attribute, &route->hop, sizeof(route->hop));
	case RTA_VIA:
	case RTA_ENCAP:
		route->foreign = true;
		break;
	}
	return MNL_CB_OK;
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = netlink_header(message, RTM_NEWROUTE, sizeof(*header));
	struct route *route = context;

	if (!header)
		return MNL_CB_ERROR;
	route->type = header->rtm_type;
	route->table = header->rtm_table;
	return mnl_attr_parse(message, sizeof(*header), read_route, route);
}

/* How the kernel says that it has no route, or one that is unreachable, prohibit or blackhole. */
static bool is_refusal(int err)
{
	return err == -ENETUNREACH || err == -EHOSTUNREACH || err == -EACCES || err == -EINVAL;
}

/* `ifindex` 0: out of any. */
static int find_route(uint32_t ifindex, struct ipv4 to, struct route *route)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	int err;

	message->nlmsg_type = RTM_GETROUTE;
	header->rtm_family = AF_INET;
	header->rtm_dst_len = 8 * sizeof(to);
	header->rtm_flags = RTM_F_LOOKUP_TABLE;
	mnl_attr_put(message, RTA_DST, sizeof(to), &to);
	if (ifindex)
		mnl_attr_put_u32(message, RTA_OIF, ifindex);
	*route = (struct route){ .hop = to };
	err = netlink_ask(NETLINK_ROUTE, message, on_route, route);
	if (err)
		return is_refusal(err) ? -EHOSTUNREACH : err;
	return route->type == RTN_LOCAL ? -EADDRINUSE : 0;
}

static int find_hop(uint32_t ifindex, struct ipv4 to, struct ipv4 *hop)
{
	struct route route;
	int err;

	/* asked about one interface, the kernel knows not of its addresses on the others */
	if (find_route(0, to, &route) == -EADDRINUSE)
		return -EADDRINUSE;
	err = find_route(ifindex, to, &route);
	if (err)
		return err;
	/* nor does it need a route: what no table has, it takes to be on the link */
	if (route.table == RT_TABLE_UNSPEC || route.type != RTN_UNICAST || route.foreign ||
	    route.ifindex != ifindex)
		return -EHOSTUNREACH;
	*hop = route.hop;
	return 0;
}

static int read_neighbour(const struct nlattr *attribute, void *context)
{
	struct neighbour *neighbour = context;

	switch (mnl_attr_get_type(attribute)) {
	case NDA_LLADDR:
		neighbour->has_mac = mnl_attr_get_payload_len(attribute) == sizeof(neighbour->mac);
		if (neighbour->has_mac)
			memcpy(&neighbour->mac, mnl_attr_get_payload(attribute),
			       sizeof(neighbour->mac));
		break;
	case NDA_CACHEINFO:
		return netlink_value(attribute, &neighbour->ages, sizeof(neighbour->ages));
	case NDA_FLAGS_EXT:
		return netlink_value(attribute, &neighbour->flags_ext,
		                     sizeof(neighbour->flags_ext));
	}
	return MNL_CB_OK;
}

static int on_neighbour(const struct nlmsghdr *message, void *context)
{
	const struct ndmsg *header = netlink_header(message, RTM_NEWNEIGH, sizeof(*header));
	struct neighbour *neighbour = context;

	if (!header)
		return MNL_CB_ERROR;
	neighbour->state = header->ndm_state;
	neighbour->flags = header->ndm_flags;
	return mnl_attr_parse(message, sizeof(*header), read_neighbour, neighbour);
}

static struct nlmsghdr *about_neighbour(char *buffer, uint16_t type, uint32_t ifindex,
                                        struct ipv4 hop, uint8_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = type;
	header->ndm_family = AF_INET;
	header->ndm_ifindex = (int)ifindex;
	header->ndm_flags = flags;
	mnl_attr_put(message, NDA_DST, sizeof(hop), &hop);
	return message;
}

/* NUD_NONE: nobody has asked for it. */
static int find_neighbour(uint32_t ifindex, struct ipv4 hop, struct neighbour *neighbour)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = about_neighbour(buffer, RTM_GETNEIGH, ifindex, hop, 0);
	int err = netlink_ask(NETLINK_ROUTE, message, on_neighbour, neighbour);

	return err == -ENOENT ? 0 : err;
}

/*
 * Has the kernel ask for the neighbour, or whether it is still there, as if it had a packet for it.
 * From an entry that others keep up to date this would take their mark, so it is left to them.
 */
static int resolve(uint32_t ifindex, struct ipv4 hop, const struct neighbour *neighbour)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = about_neighbour(buffer, RTM_NEWNEIGH, ifindex, hop, NTF_USE);

	if (neighbour->flags & NTF_EXT_LEARNED || neighbour->flags_ext & NTF_EXT_MANAGED)
		return 0;
	message->nlmsg_flags = NLM_F_CREATE;
	return netlink_ask(NETLINK_ROUTE, message, NULL, NULL);
}

static bool failed_lately(const struct neighbour *neighbour)
{
	return neighbour->state & NUD_FAILED &&
	       neighbour->ages.ndm_updated / (uint32_t)sysconf(_SC_CLK_TCK) < FAILURE_LASTS;
}

int route_next_hop(uint32_t ifindex, struct ipv4 to, struct mac *mac)
{
	struct neighbour neighbour = { .state = NUD_NONE };
	struct ipv4 hop;
	int err = find_hop(ifindex, to, &hop);

	if (!err)
		err = find_neighbour(ifindex, hop, &neighbour);
	if (err)
		return err;
	if (!(neighbour.state & NUD_SENDABLE)) {
		err = failed_lately(&neighbour) ? -EHOSTUNREACH : resolve(ifindex, hop, &neighbour);
		return err ? err : -EAGAIN;
	}
	if (!neighbour.has_mac)
		return -EHOSTUNREACH;
	if (neighbour.state & NUD_STALE)
		resolve(ifindex, hop, &neighbour);
	*mac = neighbour.mac;
	return 0;
}
