// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/neighbour.h"

#include "net/arp.h"
#include "net/nd.h"

int neighbour_request(int fd, const struct net_state *net, const struct iface *iface,
                      const struct mac *to, const struct ipv6 *target, uint16_t vlan)
{
	const struct ipv4 target4 = ip_to_ipv4(target);
	struct ipv6 source = { { 0 } };

	if (!ip_is_ipv4(target)) {
		net_link_local(net, iface->ifindex, &source);
		return nd_request(fd, iface, to, &source, target, vlan);
	}
	return arp_request(fd, iface, to, net_source_address(net, iface->ifindex, &target4),
	                   target4, vlan);
}

static int announce6(int fd, const struct iface *iface, const struct ipv6 *address, uint16_t vlan)
{
	struct packet packet;

	nd_write_announcement(&packet, &iface->mac, address, vlan);
	return packet_send(fd, iface, &packet);
}

/*
 * With the host's MAC neighbours have nothing to learn but of the switch, which takes any frame of
 * it: an advertisement that a loop sends back to us would be the host's own, an ARP Announcement,
 * also of no address, is known as ours.
 */
int neighbour_announce(int fd, const struct iface *iface, const struct mac *as,
                       const struct ipv6 *addresses, size_t count, uint16_t vlan)
{
	const bool as_itself = mac_equal(as, &iface->mac);
	bool announced = false;
	int err = 0;

	for (size_t i = 0; i < count; i++) {
		const bool is_ipv4 = ip_is_ipv4(&addresses[i]);
		int failed = 0;

		if (is_ipv4)
			failed = arp_announce(fd, iface, as, ip_to_ipv4(&addresses[i]), vlan,
			                      &MAC_BROADCAST);
		else if (as_itself)
			failed = announce6(fd, iface, &addresses[i], vlan);
		announced |= is_ipv4 || as_itself;
		err = err ? err : failed;
	}
	if (!announced && count)
		err = arp_announce(fd, iface, as, (struct ipv4){ { 0 } }, vlan, &MAC_BROADCAST);
	return err;
}

int neighbour_update(int fd, const struct iface *iface, const struct report *report)
{
	struct packet packet;

	if (ip_is_ipv4(&report->address))
		arp_write_update(&packet, &iface->mac, report);
	else
		nd_write_update(&packet, &iface->mac, report);
	return packet_send(fd, iface, &packet);
}
