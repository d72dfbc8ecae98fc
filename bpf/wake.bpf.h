/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May a connection wake a host? In: a connection to a sleeping host. Out: an outcome, and at most
 * one wake: the host WAKING, the frame copied and reported to the daemon, and become the first
 * Magic Packet. Some that follow before the host is up are copied too. wake_rules has the ports,
 * wake_sources the sources.
 */
#ifndef SLEEPPROXY_WAKE_BPF_H
#define SLEEPPROXY_WAKE_BPF_H

#include "connection.bpf.h"
#include "magic.bpf.h"
#include "report.bpf.h"
#include "wake_frames.bpf.h"
#include "wake_rules.bpf.h"
#include "wake_sources.bpf.h"

/* What is too large for one store is not on the stack: see the Makefile on stack slots. */
struct wake_scratch {
	struct wake_rule rule;
	struct wake_source source;
	struct wake_frame copy; /* its connection is reported, too */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wake_scratch);
} wake_scratch SEC(".maps");

static __always_inline enum wake_action *wake_rule_lookup(const struct mac *host,
                                                          struct wake_scratch *scratch)
{
	struct wake_rule *key = &scratch->rule;
	enum wake_action *action;

	key->host = *host;
	key->protocol = scratch->copy.connection.protocol;
	key->port = scratch->copy.connection.port;
	action = bpf_map_lookup_elem(&wake_rules, key);
	key->port = 0;
	if (!action)
		action = bpf_map_lookup_elem(&wake_rules, key);
	key->protocol = 0;
	if (!action)
		action = bpf_map_lookup_elem(&wake_rules, key);
	return action;
}

/* An echo request comes here where the host's flags say that it wakes. */
static __always_inline bool wake_port_allowed(struct wake_scratch *scratch)
{
	const __u8 protocol = scratch->copy.connection.protocol;
	const struct mac all_hosts = {};
	enum wake_action *action;

	if (protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6)
		return true;
	action = wake_rule_lookup(&scratch->copy.connection.host, scratch);
	if (!action)
		action = wake_rule_lookup(&all_hosts, scratch);
	return action ? *action == WAKE : scratch->copy.connection.protocol == PROTOCOL_TCP;
}

