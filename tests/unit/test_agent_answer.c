// SPDX-License-Identifier: GPL-2.0-or-later
/* What is an answer, and what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/answer.h"
#include "support_agent.h"

enum { TRANSACTION = 0x1234, CLIENT = 4711, KEY = 7 };
#define NONCE UINT64_C(0x0123456789abcdef)

static struct npp_keys keys;
static uint8_t octets[NPP_MESSAGE_MAX];

static struct answer_wanted wanted_of(enum npp_subtype subtype)
{
	return (struct answer_wanted){
		.icmp_type = NPP_ICMP_TYPE,
		.subtype = subtype,
		.transaction = TRANSACTION,
		.mac = host_mac,
		.proxy_mac = proxy_mac,
		.address = lan_address(20),
		.proxy = proxy_address,
		.client = subtype == NPP_WAKEUP_CONFIRM ? CLIENT : 0,
	};
}

static struct npp_message confirm(enum npp_subtype subtype)
{
	return (struct npp_message){
		.transaction = TRANSACTION,
		.subtype = subtype,
		.confirm = { .id = CLIENT },
		.wakeup_confirm = { .client = { .id = CLIENT } },
	};
}

/* As it comes from the proxy. */
static struct npp_packet datagram_of(struct npp_message *message)
{
	struct npp_packet datagram = {
		.from = proxy_mac,
		.to = host_mac,
		.source = proxy_address,
		.destination = lan_address(20),
		.octets = octets,
	};

	datagram.length = npp_write(message, NPP_ICMP_TYPE, octets);
	assert_true(datagram.length > 0);
	return datagram;
}

static enum answer answer_to(const struct answer_wanted *wanted, struct npp_message *said)
{
	const struct npp_packet datagram = datagram_of(said);
	struct npp_message message;

	return answer_of(wanted, &datagram, &message);
}

static void the_answer(void **state)
{
	static const enum npp_subtype subtypes[] = { NPP_SLEEP_CONFIRM, NPP_WAKEUP_CONFIRM };

	(void)state;
	EACH(i, subtypes)
	{
		const struct answer_wanted wanted = wanted_of(subtypes[i]);
		struct npp_message said = confirm(subtypes[i]), message;
		const struct npp_packet datagram = datagram_of(&said);

		assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FITS);
		assert_false(answer_refuses(&message));
		assert_int_equal(message.subtype, subtypes[i]);
		assert_int_equal(subtypes[i] == NPP_SLEEP_CONFIRM
		                         ? message.confirm.id
		                         : message.wakeup_confirm.client.id,
		                 CLIENT);
	}
}

static void another_way(void **state)
{
	const struct answer_wanted wanted = wanted_of(NPP_SLEEP_CONFIRM);
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM), message;
	struct npp_packet right = datagram_of(&said), wrong;
	uint8_t *const each[] = { &wrong.from.octet[5], &wrong.to.octet[0], &wrong.source.octet[3],
		                  &wrong.destination.octet[3], (uint8_t *)&wrong.vlan };

	(void)state;
	EACH(i, each)
	{
		wrong = right;
		*each[i] ^= 1;
		assert_int_equal(answer_of(&wanted, &wrong, &message), ANSWER_FOREIGN);
	}
	wrong = right;
	wrong.to = MAC_BROADCAST;
	assert_int_equal(answer_of(&wanted, &wrong, &message), ANSWER_FOREIGN);
}

static void another_message(void **state)
{
	const struct answer_wanted wanted = wanted_of(NPP_SLEEP_CONFIRM);
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM);

	(void)state;
	said.transaction++;
	assert_int_equal(answer_to(&wanted, &said), ANSWER_FOREIGN);
	said = confirm(NPP_WAKEUP_CONFIRM);
	assert_int_equal(answer_to(&wanted, &said), ANSWER_FOREIGN);
	said = confirm(NPP_WAKEUP_REPORT);
	assert_int_equal(answer_to(&wanted, &said), ANSWER_FOREIGN);
}

static void other_octets(void **state)
{
	const struct answer_wanted wanted = wanted_of(NPP_SLEEP_CONFIRM);
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM), message;
	const struct npp_packet datagram = datagram_of(&said);

	(void)state;
	for (size_t i = 0; i < datagram.length; i++) {
		octets[i] ^= 4;
		assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FOREIGN);
		octets[i] ^= 4;
	}
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FITS);
}

static void another_type(void **state)
{
	struct answer_wanted wanted = wanted_of(NPP_SLEEP_CONFIRM);
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM);

	(void)state;
	wanted.icmp_type = 254;
	assert_int_equal(answer_to(&wanted, &said), ANSWER_FOREIGN);
}

