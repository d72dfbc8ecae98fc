/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An NPP server on an interface of a network namespace: messages in as octets, answers out as the
 * frames that leave by the interface. What is requested is carried out as in support_register.h.
 * The clock is that of support_hosts.h. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_NPP_SERVER_H
#define SLEEPPROXY_TESTS_NPP_SERVER_H

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "npp_server/npp_server.h"
#include "support_lan.h"
#include "support_npp.h"
#include "support_register.h"

static const struct ipv4 us = { { 192, 0, 2, 2 } }, us_too = { { 198, 51, 100, 2 } };
static const struct ipv4 gateway = { { 192, 0, 2, 1 } }, subnet_broadcast = { { 192, 0, 2, 255 } };
static const struct ipv4 everybody = { { 255, 255, 255, 255 } };

/* What one source may send: so many messages at once, and one more each interval. */
enum { BURST = 32, INTERVAL = 125 /* ms */ };

/* Of all tests of a program; the rest is of each. */
static struct iface lan;
static struct net_state *net;
static int packet_fd, sent_fd; /* to send by, and what was sent */

struct npp_test {
	struct registration_test hosts;
	struct npp_server *server;
	struct npp_server_settings settings;
	struct npp_keys keys;
	struct host_store *store;
	struct npp_server_request request; /* the last one */
	uint64_t received, open;           /* messages; and those that are not answered yet */
};

static inline void listen_to_ourselves(void)
{
	const struct sockaddr_ll at = { .sll_family = AF_PACKET,
		                        .sll_protocol = htons(ETH_P_ALL),
		                        .sll_ifindex = (int)lan.ifindex };

	packet_fd = packet_open();
	sent_fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	assert_true(packet_fd >= 0 && sent_fd >= 0);
	assert_int_equal(bind(sent_fd, (const struct sockaddr *)&at, sizeof(at)), 0);
}

static inline int make_link(void **state)
{
	assert_int_equal(make_namespace(state), 0);
	if (!namespace_made)
		return 0;
	add_link("lan");
	HERE("ip addr add 192.0.2.2/24 dev lan && ip addr add 198.51.100.2/24 dev lan");
	HERE("ip route add default via 192.0.2.1");
	assert_int_equal(iface_find("lan", &lan), 0);
	assert_int_equal(net_state_open(&net), 0);
	assert_int_equal(net_state_set_links(net, &(struct net_link){ .ifindex = lan.ifindex }, 1),
	                 1);
	listen_to_ourselves();
	log_init(LOG_EMERG);
	return 0;
}

static inline int remove_link(void **state)
{
	(void)state;
	if (!namespace_made)
		return 0;
	net_state_close(net);
	close(packet_fd);
	close(sent_fd);
	return 0;
}

static inline void start_server(struct npp_test *test)
{
	const struct npp_server_parts parts = {
		.fd = packet_fd,
		.net = net,
		.table = test->hosts.table,
		.registrar = test->hosts.registrar,
		.store = test->store,
		.settings = &test->settings,
	};

	test->server = npp_server_new(&parts);
	assert_non_null(test->server);
	test->received = test->open = 0;
}

static inline int start_npp_test(void **state)
{
	struct npp_test *test;

	need_namespace();
	test = calloc(1, sizeof(*test));
	registration_test_start(&test->hosts);
	test->settings = (struct npp_server_settings){
		.icmp_type = NPP_ICMP_TYPE,
		.lifetime = 1800,
		.preference = -5,
	};
	start_server(test);
	*state = test;
	return 0;
}

/* By its name; NULL: of all. */
static inline uint64_t count_of(const struct npp_test *test, const char *of)
{
	const char *name, *meaning;
	uint64_t count, sum = 0;
	bool found = !of;

	for (size_t i = 0; npp_server_counter(test->server, i, &name, &meaning, &count); i++) {
		if (of && strcmp(name, of))
			continue;
		sum += count;
		found = true;
	}
	assert_true(found);
	return sum;
}

static inline size_t sent_frame(uint8_t *frame, size_t size)
{
	struct sockaddr_ll from;
	ssize_t length;

	do {
		socklen_t from_size = sizeof(from);

		length = recvfrom(sent_fd, frame, size, 0, (struct sockaddr *)&from, &from_size);
	} while (length > 0 && from.sll_pkttype != PACKET_OUTGOING);
	return length > 0 ? (size_t)length : 0;
}

