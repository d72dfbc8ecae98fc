// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_auth.h"

#include <endian.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"

/* The largest set of keys, with a line of comment for each. */
enum { FILE_MAX = 65535 };

enum {
	HEADER = sizeof(struct npp_header),
	OPTION_HEAD = 2 + 1 + 2 * sizeof(uint64_t), /* type, length, key, time, nonce */
	CHECKSUM = offsetof(struct npp_header, checksum),
	CHECKSUM_END = offsetof(struct npp_header, transaction),
};

_Static_assert(NPP_HMAC == SHA256_DIGEST_SIZE, "the HMAC is not truncated");
_Static_assert(NPP_SECRET_MAX == SHA256_BLOCK_SIZE, "no secret is hashed first");

static bool parse_secret(const char *digits, struct npp_key *key)
{
	const size_t count = digits ? strlen(digits) : 0;

	if (count % 2 || count < 2 * NPP_SECRET_MIN || count > 2 * NPP_SECRET_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		const int digit = text_hex_digit(digits[i]);

		if (digit < 0)
			return false;
		key->secret[i / 2] = (uint8_t)(key->secret[i / 2] << 4 | digit);
	}
	key->length = count / 2;
	return true;
}

/* NULL, or what is wrong. */
static const char *parse_line(char *line, struct npp_keys *keys)
{
	static const char blanks[] = " \t\r";
	char *rest, *text = strsep(&line, "#");
	const char *id = strtok_r(text, blanks, &rest), *secret = strtok_r(NULL, blanks, &rest);
	struct npp_key *key = &keys->key[keys->count];
	int64_t number;

	if (!id)
		return NULL;
	if (text_to_number(id, NPP_KEYS, &number) || number < 1)
		return "invalid key number; expected 1 to 255, followed by a secret";
	if (npp_keys_find(keys, (uint8_t)number))
		return "duplicate key number";
	if (!parse_secret(secret, key))
		return "invalid secret; expected an even number of hexadecimal digits, 32 to 128";
	if (strtok_r(NULL, blanks, &rest))
		return "unexpected text after the secret; expected '#' before a comment";
	key->id = (uint8_t)number;
	keys->count++;
	return NULL;
}

/* What is wrong with a file, unless an errno says it. */
struct key_error {
	const char *reason;
	size_t line; /* 0: the whole file */
};

static void parse_keys(char *text, struct npp_keys *keys, struct key_error *error)
{
	while (text && !error->reason) {
		error->line++;
		error->reason = parse_line(strsep(&text, "\n"), keys);
	}
	if (!error->reason && !keys->count)
		*error = (struct key_error){ "no key; expected a number and a secret a line", 0 };
}

static int read_keys(const char *path, struct npp_keys *keys, struct key_error *error)
{
	autoclose int fd = file_open_secret(path, &error->reason);
	autofree char *text = NULL;
	size_t length;
	int err = fd < 0 ? fd : file_read(fd, FILE_MAX, &text, &length);

	if (err == -EFBIG)
		error->reason = "longer than any file of keys";
	if (err)
		return err;
	if (strlen(text) == length)
		parse_keys(text, keys, error);
	else
		error->reason = "not a text file";
	explicit_bzero(text, length);
	return error->reason ? -EINVAL : 0;
}

int npp_keys_read_file(const char *path, struct npp_keys *keys, char text[NPP_KEYS_ERROR])
{
	struct key_error error = { .line = 0 };
	int err;

	memset(keys, 0, sizeof(*keys));
	err = read_keys(path, keys, &error);
	if (!err)
		return 0;
	explicit_bzero(keys, sizeof(*keys));
	if (error.line)
		snprintf(text, NPP_KEYS_ERROR, "%s:%zu: %s", path, error.line, error.reason);
	else
		snprintf(text, NPP_KEYS_ERROR, "%s: %s", path,
		         error.reason ? error.reason : strerror(-err));
	return err;
}

const struct npp_key *npp_keys_find(const struct npp_keys *keys, uint8_t id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->key[i].id == id)
			return &keys->key[i];
	return NULL;
}

/* Over the packet's addresses and the message, with zeros for the checksum and the HMAC itself. */
static void compute_hmac(const uint8_t *octets, const struct npp_packet *packet,
                         const struct npp_key *key, uint8_t hmac[NPP_HMAC])
{
	static const uint8_t zeros[NPP_HMAC];
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, key->length, key->secret);
	hmac_sha256_update(&context, sizeof(packet->source), packet->source.octet);
	hmac_sha256_update(&context, sizeof(packet->destination), packet->destination.octet);
	hmac_sha256_update(&context, CHECKSUM, octets);
	hmac_sha256_update(&context, CHECKSUM_END - CHECKSUM, zeros);
	hmac_sha256_update(&context, packet->length - NPP_HMAC - CHECKSUM_END,
	                   octets + CHECKSUM_END);
	hmac_sha256_update(&context, sizeof(zeros), zeros);
	hmac_sha256_digest(&context, NPP_HMAC, hmac);
	explicit_bzero(&context, sizeof(context));
}

/* The option is the last of a message, and ends with the HMAC. */
static bool has_hmac(const struct npp_message *message, size_t length)
{
	return message->authenticated && length >= HEADER + NPP_HMAC;
}

/*
 * What precedes the HMAC is what the octets have. The struct may come from a process that parses
 * for this one, and could else give any time and nonce to a message that was recorded.
 */
static bool is_as_sent(const struct npp_message *message, const uint8_t *hmac)
{
	const struct npp_authentication *said = &message->authentication;
	const uint64_t time = htobe64(said->time), nonce = htobe64(said->nonce);
	uint8_t option[OPTION_HEAD] = { NPP_OPTION_AUTHENTICATION, OPTION_HEAD - 2 + NPP_HMAC,
		                        said->key };

	memcpy(option + 3, &time, sizeof(time));
	memcpy(option + 3 + sizeof(time), &nonce, sizeof(nonce));
	return !memcmp(option, hmac - OPTION_HEAD, OPTION_HEAD);
}

bool npp_sign(uint8_t *octets, const struct npp_packet *packet, struct npp_message *message,
              const struct npp_key *key)
{
	struct npp_authentication *authentication = &message->authentication;

	if (!has_hmac(message, packet->length) || authentication->key != key->id)
		return false;
	compute_hmac(octets, packet, key, authentication->hmac);
	memcpy(octets + packet->length - NPP_HMAC, authentication->hmac,
	       sizeof(authentication->hmac));
	npp_set_checksum(octets, packet->length);
	return true;
}

enum npp_auth_error npp_verify(const struct npp_packet *packet, const struct npp_message *message,
                               const struct npp_keys *keys)
{
	const uint8_t *end = packet->octets + packet->length;
	const struct npp_key *key;
	uint8_t hmac[NPP_HMAC];

	if (!message->authenticated)
		return NPP_AUTH_ERROR_NOT_SIGNED;
	key = npp_keys_find(keys, message->authentication.key);
	if (!key)
		return NPP_AUTH_ERROR_UNKNOWN_KEY;
	if (packet->length < HEADER + OPTION_HEAD + NPP_HMAC ||
	    !is_as_sent(message, end - NPP_HMAC))
		return NPP_AUTH_ERROR_BAD_HMAC;
	compute_hmac(packet->octets, packet, key, hmac);
	/* in constant time, or an HMAC could be guessed octet by octet */
	return memeql_sec(hmac, end - NPP_HMAC, sizeof(hmac)) ? NPP_AUTH_ERROR_NONE
	                                                      : NPP_AUTH_ERROR_BAD_HMAC;
}
