// SPDX-License-Identifier: GPL-2.0-or-later
#include "frames.h"

#include <endian.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

enum { ETHERTYPE_LLDP = 0x88cc, SSH = 22, DNS = 53, CLIENT = 40000, TTL = 64 };

static void make_ipv4(struct frame *frame, __u8 protocol, size_t octets)
{
	frame->eth.h_proto = htobe16(ETH_P_IP);
	frame->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htobe16(sizeof(frame->ip) + octets),
		.ttl = TTL,
		.protocol = protocol,
		.saddr = htobe32(ADDRESS_PEER),
		.daddr = htobe32(ADDRESS_PROXY),
	};
}

static void make_udp(struct frame *frame)
{
	make_ipv4(frame, IPPROTO_UDP, sizeof(frame->udp));
	frame->udp = (struct udphdr){ .source = htobe16(CLIENT),
		                      .dest = htobe16(DNS),
		                      .len = htobe16(sizeof(frame->udp)) };
}

static void make_tcp(struct frame *frame, bool syn)
{
	make_ipv4(frame, IPPROTO_TCP, sizeof(frame->tcp));
	frame->tcp = (struct tcphdr){ .source = htobe16(CLIENT), .dest = htobe16(SSH), .doff = 5 };
	frame->tcp.syn = syn;
	frame->tcp.ack = !syn;
}

/* To an address that is nobody's; of TCP there is only the start, without SYN. */
static void make_ipv6(struct frame *frame)
{
	const struct ipv6 from = address6_of_host(~1u), to = address6_of_host(~2u);

	frame->eth.h_proto = htobe16(ETH_P_IPV6);
	frame->ip6 = (struct ipv6hdr){ .version = 6,
		                       .payload_len = htobe16(FRAME_OCTETS - ETH_HLEN -
		                                              sizeof(frame->ip6)),
		                       .nexthdr = IPPROTO_TCP,
		                       .hop_limit = TTL };
	memcpy(&frame->ip6.saddr, &from, sizeof(from));
	memcpy(&frame->ip6.daddr, &to, sizeof(to));
}

static void make_arp(struct frame *frame)
{
	frame->eth.h_proto = htobe16(ETH_P_ARP);
	memset(frame->eth.h_dest, 0xff, ETH_ALEN);
	frame->arp = (struct arp){ htobe16(ARP_HARDWARE_ETHERNET),
		                   htobe16(ARP_PROTOCOL_IPV4),
		                   sizeof(struct mac),
		                   sizeof(struct ipv4),
		                   htobe16(ARP_REQUEST),
		                   .sender = { { 10, 9, 0, 2 } } };
	memcpy(&frame->arp.sender_mac, frame->eth.h_source, ETH_ALEN);
}

struct ipv6 address6_of_host(unsigned i)
{
	const __u32 host = htobe32(NET_HOSTS + i);
	const __u64 half[] = { NET_HOSTS6, (__u32)~host | (__u64)host << 32 };
	struct ipv6 address;

	memcpy(&address, half, sizeof(address));
	return address;
}

struct frame frame_make(enum offer offer)
{
	const __u64 peer = mac_of_unknown(0), proxy = MAC_PROXY;
	struct frame frame = { 0 };

	memcpy(frame.eth.h_dest, &proxy, ETH_ALEN);
	memcpy(frame.eth.h_source, &peer, ETH_ALEN);
	if (offer == OFFER_ARP_UNKNOWN)
		make_arp(&frame);
	else if (offer == OFFER_UDP_UNKNOWN)
		make_udp(&frame);
	else if (offer == OFFER_TCP6_UNKNOWN)
		make_ipv6(&frame);
	else if (offer == OFFER_OTHER)
		frame.eth.h_proto = htobe16(ETHERTYPE_LLDP);
	else
		make_tcp(&frame, offer == OFFER_SYN);
	return frame;
}

static __u32 sum_words(const void *octets, size_t count)
{
	__u16 words[count / 2];
	__u32 sum = 0;

	memcpy(words, octets, sizeof(words));
	for (size_t i = 0; i < count / 2; i++)
		sum += words[i];
	return sum;
}

static __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* As Linux sends it, which leaves the sum of TCP's own octets to the card. */
struct frame frame_make_connection(unsigned host)
{
	struct frame frame = frame_make(OFFER_SYN);
	const __u8 *addresses = (const __u8 *)&frame.ip + 12;

	frame.ip.daddr = htobe32(NET_HOSTS + host);
	frame.ip.check = ~fold(sum_words(&frame.ip, sizeof(frame.ip)));
	frame.tcp.check =
		fold(sum_words(addresses, 8) + htobe16(IPPROTO_TCP) + htobe16(sizeof(frame.tcp)));
	return frame;
}

struct frame frame_make_sign_of_life(unsigned host)
{
	const __u64 mac = mac_of_host(host, SEQUENTIAL);
	struct frame frame = frame_make(OFFER_OTHER);

	memset(frame.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(frame.eth.h_source, &mac, ETH_ALEN);
	return frame;
}
