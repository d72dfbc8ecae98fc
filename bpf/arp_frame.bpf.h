/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP frames (RFC 826): read, checked, and rewritten in place into replies. What is answered is
 * arp.bpf.h's to decide.
 */
#ifndef SLEEPPROXY_ARP_FRAME_BPF_H
#define SLEEPPROXY_ARP_FRAME_BPF_H

#include "arp.h"
#include "host.bpf.h"

static __always_inline bool arp_is_valid(const struct arp *arp, const struct frame *frame)
{
	return arp->hardware_type == bpf_htons(ARP_HARDWARE_ETHERNET) &&
	       arp->protocol_type == bpf_htons(ARP_PROTOCOL_IPV4) &&
	       arp->hardware_length == sizeof(struct mac) &&
	       arp->protocol_length == sizeof(struct ipv4) &&
	       (arp->operation == bpf_htons(ARP_REQUEST) ||
	        arp->operation == bpf_htons(ARP_REPLY)) &&
	       !mac_is_group(frame_source(frame)) && !mac_is_group(&arp->sender_mac);
}

static __always_inline bool arp_is_reply(const struct frame *frame)
{
	struct cursor payload = { frame->payload, frame->cursor.end };
	const struct arp *arp;

	if (frame->protocol != bpf_htons(ETHERTYPE_ARP))
		return false;
	arp = CURSOR_TAKE(&payload, struct arp);
	return arp && arp->operation == bpf_htons(ARP_REPLY);
}

/* `mac` is at `address`, says the frame's new content to whoever sent the old. */
static __always_inline void arp_write_reply(struct arp *arp, const struct mac *mac,
                                            struct ipv4 address, struct mac to_mac, struct ipv4 to)
{
	*arp = (struct arp){
		.hardware_type = bpf_htons(ARP_HARDWARE_ETHERNET),
		.protocol_type = bpf_htons(ARP_PROTOCOL_IPV4),
		.hardware_length = sizeof(struct mac),
		.protocol_length = sizeof(struct ipv4),
		.operation = bpf_htons(ARP_REPLY),
		.sender_mac = *mac,
		.sender = address,
		.target_mac = to_mac,
		.target = to,
	};
}

static __always_inline void arp_send_back(struct frame *frame, const struct mac *from)
{
	*frame_destination(frame) = *frame_source(frame);
	*frame_source(frame) = *from;
}

static __always_inline void arp_answer(struct frame *frame, struct arp *arp,
                                       const struct mac *sleeper)
{
	const struct mac *answer = interface.answer == ANSWER_HOST ? sleeper : interface_mac();

	arp_write_reply(arp, answer, arp->target, arp->sender_mac, arp->sender);
	arp_send_back(frame, answer);
}

/*
 * The frame becomes the word that `host` has its address itself: unicast to whoever sent it, so
 * that no claim is made, and in the gratuitous form, which alone Linux believes within a second of
 * another answer (its locktime).
 */
static __always_inline bool arp_redirect(struct frame *frame, const struct mac *host,
                                         struct ipv4 address)
{
	struct arp *arp;

	frame->cursor.at = frame->payload;
	arp = CURSOR_TAKE(&frame->cursor, struct arp);
	if (!arp)
		return false;
	arp_write_reply(arp, host, address, *host, address);
	*frame->protocol_at = bpf_htons(ETHERTYPE_ARP);
	arp_send_back(frame, interface_mac());
	return true;
}

#endif
