// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/npp_session.h"

#include <errno.h>
#include <string.h>
#include <sys/param.h>

#include "agent/messages.h"
#include "agent/strbuf.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

uint64_t conversation_time(struct conversation_clock *clock, uint64_t now)
{
	if (now > clock->time)
		*clock = (struct conversation_clock){ .time = now };
	if (clock->count == NPP_NONCES)
		*clock = (struct conversation_clock){ .time = clock->time + 1 };
	clock->count++;
	return clock->time;
}

uint16_t conversation_transaction(void)
{
	return (uint16_t)(1 + random_u32() % UINT16_MAX);
}

static void stamp(struct conversation *conversation, struct npp_message *message)
{
	const uint64_t now = (uint64_t)clock_wall_ms() / 1000;

	message->authenticated = true;
	message->authentication = (struct npp_authentication){
		.key = conversation->key,
		.time = conversation_time(&conversation->clock, now),
		.nonce = (uint64_t)random_u32() << 32 | random_u32(),
	};
}

/* The length, or 0. */
static size_t write_message(struct conversation *conversation, struct ipv4 source,
                            struct npp_message *message, uint8_t octets[NPP_MESSAGE_MAX])
{
	const struct npp_key *key = NULL;
	size_t length;

	if (conversation->keys) {
		key = npp_keys_find(conversation->keys, conversation->key);
		stamp(conversation, message);
	}
	length = npp_write(message, conversation->icmp_type, octets);
	if (!length || !key)
		return length;
	return npp_sign(octets, length, message, key, source, conversation->proxy) ? length : 0;
}

static bool take(struct exchange *exchange, const struct npp_packet *heard)
{
	struct question *question = exchange->context;
	struct npp_message message;
	const enum answer answer = answer_of(&question->wanted, heard, &message);

	if (answer == ANSWER_FITS)
		question->answer = message;
	else
		question->passed_over++;
	question->untrusted += answer == ANSWER_UNTRUSTED;
	return answer == ANSWER_FITS;
}

static struct answer_wanted wanted_of(const struct conversation *conversation, struct ipv4 source,
                                      const struct npp_message *message)
{
	const bool is_report = message->subtype == NPP_WAKEUP_REPORT;

	return (struct answer_wanted){
		.icmp_type = conversation->icmp_type,
		.subtype = is_report ? NPP_WAKEUP_CONFIRM : NPP_SLEEP_CONFIRM,
		.transaction = message->transaction,
		.mac = conversation->port.mac,
		.proxy_mac = conversation->proxy_mac,
		.address = source,
		.proxy = conversation->proxy,
		.keys = conversation->keys,
		.key = conversation->key,
		.nonce = message->authentication.nonce,
		.client = is_report ? conversation->client : 0,
	};
}

int conversation_ask(struct conversation *conversation, struct ipv4 source,
                     struct npp_message *message, struct exchange *exchange,
                     struct question *question)
{
	if (conversation->keys && !npp_keys_find(conversation->keys, conversation->key))
		return -ENOKEY;
	*exchange = (struct exchange){
		.fd = conversation->fd,
		.port = conversation->port,
		.said = { .from = conversation->port.mac,
		          .to = conversation->proxy_mac,
		          .source = source,
		          .destination = conversation->proxy },
		.take = take,
		.context = question,
	};
	exchange->said.length = write_message(conversation, source, message, exchange->octets);
	*question = (struct question){ .wanted = wanted_of(conversation, source, message) };
	return exchange->said.length ? 0 : -EMSGSIZE;
}

int conversation_result(const struct exchange *exchange)
{
	const struct question *question = exchange->context;

	switch (exchange->state) {
	case EXCHANGE_ANSWERED:
		return answer_refuses(&question->answer) ? -ECONNREFUSED : 0;
	case EXCHANGE_FAILED:
		return exchange->err;
	default:
		if (question->untrusted)
			return -EKEYREJECTED;
		return exchange->err ? exchange->err : -ETIMEDOUT;
	}
}

/*
 * A confirmation does not say which part of a request it confirms, unless it is signed. What was
 * said more than once may be answered more than once, by a slow proxy one after another, and each
 * after as long as the first.
 */
static int settle(struct exchange *exchange, int64_t deadline)
{
	const int64_t now = clock_ms(), latency = (now - exchange->first) * exchange->sent;
	struct question *question = exchange->context;
	const struct npp_message answer = question->answer;
	int err = 0;

	exchange->ends = MIN(exchange->last + latency, now + (deadline - now) / 2);
	exchange->next = INT64_MAX;
	for (unsigned int more = exchange->sent - 1; more && !err && clock_ms() < exchange->ends;
	     more--) {
		exchange->state = EXCHANGE_OPEN;
		err = exchange_await(exchange, 1, exchange->ends);
	}
	exchange->state = EXCHANGE_ANSWERED;
	question->answer = answer;
	return err;
}

void conversation_tell(const struct exchange *exchange)
{
	const struct question *question = exchange->context;
	const enum npp_subtype answer = question->wanted.subtype;
	char proxy[TEXT_IP];

	agent_say_step(
		"%s: %s to %s: said %u times, %s; passed over: %u messages, of which %u were "
		"answers without the key",
		exchange->port.name,
		npp_subtype_name(answer == NPP_SLEEP_CONFIRM ? NPP_SLEEP_REQUEST
	                                                     : NPP_WAKEUP_REPORT),
		text_from_ipv4(exchange->said.destination, proxy), exchange->sent,
		exchange->state == EXCHANGE_ANSWERED ? "answered" : "not answered",
		question->passed_over, question->untrusted);
}

int conversation_say(struct conversation *conversation, struct ipv4 source,
                     struct npp_message *message, int64_t deadline, struct question *question)
{
	struct exchange exchange;
	int err = conversation_ask(conversation, source, message, &exchange, question);

	if (err)
		return err;
	exchange_begin(&exchange, clock_ms(), deadline);
	err = exchange_await(&exchange, 1, deadline);
	conversation_tell(&exchange);
	if (!err && exchange.state == EXCHANGE_ANSWERED && exchange.sent > 1 &&
	    conversation->goes_on && !conversation->keys)
		err = settle(&exchange, deadline);
	return err ? err : conversation_result(&exchange);
}

const char *conversation_words(int result)
{
	switch (result) {
	case -ECONNREFUSED:
		return "refused; its log says why";
	case -EKEYREJECTED:
		return "gave no answer that is signed with the key; is the key there the same, and "
		       "the clock right?";
	case -ETIMEDOUT:
		return "did not answer";
	case -ENOKEY:
		return "wants a key that is not in the key file";
	default:
		return strerror(-result);
	}
}
