/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 (RFC 8200) for a host, as IPv4 (ipv4.bpf.h). In: an IPv6 frame. Out: Neighbor Discovery
 * handled; DHCPv6 snooped (dhcp6.bpf.h); for a sleeping host, echo answered, a connection passed to
 * wake.bpf.h and everything else consumed; what is sent to us for a host that is awake again, sent
 * on to it (bounce.bpf.h); otherwise unchanged, as is whatever is sent to a group.
 */
#ifndef SLEEPPROXY_IPV6_BPF_H
#define SLEEPPROXY_IPV6_BPF_H

#include "bounce.bpf.h"
#include "dhcp6.bpf.h"
#include "echo.bpf.h"
#include "ignore.bpf.h"
#include "nd.bpf.h"
#include "wake.bpf.h"

static __always_inline enum outcome ipv6_for_sleeper(struct frame *frame, struct ipv6hdr *ip,
                                                     const struct host_ref *host)
{
	const __u32 payload = frame->payload_offset + sizeof(*ip);
	struct transport transport = { .end = payload + bpf_ntohs(ip->payload_len) };
	__u32 says;

	if (mac_is_group(frame_source(frame)) || ipv6_is_to_its_source(ip))
		return OUTCOME_IPV6_IGNORED;
	if (ip->nexthdr == PROTOCOL_ICMPV6)
		return echo_handle6(frame, ip, host);
	says = ipv6_transport(frame->xdp, payload, ip->nexthdr);
	if (says & IPV6_LATER_FRAGMENT)
		return OUTCOME_FRAGMENT;
	if (says & IPV6_UNKNOWN)
		return OUTCOME_IPV6_IGNORED;
	transport.at = says >> IPV6_AT_SHIFT;
	transport.protocol =
		(says & TRANSPORT_PROTOCOL) | (says & IPV6_FIRST_FRAGMENT ? 0 : TRANSPORT_WHOLE);
	if (says & IPV6_ROUTED && transport_has_ports(says))
		return OUTCOME_WAKE_SOURCE_ROUTE;
	return wake_transport(frame->xdp, host, transport, OUTCOME_IPV6_IGNORED);
}

/* Into the frame as it goes on to its host, if that is awake. */
__noinline bool ipv6_bounce(struct xdp_md *xdp)
{
	struct notice *notice = bpf_map_lookup_elem(&notice_scratch, &ONLY_ROW);
	const struct ipv6hdr *ip;
	struct host_ref host;
	struct frame frame;

	if (!notice || config.forwards6 || !frame_parse(&frame, xdp) || !frame_is_to_us(&frame))
		return false;
	ip = CURSOR_TAKE(&frame.cursor, struct ipv6hdr);
	if (!ip || !ipv6_is_whole(&frame, ip) || ipv6_is_group(ipv6_destination(ip)) ||
	    !host_by_address6(ipv6_destination(ip), &host) || host_state(host.entry) != AWAKE ||
	    !bounce_applies(&frame, &host))
		return false;
	notice->address = *ipv6_destination(ip);
	bounce(&frame, &host, notice);
	return true;
}

static __noinline enum outcome ipv6_for_host(struct xdp_md *xdp, const struct mac *mac,
                                             struct host_entry *entry)
{
	const struct host_ref host = { mac, entry };
	enum outcome outcome;
	struct ipv6hdr *ip;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct ipv6hdr);
	if (!ip)
		return OUTCOME_IPV6_MALFORMED;
	if (mac_is_group(frame_destination(&frame)) || ipv6_is_group(ipv6_destination(ip)))
		return OUTCOME_IPV6_OTHER;
	if (host_state(entry) == AWAKE)
		return ipv6_bounce(xdp) ? OUTCOME_BOUNCED : OUTCOME_IPV6_OTHER;
	if (!host_is_proxied(entry, &frame, OUTCOME_IPV6_OTHER, &outcome))
		return outcome;
	if (!host_is_addressed(&frame, mac))
		return OUTCOME_IPV6_OTHER;
	return ignore_count(mac, entry, ipv6_for_sleeper(&frame, ip, &host));
}

/* As ipv4_dhcp(). */
__noinline enum outcome ipv6_dhcp(struct xdp_md *xdp)
{
	const enum snoop_result result = dhcp6_snoop_frame(xdp);
	enum outcome outcome = OUTCOME_IPV6_OTHER, unused;
	const struct udphdr *udp;
	const struct ipv6hdr *ip;
	struct host_ref host;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct ipv6hdr);
	if (!ip)
		return OUTCOME_IPV6_MALFORMED;
	udp = CURSOR_TAKE(&frame.cursor, struct udphdr);
	if (!udp)
		return OUTCOME_IPV6_MALFORMED;
	if (host_by_address6(ipv6_destination(ip), &host)) {
		if (dhcp6_is_to_client(udp) && !mac_is_group(frame_destination(&frame)) &&
		    host_is_proxied(host.entry, &frame, OUTCOME_IPV6_OTHER, &unused) &&
		    host_is_addressed(&frame, host.mac))
			return result == SNOOP_COPIED ? OUTCOME_DHCP_CONSUMED
			                              : OUTCOME_DHCP_DROPPED;
		outcome = ipv6_for_host(xdp, host.mac, host.entry);
	}
	if (outcome != OUTCOME_IPV6_OTHER || result == SNOOP_OTHER)
		return outcome;
	return result == SNOOP_COPIED ? OUTCOME_DHCP_SNOOPED : OUTCOME_DHCP_NOT_SNOOPED;
}

/*
 * What answers the host's own solicitation is for it, too. Solicitations, as ARP, are repeated to
 * all by who gets no answer.
 */
static __always_inline enum outcome ipv6_advertisement(struct xdp_md *xdp)
{
	const enum outcome outcome = nd_advertisement(xdp);

	return outcome == OUTCOME_ND_OTHER && ipv6_bounce(xdp) ? OUTCOME_BOUNCED : outcome;
}

static __always_inline enum outcome ipv6_handle(struct frame *frame)
{
	const struct ipv6hdr *ip = CURSOR_TAKE(&frame->cursor, struct ipv6hdr);
	struct cursor cursor = frame->cursor;
	const struct udphdr *udp;
	const struct icmphdr *icmp;
	struct host_ref host;

	if (!ip || ip->version_class >> 4 != 6)
		return OUTCOME_IPV6_MALFORMED;
	icmp = CURSOR_TAKE(&cursor, struct icmphdr);
	if (icmp && nd_is_type(ip, icmp, ND_SOLICITATION))
		return nd_solicitation(frame->xdp);
	if (icmp && nd_is_type(ip, icmp, ND_ADVERTISEMENT))
		return ipv6_advertisement(frame->xdp);
	udp = CURSOR_TAKE(&frame->cursor, struct udphdr);
	if (udp && dhcp6_has_ports(ip, udp))
		return ipv6_dhcp(frame->xdp);
	if (!host_by_address6(ipv6_destination(ip), &host))
		return OUTCOME_IPV6_OTHER;
	return ipv6_for_host(frame->xdp, host.mac, host.entry);
}

#endif
