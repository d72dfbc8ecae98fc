// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const struct rows *const rows_all[] = {
	&rows_arp,  &rows_owner, &rows_ipv4, &rows_wake,  &rows_dhcp, &rows_nd,
	&rows_ipv6, &rows_wake6, &rows_echo, &rows_dhcp6, NULL,
};

/* Priority and drop-eligible bits are set, so that a test sees an id that is not masked. */
const struct tags untagged = { .name = "no tag" };
const struct tags one_tag = { "one tag", 1, { { TYPE_VLAN, 0xb007 } } };
const struct tags two_tags = { "two tags", 2, { { TYPE_QINQ, 0x7064 }, { TYPE_VLAN, 0xb007 } } };

static bool reached[OUTCOME_COUNT];

const char *outcome_name(enum outcome outcome)
{
#define NAME(outcome, name, verdict, meaning) #name,
	static const char *const names[] = { OUTCOMES(NAME) };
#undef NAME

	return outcome < OUTCOME_COUNT ? names[outcome] : "none";
}

size_t row_length(const struct row *row, const struct tags *tags)
{
	struct octets frame;

	packet_build(&frame, &row->in, tags);
	return frame.length;
}

static void frame_in(struct octets *in, const struct row *row, const struct tags *tags,
                     size_t length)
{
	packet_build(in, &row->in, tags);
	if (length > in->length)
		memset(in->at + in->length, 0x5a, length - in->length);
	in->length = length;
}

/* All of the frame, whatever it was: to all, from the proxy, for the host. */
static void magic_build(struct octets *frame)
{
	enum { REPEATS = 16, AT_PAYLOAD = 14, AT_REPEATS = AT_PAYLOAD + 6 };

	memset(frame->at, 0xff, AT_REPEATS);
	memcpy(frame->at + 6, mac_of(PROXY), sizeof(struct mac));
	memcpy(frame->at + 12, "\x08\x42", 2);
	for (int i = 0; i < REPEATS; i++)
		memcpy(frame->at + AT_REPEATS + i * sizeof(struct mac), mac_of(HOST),
		       sizeof(struct mac));
	frame->length = AT_REPEATS + REPEATS * sizeof(struct mac);
}

/* From the proxy, to the host, with a checksum that was left to a network card. */
static void bounce_build(struct octets *frame, const struct row *row, const struct tags *tags)
{
	struct packet packet = row->in;
	struct octets front;

	if (packet.ip.checksum == PARTIAL)
		packet.ip.checksum = WHOLE;
	packet_build(&front, &packet, tags);
	memcpy(frame->at, front.at, front.length);
	memcpy(frame->at, mac_of(HOST), sizeof(struct mac));
	memcpy(frame->at + sizeof(struct mac), mac_of(PROXY), sizeof(struct mac));
}

/*
 * An answer is written over the start of the request's frame; the rest of that stays as padding,
 * but after a Neighbor Advertisement.
 */
static void frame_out(struct octets *out, const struct octets *in, const struct row *row,
                      const struct tags *tags)
{
	struct octets front;

	*out = *in;
	if (row->outcome == OUTCOME_WAKE_SENT)
		magic_build(out);
	if (row->outcome == OUTCOME_BOUNCED)
		bounce_build(out, row, tags);
	if (!row->out.type || row->verdict != XDP_TX)
		return;
	packet_build(&front, &row->out, tags);
	if (ip_is_nd(&row->out.ip))
		*out = front;
	memcpy(out->at, front.at, front.length);
}

static void check_counted(struct testbed *testbed, const struct row *row)
{
	__u64 counted[OUTCOME_COUNT];

	testbed_counted(testbed, counted);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (counted[i] != (i == row->outcome))
			fail_msg("%s was counted %llu times; expected was %s", outcome_name(i),
			         counted[i], outcome_name(row->outcome));
}

static void check_host(struct testbed *testbed, const struct row *row)
{
	const struct host_entry before = row->setup.host, after = testbed_host(testbed, HOST);

	assert_int_equal(after.state, row->state);
	assert_int_equal(after.ifindex, before.ifindex);
	assert_int_equal(after.vlan, before.vlan);
	assert_int_equal(after.flags, before.flags);
	assert_int_equal(after.last_seen != before.last_seen, row->seen);
}

static enum where claimed(const struct packet *packet)
{
	if (packet->type == TYPE_ARP)
		return packet->arp.sender;
	return packet->ip.icmp == ADVERTISEMENT ? packet->ip.nd.target : packet->ip.from;
}

static struct report expected_report(const struct row *row, const struct tags *tags)
{
	const struct ip_fields *ip = &row->in.ip;
	const bool is_arp = row->in.type == TYPE_ARP;
	struct report report = {
		.kind = row->report,
		.state = row->state,
		.ifindex = TESTBED_IFINDEX,
		.vlan = tags_vlan(tags),
		.host = *mac_of(HOST),
		.peer_mac = *mac_of(row->in.from),
	};

