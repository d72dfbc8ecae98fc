/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that has just woken may answer ARP before its services listen, and refuse the connection
 * that woke it. In: a frame of a host that is awake. Out: true, a refusal of a connection in
 * `held`, which the daemon sends again; the frame is kept from the peer. That is seen here only
 * where this machine is between them, as a router is, or the peer is this machine.
 *
 * A RST (RFC 9293, 3.10.7.1) says by what it acknowledges to which SYN it belongs, and has the
 * sequence number 0, as the host knows of no connection. Or a port is unreachable by ICMP (RFC 792)
 * or ICMPv6 (RFC 4443, 3.1).
 */
#ifndef SLEEPPROXY_REFUSAL_BPF_H
#define SLEEPPROXY_REFUSAL_BPF_H

#include "held.bpf.h"
#include "ipv4_packet.bpf.h"
#include "ipv6_packet.bpf.h"

#define ICMP_UNREACHABLE 3
#define ICMP_PORT_UNREACHABLE 3
#define ICMPV6_UNREACHABLE 1
#define ICMPV6_PORT_UNREACHABLE 4

/* ICMP before the packet that it is about, of which at least the ports are there. */
struct refusal_icmp {
	struct icmphdr icmp;
	__be32 unused;
};

/* What is too large for one store is not on the stack: see the Makefile on stack slots. */
struct refusal {
	struct held_connection connection;
	struct tcphdr tcp;
	struct {
		struct refusal_icmp head;
		struct iphdr ip;
		struct udphdr ports;
	} icmp4;
	struct {
		struct refusal_icmp head;
		struct ipv6hdr ip;
		struct udphdr ports;
	} icmp6;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct refusal);
} refusal_scratch SEC(".maps");

/* Some connection has a row; the daemon says so. */
static __always_inline bool refusal_is_expected(void)
{
	return *(volatile __u32 *)&index_state.held;
}

/* The addresses are those of the connection already. */
static __always_inline bool refusal_by_tcp(struct xdp_md *xdp, __u32 at, struct refusal *refusal)
{
	struct held_connection *connection = &refusal->connection;
	const struct tcphdr *tcp = &refusal->tcp;

	if (bpf_xdp_load_bytes(xdp, at, &refusal->tcp, sizeof(*tcp)) ||
	    (tcp->flags & (TCP_RST | TCP_ACK)) != (TCP_RST | TCP_ACK) || tcp->seq)
		return false;
	connection->protocol = PROTOCOL_TCP;
	connection->peer_port = tcp->dest;
	connection->port = tcp->source;
	return true;
}

static __always_inline void refusal_set_ports(struct held_connection *connection, __u8 protocol,
                                              const struct udphdr *ports)
{
	connection->protocol = protocol;
	connection->peer_port = ports->source;
	connection->port = ports->dest;
}

static __always_inline bool refusal_by_icmp4(struct xdp_md *xdp, __u32 at, struct refusal *refusal)
{
	const struct icmphdr *icmp = &refusal->icmp4.head.icmp;
	const struct iphdr *ip = &refusal->icmp4.ip;

	if (bpf_xdp_load_bytes(xdp, at, &refusal->icmp4, sizeof(refusal->icmp4)) ||
	    icmp->type != ICMP_UNREACHABLE || icmp->code != ICMP_PORT_UNREACHABLE ||
	    ipv4_header_octets(ip) != sizeof(*ip))
		return false;
	refusal->connection.peer = ipv4_mapped(*(const struct ipv4 *)&ip->saddr);
	refusal->connection.address = ipv4_mapped(*(const struct ipv4 *)&ip->daddr);
	refusal_set_ports(&refusal->connection, ip->protocol, &refusal->icmp4.ports);
	return true;
}

static __always_inline bool refusal_by_icmp6(struct xdp_md *xdp, __u32 at, struct refusal *refusal)
{
	const struct icmphdr *icmp = &refusal->icmp6.head.icmp;
	const struct ipv6hdr *ip = &refusal->icmp6.ip;

	if (bpf_xdp_load_bytes(xdp, at, &refusal->icmp6, sizeof(refusal->icmp6)) ||
	    icmp->type != ICMPV6_UNREACHABLE || icmp->code != ICMPV6_PORT_UNREACHABLE)
		return false;
	refusal->connection.peer = *ipv6_source(ip);
	refusal->connection.address = *ipv6_destination(ip);
	refusal_set_ports(&refusal->connection, ip->nexthdr, &refusal->icmp6.ports);
	return true;
}

static __always_inline bool refusal_read4(struct frame *frame, struct refusal *refusal)
{
	const struct iphdr *ip = CURSOR_TAKE(&frame->cursor, struct iphdr);
	struct transport transport;

	if (!ip || ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET))
		return false;
	transport = ipv4_transport(frame, ip);
	refusal->connection.peer = ipv4_mapped(*(const struct ipv4 *)&ip->daddr);
	refusal->connection.address = ipv4_mapped(*(const struct ipv4 *)&ip->saddr);
	return ip->protocol == PROTOCOL_ICMP
	               ? refusal_by_icmp4(frame->xdp, transport.at, refusal)
	               : ip->protocol == PROTOCOL_TCP &&
	                         refusal_by_tcp(frame->xdp, transport.at, refusal);
}

static __always_inline bool refusal_read6(struct frame *frame, struct refusal *refusal)
{
	const struct ipv6hdr *ip = CURSOR_TAKE(&frame->cursor, struct ipv6hdr);
	const __u32 at = frame->payload_offset + sizeof(*ip);

	if (!ip)
		return false;
	refusal->connection.peer = *ipv6_destination(ip);
	refusal->connection.address = *ipv6_source(ip);
	return ip->nexthdr == PROTOCOL_ICMPV6
	               ? refusal_by_icmp6(frame->xdp, at, refusal)
	               : ip->nexthdr == PROTOCOL_TCP && refusal_by_tcp(frame->xdp, at, refusal);
}

/* What ICMP is about is named by its ports alone: then no flags were read. */
static __always_inline bool refusal_is_of(const struct held_entry *entry, const struct mac *sender,
                                          const struct refusal *refusal)
{
	return mac_equal(&entry->host, sender) && bpf_ktime_get_coarse_ns() < entry->until &&
	       (!refusal->tcp.flags || entry->acknowledges == refusal->tcp.ack_seq);
}

__noinline bool refusal_handle(struct xdp_md *xdp)
{
	struct refusal *refusal = bpf_map_lookup_elem(&refusal_scratch, &ONLY_ROW);
	struct held_entry *entry;
	struct frame frame;

	if (!refusal || !frame_parse(&frame, xdp))
		return false;
	refusal->tcp.flags = 0;
	if (!(frame.protocol == bpf_htons(ETHERTYPE_IPV4)   ? refusal_read4(&frame, refusal)
	      : frame.protocol == bpf_htons(ETHERTYPE_IPV6) ? refusal_read6(&frame, refusal)
	                                                    : false))
		return false;
	entry = bpf_map_lookup_elem(&held, &refusal->connection);
	if (!entry || !refusal_is_of(entry, frame_source(&frame), refusal))
		return false;
	entry->refused = 1;
	return true;
}

#endif
