/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts in the maps. In: a MAC or an address, and a frame. Out: the host's entry, and whether we
 * answer for it now. A host's state is changed here alone: host_set_state serves the datapath and,
 * through the program update_host, the daemon.
 */
#ifndef SLEEPPROXY_HOST_BPF_H
#define SLEEPPROXY_HOST_BPF_H

#include "addresses4.bpf.h"
#include "addresses6.bpf.h"
#include "awake.bpf.h"
#include "datapath_config.h"
#include "frame.bpf.h"
#include "heartbeat.bpf.h"
#include "hosts.bpf.h"
#include "outcome.h"

#define NS_PER_S 1000000000ULL

const volatile struct datapath_config config = {};

/* A host found by one of its addresses. Both point into maps. */
struct host_ref {
	const struct mac *mac;
	struct host_entry *entry;
};

/* The barrier: otherwise clang assumes the zeros that the loader replaces. */
static __always_inline const struct mac *own_mac(void)
{
	const struct mac *own = (const struct mac *)&config.mac;

	asm volatile("" : "+r"(own));
	return own;
}

/* Whose MAC an answer for the host contains. */
static __always_inline const struct mac *host_answers_with(const struct mac *host)
{
	return config.answer == ANSWER_HOST ? host : own_mac();
}

static __always_inline struct host_entry *host_by_mac(const struct mac *mac)
{
	return bpf_map_lookup_elem(&hosts, mac);
}

/* Of a host that was found by its address: its own frames must not be a stranger's. */
static __noinline void host_check_filter(const struct mac *mac)
{
	if (!index_may_have_mac(index_mac(mac)))
		index_off();
}

/*
 * The machine that the proxy runs on is never a host: answering for it would cut it off, and
 * nobody could wake it.
 */
static __always_inline bool host_of_address(const struct mac *mac, struct host_ref *host)
{
	host->mac = mac;
	if (!mac || mac_equal(mac, own_mac()))
		return false;
	host->entry = host_by_mac(mac);
	if (host->entry)
		host_check_filter(mac);
	return host->entry;
}

static __always_inline bool host_by_address(const struct ipv4 *address, struct host_ref *host)
{
	return host_of_address(bpf_map_lookup_elem(&addresses4, address), host);
}

static __always_inline bool host_by_address6(const struct ipv6 *address, struct host_ref *host)
{
	return host_of_address(bpf_map_lookup_elem(&addresses6, address), host);
}

static __always_inline enum host_state host_state(const struct host_entry *host)
{
	return *(volatile enum host_state *)&host->state;
}

/* Compare and swap: if several CPUs try the same step, one succeeds. */
static __always_inline bool host_set_state(const struct mac *mac, struct host_entry *host,
                                           enum host_state from, enum host_state to)
{
	if (__sync_val_compare_and_swap(&host->state, from, to) != from)
		return false;
	index_forget(mac);
	if (from == AWAKE)
		index_forget_awake(mac);
	return true;
}

/* For how long we answer yet, from `now` on; ns, CLOCK_MONOTONIC. */
static __always_inline __u64 heartbeat_left(__u64 now)
{
	struct heartbeat *beat = bpf_map_lookup_elem(&heartbeat, &ONLY_ROW);
	__s64 age;

	if (!beat || !beat->timeout)
		return 0;
	age = now - beat->last;
	if (age < 0) /* this CPU's clock may be a tick behind the heartbeat's */
		return beat->timeout;
	return (__u64)age < beat->timeout ? beat->timeout - age : 0;
}

/*
 * The coarse clock costs 4 ns, the fine one 33, and its resolution, a tick, is enough for a timeout
 * in seconds.
 */
static __always_inline bool heartbeat_is_fresh(void)
{
	return heartbeat_left(bpf_ktime_get_coarse_ns());
}

static __always_inline bool frame_is_to_us(const struct frame *frame)
{
	return mac_equal(frame_destination(frame), own_mac());
}

/*
 * Is the frame addressed to the host, or to us in its place? A NIC in promiscuous mode receives
 * others too.
 */
static __always_inline bool host_is_addressed(const struct frame *frame, const struct mac *host)
{
	const struct mac *to = frame_destination(frame);

	return mac_is_group(to) || mac_equal(to, host) || frame_is_to_us(frame);
}

static __always_inline bool host_is_on_interface(const struct host_entry *host,
                                                 const struct frame *frame)
{
	return !host->ifindex || host->ifindex == frame->xdp->ingress_ifindex;
}

static __always_inline bool host_is_in_vlan(const struct host_entry *host,
                                            const struct frame *frame)
{
	return !host->vlan || host->vlan == frame->vlan;
}

static __always_inline bool host_is_here(const struct host_entry *host, const struct frame *frame)
{
	return host_is_on_interface(host, frame) && host_is_in_vlan(host, frame);
}

/*
 * Do we answer for the host, in the VLAN and on the interface of the frame? If not, `outcome` is
 * set: to `not_asleep` if the host is AWAKE or DROWSY.
 */
static __always_inline bool host_is_proxied(const struct host_entry *host,
                                            const struct frame *frame, enum outcome not_asleep,
                                            enum outcome *outcome)
{
	enum host_state state = host_state(host);

	if (state == AWAKE || state == DROWSY)
		*outcome = not_asleep;
	else if (state != ASLEEP && state != WAKING)
		*outcome = OUTCOME_HOST_INVALID;
	else if (!host_is_on_interface(host, frame))
		*outcome = OUTCOME_WRONG_INTERFACE;
	else if (!host_is_in_vlan(host, frame))
		*outcome = OUTCOME_WRONG_VLAN;
	else if (!heartbeat_is_fresh())
		*outcome = OUTCOME_HEARTBEAT_STALE;
	else
		return true;
	return false;
}

#endif
