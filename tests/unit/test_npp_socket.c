// SPDX-License-Identifier: GPL-2.0-or-later
/* What is assert_received of a real link: which frames, to whom, and in which VLAN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>

#include "support_npp_socket.h"

static void test_a_frame(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	assert_received(&frame);
	frame.length += 10;
	send_from("lan-end", &frame);
	assert_int_equal(next().length, MESSAGE);
	assert_none();
}

static void test_the_icmp_type(void **state)
{
	struct octets frame = a_frame();

	(void)state;
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

static void test_other_protocols(void **state)
{
	static const uint16_t types[] = { 0x0801, 0x0806, 0x86dd, 0x88cc };
	static const uint8_t protocols[] = { 0, 2, 6, 17, 58 };
	struct octets frame = a_frame();

	(void)state;
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

static void test_fragments(void **state)
{
	static const uint16_t parts[] = { 0x2000, 0x2001, 0x0001, 0x0100, 0x1000, 0x1fff, 0x6000 };
	struct octets frame = a_frame();

	(void)state;
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
static void test_ip_options(void **state)
{
	struct octets frame = { .length = 0 };

	(void)state;
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

static void test_destinations(void **state)
{
	static const struct mac others[] = {
		{ { 0x02, 0, 0, 0, 0, 0x22 } },       /* unused */
		{ { 0x01, 0, 0x5e, 0, 0, 0x01 } },    /* IPv4 multicast */
		{ { 0x33, 0x33, 0, 0, 0, 0x01 } },    /* IPv6 multicast */
		{ { 0x03, 0, 0, 0, 0, 0x20 } },       /* ours but for one bit */
		{ { 0xff, 0xff, 0xff, 0xff, 0xff } }, /* broadcast but for some bits */
	};
	struct octets frame = to(MAC_BROADCAST);

	(void)state;
	connect_lan();
	assert_received(&frame);
	assert_none_of(others, sizeof(others) / sizeof(*others));
	make_promiscuous();
	assert_none_of(others, sizeof(others) / sizeof(*others));
}

/* Not even the broadcasts that the kernel loops back. */
static void test_own_frames(void **state)
{
	const struct sockaddr_in all = { .sin_family = AF_INET,
		                         .sin_addr.s_addr = INADDR_BROADCAST };
	struct octets frame = a_frame();
	int stack;

	(void)state;
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

static void test_other_interfaces(void **state)
{
	const struct octets frame = a_frame();

	(void)state;
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

static void test_tagged_without_vlan_interface(void **state)
{
	struct octets frame = a_frame();

	(void)state;
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
static void test_tagged_with_vlan_interface(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	add_vlan_10();
	assert_received_in_vlan_10();
	assert_received_tagged(11, &frame);
	assert_received(&frame);
}

static void test_on_a_vlan_interface(void **state)
{
	const struct octets untagged = a_frame(), other = tagged(&untagged, 11);
	struct octets frame = untagged;

	(void)state;
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

static void test_tagged_to_another_host(void **state)
{
	struct octets frame = to((struct mac){ { 0x02, 0, 0, 0, 0, 0x22 } });

	(void)state;
	connect_lan();
	make_promiscuous();
	frame = tagged(&frame, 10);
	assert_not_received(&frame);
}

/* A firewall takes an unknown ICMP type for invalid, and must have no effect. */
static void test_firewall(void **state)
{
	struct octets frame = a_frame();

	(void)state;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOCKET_TEST(test_a_frame),
		SOCKET_TEST(test_the_icmp_type),
		SOCKET_TEST(test_other_protocols),
		SOCKET_TEST(test_fragments),
		SOCKET_TEST(test_ip_options),
		SOCKET_TEST(test_destinations),
		SOCKET_TEST(test_own_frames),
		SOCKET_TEST(test_other_interfaces),
		SOCKET_TEST(test_tagged_without_vlan_interface),
		SOCKET_TEST(test_tagged_with_vlan_interface),
		SOCKET_TEST(test_on_a_vlan_interface),
		SOCKET_TEST(test_tagged_to_another_host),
		SOCKET_TEST(test_firewall),
	};

	return cmocka_run_group_tests(tests, on_one_processor, NULL);
}
