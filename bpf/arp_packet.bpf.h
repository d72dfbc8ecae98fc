/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP packets (RFC 826): read, checked, and rewritten in place into replies. Which ones are
 * answered is decided in arp.bpf.h.
 */
#ifndef SLEEPPROXY_ARP_PACKET_BPF_H
#define SLEEPPROXY_ARP_PACKET_BPF_H

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

/*
 * What the daemon announces with a host's MAC, sent back to us by a loop or a repeater: nobody else
 * names this machine as the target of an announcement (net/arp.c), whose target nobody reads.
 */
static __always_inline bool arp_is_own_announcement(const struct frame *frame)
{
	struct cursor payload = { frame->payload, frame->cursor.end };
	const struct arp *arp;

	if (frame->protocol != bpf_htons(ETHERTYPE_ARP))
		return false;
	arp = CURSOR_TAKE(&payload, struct arp);
	return arp && arp->operation == bpf_htons(ARP_REQUEST) &&
	       mac_equal(&arp->target_mac, own_mac());
}

static __always_inline void arp_answer(struct frame *frame, struct arp *arp, const struct mac *host)
{
	const struct mac *answer = host_answers_with(host);

	*arp = (struct arp){
		.hardware_type = bpf_htons(ARP_HARDWARE_ETHERNET),
		.protocol_type = bpf_htons(ARP_PROTOCOL_IPV4),
		.hardware_length = sizeof(struct mac),
		.protocol_length = sizeof(struct ipv4),
		.operation = bpf_htons(ARP_REPLY),
		.sender_mac = *answer,
		.sender = arp->target,
		.target_mac = arp->sender_mac,
		.target = arp->sender,
	};
	frame_send_back(frame, answer);
}

#endif
