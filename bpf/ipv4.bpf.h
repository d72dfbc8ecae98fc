/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 (RFC 791) for a host. In: an IPv4 frame. Out: for a sleeper, a connection handed to
 * wake.bpf.h and everything else consumed, so that the machine's own stack never answers in its
 * name; for a host that is awake again, its sender redirected; for others, untouched. DHCP goes
 * through dhcp.bpf.h first.
 */
#ifndef SLEEPPROXY_IPV4_BPF_H
#define SLEEPPROXY_IPV4_BPF_H

#include "arp.bpf.h"
#include "dhcp.bpf.h"
#include "wake.bpf.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define ETHER_PAYLOAD_MIN 46

/*
 * Only SYN alone asks for a connection (RFC 9293, 3.5): anything else belongs to a session that the
 * host has forgotten.
 */
static __always_inline bool tcp_opens(const struct tcphdr *tcp)
{
	return (tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

static __always_inline enum outcome ipv4_tcp(struct frame *frame, const struct iphdr *ip,
                                             struct connection *connection)
{
	struct tcphdr *tcp = IPV4_TRANSPORT(frame, ip, struct tcphdr);

	if (!tcp || (tcp->offset_reserved >> 4) * 4 < sizeof(*tcp) ||
	    !ipv4_lengths_agree(frame, ip, (tcp->offset_reserved >> 4) * 4))
		return OUTCOME_transport_malformed;
	if (!tcp_opens(tcp))
		return OUTCOME_tcp_no_connection;
	connection->ports = &tcp->source;
	return wake_for(frame, connection);
}

static __always_inline enum outcome ipv4_udp(struct frame *frame, const struct iphdr *ip,
                                             struct connection *connection)
{
	struct udphdr *udp = IPV4_TRANSPORT(frame, ip, struct udphdr);

	if (!udp || bpf_ntohs(udp->len) < sizeof(*udp) ||
	    (!(ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS)) &&
	     !ipv4_lengths_agree(frame, ip, bpf_ntohs(udp->len))))
		return OUTCOME_transport_malformed;
	connection->ports = &udp->source;
	return wake_for(frame, connection);
}

static __always_inline enum outcome ipv4_for_sleeper(struct frame *frame, const struct iphdr *ip,
                                                     const struct found *found)
{
	struct connection connection = {
		.to = found,
		.address = (const struct ipv4 *)&ip->daddr,
		.peer = (const struct ipv4 *)&ip->saddr,
		.protocol = ip->protocol,
	};

	if (mac_is_group(frame_destination(frame)) || mac_is_group(frame_source(frame)) ||
	    ip->saddr == ip->daddr)
		return OUTCOME_ipv4_ignored;
	if (ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET))
		return OUTCOME_fragment;
	if (ip->protocol == PROTOCOL_TCP)
		return ipv4_tcp(frame, ip, &connection);
	if (ip->protocol == PROTOCOL_UDP)
		return ipv4_udp(frame, ip, &connection);
	return OUTCOME_ipv4_ignored;
}

/*
 * After a wake the neighbours still have our MAC, Linux announces nothing on resume, and an
 * announcement by us would be a conflict for an owner that is probing: so each sender that still
 * comes here is told the owner's MAC, for itself. Where this machine is a router, such frames are
 * its daily bread, and pass.
 */
static __always_inline bool ipv4_redirect(struct frame *frame, const struct iphdr *ip,
                                          const struct found *found)
{
	int surplus = bpf_ntohs(ip->tot_len) - ETHER_PAYLOAD_MIN;

	if (interface.answer != ANSWER_PROXY || interface.forwards || !frame_is_to_proxy(frame) ||
	    mac_is_group(frame_source(frame)) || mac_equal(frame_source(frame), found->mac) ||
	    !host_is_here(found->host, frame) || !proxy_is_alive())
		return false;
	if (!ipv4_lengths_agree(frame, ip, 0) ||
	    !arp_redirect(frame, found->mac, *(struct ipv4 *)&ip->daddr))
		return false;
	if (surplus > 0)
		bpf_xdp_adjust_tail(frame->xdp, -surplus); /* longer ARP is valid, but absurd */
	return true;
}

static __noinline enum outcome ipv4_for_host(struct xdp_md *xdp, const struct mac *mac,
                                             struct host_entry *host)
{
	const struct found found = { mac, host };
	const struct iphdr *ip;
	enum outcome outcome;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ether_malformed;
	ip = CURSOR_TAKE(&frame.cursor, struct iphdr);
	if (!ip)
		return OUTCOME_ipv4_malformed;
	if (host_state(host) == AWAKE)
		return ipv4_redirect(&frame, ip, &found) ? OUTCOME_ipv4_redirected
		                                         : OUTCOME_ipv4_other;
	if (!host_sleeps(host, &frame, OUTCOME_ipv4_other, &outcome))
		return outcome;
	if (!host_is_addressed(&frame, mac))
		return OUTCOME_ipv4_other;
	return ipv4_for_sleeper(&frame, ip, &found);
}

static __always_inline bool ipv4_is_to_sleeper(const struct frame *frame, const struct found *found)
{
	enum outcome ignored;

	return host_sleeps(found->host, frame, OUTCOME_ipv4_other, &ignored) &&
	       host_is_addressed(frame, found->mac) && !mac_is_group(frame_destination(frame));
}

/*
 * A server's word to a sleeper is the daemon's, and never a reason to wake; whatever else it is, a
 * message that was copied goes its ordinary way.
 */
static __noinline enum outcome ipv4_dhcp(struct xdp_md *xdp)
{
	const enum hearing hearing = dhcp_hear(xdp);
	enum outcome outcome = OUTCOME_ipv4_other;
	const struct udphdr *udp;
	const struct iphdr *ip;
	struct frame frame;
	struct found found;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ether_malformed;
	ip = CURSOR_TAKE(&frame.cursor, struct iphdr);
	if (!ip)
		return OUTCOME_ipv4_malformed;
	udp = CURSOR_TAKE(&frame.cursor, struct udphdr);
	if (!udp)
		return OUTCOME_ipv4_malformed;
	if (host_find((struct ipv4 *)&ip->daddr, &found)) {
		if (dhcp_is_to_client(udp) && ipv4_is_to_sleeper(&frame, &found))
			return hearing == HEARD ? OUTCOME_dhcp_taken : OUTCOME_dhcp_refused;
		outcome = ipv4_for_host(xdp, found.mac, found.host);
	}
	if (outcome != OUTCOME_ipv4_other || hearing == HEARD_NOT)
		return outcome;
	return hearing == HEARD ? OUTCOME_dhcp_snooped : OUTCOME_dhcp_not_snooped;
}

static __always_inline enum outcome ipv4_handle(struct frame *frame)
{
	const struct iphdr *ip = CURSOR_TAKE(&frame->cursor, struct iphdr);
	const struct udphdr *udp;
	struct found found;

	if (!ip || ip->version_ihl >> 4 != 4 || ipv4_header_octets(ip) < sizeof(*ip))
		return OUTCOME_ipv4_malformed;
	udp = CURSOR_TAKE(&frame->cursor, struct udphdr);
	if (udp && dhcp_has_ports(ip, udp))
		return ipv4_dhcp(frame->xdp);
	if (!host_find((struct ipv4 *)&ip->daddr, &found))
		return OUTCOME_ipv4_other;
	return ipv4_for_host(frame->xdp, found.mac, found.host);
}

#endif
