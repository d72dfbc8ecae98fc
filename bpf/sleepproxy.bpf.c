// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath: one program in the driver's XDP hook, one named outcome for each frame. This file
 * alone knows XDP's verdicts and counts; each protocol has a room of its own beside it.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "arp.bpf.h"
#include "counters.bpf.h"
#include "ipv4.bpf.h"
#include "host_update.h"
#include "owner.bpf.h"

#define IS_ANSWER_PASS 0
#define IS_ANSWER_ANSWER 1
#define IS_ANSWER_CONSUME 0
#define IS_CONSUME_PASS 0
#define IS_CONSUME_ANSWER 0
#define IS_CONSUME_CONSUME 1
#define ANSWER_BIT(name, verdict, meaning) | (__u64)IS_ANSWER_##verdict << OUTCOME_##name
#define CONSUME_BIT(name, verdict, meaning) | (__u64)IS_CONSUME_##verdict << OUTCOME_##name

_Static_assert(OUTCOME_COUNT <= 64, "an outcome is a bit in verdict_of's masks");

/* By masks, since clang turns a switch into a table in .rodata, which costs a map access. */
static __always_inline enum xdp_action verdict_of(enum outcome outcome)
{
	const __u64 bit = 1ULL << outcome;

	if (bit & (0 OUTCOMES(ANSWER_BIT)))
		return XDP_TX;
	return bit & (0 OUTCOMES(CONSUME_BIT)) ? XDP_DROP : XDP_PASS;
}

/*
 * Global, so that the verifier takes the outcome for unknown: without CAP_PERFMON it refuses an
 * index that is one constant on this path and another on that.
 */
__noinline int count(__u32 outcome)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &THE_ROW);

	if (counter && outcome < OUTCOME_COUNT)
		counter[outcome]++;
	return 0;
}

/*
 * Most frames concern no host, and are to pass at little cost. So nothing is kept over the lookup
 * of the sender, and what is not inlined here parses the frame anew: whatever has to outlive a call
 * goes to the stack, and a first store there costs 8 ns to who has not CAP_PERFMON (Spectre v4).
 */
static __always_inline enum outcome handle(struct xdp_md *xdp)
{
	struct cursor front = frame_front(xdp);
	const struct ethhdr *eth = CURSOR_TAKE(&front, struct ethhdr);
	enum outcome outcome;
	struct host_entry *sender;
	struct frame frame;

	if (!eth)
		return OUTCOME_ether_malformed;
	sender = host_by_mac((const struct mac *)eth->h_source);
	if (!frame_parse(&frame, xdp))
		return OUTCOME_ether_malformed;
	if (sender && owner_check(&frame, frame_source(&frame), sender, &outcome)) {
		if (outcome == OUTCOME_owner_woke)
			dhcp_hear(xdp); /* who wakes asks for its lease first of all */
		return outcome;
	}
	if (frame.protocol == bpf_htons(ETHERTYPE_ARP))
		return arp_handle(xdp);
	if (frame.protocol == bpf_htons(ETHERTYPE_IPV4))
		return ipv4_handle(&frame);
	return OUTCOME_other_protocol;
}

SEC("xdp")
int sleepproxy(struct xdp_md *xdp)
{
	enum outcome outcome = handle(xdp);

	count(outcome);
	return verdict_of(outcome);
}

/*
 * The daemon's way to change a host: in place and by the same compare and swap as the datapath, so
 * that a step by the one never undoes a step by the other. (An update of the map would replace the
 * entry, and with it what the datapath wrote meanwhile.)
 */
SEC("syscall")
int order(struct host_update *order)
{
	const struct mac mac = order->host; /* a map takes no key from a context */
	struct host_entry *host = host_by_mac(&mac);

	if (!host)
		return HOST_UPDATE_NO_HOST;
	host->ifindex = order->ifindex;
	host->vlan = order->vlan;
	host->flags = order->flags;
	return host_set_state(host, order->from, order->to) ? HOST_UPDATE_DONE
	                                                    : HOST_UPDATE_OTHER_STATE;
}

char _license[] SEC("license") = "GPL";
