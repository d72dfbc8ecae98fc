// SPDX-License-Identifier: GPL-2.0-or-later
/* From when and until when a real link is received from, and what a flood does. */
#include "test.h"

#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "support_npp.h"

BEFORE_EACH(connect_lan)
AFTER_EACH(close_all)

/* If there is one. */
static void to_another_processor(void)
{
	cpu_set_t others;

	memset(&others, 0xff, sizeof(others));
	CPU_CLR(sched_getcpu(), &others);
	sched_setaffinity(0, sizeof(others), &others);
}

/* Ends with its parent at the latest. */
static pid_t flood(const char *name, const struct octets *frame)
{
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	to_another_processor();
	for (;;)
		try_to_send(name, frame);
}

static void end(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void assert_nothing_of(const char *name, const struct octets *frame)
{
	const pid_t child = flood(name, frame);

	for (int i = 0; i < 100; i++) {
		open_receiver("lan", TYPE);
		assert_int_equal(count_passed(), 0);
		assert_none();
	}
	end(child);
	assert_next_only();
}

/* Before, those of all interfaces pass, or those that the filter is for. */
TEST(frames_before_and_while_opening)
{
	struct octets frame = a_frame();

	for (int i = 0; i < 10; i++)
		send_from("lan-end", &frame);
	open_receiver("lan", TYPE);
	assert_next_only();
	add_whole_link("other");
	assert_nothing_of("other-end", &frame);
	frame.at[ETHER + IP]--;
	assert_nothing_of("lan-end", &frame);
}

/* With -errno, and no descriptor leaks. */
static void assert_open_fails(uint32_t ifindex, int err)
{
	const int before = dup(sender);
	int after;

	close(before);
	assert_int_equal(npp_socket_open(ifindex, TYPE), err);
	after = dup(sender);
	close(after);
	assert_int_equal(after, before);
}

TEST(descriptor_flags_and_no_interface)
{
	assert_true(fcntl(receiver, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(receiver, F_GETFL) & O_NONBLOCK);
	assert_open_fails(0, -ENODEV);
	assert_open_fails(4711, -ENODEV);
	assert_open_fails(INT32_MAX, -ENODEV);
	assert_open_fails(UINT32_MAX, -ENODEV);
}

TEST(without_capability)
{
	const pid_t child = fork();
	int status;

	if (!child)
		_exit(setresuid(65534, 65534, 65534) ||
		      npp_socket_open(if_nametoindex("lan"), TYPE) != -EPERM);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Each is one call, so that the caller counts them; a good frame after them is received. */
TEST(flood_of_malformed_frames)
{
	struct octets junk = a_frame();
	const struct octets frame = junk;
	struct npp_packet packet;

	put16(&junk, SUM_AT, 0);
	for (int i = 0; i < 130; i++)
		send_from("lan-end", &junk);
	send_from("lan-end", &frame);
	assert_int_equal(count_passed(), 131);
	for (int i = 0; i < 130; i++)
		assert_int_equal(npp_socket_receive(receiver, frame_received, &packet), -EBADMSG);
	assert_int_equal(receive_frame(&packet), 0);
	assert_memory_equal(packet.octets, good + ETHER + IP, MESSAGE);
	assert_none();
}

/* More octets than PACKET_MAX. */
TEST(too_long)
{
	struct octets frame = a_frame();

	HERE("ip link set lan mtu 9000 && ip link set lan-end mtu 9000");
	frame.length = PACKET_MAX;
	put16(&frame, TOTAL_AT, PACKET_MAX - ETHER);
	send_from("lan-end", sum_header(&frame));
	assert_int_equal(next_packet().length, PACKET_MAX - ETHER - IP);
	frame.length++;
	put16(&frame, TOTAL_AT, PACKET_MAX - ETHER + 1);
	assert_not_received(sum_header(&frame));
	frame.length = sizeof(frame.at);
	assert_not_received(&frame);
}

static void assert_link_down(void)
{
	struct pollfd ready = { .fd = receiver, .events = POLLIN };
	struct npp_packet packet;

	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(receive_frame(&packet), -ENETDOWN);
	assert_none();
}

/* What was received before is still delivered. */
TEST(interface_down)
{
	const struct octets frame = a_frame();
	struct npp_packet packet;

	send_from("lan-end", &frame);
	HERE("ip link set lan down");
	assert_int_equal(receive_frame(&packet), -ENETDOWN);
	assert_int_equal(receive_frame(&packet), 0);
	assert_none();
	HERE("ip link set lan up");
	wait_for_link("lan-end", "lan");
	assert_next_only();
	HERE("ip link set lan down");
	assert_link_down();
}

TEST(interface_deleted)
{
	HERE("ip link delete lan");
	assert_link_down();
	/* a new interface of that name is not the same */
	add_whole_link("lan");
	assert_none();
	open_receiver("lan", TYPE);
	assert_next_only();
}

TEST(opened_while_down)
{
	HERE("ip link set lan down");
	open_receiver("lan", TYPE);
	assert_link_down();
	HERE("ip link set lan up");
	wait_for_link("lan-end", "lan");
	assert_next_only();
}
