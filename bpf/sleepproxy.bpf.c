// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath: an XDP program with one named outcome for each frame, and the programs by which the
 * daemon changes a host, and gives frames to the stack. This file alone knows XDP's verdicts and
 * counts; each protocol has a header of its own.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "arp.bpf.h"
#include "counters.bpf.h"
#include "fast.bpf.h"
#include "host_update.h"
#include "ipv4.bpf.h"
#include "ipv6.bpf.h"
#include "look.bpf.h"
#include "owner.bpf.h"
#include "partial.bpf.h"
#include "refusal.bpf.h"

/* The verdicts of include/outcome.h. */
enum { PASS, ANSWER, CONSUME };
#define ANSWER_BIT(outcome, name, verdict, meaning) | (__u64)((verdict) == ANSWER) << outcome
#define CONSUME_BIT(outcome, name, verdict, meaning) | (__u64)((verdict) == CONSUME) << outcome

_Static_assert(OUTCOME_COUNT <= 64, "an outcome is a bit in verdict_of's masks");

/* With masks, since clang turns a switch into a table in .rodata, which costs a map access. */
static __always_inline enum xdp_action verdict_of(enum outcome outcome)
{
	const __u64 bit = 1ULL << outcome;

	if (bit & (0 OUTCOMES(ANSWER_BIT)))
		return XDP_TX;
	return bit & (0 OUTCOMES(CONSUME_BIT)) ? XDP_DROP : XDP_PASS;
}

/*
 * Global, so that the verifier treats the outcome as unknown: without CAP_PERFMON it refuses an
 * index that is a different constant on each path.
 */
__noinline int count(__u32 outcome)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &ONLY_ROW);

	if (counter && outcome < OUTCOME_COUNT)
		counter[outcome]++;
	return 0;
}

static __noinline void snoop(struct xdp_md *xdp)
{
	if (dhcp_snoop_frame(xdp) == SNOOP_OTHER)
		dhcp6_snoop_frame(xdp);
}

/*
 * By the maps. A value that is kept over a call goes to the stack, where the first store costs 8 ns
 * without CAP_PERFMON (Spectre v4). So nothing is kept over the lookup of the sender, and functions
 * that are not inlined parse the frame again. Those that take nothing else, and return a value, are
 * global: the verifier goes through each once, and not on each path to it.
 */
__noinline enum outcome handle(struct xdp_md *xdp)
{
	struct cursor cursor = frame_start(xdp);
	const struct ethhdr *eth = CURSOR_TAKE(&cursor, struct ethhdr);
	enum outcome outcome;
	struct host_entry *sender;
	struct frame frame;

	if (!eth)
		return OUTCOME_ETHER_MALFORMED;
	sender = host_by_mac((const struct mac *)eth->h_source);
	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	if (sender && owner_check(&frame, frame_source(&frame), sender, &outcome)) {
		if (outcome == OUTCOME_OWNER_AWAKE)
			snoop(xdp); /* a client that wakes first requests its lease */
		return outcome;
	}
	if (sender && refusal_is_expected() && refusal_handle(xdp))
		return OUTCOME_REFUSAL_KEPT;
	if (frame.protocol == bpf_htons(ETHERTYPE_ARP))
		return arp_handle(xdp);
	if (frame.protocol == bpf_htons(ETHERTYPE_IPV4))
		return ipv4_handle(&frame);
	if (frame.protocol == bpf_htons(ETHERTYPE_IPV6))
		return ipv6_handle(&frame);
	return OUTCOME_OTHER_PROTOCOL;
}

/* Counts a known outcome without a call. The comment keeps clang from merging such branches. */
static __always_inline bool count_as(enum outcome outcome, enum outcome known)
{
	__u64 *counter;

	if (outcome != known)
		return false;
	counter = bpf_map_lookup_elem(&counters, &ONLY_ROW);
	if (counter)
		counter[known]++;
	asm volatile("# %0" ::"i"(known));
	return true;
}

SEC("xdp")
int sleepproxy(struct xdp_md *xdp)
{
	enum outcome outcome = fast_handle(xdp);

	if (count_as(outcome, OUTCOME_IPV4_OTHER) || count_as(outcome, OUTCOME_IPV6_OTHER) ||
	    count_as(outcome, OUTCOME_OTHER_PROTOCOL))
		return XDP_PASS;
	if (count_as(outcome, OUTCOME_ARP_ANSWERED) || count_as(outcome, OUTCOME_ND_ANSWERED) ||
	    count_as(outcome, OUTCOME_ECHO_ANSWERED))
		return XDP_TX;
	if (count_as(outcome, OUTCOME_WAKE_IN_PROGRESS))
		return XDP_DROP;
	if (outcome == (enum outcome)ASK_MAPS)
		outcome = handle(xdp);
	if (outcome == OUTCOME_BOUNCED)
		partial_complete(xdp);
	count(outcome);
	return verdict_of(outcome);
}

/*
 * How the daemon changes a host: in place and by the same compare and swap as the datapath, so that
 * neither undoes a step of the other. (An update of the map would replace the entry, and with it
 * what the datapath wrote meanwhile.)
 */
SEC("syscall")
int update_host(struct host_update *update)
{
	const struct mac mac = update->mac; /* a map key must not be in a context */
	struct host_entry *host = host_by_mac(&mac);

	if (!host)
		return HOST_UPDATE_NO_HOST;
	host->ifindex = update->ifindex;
	host->vlan = update->vlan;
	host->flags = update->flags;
	index_forget(&mac);
	return host_set_state(&mac, host, update->from, update->to) ? HOST_UPDATE_DONE
	                                                            : HOST_UPDATE_OTHER_STATE;
}

/* By it the daemon gives frames to this machine's own stack: attached nowhere. */
SEC("xdp")
int receive(struct xdp_md *xdp)
{
	(void)xdp;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
