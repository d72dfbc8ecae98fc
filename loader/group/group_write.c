// SPDX-License-Identifier: GPL-2.0-or-later
/* The messages that the proxy sends. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/igmp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <string.h>

#include "group/group_message.h"

enum { IGMP_V3_REPORT = 0x22, MLD_V2_REPORT = 143 };
enum { IS_INCLUDE = 1, IS_EXCLUDE = 2 };
enum { HOPS = 1, PRECEDENCE = 0xc0 /* RFC 3376, 4: Internetwork Control */ };
enum { DONT_FRAGMENT = 0x4000 };

/* Of a query to one host: it answers within a second, all at once. */
enum { RESPONSE_DECISECONDS = 10, RESPONSE_MS = 1000 };
enum { ROBUSTNESS = 2, INTERVAL = 125 /* s: the defaults of both RFCs */ };

/* RFC 2113, and RFC 2711 with what is before it in a hop-by-hop header and padding behind it. */
static const uint8_t alert_v4[] = { 0x94, 4, 0, 0 };
static const uint8_t alert_v6[] = { IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0 };

/* A record has 20 octets and 16 for each source: all that a host may have fits. */
struct body {
	uint8_t octets[8 + GROUP_MEMBERSHIPS * 36];
	size_t length;
};

static void add_octets(struct body *body, const void *octets, size_t length)
{
	memcpy(body->octets + body->length, octets, length);
	body->length += length;
}

static void put16(uint8_t *at, size_t number)
{
	const uint16_t value = htons((uint16_t)number);

	memcpy(at, &value, sizeof(value));
}

static void add_address(struct body *body, const struct ipv6 *address, bool is_ipv6)
{
	const struct ipv4 v4 = ip_to_ipv4(address);

	add_octets(body, is_ipv6 ? (const void *)address : &v4,
	           is_ipv6 ? sizeof(*address) : sizeof(v4));
}

/* RFC 1112, 6.4; RFC 2464, 7 */
static struct mac mac_of_group(const struct ipv6 *group)
{
	const uint8_t *o = group->octet;

	return ip_is_ipv4(group) ? (struct mac){ { 1, 0, 0x5e, o[13] & 0x7f, o[14], o[15] } }
	                         : (struct mac){ { 0x33, 0x33, o[12], o[13], o[14], o[15] } };
}

static void add_ipv4(struct packet *packet, const struct ipv6 *source, const struct ipv6 *to,
                     struct body *body)
{
	const struct ipv4 source4 = ip_to_ipv4(source), to4 = ip_to_ipv4(to);
	uint8_t octets[sizeof(struct ip) + sizeof(alert_v4)];
	struct ip ip = {
		.ip_v = 4,
		.ip_hl = sizeof(octets) / 4,
		.ip_tos = PRECEDENCE,
		.ip_len = htons((uint16_t)(sizeof(octets) + body->length)),
		.ip_off = htons(DONT_FRAGMENT),
		.ip_ttl = HOPS,
		.ip_p = IPPROTO_IGMP,
	};

	memcpy(&ip.ip_src, &source4, sizeof(source4));
	memcpy(&ip.ip_dst, &to4, sizeof(to4));
	memcpy(octets, &ip, sizeof(ip));
	memcpy(octets + sizeof(ip), alert_v4, sizeof(alert_v4));
	ip.ip_sum = internet_checksum(octets, sizeof(octets));
	memcpy(octets, &ip, sizeof(ip));
	put16(body->octets + 2, ntohs(internet_checksum(body->octets, body->length)));
	packet_add(packet, octets, sizeof(octets));
}

static void add_ipv6(struct packet *packet, const struct ipv6 *source, const struct ipv6 *to,
                     struct body *body)
{
	struct ip6_hdr ip = {
		.ip6_flow = htonl(6U << 28),
		.ip6_plen = htons((uint16_t)(sizeof(alert_v6) + body->length)),
		.ip6_nxt = IPPROTO_HOPOPTS,
		.ip6_hlim = HOPS,
	};

