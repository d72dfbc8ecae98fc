// SPDX-License-Identifier: GPL-2.0-or-later
/* IGMP and MLD as they are read: every message, every error; and as they are written. */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "group/group_message.h"
#include "support_octets.h"

enum { IGMP = 2, HOP_BY_HOP = 0, ICMPV6 = 58, MESSAGE_MAX = 160 };

static struct ipv6 ip(const char *text)
{
	struct ipv6 address = { { 0 } };

	assert_int_equal(text_to_ip(text, &address), 0);
	return address;
}

/* What is wrong with a packet. */
enum flaw { NONE, NO_ALERT, HOPS_2, BAD_SUM, BAD_IP_SUM, FRAGMENT, OTHER_PROTOCOL, CUT };

struct packet_case {
	const char *shows, *source, *destination, *payload; /* in hexadecimal, without its sum */
	const char
		*said; /* "2 query 10000 all", "3 +239.1.2.3 -239.1.2.4/192.0.2.1"; or an error */
	enum flaw flaw;
};

static void set_sum(uint8_t *payload, size_t length, uint16_t pseudo, bool is_bad)
{
	const uint16_t sum = (uint16_t)~ones_sum(pseudo, payload, length) ^ is_bad;

	payload[2] = (uint8_t)(sum >> 8);
	payload[3] = (uint8_t)sum;
}

static size_t read_hex(const char *text, uint8_t *octets)
{
	size_t length = 0;
	unsigned int octet;
	int used;

	for (; sscanf(text, " %2x%n", &octet, &used) == 1; text += used)
		octets[length++] = (uint8_t)octet;
	return length;
}

static void make_ipv4(struct octets *packet, const struct packet_case *c, const uint8_t *payload,
                      size_t length)
{
	const struct ipv6 source = ip(c->source), destination = ip(c->destination);
	const uint8_t header = c->flaw == NO_ALERT ? 20 : 24;
	uint16_t sum;

	ADD(packet, (uint8_t)(0x40 | header / 4), 0, 0, (uint8_t)(header + length), 0, 0,
	    c->flaw == FRAGMENT ? 0x20 : 0, 0, c->flaw == HOPS_2 ? 2 : 1,
	    c->flaw == OTHER_PROTOCOL ? 17 : IGMP, 0, 0);
	add(packet, source.octet + 12, 4);
	add(packet, destination.octet + 12, 4);
	ADD(packet, 0x94, 4, 0, 0);
	packet->length = header;
	sum = (uint16_t)~ones_sum(0, packet->at, header) ^ (c->flaw == BAD_IP_SUM);
	PUT(packet, 10, (uint8_t)(sum >> 8), (uint8_t)sum);
	add(packet, payload, length);
}

static void make_ipv6(struct octets *packet, const struct packet_case *c, const uint8_t *payload,
                      size_t length)
{
	const struct ipv6 source = ip(c->source), destination = ip(c->destination);

	ADD(packet, 0x60, 0, 0, 0, 0, (uint8_t)(8 + length), HOP_BY_HOP, c->flaw == HOPS_2 ? 2 : 1);
	add(packet, &source, 16);
	add(packet, &destination, 16);
	ADD(packet, c->flaw == OTHER_PROTOCOL ? 17 : ICMPV6, 0, c->flaw == NO_ALERT ? 1 : 5, 2, 0,
	    0, 1, 0);
	add(packet, payload, length);
}

static struct octets packet_of(const struct packet_case *c)
{
	const struct ipv6 source = ip(c->source), destination = ip(c->destination);
	struct octets packet = { .length = 0 };
	uint8_t payload[MESSAGE_MAX];
	const size_t length = read_hex(c->payload, payload);
	uint16_t pseudo = (uint16_t)(ICMPV6 + length);

	if (ip_is_ipv4(&destination)) {
		set_sum(payload, length, 0, c->flaw == BAD_SUM);
		make_ipv4(&packet, c, payload, length);
	} else {
		pseudo = ones_sum(ones_sum(pseudo, source.octet, 16), destination.octet, 16);
		set_sum(payload, length, pseudo, c->flaw == BAD_SUM);
		make_ipv6(&packet, c, payload, length);
	}
	packet.length -= c->flaw == CUT;
	return packet;
}

static void append(char *text, const char *mark, const struct ipv6 *address)
{
	char ip_text[TEXT_IP];

	sprintf(text + strlen(text), "%s%s", mark, text_from_ip(address, ip_text));
}

