/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The authentication option, 128 (docs/npp.md, "With keys"), and the file that has the keys. A
 * proxy also checks whether a message is new (npp_server/replay_cache.c). A host need not: it
 * recognizes an answer by the nonce of its request, and cannot rely on its own clock, which may be
 * the wrong one.
 */
#ifndef SLEEPPROXY_NPP_AUTH_H
#define SLEEPPROXY_NPP_AUTH_H

#include "npp/npp_message.h"

/*
 * Octets of a secret. HMAC would hash a secret longer than SHA-256's block, which gains nothing
 * (RFC 2104, 2 and 3).
 */
enum { NPP_SECRET_MIN = 16, NPP_SECRET_MAX = 64 };

enum { NPP_KEYS = 255, NPP_KEYS_ERROR = 512 };

struct npp_key {
	uint8_t id;    /* 1 to 255, by which messages name it */
	size_t length; /* octets of the secret */
	uint8_t secret[NPP_SECRET_MAX];
};

/* Each id once, in the order of the file. The owner wipes them, and all copies (explicit_bzero). */
struct npp_keys {
	struct npp_key key[NPP_KEYS];
	size_t count;
};

/*
 * Reads a file of keys: one a line, its id in decimal and its secret, 32 to 128 hexadecimal digits,
 * separated by blanks. '#' begins a comment. 0; or -errno, with no keys, and "PATH:LINE: what is
 * wrong" in `error`, which quotes nothing of the file. A file without a key is an error, since a
 * proxy without keys accepts all messages. A file that others may read or write is refused
 * (-EPERM): its keys are no secret.
 */
int npp_keys_read_file(const char *path, struct npp_keys *keys, char error[NPP_KEYS_ERROR]);

const struct npp_key *npp_keys_find(const struct npp_keys *keys, uint8_t id); /* or NULL */

enum npp_auth_error {
	NPP_AUTH_ERROR_NONE,
	NPP_AUTH_ERROR_NOT_SIGNED,
	NPP_AUTH_ERROR_UNKNOWN_KEY,
	NPP_AUTH_ERROR_BAD_HMAC,
	/* replay_cache.c */
	NPP_AUTH_ERROR_STALE_TIME,
	NPP_AUTH_ERROR_REPLAY,
	NPP_AUTH_ERROR_REPEATED, /* a retransmission: to be answered as before */
	NPP_AUTH_ERROR_COUNT
};

/*
 * Fills in the HMAC in the octets that npp_message_write has written, and in `message`, and sets
 * the checksum. `packet`: the length, and the addresses that it will have. False, with nothing
 * changed: the message has no option 128, or one that names another key.
 */
bool npp_sign(uint8_t *octets, const struct npp_packet *packet, struct npp_message *message,
              const struct npp_key *key);

/*
 * Verifies a packet that npp_message_read has read into `message`: NOT_SIGNED, UNKNOWN_KEY,
 * BAD_HMAC or NONE. After an error the answer must not be signed, as anyone could have chosen the
 * nonce in it.
 */
enum npp_auth_error npp_verify(const struct npp_packet *packet, const struct npp_message *message,
                               const struct npp_keys *keys);

enum {
	NPP_STALE_AFTER = 300, /* s, before or after the current time */
	NPP_NONCES = 8,        /* messages of one second; a long request has about five */
};

#endif
