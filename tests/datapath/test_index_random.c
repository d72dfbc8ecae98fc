// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames by chance, of hosts in all states, to two datapaths: one has the index, the other asks the
 * maps alone. Verdicts, frames, counters and the states of hosts must be the same. SEED=n tries
 * other chances.
 */
#include "test.h"

#include "support_look.h"
#include "support_row.h"

#include <stdlib.h>
#include <string.h>

enum {
	HOSTS = 3000,
	FRAMES = 100000,    /* in each machine */
	FRESH_EACH = 20000, /* hosts are set again */
	LOOK_EACH = 500,
	CLIENTS = 8,
	KINDS = 30, /* of frames: ARP, IPv4, IPv6, and others */
	ARP_KINDS = 11,
	IPV4_KINDS = 19,
	IPV6_KINDS = 28,
	LENGTH = 64,
	ND_LENGTH = 86,
};

static uint64_t seed;

static unsigned chance(unsigned of)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)((seed >> 33) % of);
}

static struct mac host_mac(unsigned i)
{
	return (struct mac){ { 0x52, 0x54, 0, 7, (uint8_t)(i >> 8), (uint8_t)i } };
}

/* Up to three of a host; some have the same place, some are in 0.0.0.0/16, some are a group's. */
static struct ipv4 host_address(unsigned i, unsigned which)
{
	static const uint8_t nets[] = { 10, 172, 0, 224 };
	const unsigned net = which < 2 ? which : 2 + i % 2;
	const uint8_t second = which == 1 ? (i & 1 ? 65 : 1) : which == 2 ? 0 : 1;

	return (struct ipv4){ { nets[which == 1 ? 0 : net], second, (uint8_t)(i >> 8),
		                (uint8_t)i } };
}

/* Of some hosts; some of them have no others. */
static struct ipv6 host_address6(unsigned i, unsigned which)
{
	return (struct ipv6){ { (uint8_t)(which == 2 ? 0xff : 0x20), 1, 13, 0xb8, [12] = 7,
		                (uint8_t)which, (uint8_t)(i >> 8), (uint8_t)i } };
}

static struct host_entry host_entry(unsigned i)
{
	static const uint32_t states[] = { AWAKE, DROWSY, ASLEEP, WAKING, ASLEEP, WAKING, 77 };

	return (struct host_entry){
		.state = states[i % 7],
		.ifindex = i % 5 == 0 ? TESTBED_IFINDEX + i % 2 : 0,
		.vlan = i % 11 == 0 ? 7 : 0,
		.flags = i % 13 == 0   ? HOST_ARP_OFFLOAD
		         : i % 17 == 0 ? HOST_ECHO_IGNORE
		         : i % 19 == 0 ? HOST_ECHO_WAKE
		                       : 0,
		.last_seen = i % 3,
	};
}

static void put_hosts(struct testbed *testbed)
{
	for (unsigned i = 0; i < HOSTS; i++) {
		const struct host_entry entry = host_entry(i);
		const struct mac mac = host_mac(i);

		testbed_put_host(testbed, &mac, &entry);
		for (unsigned which = 0; which <= i % 3 && i % 4; which++)
			testbed_put_address(testbed, host_address(i, which), &mac);
		for (unsigned which = 0; which <= i % 3 && (i % 4 == 0 || i % 8 == 1); which++)
			testbed_put_address6(testbed, host_address6(i, which), &mac);
	}
}

static struct ipv4 some_address(void)
{
	const unsigned i = chance(HOSTS + HOSTS / 8);

	return host_address(i, chance(3));
}

static struct ipv6 some_address6(void)
{
	return host_address6(chance(HOSTS / 4 + 9) * 4 + chance(2), chance(16) ? chance(2) : 2);
}

static struct mac some_source(void)
{
	switch (chance(16)) {
	case 0:
		return host_mac(chance(HOSTS));
	case 1:
		return *mac_of(chance(2) ? PROXY : GROUP);
	default:
		return (struct mac){ { 6, 1, 0, 0, 0, (uint8_t)chance(CLIENTS) } };
	}
}

static struct mac some_destination(void)
{
	switch (chance(16)) {
	case 0:
		return host_mac(chance(HOSTS));
	case 1:
		return *mac_of(PEER);
	default:
		return *mac_of(chance(2) ? PROXY : BROADCAST);
	}
}

