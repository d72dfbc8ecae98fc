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
	else if (offer == OFFER_IPV6)
		frame.eth.h_proto = htobe16(ETH_P_IPV6);
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

struct frame frame_make_answer(const struct frame *request)
{
	const __u64 proxy = MAC_PROXY;
	struct frame answer = *request;

	memcpy(answer.eth.h_dest, request->eth.h_source, ETH_ALEN);
	memcpy(answer.eth.h_source, &proxy, ETH_ALEN);
	answer.arp.operation = htobe16(ARP_REPLY);
	memcpy(&answer.arp.sender_mac, &proxy, ETH_ALEN);
	answer.arp.target_mac = request->arp.sender_mac;
	answer.arp.target = request->arp.sender;
	return answer;
}

struct frame frame_make_reflection(const struct frame *request)
{
	struct frame reflection = *request;

	memcpy(reflection.eth.h_dest, request->eth.h_source, ETH_ALEN);
	memcpy(reflection.eth.h_source, request->eth.h_dest, ETH_ALEN);
	return reflection;
}

struct frame frame_make_sign_of_life(unsigned host)
{
	const __u64 mac = mac_of_host(host, SEQUENTIAL);
	struct frame frame = frame_make(OFFER_OTHER);

	memset(frame.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(frame.eth.h_source, &mac, ETH_ALEN);
	return frame;
}
