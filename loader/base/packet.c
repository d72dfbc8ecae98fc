// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

enum { DONT_FRAGMENT = 0x4000, TTL = 64, HOP_LIMIT_OF_LINK = 255 };

void packet_start(struct packet *packet, const struct mac *to, const struct mac *from,
                  uint16_t vlan, uint16_t ethertype)
{
	const uint16_t tag[] = { htons(ETH_P_8021Q), htons(vlan) };
	const uint16_t type = htons(ethertype);

	memset(packet, 0, sizeof(*packet));
	packet_add(packet, to, sizeof(*to));
	packet_add(packet, from, sizeof(*from));
	if (vlan)
		packet_add(packet, tag, sizeof(tag));
	packet_add(packet, &type, sizeof(type));
}

void packet_add(struct packet *packet, const void *data, size_t length)
{
	if (length > sizeof(packet->octets) - packet->length) {
		packet->overflow = true;
		return;
	}
	memcpy(packet->octets + packet->length, data, length);
	packet->length += length;
}

/*
 * RFC 1071: continues a sum with these octets. An odd length may only come last. Of a header with
 * bit-fields clang's analyzer takes some octets for garbage.
 */
static uint32_t sum(uint32_t so_far, const void *data, size_t length)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i + 1 < length; i += 2)
		/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		so_far += (uint32_t)octets[i] << 8 | octets[i + 1];
	if (length % 2)
		so_far += (uint32_t)octets[length - 1] << 8;
	return so_far;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

uint16_t internet_checksum(const void *data, size_t length)
{
	return folded(sum(0, data, length));
}

uint16_t icmpv6_checksum(const struct ipv6 *source, const struct ipv6 *destination,
                         const void *message, size_t length)
{
	uint32_t total = sum(IPPROTO_ICMPV6 + (uint32_t)length, source, sizeof(*source));

	total = sum(total, destination, sizeof(*destination));
	return folded(sum(total, message, length));
}

void checksum_complete(const struct ipv6 *source, const struct ipv6 *destination, uint8_t protocol,
                       uint8_t *transport, size_t length)
{
	const size_t at = protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check)
	                                          : offsetof(struct udphdr, check);
	const uint32_t addresses =
		sum(sum(0, source, sizeof(*source)), destination, sizeof(*destination));
	const uint16_t pseudo = ~folded(addresses + protocol + (uint32_t)length);
	uint16_t check;

	if ((protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) || length < at + sizeof(check))
		return;
	memcpy(&check, transport + at, sizeof(check));
	if (check != pseudo)
		return;
	check = folded(sum(0, transport, length));
	if (!check && protocol == IPPROTO_UDP) /* where 0 is none */
		check = 0xffff;
	memcpy(transport + at, &check, sizeof(check));
}

static struct iphdr ip_header(struct ipv4 source, struct ipv4 destination, uint8_t protocol,
                              size_t length)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons((uint16_t)(sizeof(ip) + length)),
		.frag_off = htons(DONT_FRAGMENT), /* so no identification is needed (RFC 6864) */
		.ttl = TTL,
		.protocol = protocol,
	};

	memcpy(&ip.saddr, &source, sizeof(ip.saddr));
	memcpy(&ip.daddr, &destination, sizeof(ip.daddr));
	ip.check = internet_checksum(&ip, sizeof(ip));
	return ip;
}

static struct udphdr udp_header(uint16_t source, uint16_t destination, size_t length)
{
	return (struct udphdr){
		.source = htons(source),
		.dest = htons(destination),
		.len = htons((uint16_t)(sizeof(struct udphdr) + length)),
	};
}

/* RFC 768: `total` is of the addresses; 0 would mean that there is no checksum. */
static uint16_t udp_checksum(uint32_t total, const struct udphdr *udp, const void *payload,
                             size_t length)
{
	uint16_t check;

	total = sum(total + IPPROTO_UDP + ntohs(udp->len), udp, sizeof(*udp));
	check = folded(sum(total, payload, length));
	return check ? check : 0xffff;
}

void packet_add_udp(struct packet *packet, const struct udp_ends *ends, const void *payload,
                    size_t length)
{
	struct udphdr udp = udp_header(ends->source_port, ends->destination_port, length);
	const struct iphdr ip =
		ip_header(ends->source, ends->destination, IPPROTO_UDP, sizeof(udp) + length);
	const uint32_t addresses = sum(sum(0, &ends->source, sizeof(ends->source)),
	                               &ends->destination, sizeof(ends->destination));

	udp.check = udp_checksum(addresses, &udp, payload, length);
	packet_add(packet, &ip, sizeof(ip));
	packet_add(packet, &udp, sizeof(udp));
	packet_add(packet, payload, length);
}

static void add_ipv6(struct packet *packet, const struct ipv6 *source,
                     const struct ipv6 *destination, struct ipv6hdr ip)
{
	ip.version = 6;
	memcpy(&ip.saddr, source, sizeof(ip.saddr));
	memcpy(&ip.daddr, destination, sizeof(ip.daddr));
	packet_add(packet, &ip, sizeof(ip));
}

void packet_add_udp6(struct packet *packet, const struct udp6_ends *ends, const void *payload,
                     size_t length)
{
	struct udphdr udp = udp_header(ends->source_port, ends->destination_port, length);
	const uint32_t addresses = sum(sum(0, &ends->source, sizeof(ends->source)),
	                               &ends->destination, sizeof(ends->destination));

	udp.check = udp_checksum(addresses, &udp, payload, length);
	add_ipv6(packet, &ends->source, &ends->destination,
	         (struct ipv6hdr){
			 .payload_len = udp.len, .nexthdr = IPPROTO_UDP, .hop_limit = TTL });
	packet_add(packet, &udp, sizeof(udp));
	packet_add(packet, payload, length);
}

void packet_add_icmp(struct packet *packet, struct ipv4 source, struct ipv4 destination,
                     const void *message, size_t length)
{
	const struct iphdr ip = ip_header(source, destination, IPPROTO_ICMP, length);

	packet_add(packet, &ip, sizeof(ip));
	packet_add(packet, message, length);
}

void packet_add_icmp6(struct packet *packet, const struct ipv6 *source,
                      const struct ipv6 *destination, const void *message, size_t length)
{
	const size_t at =
		packet->length + sizeof(struct ipv6hdr) + offsetof(struct icmp6hdr, icmp6_cksum);
	const uint32_t addresses =
		sum(sum(0, source, sizeof(*source)), destination, sizeof(*destination));
	const uint16_t check =
		folded(sum(addresses + IPPROTO_ICMPV6 + (uint32_t)length, message, length));

	add_ipv6(packet, source, destination,
	         (struct ipv6hdr){ .payload_len = htons((uint16_t)length),
	                           .nexthdr = IPPROTO_ICMPV6,
	                           .hop_limit = HOP_LIMIT_OF_LINK });
	packet_add(packet, message, length);
	if (!packet->overflow)
		memcpy(packet->octets + at, &check, sizeof(check));
}
