// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease.h"

#include <errno.h>
#include <stddef.h>
#include <sys/param.h>

#include "base/addr.h"

/* RFC 2131, 4.1: retransmissions while nothing is known of the lease yet. ms */
enum { FIRST_RETRY = 4000, QUICK_RETRIES = 4 };

/* While the host may be awake, a request waits. ms */
enum { WAIT_FOR_SLEEP = 1000 };

/* How long a server has to say that it knows of a lease. ms */
enum { ANSWER_TIMEOUT = 10000 };

/* While the next hop to the server is being resolved, before the request is broadcast. ms */
enum { NEXT_HOP_INTERVAL = 200, NEXT_HOP_RETRIES = 15 };

/* One call of lease_step. */
struct step {
	int64_t min_lease;
	const struct lease_trigger *trigger;
	struct lease_effects effects;
};

static void set_deadline(struct lease *lease, int64_t deadline)
{
	lease->deadline = deadline;
	lease->resolving = false;
}

static void finish(struct lease *lease, struct step *step, enum lease_result result,
                   enum lease_event event)
{
	lease->result = result;
	lease->result_at = step->trigger->now;
	step->effects.event = event;
	step->effects.persist = true;
}

static void lose(struct lease *lease, struct step *step, enum lease_result why)
{
	lease->state = LEASE_LOST;
	lease->request_pending = false;
	set_deadline(lease, 0);
	finish(lease, step, why, LEASE_EVENT_LOST);
}

static void set_times(struct lease *lease, int64_t min_lease, uint32_t t1, uint32_t t2,
                      uint32_t random)
{
	const int64_t span = MAX((int64_t)lease->seconds * 1000, min_lease);
	int64_t renew = t1 ? (int64_t)t1 * 1000 : span / 2;
	int64_t rebind = t2 ? (int64_t)t2 * 1000 : span / 8 * 7;

	if (lease->seconds == DHCP_INFINITE) {
		lease->renew_at = lease->rebind_at = lease->expires_at = LEASE_NEVER;
		return;
	}
	if (renew < min_lease / 2 || renew >= rebind || rebind >= span) {
		renew = span / 2;
		rebind = span / 8 * 7;
	}
	/* up to 1/64 sooner, so that not all are renewed at once (RFC 2131, 4.4.5) */
	lease->renew_at = lease->since + renew - random % (renew / 64 + 1);
	lease->rebind_at = lease->since + rebind;
	lease->expires_at = lease->since + span;
}

static void wait_for_t1(struct lease *lease)
{
	set_deadline(lease, lease->renew_at == LEASE_NEVER ? 0 : lease->renew_at);
}

/*
 * The host may have renewed the lease unseen, so its times may be long past; all that is known is
 * that the host had it until it fell asleep. `since` is cleared, so that the next time that the
 * host falls asleep other times are assumed.
 */
static void assume_lease_times(struct lease *lease, struct step *step)
{
	const int64_t now = step->trigger->now;

	if (!lease->since || lease->expires_at <= now) {
		lease->since = lease->rebind_at = 0;
		lease->expires_at = now + LEASE_ASSUMED_MS;
	}
	if (lease->rebind_at <= now)
		lease->rebind_at = now + (lease->expires_at - now) / 2;
	lease->renew_at = now;
}

/* No lease is known: the host may have one nevertheless, of the address that it sleeps with. */
static void begin_question(struct lease *lease, struct step *step)
{
	lease->address = step->trigger->address;
	set_deadline(lease, ipv4_is_set(lease->address) ? step->trigger->now : 0);
}

static void end_question(struct lease *lease)
{
	lease->request_pending = false;
	lease->address = (struct ipv4){ { 0 } };
	lease->requests = lease->unanswered = 0;
	set_deadline(lease, 0);
}

/* Of all servers, once. */
static void ask(struct lease *lease, struct step *step)
{
	if (lease->requests || !step->trigger->asleep) {
		end_question(lease);
		return;
	}
	lease->xid = step->trigger->random;
	lease->request_pending = true;
	lease->sent_at = step->trigger->now;
	lease->requests = lease->unanswered = 1;
	set_deadline(lease, step->trigger->now + ANSWER_TIMEOUT);
	step->effects.send = LEASE_SEND_BROADCAST;
}