/* Rows of the MAC that no host has, which come before a host's own: addresses of nobody. */
static __always_inline bool wake_source_is_nobody(struct wake_scratch *scratch)
{
	struct wake_source *key = &scratch->source;

	key->prefix_length = SOURCE_ALL_BITS;
	key->host = (struct mac){ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	key->source = scratch->copy.connection.peer;
	return bpf_map_lookup_elem(&wake_sources, key);
}

static __always_inline bool wake_source_allowed(struct wake_scratch *scratch)
{
	struct wake_source *key = &scratch->source;
	enum source_action *action;

	key->prefix_length = SOURCE_ALL_BITS;
	key->host = scratch->copy.connection.host;
	key->source = scratch->copy.connection.peer;
	action = bpf_map_lookup_elem(&wake_sources, key);
	key->host = (struct mac){};
	if (!action)
		action = bpf_map_lookup_elem(&wake_sources, key);
	return !action || *action == SOURCE_ALLOW;
}

/* A frame that is longer than there is room for, as a card may make of several, is not copied. */
static __always_inline void wake_copy_frame(const struct frame *frame, struct transport transport,
                                            struct wake_frame *copy)
{
	__u64 last = bpf_xdp_get_buff_len(frame->xdp) - 1;

	if (last >= WAKE_FRAME_MAX)
		return;
	copy->length = last + 1;
	copy->transport = transport.at;
	copy->end = transport.end;
	/* Linux 6.1 learns from no comparison that a length is not 0, but from a sum */
	asm volatile("" : "+r"(last));
	last &= 2047;
	if (last < WAKE_FRAME_MAX && !bpf_xdp_load_bytes(frame->xdp, 0, copy->frame, last + 1))
		bpf_ringbuf_output(&wake_frames, copy,
		                   offsetof(struct wake_frame, frame) + last + 1, BPF_RB_NO_WAKEUP);
}

/* The connection, in the scratch; and its host. */
static __always_inline bool wake_write_report(struct frame *frame, struct report *report,
                                              struct host_ref *host)
{
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;
	const bool is_ipv6 = frame->protocol == bpf_htons(ETHERTYPE_IPV6);

	if (is_ipv6) {
		ip6 = CURSOR_TAKE(&frame->cursor, struct ipv6hdr);
		if (!ip6 || !host_by_address6(ipv6_destination(ip6), host))
			return false;
		report_begin(report, frame, REPORT_CONNECTION, host->mac);
		report->peer = *ipv6_source(ip6);
		report->address = *ipv6_destination(ip6);
		return true;
	}
	ip = CURSOR_TAKE(&frame->cursor, struct iphdr);
	if (!ip || !host_by_address((const struct ipv4 *)&ip->daddr, host))
		return false;
	report_begin(report, frame, REPORT_CONNECTION, host->mac);
	report->peer = ipv4_mapped(*(const struct ipv4 *)&ip->saddr);
	report->address = ipv4_mapped(*(const struct ipv4 *)&ip->daddr);
	return true;
}

/*
 * The state is set first: a host that is WAKING is found in the map by the daemon, whether or not
 * there is room to report it. Where the Magic Packet leaves from here the daemon has time until its
 * next look at the ring, and is not woken, which would take longer than all the rest.
 */
static __always_inline enum outcome wake_start(const struct frame *frame,
                                               struct transport transport,
                                               const struct host_ref *host, struct wake_frame *copy)
{
	struct report *report = &copy->connection;
	const bool begins = host_set_state(host->mac, host->entry, ASLEEP, WAKING);
	bool sent;

	report->state = WAKING;
	if (index_take_copy(host->mac))
		wake_copy_frame(frame, transport, copy);
	if (!begins)
		return OUTCOME_WAKE_IN_PROGRESS;
	sent = magic_is_plain(frame, host->entry) && magic_write(frame->xdp, host->mac);
	if (bpf_ringbuf_output(&reports, report, sizeof(*report),
	                       sent ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP))
		return sent ? OUTCOME_WAKE_SENT : OUTCOME_WAKE_RING_FULL;
	return sent ? OUTCOME_WAKE_SENT : OUTCOME_WAKE_STARTED;
}

/*
 * What opens a connection to a sleeping host (struct transport). Global, so that the verifier goes
 * through it once, and not for each protocol; so what the caller knows is looked up again.
 */
__noinline int wake_handle(struct xdp_md *xdp, __u32 at, __u32 end, __u32 protocol)
{
	struct wake_scratch *scratch = bpf_map_lookup_elem(&wake_scratch, &ONLY_ROW);
	struct host_ref host;
	enum outcome outcome;
	struct frame frame;

	if (!scratch || !frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	if (!wake_write_report(&frame, &scratch->copy.connection, &host)) /* removed meanwhile */
		return frame.protocol == bpf_htons(ETHERTYPE_IPV6) ? OUTCOME_IPV6_OTHER
		                                                   : OUTCOME_IPV4_OTHER;
	scratch->copy.connection.protocol = protocol;
	if (transport_has_ports(protocol) &&
	    bpf_xdp_load_bytes(xdp, at, &scratch->copy.connection.peer_port, 2 * sizeof(__be16)))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (!wake_port_allowed(scratch))
		return OUTCOME_WAKE_PORT_DENIED;
	if (wake_source_is_nobody(scratch))
		return OUTCOME_WAKE_SOURCE_INVALID;
	if (!wake_source_allowed(scratch))
		return OUTCOME_WAKE_SOURCE_DENIED;
	outcome = connection_check(xdp, at, end, protocol);
	return outcome == OUTCOME_WAKE_STARTED
	               ? wake_start(&frame, (struct transport){ at, end, protocol }, &host,
	                            &scratch->copy)
	               : outcome;
}

/* Does the connection start a wake, or is it copied for the host that wakes already? */
static __always_inline bool wake_is_wanted(const struct host_ref *host)
{
	const enum host_state state = host_state(host->entry);

	return state == ASLEEP || (state == WAKING && index_may_copy(host->mac));
}

/*
 * TCP or UDP for a sleeper; `ignored`: it is neither. The state comes before the rules, so that a
 * flood costs one comparison a frame.
 */
static __always_inline enum outcome wake_transport(struct xdp_md *xdp, const struct host_ref *host,
                                                   struct transport transport, enum outcome ignored)
{
	const enum outcome outcome =
		transport_check(xdp, transport.at, transport.end, transport.protocol);

	if (outcome == OUTCOME_COUNT)
		return ignored;
	if (outcome != OUTCOME_WAKE_STARTED)
		return outcome;
	return wake_is_wanted(host)
	               ? wake_handle(xdp, transport.at, transport.end, transport.protocol)
	               : OUTCOME_WAKE_IN_PROGRESS;
}

#endif
