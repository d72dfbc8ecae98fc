/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket that receives messages on a real link: a pair of veth, in a namespace a test.
 * Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_NPP_SOCKET_H
#define SLEEPPROXY_TESTS_NPP_SOCKET_H

#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/iface.h"
#include "npp/npp_message.h"
#include "support_lan.h"
#include "support_npp_packet.h"

enum { TYPE = NPP_ICMP_TYPE, TRANSACTION_AT = ETHER + IP + 4 };

static int receiver = -1, sender = -1;
static uint8_t frame_received[PACKET_MAX];

static inline int close_all(void **state)
{
	(void)state;
	close(receiver);
	close(sender);
	receiver = sender = -1;
	return 0;
}

static inline ssize_t try_to_send(const char *name, const struct octets *frame)
{
	const struct sockaddr_ll out = { .sll_family = AF_PACKET,
		                         .sll_ifindex = (int)if_nametoindex(name) };

	return sendto(sender, frame->at, frame->length, 0, (const struct sockaddr *)&out,
	              sizeof(out));
}

static inline void send_from(const char *name, const struct octets *frame)
{
	assert_int_equal(try_to_send(name, frame), frame->length);
}

/* A link that has just come up loses frames for a while. These have another ICMP type. */
static inline void wait_for_link(const char *from, const char *to)
{
	struct pollfd ready = { .events = POLLIN };
	struct octets frame = a_frame();
	int tries = 500;

	ready.fd = npp_socket_open(if_nametoindex(to), TYPE - 1);
	assert_true(ready.fd >= 0);
	frame.at[ETHER + IP] = TYPE - 1;
	do {
		assert_int_not_equal(--tries, 0);
		send_from(from, &frame);
	} while (poll(&ready, 1, 10) != 1);
	close(ready.fd);
}

static inline void add_whole_link(const char *name)
{
	char end[IFNAMSIZ];

	snprintf(end, sizeof(end), "%s-end", name);
	add_link(name);
	wait_for_link(end, name);
	wait_for_link(name, end);
}

/* Instead of the one so far, if any. */
static inline void open_receiver(const char *name, uint8_t icmp_type)
{
	close(receiver);
	receiver = npp_socket_open(if_nametoindex(name), icmp_type);
	assert_true(receiver >= 0);
}

/*
 * lan has the MAC of `proxy`; frames are sent from its other end. All on one processor, so that
 * they arrive in the order in which they are sent.
 */
static inline int connect_lan(void **state)
{
	cpu_set_t one;

	assert_int_equal(make_namespace(state), 0);
	need_namespace();
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	sender = packet_open();
	assert_true(sender >= 0);
	add_whole_link("lan");
	open_receiver("lan", TYPE);
	return 0;
}

static inline int receive(struct npp_packet *packet)
{
	memset(frame_received, 0xa5, sizeof(frame_received));
	memset(packet, 0xa5, sizeof(*packet));
	return npp_socket_receive(receiver, frame_received, packet);
}

static inline void assert_none(void)
{
	struct npp_packet packet;

	assert_int_equal(receive(&packet), -EAGAIN);
}

static inline struct npp_packet next(void)
{
	struct pollfd ready = { .fd = receiver, .events = POLLIN };
	struct npp_packet packet;

	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(receive(&packet), 0);
	return packet;
}

static inline void assert_received_in(uint16_t vlan, const struct octets *frame)
{
	struct npp_packet packet;

	send_from("lan-end", frame);
	packet = next();
	assert_memory_equal(&packet.from, &host, sizeof(host));
	assert_memory_equal(&packet.to, frame->at, sizeof(packet.to));
	assert_int_equal(packet.vlan, vlan);
	assert_memory_equal(&packet.source, &host4, sizeof(host4));
	assert_memory_equal(&packet.destination, &proxy4, sizeof(proxy4));
	assert_int_equal(packet.length, MESSAGE);
	assert_memory_equal(packet.octets, frame->at + frame->length - MESSAGE, MESSAGE);
	assert_in_range(packet.octets, frame_received, frame_received + PACKET_MAX);
	assert_none();
}

static inline void assert_received(const struct octets *frame)
{
	assert_received_in(0, frame);
}

/* Frames that have passed the filter since the last call. */
static inline unsigned count_passed(void)
{
	struct tpacket_stats counted;
	socklen_t size = sizeof(counted);

	assert_int_equal(getsockopt(receiver, SOL_PACKET, PACKET_STATISTICS, &counted, &size), 0);
	return counted.tp_packets;
}

/* Sends a frame, and receives nothing that was sent before it. */
static inline void assert_next_only(void)
{
	struct octets frame = a_frame();

	frame.at[TRANSACTION_AT] ^= 0xff;
	assert_received(&frame);
}

static inline void assert_not_received(const struct octets *frame)
{
	send_from("lan-end", frame);
	assert_next_only();
}

/* In the kernel, without waking the process: those since the last call of count_passed. */
static inline void assert_filtered(void)
{
	assert_next_only();
	assert_int_equal(count_passed(), 1);
}

static inline struct octets to(struct mac mac)
{
	struct octets frame = a_frame();

	memcpy(frame.at, &mac, sizeof(mac));
	return frame;
}

BEFORE_EACH(connect_lan)
AFTER_EACH(close_all)

#endif