static const char *text_of(const struct group_message *message)
{
	static char text[4000];

	sprintf(text, "%d", message->version);
	if (message->is_query) {
		sprintf(text + 1, " query %u", message->max_response_ms);
		if (ip_is_set(&message->group))
			append(text, " ", &message->group);
		else
			strcat(text, " all");
	}
	for (size_t i = 0; i < message->change_count; i++) {
		const struct group_change *change = &message->changes[i];

		append(text, change->joins ? " +" : " -", &change->group);
		if (ip_is_set(&change->source))
			append(text, "/", &change->source);
	}
	return text;
}

#define ALL_4 "224.0.0.1"
#define ALL_6 "ff02::1"
#define Q4 "192.0.2.1", ALL_4
#define Q6 "fe80::1", ALL_6
#define V3 "192.0.2.20", "224.0.0.22"
#define M2 "fe80::20", "ff02::16"
#define NO_6 "00000000000000000000000000000000"
#define G6 "ff050000000000000000000000010003"
#define INVALID "invalid"

/* clang-format off */
static const struct packet_case cases[] = {
	{ "IGMPv1's query has no time, and no alert", Q4, "1100 0000 00000000", "1 query 10000 all", NO_ALERT },
	{ "IGMPv2's query", Q4, "1164 0000 00000000", "2 query 10000 all", NONE },
	{ "… for one group", "192.0.2.1", "239.1.2.3", "110a 0000 ef010203", "2 query 1000 239.1.2.3", NONE },
	{ "IGMPv3's query", Q4, "1164 0000 00000000 027d 0000", "3 query 10000 all", NONE },
	{ "… with a long time", Q4, "118f 0000 00000000 027d 0000", "3 query 24800 all", NONE },
	{ "… for sources of a group", "192.0.2.1", "239.1.2.3", "110a 0000 ef010203 027d 0001 0a000001", "3 query 1000 239.1.2.3", NONE },
	{ "a query of no querier, by a switch", "0.0.0.0", ALL_4, "1164 0000 00000000", "2 query 10000 all", NONE },
	{ "MLDv1's query", Q6, "82000000 2710 0000" NO_6, "2 query 10000 all", NONE },
	{ "… for one group", "fe80::1", "ff05::1:3", "82000000 03e8 0000" G6, "2 query 1000 ff05::1:3", NONE },
	{ "MLDv2's query", Q6, "82000000 2710 0000" NO_6 "027d0000", "3 query 10000 all", NONE },
	{ "… with a long time", Q6, "82000000 8fff 0000" NO_6 "027d0000", "3 query 65528 all", NONE },
	{ "IGMPv1's report", "192.0.2.20", "239.1.2.3", "1200 0000 ef010203", "1 +239.1.2.3", NO_ALERT },
	{ "IGMPv2's report", "192.0.2.20", "239.1.2.3", "1600 0000 ef010203", "2 +239.1.2.3", NONE },
	{ "IGMPv2's leave", "192.0.2.20", "224.0.0.2", "1700 0000 ef010203", "2 -239.1.2.3", NONE },
	{ "IGMPv3: all sources, few, none", V3, "2200 0000 0000 0003"
	  "02 00 0000 ef010203  01 00 0002 ef010204 0a000001 0a000002  03 00 0000 ef010205",
	  "3 +239.1.2.3 -239.1.2.4 +239.1.2.4/10.0.0.1 +239.1.2.4/10.0.0.2 -239.1.2.5", NONE },
	{ "… changes of sources, what is excluded, and data behind", V3, "2200 0000 0000 0003"
	  "05 00 0001 ef010203 0a000001  06 01 0001 ef010203 0a000002 ffffffff  04 00 0001 ef010204 0a000003",
	  "3 +239.1.2.3/10.0.0.1 -239.1.2.3/10.0.0.2 +239.1.2.4", NONE },
	{ "… records of unknown types, and of groups that are not kept", V3, "2200 0000 0000 0003"
	  "07 00 0000 ef010203  02 00 0000 e0000016  02 00 0000 0a000001", "3", NONE },
	{ "MLDv1's report", "fe80::20", "ff05::1:3", "83000000 0000 0000" G6, "2 +ff05::1:3", NONE },
	{ "MLDv1's done", "fe80::20", "ff02::2", "84000000 0000 0000" G6, "2 -ff05::1:3", NONE },
	{ "MLDv2's report", M2, "8f000000 0000 0001 02 00 0000" G6, "3 +ff05::1:3", NONE },
	{ "… before the host has an address", "::", "ff02::16", "8f000000 0000 0001 04 00 0000" G6, "3 +ff05::1:3", NONE },
	{ "… of a solicited-node group", M2, "8f000000 0000 0001 04 00 0000 ff0200000000000000000001ff000020", "3", NONE },
	{ "… of IPv4's groups and sources", M2, "8f000000 0000 0002 04 00 0000 00000000000000000000ffffef010203"
	  "01 00 0001" G6 "00000000000000000000ffff0a000001", "3 -ff05::1:3", NONE },
	{ "IGMP of routers", "192.0.2.1", "224.0.0.13", "1400 0000 00000000", "other", NONE },
	{ "ICMPv6 with an alert, of other kinds", Q6, "97000000 0000 0000", "other", NONE },
	/* errors */
	{ "IGMPv2 without an alert", Q4, "1164 0000 00000000", INVALID, NO_ALERT },
	{ "IGMPv3 without an alert", V3, "2200 0000 0000 0000", INVALID, NO_ALERT },
	{ "MLD without an alert", Q6, "82000000 2710 0000" NO_6, INVALID, NO_ALERT },
	{ "IGMP from behind a router", Q4, "1164 0000 00000000", INVALID, HOPS_2 },
	{ "MLD from behind a router", Q6, "82000000 2710 0000" NO_6, INVALID, HOPS_2 },
	{ "IGMP with a wrong sum", Q4, "1164 0000 00000000", INVALID, BAD_SUM },
	{ "MLD with a wrong sum", Q6, "82000000 2710 0000" NO_6, INVALID, BAD_SUM },
	{ "an IPv4 header with a wrong sum", Q4, "1164 0000 00000000", INVALID, BAD_IP_SUM },
	{ "a fragment", Q4, "1164 0000 00000000", INVALID, FRAGMENT },
	{ "other IPv4", Q4, "1164 0000 00000000", INVALID, OTHER_PROTOCOL },
	{ "other IPv6", Q6, "82000000 2710 0000" NO_6, INVALID, OTHER_PROTOCOL },
	{ "an octet less than IPv4 says", Q4, "1164 0000 00000000", INVALID, CUT },
	{ "an octet less than IPv6 says", Q6, "82000000 2710 0000" NO_6, INVALID, CUT },
	{ "a query of a length that is no version's", Q4, "1164 0000 00000000 0000", INVALID, NONE },
	{ "a query for all to one group", "192.0.2.1", "239.1.2.3", "1164 0000 00000000", INVALID, NONE },
	{ "a query for another group", "192.0.2.1", "239.1.2.4", "110a 0000 ef010203", INVALID, NONE },
	{ "a query for what is no group", "192.0.2.1", "10.0.0.1", "110a 0000 0a000001", INVALID, NONE },
	{ "MLD's query from a global address", "2001:db8::1", ALL_6, "82000000 2710 0000" NO_6, INVALID, NONE },
	{ "MLD's query from nobody", "::", ALL_6, "82000000 2710 0000" NO_6, INVALID, NONE },
	{ "MLD's query that is cut short", Q6, "82000000 2710 0000", INVALID, NONE },
	{ "a report to another group", "192.0.2.20", "239.1.2.4", "1600 0000 ef010203", INVALID, NONE },
	{ "a record more than there are", V3, "2200 0000 0000 0002 02 00 0000 ef010203", INVALID, NONE },
	{ "a source more than there are", V3, "2200 0000 0000 0001 01 00 0002 ef010203 0a000001", INVALID, NONE },
	{ "data more than there is", V3, "2200 0000 0000 0001 02 01 0000 ef010203", INVALID, NONE },
};
/* clang-format on */

