/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts as the datapath sees them. In: a MAC or an address. Out: the host and whether it is ours to
 * answer for now. The one place where a host's state changes, for the datapath and, through the
 * order program, for the daemon.
 */
#ifndef SLEEPPROXY_HOST_BPF_H
#define SLEEPPROXY_HOST_BPF_H

#include "addresses4.bpf.h"
#include "heartbeat.bpf.h"
#include "hosts.bpf.h"
#include "datapath_config.h"
#include "frame.bpf.h"
#include "outcome.h"

#define NS_PER_S 1000000000ULL

const volatile struct datapath_config interface = {};

/*
 * Keys are taken from where they stand, a frame, an entry or here, and not copied to the stack: to
 * who has not CAP_PERFMON the kernel puts a barrier of 8 ns behind the first store to each stack
 * slot (Spectre v4).
 */
static const __u32 THE_ROW = 0; /* of a map that has but one */

/* A host, found by one of its addresses. `mac` points into the map. */
struct found {
	const struct mac *mac;
	struct host_entry *host;
};

/*
 * The barrier keeps clang from folding in the zeros that stand here until the loader has filled
 * them in.
 */
static __always_inline const struct mac *interface_mac(void)
{
	const struct mac *own = (const struct mac *)&interface.mac;

	asm volatile("" : "+r"(own));
	return own;
}

/*
 * The machine that the proxy runs on is never a host: to act for it would cut it off, and nobody
 * could wake it.
 */
static __always_inline bool host_find(const struct ipv4 *address, struct found *found)
{
	found->mac = bpf_map_lookup_elem(&addresses4, address);
	if (!found->mac || mac_equal(found->mac, interface_mac()))
		return false;
	found->host = bpf_map_lookup_elem(&hosts, found->mac);
	return found->host;
}

static __always_inline struct host_entry *host_by_mac(const struct mac *mac)
{
	return bpf_map_lookup_elem(&hosts, mac);
}

static __always_inline enum host_state host_state(const struct host_entry *host)
{
	return *(volatile enum host_state *)&host->state;
}

/* Compare and swap: of all CPUs that want the same step, one makes it. */
static __always_inline bool host_set_state(struct host_entry *host, enum host_state from,
                                           enum host_state to)
{
	return __sync_val_compare_and_swap(&host->state, from, to) == from;
}

/*
 * The coarse clock costs 4 ns where the fine one costs 33, and a tick is exact enough for a lease
 * of seconds.
 */
static __always_inline bool proxy_is_alive(void)
{
	struct heartbeat *beat = bpf_map_lookup_elem(&heartbeat, &THE_ROW);
	__s64 age;

	if (!beat || !beat->lease)
		return false;
	age = bpf_ktime_get_coarse_ns() - beat->last;
	/* the clock of this CPU may be a tick behind the heartbeat's */
	return age < 0 || (__u64)age < beat->lease;
}

static __always_inline bool frame_is_to_proxy(const struct frame *frame)
{
	return mac_equal(frame_destination(frame), interface_mac());
}

/*
 * Is the frame addressed to the host, or to us in its stead? What a NIC in promiscuous mode hears
 * besides is not.
 */
static __always_inline bool host_is_addressed(const struct frame *frame, const struct mac *host)
{
	const struct mac *to = frame_destination(frame);

	return mac_is_group(to) || mac_equal(to, host) || frame_is_to_proxy(frame);
}

static __always_inline bool host_is_here(const struct host_entry *host, const struct frame *frame)
{
	return (!host->ifindex || host->ifindex == frame->xdp->ingress_ifindex) &&
	       (!host->vlan || host->vlan == frame->vlan);
}

/*
 * Is the host one to act for? True leaves `outcome` alone. AWAKE and DROWSY are not: `nobody` is
 * then the outcome.
 */
static __always_inline bool host_sleeps(const struct host_entry *host, const struct frame *frame,
                                        enum outcome nobody, enum outcome *outcome)
{
	enum host_state state = host_state(host);

	if (state == AWAKE || state == DROWSY)
		*outcome = nobody;
	else if (state != ASLEEP && state != WAKING)
		*outcome = OUTCOME_host_invalid;
	else if (!host_is_here(host, frame))
		*outcome = OUTCOME_elsewhere;
	else if (!proxy_is_alive())
		*outcome = OUTCOME_proxy_stale;
	else
		return true;
	return false;
}

#endif
