/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fast path (fast.bpf.h) for ARP and IPv4. */
#ifndef SLEEPPROXY_FAST4_BPF_H
#define SLEEPPROXY_FAST4_BPF_H

#include "arp.bpf.h"
#include "echo.bpf.h"
#include "fast_frame.bpf.h"
#include "ipv4.bpf.h"

/* Octets of an untagged frame with ARP, or with IPv4 without options. */
enum {
	AT_ARP_SENDER_MAC = 22,
	AT_ARP_SENDER = 28,
	AT_ARP_TARGET_MAC = 32,
	AT_ARP_TARGET = 38,
	ARP_END = 42,
	AT_IPV4_FRAGMENT = 20,
	AT_IPV4_TTL = 22,
	AT_IPV4_PROTOCOL = 23,
	AT_IPV4_CHECKSUM = 24,
	AT_IPV4_SOURCE = 26,
	AT_IPV4_DESTINATION = 30,
	AT_PORT = 36, /* the destination's */
	AT_ECHO = 34,
	AT_TCP_FLAGS = 47,
	TCP_END = 54,
};

/* The words of an ARP frame at AT_PAYLOAD, and of an answer at 8 and 16, but for the MACs there. */
#define ARP_REQUEST_WORD 0x0100040600080100ULL
#define ARP_ANSWER_WORD_8 0x0100060800000000ULL
#define ARP_ANSWER_WORD_16 0x0000020004060008ULL

/* The index does not have the address; but others may just have added it. */
static __always_inline bool fast_is_unknown(const struct ipv4 *address)
{
	if (!bpf_map_lookup_elem(&addresses4, address))
		return true;
	index_off();
	return false;
}

/* arp_answer(), in words. */
static __always_inline void fast_arp_answer(void *frame)
{
	const __u64 own = fast_own_mac(), peer = fast_mac(AT(__u64, frame, AT_SOURCE));
	const __u64 sender = AT(__u32, frame, AT_ARP_SENDER);
	const __u64 target = AT(__u32, frame, AT_ARP_TARGET);

	AT(__u64, frame, 0) = peer | own << 48;
	AT(__u64, frame, 8) = own >> 16 | ARP_ANSWER_WORD_8;
	AT(__u64, frame, 16) = ARP_ANSWER_WORD_16 | own << 48;
	AT(__u64, frame, 24) = own >> 16 | target << 32;
	AT(__u64, frame, AT_ARP_TARGET_MAC) = peer | sender << 48;
	AT(__u16, frame, 40) = sender >> 16;
}

/* A request, not a probe, from who is in Ethernet's header, not this machine, to all or to us. */
static __always_inline bool fast_is_arp_request(void *frame)
{
	const __u64 source = fast_mac(AT(__u64, frame, AT_SOURCE));

	return AT(__u64, frame, AT_PAYLOAD) == ARP_REQUEST_WORD &&
	       source == fast_mac(AT(__u64, frame, AT_ARP_SENDER_MAC)) &&
	       !mac_is_group(frame + AT_SOURCE) && source != fast_own_mac() &&
	       AT(__u32, frame, AT_ARP_SENDER) && (mac_is_group(frame) || fast_is_to_us(frame));
}

static __always_inline enum outcome fast_arp(const struct xdp_md *xdp, void *frame)
{
	__u32 *cells, content;

	if (!fast_is_arp_request(frame))
		return ASK_MAPS;
	cells = index_all_cells();
	if (!cells || index_find(cells, frame + AT_ARP_SENDER))
		return ASK_MAPS;
	content = index_find(cells, frame + AT_ARP_TARGET);
	if (!content)
		return fast_is_unknown(frame + AT_ARP_TARGET) ? OUTCOME_ARP_OTHER : ASK_MAPS;
	if (!fast_may_answer(content, xdp))
		return ASK_MAPS;
	fast_arp_answer(frame);
	return OUTCOME_ARP_ANSWERED;
}

static __always_inline bool fast_is_syn(void *frame)
{
	const struct tcphdr *tcp = frame + AT_PAYLOAD + sizeof(struct iphdr);

	return AT(__u8, frame, AT_IPV4_PROTOCOL) == PROTOCOL_TCP && tcp_is_syn(tcp);
}

