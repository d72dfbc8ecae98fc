/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast path: what most frames are, handled by the index alone (cell.bpf.h). In: any frame. Out:
 * its outcome, the same as the maps would give it; or ASK_MAPS, and the frame is unchanged. An ARP
 * request for a sleeping host is answered, TCP that opens a connection to a host that is WAKING is
 * consumed, what concerns no host passes.
 *
 * Nothing is kept over a call or on the stack: without CAP_PERFMON the first store to each stack
 * slot costs a barrier (Spectre v4), of which there is none here; tests/datapath counts them. So
 * fields are read again from the frame where they are needed, and at fixed offsets: frames with
 * VLAN tags or IP options are the maps'.
 */
#ifndef SLEEPPROXY_FAST_BPF_H
#define SLEEPPROXY_FAST_BPF_H

#include "arp.bpf.h"
#include "cell.bpf.h"
#include "ipv4.bpf.h"

enum { ASK_MAPS = OUTCOME_COUNT };

/* Octets of an untagged frame with ARP, or with IPv4 without options. */
enum {
	AT_SOURCE = 6,
	AT_PROTOCOL = 12,
	AT_PAYLOAD = 14,
	AT_ARP_SENDER_MAC = 22,
	AT_ARP_SENDER = 28,
	AT_ARP_TARGET_MAC = 32,
	AT_ARP_TARGET = 38,
	ARP_END = 42,
	AT_IPV4_PROTOCOL = 23,
	AT_IPV4_SOURCE = 26,
	AT_IPV4_DESTINATION = 30,
	AT_PORT = 36, /* the destination's */
	TCP_END = 54,
};

#define AT(type, frame, offset) (*(volatile type *)((frame) + (offset)))

/* The words of an ARP frame at AT_PAYLOAD, and of an answer at 8 and 16, but for the MACs there. */
#define ARP_REQUEST_WORD 0x0100040600080100ULL
#define ARP_ANSWER_WORD_8 0x0100060800000000ULL
#define ARP_ANSWER_WORD_16 0x0000020004060008ULL

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the words are little-endian");

static __always_inline void *fast_frame(const struct xdp_md *xdp, __u32 octets)
{
	struct cursor cursor = frame_start(xdp);

	return cursor_take(&cursor, octets);
}

/*
 * Is the sender, who may be a host, an AWAKE one, as owner_check() would find, or none? The entry
 * is read, then the map, then the entry is written by compare and swap: so index_forget, which
 * changes it too, is never undone.
 */
static __noinline bool fast_find_awake(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, ARP_END);
	__u64 before, mac, *entry;
	struct host_entry *host;

	if (!frame)
		return false;
	entry = index_awake_entry(index_mac_in_frame(frame + AT_SOURCE));
	if (!entry)
		return false;
	before = *(volatile __u64 *)entry;
	host = host_by_mac(frame + AT_SOURCE);
	if (!host)
		return true;
	if (host_state(host) != AWAKE || !host->last_seen)
		return false;
	owner_set_last_seen(host);
	if ((before & INDEX_TICK) == index_tick()) /* another host has it */
		return true;
	mac = index_mac_in_frame(frame + AT_SOURCE); /* once more, and not kept */
	entry = index_awake_entry(mac);
	if (entry)
		__sync_val_compare_and_swap(entry, before, mac | index_tick());
	return true;
}

/* Who was found in `hosts` is not looked up again in this tick of the clock. */
static __always_inline bool fast_is_awake(struct xdp_md *xdp, void *frame)
{
	const __u64 mac = index_mac_in_frame(frame + AT_SOURCE);
	const __u64 *entry = index_awake_entry(mac);

	return (entry && *(volatile __u64 *)entry == (mac | index_tick())) || fast_find_awake(xdp);
}

/* The index does not have the address; but others may just have added it. */
static __always_inline bool fast_is_unknown(const struct ipv4 *address)
{
	return !bpf_map_lookup_elem(&addresses4, address);
}

/* The MAC before the octets that follow it in a word of a frame. */
static __always_inline __u64 fast_mac(__u64 word)
{
	return word << 16 >> 16;
}

static __always_inline __u64 fast_own_mac(void)
{
	const __u16 *own = (const __u16 *)own_mac();

	return own[0] | (__u64)own[1] << 16 | (__u64)own[2] << 32;
}

static __always_inline bool fast_is_to_us(void *frame)
{
	return fast_mac(AT(__u64, frame, 0)) == fast_own_mac();
}

/* arp_answer(), in words. */
static __always_inline void fast_arp_answer(void *frame)
{
	const __u64 own = fast_own_mac(), peer = fast_mac(AT(__u64, frame, AT_SOURCE));
	const __u64 sender = AT(__u32, frame, AT_ARP_SENDER);
	const __u64 target = AT(__u32, frame, AT_ARP_TARGET);

	AT(__u64, frame, 0) = peer | own << 48;
	AT(__u64, frame, 8) = own >> 16 | ARP_ANSWER_WORD_8;
	AT(__u64, frame, 16) = ARP_ANSWER_WORD_16 | own << 48;
	AT(__u64, frame, 24) = own >> 16 | target << 32;
	AT(__u64, frame, AT_ARP_TARGET_MAC) = peer | sender << 48;
	AT(__u16, frame, 40) = sender >> 16;
}

