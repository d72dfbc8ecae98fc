// SPDX-License-Identifier: GPL-2.0-or-later
/* What is heard of a real link: which frames, to whom, and in which VLAN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>

#include "support_npp_socket.h"

static void a_whole_frame(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	heard(&frame);
	frame.length += 10;
	send_from("lan-end", &frame);
	assert_int_equal(next().length, MESSAGE);
	silence();
}

static void of_one_type_alone(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	for (unsigned type = 0; type < 256; type++) {
		frame.at[ETHER + IP] = (uint8_t)type;
		if (type == TYPE)
			heard(&frame);
		else
			kept_by_the_kernel(&frame);
	}
	close(hearing);
	hearing = npp_socket_open(if_nametoindex("lan"), 200);
	frame.at[ETHER + IP] = TYPE;
	send_from("lan-end", &frame);
	frame.at[ETHER + IP] = 200;
	heard(&frame);
}

static void another_protocol(void **state)
{
	static const uint16_t types[] = { 0x0801, 0x0806, 0x86dd, 0x88cc };
	static const uint8_t protocols[] = { 0, 2, 6, 17, 58 };
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	EACH(i, types)
	{
		put16(&frame, TYPE_AT, types[i]);
		kept_by_the_kernel(&frame);
	}
	put16(&frame, TYPE_AT, 0x0800);
	EACH(i, protocols)
	{
		PUT(&frame, PROTOCOL_AT, protocols[i]);
		kept_by_the_kernel(sum_header(&frame));
	}
}

static void fragments(void **state)
{
	static const uint16_t parts[] = { 0x2000, 0x2001, 0x0001, 0x0100, 0x1000, 0x1fff, 0x6000 };
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	EACH(i, parts)
	{
		put16(&frame, FRAGMENT_AT, parts[i]);
		kept_by_the_kernel(sum_header(&frame));
	}
	put16(&frame, FRAGMENT_AT, 0);
	heard(sum_header(&frame));
}

/* Where the filter looks for the type */
static void behind_options(void **state)
{
	struct octets frame = { .length = 0 };

	(void)state;
	connect_lan();
	add(&frame, good, ETHER + IP);
	ADD(&frame, 1, 1, 1, 1);
	add(&frame, good + ETHER + IP, MESSAGE);
	PUT(&frame, ETHER, 0x46);
	PUT(&frame, TOTAL_AT, 0, IP + 4 + MESSAGE);
	heard(sum_header(&frame));
	frame.at[ETHER + IP + 4] = 8;
	frame.at[ETHER + IP] = TYPE;
	kept_by_the_kernel(sum_header(&frame));
}

static void none_of(const struct mac *others, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct octets frame = to(others[i]);

		not_heard(&frame);
	}
}

/* As the daemon does where it answers with its hosts' MACs. */
static void take_in_all(void)
{
	const struct iface lan = { .ifindex = if_nametoindex("lan") };

	assert_int_equal(packet_promiscuous(sending, &lan, 1), 0);
}

static void to_whom(void **state)
{
	static const struct mac others[] = {
		{ { 0x02, 0, 0, 0, 0, 0x22 } },       /* nobody's */
		{ { 0x01, 0, 0x5e, 0, 0, 0x01 } },    /* all in IPv4 */
		{ { 0x33, 0x33, 0, 0, 0, 0x01 } },    /* all in IPv6 */
		{ { 0x03, 0, 0, 0, 0, 0x20 } },       /* ours, but for one bit */
		{ { 0xff, 0xff, 0xff, 0xff, 0xff } }, /* to all, but for some bits */
	};
	struct octets frame = to(MAC_BROADCAST);

	(void)state;
	connect_lan();
	heard(&frame);
	none_of(others, sizeof(others) / sizeof(*others));
	take_in_all();
	none_of(others, sizeof(others) / sizeof(*others));
}

/* Not even those that the kernel loops back to its own. */
static void nothing_of_its_own(void **state)
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
	let_through();
	assert_int_equal(sendto(stack, good + ETHER + IP, MESSAGE, 0, (const struct sockaddr *)&all,
	                        sizeof(all)),
	                 MESSAGE);
	close(stack);
	send_from("lan", &frame);
	frame = to(MAC_BROADCAST);
	send_from("lan", &frame);
	none_but_this();
	assert_int_equal(let_through(), 1);
}

