// SPDX-License-Identifier: GPL-2.0-or-later
/* A lease whose request cannot be sent: not yet, not by unicast, or not at all. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "support_lease.h"

static void fails(struct scene *scene, int err)
{
	scene->trigger.sent = scene->effects.send;
	scene->trigger.err = err;
	happens(scene, LEASE_TRIGGER_SEND_FAILED);
}

static struct scene scene_asleep(uint32_t seconds, int64_t since)
{
	const struct lease_grant grant = grant_of(seconds, since);
	struct scene scene = scene_of(&grant);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_UNICAST);
	return scene;
}

/* The next hop answers in time: as if the request had gone out at once. */
TEST(sent_again_while_the_next_hop_is_resolved)
{
	struct scene scene = scene_asleep(DAY, START - 1000);
	const struct lease before = scene.lease;

	for (int i = 1; i <= 3; i++) {
		fails(&scene, -EAGAIN);
		assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
		assert_int_equal(scene.lease.deadline, START + i * 200);
		scene.trigger.random++;
		asks(&scene, LEASE_SEND_UNICAST);
		assert_int_equal(scene.trigger.now, START + i * 200);
	}
	assert_int_equal(scene.lease.xid, before.xid);
	assert_int_equal(scene.lease.sent_at, START);
	assert_int_equal(scene.lease.requests, 1);
	assert_int_equal(scene.lease.deadline, before.deadline);
	is_granted(&scene, HOUR);
	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	assert_int_equal(scene.lease.since, START);
}

TEST(broadcast_if_the_next_hop_is_not_resolved)
{
	struct scene scene = scene_asleep(DAY, START - 1000);
	const struct lease before = scene.lease;

	for (int i = 0; i < 15; i++) {
		fails(&scene, -EAGAIN);
		asks(&scene, LEASE_SEND_UNICAST);
	}
	fails(&scene, -EAGAIN);
	assert_int_equal(scene.effects.send, LEASE_SEND_BROADCAST);
	assert_int_equal(scene.trigger.now, START + 15 * 200);
	assert_int_equal(scene.lease.xid, before.xid);
	assert_int_equal(scene.lease.deadline, before.deadline);
	asks(&scene, LEASE_SEND_UNICAST); /* the next request starts anew */
	fails(&scene, -EAGAIN);
	assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
}

TEST(broadcast_at_once_for_another_reason)
{
	struct scene scene = scene_asleep(DAY, START - 1000);
	const struct lease before = scene.lease;

	fails(&scene, -ENETUNREACH);
	assert_int_equal(scene.effects.send, LEASE_SEND_BROADCAST);
	assert_memory_equal(&scene.lease, &before, sizeof(before));
	is_granted(&scene, HOUR);
	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
}

/* A full queue, say. Nobody was asked, so nobody can answer, or fail to. */
TEST(a_broadcast_that_fails)
{
	struct scene scene = scene_asleep(HOUR, START - 1000);
	const struct lease before = scene.lease;
	struct dhcp_message ack = answer_to(&scene, DHCP_ACK, HOUR);

	fails(&scene, -ENETUNREACH);
	fails(&scene, -EAGAIN);
	assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
	assert_int_equal(scene.lease.deadline, before.deadline);
	assert_int_equal(lease_check(&scene.lease, &ack), DHCP_COUNT_NOT_REQUESTED);
	scene.effects.send = LEASE_SEND_BROADCAST; /* once more, too late */
	fails(&scene, -EAGAIN);
	assert_int_equal(scene.lease.unanswered, 0);
	scene.trigger.now = scene.lease.rebind_at;
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check(&scene, LEASE_REBINDING, LEASE_EVENT_NONE);
	assert_int_equal(scene.effects.send, LEASE_SEND_BROADCAST);
}

TEST(one_request_that_was_sent_is_unanswered)
{
	struct scene scene = scene_asleep(HOUR, START - 1000);

	asks(&scene, LEASE_SEND_UNICAST);
	fails(&scene, -ENETUNREACH);
	fails(&scene, -ENOBUFS);
	scene.trigger.now = scene.lease.rebind_at;
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check(&scene, LEASE_REBINDING, LEASE_EVENT_UNANSWERED);
}

/* The host may wake while the next hop is resolved. */
TEST(nothing_is_sent_again_while_the_host_may_be_awake)
{
	struct scene scene = scene_asleep(DAY, START - 1000);

	fails(&scene, -EAGAIN);
	scene.trigger.asleep = false;
	time_passes(&scene);
	assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
	assert_int_equal(scene.lease.deadline, START + 200 + 1000);
	scene.trigger.asleep = true;
	time_passes(&scene);
	assert_int_equal(scene.effects.send, LEASE_SEND_UNICAST);
	scene.trigger.asleep = false;
	fails(&scene, -ENETUNREACH);
	assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
	assert_int_equal(scene.lease.deadline, START + 200 + 1000 + 1000);
}

TEST(nothing_is_sent_again_after_it_woke)
{
	struct scene scene = scene_asleep(DAY, START - 1000);

	fails(&scene, -EAGAIN);
	happens(&scene, LEASE_TRIGGER_AWAKE);
	assert_int_equal(scene.lease.deadline, 0);
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	assert_int_equal(scene.lease.deadline, START);
	assert_false(scene.lease.resolving);
}

/* Neither T2 nor the end waits for the next hop. */
TEST(the_clock_goes_on_while_the_next_hop_is_resolved)
{
	struct scene to_t2 = scene_asleep(HOUR, START - 1000), to_end = to_t2;

	fails(&to_t2, -EAGAIN);
	fails(&to_end, -EAGAIN);
	to_t2.trigger.now = to_t2.lease.rebind_at;
	happens(&to_t2, LEASE_TRIGGER_TIMEOUT);
	assert_int_equal(to_t2.lease.state, LEASE_REBINDING);
	assert_int_equal(to_t2.effects.send, LEASE_SEND_BROADCAST);
	to_end.trigger.now = to_end.lease.expires_at;
	happens(&to_end, LEASE_TRIGGER_TIMEOUT);
	check_lost(&to_end, LEASE_RESULT_EXPIRED);
}

/* An infinite lease: there is no further request after the last one. */
TEST(the_last_request_of_an_infinite_lease)
{
	struct scene scene = scene_asleep(DHCP_INFINITE, START - 1000);

	while (scene.lease.deadline)
		asks(&scene, LEASE_SEND_UNICAST);
	fails(&scene, -EAGAIN);
	asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.lease.requests, 5);
	assert_int_equal(scene.lease.deadline, 0);
}

TEST(a_timeout_that_is_too_early)
{
	struct scene scene = scene_asleep(DAY, START - 1000);
	struct lease before;

	for (int i = 0; i < 2; i++) {
		before = scene.lease;
		scene.trigger.now = scene.lease.deadline - 1;
		happens(&scene, LEASE_TRIGGER_TIMEOUT);
		assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
		assert_memory_equal(&scene.lease, &before, sizeof(before));
		scene.trigger.now = START;
		scene.trigger.sent = LEASE_SEND_UNICAST;
		scene.trigger.err = -EAGAIN;
		happens(&scene, LEASE_TRIGGER_SEND_FAILED);
	}
}