/* An infinite lease that is confirmed is never renewed. */
static void host_asleep(struct lease *lease, struct step *step)
{
	if (lease->proxy_renews)
		return;
	lease->proxy_renews = true;
	lease->requests = lease->unanswered = 0;
	if (lease->state == LEASE_NONE)
		begin_question(lease, step);
	if (lease->state == LEASE_NONE || lease->state == LEASE_LOST)
		return;
	if (!lease->confirmed)
		assume_lease_times(lease, step);
	wait_for_t1(lease);
}

static void host_awake(struct lease *lease, struct step *step)
{
	step->effects.persist = lease->confirmed;
	if (lease->state == LEASE_NONE)
		end_question(lease);
	lease->proxy_renews = false;
	lease->confirmed = false;
	lease->request_pending = false;
	set_deadline(lease, 0);
	if (lease->state == LEASE_RENEWING || lease->state == LEASE_REBINDING)
		lease->state = LEASE_BOUND;
}

static int64_t end_of_state(const struct lease *lease)
{
	return lease->state == LEASE_RENEWING ? lease->rebind_at : lease->expires_at;
}

/* Sends the pending request: the same octets, also when it is sent again. */
static void transmit(struct lease *lease, struct step *step, enum lease_send how)
{
	if (step->trigger->asleep)
		step->effects.send = how;
	else
		set_deadline(lease, MIN(step->trigger->now + WAIT_FOR_SLEEP, end_of_state(lease)));
}

/*
 * Half of what remains until T2 or expiry, but not less than the shortest lease, nor beyond that
 * end. An infinite lease needs no answer.
 */
static int64_t next_request(const struct lease *lease, const struct step *step)
{
	const int64_t now = step->trigger->now, end = end_of_state(lease);
	int64_t wait = MAX((end - now) / 2, step->min_lease);

	if (!lease->confirmed && lease->requests <= QUICK_RETRIES)
		wait = MIN(wait, (int64_t)FIRST_RETRY << (lease->requests - 1));
	else if (end == LEASE_NEVER)
		return 0;
	return MIN(now + wait, end);
}

static void send_request(struct lease *lease, struct step *step, enum lease_send how)
{
	if (step->trigger->asleep) {
		lease->xid = step->trigger->random;
		lease->request_pending = true;
		lease->sent_at = step->trigger->now;
		lease->next_hop_tries = 0;
		lease->requests++;
		lease->unanswered++;
		set_deadline(lease, next_request(lease, step));
	}
	transmit(lease, step, how);
}

/* After a suspend its server may not have been asked at all. */
static void rebind(struct lease *lease, struct step *step)
{
	if (lease->state != LEASE_REBINDING && lease->unanswered)
		finish(lease, step, LEASE_RESULT_NO_ANSWER, LEASE_EVENT_UNANSWERED);
	lease->state = LEASE_REBINDING;
	send_request(lease, step, LEASE_SEND_BROADCAST);
}

static void renew(struct lease *lease, struct step *step)
{
	lease->state = LEASE_RENEWING;
	send_request(lease, step,
	             ipv4_is_set(lease->server) ? LEASE_SEND_UNICAST : LEASE_SEND_BROADCAST);
}

/* The request is due once more, unless another is by now. */
static bool try_next_hop(struct lease *lease, struct step *step)
{
	if (!lease->resolving ||
	    (lease->retransmit_at && step->trigger->now >= lease->retransmit_at))
		return false;
	set_deadline(lease, lease->retransmit_at);
	transmit(lease, step, LEASE_SEND_UNICAST);
	return true;
}

static void timeout(struct lease *lease, struct step *step)
{
	const int64_t now = step->trigger->now;

	if (!lease->deadline || now < lease->deadline || try_next_hop(lease, step))
		return;
	if (lease->state == LEASE_NONE)
		ask(lease, step);
	else if (now >= lease->expires_at)
		lose(lease, step, LEASE_RESULT_EXPIRED);
	else if (now >= lease->rebind_at)
		rebind(lease, step);
	else
		renew(lease, step);
}

