// SPDX-License-Identifier: GPL-2.0-or-later
#include "group/group_message.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/igmp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <string.h>

enum { IGMP_V3_REPORT = 0x22, MLD_V2_REPORT = 143 };
enum { IGMP_HEADER = 8, IGMP_V3_QUERY = 12, MLD_HEADER = 24, MLD_V2_QUERY = 28 };
enum { REPORT_HEADER = 8, RECORD_HEADER = 4 };
enum { HOPS = 1 };
enum { RESPONSE_V1 = 10000, DECISECOND = 100 }; /* ms */

enum record_type {
	RECORD_IS_INCLUDE = 1,
	RECORD_IS_EXCLUDE,
	RECORD_TO_INCLUDE,
	RECORD_TO_EXCLUDE,
	RECORD_ALLOW,
	RECORD_BLOCK,
};

/* Of a router alert option (RFC 2113, RFC 2711), both with the value 0. */
enum { ALERT_V4 = 0x94, ALERT_V4_LENGTH = 4, ALERT_V6 = 5, ALERT_V6_LENGTH = 2 };
enum { OPTION_END = 0, OPTION_PAD = 1, OPTION_NOP = 1 };

static const struct ipv4 all_hosts = { { 224, 0, 0, 1 } };
static const struct ipv6 all_nodes = { { 0xff, 2, [15] = 1 } };

/* What is behind the IP headers, and what these say. */
struct payload {
	const uint8_t *octets;
	size_t length;
	bool is_ipv6, has_alert;
	struct ipv6 source, destination;
	struct group_message *message;
};

