// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/arp_send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "arp.h"
#include "base/text.h"
#include "net/own_addresses.h"

static struct arp arp_of(uint16_t operation, const struct mac *sender_mac, struct ipv4 sender,
                         const struct mac *target_mac, struct ipv4 target)
{
	return (struct arp){
		.hardware_type = htons(ARP_HARDWARE_ETHERNET),
		.protocol_type = htons(ARP_PROTOCOL_IPV4),
		.hardware_length = sizeof(struct mac),
		.protocol_length = sizeof(struct ipv4),
		.operation = htons(operation),
		.sender_mac = *sender_mac,
		.sender = sender,
		.target_mac = *target_mac,
		.target = target,
	};
}

void announce_request(struct packet *packet, const struct mac *to, const struct mac *from,
                      struct ipv4 from_address, struct ipv4 target, uint16_t vlan)
{
	static const struct mac unknown;
	const struct arp arp = arp_of(ARP_REQUEST, from, from_address, &unknown, target);

	packet_start(packet, to, from, vlan, ETH_P_ARP);
	packet_add(packet, &arp, sizeof(arp));
}

void announce_reply(struct packet *packet, const struct mac *from, const struct report *report)
{
	const struct ipv4 address = ip_to_ipv4(&report->address);
	const struct arp arp = arp_of(ARP_REPLY, &report->host, address, &report->host, address);

	packet_start(packet, &report->peer_mac, from, report->vlan, ETH_P_ARP);
	packet_add(packet, &arp, sizeof(arp));
}

int announce_update_neighbour(int fd, const struct iface *port, const struct report *report)
{
	struct packet packet;

	announce_reply(&packet, &port->mac, report);
	return packet_send(fd, port, &packet);
}

int announce_to(int fd, const struct iface *port, enum answer_mode answer,
                const struct host_description *host, struct ipv4 address,
                const struct mac *neighbour)
{
	const struct mac *as = answer == ANSWER_HOST ? &host->mac : &port->mac;
	struct packet packet;

	announce_request(&packet, neighbour, as, address, address, host->vlan);
	return packet_send(fd, port, &packet);
}

int announce_takeover(int fd, const struct iface *port, enum answer_mode answer,
                      const struct host_description *host)
{
	int err = 0;

	for (size_t i = 0; i < host->address_count; i++) {
		struct ipv4 address = ip_to_ipv4(&host->addresses[i]);
		int sent = announce_to(fd, port, answer, host, address, &MAC_BROADCAST);

		err = err ? err : sent;
	}
	return err;
}

static int ask_for(int fd, const struct iface *port, enum arp_check ask,
                   const struct host_description *host, struct ipv4 target)
{
	const struct mac *to = ask == CHECK_OWNER ? &host->mac : &MAC_BROADCAST;
	const struct ipv4 own = own_ipv4_near(port->ifindex, &target);
	static const struct ipv4 none;
	struct packet packet;

	if (!memcmp(&own, &none, sizeof(own)))
		return -EADDRNOTAVAIL;
	announce_request(&packet, to, &port->mac, own, target, host->vlan);
	return packet_send(fd, port, &packet);
}

int announce_ask(int fd, const struct iface *port, enum arp_check ask,
                 const struct host_description *host)
{
	int err = 0;

	for (size_t i = 0; i < host->address_count; i++) {
		int sent = ask_for(fd, port, ask, host, ip_to_ipv4(&host->addresses[i]));

		err = err ? err : sent;
	}
	return err;
}
