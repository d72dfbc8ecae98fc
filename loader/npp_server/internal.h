/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share, and nobody else sees. */
#ifndef SLEEPPROXY_NPP_SERVER_INTERNAL_H
#define SLEEPPROXY_NPP_SERVER_INTERNAL_H

#include "npp_server/npp_server.h"

/* How a message ended, then the reject reasons, the parse errors and the authentication errors. */
enum npp_count {
	NPP_COUNT_SOLICITATION,
	NPP_COUNT_REGISTERED,
	NPP_COUNT_REPORTED,
	NPP_COUNT_DUPLICATE,
	NPP_COUNT_NOT_FOR_PROXY,
	NPP_COUNT_CANCELED,
	NPP_COUNT_WRONG_DESTINATION,
	NPP_COUNT_NO_ADDRESS,
	NPP_COUNT_RATE_LIMITED,
	NPP_COUNT_REJECTS,
	NPP_COUNT_PARSE_ERRORS = NPP_COUNT_REJECTS + REJECT_REASONS,
	NPP_COUNT_AUTH_ERRORS = NPP_COUNT_PARSE_ERRORS + NPP_PARSE_ERROR_COUNT,
	NPP_COUNTS = NPP_COUNT_AUTH_ERRORS + NPP_AUTH_ERROR_COUNT,
	NPP_COUNT_NONE = NPP_COUNTS,
};

enum {
	RATE_BUCKETS = 4096,
	RATE_BURST = 32,     /* messages: a long request, with all of it sent twice */
	RATE_INTERVAL = 125, /* ms, for each message more */
};

/*
 * How much one source may ask. Sources share buckets, so that memory is bounded whatever they call
 * themselves; who shares with whom is a secret of each start.
 */
struct rate_limit {
	uint64_t secret;
	int64_t full_at[RATE_BUCKETS]; /* ms, when a source has its whole burst again */
};

/* One more message at `now`, in ms of any clock. False: it is one too many. */
bool rate_limit_take(struct rate_limit *rate, const struct mac *source, int64_t now);

/*
 * What was accepted last from each source that has a key, so that no recorded message is carried
 * out again. A host is identified by its source IPv4 address here, which the HMAC covers, unlike
 * its MAC. It is stored, as a proxy that has lost it accepts messages that were recorded in the
 * last minutes.
 *
 * Effects of a wrong clock:
 * - The host's or the proxy's clock is off by more than five minutes: messages are stale and not
 *   recorded here, so that they are accepted as soon as the clock is right.
 * - The host's clock is set back by less: its messages are taken for replays until it has passed
 *   its last time again, ten minutes at most. Nothing distinguishes them from recorded ones.
 * - Both are ahead, as where the host gets its time from the proxy, and then set right: the same,
 *   but for as long as they were ahead, or until the host, and its entry, is removed. If the
 *   clock were trusted instead, whoever can set it could replay all that was ever recorded.
 */
struct replay_cache {
	struct replay_entry *entries; /* by source */
	struct host_store *store;     /* NULL: none */
};

/*
 * For a message that npp_verify has accepted, `wall` in s since 1970: STALE_TIME, REPLAY, REPEATED;
 * or NONE, and it is recorded, even if the request is then rejected: it must not be replayed when
 * it would be granted. A message can be REPEATED for ten minutes at most before it is stale, so
 * answers need not be kept longer. Messages beyond NPP_NONCES in one second are REPLAY.
 */
enum npp_auth_error replay_cache_check(struct replay_cache *cache, struct ipv4 source,
                                       const struct npp_message *message, uint64_t wall);
void replay_cache_restore(struct replay_cache *cache, struct ipv4 source, struct json_object *row,
                          uint64_t wall);
void replay_cache_done(struct replay_cache *cache);

struct npp_server {
	struct npp_server_parts parts;
	struct replay_cache replay;
	/* of solicitations apart: a flood of them keeps nobody from registering */
	struct rate_limit solicitations, requests;
	int64_t next_wake_test; /* ms of CLOCK_MONOTONIC */
	uint64_t counts[NPP_COUNTS];
	int64_t logged_at[NPP_COUNTS]; /* ms of CLOCK_MONOTONIC; 0: never */
	uint64_t not_logged[NPP_COUNTS];
};

/* Counts the message; one that was rejected is logged, within a limit. */
void npp_server_count(struct npp_server *server, const struct npp_requester *requester,
                      enum npp_count count);

/* Sends a Magic Packet to who asks for one; within a limit. `now`: ms of CLOCK_MONOTONIC. */
void npp_server_test_wake(struct npp_server *server, const struct npp_requester *requester,
                          int64_t now);

/* Sends the answer, whose option is set. */
void npp_server_answer(struct npp_server *server, const struct npp_requester *requester,
                       struct npp_message *answer);
/* Code 1, to a Sleep Request or a Wakeup Report. */
void npp_server_answer_failure(struct npp_server *server, const struct npp_requester *requester);

#endif