/* What ipv4_for_sleeper() checks before it asks for the state. */
static __always_inline bool fast_opens_connection(struct xdp_md *xdp, void *frame)
{
	const struct iphdr *ip = frame + AT_PAYLOAD;
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);
	const __u32 tcp_octets = (tcp->offset_reserved >> 4) * 4;
	const __u32 total = bpf_ntohs(ip->tot_len);

	return fast_is_to_us(frame) && !mac_is_group(frame + AT_SOURCE) &&
	       AT(__u32, frame, AT_IPV4_SOURCE) != AT(__u32, frame, AT_IPV4_DESTINATION) &&
	       !(ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET)) && fast_is_syn(frame) &&
	       tcp_octets >= sizeof(*tcp) && total >= sizeof(*ip) + tcp_octets &&
	       fast_has_octets(xdp, AT_PAYLOAD + total);
}

/* Fragment flags and offset, time to live and protocol, as they are in memory. */
#define ICMP_WHOLE_MASK (0xff000000 | bpf_htons(IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS))
#define ICMP_WHOLE (PROTOCOL_ICMP << 24)

/* What echo_is_request4() checks, and ipv4_for_sleeper(), of a frame to us. */
static __always_inline bool fast_is_echo4(struct xdp_md *xdp, void *frame)
{
	const __u32 total = bpf_ntohs(((const struct iphdr *)(frame + AT_PAYLOAD))->tot_len);
	const __u8 network = AT(__u8, frame, AT_IPV4_SOURCE);

	return (AT(__u32, frame, AT_IPV4_FRAGMENT) & ICMP_WHOLE_MASK) == ICMP_WHOLE &&
	       AT(__u16, frame, AT_ECHO) == ICMP_ECHO_REQUEST && fast_is_to_us(frame) &&
	       !mac_is_group(frame + AT_SOURCE) && network && network != NET_LOOPBACK &&
	       network < NET_GROUPS &&
	       AT(__u32, frame, AT_IPV4_SOURCE) != AT(__u32, frame, AT_IPV4_DESTINATION) &&
	       total >= sizeof(struct iphdr) + ECHO_OCTETS &&
	       fast_has_octets(xdp, AT_PAYLOAD + total);
}

static __always_inline void fast_echo_answer4(void *frame)
{
	const __u64 addresses = AT(__u64, frame, AT_IPV4_SOURCE);

	AT(__u64, frame, AT_IPV4_SOURCE) = addresses << 32 | addresses >> 32;
	AT(__u16, frame, AT_IPV4_CHECKSUM) = checksum_replace(
		AT(__u16, frame, AT_IPV4_CHECKSUM), AT(__u8, frame, AT_IPV4_TTL), ECHO_TTL);
	AT(__u8, frame, AT_IPV4_TTL) = ECHO_TTL;
	AT(__u16, frame, AT_ECHO + 2) =
		checksum_replace(AT(__u16, frame, AT_ECHO + 2), ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY)
			?: 0xffff; /* as echo_answer4() */
	AT(__u8, frame, AT_ECHO) = ICMP_ECHO_REPLY;
	fast_send_back(frame);
}

static __always_inline bool fast_may_be_dhcp(void *frame)
{
	const __be16 port = AT(__be16, frame, AT_PORT);

	return AT(__u8, frame, AT_IPV4_PROTOCOL) == PROTOCOL_UDP &&
	       (port == bpf_htons(DHCP_CLIENT_PORT) || port == bpf_htons(DHCP_SERVER_PORT));
}

/*
 * What is sent to an address that others have just added as a sleeper's may be the first frame to
 * it: one that opens a connection is looked up, the rest passes until that, a request for the
 * address, or the next look.
 */
static __always_inline enum outcome fast_ipv4(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, TCP_END);
	__u32 *cells, content;

	if (!frame || AT(__u8, frame, AT_PAYLOAD) != IPV4_PLAIN || fast_may_be_dhcp(frame))
		return ASK_MAPS;
	cells = index_all_cells();
	if (!cells)
		return ASK_MAPS;
	content = index_find(cells, frame + AT_IPV4_DESTINATION);
	if (!content)
		return !fast_is_syn(frame) || fast_is_unknown(frame + AT_IPV4_DESTINATION)
		               ? OUTCOME_IPV4_OTHER
		               : ASK_MAPS;
	if (content & INDEX_ECHO && fast_may_answer(content, xdp) && fast_is_echo4(xdp, frame)) {
		fast_echo_answer4(frame);
		return OUTCOME_ECHO_ANSWERED;
	}
	if (content & INDEX_WAKING && index_is_on_interface(content, xdp) &&
	    fast_opens_connection(xdp, frame))
		return OUTCOME_WAKE_IN_PROGRESS;
	return ASK_MAPS;
}

#endif
