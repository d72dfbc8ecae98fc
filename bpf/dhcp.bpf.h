/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP snooping (RFC 2131). In: any frame. Out: a copy for the daemon if it is a message of a known
 * host or for one, at a limited rate. The outcome of the frame is decided in ipv4.bpf.h.
 */
#ifndef SLEEPPROXY_DHCP_BPF_H
#define SLEEPPROXY_DHCP_BPF_H

#include "checksum.bpf.h"
#include "dhcp.h"
#include "dhcp_snoop.bpf.h"
#include "ipv4_packet.bpf.h"
#include "rate.bpf.h"

/* Messages about a host, from one sender. A client needs four for a new lease. */
enum { DHCP_MESSAGES_PER_S = 8 };

/*
 * By the client and the sender of the frame: who forges answers uses up his own rate, and not the
 * server's. As many as that a flood from random MACs leaves most of them free.
 */
enum { DHCP_RATES = 4096 };

struct dhcp_rates {
	struct rate of[DHCP_RATES];
};

/* One row, since a key of one octet would be on the stack: see the Makefile on stack slots. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dhcp_rates);
} dhcp_rates SEC(".maps");

enum snoop_result {
	SNOOP_OTHER, /* not DHCP, or about no known host */
	SNOOP_COPIED,
	SNOOP_LOST, /* no room in the ring, or too many in this second */
};

/* Headers in one frame. */
struct dhcp_packet {
	const struct iphdr *ip;
	const struct udphdr *udp;
	const struct dhcp *dhcp;
};

static __always_inline bool dhcp_is_to_client(const struct udphdr *udp)
{
	return udp->dest == bpf_htons(DHCP_CLIENT_PORT);
}

/* The only check for the many packets that are not DHCP. */
static __always_inline bool dhcp_has_ports(const struct iphdr *ip, const struct udphdr *udp)
{
	if (ip->version_ihl != IPV4_PLAIN || ip->protocol != PROTOCOL_UDP)
		return false;
	return dhcp_is_to_client(udp) || (udp->dest == bpf_htons(DHCP_SERVER_PORT) &&
	                                  udp->source == bpf_htons(DHCP_CLIENT_PORT));
}

static __always_inline bool dhcp_is_valid(const struct frame *frame,
                                          const struct dhcp_packet *packet)
{
	const __u8 op = dhcp_is_to_client(packet->udp) ? DHCP_BOOTREPLY : DHCP_BOOTREQUEST;
	const struct dhcp *dhcp = packet->dhcp;

	return !(packet->ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS)) &&
	       ipv4_lengths_agree(frame, packet->ip, bpf_ntohs(packet->udp->len)) &&
	       dhcp->op == op && dhcp->htype == DHCP_HARDWARE_ETHERNET &&
	       dhcp->hlen == sizeof(struct mac) && dhcp->cookie == bpf_htonl(DHCP_COOKIE);
}

static __always_inline __u32 dhcp_rate_of(const struct mac *client, const struct mac *sender)
{
	const __u16 *word = (const __u16 *)sender;
	const __u32 mixed = word[0] * 0x9e3779b1u + word[1] * 0x85ebca77u + word[2] * 0xc2b2ae3du +
	                    client->octet[5] * 0x27d4eb2fu;

	return (mixed >> 16) & (DHCP_RATES - 1);
}

static __always_inline bool dhcp_within_rate(const struct mac *client, const struct mac *sender)
{
	struct dhcp_rates *rates = bpf_map_lookup_elem(&dhcp_rates, &ONLY_ROW);

	return rates && rate_permits(&rates->of[dhcp_rate_of(client, sender)], DHCP_MESSAGES_PER_S);
}

/* Of a message of `least` octets or more; 0: it has fewer, or too many to be copied. */
static __always_inline __u32 dhcp_octets(const struct udphdr *udp, __u32 least)
{
	__u32 length = bpf_ntohs(udp->len) - sizeof(*udp);

	if (length < least)
		return 0;
	/* or clang merges the comparisons into one of a copy, and the verifier sees no bound */
	asm volatile("" : "+r"(length));
	if (length > DHCP_SNOOP_MAX)
		return 0;
	asm volatile("" : "+r"(length));
	return length;
}

