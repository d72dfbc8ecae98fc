// SPDX-License-Identifier: GPL-2.0-or-later
/* ARP: what the proxy sends, octet by octet, and which replies it receives on a real interface. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arp.h"
#include "base/addr.h"
#include "net/arp.h"
#include "support_lan.h"
#include "support_octets.h"

static const struct mac proxy = { { 0x02, 0, 0, 0, 0, 0x20 } };
static const struct mac owner = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };
static const struct ipv4 from = { { 192, 0, 2, 2 } };
static const struct ipv4 target = { { 192, 0, 2, 20 } };

static void assert_octets(const struct packet *packet, const void *octets, size_t length)
{
	assert_int_equal(packet->length, length);
	assert_memory_equal(packet->octets, octets, length);
}

BEFORE_EACH(make_namespace)

#define REQUEST \
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, /* Ethernet, IPv4, request */ \
		0x02, 0x00, 0x00, 0x00, 0x00, 0x20, 0xc0, 0x00, 0x02, 0x02, /* from */ \
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x14  /* who is? */

TEST(requests_to_the_owner_and_to_all_of_a_vlan)
{
	struct packet packet;

	arp_write_request(&packet, &owner, &proxy, from, target, 0);
	assert_octets(&packet, OCTETS(0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* to */
	                              0x02, 0x00, 0x00, 0x00, 0x00, 0x20, 0x08, 0x06, REQUEST));
	arp_write_request(&packet, &MAC_BROADCAST, &proxy, from, target, 4094);
	assert_octets(&packet, OCTETS(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to */
	                              0x02, 0x00, 0x00, 0x00, 0x00, 0x20, /* from */
	                              0x81, 0x00, 0x0f, 0xfe, 0x08, 0x06, REQUEST));
}

TEST(reply_to_the_peer_that_woke_it)
{
	static const uint8_t reply[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x10,                         /* to the peer */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x20,                         /* from the proxy */
		0x81, 0x00, 0x00, 0x0a, 0x08, 0x06,                         /* in VLAN 10 */
		0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02,             /* a reply */
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14, /* the host is there */
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14, /* gratuitously */
	};
	const struct report report = {
		.vlan = 10,
		.host = owner,
		.peer_mac = { { 0x02, 0, 0, 0, 0, 0x10 } },
		.peer = ipv4_mapped((struct ipv4){ { 192, 0, 2, 10 } }),
		.address = ipv4_mapped(target),
	};
	struct packet packet;

	arp_write_update(&packet, &proxy, &report);
	assert_octets(&packet, reply, sizeof(reply));
}

/* With that it would be an ARP Probe (RFC 5227), and a conflict for the owner. */
TEST(no_request_without_a_source)
{
	const struct iface lan = { .ifindex = 1, .mac = proxy };

	assert_int_equal(arp_request(-1, &lan, &owner, (struct ipv4){ { 0 } }, target, 0),
	                 -EADDRNOTAVAIL);
	assert_int_equal(arp_request(-1, &lan, &owner, from, target, 0), -EBADF);
}

struct frame {
	struct mac to, from;
	uint16_t type;
	struct arp arp;
	uint8_t more[64];
};

enum { WHOLE = ETH_HLEN + sizeof(struct arp) };

_Static_assert(offsetof(struct frame, more) == WHOLE, "as on the wire");

static struct frame a_reply(uint8_t last)
{
	return (struct frame){
		.to = proxy,
		.from = owner,
		.type = htons(ETH_P_ARP),
		.arp = { .hardware_type = htons(ARP_HARDWARE_ETHERNET),
		         .protocol_type = htons(ARP_PROTOCOL_IPV4),
		         .hardware_length = 6,
		         .protocol_length = 4,
		         .operation = htons(ARP_REPLY),
		         .sender_mac = owner,
		         .sender = { { 192, 0, 2, last } },
		         .target_mac = proxy,
		         .target = from },
	};
}

/* As it is, without the padding of packet_send. */
static void send_from(const char *interface, const struct frame *frame, size_t length)
{
	const struct sockaddr_ll out = { .sll_family = AF_PACKET,
		                         .sll_ifindex = (int)if_nametoindex(interface) };
	const int fd = packet_open();

	assert_int_equal(sendto(fd, frame, length, 0, (const struct sockaddr *)&out, sizeof(out)),
	                 length);
	close(fd);
}