static void another_client(void **state)
{
	struct answer_wanted wanted = wanted_of(NPP_SLEEP_CONFIRM);
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM);

	(void)state;
	said.confirm.id = 0; /* that is nobody's */
	assert_int_equal(answer_to(&wanted, &said), ANSWER_FOREIGN);
	wanted = wanted_of(NPP_WAKEUP_CONFIRM);
	said = confirm(NPP_WAKEUP_CONFIRM);
	said.wakeup_confirm.client.id++;
	assert_int_equal(answer_to(&wanted, &said), ANSWER_FOREIGN);
}

/* In the header, in the option, or in both. */
static void refusals(void **state)
{
	static const enum npp_subtype subtypes[] = { NPP_SLEEP_CONFIRM, NPP_WAKEUP_CONFIRM };

	(void)state;
	EACH(i, subtypes)
	{
		for (unsigned int where = 1; where <= 3; where++) {
			const struct npp_client no = { where & 1 ? NPP_FAIL : NPP_SUCCESS, 0 };
			const struct answer_wanted wanted = wanted_of(subtypes[i]);
			struct npp_message said = confirm(subtypes[i]), message;
			struct npp_packet datagram;

			said.code = where & 2 ? NPP_FAIL : NPP_SUCCESS;
			said.confirm = said.wakeup_confirm.client = no;
			datagram = datagram_of(&said);
			assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FITS);
			assert_true(answer_refuses(&message));
		}
	}
}

static struct answer_wanted wanted_with_key(void)
{
	struct answer_wanted wanted = wanted_of(NPP_SLEEP_CONFIRM);

	keys = (struct npp_keys){ .key = { { .id = KEY, .length = 32, .secret = { 1 } },
		                           { .id = KEY + 1, .length = 32, .secret = { 2 } } },
		                  .count = 2 };
	wanted.keys = &keys;
	wanted.key = KEY;
	wanted.nonce = NONCE;
	return wanted;
}

static struct npp_packet signed_answer(uint8_t key, uint64_t nonce)
{
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM);
	struct npp_packet datagram;

	said.authenticated = true;
	said.authentication = (struct npp_authentication){ .key = key, .time = 1, .nonce = nonce };
	datagram = datagram_of(&said);
	assert_true(npp_sign(octets, datagram.length, &said, npp_keys_find(&keys, key),
	                     datagram.source, datagram.destination));
	return datagram;
}

/* Whose clock is wrong does not matter, nor from which of its MACs a proxy speaks. */
static void signed_answers(void **state)
{
	const struct answer_wanted wanted = wanted_with_key();
	struct npp_packet datagram = signed_answer(KEY, NONCE);
	struct npp_message message;

	(void)state;
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FITS);
	datagram.from.octet[5]++;
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FITS);
	octets[datagram.length - 1] ^= 1;
	npp_set_checksum(octets, datagram.length);
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_UNTRUSTED);
}

static void answers_that_do_not_show_the_key(void **state)
{
	const struct answer_wanted wanted = wanted_with_key();
	struct npp_message said = confirm(NPP_SLEEP_CONFIRM), message;
	struct npp_packet datagram = signed_answer(KEY, NONCE + 1);

	(void)state;
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_UNTRUSTED);
	/* a good one, but not that which has signed the question */
	datagram = signed_answer(KEY + 1, NONCE);
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_UNTRUSTED);
	assert_int_equal(answer_to(&wanted, &said), ANSWER_UNTRUSTED);
	said.code = NPP_FAIL;
	assert_int_equal(answer_to(&wanted, &said), ANSWER_UNTRUSTED);
}

/* Where nothing was signed, nothing is asked of the option. */
static void signed_though_nobody_asked(void **state)
{
	const struct answer_wanted keyed = wanted_with_key(), wanted = wanted_of(NPP_SLEEP_CONFIRM);
	const struct npp_packet datagram = signed_answer(KEY, NONCE);
	struct npp_message message;

	(void)state;
	(void)keyed;
	assert_int_equal(answer_of(&wanted, &datagram, &message), ANSWER_FITS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answer),
		cmocka_unit_test(another_way),
		cmocka_unit_test(another_message),
		cmocka_unit_test(other_octets),
		cmocka_unit_test(another_type),
		cmocka_unit_test(another_client),
		cmocka_unit_test(refusals),
		cmocka_unit_test(signed_answers),
		cmocka_unit_test(answers_that_do_not_show_the_key),
		cmocka_unit_test(signed_though_nobody_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
