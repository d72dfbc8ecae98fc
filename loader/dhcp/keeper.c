// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <uthash.h>

#include "base/clock.h"
#include "base/random.h"

/* While the way to a server is being found: so often is it tried, before everybody is asked. ms */
enum { WAY_INTERVAL = 200, WAY_TRIES = 15 };

/* No timer is set for longer: the end of an infinite lease is beyond what one holds. ms */
static const int64_t NAP_MAX = 24 * 3600 * 1000;

struct kept {
	struct mac host;
	struct dhcp_client client;
	struct keeper *keeper;
	struct event *timer;
	uint32_t way_tries; /* to find the way for its request; 0: that has gone out */
	UT_hash_handle hh;
};

struct keeper {
	struct event_base *base;
	struct keeper_actions actions;
	struct lease_timing timing;
	struct kept *all;
	uint64_t counts[DHCP_COUNT_COUNT];
};

struct keeper *keeper_new(struct event_base *base, const struct keeper_actions *actions)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return NULL;
	keeper->base = base;
	keeper->actions = *actions;
	keeper->timing = LEASE_TIMING_DEFAULT;
	return keeper;
}

static void release(struct kept *kept)
{
	HASH_DEL(kept->keeper->all, kept);
	event_free(kept->timer);
	free(kept);
}

void keeper_free(struct keeper *keeper)
{
	struct kept *kept, *next;

	if (!keeper)
		return;
	HASH_ITER (hh, keeper->all, kept, next)
		release(kept);
	free(keeper);
}

void keeper_set_timing(struct keeper *keeper, const struct lease_timing *timing)
{
	keeper->timing = *timing;
}

static struct kept *find(const struct keeper *keeper, const struct mac *host)
{
	struct kept *kept;

	HASH_FIND(hh, keeper->all, host, sizeof(*host), kept);
	return kept;
}

static void arm_in(struct kept *kept, int64_t ms)
{
	const int64_t wait = MIN(MAX(ms, 0), NAP_MAX);
	const struct timeval after = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

	evtimer_add(kept->timer, &after);
}

static void arm(struct kept *kept)
{
	const int64_t deadline = kept->client.lease.deadline;

	kept->way_tries = 0;
	if (deadline)
		arm_in(kept, deadline - clock_boot_ms());
	else
		evtimer_del(kept->timer);
}

static void changed(struct kept *kept, enum keeper_event event, const struct dhcp_message *answer)
{
	const struct keeper_actions *actions = &kept->keeper->actions;

	actions->changed(actions->context, &kept->host, event, &kept->client, answer);
}

/* RFC 2131, 2: since the client began to renew. Some relays let only those pass who wait. */
static uint16_t elapsed(const struct lease *lease)
{
	return (uint16_t)MIN(MAX(lease->sent_at - lease->renew_at, 0) / 1000, UINT16_MAX);
}

/*
 * RFC 2131, 4.3.2: ciaddr, and neither option 50 nor 54. The broadcast flag changes nothing for a
 * server that answers to ciaddr, as it should; one that answers to chaddr would talk to the
 * sleeper's own port.
 */
static struct dhcp_message request_of(const struct kept *kept)
{
	const struct lease *lease = &kept->client.lease;

	return (struct dhcp_message){
		.type = DHCP_REQUEST,
		.xid = lease->xid,
		.secs = elapsed(lease),
		.flags = DHCP_FLAG_BROADCAST,
		.chaddr = kept->host,
		.ciaddr = lease->address,
		.identity = kept->client.identity,
	};
}

static int send_out(struct kept *kept, bool to_all)
{
	const struct keeper_actions *actions = &kept->keeper->actions;
	const struct dhcp_message request = request_of(kept);

	return actions->send(actions->context, &kept->host, &request, kept->client.lease.server,
	                     to_all);
}

