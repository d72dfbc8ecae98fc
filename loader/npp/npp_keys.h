/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that proxies and hosts share (docs/npp.md, "With keys"), and the text of a file of them,
 * pure. Who reads that file sees to it that nobody else can.
 */
#ifndef SLEEPPROXY_NPP_KEYS_H
#define SLEEPPROXY_NPP_KEYS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Octets of a secret. What is longer than SHA-256's block HMAC would hash first, and gain nothing
 * (RFC 2104, 2 and 3).
 */
enum { NPP_SECRET_MIN = 16, NPP_SECRET_MAX = 64 };

enum { NPP_KEYS = 255 };

struct npp_key {
	uint8_t id;    /* 1 to 255, by which messages name it */
	size_t length; /* octets of the secret */
	uint8_t secret[NPP_SECRET_MAX];
};

/* Each id once, in the order of the file. Whoever lets go of them wipes them, and their copies. */
struct npp_keys {
	struct npp_key key[NPP_KEYS];
	size_t count;
};

/* `reason`: what is wrong; what was expected. It quotes nothing of the file. */
struct npp_keys_fault {
	size_t line; /* 0: the file as a whole */
	const char *reason;
};

/*
 * A key a line: its id, decimal, and its secret, 32 to 128 hexadecimal digits, with blanks between
 * them. From a '#' on a line is a comment. 0, or -EINVAL with the first fault and no keys. A file
 * without any is a fault, since a proxy without keys asks nobody for one. `text` needs no zero at
 * its end; to wipe it is left to its owner.
 */
int npp_keys_parse(const char *text, size_t length, struct npp_keys *keys,
                   struct npp_keys_fault *fault);

const struct npp_key *npp_keys_find(const struct npp_keys *keys, uint8_t id); /* or NULL */

/* Leaves no keys, and nothing of them in this memory. */
void npp_keys_wipe(struct npp_keys *keys);

#endif
