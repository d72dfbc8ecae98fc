// SPDX-License-Identifier: GPL-2.0-or-later
/* Which packets are the answer to a message. */
#include "test.h"

#include <stdbool.h>

#include "agent/npp_transaction.h"
#include "support_agent.h"

enum { ID = 0x1234, CLIENT = 4711, KEY = 7 };
enum { SLEEP = NPP_SLEEP_CONFIRM, WAKE = NPP_WAKEUP_CONFIRM };
enum { MATCHES = ANSWER_MATCHES, UNRELATED = ANSWER_UNRELATED };
#define NONCE UINT64_C(0x0123456789abcdef)

static const struct npp_keys keys = {
	.key = { { .id = KEY, .length = 32, .secret = { 1 } },
	         { .id = KEY + 1, .length = 32, .secret = { 2 } } },
	.count = 2,
};
static uint8_t octets[NPP_MESSAGE_MAX];

static struct transaction expected_of(enum npp_subtype subtype, const struct npp_keys *with)
{
	return (struct transaction){
		.channel = { .icmp_type = NPP_ICMP_TYPE, .keys = with, .key = KEY },
		.packet = { .from = host_mac,
		            .to = proxy_mac,
		            .source = lan_address(20),
		            .destination = proxy_address },
		.answer_subtype = subtype,
		.id = ID,
		.client = subtype == NPP_WAKEUP_CONFIRM ? CLIENT : 0,
		.nonce = with ? NONCE : 0,
	};
}

static struct npp_message confirm(void)
{
	return (struct npp_message){
		.transaction = ID,
		.subtype = NPP_SLEEP_CONFIRM,
		.client = { .id = CLIENT },
	};
}

static void check(const char *shows, const struct transaction *expected,
                  const struct npp_packet *datagram, enum answer answer, bool is_refusal)
{
	struct npp_message message;
	const enum answer found = answer_check(expected, datagram, &message);

	if (found != answer)
		fail_msg("%s: answer %d instead of %d", shows, found, answer);
	if (answer == ANSWER_MATCHES && answer_is_refusal(&message) != is_refusal)
		fail_msg("%s: it is %s refusal", shows, is_refusal ? "no" : "a");
}

/* Refusals are in the header, in the option, or in both. */
TEST(messages)
{
	static const struct {
		const char *shows;
		uint8_t expected;
		struct {
			uint8_t subtype;
			uint16_t transaction, client;
			uint8_t code, client_code;
		} sent;
		uint8_t answer;
		bool is_refusal;
	} rows[] = {
		{ "a Sleep Confirm", SLEEP, { SLEEP, ID, 9, 0, 0 }, MATCHES, false },
		{ "a Wakeup Confirm", WAKE, { WAKE, ID, CLIENT, 0, 0 }, MATCHES, false },
		{ "another transaction", SLEEP, { SLEEP, ID + 1, 9, 0, 0 }, UNRELATED, false },
		{ "another subtype", SLEEP, { WAKE, ID, 9, 0, 0 }, UNRELATED, false },
		{ "a report", SLEEP, { NPP_WAKEUP_REPORT, ID, 9, 0, 0 }, UNRELATED, false },
		{ "an identifier that no client has",
		  SLEEP,
		  { SLEEP, ID, 0, 0, 0 },
		  UNRELATED,
		  false },
		{ "another client", WAKE, { WAKE, ID, CLIENT + 1, 0, 0 }, UNRELATED, false },
		{ "a refusal in the header", SLEEP, { SLEEP, ID, 0, NPP_FAIL, 0 }, MATCHES, true },
		{ "a refusal in the option", SLEEP, { SLEEP, ID, 0, 0, NPP_FAIL }, MATCHES, true },
		{ "a refusal in both", SLEEP, { SLEEP, ID, 0, NPP_FAIL, NPP_FAIL }, MATCHES, true },
		{ "a refused report: header", WAKE, { WAKE, ID, 0, NPP_FAIL, 0 }, MATCHES, true },
		{ "a refused report: option", WAKE, { WAKE, ID, 0, 0, NPP_FAIL }, MATCHES, true },
		{ "a refused report: both",
		  WAKE,
		  { WAKE, ID, 0, NPP_FAIL, NPP_FAIL },
		  MATCHES,
		  true },
	};

	EACH(i, rows)
	{
		const struct transaction expected = expected_of(rows[i].expected, NULL);
		struct npp_message sent = {
			.transaction = rows[i].sent.transaction,
			.subtype = rows[i].sent.subtype,
			.code = rows[i].sent.code,
			.client = { .id = rows[i].sent.client, .code = rows[i].sent.client_code },
		};
		const struct npp_packet datagram = datagram_of(&sent, octets);

		check(rows[i].shows, &expected, &datagram, rows[i].answer, rows[i].is_refusal);
	}
}

