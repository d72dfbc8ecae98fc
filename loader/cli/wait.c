// SPDX-License-Identifier: GPL-2.0-or-later
/* In: a request for a wake, and events. Out: the host once it is awake, or why it is not. */
#include "cli/wait.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/json_get.h"
#include "cli/host_view.h"

struct wait {
	struct client *events, *control;
	const char *name;
	int64_t seconds, deadline;
};

static struct json_object *ask_about(struct client *client, const char *command, const char *name)
{
	struct json_object *request = json_object_new_object(), *result;

	json_object_object_add(request, "command", json_object_new_string(command));
	if (name)
		json_object_object_add(request, "name", json_object_new_string(name));
	result = client_ask(client, request);
	json_object_put(request);
	return result;
}

static bool is_in_state(struct json_object *host, const char *state)
{
	return strcmp(host_state(host), state) == 0;
}

static int fail_read(const struct wait *wait, int error)
{
	if (error == -ETIMEDOUT)
		say("%s is not awake after %" PRId64 " s; the wake goes on ('sleepproxyctl watch' "
		    "shows how)",
		    wait->name, wait->seconds);
	else
		client_explain(wait->events, error);
	return CTL_FAILED;
}

/* 0: it is over, and `host` is the host awake, or NULL after a complaint; -EAGAIN: it goes on. */
static int judge(const struct wait *wait, struct json_object *event, struct json_object **host)
{
	const char *what = field_text(event, "event");
	bool awake = strcmp(what, "awake") == 0;
	struct json_object *now;

	if (strcmp(field_text(event, "host"), wait->name) != 0 ||
	    (!awake && strcmp(what, "gave-up") != 0 && strcmp(what, "removed") != 0))
		return -EAGAIN;
	now = ask_about(wait->control, "host-show", wait->name);
	/* "gave-up" may be about an earlier wake, over just before ours began. */
	if (now && !awake && is_in_state(now, "waking")) {
		json_object_put(now);
		return -EAGAIN;
	}
	if (now && !awake && !is_in_state(now, "awake")) {
		say("%s", field_text(event, "text"));
		json_object_put(now);
		now = NULL;
	}
	*host = now;
	return 0;
}

static int await_end(const struct call *call, const struct wait *wait)
{
	struct json_object *event, *host;
	int error, status;

	do {
		error = client_read(wait->events, wait->deadline, &event);
		if (error)
			return fail_read(wait, error);
		error = judge(wait, event, &host);
		json_object_put(event);
	} while (error == -EAGAIN);
	status = host ? call_show(call, call->command->view, host) : CTL_FAILED;
	json_object_put(host);
	return status;
}

/* The events are asked for first: a host may be awake before the answer to its wake was read. */
static int wake_and_wait(const struct call *call, const struct wait *wait)
{
	struct json_object *watching = ask_about(wait->events, "watch", NULL);
	struct json_object *host = watching ? client_ask(wait->control, call->request) : NULL;
	int status = CTL_FAILED;

	if (host && is_in_state(host, "awake"))
		status = call_show(call, call->command->view, host);
	else if (host)
		status = await_end(call, wait);
	json_object_put(host);
	json_object_put(watching);
	return status;
}

static int wait_for_wake(const struct call *call, int64_t seconds)
{
	struct wait wait = {
		.control = client_open(call_socket(call)),
		.name = field_text(call->request, "name"),
		.seconds = seconds,
		.deadline = seconds ? clock_ms() + seconds * 1000 : -1,
	};
	int status = CTL_FAILED;

	if (wait.control)
		wait.events = client_open(call_socket(call));
	if (wait.events)
		status = wake_and_wait(call, &wait);
	client_close(wait.events);
	client_close(wait.control);
	return status;
}

int wait_wake(const struct call *call)
{
	struct json_object *wait = json_object_object_get(call->settings, "wait");

	return wait ? wait_for_wake(call, json_object_get_int64(wait)) : call_simple(call);
}
