/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this connection wake this host? In: a connection to a sleeper. Out: an outcome, and at most one wake, reported to
 * the daemon. Rules say which ports, sources say who.
 */
#ifndef SLEEPPROXY_WAKE_BPF_H
#define SLEEPPROXY_WAKE_BPF_H

#include "report.bpf.h"
#include "wake_rules.bpf.h"
#include "wake_sources.bpf.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

struct connection {
	const struct found *to;
	struct ipv4 address;
	struct ipv4 peer;
	__be16 port;
	__be16 peer_port;
	__u8 protocol;
};

static __always_inline enum wake_action *wake_rule_of(const struct mac *host,
                                                      const struct connection *connection)
{
	struct wake_rule rule = { .host = *host,
		                  .protocol = connection->protocol,
		                  .port = connection->port };
	enum wake_action *action = bpf_map_lookup_elem(&wake_rules, &rule);

	rule.port = 0;
	if (!action)
		action = bpf_map_lookup_elem(&wake_rules, &rule);
	rule.protocol = 0;
	if (!action)
		action = bpf_map_lookup_elem(&wake_rules, &rule);
	return action;
}

static __always_inline bool wake_is_listed(const struct connection *connection)
{
	const struct mac everyone = {};
	enum wake_action *action = wake_rule_of(connection->to->mac, connection);

	if (!action)
		action = wake_rule_of(&everyone, connection);
	return action ? *action == WAKE : connection->protocol == PROTOCOL_TCP;
}

static __always_inline bool wake_source_may(const struct connection *connection)
{
	struct wake_source key = {
		.prefix_length = SOURCE_ALL_BITS,
		.host = *connection->to->mac,
		.source = ipv4_mapped(connection->peer),
	};
	enum source_action *action = bpf_map_lookup_elem(&wake_sources, &key);

	key.host = (struct mac){};
	if (!action)
		action = bpf_map_lookup_elem(&wake_sources, &key);
	return !action || *action == SOURCE_ALLOW;
}

static __always_inline enum outcome wake_begin(const struct frame *frame,
                                               const struct connection *connection)
{
	struct report *report = report_open(frame, REPORT_CONNECTION, connection->to->mac);

	if (!report)
		return OUTCOME_wake_ring_full;
	report->protocol = connection->protocol;
	report->peer = ipv4_mapped(connection->peer);
	report->address = ipv4_mapped(connection->address);
	report->peer_port = connection->peer_port;
	report->port = connection->port;
	return report_step(report, connection->to->host, ASLEEP, WAKING) ? OUTCOME_wake_begun
	                                                                 : OUTCOME_wake_under_way;
}

static __noinline enum outcome wake_for(const struct frame *frame,
                                        const struct connection *connection)
{
	if (host_state(connection->to->host) !=
	    ASLEEP) /* first, so that a flood costs one comparison a frame */
		return OUTCOME_wake_under_way;
	if (!wake_is_listed(connection))
		return OUTCOME_wake_not_listed;
	if (!wake_source_may(connection))
		return OUTCOME_wake_source_denied;
	return wake_begin(frame, connection);
}

#endif