struct sent {
	uint8_t frame[PACKET_MAX + 4];
	struct npp_packet packet;
	struct npp_message message;
};

/* The next message that the server has sent. False: there is none. */
static inline bool next_sent(const struct npp_test *test, struct sent *sent)
{
	uint8_t *frame = sent->frame;
	uint16_t vlan = 0;
	size_t length;

	do {
		length = sent_frame(frame, sizeof(sent->frame));
		if (length > 18 && frame[12] == 0x81 && frame[13] == 0) {
			vlan = (uint16_t)(frame[14] << 8 | frame[15]);
			memmove(frame + 12, frame + 16, length -= 4);
		}
	} while (length && !npp_packet_read(frame, length, &sent->packet));
	sent->packet.vlan = vlan;
	if (length)
		assert_int_equal(npp_message_read(sent->packet.octets, sent->packet.length,
		                                  test->settings.icmp_type, &sent->message),
		                 NPP_PARSE_ERROR_NONE);
	return length;
}

static inline void sends_nothing(const struct npp_test *test)
{
	struct sent sent;

	assert_false(next_sent(test, &sent));
}

/* Each message comes to one end. */
static inline int stop_npp_test(void **state)
{
	struct npp_test *test = *state;

	sends_nothing(test);
	assert_int_equal(count_of(test, NULL) + test->open, test->received);
	npp_server_free(test->server);
	registration_test_stop(&test->hosts);
	free(test);
	return 0;
}

/* Who sends, from where and to whom, and whether with a key. */
struct sender {
	struct mac mac;
	struct ipv4 source, destination;
	uint16_t vlan;
	uint8_t key; /* 0: none */
	uint64_t time, nonce;
};

static inline struct sender sender_of(struct mac mac, struct ipv4 source)
{
	return (struct sender){ .mac = mac, .source = source, .destination = us };
}

static inline struct sender the_nas(void)
{
	return sender_of(nas, nas_address);
}

/* From now on messages must be signed, with key 7 or 200. */
static inline void use_keys(struct npp_test *test)
{
	test->keys.count = 2;
	test->keys.key[0] = (struct npp_key){ .id = 7, .length = 16, .secret = { 1, 2, 3 } };
	test->keys.key[1] = (struct npp_key){ .id = 200, .length = 64, .secret = { 9 } };
	test->settings.keys = &test->keys;
}

static inline struct sender signer(uint64_t nonce)
{
	struct sender sender = the_nas();

	sender.key = 7;
	sender.time = (uint64_t)now.wall / 1000;
	sender.nonce = nonce;
	return sender;
}

static inline struct npp_message a_request(const struct sender *sender)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request.pairs[message.request.pair_count++] =
		(struct npp_pair){ sender->mac, sender->source };
	return message;
}

static inline struct npp_message a_report(uint16_t client_id)
{
	return (struct npp_message){ .subtype = NPP_WAKEUP_REPORT,
		                     .transaction = TRANSACTION,
		                     .client.id = client_id };
}

static inline size_t write_message(const struct npp_test *test, const struct sender *sender,
                                   struct npp_message message, uint8_t octets[NPP_MESSAGE_MAX])
{
	const struct npp_key *key = npp_keys_find(&test->keys, sender->key);
	size_t length;

	message.authenticated = sender->key;
	message.authentication = (struct npp_authentication){ .key = sender->key,
		                                              .time = sender->time,
		                                              .nonce = sender->nonce };
	length = npp_message_write(&message, test->settings.icmp_type, octets);
	assert_int_not_equal(length, 0);
	if (key)
		npp_sign(octets,
		         &(struct npp_packet){ .source = sender->source,
		                               .destination = sender->destination,
		                               .length = length },
		         &message, key);
	return length;
}