/* A request, not a probe, from who is in Ethernet's header, not this machine, to all or to us. */
static __always_inline bool fast_is_arp_request(void *frame)
{
	const __u64 source = fast_mac(AT(__u64, frame, AT_SOURCE));

	return AT(__u64, frame, AT_PAYLOAD) == ARP_REQUEST_WORD &&
	       source == fast_mac(AT(__u64, frame, AT_ARP_SENDER_MAC)) &&
	       !mac_is_group(frame + AT_SOURCE) && source != fast_own_mac() &&
	       AT(__u32, frame, AT_ARP_SENDER) && (mac_is_group(frame) || fast_is_to_us(frame));
}

static __always_inline enum outcome fast_arp(const struct xdp_md *xdp, void *frame)
{
	__u32 content;

	if (!fast_is_arp_request(frame) || index_find(frame + AT_ARP_SENDER))
		return ASK_MAPS;
	content = index_find(frame + AT_ARP_TARGET);
	if (!content)
		return fast_is_unknown(frame + AT_ARP_TARGET) ? OUTCOME_ARP_OTHER : ASK_MAPS;
	if (!(content & (INDEX_ASLEEP | INDEX_WAKING)) || !index_is_on_interface(content, xdp) ||
	    config.answer != ANSWER_PROXY)
		return ASK_MAPS;
	fast_arp_answer(frame);
	return OUTCOME_ARP_ANSWERED;
}

static __always_inline bool fast_is_syn(void *frame)
{
	const struct tcphdr *tcp = frame + AT_PAYLOAD + sizeof(struct iphdr);

	return AT(__u8, frame, AT_IPV4_PROTOCOL) == PROTOCOL_TCP && tcp_is_syn(tcp);
}

/* What ipv4_for_sleeper() checks before it asks for the state. */
static __always_inline bool fast_opens_connection(struct xdp_md *xdp, void *frame)
{
	const struct iphdr *ip = frame + AT_PAYLOAD;
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);
	const __u32 tcp_octets = (tcp->offset_reserved >> 4) * 4;
	const __u32 total = bpf_ntohs(ip->tot_len);

	return fast_is_to_us(frame) && !mac_is_group(frame + AT_SOURCE) &&
	       AT(__u32, frame, AT_IPV4_SOURCE) != AT(__u32, frame, AT_IPV4_DESTINATION) &&
	       !(ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET)) && fast_is_syn(frame) &&
	       tcp_octets >= sizeof(*tcp) && total >= sizeof(*ip) + tcp_octets &&
	       (AT_PAYLOAD + total <= TCP_END || AT_PAYLOAD + total <= bpf_xdp_get_buff_len(xdp));
}

static __always_inline bool fast_may_be_dhcp(void *frame)
{
	const __be16 port = AT(__be16, frame, AT_PORT);

	return AT(__u8, frame, AT_IPV4_PROTOCOL) == PROTOCOL_UDP &&
	       (port == bpf_htons(DHCP_CLIENT_PORT) || port == bpf_htons(DHCP_SERVER_PORT));
}

/*
 * What is sent to an address that others have just added as a sleeper's may be the first frame to
 * it: one that opens a connection is looked up, the rest is noticed after the next look.
 */
static __always_inline enum outcome fast_ipv4(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, TCP_END);
	__u32 content;

	if (!frame || AT(__u8, frame, AT_PAYLOAD) != IPV4_PLAIN || fast_may_be_dhcp(frame))
		return ASK_MAPS;
	content = index_find(frame + AT_IPV4_DESTINATION);
	if (!content)
		return !fast_is_syn(frame) || fast_is_unknown(frame + AT_IPV4_DESTINATION)
		               ? OUTCOME_IPV4_OTHER
		               : ASK_MAPS;
	if (content & INDEX_WAKING && index_is_on_interface(content, xdp) &&
	    fast_opens_connection(xdp, frame))
		return OUTCOME_WAKE_IN_PROGRESS;
	return ASK_MAPS;
}

static __always_inline __be16 fast_protocol(void *frame)
{
	return AT(__be16, frame, AT_PROTOCOL);
}

static __always_inline enum outcome fast_handle(struct xdp_md *xdp)
{
	void *frame = fast_frame(xdp, ARP_END);
	bool may_be_host;

	if (!frame || !index_is_valid() || frame_is_vlan(fast_protocol(frame)))
		return ASK_MAPS;
	may_be_host = index_may_have_mac(index_mac_in_frame(frame + AT_SOURCE));
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_ARP))
		return may_be_host ? ASK_MAPS : fast_arp(xdp, frame);
	if (may_be_host && !fast_is_awake(xdp, frame))
		return ASK_MAPS;
	if (fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV6))
		return ASK_MAPS; /* the index has no IPv6 addresses */
	return fast_protocol(frame) == bpf_htons(ETHERTYPE_IPV4) ? fast_ipv4(xdp)
	                                                         : OUTCOME_OTHER_PROTOCOL;
}

#endif
