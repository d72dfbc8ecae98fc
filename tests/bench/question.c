// SPDX-License-Identifier: GPL-2.0-or-later
#include "question.h"

#include <endian.h>
#include <netinet/icmp6.h>
#include <linux/icmp.h>
#include <string.h>
#include "frames.h"

enum { TTL = 64, ND_HOPS = 255, PING = 0x1234 };

struct nd_frame {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct nd_neighbor_solicit nd;
	struct nd_opt_hdr option;
	__u8 mac[ETH_ALEN];
} __attribute__((packed));

struct echo_frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct icmphdr icmp;
} __attribute__((packed));

/* A frame of any kind, as words and as itself. */
union octets {
	__u64 word[QUESTION_WORDS];
	struct frame arp;
	struct nd_frame nd;
	struct echo_frame echo;
};

_Static_assert(sizeof(struct nd_frame) == ND_OCTETS, "a solicitation with its sender's MAC");

static __u16 checksum(const void *octets, size_t count, __u32 sum)
{
	const __u8 *octet = octets;

	for (size_t i = 0; i + 1 < count; i += 2)
		sum += (__u32)(octet[i] | octet[i + 1] << 8);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16) ~((sum & 0xffff) + (sum >> 16));
}

static void set_nd_checksum(struct nd_frame *frame)
{
	const size_t octets = sizeof(*frame) - sizeof(frame->eth) - sizeof(frame->ip);
	const __u32 pseudo = htobe16(octets) + htobe16(IPPROTO_ICMPV6);

	frame->nd.nd_ns_cksum = 0;
	frame->nd.nd_ns_cksum =
		checksum(&frame->ip.saddr, 2 * sizeof(frame->ip.saddr) + octets, pseudo);
}

static void make_nd(struct nd_frame *frame, const struct ethhdr *eth)
{
	const struct ipv6 host = address6_of_host(0), peer = address6_of_host(~1u);

	frame->eth = *eth;
	frame->eth.h_proto = htobe16(ETH_P_IPV6);
	frame->ip = (struct ipv6hdr){ .version = 6,
		                      .payload_len = htobe16(sizeof(*frame) - sizeof(frame->eth) -
		                                             sizeof(frame->ip)),
		                      .nexthdr = IPPROTO_ICMPV6,
		                      .hop_limit = ND_HOPS };
	memcpy(&frame->ip.saddr, &peer, sizeof(peer));
	memcpy(&frame->ip.daddr, &host, sizeof(host));
	frame->nd.nd_ns_type = ND_NEIGHBOR_SOLICIT;
	memcpy(&frame->nd.nd_ns_target, &host, sizeof(host));
	frame->option = (struct nd_opt_hdr){ ND_OPT_SOURCE_LINKADDR, 1 };
	memcpy(frame->mac, eth->h_source, ETH_ALEN);
	set_nd_checksum(frame);
}

static void make_echo(struct echo_frame *frame, const struct ethhdr *eth)
{
	frame->eth = *eth;
	frame->eth.h_proto = htobe16(ETH_P_IP);
	frame->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htobe16(FRAME_OCTETS - sizeof(frame->eth)),
		.ttl = TTL - 1,
		.protocol = IPPROTO_ICMP,
		.saddr = htobe32(ADDRESS_PEER),
	};
	frame->ip.check = checksum(&frame->ip, sizeof(frame->ip), 0xffff); /* of id and address */
	frame->icmp = (struct icmphdr){ .type = ICMP_ECHO, .un.echo.id = htobe16(PING) };
	frame->icmp.checksum = checksum(&frame->icmp, sizeof(frame->icmp), 0);
}

static void swap_macs(struct ethhdr *eth)
{
	const struct ethhdr before = *eth;

	memcpy(eth->h_dest, before.h_source, ETH_ALEN);
	memcpy(eth->h_source, before.h_dest, ETH_ALEN);
}