static void put_arp(uint8_t *arp, const struct mac *source)
{
	static const uint8_t request[] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	const struct ipv4 target = some_address();
	struct ipv4 sender = { { 192, 168, 9, (uint8_t)chance(200) } };

	memcpy(arp, request, sizeof(request));
	if (!chance(10))
		arp[7] = (uint8_t)chance(4);
	if (!chance(50))
		arp[chance(8)] ^= 1;
	memcpy(arp + 8, source, sizeof(*source));
	if (!chance(30))
		arp[8 + chance(6)] ^= 1;
	if (!chance(20))
		sender = some_address();
	else if (!chance(20))
		sender = (struct ipv4){ { 0 } };
	memcpy(arp + 14, &sender, sizeof(sender));
	memcpy(arp + 24, &target, sizeof(target));
}

static void put_ipv4(uint8_t *ip)
{
	static const uint8_t protocols[] = { TCP, TCP, TCP, UDP, ICMP };
	static const uint8_t flags[] = { SYN, SYN, SYN | ECE, ACK, SYN | ACK, RST, SYN | FIN };
	const struct ipv4 from = { { 192, 168, 9, (uint8_t)chance(200) } }, to = some_address();

	ip[0] = chance(20) ? 0x45 : (uint8_t)(chance(2) ? 0x46 : 0x44);
	ip[3] = (uint8_t)(chance(20) ? 40 : 20 + chance(40));
	ip[6] = (uint8_t)(chance(20) ? 0x40 : 0x20 + chance(2));
	ip[8] = 64;
	ip[9] = protocols[chance(5)];
	memcpy(ip + 12, &from, sizeof(from));
	memcpy(ip + 16, &to, sizeof(to));
	if (!chance(30))
		memcpy(ip + 12, &to, sizeof(to));
	ip[20] = 0x80;
	ip[23] = (uint8_t)(chance(4) ? 22 : 67 + chance(2));
	ip[24] = ip[9] == UDP ? 0 : 1;
	ip[25] = ip[9] == UDP ? (uint8_t)(8 + chance(16)) : 1;
	ip[32] = chance(20) ? 0x50 : (uint8_t)(chance(16) << 4);
	ip[33] = flags[chance(7)];
	if (ip[9] == ICMP && chance(4))
		memcpy(ip + 20, (uint8_t[]){ (uint8_t)(chance(10) ? 8 : 0), (uint8_t)!chance(20) },
		       2);
}

