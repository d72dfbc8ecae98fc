/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May a connection wake a host? In: a connection to a sleeping host. Out: an outcome, and at most
 * one wake: the host WAKING, the frame copied and reported to the daemon, and become the first
 * Magic Packet. wake_rules has the ports, wake_sources the sources.
 */
#ifndef SLEEPPROXY_WAKE_BPF_H
#define SLEEPPROXY_WAKE_BPF_H

#include "connection.bpf.h"
#include "magic.bpf.h"
#include "report.bpf.h"
#include "wake_frames.bpf.h"
#include "wake_rules.bpf.h"
#include "wake_sources.bpf.h"

/* The pointers, other than the host's and `ports`, are into the frame. */
struct connection {
	struct host_ref host;
	const struct ipv4 *address; /* the host's */
	const struct ipv4 *peer;
	const __be16 *ports; /* source and destination */
	__u64 protocol;
};

/* What is too large for one store is not on the stack: see the Makefile on stack slots. */
struct wake_scratch {
	struct wake_rule rule;
	struct wake_source source;
	__be16 ports[2];
	struct report report;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wake_scratch);
} wake_scratch SEC(".maps");

static __always_inline enum wake_action *wake_rule_lookup(const struct mac *host,
                                                          const struct connection *connection,
                                                          struct wake_rule *key)
{
	enum wake_action *action;

	key->host = *host;
	key->protocol = connection->protocol;
	key->port = connection->ports[1];
	action = bpf_map_lookup_elem(&wake_rules, key);
	key->port = 0;
	if (!action)
		action = bpf_map_lookup_elem(&wake_rules, key);
	key->protocol = 0;
	if (!action)
		action = bpf_map_lookup_elem(&wake_rules, key);
	return action;
}

static __always_inline bool wake_port_allowed(const struct connection *connection,
                                              struct wake_rule *key)
{
	const struct mac all_hosts = {};
	enum wake_action *action = wake_rule_lookup(connection->host.mac, connection, key);

	if (!action)
		action = wake_rule_lookup(&all_hosts, connection, key);
	return action ? *action == WAKE : connection->protocol == PROTOCOL_TCP;
}

/* Rows of the MAC that no host has, which come before a host's own: addresses of nobody. */
static __always_inline bool wake_source_is_nobody(const struct connection *connection,
                                                  struct wake_source *key)
{
	key->prefix_length = SOURCE_ALL_BITS;
	key->host = (struct mac){ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	key->source = ipv4_mapped(*connection->peer);
	return bpf_map_lookup_elem(&wake_sources, key);
}

static __always_inline bool wake_source_allowed(const struct connection *connection,
                                                struct wake_source *key)
{
	enum source_action *action;

	key->prefix_length = SOURCE_ALL_BITS;
	key->host = *connection->host.mac;
	key->source = ipv4_mapped(*connection->peer);
	action = bpf_map_lookup_elem(&wake_sources, key);
	key->host = (struct mac){};
	if (!action)
		action = bpf_map_lookup_elem(&wake_sources, key);
	return !action || *action == SOURCE_ALLOW;
}

/* A frame that is longer than the record, as a card may make of several, is not copied. */
static __always_inline void wake_copy_frame(const struct frame *frame, const struct mac *host)
{
	__u64 last = bpf_xdp_get_buff_len(frame->xdp) - 1;
	struct wake_frame *copy;

	if (last >= WAKE_FRAME_MAX)
		return;
	copy = bpf_ringbuf_reserve(&wake_frames, sizeof(*copy), 0);
	if (!copy)
		return;
	copy->ifindex = frame->xdp->ingress_ifindex;
	copy->host = *host;
	copy->length = last + 1;
	/* Linux 6.1 learns from no comparison that a length is not 0, but from a sum */
	asm volatile("" : "+r"(last));
	last &= 2047;
	if (last >= WAKE_FRAME_MAX || bpf_xdp_load_bytes(frame->xdp, 0, copy->frame, last + 1))
		bpf_ringbuf_discard(copy, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_submit(copy, BPF_RB_NO_WAKEUP);
}

static __always_inline void wake_write_report(struct report *report, const struct frame *frame,
                                              const struct connection *connection)
{
	report_begin(report, frame, REPORT_CONNECTION, connection->host.mac);
	report->state = WAKING;
	report->protocol = connection->protocol;
	report->peer = ipv4_mapped(*connection->peer);
	report->address = ipv4_mapped(*connection->address);
	report->peer_port = connection->ports[0];
	report->port = connection->ports[1];
}

/*
 * The state is set first: a host that is WAKING is found in the map by the daemon, whether or not
 * there is room to report it. Where the Magic Packet leaves from here the daemon has time until its
 * next look at the ring, and is not woken, which would take longer than all the rest.
 */
static __always_inline enum outcome wake_start(const struct frame *frame,
                                               const struct connection *connection,
                                               struct report *report)
{
	const struct host_ref *host = &connection->host;
	bool sent;

	if (!host_set_state(host->mac, host->entry, ASLEEP, WAKING))
		return OUTCOME_WAKE_IN_PROGRESS;
	wake_write_report(report, frame, connection);
	wake_copy_frame(frame, host->mac);
	sent = magic_is_plain(frame, host->entry) && magic_write(frame->xdp, host->mac);
	if (bpf_ringbuf_output(&reports, report, sizeof(*report),
	                       sent ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP))
		return sent ? OUTCOME_WAKE_SENT : OUTCOME_WAKE_RING_FULL;
	return sent ? OUTCOME_WAKE_SENT : OUTCOME_WAKE_STARTED;
}

/*
 * TCP or UDP for a sleeping host. Global, so that the verifier goes through it once, and not for
 * each protocol after each length of the IP options; so what the caller knows is looked up again.
 */
__noinline int wake_handle(struct xdp_md *xdp)
{
	struct wake_scratch *scratch = bpf_map_lookup_elem(&wake_scratch, &ONLY_ROW);
	struct connection connection;
	const struct iphdr *ip;
	enum outcome outcome;
	struct frame frame;

	if (!scratch || !frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct iphdr);
	if (!ip)
		return OUTCOME_IPV4_MALFORMED;
	connection.address = (const struct ipv4 *)&ip->daddr;
	connection.peer = (const struct ipv4 *)&ip->saddr;
	connection.ports = scratch->ports;
	connection.protocol = ip->protocol;
	if (!host_by_address(connection.address, &connection.host)) /* removed meanwhile */
		return OUTCOME_IPV4_OTHER;
	if (bpf_xdp_load_bytes(xdp, frame.payload_offset + ipv4_header_octets(ip), scratch->ports,
	                       sizeof(scratch->ports)))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (!wake_port_allowed(&connection, &scratch->rule))
		return OUTCOME_WAKE_PORT_DENIED;
	if (wake_source_is_nobody(&connection, &scratch->source))
		return OUTCOME_WAKE_SOURCE_INVALID;
	if (!wake_source_allowed(&connection, &scratch->source))
		return OUTCOME_WAKE_SOURCE_DENIED;
	outcome = connection_check(xdp);
	return outcome == OUTCOME_WAKE_STARTED ? wake_start(&frame, &connection, &scratch->report)
	                                       : outcome;
}

#endif