/*
 * Of UDP at `at`, in a packet whose addresses have this sum. Also right is that of the pseudo
 * header alone, which a sender over veth leaves to a network card. Where it has none, 0, the caller
 * knows (RFC 768; RFC 8200, 8.1). Before its length is read: of one that is kept over the call the
 * verifier of Linux 6.1 forgets the bounds.
 */
static __always_inline bool dhcp_checksum_is_right(struct xdp_md *xdp, const struct udphdr *udp,
                                                   __u32 at, __u64 addresses)
{
	const __u32 pseudo = checksum_fold64(addresses + bpf_htons(PROTOCOL_UDP) + udp->len);

	return udp->check == pseudo ||
	       checksum_of(xdp, at, bpf_ntohs(udp->len), pseudo) == CHECKSUM_RIGHT;
}

/* What is left to write are addresses and the message. */
static __always_inline void dhcp_copy_frame(struct dhcp_snoop *copy, const struct frame *frame,
                                            const struct udphdr *udp, __u32 length)
{
	__builtin_memset(copy, 0, offsetof(struct dhcp_snoop, message));
	copy->ifindex = frame->xdp->ingress_ifindex;
	copy->vlan = frame->vlan;
	copy->length = length;
	copy->from = *frame_source(frame);
	copy->to = *frame_destination(frame);
	copy->source_port = udp->source;
	copy->destination_port = udp->dest;
}

/* With the message, which is at `offset`. */
static __always_inline enum snoop_result dhcp_submit(struct dhcp_snoop *copy, struct xdp_md *xdp,
                                                     __u32 offset, __u32 length)
{
	if (bpf_xdp_load_bytes(xdp, offset, copy->message, length)) {
		bpf_ringbuf_discard(copy, 0);
		return SNOOP_OTHER;
	}
	bpf_ringbuf_submit(copy, 0);
	return SNOOP_COPIED;
}

static __always_inline enum snoop_result dhcp_copy(const struct frame *frame,
                                                   const struct dhcp_packet *packet)
{
	const __u32 at = frame->payload_offset + sizeof(*packet->ip);
	const __u64 addresses =
		checksum_words(0, &packet->ip->saddr, 2 * sizeof(packet->ip->saddr));
	struct dhcp_snoop *copy;
	__u32 length;

	if (packet->udp->check && !dhcp_checksum_is_right(frame->xdp, packet->udp, at, addresses))
		return SNOOP_OTHER;
	length = dhcp_octets(packet->udp, sizeof(struct dhcp));
	if (!length)
		return SNOOP_OTHER;
	copy = bpf_ringbuf_reserve(&dhcp_snoop, sizeof(*copy), 0);
	if (!copy)
		return SNOOP_LOST;
	dhcp_copy_frame(copy, frame, packet->udp, length);
	copy->source = *(const struct ipv4 *)&packet->ip->saddr;
	copy->destination = *(const struct ipv4 *)&packet->ip->daddr;
	return dhcp_submit(copy, frame->xdp, at + sizeof(*packet->udp), length);
}

/* Each header is checked once: of a pointer kept on the stack the verifier forgets the check. */
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
	return dhcp_is_valid(frame, packet);
}

__noinline enum snoop_result dhcp_snoop_frame(struct xdp_md *xdp)
{
	struct dhcp_packet packet;
	struct frame frame;
	struct host_entry *host;

	if (!frame_parse(&frame, xdp) || frame.protocol != bpf_htons(ETHERTYPE_IPV4) ||
	    !dhcp_parse(&frame, &packet))
		return SNOOP_OTHER;
	host = host_by_mac(&packet.dhcp->chaddr);
	if (!host || !host_is_here(host, &frame) || !heartbeat_is_fresh())
		return SNOOP_OTHER;
	if (!dhcp_within_rate(&packet.dhcp->chaddr, frame_source(&frame)))
		return SNOOP_LOST;
	return dhcp_copy(&frame, &packet);
}

#endif