static void acknowledged(struct lease *lease, struct step *step, const struct dhcp_message *message)
{
	lease->state = LEASE_BOUND;
	lease->server = message->server;
	lease->relay = message->giaddr;
	lease->seconds = message->lease_time;
	lease->since = lease->sent_at;
	lease->confirmed = true;
	lease->requests = lease->unanswered = 0;
	set_times(lease, step->min_lease, message->t1, message->t2, step->trigger->random);
	finish(lease, step, LEASE_RESULT_RENEWED, LEASE_EVENT_RENEWED);
	wait_for_t1(lease);
}

static void replied(struct lease *lease, struct step *step)
{
	const struct dhcp_message *message = step->trigger->message;

	const bool is_granted =
		message->type == DHCP_ACK && ipv4_equal(message->yiaddr, lease->address);

	lease->request_pending = false;
	if (lease->state == LEASE_NONE && !is_granted)
		end_question(lease);
	else if (message->type == DHCP_NAK)
		lose(lease, step, LEASE_RESULT_NAK);
	else if (!is_granted)
		lose(lease, step, LEASE_RESULT_ADDRESS_CHANGED);
	else
		acknowledged(lease, step, message);
}

static void wait_for_next_hop(struct lease *lease, struct step *step)
{
	const int64_t next = step->trigger->now + NEXT_HOP_INTERVAL;

	lease->next_hop_tries++;
	lease->retransmit_at = lease->deadline;
	lease->deadline = lease->deadline ? MIN(next, lease->deadline) : next;
	lease->resolving = true;
}

/* A broadcast reaches the server as well. If that fails too, nobody has been asked. */
static void send_failed(struct lease *lease, struct step *step)
{
	if (!lease->request_pending)
		return;
	if (step->trigger->sent == LEASE_SEND_BROADCAST) {
		lease->request_pending = false;
		lease->unanswered--;
	} else if (step->trigger->err == -EAGAIN && lease->next_hop_tries < NEXT_HOP_RETRIES) {
		wait_for_next_hop(lease, step);
	} else {
		transmit(lease, step, LEASE_SEND_BROADCAST);
	}
}

struct lease_effects lease_step(struct lease *lease, int64_t min_lease,
                                const struct lease_trigger *trigger)
{
	static void (*const by_kind[])(struct lease *, struct step *) = {
		[LEASE_TRIGGER_ASLEEP] = host_asleep,      [LEASE_TRIGGER_AWAKE] = host_awake,
		[LEASE_TRIGGER_TIMEOUT] = timeout,         [LEASE_TRIGGER_REPLY] = replied,
		[LEASE_TRIGGER_SEND_FAILED] = send_failed,
	};
	struct step step = { .min_lease = min_lease, .trigger = trigger };

	by_kind[trigger->kind](lease, &step);
	return step.effects;
}

static bool is_answer(const struct dhcp_message *message)
{
	return message->type == DHCP_NAK ||
	       (message->type == DHCP_ACK && message->lease_time && ipv4_is_set(message->yiaddr));
}

enum dhcp_count lease_check(const struct lease *lease, const struct dhcp_message *message)
{
	if (!lease->request_pending)
		return DHCP_COUNT_NOT_REQUESTED;
	if (message->xid != lease->xid)
		return DHCP_COUNT_WRONG_XID;
	if (!is_answer(message))
		return DHCP_COUNT_NOT_AN_ANSWER;
	if (!ipv4_is_set(message->server) ||
	    (lease->state == LEASE_RENEWING && ipv4_is_set(lease->server) &&
	     !ipv4_equal(message->server, lease->server)))
		return DHCP_COUNT_WRONG_SERVER;
	return DHCP_COUNT_RENEWAL;
}

void lease_grant(struct lease *lease, int64_t min_lease, const struct lease_grant *grant,
                 uint32_t random)
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
	if (before.result != LEASE_RESULT_RENEWED && ipv4_equal(before.address, grant->address)) {
		lease->result = before.result;
		lease->result_at = before.result_at;
	}
	if (lease->seconds && lease->since)
		set_times(lease, min_lease, grant->t1, grant->t2, random);
}
