// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In: rtnetlink's notifications and dumps. Out: tables of own addresses, of routes, of routers
 * among the neighbours, and of what follows from them (net_subnets.c, net_role.c). After an address
 * notification all addresses are dumped again: they are few, and the kernel's order tells which is
 * the primary one. Routes can be a million, and the kernel does not notify of those that it removes
 * with an address or an interface. So a new route counts at once, and everything else waits for
 * net_state_refresh.
 */
#include "net/net_state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <uthash.h>

#include "base/addr.h"
#include "net/internal.h"
#include "net/netlink.h"

enum { TRIES = 5 };       /* a table may change while it is read */
enum { READS_MAX = 256 }; /* before others have their turn */
enum {
	GROUPS = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
	         RTMGRP_IPV6_ROUTE
};

/* Neighbours change all the time, routers hardly ever: they are read with some refreshes. */
enum { ROUTERS_EVERY = 8 };

bool net_table_has(const struct net_address *table, const struct net_address *key)
{
	const struct net_address *entry;

	HASH_FIND(hh, table, key, NET_KEY_SIZE, entry);
	return entry;
}

int net_table_add(struct net_address **table, const struct net_address *address)
{
	struct net_address *entry;

	if (net_table_has(*table, address))
		return MNL_CB_OK;
	entry = malloc(sizeof(*entry));
	if (!entry)
		return MNL_CB_ERROR;
	*entry = *address;
	HASH_ADD_KEYPTR(hh, *table, entry, NET_KEY_SIZE, entry);
	return MNL_CB_OK;
}

void net_table_clear(struct net_address **table)
{
	struct net_address *entry, *next;

	HASH_ITER (hh, *table, entry, next) {
		HASH_DEL(*table, entry);
		free(entry);
	}
}

/* :: where the message does not have it. */
static struct ipv6 read_address(const struct nlmsghdr *message, uint16_t type, bool is_ipv4)
{
	const size_t size = is_ipv4 ? sizeof(struct ipv4) : sizeof(struct ipv6);
	const void *value = netlink_attribute(message, sizeof(struct ifaddrmsg), type, size);

	if (!value)
		return (struct ipv6){ { 0 } };
	return is_ipv4 ? ipv4_mapped(*(const struct ipv4 *)value) : *(const struct ipv6 *)value;
}

/* False: it is not about an address of these families. */
static bool parse_address(const struct nlmsghdr *message, struct net_address *address)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	const bool is_ipv4 = header->ifa_family == AF_INET;

	if (!is_ipv4 && header->ifa_family != AF_INET6)
		return false;
	*address = (struct net_address){
		.ifindex = header->ifa_index,
		.bits = (uint16_t)(header->ifa_prefixlen + (is_ipv4 ? IPV4_MAPPED_BITS : 0)),
		.is_tentative = !is_ipv4 && header->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED),
		.own = read_address(message, IFA_LOCAL, is_ipv4),
		.on_subnet = read_address(message, IFA_ADDRESS, is_ipv4),
		.broadcast = read_address(message, IFA_BROADCAST, is_ipv4),
	};
	if (!ip_is_set(&address->own)) /* IPv6 has no IFA_LOCAL where there is no peer */
		address->own = address->on_subnet;
	return true;
}

static int on_address(const struct nlmsghdr *message, void *table)
{
	struct net_address address;

	return parse_address(message, &address) ? net_table_add(table, &address) : MNL_CB_OK;
}

static int read_gateway(const struct nlattr *attribute, void *table)
{
	const void *address = mnl_attr_get_payload(attribute);
	const size_t length = mnl_attr_get_payload_len(attribute);
	struct net_address gateway = { .ifindex = 0 };

	if (mnl_attr_get_type(attribute) != RTA_GATEWAY)
		return MNL_CB_OK;
	if (length == sizeof(struct ipv4))
		gateway.own = ipv4_mapped(*(const struct ipv4 *)address);
	else if (length == sizeof(struct ipv6))
		gateway.own = *(const struct ipv6 *)address;
	else
		return MNL_CB_OK;
	return net_table_add(table, &gateway);
}

