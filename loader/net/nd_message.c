// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nd_message.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ipv6.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>

enum { HOP_LIMIT = 255, OPTION_UNIT = 8 };

/* Solicitation and advertisement have the same form (RFC 4861, 4.3 and 4.4). */
struct nd_packet {
	struct ipv6hdr ip;
	struct nd_neighbor_solicit nd;
};

_Static_assert(sizeof(struct nd_packet) == 64, "no padding");

static bool is_group(const void *address)
{
	return *(const uint8_t *)address == 0xff;
}

/* `length`: of the message, after the IPv6 header. */
static bool is_sum_right(const uint8_t *octets, size_t length)
{
	const struct ipv6 *source = (const struct ipv6 *)(octets + offsetof(struct ipv6hdr, saddr));

	return !icmpv6_checksum(source, source + 1, octets + sizeof(struct ipv6hdr), length);
}

/* `wanted`: the option that tells a MAC. False: one has no length, or exceeds the message. */
static bool read_options(const uint8_t *octets, size_t length, uint8_t wanted,
                         struct nd_message *message)
{
	size_t at = 0, size;

	for (; at < length; at += size) {
		size = length - at < 2 ? 0 : octets[at + 1] * (size_t)OPTION_UNIT;
		if (!size || size > length - at)
			return false;
		if (octets[at] != wanted || size != OPTION_UNIT)
			continue;
		message->has_mac = true;
		memcpy(&message->mac, octets + at + 2, sizeof(message->mac));
	}
	return true;
}

static bool is_valid(const struct nd_packet *packet, const struct nd_message *message)
{
	const bool to_group = is_group(&packet->ip.daddr);

	if (is_group(&packet->nd.nd_ns_target) || is_group(&packet->ip.saddr))
		return false;
	if (message->type == ND_ADVERTISEMENT)
		return !to_group || !(packet->nd.nd_ns_reserved & ND_NA_FLAG_SOLICITED);
	return !message->is_probe || (to_group && !message->has_mac);
}

bool nd_message_read(const uint8_t *octets, size_t length, struct nd_message *message)
{
	static const struct ipv6 unspecified;
	struct nd_packet packet;
	size_t size;
	bool asks;

	if (length < sizeof(packet))
		return false;
	memcpy(&packet, octets, sizeof(packet));
	size = ntohs(packet.ip.payload_len);
	if (packet.ip.version != 6 || packet.ip.nexthdr != IPPROTO_ICMPV6 ||
	    packet.ip.hop_limit != HOP_LIMIT || size < sizeof(packet.nd) ||
	    size > length - sizeof(packet.ip) || size > ND_PACKET_MAX - sizeof(packet.ip) ||
	    packet.nd.nd_ns_code || !is_sum_right(octets, size))
		return false;
	asks = packet.nd.nd_ns_type == ND_SOLICITATION;
	if (!asks && packet.nd.nd_ns_type != ND_ADVERTISEMENT)
		return false;
	*message = (struct nd_message){ .type = packet.nd.nd_ns_type };
	message->is_probe = asks && !memcmp(&packet.ip.saddr, &unspecified, sizeof(unspecified));
	memcpy(&message->address,
	       asks && !message->is_probe ? (void *)&packet.ip.saddr
	                                  : (void *)&packet.nd.nd_ns_target,
	       sizeof(message->address));
	return read_options(octets + sizeof(packet), size - sizeof(packet.nd),
	                    asks ? ND_OPT_SOURCE_LINKADDR : ND_OPT_TARGET_LINKADDR, message) &&
	       is_valid(&packet, message);
}

/* Read as an octet: a bool of another value has no defined behaviour. */
static bool is_bool(const bool *value)
{
	uint8_t octet;

	memcpy(&octet, value, sizeof(octet));
	return octet <= 1;
}

bool nd_message_check(const struct nd_message *message)
{
	return (message->type == ND_SOLICITATION || message->type == ND_ADVERTISEMENT) &&
	       is_bool(&message->is_probe) && is_bool(&message->has_mac) &&
	       !is_group(&message->address);
}

/* The frame's Ethernet header is left out (SOCK_DGRAM), so that offsets are IPv6's. */
int nd_listen(uint32_t ifindex, bool solicitations)
{
	const uint32_t types[] = { solicitations ? ND_SOLICITATION : ND_ADVERTISEMENT,
		                   ND_ADVERTISEMENT };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct ipv6hdr, nexthdr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6 << 8 | HOP_LIMIT, 0, 4),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, sizeof(struct ipv6hdr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, types[0] << 8, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, types[1] << 8, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ND_PACKET_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return packet_listen(ifindex, SOCK_DGRAM, ETH_P_IPV6, &filter);
}

int nd_receive(int fd, uint8_t packet[ND_PACKET_MAX], struct mac *from)
{
	struct sockaddr_ll sender = { 0 };
	socklen_t size = sizeof(sender);
	const ssize_t length = recvfrom(fd, packet, ND_PACKET_MAX, MSG_DONTWAIT,
	                                (struct sockaddr *)&sender, &size);

	if (length < 0)
		return -errno;
	memcpy(from, sender.sll_addr, sizeof(*from));
	return (int)length;
}
