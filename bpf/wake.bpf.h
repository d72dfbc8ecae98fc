/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May a connection wake a host? In: a connection to a sleeping host. Out: an outcome, and at most
 * one wake, reported to the daemon. wake_rules has the ports, wake_sources the sources.
 */
#ifndef SLEEPPROXY_WAKE_BPF_H
#define SLEEPPROXY_WAKE_BPF_H

#include "connection.bpf.h"
#include "report.bpf.h"
#include "wake_rules.bpf.h"
#include "wake_sources.bpf.h"

/* The pointers, other than `host`, are into the frame. */
struct connection {
	const struct host_ref *host;
	const struct ipv4 *address; /* the host's */
	const struct ipv4 *peer;
	const __be16 *ports; /* source and destination, the first fields of TCP and of UDP */
	__u64 protocol;
};

/* Keys that are too large for one store are not on the stack: see the Makefile on stack slots. */
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
	enum wake_action *action = wake_rule_lookup(connection->host->mac, connection, key);

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
	key->host = *connection->host->mac;
	key->source = ipv4_mapped(*connection->peer);
	action = bpf_map_lookup_elem(&wake_sources, key);
	key->host = (struct mac){};
	if (!action)
		action = bpf_map_lookup_elem(&wake_sources, key);
	return !action || *action == SOURCE_ALLOW;
}

static __always_inline enum outcome wake_start(const struct frame *frame,
                                               const struct connection *connection)
{
	const struct host_ref *host = connection->host;
	struct report *report = report_open(frame, REPORT_CONNECTION, host->mac);

	if (!report)
		return OUTCOME_WAKE_RING_FULL;
	report->protocol = connection->protocol;
	report->peer = ipv4_mapped(*connection->peer);
	report->address = ipv4_mapped(*connection->address);
	report->peer_port = connection->ports[0];
	report->port = connection->ports[1];
	return report_with_state(report, host->entry, ASLEEP, WAKING) ? OUTCOME_WAKE_STARTED
	                                                              : OUTCOME_WAKE_IN_PROGRESS;
}

static __noinline enum outcome wake_handle(const struct frame *frame,
                                           const struct connection *connection)
{
	struct wake_keys *keys = bpf_map_lookup_elem(&wake_scratch, &ONLY_ROW);
	enum outcome outcome;

	/* before the rules, so that a flood costs one comparison a frame */
	if (!keys || host_state(connection->host->entry) != ASLEEP)
		return OUTCOME_WAKE_IN_PROGRESS;
	if (!wake_port_allowed(connection, &keys->rule))
		return OUTCOME_WAKE_PORT_DENIED;
	if (wake_source_is_nobody(connection, &keys->source))
		return OUTCOME_WAKE_SOURCE_INVALID;
	if (!wake_source_allowed(connection, &keys->source))
		return OUTCOME_WAKE_SOURCE_DENIED;
	outcome = connection_check(frame->xdp);
	return outcome == OUTCOME_WAKE_STARTED ? wake_start(frame, connection) : outcome;
}

#endif
