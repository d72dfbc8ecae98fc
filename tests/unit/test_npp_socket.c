// SPDX-License-Identifier: GPL-2.0-or-later
/* What is assert_received of a real link: which frames, to whom, and in which VLAN. */
#include "test.h"

#include <string.h>

#include <netinet/in.h>

#include "support_npp_socket.h"

BEFORE_EACH(make_namespace)
AFTER_EACH(close_all)
BEFORE_ALL(on_one_processor)

TEST(a_frame)
{
	struct octets frame = a_frame();

	connect_lan();
	assert_received(&frame);
	frame.length += 10;
	send_from("lan-end", &frame);
	assert_int_equal(next().length, MESSAGE);
	assert_none();
}

TEST(the_icmp_type)
{
	struct octets frame = a_frame();

	connect_lan();
	for (unsigned type = 0; type < 256; type++) {
		frame.at[ETHER + IP] = (uint8_t)type;
		if (type == TYPE)
			assert_received(&frame);
		else
			assert_filtered(&frame);
	}
	close(receiver);
	receiver = npp_socket_open(if_nametoindex("lan"), 200);
	frame.at[ETHER + IP] = TYPE;
	send_from("lan-end", &frame);
	frame.at[ETHER + IP] = 200;
	assert_received(&frame);
}

TEST(other_protocols)
{
	static const uint16_t types[] = { 0x0801, 0x0806, 0x86dd, 0x88cc };
	static const uint8_t protocols[] = { 0, 2, 6, 17, 58 };
	struct octets frame = a_frame();

	connect_lan();
	EACH(i, types)
	{
		put16(&frame, TYPE_AT, types[i]);
		assert_filtered(&frame);
	}
	put16(&frame, TYPE_AT, 0x0800);
	EACH(i, protocols)
	{
		PUT(&frame, PROTOCOL_AT, protocols[i]);
		assert_filtered(sum_header(&frame));
	}
}

TEST(fragments)
{
	static const uint16_t parts[] = { 0x2000, 0x2001, 0x0001, 0x0100, 0x1000, 0x1fff, 0x6000 };
	struct octets frame = a_frame();

	connect_lan();
	EACH(i, parts)
	{
		put16(&frame, FRAGMENT_AT, parts[i]);
		assert_filtered(sum_header(&frame));
	}
	put16(&frame, FRAGMENT_AT, 0);
	assert_received(sum_header(&frame));
}

/* The filter must find the type after them. */
TEST(ip_options)
{
	struct octets frame = { .length = 0 };

	connect_lan();
	add(&frame, good, ETHER + IP);
	ADD(&frame, 1, 1, 1, 1);
	add(&frame, good + ETHER + IP, MESSAGE);
	PUT(&frame, ETHER, 0x46);
	PUT(&frame, TOTAL_AT, 0, IP + 4 + MESSAGE);
	assert_received(sum_header(&frame));
	frame.at[ETHER + IP + 4] = 8;
	frame.at[ETHER + IP] = TYPE;
	assert_filtered(sum_header(&frame));
}

static void assert_none_of(const struct mac *others, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct octets frame = to(others[i]);

		assert_not_received(&frame);
	}
}

/* As the daemon does when it answers with its hosts' MACs. */
static void make_promiscuous(void)
{
	const struct iface lan = { .ifindex = if_nametoindex("lan") };

	assert_int_equal(packet_promiscuous(sender, &lan, 1), 0);
}

TEST(destinations)
{
	static const struct mac others[] = {
		{ { 0x02, 0, 0, 0, 0, 0x22 } },       /* unused */
		{ { 0x01, 0, 0x5e, 0, 0, 0x01 } },    /* IPv4 multicast */
		{ { 0x33, 0x33, 0, 0, 0, 0x01 } },    /* IPv6 multicast */
		{ { 0x03, 0, 0, 0, 0, 0x20 } },       /* ours but for one bit */
		{ { 0xff, 0xff, 0xff, 0xff, 0xff } }, /* broadcast but for some bits */
	};
	struct octets frame = to(MAC_BROADCAST);

	connect_lan();
	assert_received(&frame);
	assert_none_of(others, sizeof(others) / sizeof(*others));
	make_promiscuous();
	assert_none_of(others, sizeof(others) / sizeof(*others));
}