	if (row->report == REPORT_CLAIM)
		report.peer = report.address = ip_of(claimed(&row->in));
	if (row->report == REPORT_BOUNCED)
		report.address = ip_of(ip->to);
	if (row->report == REPORT_PROBE)
		report.address = ip_of(is_arp ? row->in.arp.target : ip->nd.target);
	if (row->report != REPORT_CONNECTION)
		return report;
	report.protocol = ip->protocol;
	report.peer = ip_of(ip->from);
	report.address = ip_of(ip->to);
	if (ip->protocol != TCP && ip->protocol != UDP)
		return report;
	report.peer_port = htobe16(ip->peer_port);
	report.port = htobe16(ip->port);
	return report;
}

static void check_reports(struct testbed *testbed, const struct row *row, const struct tags *tags)
{
	const struct report expected = expected_report(row, tags);
	struct report reports[TESTBED_REPORTS_MAX];

	assert_int_equal(testbed_reports(testbed, reports), row->report ? 1 : 0);
	if (row->report)
		assert_memory_equal(reports, &expected, sizeof(expected));
}

static struct dhcp_snoop expected_copy(const struct row *row, const struct tags *tags,
                                       const struct octets *in)
{
	const bool is_ipv4 = row->in.type == TYPE_IPV4;
	const struct ip_fields *ip = &row->in.ip;
	struct dhcp_snoop copy = {
		.ifindex = TESTBED_IFINDEX,
		.vlan = tags_vlan(tags),
		.length = ip->udp_length ? ip->udp_length - UDP_OCTETS : ip->data,
		.from = *mac_of(row->in.from),
		.to = *mac_of(row->in.to),
		.source_port = htobe16(ip->peer_port),
		.destination_port = htobe16(ip->port),
	};

	if (is_ipv4) {
		copy.source = *ipv4_of(ip->from);
		copy.destination = *ipv4_of(ip->to);
	} else {
		copy.source6 = ip_of(ip->from);
		copy.client = *mac_of(HOST);
	}
	memcpy(copy.message,
	       in->at + tags_octets(tags) + (is_ipv4 ? IPV4_OCTETS : IPV6_OCTETS) + UDP_OCTETS,
	       copy.length);
	return copy;
}

/* A record's octets after its message are left over from others. */
static void check_copies(struct testbed *testbed, const struct row *row, const struct tags *tags,
                         const struct octets *in)
{
	struct dhcp_snoop copies[TESTBED_COPIES_MAX], expected;

	assert_int_equal(testbed_copies(testbed, copies), row->copied);
	if (!row->copied)
		return;
	expected = expected_copy(row, tags, in);
	assert_memory_equal(copies, &expected,
	                    offsetof(struct dhcp_snoop, message) + expected.length);
}

/* The frame that began a wake, or came during one, as it was received. */
static void check_frames(struct testbed *testbed, const struct row *row, const struct octets *in)
{
	const bool begins =
		row->outcome == OUTCOME_WAKE_SENT || row->outcome == OUTCOME_WAKE_STARTED;
	const bool follows = row->outcome == OUTCOME_WAKE_IN_PROGRESS && row->held;
	const size_t copies = ((begins && row->report) || follows) && in->length <= WAKE_FRAME_MAX;
	struct wake_frame frames[TESTBED_COPIES_MAX];

	assert_int_equal(testbed_frames(testbed, frames), copies);
	if (!copies)
		return;
	assert_int_equal(frames[0].connection.ifindex, TESTBED_IFINDEX);
	assert_memory_equal(&frames[0].connection.host, mac_of(HOST), sizeof(struct mac));
	assert_int_equal(frames[0].length, in->length);
	assert_memory_equal(frames[0].frame, in->at, in->length);
}

/* In a VLAN tag the Magic Packet is the daemon's. */
static struct row row_tagged(const struct row *row, const struct tags *tags)
{
	struct row tagged = *row;

	if (row->outcome == OUTCOME_WAKE_SENT && tags->count) {
		tagged.outcome = row->report ? OUTCOME_WAKE_STARTED : OUTCOME_WAKE_RING_FULL;
		tagged.verdict = XDP_DROP;
	}
	return tagged;
}

static void run(const struct row *row, const struct tags *tags, size_t length)
{
	struct testbed *testbed = testbed_of(row->setup.machine);
	struct octets in, out = { 0 }, expected;

	frame_in(&in, row, tags, length);
	frame_out(&expected, &in, row, tags);
	testbed_set(testbed, &row->setup);

	const int verdict = testbed_run(testbed, &in, &out);

	testbed_clear(testbed, &row->setup);
	check_reports(testbed, row, tags);
	check_copies(testbed, row, tags, &in);
	check_frames(testbed, row, &in);
	check_counted(testbed, row);
	assert_int_equal(verdict, row->verdict);
	assert_int_equal(out.length, expected.length);
	assert_memory_equal(out.at, expected.at, expected.length);
	check_host(testbed, row);
	reached[row->outcome] = true;
}

void row_run(const struct row *row, const struct tags *tags, size_t length)
{
	const struct row tagged = row_tagged(row, tags);

	run(&tagged, tags, length);
}

bool row_reached(enum outcome outcome)
{
	return reached[outcome];
}
