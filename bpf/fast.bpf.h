/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast path: what most frames are, handled by the index alone (cell.bpf.h). In: any frame. Out:
 * its outcome, the same as the maps would give it; or ASK_MAPS, and the frame is unchanged. What
 * asks for a sleeping host by ARP or ND, or by an echo request, is answered, TCP that opens a
 * connection to a host that is WAKING is consumed, what concerns no host passes.
 *
 * Nothing is kept on the stack: without CAP_PERFMON the first store to each of its slots costs a
 * barrier (Spectre v4), of which there is none here; tests/datapath/test_capabilities counts. So
 * fields are read again from the frame where they are needed, and at fixed offsets: frames with
 * VLAN tags or IP options are the maps'.
 */
#ifndef SLEEPPROXY_FAST_BPF_H
#define SLEEPPROXY_FAST_BPF_H

#include "fast4.bpf.h"
#include "fast6.bpf.h"
#include "refusal.bpf.h"

static __always_inline __be16 fast_protocol(void *frame)
{
	return AT(__be16, frame, AT_PROTOCOL);
}

/*
 * A RST or ICMP of a host, which may be a refusal (refusal.bpf.h): of a frame without IP options.
 * The barrier: or clang makes one load of two, at a variable offset, which the verifier refuses.
 */
__noinline bool fast_find_refusal(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, TCP_END);
	__u64 flags;

	if (frame && fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV4)) {
		flags = AT(__u8, frame, AT_TCP_FLAGS);
		asm volatile("" : "+r"(flags));
		return AT(__u8, frame, AT_IPV4_PROTOCOL) == PROTOCOL_ICMP || flags & TCP_RST;
	}
	frame = fast_frame(xdp, TCP6_END);
	return frame && fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV6) &&
	       (AT(__u8, frame, AT_IPV6_NEXT) == PROTOCOL_ICMPV6 ||
	        AT(__u8, frame, AT_TCP6_FLAGS) & TCP_RST);
}

static __always_inline bool fast_may_refuse(struct xdp_md *xdp)
{
	return refusal_is_expected() && fast_find_refusal(xdp);
}

/* What a host itself sends by ARP or ND is the maps', as it may be probing for its address. */
static __always_inline enum outcome fast_handle(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, FAST_MIN), *solicitation;

	if (!frame || !index_is_valid())
		return ASK_MAPS;
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_ARP))
		return fast_is_of_host(frame) ? ASK_MAPS : fast_arp(xdp, frame);
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV6)) {
		solicitation = fast_solicitation(xdp);
		if (solicitation)
			return fast_is_of_host(frame) ? ASK_MAPS : fast_nd(xdp, solicitation);
		if (fast_is_nd(xdp))
			return ASK_MAPS;
	}
	if (frame_is_vlan(fast_protocol(frame)))
		return ASK_MAPS;
	if (fast_is_of_host(frame) && (fast_may_refuse(xdp) || !fast_is_awake(xdp, frame)))
		return ASK_MAPS;
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV4))
		return fast_ipv4(xdp);
	return fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV6) ? fast_ipv6(xdp)
	                                                         : OUTCOME_OTHER_PROTOCOL;
}

#endif
