// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_packet.h"

#include <assert.h>
#include <string.h>

enum { VLAN_ID = 0x0fff, TCP_OCTETS = 20, ND_HOP_LIMIT = 255, ND_UNIT = 8 };

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
	put(frame, mac_of(who), sizeof(struct mac));
}

static void put_ipv4(struct octets *frame, enum where where)
{
	put(frame, ipv4_of(where), sizeof(struct ipv4));
}

static void put_ipv6(struct octets *frame, enum where where)
{
	put(frame, ipv6_of(where), sizeof(struct ipv6));
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

static void tcp_put(struct octets *frame, const struct ip_fields *ip)
{
	put16(frame, ip->peer_port);
	put16(frame, ip->port);
	put32(frame, ip->no_sequence ? 0 : 0x01020304);
	put32(frame, ip->flags & ACK ? 0x05060708 : 0);
	put8(frame, value_or(ip->tcp_words, TCP_OCTETS / 4) << 4);
	put8(frame, ip->flags);
	put16(frame, 64240);
	put32(frame, 0);
}

static void udp_put(struct octets *frame, const struct ip_fields *ip)
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

static uint8_t ttl_of(const struct ip_fields *ip)
{
	return ip->ttl_over ? 0 : value_or(ip->ttl, ip_is_nd(ip) ? ND_HOP_LIMIT : 64);
}

static void ipv4_put(struct octets *frame, const struct ip_fields *ip, size_t transport)
{
	const size_t start = frame->length, header = IPV4_OCTETS + ip->options;

	put8(frame, value_or(ip->version, 4) << 4 | value_or(ip->words, header / 4));
	put8(frame, 0);
	put16(frame, value_or(ip->total, header + transport + ip->data));
	put16(frame, 0x1234);
	put16(frame, ip->fragment);
	put8(frame, ttl_of(ip));
	put8(frame, ip->protocol);
	put16(frame, 0);
	put_ipv4(frame, ip->from);
	put_ipv4(frame, ip->to);
	for (unsigned i = 0; i < ip->options; i += 4)
		put32(frame, ip->option ? ip->option : 0x01010101); /* RFC 791, 3.1: no operation */
	set16(frame, start + 10, ~sum_of(frame->at + start, header, 0) ^ ip->header_checksum_wrong);
}

/* RFC 8200, 4: number, length in units of 8 octets after the first, the two octets after these. */
static const struct extension_header {
	uint8_t number, units;
	uint16_t says;
	uint8_t octets;
} extensions[] = {
	[HOP_BY_HOP] = { 0, 0, 0x0104, 8 },
	[DESTINATION] = { 60, 0, 0x0104, 8 },
	[DESTINATION_LONG] = { 60, 2, 0x0114, 24 },
	[DESTINATION_TOO_LONG] = { 60, 255, 0x0104, 8 },
	[ROUTE] = { 43, 0, 0x0400, 8 },
	[ROUTE_ON] = { 43, 0, 0x0401, 8 },
	[FIRST_FRAGMENT] = { 44, 0, 1, 8 },
	[LATER_FRAGMENT] = { 44, 0, 8 | 1, 8 },
	[LAST_FRAGMENT] = { 44, 0, 0x8000, 8 },
	[ATOMIC_FRAGMENT] = { 44, 5, 0, 8 }, /* its second octet is reserved */
	[AUTHENTICATION] = { 51, 4, 0, 24 },
};

size_t extensions_octets(const struct ip_fields *ip)
{
	const enum extension *extension = ip->extensions;
	size_t octets = 0;

	while (extension[0] && extension[1] && *extension != LATER_FRAGMENT)
		octets += extensions[*extension++].octets;
	return *extension ? octets + 4 : 0;
}

static uint8_t next_header(const struct ip_fields *ip, const enum extension *extension)
{
	return *extension ? extensions[*extension].number : ip->protocol;
}

static void extensions_put(struct octets *frame, const struct ip_fields *ip)
{
	for (const enum extension *extension = ip->extensions; *extension; extension++) {
		const struct extension_header *header = &extensions[*extension];

		put8(frame, next_header(ip, extension + 1));
		put8(frame, header->units);
		put16(frame, header->says);
		put_data(frame, header->octets - 4u);
	}
}

/* With the length of what is put after it missing. */
static void ipv6_put(struct octets *frame, const struct ip_fields *ip)
{
	put32(frame, (uint32_t)value_or(ip->version, 6) << 28 | ip->flow);
	put16(frame, 0);
	put8(frame, next_header(ip, ip->extensions));
	put8(frame, ttl_of(ip));
	put_ipv6(frame, ip->from);
	put_ipv6(frame, ip->to);
}

bool ip_is_nd(const struct ip_fields *ip)
{
	return ip->protocol == ICMPV6 && (ip->icmp == SOLICITATION || ip->icmp == ADVERTISEMENT);
}

/* RFC 4861, 4.3, 4.4 and 4.6 */
static void nd_put(struct octets *frame, const struct nd_fields *nd)
{
	put32(frame, (uint32_t)nd->flags << 24);
	put_ipv6(frame, nd->target);
	for (const struct nd_option_fields *option = nd->options; option->type; option++) {
		const uint8_t units = option->units == NO_UNITS ? 0 : value_or(option->units, 1);

		put8(frame, option->type);
		put8(frame, units);
		put_mac(frame, option->mac);
		if (units > 1)
			put_data(frame, (units - 1u) * ND_UNIT);
	}
}

static void icmp_put(struct octets *frame, const struct ip_fields *ip)
{
	static const struct {
		uint8_t v4, v6;
	} types[] = { { 8, 128 }, { 0, 129 }, { 3, 1 }, { 0, 135 }, { 0, 136 } };

	put8(frame, ip->protocol == ICMP ? types[ip->icmp].v4 : types[ip->icmp].v6);
	put8(frame, ip->code);
	put16(frame, 0);
	if (ip_is_nd(ip)) {
		nd_put(frame, &ip->nd);
		return;
	}
	put16(frame, ip->peer_port);
	put16(frame, ip->port);
}

static void data_put(struct octets *frame, const struct ip_fields *ip)
{
	(void)frame;
	(void)ip;
}

static const struct transport {
	size_t octets;
	void (*put)(struct octets *frame, const struct ip_fields *ip);
	size_t checksum_at; /* 0: it has none */
} transports[] = {
	[ICMP] = { ICMP_OCTETS, icmp_put, 2 },
	[TCP] = { TCP_OCTETS, tcp_put, 16 },
	[UDP] = { UDP_OCTETS, udp_put, 6 },
	[0] = { 0, data_put, 0 },
	[GRE] = { 0, data_put, 0 },
	[ICMPV6] = { ICMP_OCTETS, icmp_put, 2 },
	[NO_NEXT_HEADER] = { 0, data_put, 0 },
};

/* Of the pseudo header, which ICMP alone does not have (RFC 9293, 3.1; RFC 8200, 8.1). */
static uint16_t pseudo_sum(const struct packet *packet, size_t octets)
{
	const struct ip_fields *ip = &packet->ip;
	const uint32_t fixed =
		ip->protocol + (ip->protocol == UDP ? value_or(ip->udp_length, octets) : octets);

	if (ip->protocol == ICMP)
		return 0;
	if (packet->type == TYPE_IPV4)
		return sum_of(ipv4_of(ip->from)->octet, 4,
		              sum_of(ipv4_of(ip->to)->octet, 4, fixed));
	return sum_of(ipv6_of(ip->from)->octet, 16, sum_of(ipv6_of(ip->to)->octet, 16, fixed));
}

/* Where the packet ends, as an IPv6 header says that is before the frame does. */
static size_t packet_end(const struct octets *frame, const struct packet *packet, size_t start)
{
	const struct ip_fields *ip = &packet->ip;

	return packet->type == TYPE_IPV6 && !ip->extensions[0] && ip->total &&
	                       start + ip->total < frame->length
	               ? start + ip->total
	               : frame->length;
}

/* Of those that the packet has from the transport header on: what is after UDP's end is not. */
static size_t summed_octets(const struct packet *packet, size_t octets)
{
	const size_t says =
		packet->ip.protocol == UDP ? value_or(packet->ip.udp_length, octets) : 0;

	return says >= UDP_OCTETS && says < octets ? says : octets;
}

/* `start`: of the transport header, with all its data. */
static void transport_sum(struct octets *frame, const struct packet *packet, size_t start)
{
	const struct transport *transport = &transports[packet->ip.protocol];
	const size_t octets = summed_octets(packet, packet_end(frame, packet, start) - start);
	const size_t data = start + transport->octets;
	const uint16_t pseudo = pseudo_sum(packet, octets);
	const uint16_t whole = ~sum_of(frame->at + start, octets, pseudo);
	const uint16_t checksums[] = {
		[WHOLE] = whole, [PARTIAL] = pseudo, [ALL_ONES] = 0xffff, [WRONG] = whole ^ 1
	};

	if (packet->ip.checksum == SUM_OF_0)
		set16(frame, data, sum_of(frame->at + data, 2, whole));
	else if (transport->checksum_at && packet->ip.checksum != ABSENT)
		set16(frame, start + transport->checksum_at, checksums[packet->ip.checksum]);
}

static void ip_put(struct octets *frame, const struct packet *packet)
{
	const struct ip_fields *ip = &packet->ip;
	const struct transport *transport = &transports[ip->protocol];
	const size_t start = frame->length;
	size_t at;

	if (packet->type == TYPE_IPV4) {
		ipv4_put(frame, ip, transport->octets);
	} else {
		ipv6_put(frame, ip);
		extensions_put(frame, ip);
	}
	at = frame->length;
	transport->put(frame, ip);
	if (ip->dhcp.op)
		dhcp_put(frame, &ip->dhcp, ip->data);
	else
		put_data(frame, ip->data);
	if (packet->type == TYPE_IPV6)
		set16(frame, start + 4, value_or(ip->total, frame->length - start - IPV6_OCTETS));
	transport_sum(frame, packet, at);
}

void packet_build(struct octets *frame, const struct packet *packet, const struct tags *tags)
{
	frame->length = 0;
	ether_put(frame, packet, tags);
	if (packet->type == TYPE_ARP)
		arp_put(frame, &packet->arp);
	else if (packet->type == TYPE_IPV4 || packet->type == TYPE_IPV6)
		ip_put(frame, packet);
	else
		put_data(frame, packet->ip.data);
}
