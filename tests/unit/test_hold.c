// SPDX-License-Identifier: GPL-2.0-or-later
/* Connections that are kept for hosts until these are up: in order, each once, within bounds. */
#include "test.h"

#include "host/hold.h"
#include "support_hosts.h"

static struct holds holds;

static int end(void **state)
{
	(void)state;
	holds_end(&holds);
	assert_int_equal(holds.octets, 0);
	memset(&holds, 0, sizeof(holds));
	return 0;
}

AFTER_EACH(end)

/* Of a host, by its number, from a port of one peer. */
static struct wake_frame frame_of(uint8_t host, uint8_t protocol, uint16_t peer_port)
{
	return (struct wake_frame){
		.connection = { .kind = REPORT_CONNECTION,
		                .protocol = protocol,
		                .host = { { 2, 0, 0, 0, 0, host } },
		                .peer = ip(10),
		                .address = ip(20),
		                .peer_port = peer_port,
		                .port = 22 },
		.length = 60,
		.frame = { (uint8_t)peer_port },
	};
}

static void keep(uint8_t host, uint8_t protocol, uint16_t peer_port)
{
	const struct wake_frame frame = frame_of(host, protocol, peer_port);

	hold_frame(&holds, &frame, 1000);
}

static struct hold *hold_of(uint8_t host)
{
	const struct mac mac = { { 2, 0, 0, 0, 0, host } };

	return hold_find(&holds, &mac);
}

TEST(each_connection_once_in_order)
{
	const struct ipv6 address = ip(20), other = ip(21);
	struct held_frame *frame = NULL;

	keep(1, IPPROTO_TCP, 1);
	keep(1, IPPROTO_UDP, 1);
	keep(1, IPPROTO_TCP, 2);
	keep(1, IPPROTO_TCP, 1);
	keep(2, IPPROTO_TCP, 1);
	assert_int_equal(holds.counts[HOLD_KEPT], 4);
	assert_int_equal(holds.counts[HOLD_REPEATED], 1);
	assert_null(hold_answered(hold_of(1), NULL, &other));
	for (size_t i = 0; i < 3; i++) {
		frame = hold_answered(hold_of(1), frame, &address);
		assert_int_equal(frame->copy.connection.protocol,
		                 i == 1 ? IPPROTO_UDP : IPPROTO_TCP);
		assert_int_equal(frame->copy.frame[0], i == 2 ? 2 : 1);
	}
	assert_null(hold_answered(hold_of(1), frame, &address));
}

TEST(no_more_frames_of_a_host_than_it_may_have)
{
	for (uint16_t i = 1; i <= HOLD_FRAMES + 3; i++)
		keep(1, IPPROTO_TCP, i);
	keep(2, IPPROTO_TCP, 1);
	assert_int_equal(hold_of(1)->count, HOLD_FRAMES);
	assert_int_equal(holds.counts[HOLD_FULL], 3);
	assert_int_equal(holds.counts[HOLD_KEPT], HOLD_FRAMES + 1);
}

static void fill(uint8_t host)
{
	struct wake_frame frame = frame_of(host, IPPROTO_TCP, 1);

	frame.length = WAKE_FRAME_MAX;
	for (; frame.connection.peer_port <= HOLD_FRAMES; frame.connection.peer_port++)
		hold_frame(&holds, &frame, 1000);
}

TEST(no_more_octets_than_a_host_may_have_and_all_of_them)
{
	fill(1);
	assert_in_range(hold_of(1)->octets, HOLD_OCTETS - sizeof(struct held_frame), HOLD_OCTETS);
	for (uint8_t host = 2; host < 100; host++)
		fill(host);
	assert_in_range(holds.octets, HOLD_ALL_OCTETS - sizeof(struct held_frame), HOLD_ALL_OCTETS);
	assert_null(hold_of(99)); /* nothing is kept of a host that found no room */
}

/* How often a frame is sent by then to a host that is up since 2000 and does not answer. */
static unsigned sends_until(uint8_t protocol, int64_t until)
{
	unsigned sends = 0;

	keep(1, protocol, 1);
	for (int64_t now = 2000; now <= until; now += 10)
		for (struct held_frame *frame = NULL;
		     (frame = hold_due(hold_of(1), frame, 2000, now)); sends++)
			hold_sent(&holds, frame, false, now);
	hold_end(&holds, hold_of(1));
	return sends;
}