/* RTA_MULTIPATH has next hops one after another, each with attributes of its own. */
static int read_hops(const struct nlattr *attribute, void *table)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(attribute);
	int left = mnl_attr_get_payload_len(attribute), result = MNL_CB_OK;

	if (mnl_attr_get_type(attribute) != RTA_MULTIPATH)
		return read_gateway(attribute, table);
	for (; RTNH_OK(hop, left) && result == MNL_CB_OK; hop = RTNH_NEXT(hop)) {
		result = mnl_attr_parse_payload(RTNH_DATA(hop), hop->rtnh_len - sizeof(*hop),
		                                read_gateway, table);
		left -= NLMSG_ALIGN(hop->rtnh_len);
	}
	return result;
}

/* A prefix of IPv6 that is on a link, as routers or people say (RFC 4861, 6.3.4). */
static int read_on_link(const struct nlmsghdr *message, void *table)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const size_t size = sizeof(*header);
	const uint32_t *ifindex = netlink_attribute(message, size, RTA_OIF, sizeof(*ifindex));
	const struct ipv6 *to = netlink_attribute(message, size, RTA_DST, sizeof(*to));
	struct net_address subnet;

	if (header->rtm_type != RTN_UNICAST || !ifindex || !to || !header->rtm_dst_len ||
	    netlink_attribute(message, size, RTA_GATEWAY, 0))
		return MNL_CB_OK;
	subnet = (struct net_address){ .ifindex = *ifindex,
		                       .bits = MIN(header->rtm_dst_len, 8 * sizeof(*to)),
		                       .on_subnet = *to };
	return net_table_add(table, &subnet);
}

static int on_route(const struct nlmsghdr *message, void *table)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);

	if (header->rtm_family == AF_INET6 && read_on_link(message, table) < 0)
		return MNL_CB_ERROR;
	if (header->rtm_family != AF_INET && header->rtm_family != AF_INET6)
		return MNL_CB_OK;
	return mnl_attr_parse(message, sizeof(*header), read_hops, table);
}

static int on_neighbour(const struct nlmsghdr *message, void *table)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(message);
	const struct ipv6 *address =
		netlink_attribute(message, sizeof(*header), NDA_DST, sizeof(*address));
	struct net_address router = { .ifindex = 0 };

	if (header->ndm_family != AF_INET6 || !(header->ndm_flags & NTF_ROUTER) || !address)
		return MNL_CB_OK;
	router.own = *address;
	return net_table_add(table, &router);
}

bool net_table_is_same(const struct net_address *a, const struct net_address *b)
{
	bool is_same = HASH_COUNT(a) == HASH_COUNT(b);

	for (; a && is_same; a = a->hh.next)
		is_same = net_table_has(b, a);
	return is_same;
}

/*
 * Replaces a stale table by what the kernel has, or leaves it. 1: it has changed, 0: it has not,
 * or -errno.
 */
static int reload(struct net_address **table, bool *stale, uint16_t request, uint8_t family,
                  mnl_cb_t on_row)
{
	struct net_address *read = NULL;
	int err = -EINTR;
	bool changed;

	if (!*stale)
		return 0;
	for (int tries = 0; tries < TRIES && err == -EINTR; tries++) {
		net_table_clear(&read);
		err = netlink_table(request, family, on_row, &read);
	}
	changed = !err && !net_table_is_same(*table, read);
	net_table_clear(err ? &read : table);
	if (!err)
		*table = read;
	*stale = err;
	return err ? err : changed;
}

static int reload_addresses(struct net_state *state)
{
	int result = reload(&state->addresses, &state->addresses_stale, RTM_GETADDR, AF_UNSPEC,
	                    on_address);

	if (result > 0)
		result = net_state_index(state);
	state->addresses_stale = result < 0;
	return result;
}

static int reload_routes(struct net_state *state)
{
	int result =
		reload(&state->routes, &state->routes_stale, RTM_GETROUTE, AF_UNSPEC, on_route);

	if (result > 0) {
		state->changed |= NET_ROUTES_CHANGED;
		result = net_state_index(state);
	}
	state->routes_stale = result < 0;
	return result;
}

int net_state_refresh(struct net_state *state)
{
	int result = reload_addresses(state);

	if (result < 0)
		return result;
	result = reload_routes(state);
	if (result < 0)
		return result;
	state->routers_stale |= state->refreshes++ % ROUTERS_EVERY == 0;
	result = reload(&state->routers, &state->routers_stale, RTM_GETNEIGH, AF_INET6,
	                on_neighbour);
	if (result > 0)
		state->changed |= NET_ROUTES_CHANGED;
	return result < 0 ? result : 0;
}

