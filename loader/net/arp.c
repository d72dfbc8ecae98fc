// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/arp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stddef.h>
#include <sys/socket.h>

#include <arp.h> /* the wire format, of include/: "arp.h" would be this folder's */
#include "base/addr.h"

static void add_arp(struct packet *packet, uint16_t operation, const struct mac *sender_mac,
                    struct ipv4 sender, const struct mac *target_mac, struct ipv4 target)
{
	const struct arp arp = {
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

	packet_add(packet, &arp, sizeof(arp));
}

void arp_write_request(struct packet *packet, const struct mac *to, const struct mac *sender_mac,
                       struct ipv4 sender, struct ipv4 target, uint16_t vlan)
{
	static const struct mac unknown;

	packet_start(packet, to, sender_mac, vlan, ETH_P_ARP);
	add_arp(packet, ARP_REQUEST, sender_mac, sender, &unknown, target);
}

void arp_write_update(struct packet *packet, const struct mac *from, const struct report *report)
{
	const struct ipv4 address = ip_to_ipv4(&report->address);

	packet_start(packet, &report->peer_mac, from, report->vlan, ETH_P_ARP);
	add_arp(packet, ARP_REPLY, &report->host, address, &report->host, address);
}

int arp_request(int fd, const struct iface *iface, const struct mac *to, struct ipv4 source,
                struct ipv4 target, uint16_t vlan)
{
	struct packet packet;

	if (!ipv4_is_set(source))
		return -EADDRNOTAVAIL;
	arp_write_request(&packet, to, &iface->mac, source, target, vlan);
	return packet_send(fd, iface, &packet);
}

int arp_announce(int fd, const struct iface *iface, const struct mac *as, struct ipv4 address,
                 uint16_t vlan, const struct mac *to)
{
	static const struct mac unknown;
	const bool as_itself = mac_equal(as, &iface->mac);
	struct packet packet;

	packet_start(&packet, to, as, vlan, ETH_P_ARP);
	/* RFC 5227, 3: no matter which target; the datapath knows by it what comes back to us */
	add_arp(&packet, ARP_REQUEST, as, address, as_itself ? &unknown : &iface->mac, address);
	return packet_send(fd, iface, &packet);
}

/*
 * The frame's Ethernet header is left out (SOCK_DGRAM), so that offsets are ARP's. What is
 * broadcast in a VLAN of which this machine has no interface is PACKET_OTHERHOST, without its tag.
 */
int arp_listen(uint32_t ifindex, bool requests)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct arp, operation)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REPLY, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, requests ? ARP_REQUEST : ARP_REPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, sizeof(struct arp)),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return packet_listen(ifindex, SOCK_DGRAM, ETH_P_ARP, &filter);
}

int arp_receive(int fd, struct ipv4 *address, struct mac *mac)
{
	struct arp arp;
	const ssize_t length = recv(fd, &arp, sizeof(arp), MSG_DONTWAIT);

	if (length < 0)
		return -errno;
	if (length < (ssize_t)sizeof(arp) || arp.hardware_type != htons(ARP_HARDWARE_ETHERNET) ||
	    arp.protocol_type != htons(ARP_PROTOCOL_IPV4))
		return -EBADMSG;
	*address = arp.sender;
	*mac = arp.sender_mac;
	return 0;
}