TEST(wrong_addresses)
{
	const struct transaction expected = expected_of(NPP_SLEEP_CONFIRM, NULL);
	struct npp_message sent = confirm();
	struct npp_packet right = datagram_of(&sent, octets), wrong;
	uint8_t *const each[] = { &wrong.from.octet[5], &wrong.to.octet[0], &wrong.source.octet[3],
		                  &wrong.destination.octet[3], (uint8_t *)&wrong.vlan };

	EACH(i, each)
	{
		wrong = right;
		*each[i] ^= 1;
		check("a wrong address or VLAN", &expected, &wrong, ANSWER_UNRELATED, false);
	}
	wrong = right;
	wrong.to = MAC_BROADCAST;
	check("to all", &expected, &wrong, ANSWER_UNRELATED, false);
}

TEST(wrong_octets)
{
	struct transaction expected = expected_of(NPP_SLEEP_CONFIRM, NULL);
	struct npp_message sent = confirm();
	const struct npp_packet datagram = datagram_of(&sent, octets);

	for (size_t i = 0; i < datagram.length; i++) {
		octets[i] ^= 4;
		check("an octet changed", &expected, &datagram, ANSWER_UNRELATED, false);
		octets[i] ^= 4;
	}
	check("all as they were", &expected, &datagram, ANSWER_MATCHES, false);
	expected.channel.icmp_type = 254;
	check("another ICMP type", &expected, &datagram, ANSWER_UNRELATED, false);
}

/* Neither the clocks nor the proxy's MAC matter. */
TEST(signatures)
{
	static const struct {
		const char *shows;
		uint8_t key; /* 0: unsigned */
		uint64_t nonce;
		uint8_t code, other_mac, other_octet;
		enum answer answer;
	} rows[] = {
		{ "signed", KEY, NONCE, 0, 0, 0, ANSWER_MATCHES },
		{ "signed, from another MAC", KEY, NONCE, 0, 1, 0, ANSWER_MATCHES },
		{ "changed", KEY, NONCE, 0, 0, 1, ANSWER_UNAUTHENTICATED },
		{ "another nonce", KEY, NONCE + 1, 0, 0, 0, ANSWER_UNAUTHENTICATED },
		{ "known, but not the query's key", KEY + 1, NONCE, 0, 0, 0,
		  ANSWER_UNAUTHENTICATED },
		{ "unsigned", 0, 0, 0, 0, 0, ANSWER_UNAUTHENTICATED },
		{ "an unsigned refusal", 0, 0, NPP_FAIL, 0, 0, ANSWER_UNAUTHENTICATED },
	};
	const struct transaction signed_one = expected_of(NPP_SLEEP_CONFIRM, &keys),
				 unsigned_one = expected_of(NPP_SLEEP_CONFIRM, NULL);

	EACH(i, rows)
	{
		struct npp_message sent = confirm();
		struct npp_packet datagram;

		sent.code = rows[i].code;
		sent.authenticated = rows[i].key;
		sent.authentication = (struct npp_authentication){ .key = rows[i].key,
			                                           .time = 1,
			                                           .nonce = rows[i].nonce };
		datagram = datagram_of(&sent, octets);
		if (rows[i].key)
			assert_true(npp_sign(octets, &datagram, &sent,
			                     npp_keys_find(&keys, rows[i].key)));
		octets[datagram.length - 1] ^= rows[i].other_octet;
		npp_set_checksum(octets, datagram.length);
		datagram.from.octet[5] ^= rows[i].other_mac;
		check(rows[i].shows, &signed_one, &datagram, rows[i].answer, false);
		if (!rows[i].other_mac)
			check("without keys it is not verified", &unsigned_one, &datagram,
			      ANSWER_MATCHES, rows[i].code);
	}
}
