// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/commands.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control/leases.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/text.h"
#include "daemon/daemon.h"
#include "hosts/spec_json.h"

/* One request on its way. A command returns its result, or NULL having written `why`. */
struct call {
	struct daemon *daemon;
	struct json_object *request;
	bool *watch;
	char *why;
};

static void add_string(struct json_object *json, const char *key, const char *value)
{
	json_object_object_add(json, key, json_object_new_string(value));
}

static void add_int(struct json_object *json, const char *key, int64_t value)
{
	json_object_object_add(json, key, json_object_new_int64(value));
}

static struct json_object *refuse(struct call *call, const char *reason)
{
	snprintf(call->why, COMMAND_WHY, "%s", reason);
	return NULL;
}

static const char *argument(struct call *call, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(call->request, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* The host that "name" names, by its name or its MAC. */
static const struct registered *named(struct call *call)
{
	const char *name = argument(call, "name");
	const struct registered *host;
	struct mac mac;

	if (!name) {
		refuse(call, "name: expected a host's name");
		return NULL;
	}
	host = registry_find(call->daemon->registry, name);
	if (!host && !text_to_mac(name, &mac))
		host = registry_find_mac(call->daemon->registry, &mac);
	if (!host)
		snprintf(call->why, COMMAND_WHY, "no host is called %s", name);
	return host;
}

static struct json_object *host_json(const struct registered *host)
{
	static const char *const origins[] = { "config", "command", "map" };
	struct json_object *json = spec_to_json(&host->spec);
	char address[TEXT_IP];

	add_string(json, "state", host_state_name(host->life.state));
	json_object_object_add(json, "for", json_seconds(clock_ms() - host->life.since));
	if (host->lease.alone || host->lease.lost)
		add_string(json, host->lease.lost ? "withheld" : "leased",
		           text_from_ip(&host->lease.address, address));
	add_string(json, "origin", origins[host->origin]);
	return json;
}

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

static struct json_object *line_json(const struct line *line)
{
	static const char *const states[] = { "absent", "attached", "failed", "detached" };
	struct json_object *json = json_object_new_object();
	char mac[TEXT_MAC];

	add_string(json, "name", line->config.name);
	add_string(json, "state", states[line->state]);
	add_string(json, "answer", line->config.answer == ANSWER_HOST ? "host" : "proxy");
	if (line->state == LINE_ATTACHED) {
		add_string(json, "mode", attachment_mode(line->attachment));
		add_string(json, "mac", text_from_mac(&line->port.mac, mac));
	}
	if (*line->detail)
		add_string(json, "detail", line->detail);
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
	for (size_t i = 0; i < daemon->line_count; i++)
		json_object_array_add(lines, line_json(&daemon->lines[i]));
	json_object_object_add(json, "interfaces", lines);
	return json;
}

static void list_host(void *context, const struct registered *host)
{
	json_object_array_add(context, host_json(host));
}

static struct json_object *host_list(struct call *call)
{
	struct json_object *array = json_object_new_array();

	registry_each(call->daemon->registry, list_host, array);
	return array;
}

static struct json_object *host_show(struct call *call)
{
	const struct registered *host = named(call);

	return host ? host_json(host) : NULL;
}

static struct json_object *refuse_configured(struct call *call)
{
	return refuse(call,
	              "the host stands in the configuration file: change it there, and reload");
}

static struct json_object *host_add(struct call *call)
{
	const struct registered *known;
	struct host_spec spec;

	if (spec_from_json(call->request, &spec, call->why, COMMAND_WHY))
		return NULL;
	known = registry_find(call->daemon->registry, spec.name);
	if (known && known->origin == ORIGIN_CONFIG)
		return refuse_configured(call);
	if (hosts_add(call->daemon, &spec, ORIGIN_COMMAND, call->why))
		return NULL;
	return host_json(registry_find(call->daemon->registry, spec.name));
}

static struct json_object *host_remove(struct call *call)
{
	const struct registered *host = named(call);

	if (!host)
		return NULL;
	if (host->origin == ORIGIN_CONFIG)
		return refuse_configured(call);
	registry_remove(call->daemon->registry, host->spec.name);
	return json_object_new_object();
}

static struct json_object *host_order(struct call *call, enum host_cause cause)
{
	const struct registered *host = named(call);

	if (!host)
		return NULL;
	reports_take(call->daemon); /* what the datapath saw before the command counts before it */
	registry_command(call->daemon->registry, host->spec.name, cause);
	return host_json(host);
}

static struct json_object *host_sleep(struct call *call)
{
	struct json_object *now;

	if (json_object_object_get_ex(call->request, "now", &now) && json_object_get_boolean(now))
		return host_order(call, CAUSE_SLEEP_NOW);
	return host_order(call, CAUSE_SLEEP);
}

static struct json_object *host_wake(struct call *call)
{
	return host_order(call, CAUSE_WAKE);
}

static struct lease_clock clock_now(void)
{
	return (struct lease_clock){ clock_boot_ms(), clock_wall_ms() };
}

static struct json_object *show_lease(struct call *call, const struct registered *host)
{
	const struct dhcp_client *client = keeper_find(call->daemon->keeper, &host->spec.mac);
	const struct lease_clock now = clock_now();

	if (client)
		return lease_json(host->spec.name, client, &now);
	snprintf(call->why, COMMAND_WHY,
	         "%s has no lease as far as is known: no DHCP of it was heard", host->spec.name);
	return NULL;
}

struct listing {
	struct call *call;
	struct json_object *array;
};

static void list_lease(void *context, const struct registered *host)
{
	struct listing *listing = context;
	struct keeper *keeper = listing->call->daemon->keeper;
	const struct dhcp_client *client = keeper_find(keeper, &host->spec.mac);

	if (client && client->lease.state != LEASE_NONE)
		json_object_array_add(listing->array, show_lease(listing->call, host));
}

static struct json_object *lease_list(struct call *call)
{
	struct listing listing = { call, json_object_new_array() };

	registry_each(call->daemon->registry, list_lease, &listing);
	return listing.array;
}

static struct json_object *lease_show(struct call *call)
{
	const struct registered *host = named(call);

	return host ? show_lease(call, host) : NULL;
}

static struct json_object *lease_set(struct call *call)
{
	const struct registered *host = named(call);
	const struct lease_clock now = clock_now();
	struct dhcp_identity identity;
	struct lease_grant grant;

	if (!host ||
	    lease_from_json(call->request, &now, &grant, &identity, call->why, COMMAND_WHY))
		return NULL;
	leases_grant(call->daemon, host, &grant, &identity);
	return show_lease(call, host);
}

static struct json_object *lease_forget(struct call *call)
{
	const struct registered *host = named(call);

	if (!host)
		return NULL;
	leases_drop(call->daemon, &host->spec.mac);
	return json_object_new_object();
}

static void add_message_counts(struct daemon *daemon, struct json_object *json)
{
	const uint64_t *counts = keeper_counts(daemon->keeper);

#define ADD_COUNT(name, meaning) \
	add_int(json, DHCP_COUNT_PREFIX #name, (int64_t)counts[DHCP_COUNT_##name]);
	DHCP_COUNTS(ADD_COUNT)
#undef ADD_COUNT
}

static struct json_object *counters(struct call *call)
{
	struct json_object *json = json_object_new_object();
	struct counters counters;
	int err = counters_read(call->daemon->datapath, &counters);

	if (err) {
		json_object_put(json);
		return refuse(call, strerror(-err));
	}
#define ADD_COUNTER(name, verdict, meaning) add_int(json, #name, (int64_t)counters.name);
	OUTCOMES(ADD_COUNTER)
#undef ADD_COUNTER
	add_message_counts(call->daemon, json);
	return json;
}

static struct json_object *history(struct call *call)
{
	return store_history(call->daemon->store, argument(call, "name"));
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
		return refuse(call, why);
	return json_object_new_object();
}

static const struct {
	const char *name;
	struct json_object *(*run)(struct call *call);
} commands[] = {
	{ "status", status },
	{ "host-list", host_list },
	{ "host-show", host_show },
	{ "host-add", host_add },
	{ "host-remove", host_remove },
	{ "host-sleep", host_sleep },
	{ "host-wake", host_wake },
	{ "lease-list", lease_list },
	{ "lease-show", lease_show },
	{ "lease-set", lease_set },
	{ "lease-forget", lease_forget },
	{ "counters", counters },
	{ "history", history },
	{ "watch", watch },
	{ "reload", reload },
};

struct json_object *command_run(struct daemon *daemon, struct json_object *request,
                                bool *wants_watch, char why[COMMAND_WHY])
{
	struct call call = { daemon, request, wants_watch, why };
	const char *name;

	if (!json_object_is_type(request, json_type_object))
		return refuse(&call, "expected a JSON object");
	name = argument(&call, "command");
	for (size_t i = 0; name && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(&call);
	snprintf(why, COMMAND_WHY, "no such command: %s", name ? name : "(none)");
	return NULL;
}
