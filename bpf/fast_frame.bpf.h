/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame in the fast path (fast.bpf.h): its octets, its sender, and whether it is answered. */
#ifndef SLEEPPROXY_FAST_FRAME_BPF_H
#define SLEEPPROXY_FAST_FRAME_BPF_H

#include "cell.bpf.h"
#include "checksum.bpf.h"
#include "owner.bpf.h"

enum { ASK_MAPS = OUTCOME_COUNT };

/* Octets of an untagged frame. */
enum {
	AT_SOURCE = 6,
	AT_PROTOCOL = 12,
	AT_PAYLOAD = 14,
	FAST_MIN = 42, /* ARP */
};

#define AT(type, frame, offset) (*(volatile type *)((frame) + (offset)))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the words are little-endian");

static __always_inline void *fast_frame(const struct xdp_md *xdp, __u32 octets)
{
	struct cursor cursor = frame_start(xdp);

	return cursor_take(&cursor, octets);
}

/* The MAC before the octets that follow it in a word of a frame. */
static __always_inline __u64 fast_mac(__u64 word)
{
	return word << 16 >> 16;
}

/*
 * Is it that long? Those of usual sizes are compared with the frame's end: the shortest frame, an
 * IPv4 SYN, and echo requests of ping over IPv4 and IPv6. The length itself costs a call.
 */
static __always_inline bool fast_has_octets(struct xdp_md *xdp, __u32 octets)
{
	if (octets <= 60)
		return fast_frame(xdp, 60) || octets <= bpf_xdp_get_buff_len(xdp);
	if (octets <= 74)
		return fast_frame(xdp, 74) || octets <= bpf_xdp_get_buff_len(xdp);
	if (octets <= 98 && fast_frame(xdp, 98))
		return true;
	if (octets <= 118 && fast_frame(xdp, 118))
		return true;
	return octets <= bpf_xdp_get_buff_len(xdp);
}

/* With what follows it in `config`, which is cut off: one load. */
static __always_inline __u64 fast_own_mac(void)
{
	return fast_mac(*(const volatile __u64 *)own_mac());
}

static __always_inline bool fast_is_to_us(void *frame)
{
	return fast_mac(AT(__u64, frame, 0)) == fast_own_mac();
}

/*
 * Is the sender, who may be a host, an AWAKE one, as owner_check() would find, or none? An entry is
 * read, then the map, then the entry is written by compare and swap: so index_forget, which changes
 * it too, is never undone.
 */
__noinline bool fast_find_awake(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, FAST_MIN);
	struct index_awake *set;
	struct host_entry *host;
	__u64 before, *entry;

	if (!frame)
		return false;
	set = index_awake_of(index_mac_in_frame(frame + AT_SOURCE));
	if (!set)
		return false;
	entry = index_awake_victim(set, index_tick());
	before = *(volatile __u64 *)entry;
	host = host_by_mac(frame + AT_SOURCE);
	if (!host)
		return true;
	if (host_state(host) != AWAKE || !host->last_seen)
		return false;
	owner_set_last_seen(host);
	__sync_val_compare_and_swap(entry, before,
	                            index_mac_in_frame(frame + AT_SOURCE) | index_tick());
	return true;
}

/* Perhaps; false: it is of none. */
static __always_inline bool fast_is_of_host(void *frame)
{
	return index_may_have_mac(bpf_be64_to_cpu(AT(__u64, frame, AT_SOURCE)));
}

/* Who was found in `hosts` is not looked up again in this tick of the clock. */
static __always_inline bool fast_is_awake(struct xdp_md *xdp, void *frame)
{
	const __u64 mac = index_mac_in_frame(frame + AT_SOURCE);
	const struct index_awake *set = index_awake_of(mac);

	return (set && index_awake_has(set, mac | index_tick())) || fast_find_awake(xdp);
}

/* The host is one that is answered for, here. */
static __always_inline bool fast_may_answer(__u32 content, const struct xdp_md *xdp)
{
	return content & (INDEX_ASLEEP | INDEX_WAKING) && index_is_on_interface(content, xdp) &&
	       config.answer == ANSWER_PROXY;
}

/* To us, back to where it came from. */
static __always_inline void fast_send_back(void *frame)
{
	const __u64 own = fast_own_mac(), peer = fast_mac(AT(__u64, frame, AT_SOURCE));

	AT(__u64, frame, 0) = peer | own << 48;
	AT(__u32, frame, 8) = own >> 16;
}

#endif