/* To the server where there is a way to it, else to everybody: that reaches it as well. */
static void send_request(struct kept *kept, bool to_all)
{
	int err = send_out(kept, to_all);

	if (err == -EAGAIN && !to_all && kept->way_tries < WAY_TRIES) {
		kept->way_tries++;
		arm_in(kept, WAY_INTERVAL);
		return;
	}
	arm(kept);
	if (err && !to_all)
		send_out(kept, true);
}

static void step(struct kept *kept, enum lease_cause cause, const struct dhcp_message *answer)
{
	static const enum keeper_event events[] = {
		[LEASE_NOTE_RENEWED] = KEEPER_RENEWED,
		[LEASE_NOTE_SILENCE] = KEEPER_SILENCE,
		[LEASE_NOTE_LOST] = KEEPER_LOST,
	};
	const struct keeper *keeper = kept->keeper;
	const struct lease_input input = {
		.cause = cause,
		.now = clock_boot_ms(),
		.asleep = cause == LEASE_TIME &&
		          keeper->actions.sleeps(keeper->actions.context, &kept->host),
		.random = random_u32(),
		.message = answer,
	};
	const struct lease_actions todo = lease_step(&kept->client.lease, &keeper->timing, &input);

	arm(kept);
	if (todo.send != SEND_NOTHING)
		send_request(kept, todo.send == SEND_TO_ALL);
	if (todo.note != LEASE_NOTE_NONE)
		changed(kept, events[todo.note], answer);
}

static bool is_due(const struct kept *kept)
{
	return clock_boot_ms() >= kept->client.lease.deadline;
}

/*
 * While the way is being found, the host may have woken, or its lease be over. Otherwise it is too
 * early behind a nap, or where libevent takes the time of its last look at the clock for now.
 */
static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct kept *kept = context;
	const struct keeper_actions *actions = &kept->keeper->actions;
	const bool sleeps = actions->sleeps(actions->context, &kept->host);

	(void)fd;
	(void)what;
	if (is_due(kept) || (kept->way_tries && !sleeps))
		step(kept, LEASE_TIME, NULL);
	else if (kept->way_tries)
		send_request(kept, false);
	else
		arm(kept);
}

static struct kept *find_or_make(struct keeper *keeper, const struct mac *host)
{
	struct kept *kept = find(keeper, host);

	if (kept)
		return kept;
	kept = calloc(1, sizeof(*kept));
	if (!kept)
		return NULL;
	kept->host = *host;
	kept->keeper = keeper;
	kept->timer = evtimer_new(keeper->base, on_timer, kept);
	HASH_ADD(hh, keeper->all, host, sizeof(kept->host), kept);
	return kept;
}

static void let_go(struct kept *kept)
{
	const bool confirmed = kept->client.lease.confirmed;

	step(kept, LEASE_WAKES, NULL);
	if (confirmed)
		changed(kept, KEEPER_LET_GO, NULL);
}

void keeper_follow(struct keeper *keeper, const struct mac *host, enum host_state state)
{
	struct kept *kept = find(keeper, host);

	if (kept && state == ASLEEP)
		step(kept, LEASE_SLEEPS, NULL);
	else if (kept && state != WAKING)
		let_go(kept);
}

static void count(struct keeper *keeper, enum dhcp_count what)
{
	keeper->counts[what]++;
}

static void count_flaw(struct keeper *keeper, enum dhcp_parse_error flaw)
{
#define COUNT_OF(name, meaning) [DHCP_PARSE_ERROR_##name] = DHCP_COUNT_##name,
	static const enum dhcp_count of[] = { DHCP_PARSE_ERRORS(COUNT_OF) };
#undef COUNT_OF

	count(keeper, of[flaw]);
}

static void count_misfit(struct keeper *keeper, enum lease_mismatch misfit)
{
#define COUNT_OF(name, meaning) [LEASE_MISMATCH_##name] = DHCP_COUNT_##name,
	static const enum dhcp_count of[] = { [LEASE_MISMATCH_none] = DHCP_COUNT_renewal,
		                              LEASE_MISMATCHS(COUNT_OF) };
#undef COUNT_OF

	count(keeper, of[misfit]);
}