static void take_link(struct net_state *state, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);

	/* with AF_BRIDGE a bridge tells of its ports, which stay interfaces */
	if (info->ifi_family != AF_UNSPEC)
		return;
	state->changed |= NET_LINKS_CHANGED;
	/* routes that go because of it are not told of */
	if (message->nlmsg_type == RTM_DELLINK || !(info->ifi_flags & IFF_UP))
		state->routes_stale = true;
}

static void take_address(struct net_state *state, const struct nlmsghdr *message)
{
	const bool is_new = message->nlmsg_type == RTM_NEWADDR;
	struct net_address address;

	/* IPv6's come again with new lifetimes, each time that a router advertises their prefix */
	if (!parse_address(message, &address) ||
	    (is_new && net_table_has(state->addresses, &address)))
		return;
	state->changed |= NET_ADDRESSES_CHANGED;
	state->addresses_stale = true;
	if (!is_new)
		state->routes_stale = true;
}

static void take_route(struct net_state *state, const struct nlmsghdr *message)
{
	const bool is_new = message->nlmsg_type == RTM_NEWROUTE;
	const unsigned int before = HASH_COUNT(state->routes);

	if (!is_new || on_route(message, &state->routes) < 0 ||
	    message->nlmsg_flags & NLM_F_REPLACE)
		state->routes_stale = true;
	if (HASH_COUNT(state->routes) == before)
		return;
	state->changed |= NET_ROUTES_CHANGED;
	state->index_stale = true;
}

static int on_notification(const struct nlmsghdr *message, void *state)
{
	const uint16_t type = message->nlmsg_type;

	if (type == RTM_NEWLINK || type == RTM_DELLINK)
		take_link(state, message);
	else if (type == RTM_NEWADDR || type == RTM_DELADDR)
		take_address(state, message);
	else if (type == RTM_NEWROUTE || type == RTM_DELROUTE)
		take_route(state, message);
	return MNL_CB_OK;
}

static int read_notifications(struct net_state *state)
{
	char buffer[NETLINK_BUFFER];

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t length = mnl_socket_recvfrom(state->socket, buffer, sizeof(buffer));

		if (length > 0) {
			mnl_cb_run(buffer, (size_t)length, 0, 0, on_notification, state);
		} else if (length < 0 && errno == ENOBUFS) { /* notifications were lost */
			state->changed |= NET_LINKS_CHANGED | NET_ADDRESSES_CHANGED;
			state->addresses_stale = state->routes_stale = true;
		} else if (length < 0 && errno != EINTR) {
			return errno == EAGAIN ? 0 : -errno;
		}
	}
	return 0;
}

int net_state_read(struct net_state *state)
{
	int err = read_notifications(state), changed = state->changed;

	if (!err && state->index_stale)
		err = net_state_index(state);
	if (!err)
		err = reload_addresses(state);
	if (err)
		return err;
	state->changed = 0;
	return changed;
}

int net_state_open(struct net_state **opened)
{
	struct net_state *state = calloc(1, sizeof(*state));
	int err;

	if (!state)
		return -ENOMEM;
	state->addresses_stale = state->routes_stale = true;
	/* before the dumps: of what changes meanwhile, the notifications tell once more */
	state->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!state->socket || mnl_socket_bind(state->socket, GROUPS, MNL_SOCKET_AUTOPID))
		err = -errno;
	else
		err = net_state_refresh(state);
	if (err)
		net_state_close(state);
	else
		*opened = state;
	return err;
}

int net_state_fd(const struct net_state *state)
{
	return mnl_socket_get_fd(state->socket);
}

void net_state_close(struct net_state *state)
{
	if (!state)
		return;
	if (state->socket)
		mnl_socket_close(state->socket);
	net_table_clear(&state->addresses);
	net_table_clear(&state->routes);
	net_table_clear(&state->routers);
	net_table_clear(&state->own);
	net_table_clear(&state->broadcasts);
	net_table_clear(&state->subnets);
	net_table_clear(&state->given);
	free(state->links);
	free(state);
}