TEST(messages_are_read)
{
	static const char *const errors[] = { "", INVALID, "other" };

	EACH_SHOWN(i, cases)
	{
		const struct octets packet = packet_of(&cases[i]);
		const uint8_t *octets = at_the_edge(packet.at, packet.length);
		struct group_message message;
		const enum group_parse_error error =
			group_message_read(octets, packet.length, &message);

		assert_string_equal(error ? errors[error] : text_of(&message), cases[i].said);
		assert_true(group_message_check(error, &message));
	}
}

TEST(nothing_is_read_beyond_the_end)
{
	EACH_SHOWN(i, cases)
	{
		const struct octets packet = packet_of(&cases[i]);
		struct group_message message;

		for (size_t length = 0; length < packet.length; length++)
			assert_true(group_message_read(at_the_edge(packet.at, length), length,
			                               &message));
	}
}

/* What no reader says. */
TEST(impossible_messages_are_refused)
{
	const struct group_message right = {
		.version = 3,
		.change_count = 1,
		.changes = { { .group = ip("239.1.2.3"), .joins = 1 } },
	};
	struct group_message wrong[] = { right, right, right, right, right, right, right, right };

	assert_true(group_message_check(0, &right));
	wrong[0].version = 4;
	wrong[1].change_count = GROUP_CHANGES + 1;
	wrong[2].changes[0].joins = 2;
	wrong[3].changes[0].group = ip("10.0.0.1");
	wrong[4].changes[0].source = ip("fe80::1");
	wrong[5].is_ipv6 = 1;
	wrong[6].is_query = 1;
	wrong[7].group = ip("10.0.0.1");
	EACH(i, wrong)
	assert_false(group_message_check(0, &wrong[i]));
	assert_false(group_message_check(GROUP_PARSE_ERROR_COUNT, &(struct group_message){ 0 }));
	assert_false(group_message_check(GROUP_PARSE_ERROR_OTHER, &right));
}

