/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP (RFC 2131) of the hosts. In: any frame. Out: a copy for the daemon, of a message about a
 * known host, at a bounded rate. The frame's own outcome is left to ipv4.bpf.h.
 */
#ifndef SLEEPPROXY_DHCP_BPF_H
#define SLEEPPROXY_DHCP_BPF_H

#include "dhcp.h"
#include "dhcp_snoop.bpf.h"
#include "ipv4_packet.bpf.h"

/* What a host may say and be told in a second: clients need four, for a new lease. */
enum { DHCP_BUDGET = 8 };

/* By the last octet of the MAC: who forges messages of one host crowds out a few others at most. */
struct dhcp_budgets {
	struct dhcp_budget {
		__u32 second;
		__u32 spent;
	} of[256];
};

/* In one row, since an octet as key would stand on the stack: see the Makefile on stack slots. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dhcp_budgets);
} dhcp_budgets SEC(".maps");

enum hearing {
	HEARD_NOT, /* it is not DHCP, or about no host of ours */
	HEARD,
	HEARD_LOST, /* no room in the ring, or too many in this second */
};

/* Headers of one frame, in it. */
struct dhcp_packet {
	const struct iphdr *ip;
	const struct udphdr *udp;
	const struct dhcp *dhcp;
};

static __always_inline bool dhcp_is_to_client(const struct udphdr *udp)
{
	return udp->dest == bpf_htons(DHCP_CLIENT_PORT);
}

/* All that the many frames which are no DHCP are asked. */
static __always_inline bool dhcp_has_ports(const struct iphdr *ip, const struct udphdr *udp)
{
	if (ip->version_ihl != IPV4_PLAIN || ip->protocol != PROTOCOL_UDP)
		return false;
	return dhcp_is_to_client(udp) || (udp->dest == bpf_htons(DHCP_SERVER_PORT) &&
	                                  udp->source == bpf_htons(DHCP_CLIENT_PORT));
}

static __always_inline __u32 dhcp_octets(const struct udphdr *udp)
{
	return bpf_ntohs(udp->len) - sizeof(*udp);
}

static __always_inline bool dhcp_is_sound(const struct frame *frame,
                                          const struct dhcp_packet *packet)
{
	const __u8 op = dhcp_is_to_client(packet->udp) ? DHCP_BOOTREPLY : DHCP_BOOTREQUEST;
	const struct dhcp *dhcp = packet->dhcp;

	return !(packet->ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS)) &&
	       ipv4_lengths_agree(frame, packet->ip, bpf_ntohs(packet->udp->len)) &&
	       dhcp->op == op && dhcp->htype == DHCP_HARDWARE_ETHERNET &&
	       dhcp->hlen == sizeof(struct mac) && dhcp->cookie == bpf_htonl(DHCP_COOKIE);
}

static __always_inline bool dhcp_may_be_heard(const struct mac *client)
{
	struct dhcp_budgets *budgets = bpf_map_lookup_elem(&dhcp_budgets, &THE_ROW);
	const __u32 now = bpf_ktime_get_coarse_ns() / NS_PER_S;
	struct dhcp_budget *budget;

	if (!budgets)
		return false;
	budget = &budgets->of[client->octet[5]];
	if (budget->second != now) {
		budget->second = now;
		budget->spent = 0;
	}
	return budget->spent++ < DHCP_BUDGET;
}

static __always_inline enum hearing dhcp_copy(const struct frame *frame,
                                              const struct dhcp_packet *packet)
{
	const __u32 offset = frame->payload_offset + sizeof(*packet->ip) + sizeof(*packet->udp);
	__u32 length = dhcp_octets(packet->udp);
	struct dhcp_snoop *heard;

	if (length < sizeof(struct dhcp))
		return HEARD_NOT;
	/* or clang makes one comparison of both, of a copy, and the verifier knows no bound */
	asm volatile("" : "+r"(length));
	if (length > DHCP_SNOOP_MAX)
		return HEARD_NOT;
	heard = bpf_ringbuf_reserve(&dhcp_snoop, sizeof(*heard), 0);
	if (!heard)
		return HEARD_LOST;
	heard->ifindex = frame->xdp->ingress_ifindex;
	heard->vlan = frame->vlan;
	heard->length = length;
	heard->from = *frame_source(frame);
	heard->to = *frame_destination(frame);
	heard->source = *(const struct ipv4 *)&packet->ip->saddr;
	heard->destination = *(const struct ipv4 *)&packet->ip->daddr;
	heard->source_port = packet->udp->source;
	heard->destination_port = packet->udp->dest;
	if (bpf_xdp_load_bytes(frame->xdp, offset, heard->message, length)) {
		bpf_ringbuf_discard(heard, 0);
		return HEARD_NOT;
	}
	bpf_ringbuf_submit(heard, 0);
	return HEARD;
}

/* One step, one check: of a pointer that was kept, the verifier no longer knows that it is one. */
static __always_inline bool dhcp_parse(struct frame *frame, struct dhcp_packet *packet)
{
	const struct dhcp *dhcp;
	const struct udphdr *udp;
	const struct iphdr *ip = CURSOR_TAKE(&frame->cursor, struct iphdr);

	if (!ip)
		return false;
	udp = CURSOR_TAKE(&frame->cursor, struct udphdr);
	if (!udp || !dhcp_has_ports(ip, udp))
		return false;
	dhcp = CURSOR_TAKE(&frame->cursor, struct dhcp);
	if (!dhcp)
		return false;
	*packet = (struct dhcp_packet){ ip, udp, dhcp };
	return dhcp_is_sound(frame, packet);
}

static __noinline enum hearing dhcp_hear(struct xdp_md *xdp)
{
	struct dhcp_packet packet;
	struct frame frame;
	struct host_entry *host;

	if (!frame_parse(&frame, xdp) || frame.protocol != bpf_htons(ETHERTYPE_IPV4) ||
	    !dhcp_parse(&frame, &packet))
		return HEARD_NOT;
	host = host_by_mac(&packet.dhcp->chaddr);
	if (!host || !host_is_here(host, &frame) || !proxy_is_alive())
		return HEARD_NOT;
	if (!dhcp_may_be_heard(&packet.dhcp->chaddr))
		return HEARD_LOST;
	return dhcp_copy(&frame, &packet);
}

#endif
