// SPDX-License-Identifier: GPL-2.0-or-later
/* Neighbor Discovery: what the proxy sends, octet by octet; the checksum, computed differently. */
#include "test.h"

#include <errno.h>
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/neighbour.h"
#include "net/nd.h"
#include "support_lan.h"
#include "support_octets.h"

static const struct mac proxy = { { 0x02, 0, 0, 0, 0, 0x20 } };
static const struct mac owner = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };
static const struct ipv6 from = { { 0xfe, 0x80, [15] = 2 } };
static const struct ipv6 target = { { 0xfd, [13] = 0x12, 0x34, 0x56 } };

enum { HEAD = 14, IPV6 = 40, ICMPV6 = 32, CHECKSUM = HEAD + IPV6 + 2 };

/* With the checksum left out, which must be right (RFC 8200, 8.1). `tag`: octets of a VLAN tag. */
static void check(const struct packet *packet, size_t tag, const void *octets, size_t length)
{
	uint8_t copy[HEAD + 4 + IPV6 + ICMPV6];
	uint16_t sum;

	assert_int_equal(packet->length, HEAD + tag + IPV6 + ICMPV6);
	assert_int_equal(packet->length, length);
	memcpy(copy, packet->octets, length);
	sum = ones_sum(58 + ICMPV6, copy + HEAD + tag + 8, 32); /* both addresses */
	assert_int_equal(ones_sum(sum, copy + HEAD + tag + IPV6, ICMPV6), 0xffff);
	memset(copy + CHECKSUM + tag, 0, 2);
	assert_memory_equal(copy, octets, length);
}

#define IP 0x60, 0, 0, 0, 0, ICMPV6, 58, 255
#define FROM 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define TARGET 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56
#define GROUP 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x12, 0x34, 0x56
#define ALL 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define PROXY 0x02, 0, 0, 0, 0, 0x20
#define OWNER 0x52, 0x54, 0x00, 0x12, 0x34, 0x56
#define SOLICITATION 135, 0, 0, 0, 0, 0, 0, 0, TARGET, 1, 1, PROXY

TEST(solicitations_to_the_owner_and_to_the_group_of_a_vlan)
{
	struct packet packet;

	nd_write_solicitation(&packet, &owner, &proxy, &from, &target, 0);
	check(&packet, 0, OCTETS(OWNER, PROXY, 0x86, 0xdd, IP, FROM, TARGET, SOLICITATION));
	nd_write_solicitation(&packet, &MAC_BROADCAST, &proxy, &from, &target, 4094);
	check(&packet, 4,
	      OCTETS(0x33, 0x33, 0xff, 0x12, 0x34, 0x56, PROXY, 0x81, 0, 0x0f, 0xfe, 0x86, 0xdd, IP,
	             FROM, GROUP, SOLICITATION));
}

TEST(what_all_nodes_and_the_peer_that_woke_it_are_told)
{
	const struct report report = {
		.vlan = 10,
		.host = owner,
		.peer_mac = { { 0x02, 0, 0, 0, 0, 0x10 } },
		.peer = from,
		.address = target,
	};
	struct packet packet;

	nd_write_announcement(&packet, &proxy, &target, 0);
	check(&packet, 0,
	      OCTETS(0x33, 0x33, 0, 0, 0, 1, PROXY, 0x86, 0xdd, IP, TARGET, ALL, /* with Override */
	             136, 0, 0, 0, 0x20, 0, 0, 0, TARGET, 2, 1, PROXY));
	nd_write_update(&packet, &proxy, &report);
	check(&packet, 4,
	      OCTETS(0x02, 0, 0, 0, 0, 0x10, PROXY, 0x81, 0, 0, 10, 0x86, 0xdd, IP, TARGET, ALL,
	             136, 0, 0, 0, 0x20, 0, 0, 0, TARGET, 2, 1, OWNER));
}

/* A socket that hears what goes out of an interface. */
static int hear(const char *interface)
{
	const struct sockaddr_ll here = { .sll_family = AF_PACKET,
		                          .sll_protocol = htons(0x0003),
		                          .sll_ifindex = (int)if_nametoindex(interface) };
	const int fd = socket(AF_PACKET, SOCK_RAW, 0);

	assert_true(fd >= 0 && !bind(fd, (const struct sockaddr *)&here, sizeof(here)));
	return fd;
}

static void next_frame(int fd, uint8_t octets[PACKET_MAX])
{
	do
		assert_true(recv(fd, octets, PACKET_MAX, 0) > HEAD);
	while (memcmp(octets + 6, proxy.octet, 6)); /* the kernel's own */
}

/* :: would make it a probe, and so a conflict for an owner that is just coming up. */
TEST(no_request_without_a_source)
{
	static const uint8_t of_mac[] = { 0xfe, 0x80, 0, 0,    0,    0, 0, 0,
		                          0,    0,    0, 0xff, 0xfe, 0, 0, 0x20 };
	struct iface lan = { .mac = proxy };
	uint8_t octets[PACKET_MAX];
	int fd, sender;

	need_namespace();
	HERE("ip link add lan type veth peer name end && ip link set end up && ip link set lan up");
	lan.ifindex = if_nametoindex("lan");
	fd = hear("end");
	sender = packet_open();
	assert_int_equal(nd_request(sender, &lan, &owner, &(struct ipv6){ { 0 } }, &target, 0), 0);
	next_frame(fd, octets);
	assert_memory_equal(octets + HEAD + 8, of_mac, sizeof(of_mac));
	assert_int_equal(nd_request(sender, &lan, &owner, &from, &target, 0), 0);
	next_frame(fd, octets);
	assert_memory_equal(octets + HEAD + 8, &from, sizeof(from));
	close(fd);
	close(sender);
}

/* In host mode the switch alone has something to learn: of a frame that we know as our own. */
TEST(announcements_of_both_families)
{
	const struct ipv6 addresses[] = { target, ipv4_mapped((struct ipv4){ { 192, 0, 2, 20 } }) };
	struct iface lan = { .mac = proxy };
	uint8_t octets[PACKET_MAX];
	int fd, sender;

	need_namespace();
	HERE("ip link add lan type veth peer name end && ip link set end up && ip link set lan up");
	lan.ifindex = if_nametoindex("lan");
	fd = hear("end");
	sender = packet_open();
	assert_int_equal(neighbour_announce(sender, &lan, &proxy, addresses, 2, 0), 0);
	next_frame(fd, octets);
	assert_memory_equal(octets + 12, "\x86\xdd", 2);
	next_frame(fd, octets);
	assert_memory_equal(octets + 12, "\x08\x06", 2);
	assert_memory_equal(octets + 28, "\xc0\x00\x02\x14", 4);
	lan.mac = owner;
	assert_int_equal(neighbour_announce(sender, &lan, &proxy, addresses, 2, 0), 0);
	next_frame(fd, octets);
	assert_memory_equal(octets + 28, "\xc0\x00\x02\x14", 4);
	assert_int_equal(neighbour_announce(sender, &lan, &proxy, addresses, 1, 0), 0);
	next_frame(fd, octets);
	assert_memory_equal(octets + 12, "\x08\x06", 2);
	assert_memory_equal(octets + 28, "\0\0\0\0", 4);
	assert_memory_equal(octets + 32, &owner, 6); /* the target, by which it is known */
	close(fd);
	close(sender);
}

BEFORE_EACH(make_namespace)
