// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands about the daemon as a whole, and the way to all the others. */
#include "control/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control/call.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "daemon/daemon.h"

struct census {
	int states[WAKING + 1];
};

static void count_state(void *context, const struct registered *host)
{
	((struct census *)context)->states[host->life.state]++;
}

static struct json_object *states_json(struct daemon *daemon)
{
	struct json_object *json = json_object_new_object();
	struct census census = { { 0 } };

	registry_each(daemon->registry, count_state, &census);
	for (enum host_state state = AWAKE; state <= WAKING; state++)
		add_int(json, host_state_name(state), census.states[state]);
	return json;
}

static struct json_object *line_json(const struct served_iface *line)
{
	static const char *const states[] = { "absent", "attached", "failed", "detached" };
	struct json_object *json = json_object_new_object();
	char mac[TEXT_MAC];

	add_string(json, "name", line->config.name);
	add_string(json, "state", states[line->state]);
	add_string(json, "answer", line->config.answer == ANSWER_HOST ? "host" : "proxy");
	if (line->state == SERVED_ATTACHED) {
		add_string(json, "mode", attachment_mode(line->attachment));
		add_string(json, "mac", text_from_mac(&line->port.mac, mac));
	}
	if (*line->detail)
		add_string(json, "detail", line->detail);
	return json;
}

static void count_guest(void *context, const struct registered *host)
{
	*(unsigned int *)context += host->origin == ORIGIN_HANDOVER;
}

static void count_open(void *context, struct session *session)
{
	*(unsigned int *)context += session->open;
}

static struct json_object *npp_json(struct daemon *daemon)
{
	const struct config_npp *config = &daemon->config.npp;
	struct json_object *json = json_object_new_object();
	unsigned int open = 0, guests = 0;

	proxy_each(daemon->proxy, count_open, &open);
	registry_each(daemon->registry, count_guest, &guests);
	json_object_object_add(json, "on", json_object_new_boolean(config->on));
	add_int(json, "type", config->icmp_type);
	add_int(json, "keys", daemon->keys ? (int64_t)daemon->keys->count : 0);
	add_int(json, "preference", config->preference);
	add_int(json, "handed-over", open);
	add_int(json, "places", config->hosts_max);
	add_int(json, "places-taken", guests);
	return json;
}

static struct json_object *status(struct call *call)
{
	const struct daemon *daemon = call->daemon;
	struct json_object *json = json_object_new_object();
	struct json_object *lines = json_object_new_array();

	add_string(json, "version", VERSION);
	add_int(json, "pid", getpid());
	add_int(json, "uptime", (clock_ms() - daemon->started) / 1000);
	add_int(json, "heartbeat-lease", daemon->config.heartbeat_lease);
	json_object_object_add(json, "hosts", states_json(call->daemon));
	json_object_object_add(json, "npp", npp_json(call->daemon));
	for (size_t i = 0; i < daemon->line_count; i++)
		json_object_array_add(lines, line_json(&daemon->lines[i]));
	json_object_object_add(json, "interfaces", lines);
	return json;
}

static void add_message_counts(struct daemon *daemon, struct json_object *json)
{
	const uint64_t *counts = keeper_counts(daemon->keeper);

#define ADD_COUNT(name, meaning) \
	add_int(json, DHCP_COUNT_PREFIX #name, (int64_t)counts[DHCP_COUNT_##name]);
	DHCP_COUNTS(ADD_COUNT)
#undef ADD_COUNT
}

static void add_handover_counts(struct daemon *daemon, struct json_object *json)
{
	const uint64_t *counts = proxy_counts(daemon->proxy);

#define ADD_COUNT(name, meaning) \
	add_int(json, PROXY_COUNT_PREFIX #name, (int64_t)counts[PROXY_COUNT_##name]);
	PROXY_COUNTS(ADD_COUNT)
#undef ADD_COUNT
}

static struct json_object *counters(struct call *call)
{
	struct json_object *json = json_object_new_object();
	struct counters counters;
	int err = counters_read(call->daemon->datapath, &counters);

	if (err) {
		json_object_put(json);
		return call_refuse(call, strerror(-err));
	}
#define ADD_COUNTER(name, verdict, meaning) add_int(json, #name, (int64_t)counters.name);
	OUTCOMES(ADD_COUNTER)
#undef ADD_COUNTER
	add_message_counts(call->daemon, json);
	add_handover_counts(call->daemon, json);
	return json;
}

static struct json_object *history(struct call *call)
{
	return store_history(call->daemon->store, call_argument(call, "name"));
}

static struct json_object *watch(struct call *call)
{
	*call->watch = true;
	return json_object_new_object();
}

static struct json_object *reload(struct call *call)
{
	char why[CONFIG_ERROR];

	if (daemon_reload(call->daemon, why))
		return call_refuse(call, why);
	return json_object_new_object();
}

static const struct command daemon_commands[] = {
	{ "status", status }, { "counters", counters }, { "history", history },
	{ "watch", watch },   { "reload", reload },     { 0 },
};

static const struct command *find(const char *name)
{
	static const struct command *const groups[] = { daemon_commands, host_commands,
		                                        lease_commands };

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		for (const struct command *command = groups[i]; command->name; command++)
			if (!strcmp(name, command->name))
				return command;
	return NULL;
}

struct json_object *command_run(struct daemon *daemon, struct json_object *request,
                                bool *wants_watch, char why[COMMAND_WHY])
{
	struct call call = { daemon, request, wants_watch, why };
	const struct command *command;
	const char *name;

	if (!json_object_is_type(request, json_type_object))
		return call_refuse(&call, "expected a JSON object");
	name = call_argument(&call, "command");
	command = name ? find(name) : NULL;
	if (command)
		return command->run(&call);
	snprintf(why, COMMAND_WHY, "no such command: %s", name ? name : "(none)");
	return NULL;
}
