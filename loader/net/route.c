// SPDX-License-Identifier: GPL-2.0-or-later
/* The next hop to an address, from rtnetlink(7). */
#include "net/net_state.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "net/neighbour_table.h"
#include "net/netlink.h"

/* The states in which the kernel itself sends to an address. */
enum {
	NUD_SENDABLE =
		NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY,
};

/* The kernel keeps failed entries for as long as there is room: an older one is out of date. */
enum { FAILURE_LASTS = 5 }; /* s */

/* A next hop out of the interface, neither by IPv6 nor in a tunnel. */
struct route {
	uint32_t ifindex;
	struct ipv4 hop;
};

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const struct ipv4 *gateway;
	const uint32_t *ifindex;
	struct route *route = context;
	bool is_usable;

	gateway = netlink_attribute(message, sizeof(*header), RTA_GATEWAY, sizeof(*gateway));
	ifindex = netlink_attribute(message, sizeof(*header), RTA_OIF, sizeof(*ifindex));
	route->hop = gateway ? *gateway : route->hop;
	/* with an interface given, an address that no table has is assumed to be on-link */
	is_usable = header->rtm_type == RTN_UNICAST && header->rtm_table != RT_TABLE_UNSPEC &&
	            ifindex && *ifindex == route->ifindex &&
	            !netlink_attribute(message, sizeof(*header), RTA_VIA, 0) &&
	            !netlink_attribute(message, sizeof(*header), RTA_ENCAP, 0);
	errno = header->rtm_type == RTN_LOCAL ? EADDRINUSE : EHOSTUNREACH;
	return is_usable ? MNL_CB_OK : MNL_CB_ERROR;
}

static struct nlmsghdr *route_message(char *buffer, const struct ipv6 *to)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	const struct ipv4 to4 = ip_to_ipv4(to);
	const bool is_ipv4 = ip_is_ipv4(to);

	message->nlmsg_type = RTM_GETROUTE;
	header->rtm_family = is_ipv4 ? AF_INET : AF_INET6;
	header->rtm_dst_len = 8 * (is_ipv4 ? sizeof(to4) : sizeof(*to));
	header->rtm_flags = RTM_F_LOOKUP_TABLE;
	if (is_ipv4)
		mnl_attr_put(message, RTA_DST, sizeof(to4), &to4);
	else
		mnl_attr_put(message, RTA_DST, sizeof(*to), to);
	return message;
}

/* `ifindex` 0: out of any; then only -EADDRINUSE counts. */
static int find_hop(uint32_t ifindex, struct ipv4 to, struct ipv4 *hop)
{
	char buffer[NETLINK_BUFFER];
	const struct ipv6 mapped = ipv4_mapped(to);
	struct nlmsghdr *message = route_message(buffer, &mapped);
	struct route route = { ifindex, to };
	int err;

	if (ifindex)
		mnl_attr_put_u32(message, RTA_OIF, ifindex);
	err = netlink_ask(NETLINK_ROUTE, message, on_route, &route);
	*hop = route.hop;
	/* there is no route, or one of type unreachable, prohibit or blackhole */
	return err == -ENETUNREACH || err == -EACCES || err == -EINVAL ? -EHOSTUNREACH : err;
}

static bool failed_recently(const struct neighbour_entry *neighbour)
{
	return neighbour->state & NUD_FAILED &&
	       neighbour->updated / (uint32_t)sysconf(_SC_CLK_TCK) < FAILURE_LASTS;
}

int route_next_hop(uint32_t ifindex, struct ipv4 to, struct mac *mac)
{
	struct neighbour_entry neighbour;
	struct ipv4 hop;
	struct ipv6 mapped;
	/* with an interface given, the kernel does not look at the addresses of the others */
	int err = find_hop(0, to, &hop) == -EADDRINUSE ? -EADDRINUSE : find_hop(ifindex, to, &hop);

	mapped = ipv4_mapped(hop);
	if (!err)
		err = neighbour_entry_get(ifindex, &mapped, &neighbour);
	if (err)
		return err;
	if (!(neighbour.state & NUD_SENDABLE)) {
		err = failed_recently(&neighbour)
		              ? -EHOSTUNREACH
		              : neighbour_entry_resolve(ifindex, &mapped, &neighbour);
		return err ? err : -EAGAIN;
	}
	if (!mac_is_set(&neighbour.mac))
		return -EHOSTUNREACH;
	if (neighbour.state & NUD_STALE)
		neighbour_entry_resolve(ifindex, &mapped, &neighbour);
	*mac = neighbour.mac;
	return 0;
}

static int on_interface(const struct nlmsghdr *message, void *context)
{
	const uint32_t *ifindex =
		netlink_attribute(message, sizeof(struct rtmsg), RTA_OIF, sizeof(*ifindex));

	if (ifindex)
		*(uint32_t *)context = *ifindex;
	return MNL_CB_OK;
}

int route_interface(const struct ipv6 *to, uint32_t *ifindex)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = route_message(buffer, to);

	return netlink_ask(NETLINK_ROUTE, message, on_interface, ifindex);
}
