/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the Network Proxy Protocol, octet by octet. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_NPP_MESSAGE_H
#define SLEEPPROXY_TESTS_NPP_MESSAGE_H

#include "npp/npp_message.h"
#include "support_octets.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

enum { HEADER = sizeof(struct npp_header), AT_CHECKSUM = 2, AT_LENGTH = 7 };

static inline struct npp_message a_message(enum npp_subtype subtype)
{
	return (struct npp_message){ .transaction = 0x1234, .subtype = subtype };
}

/* A message's header, to which options are added. */
static inline struct octets header_of(uint8_t subtype)
{
	return (struct octets){
		.at = { NPP_ICMP_TYPE, 0, 0, 0, 0x12, 0x34, subtype, 0 },
		.length = HEADER,
	};
}

/* RFC 1071 computed differently: octet by octet, each with its carry. */
static inline uint16_t ones_sum(const uint8_t *octets, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++) {
		sum += i % 2 ? octets[i] : octets[i] * 256;
		sum = sum % 65536 + sum / 65536;
	}
	return (uint16_t)sum;
}

static inline void sum_up(struct octets *octets)
{
	uint16_t sum;

	PUT(octets, AT_CHECKSUM, 0, 0);
	sum = (uint16_t)~ones_sum(octets->at, octets->length);
	PUT(octets, AT_CHECKSUM, (uint8_t)(sum >> 8), (uint8_t)sum);
}

/* Sets the length and the checksum. */
static inline struct octets *finish(struct octets *octets)
{
	octets->at[AT_LENGTH] = (uint8_t)(octets->length - HEADER);
	sum_up(octets);
	return octets;
}

/* After an error in the options the header is left, so that a request can be refused. */
static inline void check_error(enum npp_parse_error error, const uint8_t *octets,
                               const struct npp_message *message)
{
	struct npp_message header_alone;

	memset(&header_alone, 0, sizeof(header_alone));
	if (error >= NPP_PARSE_ERROR_BAD_OPTION) {
		header_alone.code = octets[1];
		header_alone.transaction = (uint16_t)(octets[4] << 8 | octets[5]);
		header_alone.subtype = octets[6];
	}
	assert_memory_equal(message, &header_alone, sizeof(header_alone));
}

static inline enum npp_parse_error read_octets(const void *octets, size_t length,
                                               struct npp_message *message)
{
	enum npp_parse_error error;

	memset(message, 0xa5, sizeof(*message));
	error = npp_message_read(at_the_edge(octets, length), length, NPP_ICMP_TYPE, message);
	if (error != NPP_PARSE_ERROR_NONE)
		check_error(error, octets, message);
	return error;
}

static inline enum npp_parse_error error_of(struct octets *octets)
{
	struct npp_message message;

	finish(octets);
	return read_octets(octets->at, octets->length, &message);
}

static inline struct npp_message message_of(struct octets *octets)
{
	struct npp_message message;

	finish(octets);
	assert_int_equal(read_octets(octets->at, octets->length, &message), NPP_PARSE_ERROR_NONE);
	return message;
}

static inline void assert_same_client(const struct npp_client *a, const struct npp_client *b)
{
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->has_lease, b->has_lease);
	assert_int_equal(a->lease, b->lease);
	assert_int_equal(a->lease_total, b->lease_total);
	assert_int_equal(a->lease_left, b->lease_left);
}

static inline void assert_same_request(const struct npp_request *a, const struct npp_request *b)
{
	assert_int_equal(a->pair_count, b->pair_count);
	assert_memory_equal(a->pairs, b->pairs, sizeof(a->pairs));
	assert_int_equal(a->has_lease, b->has_lease);
	assert_int_equal(a->lease_total, b->lease_total);
	assert_int_equal(a->lease_left, b->lease_left);
	assert_memory_equal(&a->lease_server, &b->lease_server, sizeof(a->lease_server));
	assert_int_equal(a->timer, b->timer);
	assert_int_equal(a->has_ports, b->has_ports);
	assert_int_equal(a->port_count, b->port_count);
	for (size_t i = 0; i < NPP_PORTS; i++) {
		assert_int_equal(a->ports[i].protocol, b->ports[i].protocol);
		assert_int_equal(a->ports[i].port, b->ports[i].port);
	}
	assert_int_equal(a->address6_count, b->address6_count);
	assert_memory_equal(a->addresses6, b->addresses6, sizeof(a->addresses6));
	assert_int_equal(a->client_id_length, b->client_id_length);
	assert_memory_equal(a->client_id, b->client_id, sizeof(a->client_id));
	assert_memory_equal(a->hostname, b->hostname, sizeof(a->hostname));
	assert_memory_equal(&a->backup_of, &b->backup_of, sizeof(a->backup_of));
}

static inline void assert_same_advertisement(const struct npp_message *a,
                                             const struct npp_message *b)
{
	assert_int_equal(a->advertisement.lifetime, b->advertisement.lifetime);
	assert_int_equal(a->advertisement.proxy_count, b->advertisement.proxy_count);
	assert_memory_equal(a->advertisement.proxies, b->advertisement.proxies,
	                    sizeof(a->advertisement.proxies));
	assert_int_equal(a->service_count, b->service_count);
	assert_memory_equal(a->services, b->services, sizeof(a->services));
}

static inline void assert_same_authentication(const struct npp_message *a,
                                              const struct npp_message *b)
{
	assert_int_equal(a->authenticated, b->authenticated);
	assert_int_equal(a->authentication.key, b->authentication.key);
	assert_true(a->authentication.time == b->authentication.time);
	assert_true(a->authentication.nonce == b->authentication.nonce);
	assert_memory_equal(a->authentication.hmac, b->authentication.hmac, NPP_HMAC);
}

/* Field by field, as there is padding between them. */
static inline void assert_same(const struct npp_message *a, const struct npp_message *b)
{
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->transaction, b->transaction);
	assert_int_equal(a->subtype, b->subtype);
	assert_int_equal(a->solicitation.identifier, b->solicitation.identifier);
	assert_int_equal(a->solicitation.sequence, b->solicitation.sequence);
	assert_same_advertisement(a, b);
	assert_same_request(&a->request, &b->request);
	assert_same_client(&a->client, &b->client);
	assert_same_authentication(a, b);
}

#endif
