// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/handover.h"

#include <errno.h>
#include <string.h>
#include <sys/param.h>

#include "agent/request.h"
#include "base/clock.h"

/* ms: enough to say it twice; and what is left for it in any case */
enum { TAKE_BACK = 1000, TAKE_BACK_LEFT = 100 };

static struct conversation conversation_with(const struct offer *offer,
                                             const struct handover_voice *voice)
{
	return (struct conversation){
		.fd = voice->fd,
		.port = voice->port,
		.proxy = offer->address,
		.proxy_mac = offer->mac,
		.icmp_type = voice->icmp_type,
		.transaction = conversation_transaction(),
		.keys = voice->keys,
		.key = voice->key,
	};
}

/* Best effort: it is soon found awake, or asks the proxy again. */
static void take_back(struct conversation *conversation, struct ipv4 source, int64_t deadline)
{
	struct npp_message report = {
		.transaction = conversation->transaction,
		.subtype = NPP_WAKEUP_REPORT,
		.report = { .id = conversation->client },
	};
	struct question question;

	conversation_say(conversation, source, &report, MIN(deadline, clock_ms() + TAKE_BACK),
	                 &question);
}

/* Once a part is confirmed, there must be time to take it back. */
static int64_t end_of(const struct handover_time *time, bool is_first)
{
	const int64_t last = is_first ? time->deadline : time->deadline - TAKE_BACK_LEFT;

	return MIN(last, clock_ms() + time->patience);
}

static int say_all(struct conversation *conversation, struct request *request,
                   const struct handover_time *time)
{
	int err = 0;

	for (size_t i = 0; i < request->count && !err; i++) {
		struct request_part *part = &request->parts[i];
		struct question question;

		conversation->goes_on = i + 1 < request->count;
		err = conversation_say(conversation, part->source, &part->message, end_of(time, !i),
		                       &question);
		if (!err)
			conversation->client = question.answer.confirm.id;
	}
	return err;
}

static void note(const struct conversation *conversation, const struct presence *presence,
                 struct handover *handover)
{
	*handover = (struct handover){
		.proxy = conversation->proxy,
		.proxy_mac = conversation->proxy_mac,
		.transaction = conversation->transaction,
		.client = conversation->client,
		.key = conversation->keys ? conversation->key : 0,
		.signed_at = conversation->clock.time,
		.signed_then = conversation->clock.count,
		.presence = *presence,
	};
	memcpy(handover->interface, conversation->port.name, sizeof(handover->interface));
	text_from_time(clock_wall_ms(), handover->when);
}

int handover_run(const struct handover_voice *voice, const struct offer *offer,
                 const struct presence *presence, const struct handover_time *time,
                 struct handover *handover)
{
	struct conversation conversation = conversation_with(offer, voice);
	struct presence fitting = *presence;
	struct request request;
	int err;

	presence_fit(&fitting, offer->services, offer->service_count);
	if (!request_make(&fitting, conversation.transaction, voice->keys, &request))
		return -EMSGSIZE;
	err = say_all(&conversation, &request, time);
	if (err && conversation.client)
		take_back(&conversation, fitting.addresses[0], time->deadline);
	else if (!err)
		note(&conversation, &fitting, handover);
	return err;
}
