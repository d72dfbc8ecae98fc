// SPDX-License-Identifier: GPL-2.0-or-later
/* The next hop to an address, from rtnetlink(7). */
#include "net/net_state.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
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

struct neighbour {
	uint16_t state;   /* NUD_* */
	bool is_managed;  /* by another program */
	struct mac mac;   /* zeros: none, or not Ethernet's */
	uint32_t updated; /* how long ago, in ticks of sysconf(_SC_CLK_TCK) */
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

/* `ifindex` 0: out of any; then only -EADDRINUSE counts. */
static int find_hop(uint32_t ifindex, struct ipv4 to, struct ipv4 *hop)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	struct route route = { ifindex, to };
	int err;

	message->nlmsg_type = RTM_GETROUTE;
	header->rtm_family = AF_INET;
	header->rtm_dst_len = 8 * sizeof(to);
	header->rtm_flags = RTM_F_LOOKUP_TABLE;
	mnl_attr_put(message, RTA_DST, sizeof(to), &to);
	if (ifindex)
		mnl_attr_put_u32(message, RTA_OIF, ifindex);
	err = netlink_ask(NETLINK_ROUTE, message, on_route, &route);
	*hop = route.hop;
	/* there is no route, or one of type unreachable, prohibit or blackhole */
	return err == -ENETUNREACH || err == -EACCES || err == -EINVAL ? -EHOSTUNREACH : err;
}

static int on_neighbour(const struct nlmsghdr *message, void *context)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(message);
	const struct nda_cacheinfo *ages;
	struct neighbour *neighbour = context;
	const uint32_t *flags;
	const struct mac *mac;

	mac = netlink_attribute(message, sizeof(*header), NDA_LLADDR, sizeof(*mac));
	ages = netlink_attribute(message, sizeof(*header), NDA_CACHEINFO, sizeof(*ages));
	flags = netlink_attribute(message, sizeof(*header), NDA_FLAGS_EXT, sizeof(*flags));
	neighbour->state = header->ndm_state;
	neighbour->updated = ages ? ages->ndm_updated : 0;
	neighbour->is_managed =
		header->ndm_flags & NTF_EXT_LEARNED || (flags && *flags & NTF_EXT_MANAGED);
	if (mac && !netlink_attribute(message, sizeof(*header), NDA_LLADDR, sizeof(*mac) + 1))
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
	/* with an interface given, the kernel does not look at the addresses of the others */
	int err = find_hop(0, to, &hop) == -EADDRINUSE ? -EADDRINUSE : find_hop(ifindex, to, &hop);

	if (!err)
		err = find_neighbour(ifindex, hop, &neighbour);
	if (err)
		return err;
	if (!(neighbour.state & NUD_SENDABLE)) {
		err = failed_recently(&neighbour) ? -EHOSTUNREACH
		                                  : resolve(ifindex, hop, &neighbour);
		return err ? err : -EAGAIN;
	}
	if (!mac_is_set(&neighbour.mac))
		return -EHOSTUNREACH;
	if (neighbour.state & NUD_STALE)
		resolve(ifindex, hop, &neighbour);
	*mac = neighbour.mac;
	return 0;
}
