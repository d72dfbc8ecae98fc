/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this connection wake this host? In: a connection to a sleeper. Out: an outcome, and at most
 * one wake, reported to the daemon. Rules say which ports, sources say who.
 */
#ifndef SLEEPPROXY_WAKE_BPF_H
#define SLEEPPROXY_WAKE_BPF_H

#include "ipv4_packet.bpf.h"
#include "report.bpf.h"
#include "wake_rules.bpf.h"
#include "wake_sources.bpf.h"

/* All of it points into the frame, but `to`. */
struct connection {
	const struct found *to;
	const struct ipv4 *address;
	const struct ipv4 *peer;
	const __be16 *ports; /* source and destination, as TCP and UDP both begin */
	__u64 protocol;
};

/*
 * Keys that are too large to be stored in one piece, out of the stack: see the Makefile on stack
 * slots.
 */
struct wake_keys {
	struct wake_rule rule;
	struct wake_source source;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wake_keys);
} wake_scratch SEC(".maps");

static __always_inline enum wake_action *wake_rule_of(const struct mac *host,
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

static __always_inline bool wake_is_listed(const struct connection *connection,
                                           struct wake_rule *key)
{
	const struct mac everyone = {};
	enum wake_action *action = wake_rule_of(connection->to->mac, connection, key);

	if (!action)
		action = wake_rule_of(&everyone, connection, key);
	return action ? *action == WAKE : connection->protocol == PROTOCOL_TCP;
}

static __always_inline bool wake_source_may(const struct connection *connection,
                                            struct wake_source *key)
{
	enum source_action *action;

	key->prefix_length = SOURCE_ALL_BITS;
	key->host = *connection->to->mac;
	key->source = ipv4_mapped(*connection->peer);
	action = bpf_map_lookup_elem(&wake_sources, key);
	key->host = (struct mac){};
	if (!action)
		action = bpf_map_lookup_elem(&wake_sources, key);
	return !action || *action == SOURCE_ALLOW;
}

static __always_inline enum outcome wake_begin(const struct frame *frame,
                                               const struct connection *connection)
{
	struct report *report = report_open(frame, REPORT_CONNECTION, connection->to->mac);

	if (!report)
		return OUTCOME_wake_ring_full;
	report->protocol = connection->protocol;
	report->peer = ipv4_mapped(*connection->peer);
	report->address = ipv4_mapped(*connection->address);
	report->peer_port = connection->ports[0];
	report->port = connection->ports[1];
	return report_step(report, connection->to->host, ASLEEP, WAKING) ? OUTCOME_wake_begun
	                                                                 : OUTCOME_wake_under_way;
}

static __noinline enum outcome wake_for(const struct frame *frame,
                                        const struct connection *connection)
{
	struct wake_keys *keys = bpf_map_lookup_elem(&wake_scratch, &THE_ROW);

	/* first of all, so that a flood costs one comparison a frame */
	if (!keys || host_state(connection->to->host) != ASLEEP)
		return OUTCOME_wake_under_way;
	if (!wake_is_listed(connection, &keys->rule))
		return OUTCOME_wake_not_listed;
	if (!wake_source_may(connection, &keys->source))
		return OUTCOME_wake_source_denied;
	return wake_begin(frame, connection);
}

#endif