static uint16_t number_at(const uint8_t *octets)
{
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

static struct ipv6 ipv4_at(const uint8_t *octets)
{
	struct ipv4 address;

	memcpy(&address, octets, sizeof(address));
	return ipv4_mapped(address);
}

static struct ipv6 ipv6_at(const uint8_t *octets)
{
	struct ipv6 address;

	memcpy(&address, octets, sizeof(address));
	return address;
}

static struct ipv6 address_at(const struct payload *payload, const uint8_t *octets)
{
	return payload->is_ipv6 ? ipv6_at(octets) : ipv4_at(octets);
}

/* From 128, or 32768, on: a mantissa and an exponent (RFC 3376, 4.1.1; RFC 3810, 5.1.3). */
static uint32_t floating8(uint8_t code)
{
	return code < 0x80 ? code : (uint32_t)((code & 0xf) | 0x10) << ((code >> 4 & 7) + 3);
}

static uint32_t floating16(uint16_t code)
{
	return code < 0x8000 ? code : (uint32_t)((code & 0xfff) | 0x1000) << ((code >> 12 & 7) + 3);
}

static bool has_alert_v4(const uint8_t *options, size_t length)
{
	for (size_t at = 0; at < length && options[at] != OPTION_END;) {
		if (options[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= length || options[at + 1] < 2 || options[at + 1] > length - at)
			return false;
		if (options[at] == ALERT_V4 && options[at + 1] == ALERT_V4_LENGTH)
			return true;
		at += options[at + 1];
	}
	return false;
}

static bool has_alert_v6(const uint8_t *options, size_t length)
{
	for (size_t at = 0; at < length;) {
		if (options[at] == 0) { /* Pad1 */
			at++;
			continue;
		}
		if (at + 2 > length || options[at + 1] > length - at - 2)
			return false;
		if (options[at] == ALERT_V6 && options[at + 1] == ALERT_V6_LENGTH)
			return number_at(options + at + 2) == 0;
		at += 2u + options[at + 1];
	}
	return false;
}

/* A TTL of 1 only says that no router has passed it on, as it would have reached 0 there. */
static bool read_ipv4(const uint8_t *octets, size_t length, struct payload *payload)
{
	struct ip ip;
	size_t header;

	if (length < sizeof(ip))
		return false;
	memcpy(&ip, octets, sizeof(ip));
	header = ip.ip_hl * 4UL;
	if (ip.ip_v != 4 || header < sizeof(ip) || ntohs(ip.ip_len) > length ||
	    header + IGMP_HEADER > ntohs(ip.ip_len) || ip.ip_p != IPPROTO_IGMP ||
	    ip.ip_ttl != HOPS || ntohs(ip.ip_off) & (IP_MF | IP_OFFMASK) ||
	    internet_checksum(octets, header))
		return false;
	payload->octets = octets + header;
	payload->length = ntohs(ip.ip_len) - header;
	payload->source = ipv4_at(octets + offsetof(struct ip, ip_src));
	payload->destination = ipv4_at(octets + offsetof(struct ip, ip_dst));
	payload->has_alert = has_alert_v4(octets + sizeof(ip), header - sizeof(ip));
	return !internet_checksum(payload->octets, payload->length);
}

/* All of MLD has a hop-by-hop header with a router alert (RFC 2710, 3; RFC 3810, 5). */
static bool read_ipv6(const uint8_t *octets, size_t length, struct payload *payload)
{
	const uint8_t *options = octets + sizeof(struct ip6_hdr);
	struct ip6_hdr ip;
	size_t header, rest;

	if (length < sizeof(ip) + 8)
		return false;
	memcpy(&ip, octets, sizeof(ip));
	rest = ntohs(ip.ip6_plen);
	header = 8 * (options[1] + 1UL);
	if (octets[0] >> 4 != 6 || ip.ip6_nxt != IPPROTO_HOPOPTS || ip.ip6_hlim != HOPS ||
	    rest > length - sizeof(ip) || header + REPORT_HEADER > rest ||
	    options[0] != IPPROTO_ICMPV6)
		return false;
	payload->octets = options + header;
	payload->length = rest - header;
	payload->source = ipv6_at(octets + offsetof(struct ip6_hdr, ip6_src));
	payload->destination = ipv6_at(octets + offsetof(struct ip6_hdr, ip6_dst));
	payload->has_alert = has_alert_v6(options + 2, header - 2);
	return payload->has_alert &&
	       (ip_is_link_local(&payload->source) || !ip_is_set(&payload->source)) &&
	       !icmpv6_checksum(&payload->source, &payload->destination, payload->octets,
	                        payload->length);
}

/* Not where MLD names a mapped IPv4 address. */
static bool is_of_family(const struct ipv6 *address, bool is_ipv6)
{
	return ip_is_ipv4(address) != is_ipv6;
}

static void add(struct payload *payload, const struct ipv6 *group, const struct ipv6 *source,
                bool joins)
{
	static const struct ipv6 any;
	struct group_message *message = payload->message;

	if (message->change_count == GROUP_CHANGES || !group_is_reported(group) ||
	    !is_of_family(group, payload->is_ipv6) ||
	    (source && !is_of_family(source, payload->is_ipv6)))
		return;
	message->changes[message->change_count++] = (struct group_change){
		.group = *group,
		.source = source ? *source : any,
		.joins = joins,
	};
}

static void add_sources(struct payload *payload, const struct ipv6 *group, const uint8_t *sources,
                        size_t count, bool joins)
{
	const size_t size = payload->is_ipv6 ? sizeof(struct ipv6) : sizeof(struct ipv4);

	for (size_t i = 0; i < count; i++) {
		const struct ipv6 source = address_at(payload, sources + i * size);

		if (ip_is_set(&source))
			add(payload, group, &source, joins);
	}
}

static void add_record(struct payload *payload, uint8_t type, const struct ipv6 *group,
                       const uint8_t *sources, size_t count)
{
	switch (type) {
	case RECORD_IS_EXCLUDE:
	case RECORD_TO_EXCLUDE:
		add(payload, group, NULL, true);
		break;
	case RECORD_IS_INCLUDE:
	case RECORD_TO_INCLUDE:
		add(payload, group, NULL, false);
		add_sources(payload, group, sources, count, true);
		break;
	case RECORD_ALLOW:
	case RECORD_BLOCK:
		add_sources(payload, group, sources, count, type == RECORD_ALLOW);
		break;
	default: /* RFC 3376, 4.2.12: ignored */
		break;
	}
}

/* False: a record is cut short. */
static bool read_records(struct payload *payload)
{
	const size_t size = payload->is_ipv6 ? sizeof(struct ipv6) : sizeof(struct ipv4);
	size_t at = REPORT_HEADER, records = number_at(payload->octets + 6);

	while (records--) {
		const uint8_t *record = payload->octets + at;
		const uint8_t *sources = record + RECORD_HEADER + size;
		size_t count, whole;
		struct ipv6 group;

		if (payload->length - at < RECORD_HEADER + size)
			return false;
		count = number_at(record + 2);
		whole = RECORD_HEADER + size + count * size + record[1] * 4UL;
		if (payload->length - at < whole)
			return false;
		group = address_at(payload, record + RECORD_HEADER);
		add_record(payload, record[0], &group, sources, count);
		at += whole;
	}
	return true;
}

/* Of all groups to all hosts, of one to that one: others are not accepted (RFC 3376, 9.1). */
static bool read_query(struct payload *payload, const struct ipv6 *all, size_t group_at)
{
	static const struct ipv4 no_ipv4;
	static const struct ipv6 no_ipv6;
	struct group_message *message = payload->message;
	const struct ipv6 group = address_at(payload, payload->octets + group_at);
	const struct ipv6 none = payload->is_ipv6 ? no_ipv6 : ipv4_mapped(no_ipv4);
	const bool is_general = ip_equal(&group, &none);

	message->is_query = true;
	if (!is_general)
		message->group = group;
	return ip_equal(&payload->destination, is_general ? all : &group) &&
	       (is_general || (ip_is_multicast(&group) && is_of_family(&group, payload->is_ipv6)));
}

static bool read_igmp_query(struct payload *payload)
{
	struct group_message *message = payload->message;
	const struct ipv6 all = ipv4_mapped(all_hosts);
	const uint8_t code = payload->octets[1];

	if (payload->length >= IGMP_V3_QUERY) {
		message->version = GROUP_VERSION_3;
		message->max_response_ms = floating8(code) * DECISECOND;
	} else if (payload->length != IGMP_HEADER) {
		return false; /* RFC 3376, 7.1 */
	} else {
		message->version = code ? GROUP_VERSION_2 : GROUP_VERSION_1;
		message->max_response_ms = code ? code * DECISECOND : RESPONSE_V1;
	}
	return (payload->has_alert || message->version == GROUP_VERSION_1) &&
	       read_query(payload, &all, 4);
}

static bool read_mld_query(struct payload *payload)
{
	struct group_message *message = payload->message;
	const uint16_t code = number_at(payload->octets + 4);

	if (payload->length < MLD_HEADER || !ip_is_link_local(&payload->source))
		return false;
	message->version = payload->length >= MLD_V2_QUERY ? GROUP_VERSION_3 : GROUP_VERSION_2;
	message->max_response_ms = message->version == GROUP_VERSION_3 ? floating16(code) : code;
	return read_query(payload, &all_nodes, 8);
}

/* Of the versions with a group in each. */
static bool read_single(struct payload *payload, enum group_version version, size_t group_at,
                        bool joins)
{
	struct ipv6 group;

	if (payload->length < group_at + (payload->is_ipv6 ? 16 : 4))
		return false;
	group = address_at(payload, payload->octets + group_at);
	payload->message->version = version;
	add(payload, &group, NULL, joins);
	return !joins || ip_equal(&payload->destination, &group);
}

static bool read_listed(struct payload *payload)
{
	payload->message->version = GROUP_VERSION_3;
	return payload->has_alert && read_records(payload);
}

static enum group_parse_error error_of(bool is_right)
{
	return is_right ? GROUP_PARSE_ERROR_NONE : GROUP_PARSE_ERROR_INVALID;
}

static enum group_parse_error read_igmp(struct payload *payload)
{
	switch (payload->octets[0]) {
	case IGMP_MEMBERSHIP_QUERY:
		return error_of(read_igmp_query(payload));
	case IGMP_V1_MEMBERSHIP_REPORT:
		return error_of(read_single(payload, GROUP_VERSION_1, 4, true));
	case IGMP_V2_MEMBERSHIP_REPORT:
		return error_of(read_single(payload, GROUP_VERSION_2, 4, true));
	case IGMP_V2_LEAVE_GROUP:
		return error_of(read_single(payload, GROUP_VERSION_2, 4, false));
	case IGMP_V3_REPORT:
		return error_of(read_listed(payload));
	default:
		return GROUP_PARSE_ERROR_OTHER;
	}
}

static enum group_parse_error read_mld(struct payload *payload)
{
	switch (payload->octets[0]) {
	case MLD_LISTENER_QUERY:
		return error_of(read_mld_query(payload));
	case MLD_LISTENER_REPORT:
		return error_of(read_single(payload, GROUP_VERSION_2, 8, true));
	case MLD_LISTENER_REDUCTION:
		return error_of(read_single(payload, GROUP_VERSION_2, 8, false));
	case MLD_V2_REPORT:
		return error_of(read_listed(payload));
	default:
		return GROUP_PARSE_ERROR_OTHER;
	}
}

enum group_parse_error group_message_read(const uint8_t *octets, size_t length,
                                          struct group_message *message)
{
	struct payload payload = { .message = message };
	enum group_parse_error error = GROUP_PARSE_ERROR_INVALID;

	memset(message, 0, sizeof(*message));
	payload.is_ipv6 = length && octets[0] >> 4 == 6;
	if (payload.is_ipv6 ? read_ipv6(octets, length, &payload)
	                    : read_ipv4(octets, length, &payload)) {
		message->is_ipv6 = payload.is_ipv6;
		message->source = payload.source;
		error = payload.is_ipv6 ? read_mld(&payload) : read_igmp(&payload);
	}
	if (error)
		memset(message, 0, sizeof(*message));
	return error;
}

static bool check_change(const struct group_change *change, bool is_ipv6)
{
	return change->joins <= 1 && is_of_family(&change->group, is_ipv6) &&
	       group_is_reported(&change->group) &&
	       (!ip_is_set(&change->source) || is_of_family(&change->source, is_ipv6));
}

bool group_message_check(unsigned int error, const struct group_message *message)
{
	const bool is_ipv6 = message->is_ipv6;
	static const struct group_message none;

	if (error)
		return error < GROUP_PARSE_ERROR_COUNT && !memcmp(message, &none, sizeof(none));
	if (message->is_query > 1 || message->is_ipv6 > 1 ||
	    message->version < GROUP_VERSION_1 + is_ipv6 || message->version > GROUP_VERSION_3 ||
	    message->change_count > (message->is_query ? 0 : GROUP_CHANGES) ||
	    (ip_is_set(&message->group) &&
	     (!is_of_family(&message->group, is_ipv6) || !ip_is_multicast(&message->group))))
		return false;
	for (size_t i = 0; i < message->change_count; i++)
		if (!check_change(&message->changes[i], is_ipv6))
			return false;
	return true;
}
