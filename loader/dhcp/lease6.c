// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease6.h"

#include <string.h>
#include <sys/param.h>

#include "base/addr.h"

/* While the host may be awake, a message waits. ms */
enum { WAIT_FOR_SLEEP = 1000 };

/* How long a server has to say that it knows of a lease. ms */
enum { ANSWER_TIMEOUT = 10000 };

/* One call of lease6_step. */
struct step6 {
	int64_t min_lease;
	const struct lease_trigger *trigger;
	struct lease_effects effects;
};

static int find(const struct lease6 *lease, const struct ipv6 *address)
{
	for (int i = 0; i < lease->address_count; i++)
		if (ip_equal(&lease->addresses[i].address, address))
			return i;
	return -1;
}

static bool is_over(const struct lease6 *lease, int index)
{
	return lease->state == LEASE_LOST || lease->addresses[index].expires_at == LEASE6_OVER;
}

bool lease6_has(const struct lease6 *lease, const struct ipv6 *address, bool lost)
{
	const int index = find(lease, address);

	return index >= 0 && is_over(lease, index) == lost;
}

bool lease6_is_empty(const struct lease6 *lease)
{
	for (int i = 0; i < lease->address_count; i++)
		if (!is_over(lease, i))
			return false;
	return true;
}

static int64_t first_end(const struct lease6 *lease)
{
	int64_t end = LEASE_NEVER;

	for (int i = 0; i < lease->address_count; i++)
		if (!is_over(lease, i))
			end = MIN(end, lease->addresses[i].expires_at);
	return end;
}

/* Also when an address ends. */
static void set_deadline(struct lease6 *lease, int64_t deadline)
{
	deadline = MIN(deadline, first_end(lease));
	lease->deadline = deadline == LEASE_NEVER ? 0 : deadline;
}

static void finish(struct lease6 *lease, struct step6 *step, enum lease_result result,
                   enum lease_event event)
{
	lease->result = result;
	lease->result_at = step->trigger->now;
	step->effects.event = event;
	step->effects.persist = true;
}

static void lose(struct lease6 *lease, struct step6 *step, enum lease_result why)
{
	lease->state = LEASE_LOST;
	lease->request_pending = false;
	lease->deadline = 0;
	finish(lease, step, why, LEASE_EVENT_LOST);
}

static int64_t span_of(uint32_t seconds)
{
	return seconds == DHCP_INFINITE ? LEASE_NEVER : (int64_t)seconds * 1000;
}

static int64_t after(int64_t since, int64_t span)
{
	return span == LEASE_NEVER ? LEASE_NEVER : since + span;
}

/* RFC 8415, 21.4: T1 and T2 are half and four fifths, if the server leaves them to the client. */
static void set_times(struct lease6 *lease, int64_t min_lease, const struct lease6_grant *grant,
                      uint32_t random)
{
	uint32_t preferred = DHCP_INFINITE;
	int64_t renew, rebind, valid, span;

	for (size_t i = 0; i < grant->address_count; i++)
		preferred = MIN(preferred, grant->addresses[i].preferred);
	valid = MAX(span_of(lease->seconds), min_lease);
	span = MIN(MAX(span_of(preferred), min_lease), valid);
	renew = grant->t1 ? span_of(grant->t1) : span == LEASE_NEVER ? span : span / 2;
	rebind = grant->t2 ? span_of(grant->t2) : span == LEASE_NEVER ? span : span / 5 * 4;
	if (span != LEASE_NEVER && (renew < min_lease / 2 || renew > rebind || rebind >= valid)) {
		renew = span / 2;
		rebind = span / 5 * 4;
	}
	if (renew != LEASE_NEVER) /* up to 1/64 sooner, so that not all are renewed at once */
		renew -= random % (renew / 64 + 1);
	lease->renew_at = after(lease->since, renew);
	lease->rebind_at = after(lease->since, rebind);
}

/* As in lease.c: the host may have renewed it unseen. */
static void assume_lease_times(struct lease6 *lease, int64_t now)
{
	for (int i = 0; i < lease->address_count; i++) {
		struct lease6_address *address = &lease->addresses[i];

		if (is_over(lease, i) || (lease->since && address->expires_at > now))
			continue;
		lease->since = lease->rebind_at = 0;
		address->expires_at = now + LEASE_ASSUMED_MS;
	}
	if (lease->rebind_at <= now)
		lease->rebind_at = now + (MIN(first_end(lease), now + LEASE_ASSUMED_MS) - now) / 2;
	lease->renew_at = now;
}

