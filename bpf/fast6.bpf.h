/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fast path (fast.bpf.h) for IPv6. */
#ifndef SLEEPPROXY_FAST6_BPF_H
#define SLEEPPROXY_FAST6_BPF_H

#include "fast_frame.bpf.h"
#include "ipv6.bpf.h"

/* Octets of an untagged frame with IPv6 without extension headers. */
enum {
	AT_IPV6_LENGTH = 18,
	AT_IPV6_NEXT = 20,
	AT_IPV6_HOP_LIMIT = 21,
	AT_IPV6_SOURCE = 22,
	AT_IPV6_DESTINATION = 38,
	AT_ICMPV6 = 54,
	AT_ICMPV6_CHECKSUM = 56,
	AT_PORT6 = 56, /* the destination's */
	AT_ND_FLAGS = 58,
	AT_ND_TARGET = 62,
	AT_TCP6_FLAGS = 67,
	TCP6_END = 74,
	AT_ND_OPTION = 78,
	ND_END = 86,
};

/* Of a solicitation with its sender's MAC, and of the answer to it, as they are in memory. */
enum {
	ND_LENGTH = ND_END - AT_ICMPV6,
	ND_SOLICITATION_WORD = ND_SOLICITATION,
	ND_ADVERTISEMENT_WORD = ND_ADVERTISEMENT,
	ND_SOURCE_OPTION = ND_SOURCE_MAC | 1 << 8,
	ND_TARGET_OPTION = ND_TARGET_MAC | 1 << 8,
};

/* IPv6's version, payload length, next header and hop limit, in the header's first 8 octets. */
#define ND_HEADER_MASK 0xffffffff000000f0ULL
#define ND_HEADER_WORD \
	(0x60 | (__u64)bpf_htons(ND_LENGTH) << 32 | (__u64)PROTOCOL_ICMPV6 << 48 | \
	 (__u64)ND_HOP_LIMIT << 56)

/* After the Ethernet source: EtherType and IPv6's first two octets. */
#define IPV6_WORD 0x0060dd86ULL

/* As fast_is_unknown(). The barrier: or the address's own pointer is kept, on the stack. */
static __always_inline bool fast_is_unknown6(void *frame, __u32 offset)
{
	asm volatile("" : "+r"(frame));
	if (!bpf_map_lookup_elem(&addresses6, frame + offset))
		return true;
	index_off();
	return false;
}

#define ND_PSEUDO (bpf_htons(ND_LENGTH) + bpf_htons(PROTOCOL_ICMPV6))

/*
 * nd_answer(), in words; false: the checksum is wrong. The answer has the source and twice the
 * target, as it is also its source, where the solicitation has source, destination and target.
 */
static __always_inline bool fast_nd_answer(void *frame)
{
	const __u64 own = fast_own_mac(), option = ND_TARGET_OPTION | own << 16;
	__u64 sum = checksum_words(ND_PSEUDO, frame + AT_IPV6_SOURCE, sizeof(struct ipv6));
	__u64 target = checksum_words(0, frame + AT_ND_TARGET, sizeof(struct ipv6)), sent;

	sent = checksum_words(sum + target, frame + AT_IPV6_DESTINATION, sizeof(struct ipv6));
	sent = checksum_words(sent, frame + AT_ICMPV6, AT_ND_TARGET - AT_ICMPV6);
	sent = checksum_words(sent, frame + AT_ND_OPTION, sizeof(struct nd_option));
	if (checksum_fold64(sent) != CHECKSUM_RIGHT)
		return false;
	sum += 2 * target + (option & 0xffffffff) + (option >> 32) + ND_ADVERTISEMENT_WORD +
	       ND_SOLICITED;
	AT(__u64, frame, AT_ICMPV6) = ND_ADVERTISEMENT_WORD |
	                              (__u64)(__u16)~checksum_fold64(sum) << 16 |
	                              (__u64)ND_SOLICITED << 32;
	AT(__u64, frame, AT_ND_OPTION) = option;
	AT(__u64, frame, AT_IPV6_DESTINATION) = AT(__u64, frame, AT_IPV6_SOURCE);
	AT(__u64, frame, AT_IPV6_DESTINATION + 8) = AT(__u64, frame, AT_IPV6_SOURCE + 8);
	AT(__u64, frame, AT_IPV6_SOURCE) = AT(__u64, frame, AT_ND_TARGET);
	AT(__u64, frame, AT_IPV6_SOURCE + 8) = AT(__u64, frame, AT_ND_TARGET + 8);
	AT(__u64, frame, 0) = fast_mac(AT(__u64, frame, AT_SOURCE)) | own << 48;
	AT(__u64, frame, 8) = own >> 16 | IPV6_WORD << 32;
	AT(__u16, frame, 16) = 0;
	return true;
}

