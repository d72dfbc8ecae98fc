// SPDX-License-Identifier: GPL-2.0-or-later
/* Who still has our MAC for a host that is awake: each frame goes on, and few are reported. */
#include "test.h"

#include "support_row.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* As bpf/bounce.bpf.h has them. */
enum { NOTICE_FRAMES = 16, NOTICES_PER_S = 128, INTERVAL_US = 200000, TICK_US = 10000 };

enum { FRAMES = 300, FLOOD = 10000, RING_HOLDS = 32, SOURCE_END = ETHER_OCTETS - 6 };

static const struct packet frame = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = ACK);
static const struct packet frame2 =
	IP(PROXY, PEER, TCP, PEER_IP, HOST_IP2, 22, 40000, .flags = ACK);
static const struct packet frame6 =
	IP6(PROXY, PEER, TCP, PEER_IP6, HOST_IP6, 22, 40000, .flags = ACK);
static const struct setup awake = { .host.state = AWAKE };

static void send(struct testbed *testbed, const struct packet *packet, unsigned times)
{
	while (times--)
		assert_int_equal(testbed_send(testbed, packet), XDP_TX);
}

static size_t reported(struct testbed *testbed)
{
	struct report reports[TESTBED_REPORTS_MAX];
	const size_t count = testbed_reports(testbed, reports);

	for (size_t i = 0; i < count; i++)
		assert_int_equal(reports[i].kind, REPORT_BOUNCED);
	return count;
}

TEST(a_sender_is_told_once_in_an_interval)
{
	struct testbed *testbed = testbed_with(&awake);

	send(testbed, &frame, FRAMES);
	assert_int_equal(reported(testbed), 1);
	usleep(INTERVAL_US + TICK_US);
	send(testbed, &frame, FRAMES);
	assert_int_equal(reported(testbed), 1);
}

TEST(a_slow_sender_is_told_for_some_frames_only)
{
	struct testbed *testbed = testbed_with(&awake);

	send(testbed, &frame, 1);
	usleep(INTERVAL_US + TICK_US);
	send(testbed, &frame, NOTICE_FRAMES - 1);
	assert_int_equal(reported(testbed), 1);
	send(testbed, &frame, 1);
	assert_int_equal(reported(testbed), 1);
}

TEST(a_sender_is_told_about_each_address)
{
	struct testbed *testbed = testbed_with(&awake);

	send(testbed, &frame, FRAMES);
	send(testbed, &frame2, FRAMES);
	send(testbed, &frame6, FRAMES);
	assert_int_equal(reported(testbed), 3);
}

/* The same frame, from one more MAC each time. */
static void flood(struct testbed *testbed, size_t *reports)
{
	struct octets in, out;

	packet_build(&in, &frame, &untagged);
	for (unsigned i = 0; i < FLOOD; i++) {
		memcpy(in.at + SOURCE_END, &i, sizeof(i));
		assert_int_equal(testbed_run(testbed, &in, &out), XDP_TX);
		if (i % RING_HOLDS == 0)
			*reports += reported(testbed);
	}
	*reports += reported(testbed);
}

TEST(a_flood_from_random_macs_is_reported_at_a_rate)
{
	struct testbed *testbed = testbed_with(&awake);
	const time_t start = time(NULL);
	size_t reports = 0;

	flood(testbed, &reports);
	assert_in_range(reports, NOTICES_PER_S, NOTICES_PER_S * (time(NULL) - start + 2));
}
