/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Echo requests (RFC 792, RFC 4443). In: ICMP or ICMPv6 for a sleeping host. Out: a request
 * rewritten in place into its reply, unless the host's flags say that it is ignored, or wakes the
 * host.
 */
#ifndef SLEEPPROXY_ECHO_BPF_H
#define SLEEPPROXY_ECHO_BPF_H

#include "checksum.bpf.h"
#include "wake.bpf.h"

#define ICMP_ECHO_REQUEST 8
#define ICMP_ECHO_REPLY 0
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129
#define ECHO_OCTETS 8
#define ECHO_TTL 64

/* Words of the header, of which one octet changes. */
#define ECHO_WORD(type) bpf_htons((type) << 8)

/* A request that the host's flags say is not answered. */
static __always_inline enum outcome echo_unanswered(struct xdp_md *xdp,
                                                    const struct host_entry *host,
                                                    struct transport transport,
                                                    enum outcome ignored)
{
	if (host->flags & HOST_ECHO_IGNORE)
		return ignored;
	return host_state(host) == ASLEEP
	               ? wake_handle(xdp, transport.at, transport.end, transport.protocol)
	               : OUTCOME_WAKE_IN_PROGRESS;
}

static __always_inline void echo_set_type(struct icmphdr *icmp, __u8 from, __u8 to)
{
	icmp->type = to;
	icmp->checksum = checksum_replace(icmp->checksum, ECHO_WORD(from), ECHO_WORD(to));
}

static __always_inline void echo_answer4(struct frame *frame, struct iphdr *ip,
                                         struct icmphdr *icmp, const struct mac *host)
{
	const __be32 peer = ip->saddr;
	const __be16 before = bpf_htons(ip->ttl << 8);

	ip->saddr = ip->daddr;
	ip->daddr = peer;
	ip->ttl = ECHO_TTL;
	ip->check = checksum_replace(ip->check, before, bpf_htons(ECHO_TTL << 8));
	echo_set_type(icmp, ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY);
	if (!icmp->checksum) /* it might be of zeros alone, where 0 would be wrong */
		icmp->checksum = 0xffff;
	frame_send_back(frame, host_answers_with(host));
}

/* Requests with IP options, or in fragments, are not answered: no system sends them by itself. */
static __always_inline bool echo_is_request4(const struct frame *frame, const struct iphdr *ip,
                                             const struct icmphdr *icmp)
{
	const __u8 network = *(const __u8 *)&ip->saddr;

	return ip->version_ihl == IPV4_PLAIN && icmp->type == ICMP_ECHO_REQUEST && !icmp->code &&
	       !(ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS)) && network &&
	       network != NET_LOOPBACK && network < NET_GROUPS &&
	       ipv4_lengths_agree(frame, ip, ECHO_OCTETS);
}

static __always_inline enum outcome echo_handle4(struct frame *frame, struct iphdr *ip,
                                                 const struct host_ref *host)
{
	struct icmphdr *icmp = CURSOR_TAKE(&frame->cursor, struct icmphdr);

	if (!icmp || !echo_is_request4(frame, ip, icmp))
		return OUTCOME_IPV4_IGNORED;
	if (host->entry->flags & (HOST_ECHO_IGNORE | HOST_ECHO_WAKE))
		return echo_unanswered(frame->xdp, host->entry, ipv4_transport(frame, ip),
		                       OUTCOME_IPV4_IGNORED);
	echo_answer4(frame, ip, icmp, host->mac);
	return OUTCOME_ECHO_ANSWERED;
}

static __always_inline void echo_answer6(struct frame *frame, struct ipv6hdr *ip,
                                         struct icmphdr *icmp, const struct mac *host)
{
	ipv6_swap_addresses(ip);
	ip->hop_limit = ECHO_TTL;
	echo_set_type(icmp, ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY);
	frame_send_back(frame, host_answers_with(host));
}

static __always_inline enum outcome echo_handle6(struct frame *frame, struct ipv6hdr *ip,
                                                 const struct host_ref *host)
{
	struct icmphdr *icmp = CURSOR_TAKE(&frame->cursor, struct icmphdr);
	const __u32 at = frame->payload_offset + sizeof(*ip);
	const struct transport transport = { at, at + bpf_ntohs(ip->payload_len),
		                             PROTOCOL_ICMPV6 | TRANSPORT_WHOLE };

	if (!icmp || icmp->type != ICMPV6_ECHO_REQUEST || icmp->code ||
	    transport.at + ECHO_OCTETS > transport.end || !ipv6_is_whole(frame, ip) ||
	    !ipv6_source_is_valid(ip))
		return OUTCOME_IPV6_IGNORED;
	if (host->entry->flags & (HOST_ECHO_IGNORE | HOST_ECHO_WAKE))
		return echo_unanswered(frame->xdp, host->entry, transport, OUTCOME_IPV6_IGNORED);
	echo_answer6(frame, ip, icmp, host->mac);
	return OUTCOME_ECHO_ANSWERED;
}

#endif