/* A solicitation with one option, and nothing behind; or NULL. */
static __always_inline void *fast_solicitation(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, ND_END);

	return frame && !fast_frame(xdp, ND_END + 1) &&
	                       (AT(__u64, frame, AT_PAYLOAD) & ND_HEADER_MASK) == ND_HEADER_WORD &&
	                       AT(__u16, frame, AT_ICMPV6) == ND_SOLICITATION_WORD
	               ? frame
	               : NULL;
}

/*
 * As neighbours send it: not for duplicate addresses, and with their own MAC as its option. Half of
 * the source tells whether it has one, but for a few, which are the maps'.
 */
static __always_inline bool fast_is_of_neighbour(void *frame)
{
	const __u64 mac = fast_mac(AT(__u64, frame, AT_SOURCE));
	const __u64 source = AT(__u64, frame, AT_IPV6_SOURCE), own = fast_own_mac();

	return AT(__u64, frame, AT_ND_OPTION) == (ND_SOURCE_OPTION | mac << 16) &&
	       !mac_is_group(frame + AT_SOURCE) && mac != own && source && (__u8)source != 0xff &&
	       (mac_is_group(frame) || fast_mac(AT(__u64, frame, 0)) == own);
}

static __always_inline enum outcome fast_nd(struct xdp_md *xdp, void *frame)
{
	struct index_bucket *buckets;
	__u32 content;

	if (!fast_is_of_neighbour(frame))
		return ASK_MAPS;
	buckets = index_all_buckets();
	if (!buckets || index_may_find6(buckets, frame + AT_IPV6_SOURCE))
		return ASK_MAPS;
	content = index_find6(buckets, frame + AT_ND_TARGET);
	if (!content)
		return AT(__u8, frame, AT_ND_TARGET) != 0xff &&
		                       fast_is_unknown6(frame, AT_ND_TARGET)
		               ? OUTCOME_ND_OTHER
		               : ASK_MAPS;
	return fast_may_answer(content, xdp) && fast_nd_answer(frame) ? OUTCOME_ND_ANSWERED
	                                                              : ASK_MAPS;
}

/*
 * Of one machine, and not the destination's. Half an address tells it from those that are not, and
 * from a few that are, which are the maps'.
 */
static __always_inline bool fast_has_source6(void *frame)
{
	return AT(__u64, frame, AT_IPV6_SOURCE) && AT(__u8, frame, AT_IPV6_SOURCE) != 0xff &&
	       (AT(__u64, frame, AT_IPV6_SOURCE) != AT(__u64, frame, AT_IPV6_DESTINATION) ||
	        AT(__u64, frame, AT_IPV6_SOURCE + 8) != AT(__u64, frame, AT_IPV6_DESTINATION + 8));
}

