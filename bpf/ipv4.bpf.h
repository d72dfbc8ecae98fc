/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 (RFC 791) for a host. In: an IPv4 frame. Out: for a sleeping host, a connection passed to
 * wake.bpf.h and everything else consumed, so that the machine's own stack never answers for it;
 * what is sent to a group, by its MAC or its address, passed whatever the maps say; what is sent to
 * us for a host that is awake again, sent on to it (bounce.bpf.h); otherwise unchanged. DHCP is
 * snooped first (dhcp.bpf.h).
 */
#ifndef SLEEPPROXY_IPV4_BPF_H
#define SLEEPPROXY_IPV4_BPF_H

#include "arp.bpf.h"
#include "bounce.bpf.h"
#include "dhcp.bpf.h"
#include "echo.bpf.h"
#include "ignore.bpf.h"
#include "wake.bpf.h"

static __always_inline enum outcome ipv4_for_sleeper(struct frame *frame, struct iphdr *ip,
                                                     const struct host_ref *host)
{
	const struct transport transport = ipv4_transport(frame, ip);

	if (mac_is_group(frame_source(frame)) || ip->saddr == ip->daddr)
		return OUTCOME_IPV4_IGNORED;
	if (ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET))
		return OUTCOME_FRAGMENT;
	if (ip->protocol == PROTOCOL_ICMP)
		return echo_handle4(frame, ip, host);
	return wake_transport(frame->xdp, host, transport, OUTCOME_IPV4_IGNORED);
}

static __always_inline bool ipv4_bounce(struct frame *frame, const struct iphdr *ip,
                                        const struct host_ref *host)
{
	struct notice *notice = bpf_map_lookup_elem(&notice_scratch, &ONLY_ROW);

	if (!notice || config.forwards || !ipv4_lengths_agree(frame, ip, 0) ||
	    !bounce_applies(frame, host))
		return false;
	notice->address = ipv4_mapped(*(const struct ipv4 *)&ip->daddr);
	bounce(frame, host, notice);
	return true;
}

/* Others want it too, this machine among them. */
static __always_inline bool ipv4_is_to_group(const struct frame *frame, const struct iphdr *ip)
{
	return mac_is_group(frame_destination(frame)) ||
	       ipv4_is_group((const struct ipv4 *)&ip->daddr);
}

static __noinline enum outcome ipv4_for_host(struct xdp_md *xdp, const struct mac *mac,
                                             struct host_entry *entry)
{
	const struct host_ref host = { mac, entry };
	enum outcome outcome;
	struct iphdr *ip;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct iphdr);
	if (!ip)
		return OUTCOME_IPV4_MALFORMED;
	if (ipv4_is_to_group(&frame, ip))
		return OUTCOME_IPV4_OTHER;
	if (host_state(entry) == AWAKE)
		return ipv4_bounce(&frame, ip, &host) ? OUTCOME_BOUNCED : OUTCOME_IPV4_OTHER;
	if (!host_is_proxied(entry, &frame, OUTCOME_IPV4_OTHER, &outcome))
		return outcome;
	if (!host_is_addressed(&frame, mac))
		return OUTCOME_IPV4_OTHER;
	return ignore_count(mac, entry, ipv4_for_sleeper(&frame, ip, &host));
}

static __always_inline bool ipv4_is_to_sleeper(const struct frame *frame, const struct iphdr *ip,
                                               const struct host_ref *host)
{
	enum outcome unused;

	return host_is_proxied(host->entry, frame, OUTCOME_IPV4_OTHER, &unused) &&
	       host_is_addressed(frame, host->mac) && !ipv4_is_to_group(frame, ip);
}

/*
 * A server's message to a sleeping host is for the daemon, and never wakes it. Any other message is
 * handled as a packet that is not DHCP would be, copied or not.
 */
__noinline enum outcome ipv4_dhcp(struct xdp_md *xdp)
{
	const enum snoop_result result = dhcp_snoop_frame(xdp);
	enum outcome outcome = OUTCOME_IPV4_OTHER;
	const struct udphdr *udp;
	const struct iphdr *ip;
	struct frame frame;
	struct host_ref host;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct iphdr);
	if (!ip)
		return OUTCOME_IPV4_MALFORMED;
	udp = CURSOR_TAKE(&frame.cursor, struct udphdr);
	if (!udp)
		return OUTCOME_IPV4_MALFORMED;
	if (host_by_address((struct ipv4 *)&ip->daddr, &host)) {
		if (dhcp_is_to_client(udp) && ipv4_is_to_sleeper(&frame, ip, &host))
			return result == SNOOP_COPIED ? OUTCOME_DHCP_CONSUMED
			                              : OUTCOME_DHCP_DROPPED;
		outcome = ipv4_for_host(xdp, host.mac, host.entry);
	}
	if (outcome != OUTCOME_IPV4_OTHER || result == SNOOP_OTHER)
		return outcome;
	return result == SNOOP_COPIED ? OUTCOME_DHCP_SNOOPED : OUTCOME_DHCP_NOT_SNOOPED;
}

static __always_inline enum outcome ipv4_handle(struct frame *frame)
{
	const struct iphdr *ip = CURSOR_TAKE(&frame->cursor, struct iphdr);
	const struct udphdr *udp;
	struct host_ref host;

	if (!ip || ip->version_ihl >> 4 != 4 || ipv4_header_octets(ip) < sizeof(*ip))
		return OUTCOME_IPV4_MALFORMED;
	udp = CURSOR_TAKE(&frame->cursor, struct udphdr);
	if (udp && dhcp_has_ports(ip, udp))
		return ipv4_dhcp(frame->xdp);
	if (!host_by_address((struct ipv4 *)&ip->daddr, &host))
		return OUTCOME_IPV4_OTHER;
	return ipv4_for_host(frame->xdp, host.mac, host.entry);
}

#endif
