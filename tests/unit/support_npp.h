/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the Network Proxy Protocol and frames with them, octet by octet; and a socket that
 * receives them on a real link: a pair of veth, in a namespace a test. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_NPP_H
#define SLEEPPROXY_TESTS_NPP_H

#include <poll.h>
#include <unistd.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "net/iface.h"
#include <netinet/in.h>

#include "npp/npp_message.h"
#include "support_lan.h"
#include "support_octets.h"

enum { HEADER = sizeof(struct npp_header), AT_CHECKSUM = 2, AT_LENGTH = 7 };

static inline struct npp_message a_message(enum npp_subtype subtype)
{
	return (struct npp_message){ .transaction = 0x1234, .subtype = subtype };
}

/* A Sleep Request, as a host might send it. */
static inline struct npp_message a_sleep_request(void)
{
	return (struct npp_message){
		.subtype = NPP_SLEEP_REQUEST,
		.transaction = 7,
		.request = { .pairs = { { { { 2, 0, 0, 0, 0, 9 } }, { { 192, 0, 2, 9 } } } },
		             .pair_count = 1,
		             .has_ports = true,
		             .ports = { { 6, 22 } },
		             .port_count = 1,
		             .hostname = "nas" },
	};
}

/* A Sleep Request with this port alone. */
static inline struct npp_message a_part(uint16_t port)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request = (struct npp_request){ .has_ports = true, .port_count = 1 };
	message.request.ports[0] = (struct wake_port){ IPPROTO_TCP, port };
	return message;
}

/* A message's header, to which options are added. */
static inline struct octets header_of(uint8_t subtype)
{
	return (struct octets){
		.at = { NPP_ICMP_TYPE, 0, 0, 0, 0x12, 0x34, subtype, 0 },
		.length = HEADER,
	};
}

/* Sets the length and the checksum. */
static inline struct octets *finish(struct octets *octets)
{
	uint16_t sum;

	PUT(octets, AT_CHECKSUM, 0, 0);
	octets->at[AT_LENGTH] = (uint8_t)(octets->length - HEADER);
	sum = (uint16_t)~ones_sum(0, octets->at, octets->length);
	PUT(octets, AT_CHECKSUM, (uint8_t)(sum >> 8), (uint8_t)sum);
	return octets;
}

/* After an error in the options the header is left, so that a request can be refused. */
static inline void check_error(enum npp_parse_error error, const uint8_t *octets,
                               const struct npp_message *message)
{
	struct npp_message header_alone;

	memset(&header_alone, 0, sizeof(header_alone));
	if (error >= NPP_PARSE_ERROR_BAD_OPTION) {
		header_alone.code = octets[1];
		header_alone.transaction = (uint16_t)(octets[4] << 8 | octets[5]);
		header_alone.subtype = octets[6];
	}
	assert_memory_equal(message, &header_alone, sizeof(header_alone));
}

static inline enum npp_parse_error read_octets(const void *octets, size_t length,
                                               struct npp_message *message)
{
	enum npp_parse_error error;

	memset(message, 0xa5, sizeof(*message));
	error = npp_message_read(at_the_edge(octets, length), length, NPP_ICMP_TYPE, message);
	if (error != NPP_PARSE_ERROR_NONE)
		check_error(error, octets, message);
	return error;
}

static inline enum npp_parse_error error_of(struct octets *octets)
{
	struct npp_message message;

	finish(octets);
	return read_octets(octets->at, octets->length, &message);
}

static inline struct npp_message message_of(struct octets *octets)
{
	struct npp_message message;

	finish(octets);
	assert_int_equal(read_octets(octets->at, octets->length, &message), NPP_PARSE_ERROR_NONE);
	return message;
}

enum { ETHER = 14, TAG = 4, IP = 20, MESSAGE = 16 };
enum { TYPE_AT = 12, TOTAL_AT = 16, ID_AT = 18, FRAGMENT_AT = 20, PROTOCOL_AT = 23, SUM_AT = 24 };

static const struct mac proxy = { { 0x02, 0, 0, 0, 0, 0x20 } };
static const struct mac host = { { 0x02, 0, 0, 0, 0, 0x21 } };
static const struct ipv4 proxy4 = { { 192, 0, 2, 20 } };
static const struct ipv4 host4 = { { 192, 0, 2, 21 } };

/* clang-format off */
static const uint8_t good[] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x20, /* to */
	0x02, 0x00, 0x00, 0x00, 0x00, 0x21, /* from */
	0x08, 0x00,
	0x45, 0x00, 0x00, 0x24, /* 20 + 16 octets */
	0x00, 0x00, 0x40, 0x00, 0x40, 0x01, /* whole, TTL 64, ICMP */
	0xb6, 0xaf, /* RFC 1071 */
	0xc0, 0x00, 0x02, 0x15, /* source */
	0xc0, 0x00, 0x02, 0x14, /* destination */
	0xfd, 0x00, 0xe5, 0xba, 0x12, 0x34, 0x05, 0x08,
	0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
};
/* clang-format on */

static inline struct octets a_frame(void)
{
	struct octets frame = { .length = 0 };

	add(&frame, good, sizeof(good));
	return frame;
}

static inline void put16(struct octets *frame, size_t at, unsigned value)
{
	PUT(frame, at, (uint8_t)(value >> 8), (uint8_t)value);
}

/* Over as many octets as the header's length says, even if that is wrong. */
static inline struct octets *sum_header(struct octets *frame)
{
	put16(frame, SUM_AT, 0);
	put16(frame, SUM_AT,
	      0xffffu ^ ones_sum(0, frame->at + ETHER, (frame->at[ETHER] & 0xf) * 4u));
	return frame;
}

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

/* The next that is not skipped. */
static inline int receive_frame(struct npp_packet *packet)
{
	int err;

	do {
		memset(frame_received, 0xa5, sizeof(frame_received));
		memset(packet, 0xa5, sizeof(*packet));
		err = npp_socket_receive(receiver, frame_received, packet);
	} while (err == -EBADMSG);
	return err;
}

static inline void assert_none(void)
{
	struct npp_packet packet;

	assert_int_equal(receive_frame(&packet), -EAGAIN);
}

static inline struct npp_packet next_packet(void)
{
	struct pollfd ready = { .fd = receiver, .events = POLLIN };
	struct npp_packet packet;

	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(receive_frame(&packet), 0);
	return packet;
}

static inline void assert_received_in(uint16_t vlan, const struct octets *frame)
{
	struct npp_packet packet;

	send_from("lan-end", frame);
	packet = next_packet();
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

static inline struct octets frame_to(struct mac mac)
{
	struct octets frame = a_frame();

	memcpy(frame.at, &mac, sizeof(mac));
	return frame;
}

#endif
