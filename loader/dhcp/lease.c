// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease.h"

#include <stddef.h>

#include "base/addr.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* RFC 2131, 4.1: retransmissions of a request that nothing is known about yet. ms */
enum { FIRST_RETRY = 4000, QUICK_TRIES = 4 };

/* While the host may be up, a request waits. ms */
enum { WAIT_FOR_SLEEP = 1000 };

/* One call of lease_step. */
struct turn {
	struct lease *lease;
	const struct lease_timing *timing;
	const struct lease_input *in;
	struct lease_actions out;
};

static void conclude(struct turn *turn, enum lease_result result, enum lease_note note)
{
	turn->lease->result = result;
	turn->lease->result_at = turn->in->now;
	turn->out.note = note;
}

static void lose(struct turn *turn, enum lease_result why)
{
	turn->lease->state = LEASE_LOST;
	turn->lease->deadline = 0;
	turn->lease->asked = false;
	conclude(turn, why, LEASE_NOTE_LOST);
}

/* Up to 1/64 sooner, so that not all hosts ask in the same moment (RFC 2131, 4.4.5). */
static int64_t spread(int64_t t1, uint32_t random)
{
	return t1 - random % (t1 / 64 + 1);
}

static void set_times(struct lease *lease, const struct lease_timing *timing, uint32_t t1,
                      uint32_t t2, uint32_t random)
{
	const int64_t span = MAX((int64_t)lease->seconds * 1000, timing->floor);
	int64_t renew = (int64_t)t1 * 1000, rebind = (int64_t)t2 * 1000;

	if (lease->seconds == DHCP_INFINITE) {
		lease->renew_at = lease->rebind_at = lease->expires_at = LEASE_NEVER;
		return;
	}
	if (!renew)
		renew = span / 2;
	if (!rebind)
		rebind = span / 8 * 7;
	if (renew < timing->floor / 2 || renew >= rebind || rebind >= span) {
		renew = span / 2;
		rebind = span / 8 * 7;
	}
	lease->renew_at = lease->since + spread(renew, random);
	lease->rebind_at = lease->since + rebind;
	lease->expires_at = lease->since + span;
}

static void await(struct turn *turn)
{
	struct lease *lease = turn->lease;

	lease->deadline = lease->renew_at == LEASE_NEVER ? 0 : lease->renew_at;
}

/*
 * Its times may be long past, as the host has renewed it since; that the host had it until it fell
 * asleep is all that is known. Times that are made up have no beginning: the next doubt makes up
 * others.
 */
static void doubt(struct turn *turn)
{
	struct lease *lease = turn->lease;
	int64_t now = turn->in->now;

	if (!lease->since || lease->expires_at <= now) {
		lease->since = lease->rebind_at = 0;
		lease->expires_at = now + LEASE_ASSUMED_MS;
	}
	if (lease->rebind_at <= now)
		lease->rebind_at = now + (lease->expires_at - now) / 2;
	lease->renew_at = now;
}

/* A lease that never ends and is confirmed needs nobody. */
static void sleeps(struct turn *turn)
{
	struct lease *lease = turn->lease;

	if (lease->kept)
		return;
	lease->kept = true;
	lease->tries = 0;
	if (lease->state == LEASE_NONE || lease->state == LEASE_LOST)
		return;
	if (!lease->confirmed)
		doubt(turn);
	await(turn);
}

static void wakes(struct turn *turn)
{
	struct lease *lease = turn->lease;

	lease->kept = false;
	lease->confirmed = false;
	lease->asked = false;
	lease->deadline = 0;
	if (lease->state == LEASE_RENEWING || lease->state == LEASE_REBINDING)
		lease->state = LEASE_BOUND;
}

/*
 * Half of what remains until `end`, but not before the floor, nor behind the end. A lease without
 * one needs no answer.
 */
static int64_t next_try(const struct turn *turn, int64_t end)
{
	const struct lease *lease = turn->lease;
	int64_t now = turn->in->now, wait = MAX((end - now) / 2, turn->timing->floor);

	if (!lease->confirmed && lease->tries <= QUICK_TRIES)
		wait = MIN(wait, (int64_t)FIRST_RETRY << (lease->tries - 1));
	else if (end == LEASE_NEVER)
		return 0;
	return MIN(now + wait, end);
}

static void send_request(struct turn *turn, enum lease_send how, int64_t end)
{
	struct lease *lease = turn->lease;

	if (!turn->in->asleep) {
		lease->deadline = MIN(turn->in->now + WAIT_FOR_SLEEP, end);
		return;
	}
	lease->xid = turn->in->random;
	lease->asked = true;
	lease->sent_at = turn->in->now;
	lease->tries++;
	lease->deadline = next_try(turn, end);
	turn->out.send = how;
}