static void overhear(struct kept *kept, const struct dhcp_message *message)
{
	struct keeper *keeper = kept->keeper;
	const enum snooped snooped =
		learn(&kept->client, &keeper->timing, message, clock_boot_ms());

	count(keeper, snooped == SNOOPED_NOTHING ? DHCP_COUNT_idle : DHCP_COUNT_snooped);
	if (snooped != SNOOPED_NOTHING)
		changed(kept, snooped == SNOOPED_LOSS ? KEEPER_GONE : KEEPER_LEARNT, message);
}

static void take_answer(struct kept *kept, const struct dhcp_message *message)
{
	const enum lease_mismatch misfit = lease_check(&kept->client.lease, message);

	count_misfit(kept->keeper, misfit);
	if (misfit == LEASE_MISMATCH_none)
		step(kept, LEASE_ANSWER, message);
}

static bool is_of_server(const struct dhcp_message *message)
{
	return message->type == DHCP_OFFER || message->type == DHCP_ACK ||
	       message->type == DHCP_NAK;
}

/* What a client says is believed from itself alone, and not from who passes it on, or pretends. */
void keeper_hear(struct keeper *keeper, const struct dhcp_snoop *heard)
{
	struct dhcp_message message;
	const enum dhcp_parse_error flaw =
		dhcp_message_read(heard->message, heard->length, &message);
	struct kept *kept;

	if (flaw != DHCP_PARSE_ERROR_none) {
		count_flaw(keeper, flaw);
		return;
	}
	if (!is_of_server(&message) && memcmp(&heard->from, &message.chaddr, sizeof(heard->from))) {
		count(keeper, DHCP_COUNT_relayed);
		return;
	}
	kept = find_or_make(keeper, &message.chaddr);
	if (!kept)
		return;
	if (is_of_server(&message) && kept->client.lease.kept)
		take_answer(kept, &message);
	else
		overhear(kept, &message);
}

static void take_option(struct dhcp_option *to, const struct dhcp_option *from)
{
	if (from->length)
		*to = *from;
}

static void take_identity(struct dhcp_identity *to, const struct dhcp_identity *from)
{
	take_option(&to->client_id, &from->client_id);
	take_option(&to->hostname, &from->hostname);
	take_option(&to->parameters, &from->parameters);
	take_option(&to->vendor_class, &from->vendor_class);
	take_option(&to->fqdn, &from->fqdn);
}

void keeper_grant(struct keeper *keeper, const struct mac *host, const struct lease_grant *grant,
                  const struct dhcp_identity *identity)
{
	struct kept *kept = find_or_make(keeper, host);

	if (!kept)
		return;
	take_identity(&kept->client.identity, identity);
	lease_grant(&kept->client.lease, &keeper->timing, grant, random_u32());
	arm(kept);
	changed(kept, KEEPER_LEARNT, NULL);
}

void keeper_restore(struct keeper *keeper, const struct mac *host, const struct dhcp_client *client)
{
	struct kept *kept = find_or_make(keeper, host);

	if (kept)
		kept->client = *client;
}

void keeper_forget(struct keeper *keeper, const struct mac *host)
{
	struct kept *kept = find(keeper, host);

	if (kept)
		release(kept);
}

const struct dhcp_client *keeper_find(const struct keeper *keeper, const struct mac *host)
{
	static const struct dhcp_identity silent;
	const struct kept *kept = find(keeper, host);

	if (!kept || (kept->client.lease.state == LEASE_NONE &&
	              !memcmp(&kept->client.identity, &silent, sizeof(silent))))
		return NULL;
	return &kept->client;
}

void keeper_resume(struct keeper *keeper)
{
	struct kept *kept, *next;

	HASH_ITER (hh, keeper->all, kept, next)
		if (!kept->way_tries)
			arm(kept);
}

const uint64_t *keeper_counts(const struct keeper *keeper)
{
	return keeper->counts;
}
