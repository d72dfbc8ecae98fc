/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hosts say to the proxy of support_proxy.h, and what they hear. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_PROXY_VOICE_H
#define SLEEPPROXY_TESTS_PROXY_VOICE_H

#include "support_proxy.h"

/* Who says it, from where and to whom, and whether with a key. */
struct voice {
	struct mac mac;
	struct ipv4 source, destination;
	uint16_t vlan;
	uint8_t key; /* 0: none */
	uint64_t time, nonce;
};

static inline struct voice voice_of(unsigned last)
{
	return (struct voice){ .mac = { { 0x52, 0x54, 0, 1, (uint8_t)(last >> 8), (uint8_t)last } },
		               .source = { { 192, 0, (uint8_t)(2 + (last >> 8)), (uint8_t)last } },
		               .destination = us };
}

static inline struct voice nas_voice(void)
{
	return (struct voice){ .mac = nas, .source = home, .destination = us };
}

static inline size_t octets_of(const struct scene *scene, const struct voice *voice,
                               struct npp_message message, uint8_t octets[NPP_MESSAGE_MAX])
{
	const struct npp_key *key = npp_keys_find(&scene->keys, voice->key);
	size_t length;

	message.authenticated = voice->key;
	message.authentication = (struct npp_authentication){ .key = voice->key,
		                                              .time = voice->time,
		                                              .nonce = voice->nonce };
	length = npp_write(&message, scene->settings.icmp_type, octets);
	assert_int_not_equal(length, 0);
	if (key)
		assert_true(
			npp_sign(octets, length, &message, key, voice->source, voice->destination));
	return length;
}

static inline void says_octets(struct scene *scene, const struct voice *voice,
                               const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length + 1); /* gone when it was heard, as on the wire */
	const struct npp_packet datagram = {
		.from = voice->mac,
		.to = same_ipv4(voice->destination, everybody) ? MAC_BROADCAST : lan.mac,
		.vlan = voice->vlan,
		.source = voice->source,
		.destination = voice->destination,
		.octets = copy,
		.length = length,
	};

	memcpy(copy, octets, length);
	scene->heard++;
	proxy_hear(scene->proxy, &lan, &datagram);
	memset(copy, 0xa5, length);
	free(copy);
}

static inline void says(struct scene *scene, const struct voice *voice, struct npp_message message)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = octets_of(scene, voice, message, octets);

	says_octets(scene, voice, octets, length);
}

static inline void nas_says(struct scene *scene, struct npp_message message)
{
	const struct voice voice = nas_voice();

	says(scene, &voice, message);
}

static inline struct npp_message a_message(enum npp_subtype subtype)
{
	return (struct npp_message){ .transaction = TRANSACTION, .subtype = subtype };
}

static inline struct npp_message request_of(const struct voice *voice)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request.pairs[0] = (struct npp_pair){ voice->mac, voice->source };
	message.request.pair_count = 1;
	return message;
}

static inline struct npp_message a_request(void)
{
	const struct voice voice = nas_voice();

	return request_of(&voice);
}

/* A part of a request that has no address: nobody is asked, and it is carried out at once. */
static inline struct npp_message a_part(uint16_t port)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request.has_ports = true;
	message.request.ports[0] = (struct npp_port){ 6, port };
	message.request.port_count = 1;
	return message;
}

static inline struct npp_message a_report(uint16_t client)
{
	struct npp_message message = a_message(NPP_WAKEUP_REPORT);

	message.report.id = client;
	return message;
}

static inline const struct session *session_of(const struct scene *scene, const struct mac *mac)
{
	const struct session *session = proxy_find(scene->proxy, mac);

	assert_non_null(session);
	return session;
}

/* Handed over, and confirmed. The Client Identifier. */
static inline uint16_t hands_over(struct scene *scene, const struct voice *voice)
{
	const size_t takes = scene->takes;

	says(scene, voice, request_of(voice));
	nobody_claims(scene);
	assert_int_equal(scene->takes, takes + 1);
	assert_true(session_of(scene, &voice->mac)->open);
	return session_of(scene, &voice->mac)->client;
}

static inline uint16_t nas_hands_over(struct scene *scene)
{
	const struct voice voice = nas_voice();

	return hands_over(scene, &voice);
}

/* The `number`-th answer and no further one, and what every answer has. */
static inline const struct npp_message *answer(const struct scene *scene, size_t number,
                                               enum npp_subtype subtype)
{
	const struct sent *sent = &scene->sent[number - 1];
	const struct npp_packet *datagram = &sent->datagram;

	assert_int_equal(scene->sends, number);
	assert_memory_equal(&sent->port, &lan, sizeof(lan));
	assert_memory_equal(&datagram->from, &lan.mac, sizeof(lan.mac));
	assert_int_equal(sent->message.subtype, subtype);
	assert_int_equal(sent->message.transaction, TRANSACTION);
	return &sent->message;
}

static inline void is_to(const struct scene *scene, const struct voice *voice)
{
	const struct npp_packet *datagram = &scene->sent[scene->sends - 1].datagram;

	assert_memory_equal(&datagram->to, &voice->mac, sizeof(voice->mac));
	assert_int_equal(datagram->vlan, voice->vlan);
	assert_memory_equal(&datagram->source,
	                    same_ipv4(voice->destination, everybody) ? &us : &voice->destination,
	                    sizeof(struct ipv4));
	assert_memory_equal(&datagram->destination, &voice->source, sizeof(struct ipv4));
}

static inline uint16_t is_confirmed(const struct scene *scene, size_t number)
{
	const struct npp_message *message = answer(scene, number, NPP_SLEEP_CONFIRM);

	assert_int_equal(message->code, NPP_SUCCESS);
	assert_int_equal(message->confirm.code, NPP_SUCCESS);
	assert_int_not_equal(message->confirm.id, 0);
	return message->confirm.id;
}

static inline void is_refused(const struct scene *scene, size_t number, enum proxy_count why)
{
	const struct npp_message *message = answer(scene, number, NPP_SLEEP_CONFIRM);

	assert_int_equal(message->code, NPP_FAIL);
	assert_int_equal(message->confirm.code, NPP_FAIL);
	assert_int_equal(message->confirm.id, 0);
	assert_int_equal(count_of(scene, why), 1);
}

#endif
