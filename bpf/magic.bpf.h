/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first Magic Packet of a wake. In: the frame that began it, and the host. Out: the frame as a
 * Magic Packet, by EtherType 0x0842 to all, which XDP_TX sends. The other forms, and whatever comes
 * later, are the daemon's (net/magic.h).
 */
#ifndef SLEEPPROXY_MAGIC_BPF_H
#define SLEEPPROXY_MAGIC_BPF_H

#include "host.bpf.h"
#include "magic_packet.h"

struct magic_frame {
	struct mac to, from;
	__be16 protocol;
	struct magic_packet packet;
};

/* False: the daemon's to send, since it has more to say, or in a VLAN tag. */
static __always_inline bool magic_is_plain(const struct frame *frame, const struct host_entry *host)
{
	return !(host->flags & HOST_MAGIC_BY_DAEMON) &&
	       frame->payload_offset == sizeof(struct ethhdr);
}

/* False: the driver has no room before the frame, or the frame is no Magic Packet yet. */
static __always_inline bool magic_write(struct xdp_md *xdp, const struct mac *host)
{
	const int surplus = (int)bpf_xdp_get_buff_len(xdp) - (int)sizeof(struct magic_frame);
	const struct mac all = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	struct magic_frame *magic;
	struct cursor cursor;

	if (bpf_xdp_adjust_head(xdp, surplus))
		return false;
	cursor = frame_start(xdp);
	magic = CURSOR_TAKE(&cursor, struct magic_frame);
	if (!magic)
		return false;
	magic->to = all;
	magic->from = *own_mac();
	magic->protocol = bpf_htons(MAGIC_ETHERTYPE);
	*(struct mac *)magic->packet.sync = all;
#pragma unroll
	for (int i = 0; i < MAGIC_REPEATS; i++)
		magic->packet.host[i] = *host;
	return true;
}

#endif
