// SPDX-License-Identifier: GPL-2.0-or-later
/* From when and until when a real link is heard, and what a flood does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "support_npp_socket.h"

static void nothing_is_there(void **state)
{
	(void)state;
	connect_lan();
	silence();
	silence();
}

static void in_the_order_in_which_they_came(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	for (uint8_t i = 0; i < 100; i++) {
		frame.at[TRANSACTION_AT] = i;
		send_from("lan-end", &frame);
	}
	for (uint8_t i = 0; i < 100; i++)
		assert_int_equal(next().octets[4], i);
	silence();
}

static void reopen(void)
{
	close(hearing);
	hearing = npp_socket_open(if_nametoindex("lan"), TYPE);
	assert_true(hearing >= 0);
}

static void nothing_from_before_it_was_opened(void **state)
{
	const struct octets frame = a_frame();

	(void)state;
	connect_lan();
	for (int i = 0; i < 10; i++)
		send_from("lan-end", &frame);
	reopen();
	none_but_this();
}

/* Where there is one */
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

static void nothing_of(const char *name, const struct octets *frame)
{
	const pid_t child = flood(name, frame);

	for (int i = 0; i < 100; i++) {
		reopen();
		assert_int_equal(let_through(), 0);
		silence();
	}
	end(child);
	none_but_this();
}

static void nothing_else_while_it_is_opened(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	add_whole_link("other");
	nothing_of("other-end", &frame);
	frame.at[ETHER + IP]--;
	nothing_of("lan-end", &frame);
}

static void how_it_is_opened(void **state)
{
	(void)state;
	connect_lan();
	assert_true(fcntl(hearing, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(hearing, F_GETFL) & O_NONBLOCK);
}

/* -errno; no descriptor is left behind */
static void not_opened(uint32_t ifindex, int err)
{
	const int before = dup(sending);
	int after;

	close(before);
	assert_int_equal(npp_socket_open(ifindex, TYPE), err);
	after = dup(sending);
	close(after);
	assert_int_equal(after, before);
}

static void on_no_interface(void **state)
{
	(void)state;
	connect_lan();
	not_opened(0, -ENODEV);
	not_opened(4711, -ENODEV);
	not_opened(INT32_MAX, -ENODEV);
	not_opened(UINT32_MAX, -ENODEV);
}

static void without_the_right_to(void **state)
{
	int status;
	pid_t child;

	(void)state;
	connect_lan();
	child = fork();
	if (!child)
		_exit(setresuid(65534, 65534, 65534) ||
		      npp_socket_open(if_nametoindex("lan"), TYPE) != -EPERM);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* As its owner answers. */
static void it_sends_too(void **state)
{
	const struct npp_packet answer = {
		host, proxy, 0, host4, proxy4, good + ETHER + IP, MESSAGE
	};
	struct iface lan;
	struct packet packet;
	int ours;

	(void)state;
	connect_lan();
	lan = (struct iface){ .ifindex = if_nametoindex("lan") };
	HERE("ip link set lan-end address 02:00:00:00:00:20 && ip link set lan address "
	     "02:00:00:00:00:21");
	ours = hearing;
	hearing = npp_socket_open(if_nametoindex("lan-end"), TYPE);
	npp_packet_write(&answer, &packet);
	assert_int_equal(packet_send(ours, &lan, &packet), 0);
	assert_int_equal(next().length, MESSAGE);
	close(ours);
}

static struct octets a_malformed_frame(void)
{
	struct octets frame = a_frame();

	put16(&frame, SUM_AT, 0);
	return frame;
}

static void what_is_malformed_is_passed_over(void **state)
{
	struct octets frame = a_malformed_frame();

	(void)state;
	connect_lan();
	not_heard(&frame);
	frame.length = ETHER + IP + 1;
	not_heard(sum_header(&frame));
	frame = a_frame();
	frame.length--;
	not_heard(&frame);
	frame = a_frame();
	PUT(&frame, ETHER, 0x44);
	frame.at[ETHER + 16] = TYPE;
	not_heard(sum_header(&frame));
}

/* Others get their turn in between, and what is good is heard behind it all. */
static void a_flood_keeps_nobody(void **state)
{
	const struct octets junk = a_malformed_frame(), frame = a_frame();
	struct npp_packet datagram;
	int turns = 0;

	(void)state;
	connect_lan();
	for (int i = 0; i < 130; i++)
		send_from("lan-end", &junk);
	send_from("lan-end", &frame);
	assert_int_equal(let_through(), 131);
	while (receive(&datagram) == -EAGAIN)
		assert_in_range(++turns, 1, 10);
	assert_int_equal(turns, 2);
	assert_memory_equal(datagram.octets, good + ETHER + IP, MESSAGE);
	silence();
}

/* Of more octets than a frame has here. */
static void what_is_too_long(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	HERE("ip link set lan mtu 9000 && ip link set lan-end mtu 9000");
	frame.length = PACKET_MAX;
	put16(&frame, TOTAL_AT, PACKET_MAX - ETHER);
	send_from("lan-end", sum_header(&frame));
	assert_int_equal(next().length, PACKET_MAX - ETHER - IP);
	frame.length++;
	put16(&frame, TOTAL_AT, PACKET_MAX - ETHER + 1);
	not_heard(sum_header(&frame));
	frame.length = sizeof(frame.at);
	not_heard(&frame);
}

static void the_link_is_down(void)
{
	struct pollfd ready = { .fd = hearing, .events = POLLIN };
	struct npp_packet datagram;

	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(receive(&datagram), -ENETDOWN);
	silence();
}

static void the_interface_goes_down(void **state)
{
	(void)state;
	connect_lan();
	HERE("ip link set lan down");
	the_link_is_down();
	HERE("ip link set lan up");
	wait_for_link("lan-end", "lan");
	none_but_this();
}

/* What came before is still there. */
static void the_interface_goes_down_behind_a_message(void **state)
{
	const struct octets frame = a_frame();
	struct npp_packet datagram;

	(void)state;
	connect_lan();
	send_from("lan-end", &frame);
	HERE("ip link set lan down");
	assert_int_equal(receive(&datagram), -ENETDOWN);
	assert_int_equal(receive(&datagram), 0);
	silence();
}

static void the_interface_vanishes(void **state)
{
	(void)state;
	connect_lan();
	HERE("ip link delete lan");
	the_link_is_down();
	/* another of that name is another one */
	add_whole_link("lan");
	silence();
	reopen();
	none_but_this();
}

static void opened_while_it_is_down(void **state)
{
	(void)state;
	connect_lan();
	HERE("ip link set lan down");
	reopen();
	the_link_is_down();
	HERE("ip link set lan up");
	wait_for_link("lan-end", "lan");
	none_but_this();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOCKET_TEST(nothing_is_there),
		SOCKET_TEST(in_the_order_in_which_they_came),
		SOCKET_TEST(nothing_from_before_it_was_opened),
		SOCKET_TEST(nothing_else_while_it_is_opened),
		SOCKET_TEST(how_it_is_opened),
		SOCKET_TEST(on_no_interface),
		SOCKET_TEST(without_the_right_to),
		SOCKET_TEST(it_sends_too),
		SOCKET_TEST(what_is_malformed_is_passed_over),
		SOCKET_TEST(a_flood_keeps_nobody),
		SOCKET_TEST(what_is_too_long),
		SOCKET_TEST(the_interface_goes_down),
		SOCKET_TEST(the_interface_goes_down_behind_a_message),
		SOCKET_TEST(the_interface_vanishes),
		SOCKET_TEST(opened_while_it_is_down),
	};

	return cmocka_run_group_tests(tests, on_one_processor, NULL);
}
