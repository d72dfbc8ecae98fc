// SPDX-License-Identifier: GPL-2.0-or-later
/* The ARP requests that the proxy sends, octet by octet. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "net/arp.h"

static const struct mac proxy = { { 0x02, 0, 0, 0, 0, 0x02 } };
static const struct mac owner = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };
static const struct ipv4 from = { { 192, 0, 2, 2 } };
static const struct ipv4 target = { { 192, 0, 2, 20 } };

static const uint8_t arp[] = {
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01,             /* Ethernet, IPv4, request */
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0xc0, 0x00, 0x02, 0x02, /* from */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x14, /* who is? */
};

TEST(request)
{
	struct packet packet;

	arp_write_request(&packet, &owner, &proxy, from, target, 0);
	assert_int_equal(packet.length, 14 + sizeof(arp));
	assert_memory_equal(packet.octets, "\x52\x54\0\x12\x34\x56\x02\0\0\0\0\x02\x08\x06", 14);
	assert_memory_equal(packet.octets + 14, arp, sizeof(arp));
}

TEST(request_in_a_vlan)
{
	struct packet packet;

	arp_write_request(&packet, &MAC_BROADCAST, &proxy, from, target, 4094);
	assert_int_equal(packet.length, 18 + sizeof(arp));
	assert_memory_equal(packet.octets + 12, "\x81\0\x0f\xfe\x08\x06", 6);
	assert_memory_equal(packet.octets + 18, arp, sizeof(arp));
}

TEST(reply_to_the_peer_that_woke_it)
{
	static const uint8_t reply[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x10,                         /* to the peer */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x02,                         /* from the proxy */
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
	assert_int_equal(packet.length, sizeof(reply));
	assert_memory_equal(packet.octets, reply, sizeof(reply));
}

/* With that it would be an ARP Probe (RFC 5227), and a conflict for the owner. */
TEST(no_request_without_a_source)
{
	const struct iface lan = { .ifindex = 1, .mac = proxy };

	assert_int_equal(arp_request(-1, &lan, &owner, (struct ipv4){ { 0 } }, target, 0),
	                 -EADDRNOTAVAIL);
	assert_int_equal(arp_request(-1, &lan, &owner, from, target, 0), -EBADF);
}
