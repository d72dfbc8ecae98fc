// SPDX-License-Identifier: GPL-2.0-or-later
/* In: facts, and what proxies say. Out: handovers, which the state file has until the end. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "agent/agent.h"
#include "agent/discovery.h"
#include "agent/json_fields.h"
#include "agent/messages.h"
#include "agent/output.h"
#include "agent/state.h"
#include "agent/state_json.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/addr.h"
#include "base/text.h"

/* Of what time is left, a silent proxy gets a third at least; the last one gets all of it. */
enum { SHARES = 3 };

struct sleeping {
	const struct agent *agent;
	const struct npp_keys *keys; /* NULL: nothing is signed */
	struct state state;
	struct json_object *failures;
	int status;
	bool interrupted;
};

/* On one interface. */
struct attempt {
	struct sleeping *sleeping;
	struct handover_voice voice;
	struct presence presence;
	struct offers offers;
	size_t next; /* of the offers */
	int64_t deadline;
	struct words why; /* proxies have not taken it over */
};

static void fail(struct sleeping *sleeping, const char *interface, const char *why)
{
	struct json_object *failure = json_object_new_object();

	agent_say("%s: not handed over: %s", interface, why);
	field_add_text(failure, "interface", interface);
	field_add_text(failure, "reason", why);
	json_object_array_add(sleeping->failures, failure);
}

static void note_refusal(struct attempt *attempt, const struct offer *offer, const char *why)
{
	char proxy[TEXT_IP];

	words_add(&attempt->why, "%s%s %s", attempt->why.length ? "; " : "",
	          text_from_ipv4(offer->address, proxy), why);
}

static void keep(struct sleeping *sleeping, const struct handover *handover)
{
	const char *path = sleeping->agent->state_path;
	int err;

	sleeping->state.handovers[sleeping->state.count++] = *handover;
	err = state_write(path, &sleeping->state);
	if (!err)
		return;
	agent_say("%s cannot be written, so that 'wake' will not know of it: %s", path,
	          strerror(-err));
	sleeping->status = AGENT_FAILED;
}

static struct handover_time time_of(const struct attempt *attempt)
{
	const int64_t proxies = (int64_t)(attempt->offers.count - attempt->next);

	return (struct handover_time){
		.patience = (attempt->deadline - clock_ms()) / MIN(proxies, SHARES),
		.deadline = attempt->deadline,
	};
}

/* To the best of those that are left. 0, -ENOENT: there is none, or -EINTR. */
static int hand_over(struct attempt *attempt, struct handover *handover)
{
	int err = -ENOENT;

	for (; err && attempt->next < attempt->offers.count; attempt->next++) {
		const struct offer *offer = &attempt->offers.list[attempt->next];
		const char *flaw = offer_flaw(offer, &attempt->sleeping->agent->config);
		const struct handover_time time = time_of(attempt);

		/* somebody else with the first one's address */
		if (ipv4_equal(offer->address, attempt->presence.backup_of))
			continue;
		err = flaw ? -ENOENT
		           : handover_run(&attempt->voice, offer, &attempt->presence, &time,
		                          handover);
		if (err == -EINTR)
			return err;
		if (err)
			note_refusal(attempt, offer, flaw ? flaw : conversation_words(err));
	}
	return err ? -ENOENT : 0;
}

static void tell(const struct attempt *attempt, const struct handover *first,
                 const struct handover *backup)
{
	struct words words = { .length = 0 };

	if (attempt->sleeping->agent->json)
		return;
	sentence_handover(first, backup, &words);
	puts(words.text);
}

/* The first may have answered no other question: what it said no to is told all the same. */
static void tell_refusals(struct attempt *attempt)
{
	if (attempt->why.length)
		agent_say("%s: %s", attempt->voice.port.name, attempt->why.text);
	attempt->why = (struct words){ .length = 0 };
}