/* Not even the broadcasts that the kernel loops back. */
TEST(own_frames)
{
	const struct sockaddr_in all = { .sin_family = AF_INET,
		                         .sin_addr.s_addr = INADDR_BROADCAST };
	struct octets frame = a_frame();
	int stack;

	connect_lan();
	HERE("ip address add 192.0.2.20/24 brd + dev lan && ip route add default dev lan");
	stack = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	assert_true(stack >= 0);
	assert_int_equal(setsockopt(stack, SOL_SOCKET, SO_BROADCAST, &(int){ 1 }, sizeof(int)), 0);
	count_passed();
	assert_int_equal(sendto(stack, good + ETHER + IP, MESSAGE, 0, (const struct sockaddr *)&all,
	                        sizeof(all)),
	                 MESSAGE);
	close(stack);
	send_from("lan", &frame);
	frame = to(MAC_BROADCAST);
	send_from("lan", &frame);
	assert_next_only();
	assert_int_equal(count_passed(), 1);
}

TEST(other_interfaces)
{
	const struct octets frame = a_frame();

	connect_lan();
	add_whole_link("other");
	send_from("other-end", &frame);
	assert_next_only();
	assert_int_equal(count_passed(), 1);
}

static struct octets tagged(const struct octets *untagged, uint16_t tag)
{
	struct octets frame = { .length = 0 };

	add(&frame, untagged->at, TYPE_AT);
	ADD(&frame, 0x81, 0x00, (uint8_t)(tag >> 8), (uint8_t)tag);
	add(&frame, untagged->at + TYPE_AT, untagged->length - TYPE_AT);
	return frame;
}

static void assert_received_tagged(uint16_t tag, const struct octets *untagged)
{
	const struct octets frame = tagged(untagged, tag);

	assert_received_in(tag & 0xfff, &frame);
}

static void assert_received_in_vlan_10(void)
{
	struct octets frame = a_frame();

	assert_received_tagged(10, &frame);
	frame = to(MAC_BROADCAST);
	assert_received_tagged(10, &frame);
}

TEST(tagged_without_vlan_interface)
{
	struct octets frame = a_frame();

	connect_lan();
	assert_received_in_vlan_10();
	assert_received_tagged(0xffe, &frame);
	assert_received_tagged(0xf00a, &frame); /* priority 7, may be dropped (IEEE 802.1Q) */
	assert_received_tagged(0xe000, &frame); /* priority tag without VLAN */
	frame = tagged(&frame, 10);
	frame = tagged(&frame, 20);
	assert_not_received(&frame);
}

static void add_vlan_10(void)
{
	if (run("ip link add link lan name lan.10 type vlan id 10")) {
		print_message("this kernel has no VLAN devices\n");
		skip();
	}
	HERE("ip link set lan.10 up");
}

/* Once, and not as untagged. */
TEST(tagged_with_vlan_interface)
{
	struct octets frame = a_frame();

	connect_lan();
	add_vlan_10();
	assert_received_in_vlan_10();
	assert_received_tagged(11, &frame);
	assert_received(&frame);
}

TEST(on_a_vlan_interface)
{
	const struct octets untagged = a_frame(), other = tagged(&untagged, 11);
	struct octets frame = untagged;

	connect_lan();
	add_vlan_10();
	close(receiver);
	receiver = npp_socket_open(if_nametoindex("lan.10"), TYPE);
	send_from("lan-end", &untagged);
	send_from("lan-end", &other);
	frame.at[TRANSACTION_AT] ^= 0xff;
	frame = tagged(&frame, 10);
	assert_received_in(0, &frame);
}

TEST(tagged_to_another_host)
{
	struct octets frame = to((struct mac){ { 0x02, 0, 0, 0, 0, 0x22 } });

	connect_lan();
	make_promiscuous();
	frame = tagged(&frame, 10);
	assert_not_received(&frame);
}

/* A firewall takes an unknown ICMP type for invalid, and must have no effect. */
TEST(firewall)
{
	struct octets frame = a_frame();

	connect_lan();
	if (run("command -v nft >/dev/null")) {
		print_message("nft is not installed\n");
		skip();
	}
	HERE("ip address add 192.0.2.20/24 dev lan");
	HERE("nft add table ip host");
	HERE("nft 'add chain ip host in { type filter hook input priority 0; policy drop; }'");
	HERE("nft add rule ip host in ct state invalid counter drop");
	assert_received(&frame);
	assert_received_in_vlan_10();
	HERE("nft list table ip host | grep -q 'invalid counter packets 1 '");
}
