// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/netlink.h"

/* The states in which the kernel itself sends to an address. */
enum {
	NUD_SENDABLE =
		NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
};

/* The kernel keeps failed entries for as long as there is room: an older one is out of date. */
enum { FAILURE_LASTS = 5 }; /* s */

struct route {
	bool is_local;
	bool is_usable; /* a next hop out of `ifindex`: no IPv6 address, and not in a tunnel */
	uint32_t ifindex;
	struct ipv4 hop;
};

struct neighbour {
	uint16_t state;  /* NUD_* */
	bool is_managed; /* by another program */
	bool has_mac;
	struct mac mac;
	uint32_t updated; /* how long ago, in ticks of sysconf(_SC_CLK_TCK) */
};

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = netlink_header(message, RTM_NEWROUTE, sizeof(*header));
	const struct ipv4 *gateway;
	const uint32_t *ifindex;
	struct route *route = context;

	if (!header)
		return MNL_CB_ERROR;
	gateway = netlink_attribute(message, sizeof(*header), RTA_GATEWAY, sizeof(*gateway));
	ifindex = netlink_attribute(message, sizeof(*header), RTA_OIF, sizeof(*ifindex));
	route->is_local = header->rtm_type == RTN_LOCAL;
	/* with an interface given, an address that no table has is assumed to be on-link */
	route->is_usable = header->rtm_type == RTN_UNICAST &&
	                   header->rtm_table != RT_TABLE_UNSPEC &&
	                   !netlink_attribute(message, sizeof(*header), RTA_VIA, 0) &&
	                   !netlink_attribute(message, sizeof(*header), RTA_ENCAP, 0);
	route->ifindex = ifindex ? *ifindex : 0;
	route->hop = gateway ? *gateway : route->hop;
	return MNL_CB_OK;
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
	/* there is no route, or one of type unreachable, prohibit or blackhole */
	if (err == -ENETUNREACH || err == -EACCES || err == -EINVAL)
		return -EHOSTUNREACH;
	return !err && route->is_local ? -EADDRINUSE : err;
}

static int find_hop(uint32_t ifindex, struct ipv4 to, struct ipv4 *hop)
{
	struct route route;
	int err;

	/* with an interface given, the kernel does not look at the addresses of the others */
	if (find_route(0, to, &route) == -EADDRINUSE)
		return -EADDRINUSE;
	err = find_route(ifindex, to, &route);
	if (err)
		return err;
	if (!route.is_usable || route.ifindex != ifindex)
		return -EHOSTUNREACH;
	*hop = route.hop;
	return 0;
}

static int on_neighbour(const struct nlmsghdr *message, void *context)
{
	const struct ndmsg *header = netlink_header(message, RTM_NEWNEIGH, sizeof(*header));
	const struct nda_cacheinfo *ages;
	struct neighbour *neighbour = context;
	const uint32_t *flags;
	const struct mac *mac;

	if (!header)
		return MNL_CB_ERROR;
	mac = netlink_attribute(message, sizeof(*header), NDA_LLADDR, sizeof(*mac));
	ages = netlink_attribute(message, sizeof(*header), NDA_CACHEINFO, sizeof(*ages));
	flags = netlink_attribute(message, sizeof(*header), NDA_FLAGS_EXT, sizeof(*flags));
	neighbour->state = header->ndm_state;
	neighbour->updated = ages ? ages->ndm_updated : 0;
	neighbour->is_managed =
		header->ndm_flags & NTF_EXT_LEARNED || (flags && *flags & NTF_EXT_MANAGED);
	/* a longer one is not Ethernet's */
	neighbour->has_mac =
		mac && !netlink_attribute(message, sizeof(*header), NDA_LLADDR, sizeof(*mac) + 1);
	if (mac)
		neighbour->mac = *mac;
	return MNL_CB_OK;
}

static struct nlmsghdr *neighbour_message(char *buffer, uint16_t type, uint32_t ifindex,
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

/* NUD_NONE: there is no entry. */
static int find_neighbour(uint32_t ifindex, struct ipv4 hop, struct neighbour *neighbour)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = neighbour_message(buffer, RTM_GETNEIGH, ifindex, hop, 0);
	int err = netlink_ask(NETLINK_ROUTE, message, on_neighbour, neighbour);

	return err == -ENOENT ? 0 : err;
}

/*
 * Makes the kernel resolve the neighbour, or verify it, as if it had a packet for it. Entries that
 * another program manages are left to it, as this would clear their flags.
 */
static int resolve(uint32_t ifindex, struct ipv4 hop, const struct neighbour *neighbour)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = neighbour_message(buffer, RTM_NEWNEIGH, ifindex, hop, NTF_USE);

	if (neighbour->is_managed)
		return 0;
	message->nlmsg_flags = NLM_F_CREATE;
	return netlink_ask(NETLINK_ROUTE, message, NULL, NULL);
}

static bool failed_recently(const struct neighbour *neighbour)
{
	return neighbour->state & NUD_FAILED &&
	       neighbour->updated / (uint32_t)sysconf(_SC_CLK_TCK) < FAILURE_LASTS;
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
		err = failed_recently(&neighbour) ? -EHOSTUNREACH
		                                  : resolve(ifindex, hop, &neighbour);
		return err ? err : -EAGAIN;
	}
	if (!neighbour.has_mac)
		return -EHOSTUNREACH;
	if (neighbour.state & NUD_STALE)
		resolve(ifindex, hop, &neighbour);
	*mac = neighbour.mac;
	return 0;
}
