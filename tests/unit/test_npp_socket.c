// SPDX-License-Identifier: GPL-2.0-or-later
/* What is received from a real link: which frames, to whom, and in which VLAN. */
#include "test.h"

#include <string.h>

#include <netinet/in.h>

#include "support_npp.h"

BEFORE_EACH(connect_lan)
AFTER_EACH(close_all)

/* In the kernel, without waking the process: those since the last call of count_passed. */
static void assert_filtered(void)
{
	assert_next_only();
	assert_int_equal(count_passed(), 1);
}

TEST(a_frame_and_its_padding)
{
	struct octets frame = a_frame();

	assert_received(&frame);
	frame.length += 10;
	send_from("lan-end", &frame);
	assert_int_equal(next_packet().length, MESSAGE);
	assert_none();
}

TEST(the_icmp_type)
{
	struct octets frame = a_frame();

	count_passed();
	for (unsigned type = 0; type < 256; type++) {
		frame.at[ETHER + IP] = (uint8_t)type;
		if (type != TYPE)
			send_from("lan-end", &frame);
	}
	assert_filtered();
	open_receiver("lan", 200);
	frame.at[ETHER + IP] = TYPE;
	send_from("lan-end", &frame);
	frame.at[ETHER + IP] = 200;
	assert_received(&frame);
}

TEST(what_the_kernel_filters)
{
	static const struct {
		const char *shows;
		size_t at;
		uint16_t value;
	} cases[] = {
		{ "another EtherType", TYPE_AT, 0x0801 },
		{ "ARP", TYPE_AT, 0x0806 },
		{ "IPv6", TYPE_AT, 0x86dd },
		{ "LLDP", TYPE_AT, 0x88cc },
		{ "protocol 0", PROTOCOL_AT - 1, 0x4000 },
		{ "IGMP", PROTOCOL_AT - 1, 0x4002 },
		{ "TCP", PROTOCOL_AT - 1, 0x4006 },
		{ "UDP", PROTOCOL_AT - 1, 0x4011 },
		{ "ICMPv6", PROTOCOL_AT - 1, 0x403a },
		{ "more fragments", FRAGMENT_AT, 0x2000 },
		{ "more fragments, offset 1", FRAGMENT_AT, 0x2001 },
		{ "offset 1", FRAGMENT_AT, 0x0001 },
		{ "offset 256", FRAGMENT_AT, 0x0100 },
		{ "offset 4096", FRAGMENT_AT, 0x1000 },
		{ "the last offset", FRAGMENT_AT, 0x1fff },
		{ "more fragments, though there may be none", FRAGMENT_AT, 0x6000 },
	};
	struct octets frame = a_frame();

	put16(&frame, FRAGMENT_AT, 0);
	assert_received(sum_header(&frame));
	EACH_SHOWN(i, cases)
	{
		frame = a_frame();
		put16(&frame, cases[i].at, cases[i].value);
		count_passed();
		assert_not_received(sum_header(&frame));
		assert_int_equal(count_passed(), 1); /* else it wakes the process */
	}
}

/* The filter must find the type after them. */
TEST(ip_options)
{
	struct octets frame = { .length = 0 };

	add(&frame, good, ETHER + IP);
	ADD(&frame, 1, 1, 1, 1);
	add(&frame, good + ETHER + IP, MESSAGE);
	PUT(&frame, ETHER, 0x46);
	PUT(&frame, TOTAL_AT, 0, IP + 4 + MESSAGE);
	assert_received(sum_header(&frame));
	frame.at[ETHER + IP + 4] = 8;
	frame.at[ETHER + IP] = TYPE;
	count_passed();
	send_from("lan-end", sum_header(&frame));
	assert_filtered();
}

static struct octets tagged(const struct octets *untagged, uint16_t tag)
{
	struct octets frame = { .length = 0 };

	add(&frame, untagged->at, TYPE_AT);
	ADD(&frame, 0x81, 0x00, (uint8_t)(tag >> 8), (uint8_t)tag);
	add(&frame, untagged->at + TYPE_AT, untagged->length - TYPE_AT);
	return frame;
}

