// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_auth.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <string.h>

enum {
	HEADER = sizeof(struct npp_header),
	CHECKSUM = offsetof(struct npp_header, checksum),
	CHECKSUM_END = offsetof(struct npp_header, transaction),
};

_Static_assert(NPP_MAC == SHA256_DIGEST_SIZE, "the code is a whole SHA-256");
_Static_assert(NPP_SECRET_MAX == SHA256_BLOCK_SIZE, "no secret is hashed first");

/* The ends of the packet, and the message with zeros where the checksum and the code stand. */
static void make_code(const uint8_t *octets, size_t code_at, const struct npp_key *key,
                      struct ipv4 source, struct ipv4 destination, uint8_t code[NPP_MAC])
{
	static const uint8_t zeros[NPP_MAC];
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, key->length, key->secret);
	hmac_sha256_update(&hmac, sizeof(source.octet), source.octet);
	hmac_sha256_update(&hmac, sizeof(destination.octet), destination.octet);
	hmac_sha256_update(&hmac, CHECKSUM, octets);
	hmac_sha256_update(&hmac, CHECKSUM_END - CHECKSUM, zeros);
	hmac_sha256_update(&hmac, code_at - CHECKSUM_END, octets + CHECKSUM_END);
	hmac_sha256_update(&hmac, sizeof(zeros), zeros);
	hmac_sha256_digest(&hmac, NPP_MAC, code);
	explicit_bzero(&hmac, sizeof(hmac));
}

/* Without the option it is said to stand at 0; behind it, as the last, there is nothing. */
static bool has_its_code(const struct npp_message *message, size_t length)
{
	return message->authentication_at >= HEADER &&
	       message->authentication_at + NPP_MAC == length;
}

bool npp_sign(uint8_t *octets, size_t length, struct npp_message *message,
              const struct npp_key *key, struct ipv4 source, struct ipv4 destination)
{
	struct npp_authentication *said = &message->authentication;

	if (!has_its_code(message, length) || said->key != key->id)
		return false;
	make_code(octets, message->authentication_at, key, source, destination, said->mac);
	memcpy(octets + message->authentication_at, said->mac, sizeof(said->mac));
	npp_set_checksum(octets, length);
	return true;
}

enum npp_auth_error npp_verify(const uint8_t *octets, size_t length,
                               const struct npp_message *message, const struct npp_keys *keys,
                               struct ipv4 source, struct ipv4 destination)
{
	const size_t at = message->authentication_at;
	const struct npp_key *key;
	uint8_t code[NPP_MAC];

	if (!message->authenticated)
		return NPP_AUTH_ERROR_unsigned;
	key = npp_keys_find(keys, message->authentication.key);
	if (!key)
		return NPP_AUTH_ERROR_unknown_key;
	if (!has_its_code(message, length))
		return NPP_AUTH_ERROR_bad_authentication;
	make_code(octets, at, key, source, destination, code);
	/* in the same time wherever they differ, or a code could be found octet by octet */
	return memeql_sec(code, octets + at, sizeof(code)) ? NPP_AUTH_ERROR_none
	                                                   : NPP_AUTH_ERROR_bad_authentication;
}

static bool is_stale(uint64_t time, uint64_t now)
{
	return (time > now ? time - now : now - time) > NPP_STALE_AFTER;
}

static bool is_repeated(const struct npp_replay *last, const struct npp_authentication *said)
{
	return memcmp(last->code, said->mac, sizeof(last->code)) == 0;
}

static bool is_replayed(const struct npp_replay *last, const struct npp_authentication *said)
{
	if (said->time != last->time)
		return said->time < last->time;
	for (size_t i = 0; i < last->nonce_count; i++) {
		if (last->nonces[i] == said->nonce)
			return true;
	}
	return last->nonce_count == NPP_NONCES;
}

enum npp_auth_error npp_check_replay(const struct npp_replay *last,
                                     const struct npp_message *message, uint64_t now)
{
	const struct npp_authentication *said = &message->authentication;

	if (is_stale(said->time, now))
		return NPP_AUTH_ERROR_stale;
	if (is_repeated(last, said))
		return NPP_AUTH_ERROR_repeated;
	return is_replayed(last, said) ? NPP_AUTH_ERROR_replayed : NPP_AUTH_ERROR_none;
}

void npp_record_nonce(struct npp_replay *last, const struct npp_message *message)
{
	const struct npp_authentication *said = &message->authentication;

	if (said->time != last->time)
		last->nonce_count = 0;
	last->time = said->time;
	last->nonces[last->nonce_count++] = said->nonce;
	memcpy(last->code, said->mac, sizeof(last->code));
}
