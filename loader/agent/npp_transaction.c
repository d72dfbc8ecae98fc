// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/npp_transaction.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/param.h>
#include <sys/signalfd.h>

#include "base/clock.h"

enum { RECEIVE_BATCH = 64 };

bool agent_verbose;

/* From the proxy; anybody may advertise. */
static bool is_from_proxy(const struct transaction *transaction, const struct npp_packet *received)
{
	return transaction->answer_subtype == NPP_PROXY_ADVERTISEMENT ||
	       (ipv4_equal(received->source, transaction->packet.destination) &&
	        (transaction->channel.keys || mac_equal(&received->from, &transaction->packet.to)));
}

static bool is_answer(const struct transaction *transaction, const struct npp_packet *received,
                      struct npp_message *message)
{
	return !received->vlan && mac_equal(&received->to, &transaction->packet.from) &&
	       ipv4_equal(received->destination, transaction->packet.source) &&
	       npp_message_read(received->octets, received->length, transaction->channel.icmp_type,
	                        message) == NPP_PARSE_ERROR_NONE &&
	       message->subtype == transaction->answer_subtype &&
	       message->transaction == transaction->id;
}

bool answer_is_refusal(const struct npp_message *message)
{
	return message->code == NPP_FAIL || message->client.code == NPP_FAIL;
}

static bool is_authenticated(const struct transaction *transaction,
                             const struct npp_packet *received, const struct npp_message *message)
{
	return !npp_verify(received, message, transaction->channel.keys) &&
	       message->authentication.key == transaction->channel.key &&
	       message->authentication.nonce == transaction->nonce;
}

enum answer answer_check(const struct transaction *transaction, const struct npp_packet *received,
                         struct npp_message *message)
{
	uint16_t id;

	if (!is_from_proxy(transaction, received) || !is_answer(transaction, received, message))
		return ANSWER_UNRELATED;
	if (message->subtype == NPP_PROXY_ADVERTISEMENT)
		return ANSWER_MATCHES;
	if (transaction->channel.keys && !is_authenticated(transaction, received, message))
		return ANSWER_UNAUTHENTICATED;
	id = message->client.id; /* from 1 on */
	if (answer_is_refusal(message) ||
	    (id && (!transaction->client || id == transaction->client)))
		return ANSWER_MATCHES;
	return ANSWER_UNRELATED;
}

uint64_t signing_time(struct proxy_registration *registration, uint64_t now)
{
	/* 0: unknown, in a file of an earlier version */
	const bool is_full =
		!registration->signed_count || registration->signed_count == NPP_NONCES;

	if (now > registration->signed_at || is_full) {
		registration->signed_at = MAX(now, registration->signed_at + 1);
		registration->signed_count = 0;
	}
	registration->signed_count++;
	return registration->signed_at;
}

uint16_t random_transaction_id(void)
{
	return (uint16_t)(1 + random_u32() % UINT16_MAX);
}

/* ms. The delay doubles; after the last send an answer has as long as after the one before. */
enum { SENDS = 5, FIRST_DELAY = 500, LONGEST = 500 + 1000 + 2000 + 4000 + 4000 };

void transaction_start(struct transaction *transaction, int64_t now, int64_t deadline)
{
	transaction->state = TRANSACTION_OPEN;
	transaction->first_sent = transaction->last_sent = transaction->next_send = now;
	transaction->ends = MIN(deadline, now + LONGEST);
}

void transaction_listen(struct transaction *transaction, int64_t ends)
{
	transaction->state = TRANSACTION_OPEN;
	transaction->next_send = INT64_MAX;
	transaction->ends = ends;
}

/* A send that fails counts like a packet that is lost. */
static void send_message(struct transaction *transaction, int64_t now)
{
	struct npp_packet outgoing = transaction->packet;
	struct packet packet;

	outgoing.octets = transaction->octets;
	npp_packet_write(&outgoing, &packet);
	transaction->err =
		packet_send(transaction->channel.fd, &transaction->channel.iface, &packet);
	transaction->last_sent = now;
	transaction->next_send = ++transaction->sent < SENDS
	                                 ? now + (FIRST_DELAY << (transaction->sent - 1))
	                                 : INT64_MAX;
}

static void receive(struct transaction *transaction, const struct npp_packet *received)
{
	struct npp_message *message = &transaction->answer;
	const enum answer answer = answer_check(transaction, received, message);

	transaction->ignored += answer != ANSWER_MATCHES;
	transaction->unauthenticated += answer == ANSWER_UNAUTHENTICATED;
	if (answer != ANSWER_MATCHES)
		return;
	transaction->state = TRANSACTION_ANSWERED;
	transaction->answer_mac = received->from;
	transaction->answer_source = received->source;
	transaction->is_proven =
		!transaction->channel.keys || is_authenticated(transaction, received, message);
}

static void receive_batch(struct transaction *transaction)
{
	struct npp_packet received;
	uint8_t frame[PACKET_MAX];
	int err = 0;

	for (int i = 0; i < RECEIVE_BATCH && !err && transaction->state == TRANSACTION_OPEN; i++) {
		err = npp_socket_receive(transaction->channel.fd, frame, &received);
		if (!err)
			receive(transaction, &received);
		else if (err == -EBADMSG)
			err = 0;
	}
	/* a link that is down may come up again */
	if (err && err != -EAGAIN && err != -EINTR && err != -ENETDOWN) {
		transaction->state = TRANSACTION_FAILED;
		transaction->err = err;
	}
}

