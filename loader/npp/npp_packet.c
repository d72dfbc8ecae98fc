// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <string.h>

#include "base/internet.h"

enum { FRAGMENT_BITS = IP_MF | IP_OFFMASK };

/* Its header's length in octets; 0: it is not whole, or no ICMP. */
static size_t header_length(const struct iphdr *ip, size_t there)
{
	const size_t length = ip->ihl * 4UL, total = ntohs(ip->tot_len);

	if (ip->version != IPVERSION || ip->protocol != IPPROTO_ICMP || length < sizeof(*ip) ||
	    length > total || total > there || ntohs(ip->frag_off) & FRAGMENT_BITS)
		return 0;
	return internet_checksum(ip, length) ? 0 : length;
}

bool npp_packet_read(const uint8_t *frame, size_t length, struct npp_packet *datagram)
{
	const size_t before = sizeof(struct ethhdr) + sizeof(struct iphdr);
	struct {
		struct iphdr ip;
		uint8_t options[60 - sizeof(struct iphdr)];
	} copy = { 0 }; /* a frame's header need not be aligned */
	struct ethhdr ethernet;
	size_t header;

	if (length < before)
		return false;
	memcpy(&ethernet, frame, sizeof(ethernet));
	length -= sizeof(ethernet);
	frame += sizeof(ethernet);
	memcpy(&copy, frame, length < sizeof(copy) ? length : sizeof(copy));
	header = header_length(&copy.ip, length);
	if (!header || ethernet.h_proto != htons(ETH_P_IP))
		return false;
	*datagram = (struct npp_packet){
		.octets = frame + header,
		.length = ntohs(copy.ip.tot_len) - header,
	};
	memcpy(&datagram->from, ethernet.h_source, sizeof(datagram->from));
	memcpy(&datagram->to, ethernet.h_dest, sizeof(datagram->to));
	memcpy(&datagram->source, &copy.ip.saddr, sizeof(datagram->source));
	memcpy(&datagram->destination, &copy.ip.daddr, sizeof(datagram->destination));
	return true;
}

void npp_packet_write(const struct npp_packet *datagram, struct packet *packet)
{
	packet_start(packet, &datagram->to, &datagram->from, datagram->vlan, ETH_P_IP);
	internet_add_icmp(packet, datagram->source, datagram->destination, datagram->octets,
	                  datagram->length);
}