static void begin_question(struct lease6 *lease, struct step6 *step)
{
	const struct lease_trigger *trigger = step->trigger;

	if (!lease->has_client)
		return;
	lease->address_count = (uint8_t)MIN(trigger->address_count, DHCP6_ADDRESSES);
	for (size_t i = 0; i < lease->address_count; i++)
		lease->addresses[i] = (struct lease6_address){ .address = trigger->addresses[i] };
	lease->deadline = lease->address_count ? trigger->now : 0;
}

static void end_question(struct lease6 *lease)
{
	lease->request_pending = false;
	lease->address_count = 0;
	lease->wait = lease->deadline = 0;
}

/* Of all servers, once. */
static void ask(struct lease6 *lease, struct step6 *step)
{
	const int64_t now = step->trigger->now;

	if (lease->wait || !step->trigger->asleep) {
		end_question(lease);
		return;
	}
	lease->xid = step->trigger->random & DHCP6_XID_MASK;
	lease->began_at = now;
	lease->wait = ANSWER_TIMEOUT;
	lease->request_pending = true;
	lease->deadline = now + ANSWER_TIMEOUT;
	step->effects.send = LEASE_SEND_BROADCAST;
}

static void host_asleep(struct lease6 *lease, struct step6 *step)
{
	if (lease->proxy_renews)
		return;
	lease->proxy_renews = true;
	if (lease->state == LEASE_NONE)
		begin_question(lease, step);
	if (lease->state != LEASE_BOUND)
		return;
	if (!lease->confirmed)
		assume_lease_times(lease, step->trigger->now);
	set_deadline(lease, lease->renew_at);
}

static void host_awake(struct lease6 *lease, struct step6 *step)
{
	step->effects.persist = lease->confirmed;
	if (lease->state == LEASE_NONE)
		end_question(lease);
	lease->proxy_renews = lease->confirmed = lease->request_pending = false;
	lease->deadline = 0;
	if (lease->state == LEASE_RENEWING || lease->state == LEASE_REBINDING)
		lease->state = LEASE_BOUND;
}

/* RFC 8415, 15, with RAND from -0.1 to 0.1. */
static uint32_t next_wait(const struct lease6 *lease, uint32_t random)
{
	const int64_t base = lease->wait ? 2 * (int64_t)lease->wait : LEASE6_TIMEOUT;
	const int64_t factor = lease->wait ? lease->wait : LEASE6_TIMEOUT;
	const int64_t per_mille = (int64_t)(random % 201) - 100;
	const int64_t wait = base + factor * per_mille / 1000;

	return (uint32_t)(wait <= LEASE6_MAX_RT ? wait
	                                        : LEASE6_MAX_RT + LEASE6_MAX_RT * per_mille / 1000);
}

/* A Renew ends at T2 (18.2.4), a Rebind with the addresses (18.2.5). */
static void transmit(struct lease6 *lease, struct step6 *step)
{
	const int64_t now = step->trigger->now;
	int64_t next = now + WAIT_FOR_SLEEP;

	if (step->trigger->asleep) {
		if (!lease->wait) {
			lease->xid = step->trigger->random & DHCP6_XID_MASK;
			lease->began_at = now;
		}
		lease->wait = next_wait(lease, step->trigger->random);
		lease->request_pending = true;
		step->effects.send = LEASE_SEND_BROADCAST;
		next = now + lease->wait;
	}
	set_deadline(lease, lease->state == LEASE_RENEWING ? MIN(next, lease->rebind_at) : next);
}

static void exchange(struct lease6 *lease, struct step6 *step, enum lease_state state)
{
	if (lease->state != state) {
		if (lease->state == LEASE_RENEWING && lease->request_pending)
			finish(lease, step, LEASE_RESULT_NO_ANSWER, LEASE_EVENT_UNANSWERED);
		lease->wait = 0;
	}
	lease->state = state;
	transmit(lease, step);
}

static void drop(struct lease6 *lease, struct step6 *step, int index)
{
	lease->addresses[index].expires_at = LEASE6_OVER;
	step->effects.fewer = step->effects.persist = true;
}

static void drop_expired(struct lease6 *lease, struct step6 *step)
{
	for (int i = 0; i < lease->address_count; i++)
		if (!is_over(lease, i) && lease->addresses[i].expires_at <= step->trigger->now)
			drop(lease, step, i);
}

static void timeout(struct lease6 *lease, struct step6 *step)
{
	const int64_t now = step->trigger->now;

	if (!lease->deadline || now < lease->deadline)
		return;
	if (lease->state == LEASE_NONE) {
		ask(lease, step);
		return;
	}
	drop_expired(lease, step);
	if (lease6_is_empty(lease))
		lose(lease, step, LEASE_RESULT_EXPIRED);
	else if (now >= lease->rebind_at || (now >= lease->renew_at && !lease->has_server))
		exchange(lease, step, LEASE_REBINDING);
	else if (now >= lease->renew_at)
		exchange(lease, step, LEASE_RENEWING);
	else
		set_deadline(lease, lease->renew_at);
}

