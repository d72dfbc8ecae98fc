// SPDX-License-Identifier: GPL-2.0-or-later
/* Neighbor Discovery that is received: what is valid (RFC 4861, 7.1), and whose address it is. */

#include "test.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include "net/nd_message.h"
#include "support_hosts.h"
#include "support_octets.h"

static const struct ipv6 HOST = { { 0xfe, 0x80, [15] = 5 } };
static const struct ipv6 TARGET = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 } };
static const struct ipv6 NOBODY = { { 0 } };
static const struct ipv6 GROUP = { { 0xff, 0x02, [11] = 1, 0xff, [15] = 9 } };
static const struct ipv6 LOOPBACK = { { [15] = 1 } };

enum { SOLICITED = 0x40, SOURCE = 1, TARGET_MAC = 2, NONCE = 14 };

/* With up to two options of 8 octets; unset: to GROUP, of TARGET; without `cut` of its octets. */
struct form {
	uint8_t type;
	struct ipv6 from, to, target;
	uint8_t options[2];
	uint8_t flags, code;
	size_t cut;
};

/* clang-format off */
#define ASKS(source, ...) { .type = 135, .from = source, __VA_ARGS__ }
#define TELLS(...) { .type = 136, .from = HOST, __VA_ARGS__ }
/* clang-format on */

static struct packet packet_of(const struct form *form)
{
	uint8_t message[40] = { form->type, form->code, [4] = form->flags };
	size_t length = 24;
	struct packet packet;

	memcpy(message + 8, ip_is_set(&form->target) ? &form->target : &TARGET, 16);
	for (size_t i = 0; i < 2 && form->options[i]; i++, length += 8) {
		message[length] = form->options[i];
		message[length + 1] = 1;
		memcpy(message + length + 2, &nas, sizeof(nas));
	}
	packet_start(&packet, &tv, &nas, 0, ETH_P_IPV6);
	packet_add_icmp6(&packet, &form->from, ip_is_set(&form->to) ? &form->to : &GROUP, message,
	                 length - form->cut);
	return packet;
}

static bool reads(const struct packet *packet, struct nd_message *message)
{
	const size_t length = packet->length - ETH_HLEN;

	return nd_message_read(at_the_edge(packet->octets + ETH_HLEN, length), length, message);
}

TEST(whose_address_it_is)
{
	static const struct {
		const char *shows;
		struct form form;
		const struct ipv6 *address;
		bool is_probe, has_mac;
	} cases[] = {
		/* clang-format off */
		{ "who asks", ASKS(HOST, .options = { SOURCE }), &HOST, false, true },
		{ "who asks one", ASKS(HOST, .to = TARGET), &HOST, false, false },
		{ "who probes", ASKS(NOBODY, .code = 0), &TARGET, true, false },
		{ "with a nonce", ASKS(NOBODY, .options = { NONCE }), &TARGET, true, false },
		{ "who answers", TELLS(.to = LOOPBACK, .options = { TARGET_MAC }, .flags = SOLICITED),
		  &TARGET, false, true },
		{ "who tells all", TELLS(.options = { NONCE, TARGET_MAC }), &TARGET, false, true },
		{ "the other option", TELLS(.options = { SOURCE }), &TARGET, false, false },
		/* clang-format on */
	};

	EACH_SHOWN(i, cases)
	{
		const struct packet packet = packet_of(&cases[i].form);
		struct nd_message message;

		assert_true(reads(&packet, &message));
		assert_true(nd_message_check(&message));
		assert_int_equal(message.type, cases[i].form.type);
		assert_memory_equal(&message.address, cases[i].address, sizeof(struct ipv6));
		assert_int_equal(message.is_probe, cases[i].is_probe);
		assert_int_equal(message.has_mac, cases[i].has_mac);
		if (message.has_mac)
			assert_memory_equal(&message.mac, &nas, sizeof(nas));
	}
}

TEST(what_is_not_valid)
{
	static const struct {
		const char *shows;
		struct form form;
	} cases[] = {
		{ "another type", { .type = 134, .from = HOST, .options = { SOURCE } } },
		{ "a code", ASKS(HOST, .code = 1) },
		{ "a group as target", ASKS(HOST, .target = GROUP) },
		{ "a group as source", ASKS(GROUP, .to = HOST) },
		{ "a probe with a MAC", ASKS(NOBODY, .options = { SOURCE }) },
		{ "a probe to one", ASKS(NOBODY, .to = TARGET) },
		{ "solicited by a group", TELLS(.flags = SOLICITED) },
		{ "an option that is cut", ASKS(HOST, .options = { SOURCE }, .cut = 1) },
		{ "half an option's head", ASKS(HOST, .options = { SOURCE }, .cut = 7) },
		{ "half a target", ASKS(HOST, .cut = 8) },
	};

	EACH_SHOWN(i, cases)
	{
		const struct packet packet = packet_of(&cases[i].form);
		struct nd_message message;

		assert_false(reads(&packet, &message));
	}
}

/* Each octet but those of the frame, the traffic class and the flow label. */
TEST(each_octet_counts)
{
	const struct form form = {
		.type = 136, .from = HOST, .to = TARGET, .target = TARGET, .options = { TARGET_MAC }
	};
	const struct packet right = packet_of(&form);
	struct nd_message message;

	assert_true(reads(&right, &message));
	for (size_t at = ETH_HLEN; at < right.length; at++) {
		struct packet wrong = right;

		wrong.octets[at] ^= at == ETH_HLEN ? 0x20 : 0x01;
		if (at > ETH_HLEN && at < ETH_HLEN + 4)
			continue;
		if (reads(&wrong, &message))
			fail_msg("octet %zu", at);
	}
	for (size_t length = ETH_HLEN; length < right.length; length++) {
		struct packet cut = right;

		cut.length = length;
		assert_false(reads(&cut, &message));
	}
}

TEST(an_option_without_length_ends_it)
{
	struct form form = {
		.type = 135, .from = HOST, .to = GROUP, .target = TARGET, .options = { NONCE }
	};
	struct packet packet = packet_of(&form);
	struct nd_message message;
	uint16_t *sum = (uint16_t *)(packet.octets + ETH_HLEN + 42);

	packet.octets[ETH_HLEN + 65] = 0;
	*sum = htons((uint16_t)(ntohs(*sum) + 1)); /* what the length has less */
	assert_false(reads(&packet, &message));
}

TEST(what_another_process_says)
{
	const struct nd_message right = { .type = ND_ADVERTISEMENT, .address = HOST };
	struct nd_message wrong = right;

	assert_true(nd_message_check(&right));
	wrong.type = 134;
	assert_false(nd_message_check(&wrong));
	wrong = right;
	wrong.address = GROUP;
	assert_false(nd_message_check(&wrong));
	wrong = right;
	memset(&wrong.is_probe, 2, sizeof(wrong.is_probe));
	assert_false(nd_message_check(&wrong));
	wrong = right;
	memset(&wrong.has_mac, 2, sizeof(wrong.has_mac));
	assert_false(nd_message_check(&wrong));
}
