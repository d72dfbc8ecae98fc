/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast path: what most frames are, handled by the index alone (cell.bpf.h). In: any frame. Out:
 * its outcome, the same as the maps would give it; or ASK_MAPS, and the frame is unchanged. What
 * asks for a sleeping host by ARP or ND, or by an echo request, is answered, TCP that opens a
 * connection to a host that is WAKING is consumed, what concerns no host passes.
 *
 * Nothing is kept over a call or on the stack: without CAP_PERFMON the first store to each stack
 * slot costs a barrier (Spectre v4), of which there is none here; tests/datapath counts them. So
 * fields are read again from the frame where they are needed, and at fixed offsets: frames with
 * VLAN tags or IP options are the maps'.
 */
#ifndef SLEEPPROXY_FAST_BPF_H
#define SLEEPPROXY_FAST_BPF_H

#include "fast4.bpf.h"
#include "fast6.bpf.h"

static __always_inline __be16 fast_protocol(void *frame)
{
	return AT(__be16, frame, AT_PROTOCOL);
}

/* What a host itself sends by ARP or ND is the maps', as it may be probing for its address. */
static __always_inline enum outcome fast_handle(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, FAST_MIN);

	if (!frame || !index_is_valid() || frame_is_vlan(fast_protocol(frame)))
		return ASK_MAPS;
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_ARP))
		return fast_is_of_host(frame) ? ASK_MAPS : fast_arp(xdp, frame);
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV6) && fast_is_nd(xdp))
		return fast_is_of_host(frame) ? ASK_MAPS : fast_nd(xdp);
	if (fast_is_of_host(frame) && !fast_is_awake(xdp, frame))
		return ASK_MAPS;
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV4))
		return fast_ipv4(xdp);
	return fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV6) ? fast_ipv6(xdp)
	                                                         : OUTCOME_OTHER_PROTOCOL;
}

#endif
