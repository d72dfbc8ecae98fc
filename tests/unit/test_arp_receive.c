// SPDX-License-Identifier: GPL-2.0-or-later
/* ARP replies that come in on a real interface, whose other end says them octet by octet. */

#include "test.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/arp.h"
#include "arp.h"
#include "support_netns.h"

static const struct mac peer = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac somebody = { { 2, 0, 0, 0, 0, 0x77 } };

struct frame {
	struct mac to, from;
	uint16_t type;
	struct arp arp;
	uint8_t more[64];
};

static struct frame a_reply(uint8_t last)
{
	return (struct frame){
		.to = { { 2, 0, 0, 0, 0, 0x20 } },
		.from = peer,
		.type = htons(ETH_P_ARP),
		.arp = { .hardware_type = htons(ARP_HARDWARE_ETHERNET),
		         .protocol_type = htons(ARP_PROTOCOL_IPV4),
		         .hardware_length = 6,
		         .protocol_length = 4,
		         .operation = htons(ARP_REPLY),
		         .sender_mac = peer,
		         .sender = { { 192, 0, 2, last } },
		         .target_mac = { { 2, 0, 0, 0, 0, 0x20 } },
		         .target = { { 192, 0, 2, 2 } } },
	};
}

enum { WHOLE = sizeof(struct frame) - 64 };

_Static_assert(WHOLE == ETH_HLEN + sizeof(struct arp), "as on the wire");

/* Out of the interface's other end. */
static void sends(const char *interface, const void *octets, size_t length)
{
	const struct sockaddr_ll there = { .sll_family = AF_PACKET,
		                           .sll_ifindex = (int)if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
		sendto(fd, octets, length, 0, (const struct sockaddr *)&there, sizeof(there)),
		length);
	close(fd);
}

static int listens(void)
{
	int fd;

	need_namespace();
	add_link("lan");
	add_link("other");
	fd = arp_listen(if_nametoindex("lan"));
	assert_true(fd >= 0);
	return fd;
}

static void hears(int fd, uint8_t last, const struct mac *expected)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct ipv4 address;
	struct mac mac;

	assert_int_equal(poll(&ready, 1, 5000), 1);
	assert_int_equal(arp_receive(fd, &address, &mac), 0);
	assert_memory_equal(&address, &((struct ipv4){ { 192, 0, 2, last } }), sizeof(address));
	assert_memory_equal(&mac, expected, sizeof(mac));
}

static void hears_nothing(int fd)
{
	struct ipv4 address;
	struct mac mac;

	assert_int_equal(arp_receive(fd, &address, &mac), -EAGAIN);
}

BEFORE_EACH(make_namespace)

TEST(a_reply_to_us)
{
	const struct frame reply = a_reply(20);
	int fd = listens();

	hears_nothing(fd);
	sends("lan-end", &reply, WHOLE);
	hears(fd, 20, &peer);
	hears_nothing(fd);
	close(fd);
}

/* Who has the address is in the ARP, whoever's frame it is. */
TEST(the_sender_is_arps)
{
	struct frame reply = a_reply(20);
	int fd = listens();

	reply.arp.sender_mac = somebody;
	sends("lan-end", &reply, WHOLE);
	hears(fd, 20, &somebody);
	close(fd);
}

TEST(a_reply_to_others)
{
	struct frame reply = a_reply(20);
	int fd = listens();

	memset(&reply.to, 0xff, sizeof(reply.to)); /* an announcement */
	sends("lan-end", &reply, WHOLE);
	hears(fd, 20, &peer);
	close(fd);
}

TEST(many_in_their_order)
{
	int fd = listens();

	for (uint8_t last = 1; last < 100; last++) {
		const struct frame reply = a_reply(last);

		sends("lan-end", &reply, last % 2 ? WHOLE : sizeof(reply)); /* padded */
	}
	for (uint8_t last = 1; last < 100; last++)
		hears(fd, last, &peer);
	hears_nothing(fd);
	close(fd);
}

/* It is passed over, and what comes behind it is not. */
TEST(what_is_no_reply_of_ipv4)
{
	struct frame frames[] = { a_reply(1), a_reply(2), a_reply(3), a_reply(4),
		                  a_reply(5), a_reply(6), a_reply(7) };
	const struct frame last = a_reply(20);
	int fd = listens();

	frames[0].arp.operation = htons(ARP_REQUEST);
	frames[1].arp.operation = htons(0x0200);
	frames[2].arp.hardware_type = htons(6);
	frames[3].arp.protocol_type = htons(ETH_P_IPV6);
	frames[4].type = htons(ETH_P_RARP);
	frames[5].type = htons(ETH_P_IP);
	for (size_t i = 0; i < 6; i++)
		sends("lan-end", &frames[i], WHOLE);
	for (size_t length = ETH_HLEN; length < WHOLE; length++)
		sends("lan-end", &frames[6], length);
	sends("lan-end", &last, WHOLE);
	hears(fd, 20, &peer);
	hears_nothing(fd);
	close(fd);
}

TEST(of_other_interfaces_and_our_own)
{
	const struct frame reply = a_reply(20), last = a_reply(21);
	int fd = listens();

	sends("other-end", &reply, WHOLE);
	sends("lan", &reply, WHOLE);
	sends("lan-end", &last, WHOLE);
	hears(fd, 21, &peer);
	hears_nothing(fd);
	close(fd);
}

TEST(an_interface_that_is_not_there)
{
	need_namespace();
	assert_int_equal(arp_listen(4711), -ENODEV);
}

TEST(an_interface_that_goes)
{
	struct ipv4 address;
	struct mac mac;
	int fd = listens();

	HERE("ip link del lan");
	assert_int_equal(arp_receive(fd, &address, &mac), -ENETDOWN);
	assert_int_equal(arp_receive(fd, &address, &mac), -EAGAIN);
	close(fd);
}