/* Once the first has confirmed, all that comes then is no failure. */
static int hand_over_twice(struct attempt *attempt)
{
	struct handover first, backup;
	int err = hand_over(attempt, &first);

	if (err)
		return err;
	keep(attempt->sleeping, &first);
	attempt->presence.backup_of = first.proxy;
	err = attempt->sleeping->agent->config.backup ? hand_over(attempt, &backup) : -ENOENT;
	if (!err)
		keep(attempt->sleeping, &backup);
	tell_refusals(attempt);
	tell(attempt, &first, err ? NULL : &backup);
	attempt->sleeping->interrupted = err == -EINTR;
	return 0;
}

static int find_and_hand_over(struct attempt *attempt)
{
	const int err = discovery_run(
		attempt->voice.fd, &attempt->voice.port, attempt->presence.addresses[0],
		&attempt->sleeping->agent->config, attempt->deadline, &attempt->offers);

	return err ? err : hand_over_twice(attempt);
}

static void explain(struct attempt *attempt, int err)
{
	struct sleeping *sleeping = attempt->sleeping;
	const char *interface = attempt->voice.port.name;

	if (err == -EINTR)
		fail(sleeping, interface, "interrupted");
	else if (attempt->why.length)
		fail(sleeping, interface, attempt->why.text);
	else if (err == -ETIMEDOUT)
		fail(sleeping, interface,
		     "no proxy answered; is one on this LAN? ('sleepproxy-agent discover')");
	else
		fail(sleeping, interface, strerror(-err));
	sleeping->interrupted |= err == -EINTR;
	sleeping->status = AGENT_FAILED;
}

static void sleep_here(struct sleeping *sleeping, const char *interface, int64_t deadline)
{
	const struct agent *agent = sleeping->agent;
	struct attempt attempt = { .sleeping = sleeping, .deadline = deadline };
	struct words words = { .length = 0 };
	struct agent_facts facts;
	autoclose int fd = -1;
	const char *why = agent_open(agent, interface, &facts, &attempt.presence, &fd);
	int err;

	if (why) {
		words_add(&words, "it %s", why);
		fail(sleeping, interface, words.text);
		return;
	}
	attempt.voice = (struct handover_voice){
		.fd = fd,
		.port = facts.port,
		.icmp_type = (uint8_t)agent->config.icmp_type,
		.keys = sleeping->keys,
		.key = (uint8_t)agent->config.key,
	};
	err = find_and_hand_over(&attempt);
	if (err)
		explain(&attempt, err);
}

static void sleep_everywhere(struct sleeping *sleeping, const struct agent_interfaces *interfaces)
{
	const int64_t deadline = clock_ms() + sleeping->agent->config.wait;

	for (size_t i = 0; i < interfaces->count && !sleeping->interrupted; i++)
		sleep_here(sleeping, interfaces->names[i], agent_share(interfaces, i, deadline));
	if (!sleeping->interrupted)
		return;
	sleeping->status = AGENT_FAILED;
	if (sleeping->state.count)
		agent_say("interrupted; 'sleepproxy-agent wake' takes back what is handed over");
}

static void show_json(struct sleeping *sleeping)
{
	struct json_object *object = state_to_json(&sleeping->state);

	json_object_object_add(object, "failures", json_object_get(sleeping->failures));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

int command_sleep(const struct agent *agent)
{
	struct sleeping sleeping = { .agent = agent, .failures = json_object_new_array() };
	struct agent_interfaces interfaces;
	struct npp_keys keys;
	int status = agent_keys(agent, &keys);

	if (!status)
		status = agent_interfaces(agent, &interfaces);
	if (!status) {
		sleeping.keys = keys.count ? &keys : NULL;
		sleep_everywhere(&sleeping, &interfaces);
		/* an interface that has no link or no address has nothing to be handed over */
		status = sleeping.state.count ? sleeping.status : AGENT_FAILED;
	}
	if (agent->json && status != AGENT_USAGE)
		show_json(&sleeping);
	json_object_put(sleeping.failures);
	npp_keys_wipe(&keys);
	return status;
}
