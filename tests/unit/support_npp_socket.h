/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket that hears messages on a real link, a pair of veth in a namespace of its own a test.
 * Include behind cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_NPP_SOCKET_H
#define SLEEPPROXY_TESTS_NPP_SOCKET_H

#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "npp/npp_socket.h"
#include "support_netns.h"
#include "support_npp_datagram.h"

enum { TYPE = NPP_ICMP_TYPE, TRANSACTION_AT = ETHER + IP + 4 };

static int hearing = -1, sending = -1;
static struct npp_frame frame_heard;

static inline int close_all(void **state)
{
	(void)state;
	close(hearing);
	close(sending);
	hearing = sending = -1;
	return 0;
}

static inline ssize_t try_to_send(const char *name, const struct octets *frame)
{
	const struct sockaddr_ll out = { .sll_family = AF_PACKET,
		                         .sll_ifindex = (int)if_nametoindex(name) };

	return sendto(sending, frame->at, frame->length, 0, (const struct sockaddr *)&out,
	              sizeof(out));
}

static inline void send_from(const char *name, const struct octets *frame)
{
	assert_int_equal(try_to_send(name, frame), frame->length);
}

static inline bool arrives(int fd, const char *from, const struct octets *frame)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	send_from(from, frame);
	return poll(&ready, 1, 10) == 1;
}

/* A link that has just come up loses frames for a while. These here are of a type of their own. */
static inline void wait_for_link(const char *from, const char *to)
{
	const int fd = npp_socket_open(if_nametoindex(to), TYPE - 1);
	struct octets frame = a_frame();
	int tries = 500;

	assert_true(fd >= 0);
	frame.at[ETHER + IP] = TYPE - 1;
	while (!arrives(fd, from, &frame))
		assert_int_not_equal(--tries, 0);
	close(fd);
}

static inline void add_whole_link(const char *name)
{
	char end[IFNAMSIZ];

	snprintf(end, sizeof(end), "%s-end", name);
	add_link(name);
	wait_for_link(end, name);
	wait_for_link(name, end);
}

/* lan has the MAC of `proxy`; what is sent comes in from its other end. */
static inline void connect_lan(void)
{
	need_namespace();
	sending = packet_open();
	assert_true(sending >= 0);
	add_whole_link("lan");
	hearing = npp_socket_open(if_nametoindex("lan"), TYPE);
	assert_true(hearing >= 0);
}

static inline int receive(struct npp_packet *datagram)
{
	memset(&frame_heard, 0xa5, sizeof(frame_heard));
	memset(datagram, 0xa5, sizeof(*datagram));
	return npp_socket_receive(hearing, &frame_heard, datagram);
}

static inline void silence(void)
{
	struct npp_packet datagram;

	assert_int_equal(receive(&datagram), -EAGAIN);
}

static inline struct npp_packet next(void)
{
	struct pollfd ready = { .fd = hearing, .events = POLLIN };
	struct npp_packet datagram;

	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(receive(&datagram), 0);
	return datagram;
}

static inline void heard_in(uint16_t vlan, const struct octets *frame)
{
	struct npp_packet datagram;

	send_from("lan-end", frame);
	datagram = next();
	assert_memory_equal(&datagram.from, &host, sizeof(host));
	assert_memory_equal(&datagram.to, frame->at, sizeof(datagram.to));
	assert_int_equal(datagram.vlan, vlan);
	assert_memory_equal(&datagram.source, &host4, sizeof(host4));
	assert_memory_equal(&datagram.destination, &proxy4, sizeof(proxy4));
	assert_int_equal(datagram.length, MESSAGE);
	assert_memory_equal(datagram.octets, frame->at + frame->length - MESSAGE, MESSAGE);
	assert_in_range(datagram.octets, frame_heard.octets, frame_heard.octets + PACKET_MAX);
	silence();
}

static inline void heard(const struct octets *frame)
{
	heard_in(0, frame);
}

/* Since it was asked last: what the kernel did not keep for itself. */
static inline unsigned let_through(void)
{
	struct tpacket_stats counted;
	socklen_t size = sizeof(counted);

	assert_int_equal(getsockopt(hearing, SOL_PACKET, PACKET_STATISTICS, &counted, &size), 0);
	return counted.tp_packets;
}

/* What was sent before is not: else it would come before this one, which is. */
static inline void none_but_this(void)
{
	struct octets frame = a_frame();

	frame.at[TRANSACTION_AT] ^= 0xff;
	heard(&frame);
}

static inline void not_heard(const struct octets *frame)
{
	send_from("lan-end", frame);
	none_but_this();
}

/* Nor is anybody woken for it. */
static inline void kept_by_the_kernel(const struct octets *frame)
{
	let_through();
	not_heard(frame);
	assert_int_equal(let_through(), 1);
}

static inline struct octets to(struct mac mac)
{
	struct octets frame = a_frame();

	memcpy(frame.at, &mac, sizeof(mac));
	return frame;
}

#define SOCKET_TEST(test) cmocka_unit_test_setup_teardown(test, make_namespace, close_all)

/* On one processor, so that frames come in the order in which they are sent. */
static inline int on_one_processor(void **state)
{
	cpu_set_t one;

	(void)state;
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

#endif
