// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nd.h"

#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <string.h>

#include "base/addr.h"

static const struct ipv6 ALL_NODES = { { 0xff, 0x02, [15] = 1 } };
static const struct ipv6 ALL_ROUTERS = { { 0xff, 0x02, [15] = 2 } };

/* An option with a MAC (RFC 4861, 4.6.1). */
struct mac_option {
	uint8_t type, units;
	struct mac mac;
};

/* A solicitation or an advertisement, which have the same form. */
struct message {
	struct nd_neighbor_solicit nd;
	struct mac_option option;
};

struct ipv6 nd_solicited_node(const struct ipv6 *address)
{
	struct ipv6 group = { { 0xff, 0x02, [11] = 1, 0xff } };

	memcpy(group.octet + 13, address->octet + 13, 3);
	return group;
}

/* RFC 2464, 7 */
static struct mac group_mac(const struct ipv6 *group)
{
	const uint8_t *last = group->octet + 12;

	return (struct mac){ { 0x33, 0x33, last[0], last[1], last[2], last[3] } };
}

/* RFC 4291, A */
static struct ipv6 link_local_of(const struct mac *mac)
{
	const uint8_t *o = mac->octet;

	return (struct ipv6){ { 0xfe, 0x80, [8] = o[0] ^ 2, o[1], o[2], 0xff, 0xfe, o[3], o[4],
		                o[5] } };
}

static struct message message_of(uint8_t type, const struct ipv6 *target, uint8_t option,
                                 const struct mac *mac)
{
	struct message message = { .nd.nd_ns_type = type,
		                   .option = { .type = option, .units = 1, .mac = *mac } };

	memcpy(&message.nd.nd_ns_target, target, sizeof(*target));
	return message;
}

void nd_write_solicitation(struct packet *packet, const struct mac *to,
                           const struct mac *sender_mac, const struct ipv6 *sender,
                           const struct ipv6 *target, uint16_t vlan)
{
	const struct message message =
		message_of(ND_NEIGHBOR_SOLICIT, target, ND_OPT_SOURCE_LINKADDR, sender_mac);
	const bool to_group = mac_equal(to, &MAC_BROADCAST);
	const struct ipv6 group = nd_solicited_node(target);
	const struct mac mac = to_group ? group_mac(&group) : *to;

	packet_start(packet, &mac, sender_mac, vlan, ETH_P_IPV6);
	packet_add_icmp6(packet, sender, to_group ? &group : target, &message, sizeof(message));
}

static void add_advertisement(struct packet *packet, const struct ipv6 *to, const struct mac *mac,
                              const struct ipv6 *address)
{
	struct message message =
		message_of(ND_NEIGHBOR_ADVERT, address, ND_OPT_TARGET_LINKADDR, mac);

	message.nd.nd_ns_reserved = ND_NA_FLAG_OVERRIDE;
	packet_add_icmp6(packet, address, to, &message, sizeof(message));
}

void nd_write_announcement(struct packet *packet, const struct mac *from,
                           const struct ipv6 *address, uint16_t vlan)
{
	const struct mac all = group_mac(&ALL_NODES);

	packet_start(packet, &all, from, vlan, ETH_P_IPV6);
	add_advertisement(packet, &ALL_NODES, from, address);
}

void nd_write_update(struct packet *packet, const struct mac *from, const struct report *report)
{
	packet_start(packet, &report->peer_mac, from, report->vlan, ETH_P_IPV6);
	add_advertisement(packet, &ALL_NODES, &report->host, &report->address);
}

int nd_request(int fd, const struct iface *iface, const struct mac *to, const struct ipv6 *source,
               const struct ipv6 *target, uint16_t vlan)
{
	const struct ipv6 own = ip_is_set(source) ? *source : link_local_of(&iface->mac);
	struct packet packet;

	nd_write_solicitation(&packet, to, &iface->mac, &own, target, vlan);
	return packet_send(fd, iface, &packet);
}

int nd_ask_routers(int fd, const struct iface *iface, const struct ipv6 *source)
{
	struct {
		struct nd_router_solicit nd;
		struct mac_option option;
	} message = {
		.nd.nd_rs_type = ND_ROUTER_SOLICIT,
		.option = { .type = ND_OPT_SOURCE_LINKADDR, .units = 1, .mac = iface->mac },
	};
	const struct mac to = group_mac(&ALL_ROUTERS);
	struct packet packet;

	packet_start(&packet, &to, &iface->mac, 0, ETH_P_IPV6);
	packet_add_icmp6(&packet, source, &ALL_ROUTERS, &message, sizeof(message));
	return packet_send(fd, iface, &packet);
}
