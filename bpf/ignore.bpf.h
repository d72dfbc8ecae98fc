/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Noise: how many frames for a sleeping host did not wake it. In: the host, and the outcome of a
 * frame for it. Out: the outcome, and one more in the host's row of `ignored`.
 */
#ifndef SLEEPPROXY_IGNORE_BPF_H
#define SLEEPPROXY_IGNORE_BPF_H

#include "host.bpf.h"
#include "ignored.bpf.h"

#define BIT(outcome) (1ULL << (outcome))

/* What is consumed for a host that stays ASLEEP. DHCP is not: the daemon has it. */
static const __u64 IGNORED = BIT(OUTCOME_WAKE_PORT_DENIED) | BIT(OUTCOME_WAKE_SOURCE_DENIED) |
                             BIT(OUTCOME_WAKE_CHECKSUM) | BIT(OUTCOME_WAKE_SOURCE_INVALID) |
                             BIT(OUTCOME_WAKE_SOURCE_ROUTE) | BIT(OUTCOME_WAKE_ZERO) |
                             BIT(OUTCOME_TCP_NOT_SYN) | BIT(OUTCOME_TRANSPORT_MALFORMED) |
                             BIT(OUTCOME_FRAGMENT) | BIT(OUTCOME_IPV4_IGNORED) |
                             BIT(OUTCOME_IPV6_IGNORED);

/* Without room for its row a host's frames are not counted. */
static __noinline enum outcome ignore_count(const struct mac *mac, struct host_entry *host,
                                            enum outcome outcome)
{
	const ignored_count first = 1;
	ignored_count *count;

	if (!(BIT(outcome) & IGNORED) || host_state(host) != ASLEEP)
		return outcome;
	count = bpf_map_lookup_elem(&ignored, mac);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&ignored, mac, &first, BPF_NOEXIST);
	return outcome;
}

#undef BIT

#endif