static const struct mac own = { { 2, 0, 0, 0, 0, 1 } }, host = { { 2, 0, 0, 0, 0, 2 } };

static const char *read_back(const struct packet *packet)
{
	struct group_message message;

	assert_false(packet->overflow);
	assert_memory_equal(packet->octets + 6, &own, sizeof(own));
	assert_int_equal(group_message_read(packet->octets + 14, packet->length - 14, &message), 0);
	return text_of(&message);
}

TEST(reports_are_written_in_each_version)
{
	static const struct {
		const char *shows, *source, *group, *from, *said, *mac;
		enum group_version version;
	} rows[] = {
		{ "IGMPv1", "192.0.2.20", "239.129.2.3", "::", "1 +239.129.2.3",
		  "01:00:5e:01:02:03", 1 },
		{ "IGMPv2", "192.0.2.20", "239.129.2.3", "::", "2 +239.129.2.3",
		  "01:00:5e:01:02:03", 2 },
		{ "IGMPv3", "192.0.2.20", "239.1.2.3", "::", "3 +239.1.2.3", "01:00:5e:00:00:16",
		  3 },
		{ "… of a source", "192.0.2.20", "239.1.2.3", "10.0.0.1",
		  "3 -239.1.2.3 +239.1.2.3/10.0.0.1", "01:00:5e:00:00:16", 3 },
		{ "MLDv1", "fe80::20", "ff05::1:3", "::", "2 +ff05::1:3", "33:33:00:01:00:03", 2 },
		{ "MLDv2", "fe80::20", "ff05::1:3", "::", "3 +ff05::1:3", "33:33:00:00:00:16", 3 },
	};

	EACH_SHOWN(i, rows)
	{
		const struct group_sender sender = { .mac = own, .source = ip(rows[i].source) };
		const struct group_membership membership = { ip(rows[i].group), ip(rows[i].from) };
		char mac[TEXT_MAC];
		struct packet packet;

		group_write_report(&packet, &sender, rows[i].version, &membership, 1);
		assert_string_equal(read_back(&packet), rows[i].said);
		assert_string_equal(text_from_mac((struct mac *)packet.octets, mac), rows[i].mac);
	}
}

/* All that a host may have, each from a source, is one frame, which a switch must not cut. */
TEST(all_memberships_fit_into_a_report)
{
	const struct group_sender sender = { .mac = own, .vlan = 5, .source = ip("fe80::20") };
	struct group_membership memberships[GROUP_MEMBERSHIPS];
	struct group_message message;
	struct packet packet;

	for (size_t i = 0; i < GROUP_MEMBERSHIPS; i++) {
		memberships[i] = (struct group_membership){ ip("ff05::1:3"), ip("2001:db8::1") };
		memberships[i].group.octet[15] = (uint8_t)(i / 2);
		memberships[i].source.octet[15] = (uint8_t)i;
	}
	group_write_report(&packet, &sender, GROUP_VERSION_3, memberships, GROUP_MEMBERSHIPS);
	assert_false(packet.overflow);
	assert_int_equal(group_message_read(packet.octets + 18, packet.length - 18, &message), 0);
	assert_int_equal(message.change_count, GROUP_MEMBERSHIPS + GROUP_MEMBERSHIPS / 2);
}

TEST(a_query_goes_to_one_host_alone)
{
	struct group_sender sender = { .mac = own, .source = ip("0.0.0.0") };
	struct packet packet;

	group_write_query(&packet, &sender, &host);
	assert_memory_equal(packet.octets, &host, sizeof(host));
	assert_string_equal(read_back(&packet), "3 query 1000 all");
	sender.source = ip("fe80::1");
	group_write_query(&packet, &sender, &host);
	assert_memory_equal(packet.octets, &host, sizeof(host));
	assert_string_equal(read_back(&packet), "3 query 1000 all");
}
