// SPDX-License-Identifier: GPL-2.0-or-later
#include "announce/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "arp.h"
#include "core/text.h"
#include "link/own.h"

void announce_request(struct packet *packet, const struct mac *to, const struct mac *from,
                      struct ipv4 from_address, struct ipv4 target, uint16_t vlan)
{
	const struct arp arp = {
		.hardware_type = htons(ARP_HARDWARE_ETHERNET),
		.protocol_type = htons(ARP_PROTOCOL_IPV4),
		.hardware_length = sizeof(struct mac),
		.protocol_length = sizeof(struct ipv4),
		.operation = htons(ARP_REQUEST),
		.sender_mac = *from,
		.sender = from_address,
		.target = target,
	};

	packet_start(packet, to, from, vlan, ETH_P_ARP);
	packet_add(packet, &arp, sizeof(arp));
}

int announce_takeover(int fd, const struct port *port, enum answer_mode answer,
                      const struct host_spec *host)
{
	const struct mac *as = answer == ANSWER_HOST ? &host->mac : &port->mac;
	struct packet packet;
	int err = 0;

	for (size_t i = 0; i < host->address_count; i++) {
		struct ipv4 address = ip_to_ipv4(&host->addresses[i]);
		int sent;

		announce_request(&packet, &MAC_BROADCAST, as, address, address, host->vlan);
		sent = packet_send(fd, port, &packet);
		err = err ? err : sent;
	}
	return err;
}

static int ask_for(int fd, const struct port *port, enum host_ask ask, const struct host_spec *host,
                   struct ipv4 target)
{
	const struct mac *to = ask == ASK_OWNER ? &host->mac : &MAC_BROADCAST;
	const struct ipv4 own = own_ipv4_near(port->ifindex, &target);
	static const struct ipv4 none;
	struct packet packet;

	if (!memcmp(&own, &none, sizeof(own)))
		return -EADDRNOTAVAIL;
	announce_request(&packet, to, &port->mac, own, target, host->vlan);
	return packet_send(fd, port, &packet);
}

int announce_ask(int fd, const struct port *port, enum host_ask ask, const struct host_spec *host)
{
	int err = 0;

	for (size_t i = 0; i < host->address_count; i++) {
		int sent = ask_for(fd, port, ask, host, ip_to_ipv4(&host->addresses[i]));

		err = err ? err : sent;
	}
	return err;
}
