/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 snooping (RFC 8415), as dhcp.bpf.h. A message does not say whose it is: a client's is of
 * who sent the frame, a server's for who has the address that it is sent to, or the MAC. The
 * outcome of the frame is decided in ipv6.bpf.h.
 */
#ifndef SLEEPPROXY_DHCP6_BPF_H
#define SLEEPPROXY_DHCP6_BPF_H

#include "dhcp.bpf.h"
#include "dhcp6.h"
#include "ipv6_packet.bpf.h"

static __always_inline bool dhcp6_is_to_client(const struct udphdr *udp)
{
	return udp->dest == bpf_htons(DHCP6_CLIENT_PORT);
}

/* The only check for the many packets that are not DHCPv6. */
static __always_inline bool dhcp6_has_ports(const struct ipv6hdr *ip, const struct udphdr *udp)
{
	if (ip->nexthdr != PROTOCOL_UDP)
		return false;
	return dhcp6_is_to_client(udp) || (udp->dest == bpf_htons(DHCP6_SERVER_PORT) &&
	                                   udp->source == bpf_htons(DHCP6_CLIENT_PORT));
}

static __always_inline bool dhcp6_lengths_agree(const struct frame *frame, const struct ipv6hdr *ip,
                                                const struct udphdr *udp)
{
	return bpf_ntohs(udp->len) <= bpf_ntohs(ip->payload_len) && ipv6_is_whole(frame, ip);
}

static __always_inline enum snoop_result dhcp6_copy(const struct frame *frame,
                                                    const struct ipv6hdr *ip,
                                                    const struct udphdr *udp,
                                                    const struct mac *client)
{
	const __u32 at = frame->payload_offset + sizeof(*ip);
	const __u64 addresses = checksum_words(0, ip->saddr, 2 * sizeof(ip->saddr));
	struct dhcp_snoop *copy;
	__u32 length;

	if (!udp->check || !dhcp_checksum_is_right(frame->xdp, udp, at, addresses))
		return SNOOP_OTHER;
	length = dhcp_octets(udp, sizeof(struct dhcp6));
	if (!length)
		return SNOOP_OTHER;
	copy = bpf_ringbuf_reserve(&dhcp_snoop, sizeof(*copy), 0);
	if (!copy)
		return SNOOP_LOST;
	dhcp_copy_frame(copy, frame, udp, length);
	copy->source6 = *ipv6_source(ip);
	copy->client = *client;
	return dhcp_submit(copy, frame->xdp, at + sizeof(*udp), length);
}

static __always_inline enum snoop_result dhcp6_copy_of(const struct frame *frame,
                                                       const struct ipv6hdr *ip,
                                                       const struct udphdr *udp,
                                                       const struct mac *client,
                                                       const struct host_entry *host)
{
	if (!host || !host_is_here(host, frame) || !heartbeat_is_fresh())
		return SNOOP_OTHER;
	if (!dhcp_within_rate(client, frame_source(frame)))
		return SNOOP_LOST;
	return dhcp6_copy(frame, ip, udp, client);
}

__noinline enum snoop_result dhcp6_snoop_frame(struct xdp_md *xdp)
{
	const struct udphdr *udp;
	const struct ipv6hdr *ip;
	struct host_ref host;
	struct frame frame;

	if (!frame_parse(&frame, xdp) || frame.protocol != bpf_htons(ETHERTYPE_IPV6))
		return SNOOP_OTHER;
	ip = CURSOR_TAKE(&frame.cursor, struct ipv6hdr);
	if (!ip)
		return SNOOP_OTHER;
	udp = CURSOR_TAKE(&frame.cursor, struct udphdr);
	if (!udp || !dhcp6_has_ports(ip, udp) || !dhcp6_lengths_agree(&frame, ip, udp))
		return SNOOP_OTHER;
	if (!dhcp6_is_to_client(udp))
		return dhcp6_copy_of(&frame, ip, udp, frame_source(&frame),
		                     host_by_mac(frame_source(&frame)));
	if (host_by_address6(ipv6_destination(ip), &host))
		return dhcp6_copy_of(&frame, ip, udp, host.mac, host.entry);
	return dhcp6_copy_of(&frame, ip, udp, frame_destination(&frame),
	                     host_by_mac(frame_destination(&frame)));
}

#endif
