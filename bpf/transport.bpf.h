/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transport header of an IP packet of either family. In: where it is. Out: whether it opens a
 * connection.
 */
#ifndef SLEEPPROXY_TRANSPORT_BPF_H
#define SLEEPPROXY_TRANSPORT_BPF_H

#include "frame.bpf.h"
#include "outcome.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/*
 * Octets from the start of the frame; passed to global functions one by one. Of 64 bits because of
 * stack slots: see the Makefile.
 */
struct transport {
	__u64 at, end;  /* of the header; of the packet, as its IP header says */
	__u64 protocol; /* and TRANSPORT_WHOLE */
};

/* It is all there: not the first of several fragments. */
#define TRANSPORT_WHOLE 0x100
#define TRANSPORT_PROTOCOL 0xff

/*
 * Only SYN alone opens a connection (RFC 9293, 3.5): anything else belongs to one that the host no
 * longer knows.
 */
static __always_inline bool tcp_is_syn(const struct tcphdr *tcp)
{
	return (tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

static __always_inline bool transport_has_ports(__u32 protocol)
{
	const __u32 number = protocol & TRANSPORT_PROTOCOL;

	return number == PROTOCOL_TCP || number == PROTOCOL_UDP;
}

static __always_inline enum outcome transport_tcp(struct xdp_md *xdp, __u32 at, __u32 end)
{
	struct tcphdr tcp;
	__u32 octets;

	if (at + sizeof(tcp) > end || bpf_xdp_load_bytes(xdp, at, &tcp, sizeof(tcp)))
		return OUTCOME_TRANSPORT_MALFORMED;
	octets = (tcp.offset_reserved >> 4) * 4;
	if (octets < sizeof(tcp) || at + octets > end)
		return OUTCOME_TRANSPORT_MALFORMED;
	return tcp_is_syn(&tcp) ? OUTCOME_WAKE_STARTED : OUTCOME_TCP_NOT_SYN;
}

static __always_inline enum outcome transport_udp(struct xdp_md *xdp, __u32 at, __u32 end,
                                                  bool is_whole)
{
	struct udphdr udp;

	if (at + sizeof(udp) > end || bpf_xdp_load_bytes(xdp, at, &udp, sizeof(udp)))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (bpf_ntohs(udp.len) < sizeof(udp) || (is_whole && at + bpf_ntohs(udp.len) > end))
		return OUTCOME_TRANSPORT_MALFORMED;
	return OUTCOME_WAKE_STARTED;
}

/*
 * OUTCOME_WAKE_STARTED: it opens a connection; OUTCOME_COUNT: it is neither TCP nor UDP. Global, so
 * that the verifier goes through it once.
 */
__noinline int transport_check(struct xdp_md *xdp, __u32 at, __u32 end, __u32 protocol)
{
	const __u32 number = protocol & TRANSPORT_PROTOCOL;

	if (!transport_has_ports(protocol))
		return OUTCOME_COUNT;
	if (end > bpf_xdp_get_buff_len(xdp))
		return OUTCOME_TRANSPORT_MALFORMED;
	return number == PROTOCOL_TCP ? transport_tcp(xdp, at, end)
	                              : transport_udp(xdp, at, end, protocol & TRANSPORT_WHOLE);
}

#endif
