/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option 128 (docs/npp.md, "With keys"), pure. Two questions about a message, in this order: is it
 * from somebody who has a key (npp_verify), and was it made just now (npp_check_replay)? The
 * second is a proxy's alone: a host knows an answer by the nonce of what it sent, since the
 * clock that is wrong may be its own.
 */
#ifndef SLEEPPROXY_NPP_AUTH_H
#define SLEEPPROXY_NPP_AUTH_H

#include "npp/npp_keys.h"
#include "npp/npp_message.h"

/*
 * Why a message is not carried out, a row as in NPP_PARSE_ERRORS. The last is no fault: a host
 * that got no answer says the same again, and gets the same answer again.
 */
/* clang-format off */
#define NPP_AUTH_ERRORS(ROW) \
	ROW(unsigned, "without an authentication option") \
	ROW(unknown_key, "signed with a key that is not known here") \
	ROW(bad_authentication, "its authentication code is not that of its key and its addresses") \
	ROW(stale, "its time is more than five minutes off: its host's clock, or this one, is wrong") \
	ROW(replayed, "no later than its host's last one: recorded, or the host's clock was set back") \
	ROW(repeated, "the same as its host's last one, to be answered in the same way")
/* clang-format on */

#define NPP_AUTH_ERROR_ENUM(name, meaning) NPP_AUTH_ERROR_##name,
enum npp_auth_error {
	NPP_AUTH_ERROR_none,
	NPP_AUTH_ERRORS(NPP_AUTH_ERROR_ENUM) NPP_AUTH_ERROR_COUNT
};
#undef NPP_AUTH_ERROR_ENUM

/*
 * Fills in the code of what npp_write has written, in the octets and in `message`, and seals the
 * octets. The addresses are those of the IPv4 packet that will carry them. False, with nothing
 * changed: the message has no option 128, or one that names another key.
 */
bool npp_sign(uint8_t *octets, size_t length, struct npp_message *message,
              const struct npp_key *key, struct ipv4 source, struct ipv4 destination);

/*
 * Of octets that npp_read has made `message` of, with the addresses of the packet that brought
 * them: unsigned, unknown_key, bad_authentication, or NPP_AUTH_ERROR_none. But for the last nothing
 * is signed in answer: the nonce in it, and the host that believes it, would be anybody's choice.
 */
enum npp_auth_error npp_verify(const uint8_t *octets, size_t length,
                               const struct npp_message *message, const struct npp_keys *keys,
                               struct ipv4 source, struct ipv4 destination);

enum {
	NPP_STALE_AFTER = 300, /* s, to either side */
	NPP_NONCES = 8,        /* messages of one second; a long request is about five */
};

/*
 * What was accepted from one host so far; all zeros: nothing. A host is here the IPv4 address that
 * it sends from: the code covers that, but not its MAC, so that a recorded message may come from
 * any. It is to outlive the proxy: one that has forgotten it accepts what was recorded in the last
 * minutes.
 *
 * What a wrong clock does:
 * - A host's that is more than five minutes off, or the proxy's: all is stale, and nothing of it is
 *   kept, so that it is over as soon as the clock is right.
 * - A host's that is set back, but not as far: its messages are replayed ones until it is past its
 *   last time again, for ten minutes at most. Nothing else tells them from recorded ones.
 * - Both ahead together, as where the host takes its time from the proxy, and then set right: the
 *   same, but for as long as they were ahead, or until the host is removed, and this with it. To
 *   believe the clock instead would let whoever can set it use all that he has recorded.
 */
struct npp_replay {
	uint64_t time;               /* s since 1970 */
	uint64_t nonces[NPP_NONCES]; /* of all messages of that time */
	size_t nonce_count;          /* NPP_NONCES at most */
	uint8_t code[NPP_MAC];       /* of the last message, and so of all its octets */
};

/*
 * Of a message that has passed npp_verify, `now` in s since 1970: stale, replayed, repeated, or
 * NPP_AUTH_ERROR_none. After ten minutes at most what was repeated is stale, so that no answer
 * has to be kept for longer. Of more than NPP_NONCES in one second the rest is replayed.
 */
enum npp_auth_error npp_check_replay(const struct npp_replay *last,
                                     const struct npp_message *message, uint64_t now);

/*
 * Of a message for which npp_check_replay has just said NPP_AUTH_ERROR_none, whatever becomes
 * of it then: one that is refused now must not come again when it would be granted.
 */
void npp_record_nonce(struct npp_replay *last, const struct npp_message *message);

#endif
