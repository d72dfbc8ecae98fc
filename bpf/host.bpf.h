/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts as the datapath sees them. In: a MAC or an address. Out: the host and whether it is ours to answer for now.
 * The one place where a host's state changes, for the datapath and, through the order program, for the daemon.
 */
#ifndef SLEEPPROXY_HOST_BPF_H
#define SLEEPPROXY_HOST_BPF_H

#include "addresses4.bpf.h"
#include "heartbeat.bpf.h"
#include "hosts.bpf.h"
#include "interface.h"
#include "frame.bpf.h"
#include "outcome.h"

#define NS_PER_S 1000000000ULL

const volatile struct interface interface = {};

/* A host, found by one of its addresses. `mac` points into the map. */
struct found {
	const struct mac *mac;
	struct host *host;
};

/* The barrier keeps clang from folding in the zeros that stand here until the loader has filled them in. */
static __always_inline const struct mac *interface_mac(void)
{
	const struct mac *own = (const struct mac *)&interface.mac;

	asm volatile("" : "+r"(own));
	return own;
}

/* The machine that the proxy runs on is never a host: to act for it would cut it off, and nobody could wake it. */
static __always_inline bool host_find(const struct ipv4 *address, struct found *found)
{
	struct ipv4 key = *address; /* a map takes its key from the stack, not from a packet */

	found->mac = bpf_map_lookup_elem(&addresses4, &key);
	if (!found->mac || mac_equal(found->mac, interface_mac()))
		return false;
	found->host = bpf_map_lookup_elem(&hosts, found->mac);
	return found->host;
}

/* Through one store of 8 octets: see the Makefile on stack slots. */
static __always_inline struct host *host_by_mac(const struct mac *mac)
{
	const __u16 *half = (const __u16 *)mac;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	__u64 key = half[0] | (__u64)half[1] << 16 | (__u64)half[2] << 32;
#else
	__u64 key = (__u64)half[0] << 48 | (__u64)half[1] << 32 | (__u64)half[2] << 16;
#endif

	return bpf_map_lookup_elem(&hosts, &key);
}

static __always_inline enum host_state host_state(const struct host *host)
{
	return *(volatile enum host_state *)&host->state;
}

/* Compare and swap: of all CPUs that want the same step, one makes it. */
static __always_inline bool host_set_state(struct host *host, enum host_state from,
                                           enum host_state to)
{
	return __sync_val_compare_and_swap(&host->state, from, to) == from;
}

/* The coarse clock costs 4 ns where the fine one costs 33, and a tick is exact enough for a lease of seconds. */
static __always_inline bool proxy_is_alive(void)
{
	__u32 only = 0;
	struct heartbeat *beat = bpf_map_lookup_elem(&heartbeat, &only);
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

/* Is the frame addressed to the host, or to us in its stead? What a NIC in promiscuous mode hears besides is not. */
static __always_inline bool host_is_addressed(const struct frame *frame, const struct mac *host)
{
	const struct mac *to = frame_destination(frame);

	return mac_is_group(to) || mac_equal(to, host) || frame_is_to_proxy(frame);
}

static __always_inline bool host_is_here(const struct host *host, const struct frame *frame)
{
	return (!host->ifindex || host->ifindex == frame->xdp->ingress_ifindex) &&
	       (!host->vlan || host->vlan == frame->vlan);
}

/*
 * Is the host one to act for? True leaves `outcome` alone. AWAKE and DROWSY are not: `nobody` is then the outcome.
 */
static __always_inline bool host_sleeps(const struct host *host, const struct frame *frame,
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