TEST(a_host_that_does_not_answer_is_sent_syns_thrice_and_the_rest_once)
{
	assert_int_equal(sends_until(IPPROTO_TCP, 2040), 0);
	assert_int_equal(sends_until(IPPROTO_TCP, 2050), 1);
	assert_int_equal(sends_until(IPPROTO_TCP, 2500), 2);
	assert_int_equal(sends_until(IPPROTO_TCP, 60000), 3);
	assert_int_equal(sends_until(IPPROTO_UDP, 6990), 0);
	assert_int_equal(sends_until(IPPROTO_UDP, 60000), 1);
	assert_int_equal(holds.counts[HOLD_SENT], 4);
	assert_int_equal(holds.counts[HOLD_GIVEN_UP], 2);
}

TEST(what_a_host_has_is_sent_once_and_then_forgotten)
{
	struct held_frame *frame;
	struct ipv6 addresses[2];
	struct hold *hold;

	keep(1, IPPROTO_TCP, 1);
	hold = hold_of(1);
	assert_int_equal(hold_addresses(hold, addresses, 2), 1);
	frame = hold_answered(hold, NULL, &addresses[0]);
	hold_sent(&holds, frame, true, 2000);
	assert_null(hold_answered(hold, NULL, &addresses[0]));
	assert_null(hold_due(hold, NULL, 2000, 60000));
	assert_int_equal(hold_addresses(hold, addresses, 2), 0);
	keep(1, IPPROTO_TCP, 1);
	assert_int_equal(holds.counts[HOLD_REPEATED], 1);
	hold_expire(&holds, hold, 1999 + HOLD_LINGER);
	assert_false(hold_is_over(hold, AWAKE, 1999 + HOLD_LINGER));
	hold_expire(&holds, hold, 2000 + HOLD_LINGER);
	assert_true(hold_is_over(hold, AWAKE, 2000 + HOLD_LINGER));
	assert_int_equal(holds.counts[HOLD_GIVEN_UP], 0);
}

TEST(what_a_host_refuses_is_due_thrice_again)
{
	static const int64_t after[] = { 100, 500, 2500 };
	struct held_frame *frame;
	int64_t now = 2000;

	keep(1, IPPROTO_TCP, 1);
	frame = hold_of(1)->first;
	hold_sent(&holds, frame, true, now);
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		assert_false(hold_is_due_again(frame, now));
		assert_int_equal(hold_refusals_until(frame, now), now + HOLD_LINGER);
		hold_refused(&holds, frame, now);
		assert_false(hold_is_due_again(frame, now + after[i] - 1));
		assert_int_equal(hold_refusals_until(frame, now), now + after[i] + HOLD_LINGER);
		now += after[i];
		assert_true(hold_is_due_again(frame, now));
		hold_expire(&holds, hold_of(1), now);
		assert_false(hold_is_over(hold_of(1), AWAKE, now));
		hold_sent(&holds, frame, true, now);
	}
	assert_int_equal(hold_refusals_until(frame, now), 0);
	assert_int_equal(holds.counts[HOLD_REFUSED], 3);
	assert_int_equal(holds.counts[HOLD_SENT], 1);
	hold_expire(&holds, hold_of(1), now + HOLD_LINGER);
	assert_true(hold_is_over(hold_of(1), AWAKE, now + HOLD_LINGER));
}

TEST(a_wake_that_fails_or_takes_too_long_is_the_end)
{
	static const struct {
		enum host_state state;
		int64_t lasts;
	} cases[] = { { WAKING, HOLD_MAX },
		      { ASLEEP, HOLD_BEFORE_WAKE },
		      { DROWSY, HOLD_BEFORE_WAKE } };

	keep(1, IPPROTO_TCP, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_false(hold_is_over(hold_of(1), cases[i].state, 999 + cases[i].lasts));
		assert_true(hold_is_over(hold_of(1), cases[i].state, 1000 + cases[i].lasts));
	}
	hold_end(&holds, hold_of(1));
	assert_null(hold_of(1));
	assert_int_equal(holds.counts[HOLD_GIVEN_UP], 1);
}

TEST(hosts_take_turns)
{
	for (uint8_t host = 1; host <= 3; host++)
		keep(host, IPPROTO_TCP, 1);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(hold_next(&holds)->mac.octet[5], i % 3 + 1);
}
