// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a row whose frame is cut short. */
#include "support_row.h"

enum { ICMP_TYPE_OCTETS = 4 }; /* with code and checksum */

static size_t network_octets(uint16_t type)
{
	switch (type) {
	case TYPE_ARP:
		return ARP_OCTETS;
	case TYPE_IPV4:
		return IPV4_OCTETS;
	case TYPE_IPV6:
		return IPV6_OCTETS;
	default:
		return 0;
	}
}

static enum outcome without_network(uint16_t type)
{
	return type == TYPE_ARP    ? OUTCOME_ARP_MALFORMED
	       : type == TYPE_IPV4 ? OUTCOME_IPV4_MALFORMED
	                           : OUTCOME_IPV6_MALFORMED;
}

/* A truncated message to a sleeper's DHCP port: with its ports, or without. */
static enum outcome cut_dhcp(const struct row *row, size_t length)
{
	if (length >= network_octets(row->in.type) + UDP_OCTETS)
		return OUTCOME_DHCP_DROPPED;
	return row->in.ip.fragment & FRAGMENT_OFFSET ? OUTCOME_FRAGMENT
	                                             : OUTCOME_TRANSPORT_MALFORMED;
}

/* Without the transport header; outcomes that are not here do not depend on it. */
static enum outcome cut_transport(const struct row *row)
{
	const bool is_ipv4 = row->in.type == TYPE_IPV4,
		   has_echo = row->in.ip.protocol == ICMP || row->in.ip.protocol == ICMPV6;
	const enum outcome other = is_ipv4 ? OUTCOME_IPV4_OTHER : OUTCOME_IPV6_OTHER;
	const enum outcome ignored = is_ipv4 ? OUTCOME_IPV4_IGNORED : OUTCOME_IPV6_IGNORED;
	const enum outcome malformed = has_echo ? ignored : OUTCOME_TRANSPORT_MALFORMED;
	const enum outcome without_transport[OUTCOME_COUNT] = {
		[OUTCOME_WAKE_SENT] = malformed,
		[OUTCOME_WAKE_STARTED] = malformed,
		[OUTCOME_WAKE_IN_PROGRESS] = malformed,
		[OUTCOME_WAKE_PORT_DENIED] = malformed,
		[OUTCOME_WAKE_SOURCE_DENIED] = malformed,
		[OUTCOME_WAKE_CHECKSUM] = malformed,
		[OUTCOME_WAKE_SOURCE_INVALID] = malformed,
		[OUTCOME_WAKE_SOURCE_ROUTE] = is_ipv4 ? malformed : OUTCOME_WAKE_SOURCE_ROUTE,
		[OUTCOME_WAKE_ZERO] = malformed,
		[OUTCOME_WAKE_RING_FULL] = malformed,
		[OUTCOME_TCP_NOT_SYN] = malformed,
		[OUTCOME_ECHO_ANSWERED] = ignored,
		[OUTCOME_BOUNCED] = other,
		[OUTCOME_REFUSAL_KEPT] = other,
		[OUTCOME_DHCP_SNOOPED] = other,
		[OUTCOME_DHCP_NOT_SNOOPED] = other,
	};

	return without_transport[row->outcome] ? without_transport[row->outcome] : row->outcome;
}

static bool is_consumed(const struct row *row)
{
	return row->verdict == XDP_DROP || row->outcome == OUTCOME_WAKE_SENT ||
	       row->outcome == OUTCOME_ECHO_ANSWERED;
}

/* Without its type it is any ICMPv6; `octets`: after the IPv6 header. */
static enum outcome cut_nd(const struct row *row, size_t octets)
{
	const bool is_to_host = (row->in.to == PROXY || row->in.to == HOST) &&
	                        (row->in.ip.to == HOST_IP6 || row->in.ip.to == HOST_IP6_2);
	const enum host_state state = row->setup.host.state;

	if (row->outcome == OUTCOME_IPV6_MALFORMED)
		return OUTCOME_IPV6_MALFORMED;
	if (octets >= ICMP_TYPE_OCTETS)
		return OUTCOME_ND_MALFORMED;
	return is_to_host && (state == ASLEEP || state == WAKING) ? OUTCOME_IPV6_IGNORED
	                                                          : OUTCOME_IPV6_OTHER;
}

static enum outcome cut_outcome(const struct row *row, size_t headers, size_t length)
{
	const struct ip_fields *ip = &row->in.ip;

	if (length < headers)
		return OUTCOME_ETHER_MALFORMED;
	length -= headers;
	if (length < network_octets(row->in.type))
		return without_network(row->in.type);
	if (row->outcome == OUTCOME_DHCP_CONSUMED || row->outcome == OUTCOME_DHCP_DROPPED)
		return cut_dhcp(row, length);
	if (ip_is_nd(ip) && !ip->extensions[0])
		return cut_nd(row, length - IPV6_OCTETS);
	if (is_consumed(row) && row->in.type == TYPE_IPV6 &&
	    length < IPV6_OCTETS + extensions_octets(ip))
		return OUTCOME_IPV6_IGNORED;
	return cut_transport(row);
}

/* A network card's advertisement is known by its type. */
static bool is_offload(const struct row *row, size_t octets)
{
	return row->outcome == OUTCOME_OWNER_OFFLOAD && row->in.type == TYPE_IPV6 &&
	       octets >= IPV6_OCTETS + ICMP_TYPE_OCTETS;
}

/* The Ethernet source alone identifies the owner. */
static void cut_owner(struct row *cut)
{
	cut->outcome = OUTCOME_OWNER_AWAKE;
	cut->verdict = XDP_PASS;
	cut->state = AWAKE;
	cut->seen = true;
	cut->report = cut->setup.ring_full ? 0 : REPORT_OWNER_SEEN;
}

static enum xdp_action verdict_of(enum outcome outcome)
{
#define VERDICT(outcome, name, verdict, meaning) VERDICT_##verdict,
#define VERDICT_PASS XDP_PASS
#define VERDICT_ANSWER XDP_TX
#define VERDICT_CONSUME XDP_DROP
	static const enum xdp_action verdicts[] = { OUTCOMES(VERDICT) };
#undef VERDICT

	return verdicts[outcome];
}

struct row row_cut(const struct row *row, const struct tags *tags, size_t length)
{
	const size_t headers = tags_octets(tags);
	const bool of_owner = row->in.from == HOST && length >= headers;
	struct row cut = *row;

	cut.copied = false;
	if (of_owner && is_offload(row, length - headers))
		return cut;
	if (of_owner && row->setup.host.state != AWAKE) {
		cut_owner(&cut);
		return cut;
	}
	cut.outcome = cut_outcome(row, headers, length);
	cut.verdict = verdict_of(cut.outcome);
	cut.state = row->setup.host.state;
	cut.seen = of_owner;
	cut.report = 0;
	return cut;
}