static int listen_on_lan(bool requests)
{
	int fd;

	need_namespace();
	add_link("lan");
	add_link("other");
	fd = arp_listen(if_nametoindex("lan"), requests);
	assert_true(fd >= 0);
	return fd;
}

/* The next that is not skipped. */
static int receive(int fd, struct ipv4 *address, struct mac *mac)
{
	int err;

	do
		err = arp_receive(fd, address, mac);
	while (err == -EBADMSG);
	return err;
}

/* Whose MAC is said in the ARP, whoever sends the frame; and nothing else. */
static void assert_only(int fd, const struct frame *frame, const char *shows)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct ipv4 address;
	struct mac mac;

	if (poll(&ready, 1, 5000) != 1 || receive(fd, &address, &mac) ||
	    !ipv4_equal(address, frame->arp.sender) || !mac_equal(&mac, &frame->arp.sender_mac))
		fail_msg("%s: the reply of 192.0.2.%u is not what is received", shows,
		         frame->arp.sender.octet[3]);
	if (receive(fd, &address, &mac) != -EAGAIN)
		fail_msg("%s: more is received", shows);
}

#define AT(member) offsetof(struct frame, member)

/* What is no reply is passed over, and what comes after it is not. */
TEST(replies_and_what_is_none)
{
	static const struct {
		const char *shows;
		size_t at;
		uint16_t value; /* there, instead of what the reply has */
		bool is_reply;
	} cases[] = {
		{ "a reply to us", AT(type), ETH_P_ARP, true },
		{ "a reply to others", AT(to), 0xffff, true },
		{ "of another sender than the frame's", AT(arp.sender_mac), 0x0200, true },
		{ "a request", AT(arp.operation), ARP_REQUEST, false },
		{ "an operation in the wrong order", AT(arp.operation), 0x0200, false },
		{ "of another hardware", AT(arp.hardware_type), 6, false },
		{ "of another protocol", AT(arp.protocol_type), ETH_P_IPV6, false },
		{ "in a frame of RARP", AT(type), ETH_P_RARP, false },
		{ "in a frame of IPv4", AT(type), ETH_P_IP, false },
	};
	const int fd = listen_on_lan(false);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const uint16_t value = htons(cases[i].value);
		struct frame frame = a_reply(20);
		const struct frame next = a_reply(21);

		memcpy((uint8_t *)&frame + cases[i].at, &value, sizeof(value));
		send_from("lan-end", &frame, WHOLE);
		if (cases[i].is_reply)
			assert_only(fd, &frame, cases[i].shows);
		send_from("lan-end", &next, sizeof(next)); /* padded */
		assert_only(fd, &next, cases[i].shows);
	}
	close(fd);
}

TEST(requests_where_they_are_wanted)
{
	struct frame request = a_reply(20);
	const struct frame reply = a_reply(21);
	const int fd = listen_on_lan(true);

	request.arp.operation = htons(ARP_REQUEST);
	request.to = owner;
	send_from("lan-end", &request, WHOLE); /* to another machine, as what has lost its tag */
	request.to = MAC_BROADCAST;
	send_from("lan-end", &request, WHOLE);
	assert_only(fd, &request, "a request to all");
	send_from("lan-end", &reply, WHOLE);
	assert_only(fd, &reply, "a reply");
	close(fd);
}

TEST(what_is_cut_short_and_of_other_interfaces_and_our_own)
{
	const struct frame frame = a_reply(20), last = a_reply(21);
	const int fd = listen_on_lan(false);

	for (size_t length = ETH_HLEN; length < WHOLE; length++)
		send_from("lan-end", &frame, length);
	send_from("other-end", &frame, WHOLE);
	send_from("lan", &frame, WHOLE);
	send_from("lan-end", &last, WHOLE);
	assert_only(fd, &last, "the others");
	close(fd);
}

TEST(an_interface_that_is_not_there_or_goes)
{
	const int fd = listen_on_lan(false);
	struct ipv4 address;
	struct mac mac;

	assert_int_equal(arp_listen(4711, false), -ENODEV);
	HERE("ip link del lan");
	assert_int_equal(arp_receive(fd, &address, &mac), -ENETDOWN);
	assert_int_equal(arp_receive(fd, &address, &mac), -EAGAIN);
	close(fd);
}