/* Behind a suspend its server may not have been asked at all. */
static void rebind(struct turn *turn)
{
	if (turn->lease->state != LEASE_REBINDING && turn->lease->tries)
		conclude(turn, RESULT_SILENCE, LEASE_NOTE_SILENCE);
	turn->lease->state = LEASE_REBINDING;
	send_request(turn, SEND_TO_ALL, turn->lease->expires_at);
}

static void renew(struct turn *turn)
{
	struct lease *lease = turn->lease;

	lease->state = LEASE_RENEWING;
	send_request(turn, ipv4_is_set(lease->server) ? SEND_TO_SERVER : SEND_TO_ALL,
	             lease->rebind_at);
}

static void time_over(struct turn *turn)
{
	const struct lease *lease = turn->lease;
	int64_t now = turn->in->now;

	if (!lease->kept || lease->state == LEASE_NONE || lease->state == LEASE_LOST)
		return;
	if (now >= lease->expires_at)
		lose(turn, RESULT_EXPIRED);
	else if (now >= lease->rebind_at)
		rebind(turn);
	else if (now >= lease->renew_at)
		renew(turn);
	else
		await(turn);
}

static void acknowledged(struct turn *turn, const struct dhcp_message *message)
{
	struct lease *lease = turn->lease;

	lease->state = LEASE_BOUND;
	lease->server = message->server;
	lease->relay = message->giaddr;
	lease->seconds = message->lease_time;
	lease->since = lease->sent_at;
	lease->confirmed = true;
	lease->tries = 0;
	set_times(lease, turn->timing, message->t1, message->t2, turn->in->random);
	conclude(turn, RESULT_RENEWED, LEASE_NOTE_RENEWED);
	await(turn);
}

static void answered(struct turn *turn)
{
	const struct dhcp_message *message = turn->in->message;

	turn->lease->asked = false;
	if (message->type == DHCP_NAK)
		lose(turn, RESULT_REFUSED);
	else if (!ipv4_equal(message->yiaddr, turn->lease->address))
		lose(turn, RESULT_MOVED);
	else
		acknowledged(turn, message);
}

struct lease_actions lease_step(struct lease *lease, const struct lease_timing *timing,
                                const struct lease_input *input)
{
	static void (*const by_cause[])(struct turn *) = {
		[LEASE_SLEEPS] = sleeps,
		[LEASE_WAKES] = wakes,
		[LEASE_TIME] = time_over,
		[LEASE_ANSWER] = answered,
	};
	struct turn turn = { lease, timing, input, { SEND_NOTHING, LEASE_NOTE_NONE } };

	by_cause[input->cause](&turn);
	return turn.out;
}

static bool is_answer(const struct dhcp_message *message)
{
	return message->type == DHCP_NAK ||
	       (message->type == DHCP_ACK && message->lease_time && ipv4_is_set(message->yiaddr));
}

enum lease_mismatch lease_check(const struct lease *lease, const struct dhcp_message *message)
{
	if (!lease->asked)
		return LEASE_MISMATCH_unasked;
	if (message->xid != lease->xid)
		return LEASE_MISMATCH_foreign_xid;
	if (!is_answer(message))
		return LEASE_MISMATCH_no_answer;
	if (!ipv4_is_set(message->server))
		return LEASE_MISMATCH_foreign_server;
	if (lease->state == LEASE_RENEWING && ipv4_is_set(lease->server) &&
	    !ipv4_equal(message->server, lease->server))
		return LEASE_MISMATCH_foreign_server;
	return LEASE_MISMATCH_none;
}

void lease_grant(struct lease *lease, const struct lease_timing *timing,
                 const struct lease_grant *grant, uint32_t random)
{
	const struct lease before = *lease;

	*lease = (struct lease){
		.state = LEASE_BOUND,
		.address = grant->address,
		.server = grant->server,
		.relay = grant->relay,
		.seconds = grant->seconds,
		.since = grant->since,
	};
	if (before.result != RESULT_RENEWED && ipv4_equal(before.address, grant->address)) {
		lease->result = before.result;
		lease->result_at = before.result_at;
	}
	if (lease->seconds && lease->since)
		set_times(lease, timing, grant->t1, grant->t2, random);
}

const char *lease_state_name(enum lease_state state)
{
	static const char *const names[] = {
		[LEASE_NONE] = "none",         [LEASE_BOUND] = "bound",
		[LEASE_RENEWING] = "renewing", [LEASE_REBINDING] = "rebinding",
		[LEASE_LOST] = "lost",
	};

	return names[state];
}

const char *lease_result_name(enum lease_result result)
{
	static const char *const names[] = {
		[RESULT_RENEWED] = "renewed", [RESULT_SILENCE] = "silence",
		[RESULT_REFUSED] = "refused", [RESULT_EXPIRED] = "expired",
		[RESULT_MOVED] = "moved",
	};

	return result == RESULT_NONE ? NULL : names[result];
}
