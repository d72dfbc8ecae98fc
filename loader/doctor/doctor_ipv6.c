// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPv6 on an interface. Neighbor Solicitations are answered before this machine's own IPv6 sees
 * them; but that is by which switches that snoop learn where to send them (MLD), and by which
 * Router Advertisements are heard. Whether it follows these itself (accept_ra) does not matter.
 */
#include "doctor/doctor.h"
#include "net/iface.h"
#include "net/net_state.h"

static const char WITHOUT[] = "switches that snoop (MLD) keep Neighbor Solicitations from it, and "
			      "Router Advertisements are not heard; where no switch snoops, hosts "
			      "are answered for at IPv6 addresses all the same";

static bool check_enabled(const char *interface)
{
	const int disabled = iface_ipv6_is_disabled(interface);

	if (disabled > 0)
		WARN("IPv6 is disabled on %s: %s: sysctl net.ipv6.conf.%s.disable_ipv6=0",
		     interface, WITHOUT, interface);
	else if (disabled < 0)
		WARN("the kernel has no IPv6 for %s (ipv6.disable=1): %s", interface, WITHOUT);
	return !disabled;
}

/* RFC 3810, 5.2.13: routers discard reports from ::. */
static void check_link_local(const char *interface, const struct net_state *state, uint32_t ifindex)
{
	struct ipv6 address;

	if (net_link_local(state, ifindex, &address))
		OK("%s has a link-local address to report groups from (MLD)", interface);
	else
		WARN("%s has no link-local address: groups are reported from :: (MLD), which "
		     "routers discard: sysctl net.ipv6.conf.%s.addr_gen_mode=0",
		     interface, interface);
}

static void check_prefixes(const char *interface, const struct net_state *state, uint32_t ifindex)
{
	char text[NET_SUBNETS_TEXT];

	if (*net_subnets_text(state, ifindex, false, text))
		OK("IPv6 addresses in %s are on the link of %s", text, interface);
	else
		NOTE("no IPv6 prefix is known on %s: until a router advertises one, or `subnets` "
		     "names it, only link-local and unique local addresses are answered for",
		     interface);
}

static void check_addresses(const char *interface, uint32_t ifindex)
{
	const struct net_link link = { .ifindex = ifindex };
	struct net_state *state;

	if (net_state_open(&state))
		return;
	check_link_local(interface, state, ifindex);
	if (net_state_set_links(state, &link, 1) >= 0)
		check_prefixes(interface, state, ifindex);
	net_state_close(state);
}

void check_ipv6(const char *interface, uint32_t ifindex, const char *bridge)
{
	/* its rx_handler takes frames before other sockets than those for all protocols see them */
	if (*bridge)
		WARN("%s is a port of bridge %s, which alone hears what is sent to groups: switches "
		     "that snoop (MLD) forget %s after some minutes, Router Advertisements are not "
		     "heard, and IPv6 addresses of hosts are not learnt",
		     interface, bridge, interface);
	if (check_enabled(interface))
		check_addresses(interface, ifindex);
}
