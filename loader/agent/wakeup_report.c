// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/wakeup_report.h"

#include <errno.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "agent/signals.h"
#include "base/clock.h"

enum { LOOK_AGAIN = 100 }; /* ms */

_Static_assert((int)STATE_HANDOVERS <= (int)EXCHANGES, "all go on side by side");

struct reporting {
	struct report *reports;
	struct exchange exchanges[STATE_HANDOVERS];
	size_t count;
	uint8_t icmp_type;
	int64_t deadline;
	const struct report_listener *listener;
};

static struct conversation conversation_of(const struct handover *handover,
                                           const struct npp_keys *keys, uint8_t icmp_type)
{
	return (struct conversation){
		.fd = -1,
		.proxy = handover->proxy,
		.proxy_mac = handover->proxy_mac,
		.icmp_type = icmp_type,
		.transaction = handover->transaction,
		.client = handover->client,
		.keys = handover->key ? keys : NULL,
		.key = handover->key,
		.clock = { .time = handover->signed_at,
		           .count = handover->signed_then ? handover->signed_then : NPP_NONCES },
	};
}

/* 0, or why it cannot be told now. */
static int find_link(struct report *report)
{
	const char *name = report->handover->interface;
	struct conversation *conversation = &report->conversation;
	int err = link_port(name, &conversation->port);

	if (err)
		return err;
	if (!link_is_ready(name))
		return -ENETDOWN;
	return memcmp(&conversation->port.mac, &report->handover->presence.mac,
	              sizeof(conversation->port.mac))
	               ? -ENOTUNIQ
	               : 0;
}

static int begin(const struct reporting *reporting, struct report *report,
                 struct exchange *exchange)
{
	struct conversation *conversation = &report->conversation;
	struct npp_message message = {
		.transaction = conversation->transaction,
		.subtype = NPP_WAKEUP_REPORT,
		.report = { .id = conversation->client },
	};
	int err = find_link(report);

	if (err)
		return err;
	if (conversation->fd >= 0)
		close(conversation->fd);
	conversation->fd = npp_socket_open(conversation->port.ifindex, reporting->icmp_type);
	if (conversation->fd < 0)
		return conversation->fd;
	err = conversation_ask(conversation, report->handover->presence.addresses[0], &message,
	                       exchange, &report->question);
	if (!err)
		exchange_begin(exchange, clock_ms(), reporting->deadline);
	return err;
}

static bool may_come(int result)
{
	return result == -ENODEV || result == -ENETDOWN;
}

/* True: it waits for its link. One whose socket has failed begins anew, but not at once. */
static bool begin_or_wait(const struct reporting *reporting, struct report *report,
                          struct exchange *exchange)
{
	if (exchange->state == EXCHANGE_FAILED) {
		exchange->state = EXCHANGE_IDLE;
		report->result = -ENETDOWN;
		return true;
	}
	if (exchange->state != EXCHANGE_IDLE || !may_come(report->result))
		return false;
	report->result = begin(reporting, report, exchange);
	return may_come(report->result);
}

static bool begin_all(struct reporting *reporting)
{
	bool waiting = false;

	for (size_t i = 0; i < reporting->count; i++)
		waiting |=
			begin_or_wait(reporting, &reporting->reports[i], &reporting->exchanges[i]);
	return waiting;
}

static void end(const struct reporting *reporting, struct report *report)
{
	report->has_ended = true;
	if (report->conversation.fd >= 0)
		close(report->conversation.fd);
	reporting->listener->ended(report, reporting->listener->context);
}

/* How many are still open. A socket that has failed may begin anew. */
static size_t end_some(struct reporting *reporting)
{
	size_t count = 0;

	for (size_t i = 0; i < reporting->count; i++) {
		const struct exchange *exchange = &reporting->exchanges[i];
		struct report *report = &reporting->reports[i];

		count += exchange->state == EXCHANGE_OPEN;
		if (report->has_ended || (exchange->state != EXCHANGE_ANSWERED &&
		                          exchange->state != EXCHANGE_UNANSWERED))
			continue;
		report->result = conversation_result(exchange);
		conversation_tell(exchange);
		end(reporting, report);
	}
	return count;
}

/* With a look at what has ended now and then: others may have long to wait. */
static int go_on(struct reporting *reporting)
{
	int err = 0;

	while (!err && clock_ms() < reporting->deadline) {
		const bool waiting = begin_all(reporting);
		const int64_t now = clock_ms();
		const int64_t until = MIN(now + LOOK_AGAIN, reporting->deadline);
		const size_t open = end_some(reporting);

		if (open)
			err = exchange_await(reporting->exchanges, reporting->count, until);
		else if (waiting)
			err = signals_poll(NULL, 0, until - now);
		else
			break;
	}
	return err;
}

/* Out of time, or told to end. */
static void end_all(struct reporting *reporting)
{
	end_some(reporting);
	for (size_t i = 0; i < reporting->count; i++) {
		struct report *report = &reporting->reports[i];

		if (reporting->exchanges[i].state == EXCHANGE_OPEN)
			report->result = -ETIMEDOUT;
		if (!report->has_ended)
			end(reporting, report);
	}
}

int report_run(const struct state *state, const struct npp_keys *keys, uint8_t icmp_type,
               int64_t deadline, const struct report_listener *listener,
               struct report reports[STATE_HANDOVERS])
{
	struct reporting reporting = {
		.reports = reports,
		.count = state->count,
		.icmp_type = icmp_type,
		.deadline = deadline,
		.listener = listener,
	};
	int err;

	for (size_t i = 0; i < state->count; i++) {
		const struct handover *handover = &state->handovers[i];

		reports[i] = (struct report){
			.handover = handover,
			.conversation = conversation_of(handover, keys, icmp_type),
			.result = handover->key && !keys ? -ENOKEY : -ENETDOWN,
		};
	}
	err = go_on(&reporting);
	end_all(&reporting);
	return err;
}

const char *report_words(int result)
{
	switch (result) {
	case -ENODEV:
		return "cannot be told: the interface is not there";
	case -ENETDOWN:
		return "cannot be told: the interface has no carrier";
	case -ENOTUNIQ:
		return "cannot be told: the interface has another MAC than it was handed over with";
	case -ECONNREFUSED:
		return "knows of no such handover; its log says why";
	case -EPERM:
		return "cannot be told without CAP_NET_RAW: run this as root";
	default:
		return conversation_words(result);
	}
}
