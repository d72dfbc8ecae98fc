// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_packet.h"

#include <assert.h>
#include <string.h>

enum { VLAN_ID = 0x0fff, ICMP_OCTETS = 8, TCP_OCTETS = 20 };

static const struct mac macs[WHO_COUNT] = {
	[PROXY] = { { 0x02, 0x50, 0x10, 0x20, 0x30, 0x40 } },
	[HOST] = { { 0x02, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4 } },
	[SECOND] = { { 0x02, 0xb0, 0xb1, 0xb2, 0xb3, 0xb4 } },
	[FILLER] = { { 0x02, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4 } },
	[PEER] = { { 0x02, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4 } },
	[REPEATER] = { { 0x02, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4 } },
	[UNKNOWN] = { { 0x02, 0xe0, 0xe1, 0xe2, 0xe3, 0xe4 } },
	[NEAR_HOST1] = { { 0x02, 0xaf, 0xa1, 0xa2, 0xa3, 0xa4 } },
	[NEAR_HOST2] = { { 0x02, 0xa0, 0xaf, 0xa2, 0xa3, 0xa4 } },
	[NEAR_HOST3] = { { 0x02, 0xa0, 0xa1, 0xa2, 0xa3, 0xaf } },
	[NEAR_PROXY1] = { { 0x06, 0x50, 0x10, 0x20, 0x30, 0x40 } },
	[NEAR_PROXY2] = { { 0x02, 0x50, 0x10, 0x2f, 0x30, 0x40 } },
	[NEAR_PROXY3] = { { 0x02, 0x50, 0x10, 0x20, 0x3f, 0x40 } },
	[GROUP] = { { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 } },
	[BROADCAST] = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
};

static const struct ipv4 addresses[WHERE_COUNT] = {
	[PEER_IP] = { { 192, 0, 2, 77 } },
	[HOST_IP] = { { 192, 0, 2, 10 } },
	[HOST_IP2] = { { 198, 51, 100, 10 } },
	[SECOND_IP] = { { 192, 0, 2, 11 } },
	[OWN_IP] = { { 192, 0, 2, 1 } },
	[FILLER_IP] = { { 192, 0, 2, 12 } },
	[DANGLING_IP] = { { 192, 0, 2, 13 } },
	[UNKNOWN_IP] = { { 203, 0, 113, 99 } },
	[ZERO_HALF_IP1] = { { 0, 0, 2, 14 } },
	[ZERO_HALF_IP2] = { { 10, 14, 0, 0 } },
	[BROADCAST_IP] = { { 255, 255, 255, 255 } },
	[SELF_IP] = { { 0, 0, 0, 1 } },
	[LOOPBACK_IP] = { { 127, 0, 0, 53 } },
	[MULTICAST_IP] = { { 224, 0, 0, 251 } },
	[RESERVED_IP] = { { 240, 1, 2, 3 } },
};

const struct mac *mac_of(enum who who)
{
	return &macs[who];
}

const struct ipv4 *ipv4_of(enum where where)
{
	return &addresses[where];
}

size_t tags_octets(const struct tags *tags)
{
	return ETHER_OCTETS + tags->count * TAG_OCTETS;
}

uint16_t tags_vlan(const struct tags *tags)
{
	return tags->count ? tags->tag[tags->count - 1].control & VLAN_ID : 0;
}

static void put(struct octets *frame, const void *data, size_t octets)
{
	assert(frame->length + octets <= FRAME_MAX);
	memcpy(frame->at + frame->length, data, octets);
	frame->length += octets;
}

static void put8(struct octets *frame, uint8_t value)
{
	put(frame, &value, 1);
}

static void put16(struct octets *frame, uint16_t value)
{
	put8(frame, value >> 8);
	put8(frame, value & 0xff);
}

static void put32(struct octets *frame, uint32_t value)
{
	put16(frame, value >> 16);
	put16(frame, value & 0xffff);
}

static void put_mac(struct octets *frame, enum who who)
{
	put(frame, macs[who].octet, sizeof(macs[who].octet));
}

static void put_ipv4(struct octets *frame, enum where where)
{
	put(frame, addresses[where].octet, sizeof(addresses[where].octet));
}

/* No octet equals the next one, so that a test sees one in the wrong place. */
static void put_data(struct octets *frame, size_t octets)
{
	while (octets--)
		put8(frame, 0x80 | (frame->length & 0x7f));
}

static uint16_t value_or(uint16_t given, uint16_t ordinary)
{
	return given ? given : ordinary;
}

static void ether_put(struct octets *frame, const struct packet *packet, const struct tags *tags)
{
	put_mac(frame, packet->to);
	put_mac(frame, packet->from);
	for (unsigned i = 0; i < tags->count; i++) {
		put16(frame, tags->tag[i].type);
		put16(frame, tags->tag[i].control);
	}
	put16(frame, packet->type);
}

static void arp_put(struct octets *frame, const struct arp_fields *arp)
{
	put16(frame, value_or(arp->hardware_type, 1));
	put16(frame, value_or(arp->protocol_type, TYPE_IPV4));
	put8(frame, value_or(arp->hardware_length, 6));
	put8(frame, value_or(arp->protocol_length, 4));
	put16(frame, arp->operation);
	put_mac(frame, arp->sender_mac);
	put_ipv4(frame, arp->sender);
	put_mac(frame, arp->target_mac);
	put_ipv4(frame, arp->target);
}