static void of_its_interface_alone(void **state)
{
	const struct octets frame = a_frame();

	(void)state;
	connect_lan();
	add_whole_link("other");
	send_from("other-end", &frame);
	none_but_this();
	assert_int_equal(let_through(), 1);
}

static struct octets tagged(const struct octets *untagged, uint16_t tag)
{
	struct octets frame = { .length = 0 };

	add(&frame, untagged->at, TYPE_AT);
	ADD(&frame, 0x81, 0x00, (uint8_t)(tag >> 8), (uint8_t)tag);
	add(&frame, untagged->at + TYPE_AT, untagged->length - TYPE_AT);
	return frame;
}

static void in_vlan(uint16_t tag, const struct octets *untagged)
{
	const struct octets frame = tagged(untagged, tag);

	heard_in(tag & 0xfff, &frame);
}

static void heard_in_vlan_10(void)
{
	struct octets frame = a_frame();

	in_vlan(10, &frame);
	frame = to(MAC_BROADCAST);
	in_vlan(10, &frame);
}

static void in_a_vlan_that_this_machine_is_not_in(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	heard_in_vlan_10();
	in_vlan(0xffe, &frame);
	in_vlan(0xf00a, &frame); /* priority 7, may be dropped (IEEE 802.1Q) */
	in_vlan(0xe000, &frame); /* a priority alone */
	frame = tagged(&frame, 10);
	frame = tagged(&frame, 20);
	not_heard(&frame);
}

static void add_vlan_10(void)
{
	if (run("ip link add link lan name lan.10 type vlan id 10")) {
		print_message("not with this kernel: VLAN devices\n");
		skip();
	}
	HERE("ip link set lan.10 up");
}

/* Once, and not as if it had no tag. */
static void in_a_vlan_that_this_machine_is_in(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	connect_lan();
	add_vlan_10();
	heard_in_vlan_10();
	in_vlan(11, &frame);
	heard(&frame);
}

static void on_the_interface_of_a_vlan(void **state)
{
	const struct octets untagged = a_frame(), other = tagged(&untagged, 11);
	struct octets frame = untagged;

	(void)state;
	connect_lan();
	add_vlan_10();
	close(hearing);
	hearing = npp_socket_open(if_nametoindex("lan.10"), TYPE);
	send_from("lan-end", &untagged);
	send_from("lan-end", &other);
	frame.at[TRANSACTION_AT] ^= 0xff;
	frame = tagged(&frame, 10);
	heard_in(0, &frame);
}

static void in_a_vlan_to_another(void **state)
{
	struct octets frame = to((struct mac){ { 0x02, 0, 0, 0, 0, 0x22 } });

	(void)state;
	connect_lan();
	take_in_all();
	frame = tagged(&frame, 10);
	not_heard(&frame);
}

/* Through the firewall of a host, which takes a type that it does not know for invalid. */
static void whatever_the_firewall_says(void **state)
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
	heard(&frame);
	heard_in_vlan_10();
	HERE("nft list table ip host | grep -q 'invalid counter packets 1 '");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOCKET_TEST(a_whole_frame),
		SOCKET_TEST(of_one_type_alone),
		SOCKET_TEST(another_protocol),
		SOCKET_TEST(fragments),
		SOCKET_TEST(behind_options),
		SOCKET_TEST(to_whom),
		SOCKET_TEST(nothing_of_its_own),
		SOCKET_TEST(of_its_interface_alone),
		SOCKET_TEST(in_a_vlan_that_this_machine_is_not_in),
		SOCKET_TEST(in_a_vlan_that_this_machine_is_in),
		SOCKET_TEST(on_the_interface_of_a_vlan),
		SOCKET_TEST(in_a_vlan_to_another),
		SOCKET_TEST(whatever_the_firewall_says),
	};

	return cmocka_run_group_tests(tests, on_one_processor, NULL);
}