/* A request that is to be answered as echo_handle6() does. */
static __always_inline bool fast_is_echo6(struct xdp_md *xdp, void *frame)
{
	const __u32 octets = bpf_ntohs(AT(__u16, frame, AT_IPV6_LENGTH));

	return AT(__u8, frame, AT_IPV6_NEXT) == PROTOCOL_ICMPV6 &&
	       AT(__u16, frame, AT_ICMPV6) == ICMPV6_ECHO_REQUEST && fast_is_to_us(frame) &&
	       !mac_is_group(frame + AT_SOURCE) && fast_has_source6(frame) &&
	       octets >= ECHO_OCTETS && fast_has_octets(xdp, AT_ICMPV6 + octets);
}

static __always_inline void fast_echo_answer6(void *frame)
{
	const __u64 first = AT(__u64, frame, AT_IPV6_SOURCE);
	const __u64 last = AT(__u64, frame, AT_IPV6_SOURCE + 8);

	AT(__u64, frame, AT_IPV6_SOURCE) = AT(__u64, frame, AT_IPV6_DESTINATION);
	AT(__u64, frame, AT_IPV6_SOURCE + 8) = AT(__u64, frame, AT_IPV6_DESTINATION + 8);
	AT(__u64, frame, AT_IPV6_DESTINATION) = first;
	AT(__u64, frame, AT_IPV6_DESTINATION + 8) = last;
	AT(__u8, frame, AT_IPV6_HOP_LIMIT) = ECHO_TTL;
	AT(__u16, frame, AT_ICMPV6_CHECKSUM) = checksum_replace(
		AT(__u16, frame, AT_ICMPV6_CHECKSUM), ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY);
	AT(__u8, frame, AT_ICMPV6) = ICMPV6_ECHO_REPLY;
	fast_send_back(frame);
}

static __always_inline bool fast_is_syn6(struct xdp_md *xdp, void *frame)
{
	const void *whole = fast_frame(xdp, TCP6_END);

	return whole && AT(__u8, frame, AT_IPV6_NEXT) == PROTOCOL_TCP &&
	       tcp_is_syn(whole + AT_PAYLOAD + sizeof(struct ipv6hdr));
}

static __always_inline bool fast_may_be_dhcp6(void *frame)
{
	const __be16 port = AT(__be16, frame, AT_PORT6);

	return AT(__u8, frame, AT_IPV6_NEXT) == PROTOCOL_UDP &&
	       (port == bpf_htons(DHCP6_CLIENT_PORT) || port == bpf_htons(DHCP6_SERVER_PORT));
}

/* Is the frame, which is IPv6, any other solicitation, or an advertisement? */
static __always_inline bool fast_is_nd(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, AT_ND_FLAGS);

	return frame && AT(__u8, frame, AT_PAYLOAD) >> 4 == 6 &&
	       AT(__u8, frame, AT_IPV6_NEXT) == PROTOCOL_ICMPV6 &&
	       (AT(__u8, frame, AT_ICMPV6) == ND_SOLICITATION ||
	        AT(__u8, frame, AT_ICMPV6) == ND_ADVERTISEMENT);
}

/* As fast_ipv4(), for what is not ND. */
static __always_inline enum outcome fast_ipv6(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, AT_ND_FLAGS);
	struct index_bucket *buckets;
	__u32 content;

	if (!frame)
		return ASK_MAPS;
	if (AT(__u8, frame, AT_PAYLOAD) >> 4 != 6)
		return OUTCOME_IPV6_MALFORMED;
	if (fast_may_be_dhcp6(frame))
		return ASK_MAPS;
	buckets = index_all_buckets();
	if (!buckets)
		return ASK_MAPS;
	content = index_find6(buckets, frame + AT_IPV6_DESTINATION);
	if (!content)
		return !fast_is_syn6(xdp, frame) || fast_is_unknown6(frame, AT_IPV6_DESTINATION)
		               ? OUTCOME_IPV6_OTHER
		               : ASK_MAPS;
	if (!(content & INDEX_ECHO) || !fast_may_answer(content, xdp) || !fast_is_echo6(xdp, frame))
		return ASK_MAPS;
	fast_echo_answer6(frame);
	return OUTCOME_ECHO_ANSWERED;
}

#endif
