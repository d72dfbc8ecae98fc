// SPDX-License-Identifier: GPL-2.0-or-later
/* Retransmission until the answer: how often, and for how long; and what is an answer. */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "agent/npp_transaction.h"
#include "support_hosts.h" /* its clock */
#include "support_agent.h"

enum { ID = 0x1234, KEY = 7, LATE = 5 /* ms: what is received takes 1 ms */ };

/* A Wakeup Report to 192.0.2.1. */
static struct transaction transaction;
static int64_t begun;

static int set_up(void **state)
{
	struct proxy_registration registration = {
		.proxy = lan_address(1),
		.proxy_mac = proxy_mac,
		.transaction = 1,
		.client = CLIENT,
		.host_info = some_host_info(1),
	};
	struct channel channel = { .icmp_type = NPP_ICMP_TYPE };

	if (make_lan(state))
		return -1;
	channel.fd = listen_on("lan", &channel.iface);
	return transaction_report(&transaction, &channel, &registration);
}

static int tear_down(void **state)
{
	while_waiting = NULL;
	close(transaction.channel.fd);
	return stop_proxies(state);
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

/* Within this many ms from now on. */
static void start(int64_t within)
{
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + within);
}

/* Until so many ms from the start. */
static void await(int64_t until, enum transaction_state state)
{
	assert_int_equal(transactions_await(&transaction, 1, begun + until), 0);
	assert_int_equal(transaction.state, state);
}

static void assert_took(int64_t expected)
{
	assert_in_range(clock_ms() - begun, expected, expected + LATE);
}

TEST(answered)
{
	start_proxy((struct script){ .preference = 0 });
	start(5000);
	await(5000, TRANSACTION_ANSWERED);
	assert_took(0);
	assert_int_equal(transaction.sent, 1);
}

/* The same octets, after 0.5 s and after 1 s more. */
TEST(unanswered)
{
	struct proxy_thread *proxy = start_proxy((struct script){ .silent_to_reports = true });

	start(1700);
	await(1700, TRANSACTION_UNANSWERED);
	assert_took(1700);
	assert_int_equal(transaction.sent, 3);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(seen_of(proxy, NPP_WAKEUP_REPORT, i)->message.client.id, CLIENT);
	assert_in_range(proxy->seen[1].when - begun, 500, 500 + LATE);
	assert_in_range(proxy->seen[2].when - begun, 1500, 1500 + LATE);
}

/* Nothing is sent after the deadline. */
TEST(deadline_passed)
{
	start(0);
	await(0, TRANSACTION_UNANSWERED);
	assert_int_equal(transaction.sent, 0);
}

/* It stays open where the time to await it ends first. */
TEST(until_before_end)
{
	start(5000);
	await(100, TRANSACTION_OPEN);
	assert_took(100);
	start_proxy((struct script){ .preference = 0 });
	await(5000, TRANSACTION_ANSWERED);
	assert_int_equal(transaction.sent, 2);
}

/* One that is answered does not wait for the others. */
TEST(several_at_once)
{
	struct transaction transactions[3];

	start_proxy((struct script){ .preference = 0 });
	start(1000);
	for (size_t i = 0; i < 3; i++) {
		transactions[i] = transaction;
		transactions[i].channel.fd = listen_on("lan", &transaction.channel.iface);
	}
	transactions[1].id++; /* no answer is its own */
	transactions[2].state = TRANSACTION_IDLE;
	waits = 0;
	assert_int_equal(transactions_await(transactions, 3, begun + 1000), 0);
	assert_int_equal(transactions[0].state, TRANSACTION_ANSWERED);
	assert_int_equal(transactions[0].sent, 1);
	assert_int_equal(transactions[1].state, TRANSACTION_UNANSWERED);
	assert_int_equal(transactions[1].sent, 2);
	assert_int_equal(transactions[2].state, TRANSACTION_IDLE);
	/* further packets for the answered one cause no busy loop */
	assert_in_range(waits, 3, 20);
	for (size_t i = 0; i < 3; i++)
		close(transactions[i].channel.fd);
}

static struct iface flooding;
static int flooding_fd;

/* A packet that passes the kernel's filter. */
static void send_junk(void)
{
	struct npp_message message = { .transaction = 2, .subtype = NPP_WAKEUP_CONFIRM };
	uint8_t octets[NPP_MESSAGE_MAX];
	const struct npp_packet datagram = datagram_of(&message, octets);
	struct packet packet;

	npp_packet_write(&datagram, &packet);
	packet_send(flooding_fd, &flooding, &packet);
}

TEST(flood)
{
	flooding_fd = listen_on("p1", &flooding);
	while_waiting = send_junk;
	start(1200);
	await(1200, TRANSACTION_UNANSWERED);
	close(flooding_fd);
	assert_took(1200);
	assert_in_range(transaction.last_sent - begun, 500, 500 + LATE);
	assert_int_equal(transaction.sent, 2);
	assert_true(transaction.ignored > 100);
}

TEST(link_down_and_up)
{
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link set lan down");
	start(5000);
	await(100, TRANSACTION_OPEN);
	assert_int_equal(transaction.err, -ENETDOWN);
	HERE("ip link set lan up");
	await(5000, TRANSACTION_ANSWERED);
}

TEST(interrupted)
{
	signals_catch();
	start(5000);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), -EINTR);
	/* and each that comes after it */
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), -EINTR);
	assert_took(0);
}

/* Which packets are the answer to a message. */
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
TEST_WITH(messages, NULL, NULL)
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

TEST_WITH(wrong_addresses, NULL, NULL)
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

TEST_WITH(wrong_octets, NULL, NULL)
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
TEST_WITH(signatures, NULL, NULL)
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
