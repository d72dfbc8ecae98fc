// SPDX-License-Identifier: GPL-2.0-or-later
/* In: the state file. Out: reports, and how the lease stands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/json_fields.h"
#include "agent/hook.h"
#include "agent/wakeup_report.h"
#include "agent/messages.h"
#include "agent/output.h"
#include "agent/state_json.h"
#include "base/clock.h"
#include "base/text.h"

struct waking {
	const struct agent *agent;
	struct state state;
	struct report reports[STATE_HANDOVERS];
	pid_t hooks[STATE_HANDOVERS];
	size_t hook_count;
	int status;
};

static const struct npp_wakeup_confirm *confirm_of(const struct report *report)
{
	return &report->question.answer.wakeup_confirm;
}

static bool is_lost(const struct report *report)
{
	return !report->result && confirm_of(report)->has_lease &&
	       confirm_of(report)->lease == NPP_LEASE_FAILED;
}

static struct json_object *lease_to_json(const struct npp_wakeup_confirm *confirm)
{
	struct json_object *object = json_object_new_object();
	const bool is_renewed = confirm->lease == NPP_LEASE_RENEWED;

	field_add_text(object, "state", is_renewed ? "renewed" : "lost");
	field_add_number(object, "total", confirm->lease_total);
	field_add_number(object, "left", confirm->lease_left);
	return object;
}

static struct json_object *report_to_json(const struct report *report)
{
	const struct handover *handover = report->handover;
	struct json_object *object = json_object_new_object();

	field_add_text(object, "interface", handover->interface);
	field_add_ipv4(object, "address", handover->presence.addresses[0]);
	field_add_ipv4(object, "proxy", handover->proxy);
	field_add_number(object, "client", handover->client);
	json_object_object_add(object, "confirmed", json_object_new_boolean(!report->result));
	if (report->result)
		field_add_text(object, "reason", report_words(report->result));
	else if (confirm_of(report)->has_lease)
		json_object_object_add(object, "lease", lease_to_json(confirm_of(report)));
	return object;
}

static void show_json(const struct waking *waking)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < waking->state.count; i++)
		json_object_array_add(list, report_to_json(&waking->reports[i]));
	json_object_object_add(object, "reports", list);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void tell(const struct report *report, bool json)
{
	struct words words = { .length = 0 };
	char proxy[TEXT_IP];

	if (report->result) {
		agent_say("%s: %s %s", report->handover->interface,
		          text_from_ipv4(report->handover->proxy, proxy),
		          report_words(report->result));
		return;
	}
	sentence_report(report->handover, confirm_of(report), &words);
	if (!json)
		puts(words.text);
	fflush(stdout);
}

/* Two proxies may know of the same lease. */
static bool is_known(const struct waking *waking, const struct report *report)
{
	for (size_t i = 0; i < waking->state.count; i++) {
		const struct report *other = &waking->reports[i];

		if (other != report && other->has_ended && is_lost(other) &&
		    strcmp(other->handover->interface, report->handover->interface) == 0)
			return true;
	}
	return false;
}

static void start_hook(struct waking *waking, const struct report *report)
{
	const char *path = waking->agent->config.on_lease_lost;
	char address[TEXT_IP];
	pid_t pid;

	if (!*path || !is_lost(report) || is_known(waking, report))
		return;
	text_from_ipv4(report->handover->presence.addresses[0], address);
	pid = hook_start(path, report->handover->interface, address);
	if (pid < 0)
		waking->status = AGENT_FAILED;
	else
		waking->hooks[waking->hook_count++] = pid;
}

static void take_end(struct report *report, void *context)
{
	struct waking *waking = context;

	if (report->result)
		waking->status = AGENT_FAILED;
	tell(report, waking->agent->json);
	start_hook(waking, report);
}

static void forget(struct waking *waking)
{
	const char *path = waking->agent->state_path;
	struct state done = { .count = 0 };
	int err;

	for (size_t i = 0; i < waking->state.count; i++) {
		const int result = waking->reports[i].result;

		/* a proxy that says no will say no again */
		if (!result || result == -ECONNREFUSED)
			done.handovers[done.count++] = waking->state.handovers[i];
	}
	err = state_forget(path, &done);
	if (!err)
		return;
	agent_say("%s cannot be changed: %s", path, strerror(-err));
	waking->status = AGENT_FAILED;
}

static void report_all(struct waking *waking, const struct npp_keys *keys)
{
	const struct agent_config *config = &waking->agent->config;
	const struct report_listener listener = { take_end, waking };

	if (report_run(&waking->state, keys, (uint8_t)config->icmp_type,
	               clock_ms() + config->report_wait, &listener, waking->reports))
		agent_say("interrupted; another 'wake' reports what is not confirmed");
	if (waking->agent->json)
		show_json(waking);
	forget(waking);
	for (size_t i = 0; i < waking->hook_count; i++) {
		if (!hook_wait(config->on_lease_lost, waking->hooks[i]))
			waking->status = AGENT_FAILED;
	}
}

static int read_state(struct waking *waking)
{
	const struct agent *agent = waking->agent;
	const int err = state_read(agent->state_path, &waking->state);

	if (err)
		agent_say("%s: %s", agent->state_path, state_words(err));
	return err ? AGENT_FAILED : AGENT_DONE;
}

int command_wake(const struct agent *agent)
{
	struct waking waking = { .agent = agent };
	struct npp_keys keys;
	int status = agent_keys(agent, &keys);

	if (!status)
		status = read_state(&waking);
	if (!status && waking.state.count)
		report_all(&waking, keys.count ? &keys : NULL);
	else if (!status && agent->json)
		show_json(&waking);
	else if (!status)
		puts("nothing is handed over");
	npp_keys_wipe(&keys);
	return status ? status : waking.status;
}