	memcpy(&ip.ip6_src, source, sizeof(*source));
	memcpy(&ip.ip6_dst, to, sizeof(*to));
	put16(body->octets + 2, ntohs(icmpv6_checksum(source, to, body->octets, body->length)));
	packet_add(packet, &ip, sizeof(ip));
	packet_add(packet, alert_v6, sizeof(alert_v6));
}

static void write_body(struct packet *packet, const struct group_sender *from,
                       const struct mac *mac, const struct ipv6 *to, struct body *body)
{
	const bool is_ipv6 = !ip_is_ipv4(to);

	packet_start(packet, mac, &from->mac, from->vlan, is_ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	if (is_ipv6)
		add_ipv6(packet, &from->source, to, body);
	else
		add_ipv4(packet, &from->source, to, body);
	packet_add(packet, body->octets, body->length);
}

static struct body body_of(uint8_t type, uint16_t code_at_4)
{
	struct body body = { .octets = { type, 0, 0, 0, (uint8_t)(code_at_4 >> 8),
		                         (uint8_t)code_at_4 } };

	return body;
}

static void write_single(struct packet *packet, const struct group_sender *from,
                         enum group_version version, const struct ipv6 *group)
{
	const bool is_ipv6 = !ip_is_ipv4(group);
	const struct mac mac = mac_of_group(group);
	struct body body = body_of(is_ipv6                      ? MLD_LISTENER_REPORT
	                           : version == GROUP_VERSION_1 ? IGMP_V1_MEMBERSHIP_REPORT
	                                                        : IGMP_V2_MEMBERSHIP_REPORT,
	                           0);

	body.length = is_ipv6 ? 8 : 4;
	add_address(&body, group, is_ipv6);
	write_body(packet, from, &mac, group, &body);
}

/* One group, of the first memberships; how many these are. */
static size_t add_record(struct body *body, const struct group_membership *first, size_t count,
                         bool is_ipv6)
{
	const size_t at = body->length;
	const bool any = !ip_is_set(&first->source);
	size_t i = 0;

	body->length += 4;
	add_address(body, &first->group, is_ipv6);
	for (; i < count && ip_equal(&first[i].group, &first->group); i++)
		if (!any)
			add_address(body, &first[i].source, is_ipv6);
	body->octets[at] = any ? IS_EXCLUDE : IS_INCLUDE;
	put16(body->octets + at + 2, any ? 0 : i);
	return i;
}

void group_write_report(struct packet *packet, const struct group_sender *from,
                        enum group_version version, const struct group_membership *memberships,
                        size_t count)
{
	const bool is_ipv6 = !ip_is_ipv4(&memberships->group);
	const struct ipv6 to = is_ipv6 ? (struct ipv6){ { 0xff, 2, [15] = 22 } }
	                               : ipv4_mapped((struct ipv4){ { 224, 0, 0, 22 } });
	const struct mac mac = mac_of_group(&to);
	struct body body = body_of(is_ipv6 ? MLD_V2_REPORT : IGMP_V3_REPORT, 0);
	size_t records = 0;

	if (version < GROUP_VERSION_3) {
		write_single(packet, from, version, &memberships->group);
		return;
	}
	body.length = 8;
	for (size_t i = 0; i < count; records++)
		i += add_record(&body, memberships + i, count - i, is_ipv6);
	put16(body.octets + 6, records);
	write_body(packet, from, &mac, &to, &body);
}

void group_write_query(struct packet *packet, const struct group_sender *from, const struct mac *to)
{
	const bool is_ipv6 = !ip_is_ipv4(&from->source);
	const struct ipv6 all = is_ipv6 ? (struct ipv6){ { 0xff, 2, [15] = 1 } }
	                                : ipv4_mapped((struct ipv4){ { 224, 0, 0, 1 } });
	struct body body = is_ipv6 ? body_of(MLD_LISTENER_QUERY, RESPONSE_MS)
	                           : body_of(IGMP_MEMBERSHIP_QUERY, 0);
	const uint8_t rest[] = { ROBUSTNESS, INTERVAL, 0, 0 }; /* no source */

	if (!is_ipv6)
		body.octets[1] = RESPONSE_DECISECONDS;
	body.length = is_ipv6 ? 24 : 8;
	add_octets(&body, rest, sizeof(rest));
	write_body(packet, from, to, &all, &body);
}