/* Those that are neither granted nor taken away stay as they are (18.2.10.1). */
static void take_addresses(struct lease6 *lease, struct step6 *step,
                           const struct dhcp6_message *message, struct lease6_grant *grant)
{
	for (size_t i = 0; i < message->address_count; i++) {
		const struct dhcp6_address *granted = &message->addresses[i];
		const int index = find(lease, &granted->address);

		if (index < 0 || is_over(lease, index))
			continue;
		if (!granted->preferred) {
			drop(lease, step, index);
			continue;
		}
		grant->addresses[grant->address_count++] = *granted;
		lease->addresses[index].expires_at =
			after(step->trigger->now, MAX(span_of(granted->valid), step->min_lease));
	}
}

static uint32_t shortest_valid(const struct lease6_grant *grant)
{
	uint32_t seconds = DHCP_INFINITE;

	for (size_t i = 0; i < grant->address_count; i++)
		seconds = MIN(seconds, grant->addresses[i].valid);
	return seconds;
}

/* NULL: any address. */
static bool grants(const struct dhcp6_message *message, const struct ipv6 *address)
{
	for (size_t i = 0; i < message->address_count; i++)
		if (message->addresses[i].preferred &&
		    (!address || ip_equal(&message->addresses[i].address, address)))
			return true;
	return false;
}

static void acknowledged(struct lease6 *lease, struct step6 *step,
                         const struct dhcp6_message *message)
{
	struct lease6_grant grant = { .t1 = message->t1, .t2 = message->t2 };

	take_addresses(lease, step, message, &grant);
	if (lease6_is_empty(lease)) {
		lose(lease, step,
		     grants(message, NULL) ? LEASE_RESULT_ADDRESS_CHANGED : LEASE_RESULT_NAK);
		return;
	}
	lease->state = LEASE_BOUND;
	lease->seconds = shortest_valid(&grant);
	lease->since = step->trigger->now;
	lease->confirmed = lease->has_server = true;
	lease->request_pending = false;
	set_times(lease, step->min_lease, &grant, step->trigger->random);
	finish(lease, step, LEASE_RESULT_RENEWED, LEASE_EVENT_RENEWED);
	set_deadline(lease, lease->renew_at);
}

/* Those that are granted, of which it was asked, are the lease. */
static void answered(struct lease6 *lease, struct step6 *step, const struct dhcp6_message *message)
{
	uint8_t count = 0;

	for (size_t i = 0; i < lease->address_count; i++)
		if (!dhcp6_is_refusal(message) && grants(message, &lease->addresses[i].address))
			lease->addresses[count++] = lease->addresses[i];
	if (!count) {
		end_question(lease);
		return;
	}
	lease->address_count = count;
	lease->wait = 0;
	acknowledged(lease, step, message);
}

static void replied(struct lease6 *lease, struct step6 *step)
{
	const struct dhcp6_message *message = step->trigger->message6;

	if (lease->state == LEASE_NONE)
		answered(lease, step, message);
	else if (dhcp6_is_refusal(message))
		lose(lease, step, LEASE_RESULT_NAK);
	else
		acknowledged(lease, step, message);
}

struct lease_effects lease6_step(struct lease6 *lease, int64_t min_lease,
                                 const struct lease_trigger *trigger)
{
	static void (*const by_kind[])(struct lease6 *, struct step6 *) = {
		[LEASE_TRIGGER_ASLEEP] = host_asleep,
		[LEASE_TRIGGER_AWAKE] = host_awake,
		[LEASE_TRIGGER_TIMEOUT] = timeout,
		[LEASE_TRIGGER_REPLY] = replied,
	};
	struct step6 step = { .min_lease = min_lease, .trigger = trigger };

	by_kind[trigger->kind](lease, &step);
	return step.effects;
}

void lease6_grant(struct lease6 *lease, int64_t min_lease, const struct lease6_grant *grant,
                  uint32_t random)
{
	*lease = (struct lease6){
		.state = LEASE_BOUND,
		.address_count = grant->address_count,
		.has_client = true,
		.has_server = grant->has_server,
		.source = grant->source,
		.iaid = grant->iaid,
		.seconds = shortest_valid(grant),
		.since = grant->since,
	};
	for (size_t i = 0; i < grant->address_count; i++) {
		const struct dhcp6_address *granted = &grant->addresses[i];
		struct lease6_address *address = &lease->addresses[i];

		address->address = granted->address;
		if (granted->valid && grant->since)
			address->expires_at =
				after(grant->since, MAX(span_of(granted->valid), min_lease));
	}
	if (lease->seconds && lease->since)
		set_times(lease, min_lease, grant, random);
	else
		lease->since = 0;
}