/* At an odd address, and overwritten after it was received, as in a socket's buffer. */
static inline void receive_octets(struct npp_test *test, const struct sender *sender,
                                  const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length + 1);
	const struct npp_packet packet = {
		.from = sender->mac,
		.to = lan.mac,
		.vlan = sender->vlan,
		.source = sender->source,
		.destination = sender->destination,
		.octets = copy + 1,
		.length = length,
	};
	struct npp_message message;

	memcpy(copy + 1, octets, length);
	test->received++;
	test->request.kind = NPP_REQUEST_NONE;
	if (npp_server_admit(test->server, &lan, &packet, &now))
		npp_server_receive(
			test->server, &lan, &packet,
			npp_message_read(octets, length, test->settings.icmp_type, &message),
			&message, &now, &test->request);
	test->open += test->request.kind != NPP_REQUEST_NONE;
	memset(copy, 0xa5, length + 1);
	free(copy);
}

/* Slowly enough for the rate limit. */
static inline enum npp_request_kind receive(struct npp_test *test, const struct sender *sender,
                                            struct npp_message message)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = write_message(test, sender, message, octets);

	pass(INTERVAL);
	receive_octets(test, sender, octets, length);
	return test->request.kind;
}

/* The answer to this sender and no further one, with what every answer has. */
static inline struct npp_message answered(const struct npp_test *test, const struct sender *sender,
                                          enum npp_subtype subtype)
{
	const bool to_all = ipv4_equal(sender->destination, everybody);
	struct sent sent;

	assert_true(next_sent(test, &sent));
	sends_nothing(test);
	assert_int_equal(sent.message.subtype, subtype);
	assert_int_equal(sent.message.transaction, TRANSACTION);
	assert_memory_equal(&sent.packet.from, &lan.mac, sizeof(lan.mac));
	assert_memory_equal(&sent.packet.to, &sender->mac, sizeof(sender->mac));
	assert_int_equal(sent.packet.vlan, sender->vlan);
	assert_true(ipv4_equal(sent.packet.source, to_all ? us : sender->destination));
	assert_true(ipv4_equal(sent.packet.destination, sender->source));
	if (npp_keys_find(&test->keys, sent.message.authentication.key)) {
		assert_int_equal(npp_verify(&sent.packet, &sent.message, &test->keys),
		                 NPP_AUTH_ERROR_NONE);
		assert_int_equal(sent.message.authentication.key, sender->key);
		assert_true(sent.message.authentication.nonce == sender->nonce);
		assert_int_equal(sent.message.authentication.time, now.wall / 1000);
	}
	return sent.message;
}

static inline bool is_confirmed(const struct npp_test *test, const struct sender *sender,
                                uint16_t client_id)
{
	const struct npp_message answer = answered(test, sender, NPP_SLEEP_CONFIRM);

	assert_int_equal(answer.code, NPP_SUCCESS);
	assert_int_equal(answer.client.code, NPP_SUCCESS);
	assert_int_equal(answer.client.id, client_id);
	return answer.authenticated;
}

/* With code 1 and no Client Identifier, whatever it asked. */
static inline bool is_rejected(const struct npp_test *test, const struct sender *sender,
                               bool is_report)
{
	const struct npp_message answer =
		answered(test, sender, is_report ? NPP_WAKEUP_CONFIRM : NPP_SLEEP_CONFIRM);

	assert_int_equal(answer.code, NPP_FAIL);
	assert_int_equal(answer.client.code, NPP_FAIL);
	assert_int_equal(answer.client.id, 0);
	assert_false(answer.client.has_lease);
	return answer.authenticated;
}

static inline void confirm(struct npp_test *test, uint16_t client_id)
{
	npp_server_confirm(test->server, &test->request.requester,
	                   &(struct npp_client){ .id = client_id }, false);
	test->open--;
}

static inline void reject(struct npp_test *test, enum reject_reason reason)
{
	npp_server_reject(test->server, &test->request.requester, reason);
	test->open--;
}

/* Received, registered as the daemon does with a request, and confirmed. */
static inline struct host *registered(struct npp_test *test, const struct sender *sender,
                                      struct npp_message message)
{
	struct host *host;

	assert_int_equal(receive(test, sender, message), NPP_REQUEST_SLEEP);
	sends_nothing(test);
	assert_ptr_equal(test->request.host,
	                 host_find_mac(test->hosts.table, &test->request.requester.mac));
	host = registers(&test->hosts, &test->request.registration);
	confirm(test, host->registration->client_id);
	is_confirmed(test, sender, host->registration->client_id);
	return host;
}

BEFORE_ALL(make_link)
AFTER_ALL(remove_link)

#endif