/* As the daemon does when it answers with its hosts' MACs. */
static void make_promiscuous(void)
{
	const struct iface lan = { .ifindex = if_nametoindex("lan") };

	assert_int_equal(packet_promiscuous(sender, &lan, 1), 0);
}

TEST(destinations)
{
	static const struct {
		const char *shows;
		struct mac mac;
	} others[] = {
		{ "unused", { { 0x02, 0, 0, 0, 0, 0x22 } } },
		{ "another IPv4 group", { { 0x01, 0, 0x5e, 0, 0, 0x02 } } },
		{ "IPv6 multicast", { { 0x33, 0x33, 0, 0, 0, 0x01 } } },
		{ "ours but for one bit", { { 0x03, 0, 0, 0, 0, 0x20 } } },
		{ "broadcast but for some bits", { { 0xff, 0xff, 0xff, 0xff, 0xff } } },
	};
	struct octets frame = frame_to(MAC_BROADCAST);

	assert_received(&frame);
	frame = frame_to((struct mac){ { 0x01, 0, 0x5e, 0, 0, 0x01 } });
	assert_received(&frame);
	for (int promiscuous = 0; promiscuous < 2; promiscuous++) {
		EACH_SHOWN(i, others)
		{
			frame = frame_to(others[i].mac);
			assert_not_received(&frame);
			frame = tagged(&frame, 10);
			assert_not_received(&frame);
		}
		make_promiscuous();
	}
}

/* Not even the broadcasts that the kernel loops back. */
TEST(own_frames_and_other_interfaces)
{
	const struct sockaddr_in all = { .sin_family = AF_INET,
		                         .sin_addr.s_addr = INADDR_BROADCAST };
	struct octets frame = a_frame();
	int stack;

	add_whole_link("other");
	HERE("ip address add 192.0.2.20/24 brd + dev lan && ip route add default dev lan");
	stack = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	assert_true(stack >= 0);
	assert_int_equal(setsockopt(stack, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, sizeof(int)), 0);
	count_passed();
	assert_int_equal(sendto(stack, good + ETHER + IP, MESSAGE, 0, (const struct sockaddr *)&all,
	                        sizeof(all)),
	                 MESSAGE);
	close(stack);
	send_from("other-end", &frame);
	send_from("lan", &frame);
	frame = frame_to(MAC_BROADCAST);
	send_from("lan", &frame);
	assert_filtered();
}

static void assert_received_tagged(uint16_t tag)
{
	const struct octets frames[] = { a_frame(), frame_to(MAC_BROADCAST) };

	EACH(i, frames)
	{
		const struct octets frame = tagged(&frames[i], tag);

		assert_received_in(tag & 0xfff, &frame);
	}
}

TEST(tagged_without_vlan_interface)
{
	struct octets frame = a_frame();

	assert_received_tagged(10);
	assert_received_tagged(0xffe);
	assert_received_tagged(0xf00a); /* priority 7, may be dropped (IEEE 802.1Q) */
	assert_received_tagged(0xe000); /* priority tag without VLAN */
	frame = tagged(&frame, 10);
	frame = tagged(&frame, 20);
	assert_not_received(&frame);
}

/* Once, and not as untagged; on the interface of a VLAN only what is tagged so. */
TEST(tagged_with_vlan_interface)
{
	const struct octets untagged = a_frame(), other = tagged(&untagged, 11);
	struct octets frame = untagged;

	if (run("ip link add link lan name lan.10 type vlan id 10")) {
		print_message("this kernel has no VLAN devices\n");
		skip();
	}
	HERE("ip link set lan.10 up");
	assert_received_tagged(10);
	assert_received_tagged(11);
	assert_received(&frame);
	open_receiver("lan.10", TYPE);
	send_from("lan-end", &untagged);
	send_from("lan-end", &other);
	frame.at[TRANSACTION_AT] ^= 0xff;
	frame = tagged(&frame, 10);
	assert_received_in(0, &frame);
}
