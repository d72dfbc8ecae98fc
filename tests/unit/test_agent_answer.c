// SPDX-License-Identifier: GPL-2.0-or-later
/* Which packets are the answer to a message. */
#include "test.h"

#include <stdbool.h>

#include "agent/npp_transaction.h"
#include "support_agent.h"

enum { TRANSACTION = 0x1234, CLIENT = 4711, KEY = 7 };
#define NONCE UINT64_C(0x0123456789abcdef)

static struct npp_keys keys;
static uint8_t octets[NPP_MESSAGE_MAX];

static struct transaction expected_of(enum npp_subtype subtype)
{
	return (struct transaction){
		.channel = { .icmp_type = NPP_ICMP_TYPE },
		.packet = { .from = host_mac,
		            .to = proxy_mac,
		            .source = lan_address(20),
		            .destination = proxy_address },
		.answer_subtype = subtype,
		.id = TRANSACTION,
		.client = subtype == NPP_WAKEUP_CONFIRM ? CLIENT : 0,
	};
}

static struct npp_message confirm(enum npp_subtype subtype)
{
	return (struct npp_message){
		.transaction = TRANSACTION,
		.subtype = subtype,
		.client = { .id = CLIENT },
	};
}

static enum answer answer_to(const struct transaction *expected, struct npp_message *sent)
{
	const struct npp_packet datagram = datagram_of(sent, octets);
	struct npp_message message;

	return answer_check(expected, &datagram, &message);
}

TEST(matching_answer)
{
	static const enum npp_subtype subtypes[] = { NPP_SLEEP_CONFIRM, NPP_WAKEUP_CONFIRM };

	EACH(i, subtypes)
	{
		const struct transaction expected = expected_of(subtypes[i]);
		struct npp_message sent = confirm(subtypes[i]), message;
		const struct npp_packet datagram = datagram_of(&sent, octets);

		assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_MATCHES);
		assert_false(answer_is_refusal(&message));
		assert_int_equal(message.subtype, subtypes[i]);
		assert_int_equal(message.client.id, CLIENT);
	}
}

TEST(wrong_addresses)
{
	const struct transaction expected = expected_of(NPP_SLEEP_CONFIRM);
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM), message;
	struct npp_packet right = datagram_of(&sent, octets), wrong;
	uint8_t *const each[] = { &wrong.from.octet[5], &wrong.to.octet[0], &wrong.source.octet[3],
		                  &wrong.destination.octet[3], (uint8_t *)&wrong.vlan };

	EACH(i, each)
	{
		wrong = right;
		*each[i] ^= 1;
		assert_int_equal(answer_check(&expected, &wrong, &message), ANSWER_UNRELATED);
	}
	wrong = right;
	wrong.to = MAC_BROADCAST;
	assert_int_equal(answer_check(&expected, &wrong, &message), ANSWER_UNRELATED);
}

TEST(wrong_message)
{
	const struct transaction expected = expected_of(NPP_SLEEP_CONFIRM);
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM);

	sent.transaction++;
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNRELATED);
	sent = confirm(NPP_WAKEUP_CONFIRM);
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNRELATED);
	sent = confirm(NPP_WAKEUP_REPORT);
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNRELATED);
}

TEST(corrupted_octets)
{
	const struct transaction expected = expected_of(NPP_SLEEP_CONFIRM);
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM), message;
	const struct npp_packet datagram = datagram_of(&sent, octets);

	for (size_t i = 0; i < datagram.length; i++) {
		octets[i] ^= 4;
		assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_UNRELATED);
		octets[i] ^= 4;
	}
	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_MATCHES);
}

TEST(wrong_icmp_type)
{
	struct transaction expected = expected_of(NPP_SLEEP_CONFIRM);
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM);

	expected.channel.icmp_type = 254;
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNRELATED);
}

TEST(wrong_client)
{
	struct transaction expected = expected_of(NPP_SLEEP_CONFIRM);
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM);

	sent.client.id = 0; /* no client has it */
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNRELATED);
	expected = expected_of(NPP_WAKEUP_CONFIRM);
	sent = confirm(NPP_WAKEUP_CONFIRM);
	sent.client.id++;
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNRELATED);
}

/* In the header, in the option, or in both. */
TEST(refusals)
{
	static const enum npp_subtype subtypes[] = { NPP_SLEEP_CONFIRM, NPP_WAKEUP_CONFIRM };

	EACH(i, subtypes)
	{
		for (unsigned int where = 1; where <= 3; where++) {
			const struct npp_client no = { .code = where & 1 ? NPP_FAIL : NPP_SUCCESS };
			const struct transaction expected = expected_of(subtypes[i]);
			struct npp_message sent = confirm(subtypes[i]), message;
			struct npp_packet datagram;

			sent.code = where & 2 ? NPP_FAIL : NPP_SUCCESS;
			sent.client = no;
			datagram = datagram_of(&sent, octets);
			assert_int_equal(answer_check(&expected, &datagram, &message),
			                 ANSWER_MATCHES);
			assert_true(answer_is_refusal(&message));
		}
	}
}

static struct transaction expected_with_key(void)
{
	struct transaction expected = expected_of(NPP_SLEEP_CONFIRM);

	keys = (struct npp_keys){ .key = { { .id = KEY, .length = 32, .secret = { 1 } },
		                           { .id = KEY + 1, .length = 32, .secret = { 2 } } },
		                  .count = 2 };
	expected.channel.keys = &keys;
	expected.channel.key = KEY;
	expected.nonce = NONCE;
	return expected;
}

static struct npp_packet signed_answer(uint8_t key, uint64_t nonce)
{
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM);
	struct npp_packet datagram;

	sent.authenticated = true;
	sent.authentication = (struct npp_authentication){ .key = key, .time = 1, .nonce = nonce };
	datagram = datagram_of(&sent, octets);
	assert_true(npp_sign(octets, &datagram, &sent, npp_keys_find(&keys, key)));
	return datagram;
}

/* Neither the clocks nor the proxy's MAC matter. */
TEST(signed_answers)
{
	const struct transaction expected = expected_with_key();
	struct npp_packet datagram = signed_answer(KEY, NONCE);
	struct npp_message message;

	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_MATCHES);
	datagram.from.octet[5]++;
	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_MATCHES);
	octets[datagram.length - 1] ^= 1;
	npp_set_checksum(octets, datagram.length);
	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_UNAUTHENTICATED);
}

TEST(wrong_signature)
{
	const struct transaction expected = expected_with_key();
	struct npp_message sent = confirm(NPP_SLEEP_CONFIRM), message;
	struct npp_packet datagram = signed_answer(KEY, NONCE + 1);

	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_UNAUTHENTICATED);
	/* a known key, but not that of the query */
	datagram = signed_answer(KEY + 1, NONCE);
	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_UNAUTHENTICATED);
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNAUTHENTICATED);
	sent.code = NPP_FAIL;
	assert_int_equal(answer_to(&expected, &sent), ANSWER_UNAUTHENTICATED);
}

/* Without keys the option is not verified. */
TEST(signature_not_required)
{
	const struct transaction keyed = expected_with_key(),
				 expected = expected_of(NPP_SLEEP_CONFIRM);
	const struct npp_packet datagram = signed_answer(KEY, NONCE);
	struct npp_message message;

	(void)keyed;
	assert_int_equal(answer_check(&expected, &datagram, &message), ANSWER_MATCHES);
}