static int signals = -1; /* signalfd(2); never read, so that each wait ends at once after one */

void signals_catch(void)
{
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	signals = signalfd(-1, &ending, SFD_CLOEXEC);
}

int signals_poll(struct pollfd *fds, nfds_t count, int64_t ms)
{
	fds[count] = (struct pollfd){ signals, POLLIN, 0 };
	(void)!poll(fds, count + 1, (int)ms);
	return fds[count].revents ? -EINTR : 0;
}

/* Sends what is due. When the next of them sends or ends; INT64_MAX: none is open. */
static int64_t prepare_poll(struct transaction *transactions, size_t count, int64_t now,
                            struct pollfd *fds)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		struct transaction *each = &transactions[i];

		fds[i] = (struct pollfd){ -1, POLLIN, 0 };
		if (each->state == TRANSACTION_OPEN && now >= each->ends)
			each->state = TRANSACTION_UNANSWERED;
		if (each->state != TRANSACTION_OPEN)
			continue;
		if (now >= each->next_send)
			send_message(each, now);
		fds[i].fd = each->channel.fd;
		next = MIN(next, MIN(each->next_send, each->ends));
	}
	return next;
}

int transactions_await(struct transaction *transactions, size_t count, int64_t until)
{
	struct pollfd fds[REGISTRATIONS_MAX + 1];
	int err = 0;

	while (!err) {
		const int64_t now = clock_ms();
		const int64_t next = prepare_poll(transactions, count, now, fds);

		if (next == INT64_MAX || now >= until)
			break;
		err = signals_poll(fds, count, MAX(MIN(next, until) - now, 0));
		for (size_t i = 0; i < count && !err; i++)
			if (fds[i].revents)
				receive_batch(&transactions[i]);
	}
	return err;
}

int transaction_prepare(struct transaction *transaction, const struct channel *channel,
                        struct proxy_registration *registration, struct ipv4 source,
                        struct npp_message *message)
{
	const struct npp_key *key =
		channel->keys ? npp_keys_find(channel->keys, channel->key) : NULL;
	struct npp_packet *packet = &transaction->packet;

	if (channel->keys && !key)
		return -ENOKEY;
	*transaction = (struct transaction){
		.channel = *channel,
		.packet = { .from = channel->iface.mac,
		            .to = registration->proxy_mac,
		            .source = source,
		            .destination = registration->proxy },
		.answer_subtype = message->subtype + 1, /* an answer's number is the next */
		.id = message->transaction,
		.client = message->client.id,
		.nonce = (uint64_t)random_u32() << 32 | random_u32(),
	};
	message->authenticated = key;
	if (key)
		message->authentication = (struct npp_authentication){
			.key = key->id,
			.time = signing_time(registration, (uint64_t)clock_now().wall / 1000),
			.nonce = transaction->nonce,
		};
	packet->length = npp_message_write(message, channel->icmp_type, transaction->octets);
	npp_sign(transaction->octets, packet, message, key);
	return packet->length ? 0 : -EMSGSIZE;
}

int transaction_report(struct transaction *transaction, const struct channel *channel,
                       struct proxy_registration *registration)
{
	struct npp_message message = {
		.transaction = registration->transaction,
		.subtype = NPP_WAKEUP_REPORT,
		.client = { .id = registration->client },
	};

	return transaction_prepare(transaction, channel, registration,
	                           host_info_ipv4(&registration->host_info, 0), &message);
}

int transaction_solicit(struct transaction *transaction, const struct channel *channel,
                        struct ipv4 source, struct proxy_registration *proxy)
{
	struct proxy_registration all = {
		.proxy = { { 255, 255, 255, 255 } },
		.proxy_mac = MAC_BROADCAST,
	};
	const uint16_t id = random_transaction_id();
	struct npp_message message = {
		.transaction = id,
		.subtype = NPP_PROXY_SOLICITATION,
		.solicitation = { .identifier = id },
		.wake_test = proxy,
	};

	return transaction_prepare(transaction, channel, proxy ? proxy : &all, source, &message);
}

int transaction_end(const struct transaction *transaction)
{
	const bool is_answered = transaction->state == TRANSACTION_ANSWERED;
	char proxy[TEXT_IP];

	if (agent_verbose)
		agent_error("%s: %s from %s: %s; sent: %u; ignored: %u messages, of which %u were "
		            "answers without the key",
		            transaction->channel.iface.name,
		            npp_subtype_name(transaction->answer_subtype),
		            text_from_ipv4(transaction->packet.destination, proxy),
		            is_answered ? "received" : "none", transaction->sent,
		            transaction->ignored, transaction->unauthenticated);
	if (is_answered)
		return answer_is_refusal(&transaction->answer) ? -ECONNREFUSED : 0;
	if (transaction->state != TRANSACTION_FAILED && transaction->unauthenticated)
		return -EKEYREJECTED;
	return transaction->err ? transaction->err : -ETIMEDOUT;
}

int transaction_run(struct transaction *transaction, int64_t deadline)
{
	int err;

	transaction_start(transaction, clock_ms(), deadline);
	err = transactions_await(transaction, 1, deadline);
	return err ? err : transaction_end(transaction);
}

const char *transaction_error(int result)
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