static void tcp_put(struct octets *frame, const struct ipv4_fields *ip)
{
	put16(frame, ip->peer_port);
	put16(frame, ip->port);
	put32(frame, 0x01020304);
	put32(frame, ip->flags & ACK ? 0x05060708 : 0);
	put8(frame, value_or(ip->tcp_words, TCP_OCTETS / 4) << 4);
	put8(frame, ip->flags);
	put16(frame, 64240);
	put32(frame, 0);
}

static void udp_put(struct octets *frame, const struct ipv4_fields *ip)
{
	put16(frame, ip->peer_port);
	put16(frame, ip->port);
	put16(frame, value_or(ip->udp_length, UDP_OCTETS + ip->data));
	put16(frame, 0);
}

/* RFC 2131, 2, `octets` in all; the cookie is RFC 2132's, 2. */
static void dhcp_put(struct octets *frame, const struct dhcp_fields *dhcp, size_t octets)
{
	const size_t start = frame->length;

	put8(frame, dhcp->op);
	put8(frame, value_or(dhcp->htype, 1));
	put8(frame, value_or(dhcp->hlen, 6));
	put_data(frame, 25); /* hops to giaddr */
	put_mac(frame, dhcp->client);
	put_data(frame, 202); /* the rest of chaddr, sname, file */
	put32(frame, dhcp->cookie ? dhcp->cookie : 0x63825363);
	if (octets > DHCP_OCTETS)
		put_data(frame, octets - DHCP_OCTETS);
	frame->length = start + octets;
}

static uint16_t sum_of(const uint8_t *at, size_t octets, uint32_t sum)
{
	for (size_t i = 0; i < octets; i++)
		sum += i & 1 ? at[i] : at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void set16(struct octets *frame, size_t at, uint16_t value)
{
	frame->at[at] = value >> 8;
	frame->at[at + 1] = value & 0xff;
}

static void ipv4_put(struct octets *frame, const struct ipv4_fields *ip, size_t transport)
{
	const size_t start = frame->length, header = IPV4_OCTETS + ip->options;

	put8(frame, value_or(ip->version, 4) << 4 | value_or(ip->words, header / 4));
	put8(frame, 0);
	put16(frame, value_or(ip->total, header + transport + ip->data));
	put16(frame, 0x1234);
	put16(frame, ip->fragment);
	put8(frame, ip->ttl_over ? 0 : 64);
	put8(frame, ip->protocol);
	put16(frame, 0);
	put_ipv4(frame, ip->from);
	put_ipv4(frame, ip->to);
	for (unsigned i = 0; i < ip->options; i += 4)
		put32(frame, ip->option ? ip->option : 0x01010101); /* RFC 791, 3.1: no operation */
	set16(frame, start + 10, ~sum_of(frame->at + start, header, 0) ^ ip->header_checksum_wrong);
}

static void icmp_put(struct octets *frame, const struct ipv4_fields *ip)
{
	put16(frame, 8 << 8); /* echo request */
	put16(frame, 0);
	put16(frame, ip->peer_port);
	put16(frame, 1);
}

static void data_put(struct octets *frame, const struct ipv4_fields *ip)
{
	(void)frame;
	(void)ip;
}

static const struct transport {
	size_t octets;
	void (*put)(struct octets *frame, const struct ipv4_fields *ip);
	size_t checksum_at; /* 0: it has none of a pseudo header */
} transports[] = {
	[ICMP] = { ICMP_OCTETS, icmp_put, 0 },
	[TCP] = { TCP_OCTETS, tcp_put, 16 },
	[UDP] = { UDP_OCTETS, udp_put, 6 },
	[GRE] = { 0, data_put, 0 },
};

/* RFC 9293, 3.1, and RFC 768; `start`: of the transport header, with all its data. */
static void transport_sum(struct octets *frame, const struct ipv4_fields *ip, size_t start)
{
	const size_t octets = frame->length - start, at = transports[ip->protocol].checksum_at;
	const uint16_t length = ip->protocol == UDP ? value_or(ip->udp_length, octets) : octets;
	const uint32_t fixed = ip->protocol + length;
	const uint16_t pseudo =
		sum_of(addresses[ip->from].octet, 4, sum_of(addresses[ip->to].octet, 4, fixed));
	const uint16_t whole = ~sum_of(frame->at + start, octets, pseudo);

	if (at && ip->checksum != ABSENT)
		set16(frame, start + at,
		      ip->checksum == PARTIAL ? pseudo : whole ^ (ip->checksum == WRONG));
}

static void icmp6_put(struct octets *frame, const struct packet *packet)
{
	put32(frame, 6u << 28);
	put16(frame, 1 + packet->ip.data);
	put8(frame, ICMPV6);
	put8(frame, 255);
	put_data(frame, 32); /* the addresses */
	put8(frame, packet->icmp6);
}

void packet_build(struct octets *frame, const struct packet *packet, const struct tags *tags)
{
	size_t transport;

	frame->length = 0;
	ether_put(frame, packet, tags);
	if (packet->type == TYPE_ARP)
		arp_put(frame, &packet->arp);
	if (packet->type == TYPE_IPV4) {
		ipv4_put(frame, &packet->ip, transports[packet->ip.protocol].octets);
		transports[packet->ip.protocol].put(frame, &packet->ip);
	}
	transport = frame->length -
	            (packet->type == TYPE_IPV4 ? transports[packet->ip.protocol].octets : 0);
	if (packet->icmp6)
		icmp6_put(frame, packet);
	if (packet->ip.dhcp.op)
		dhcp_put(frame, &packet->ip.dhcp, packet->ip.data);
	else
		put_data(frame, packet->ip.data);
	if (packet->type == TYPE_IPV4)
		transport_sum(frame, &packet->ip, transport);
}