/* RFC 8200, 8.1: of a packet whose payload is an even number of octets. */
static uint16_t checksum6(const uint8_t *ip, unsigned payload)
{
	uint32_t sum = payload + ip[6];

	for (unsigned i = 8; i < 40 + payload; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_nd(uint8_t *ip, const struct mac *source)
{
	const struct ipv6 target = some_address6();

	ip[40] = (uint8_t)(chance(8) ? 135 : 136);
	ip[7] = (uint8_t)(chance(30) ? 255 : 64);
	memcpy(ip + 48, &target, sizeof(target));
	ip[64] = (uint8_t)(chance(20) ? 1 : chance(4));
	ip[65] = (uint8_t)(chance(30) ? 1 : chance(3));
	memcpy(ip + 66, source, sizeof(*source));
	if (!chance(30))
		ip[66 + chance(6)] ^= 1;
}

static void put_icmp6(uint8_t *ip, const struct mac *source)
{
	ip[5] = (uint8_t)(chance(20) ? 32 : chance(17) * 2);
	ip[6] = ICMPV6;
	ip[43] = 0;
	if (chance(3))
		put_nd(ip, source);
	else
		ip[40] = (uint8_t)(chance(4) ? 128 : chance(256));
}

static void put_ipv6(uint8_t *ip, const struct mac *source)
{
	static const uint8_t protocols[] = { TCP, TCP, UDP, 0, 43, 44, 60, 59 };
	struct ipv6 from = { { 0x20, 1, 13, 0xb8, 9, [15] = (uint8_t)(1 + chance(200)) } };
	const struct ipv6 to = some_address6();
	uint16_t sum;

	if (!chance(20))
		from = chance(2) ? some_address6() : (struct ipv6){ { 0 } };
	ip[0] = (uint8_t)(chance(30) ? 0x60 : chance(256));
	ip[5] = (uint8_t)(chance(20) ? 24 : chance(40) * 2);
	ip[6] = protocols[chance(8)];
	ip[7] = 64;
	memcpy(ip + 8, &from, sizeof(from));
	memcpy(ip + 24, &to, sizeof(to));
	ip[43] = 22;
	ip[52] = chance(20) ? 0x50 : (uint8_t)(chance(16) << 4);
	ip[53] = (uint8_t)(chance(3) ? SYN : chance(64));
	if (chance(2))
		put_icmp6(ip, source);
	sum = checksum6(ip, ip[5] & ~1u);
	if (chance(20))
		memcpy(ip + (ip[6] == TCP ? 56 : 42),
		       (uint8_t[]){ (uint8_t)(sum >> 8), (uint8_t)sum }, 2);
}

static void make_frame(struct octets *frame)
{
	const struct mac source = some_source(), destination = some_destination();
	const unsigned kind = chance(KINDS);
	const bool tagged = kind == KINDS - 1;
	uint8_t *payload = frame->at + ETHER_OCTETS + (tagged ? TAG_OCTETS : 0);

	memset(frame, 0, sizeof(*frame));
	frame->length = kind < IPV4_KINDS ? LENGTH : ND_LENGTH;
	if (!chance(10))
		frame->length = ETHER_OCTETS + chance((unsigned)frame->length + 8 - ETHER_OCTETS);
	memcpy(frame->at, &destination, sizeof(destination));
	memcpy(frame->at + 6, &source, sizeof(source));
	if (tagged) {
		frame->at[12] = 0x81;
		frame->at[15] = (uint8_t)(6 + chance(3));
	}
	payload[-2] = kind < IPV4_KINDS || tagged ? 8 : 0x86;
	payload[-1] = kind < ARP_KINDS || tagged ? 6 : kind < IPV4_KINDS ? 0 : 0xdd;
	if (kind < ARP_KINDS || tagged)
		put_arp(payload, &source);
	else if (kind < IPV4_KINDS)
		put_ipv4(payload);
	else if (kind < IPV6_KINDS)
		put_ipv6(payload, &source);
	else
		payload[-1] = 0xcc;
}

static bool is_same(const struct octets *one, const struct octets *other)
{
	return one->length == other->length && !memcmp(one->at, other->at, one->length);
}

static void check_frame(struct testbed *index, struct testbed *maps)
{
	struct octets in, by_index, by_maps;
	int verdict, expected;

	make_frame(&in);
	expected = testbed_run(maps, &in, &by_maps);
	verdict = testbed_run(index, &in, &by_index);
	if (verdict == expected && is_same(&by_index, &by_maps))
		return;
	for (size_t i = 0; i < in.length; i++)
		print_message("%02x%s", in.at[i], i + 1 < in.length ? " " : "\n");
	fail_msg("verdict %d with the index, %d without; or other octets", verdict, expected);
}

static void check_counters(struct testbed *index, struct testbed *maps)
{
	__u64 by_index[OUTCOME_COUNT], by_maps[OUTCOME_COUNT];

	testbed_counted(index, by_index);
	testbed_counted(maps, by_maps);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (by_index[i] != by_maps[i])
			fail_msg("%s: %llu times with the index, %llu without", outcome_name(i),
			         by_index[i], by_maps[i]);
}

static void check_hosts(struct testbed *index, struct testbed *maps)
{
	for (unsigned i = 0; i < HOSTS; i++) {
		const struct mac mac = host_mac(i);
		const struct host_entry one = testbed_get_host(index, &mac);
		const struct host_entry other = testbed_get_host(maps, &mac);

		assert_int_equal(one.state, other.state);
		assert_int_equal(one.last_seen > 2, other.last_seen > 2);
	}
}

static void look(struct testbed *index, struct testbed *maps)
{
	struct report reports[TESTBED_REPORTS_MAX];

	testbed_reports(index, reports);
	testbed_reports(maps, reports);
	testbed_look(index);
	testbed_believe_look(index);
}

static void compare(enum machine machine)
{
	static const struct setup setup;
	struct testbed *index = testbed_new(machine), *maps = testbed_new(machine);

	testbed_set(index, &setup);
	testbed_set(maps, &setup);
	for (unsigned i = 0; i < FRAMES; i++) {
		if (i % FRESH_EACH == 0) {
			put_hosts(index);
			put_hosts(maps);
			testbed_forget_awake(index);
		}
		if (i % LOOK_EACH == 0) {
			check_counters(index, maps);
			look(index, maps);
		}
		check_frame(index, maps);
	}
	check_counters(index, maps);
	check_hosts(index, maps);
	assert_true(testbed_believes_look(index)); /* nothing was found that it lacks */
	testbed_free(index);
	testbed_free(maps);
}

static int set_seed(void **state)
{
	const char *said = getenv("SEED");

	(void)state;
	seed = said ? strtoull(said, NULL, 0) : 12;
	print_message("SEED=%llu\n", (unsigned long long)seed);
	return 0;
}

BEFORE_EACH(set_seed)

TEST(a_machine_that_answers_with_its_own_mac)
{
	compare(ORDINARY);
}

TEST(a_machine_that_answers_with_the_hosts_macs)
{
	compare(ANSWERS_AS_HOST);
}

/* With a look at many hosts, which is believed for longer. */
TEST(a_router)
{
	testbed_few = 0;
	compare(ROUTER);
}