static void answer_arp(struct frame *frame)
{
	const __u64 proxy = MAC_PROXY;

	memcpy(frame->eth.h_dest, frame->eth.h_source, ETH_ALEN);
	memcpy(frame->eth.h_source, &proxy, ETH_ALEN);
	frame->arp.operation = htobe16(ARP_REPLY);
	frame->arp.target_mac = frame->arp.sender_mac;
	frame->arp.target = frame->arp.sender;
	memcpy(&frame->arp.sender_mac, &proxy, ETH_ALEN);
}

static void answer_nd(struct nd_frame *frame)
{
	const struct in6_addr peer = frame->ip.saddr;

	swap_macs(&frame->eth);
	frame->ip.saddr = frame->ip.daddr;
	frame->ip.daddr = peer;
	frame->nd.nd_ns_type = ND_NEIGHBOR_ADVERT;
	frame->nd.nd_ns_reserved = ND_NA_FLAG_SOLICITED;
	frame->option.nd_opt_type = ND_OPT_TARGET_LINKADDR;
	memcpy(frame->mac, frame->eth.h_source, ETH_ALEN);
	set_nd_checksum(frame);
}

static void answer_echo(struct echo_frame *frame)
{
	swap_macs(&frame->eth);
	frame->ip.daddr = frame->ip.saddr;
	frame->ip.saddr = 0;
	frame->ip.ttl = TTL;
	frame->ip.check = 0;
	frame->ip.check = checksum(&frame->ip, sizeof(frame->ip), 0xffff);
	frame->icmp.type = ICMP_ECHOREPLY;
	frame->icmp.checksum = 0;
	frame->icmp.checksum = checksum(&frame->icmp, sizeof(frame->icmp), 0);
}

/* Where the request has who is asked for, and the answer or the reflection too. */
static void clear_hosts(union octets *mask, enum ask ask, bool is_reflected)
{
	enum { HALF = sizeof(struct in6_addr) / 2 };

	if (ask == ASK_ARP) {
		memset(is_reflected ? &mask->arp.arp.target : &mask->arp.arp.sender, 0,
		       sizeof(struct ipv4));
	} else if (ask == ASK_ND) {
		memset((char *)(is_reflected ? &mask->nd.ip.daddr : &mask->nd.ip.saddr) + HALF, 0,
		       HALF);
		memset(mask->nd.nd.nd_ns_target.s6_addr + HALF, 0, HALF);
	} else {
		memset(is_reflected ? &mask->echo.ip.daddr : &mask->echo.ip.saddr, 0,
		       sizeof(struct ipv4));
		memset(&mask->echo.ip.id, 0, sizeof(mask->echo.ip.id));
	}
}

static void make_request(union octets *request, enum ask ask)
{
	const struct frame arp = frame_make(OFFER_ARP_UNKNOWN);
	const struct frame unicast = frame_make(OFFER_OTHER);

	if (ask == ASK_ARP)
		request->arp = arp;
	else if (ask == ASK_ND)
		make_nd(&request->nd, &unicast.eth);
	else
		make_echo(&request->echo, &unicast.eth);
}

static void make_answer(union octets *answer, enum ask ask)
{
	if (ask == ASK_ARP)
		answer_arp(&answer->arp);
	else if (ask == ASK_ND)
		answer_nd(&answer->nd);
	else
		answer_echo(&answer->echo);
}

struct question question_make(enum ask ask, bool is_reflected)
{
	union octets request = { { 0 } }, answer, mask;
	struct question question;

	make_request(&request, ask);
	answer = request;
	if (is_reflected)
		swap_macs(&answer.arp.eth);
	else
		make_answer(&answer, ask);
	memset(&mask, 0xff, sizeof(mask));
	clear_hosts(&mask, ask, is_reflected);
	memcpy(question.request, &request, sizeof(request));
	memcpy(question.answer, &answer, sizeof(answer));
	memcpy(question.mask, &mask, sizeof(mask));
	return question;
}

unsigned question_octets(enum ask ask)
{
	return ask == ASK_ND ? ND_OCTETS : FRAME_OCTETS;
}
