// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands about hosts: SPEC in, HOST out. */
#include "control/call.h"
#include "control/registration_json.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "host/description_json.h"

static struct json_object *host_json(struct call *call, const struct registered *host)
{
	static const char *const origins[] = { "config", "command", "map", "handover" };
	const struct session *session = proxy_find(call->daemon->proxy, &host->spec.mac);
	struct json_object *json = description_to_json(&host->spec);
	char address[TEXT_IP];

	add_string(json, "state", host_state_name(host->life.state));
	json_object_object_add(json, "for", json_seconds(clock_ms() - host->life.since));
	if (host->lease.alone || host->lease.lost)
		add_string(json, host->lease.lost ? "withheld" : "leased",
		           text_from_ip(&host->lease.address, address));
	add_string(json, "origin", origins[host->origin]);
	if (session)
		json_object_object_add(json, "handover",
		                       handover_json(session, host->life.standby, clock_boot_ms()));
	return json;
}

struct listing {
	struct call *call;
	struct json_object *array;
};

static void list_host(void *context, const struct registered *host)
{
	struct listing *listing = context;

	json_object_array_add(listing->array, host_json(listing->call, host));
}

static struct json_object *host_list(struct call *call)
{
	struct listing listing = { call, json_object_new_array() };

	registry_each(call->daemon->registry, list_host, &listing);
	return listing.array;
}

static struct json_object *host_show(struct call *call)
{
	const struct registered *host = call_host(call);

	return host ? host_json(call, host) : NULL;
}

static struct json_object *refuse_configured(struct call *call)
{
	return call_refuse(
		call, "the host stands in the configuration file: change it there, and reload");
}

static struct json_object *host_add(struct call *call)
{
	const struct registered *known;
	struct host_description spec;

	if (description_from_json(call->request, &spec, call->why, COMMAND_WHY))
		return NULL;
	known = registry_find(call->daemon->registry, spec.name);
	if (known && known->origin == ORIGIN_CONFIG)
		return refuse_configured(call);
	if (hosts_add(call->daemon, &spec, ORIGIN_COMMAND, call->why))
		return NULL;
	handovers_follow_words(call->daemon, &spec.mac);
	return host_json(call, registry_find(call->daemon->registry, spec.name));
}

static struct json_object *host_remove(struct call *call)
{
	const struct registered *host = call_host(call);

	if (!host)
		return NULL;
	if (host->origin == ORIGIN_CONFIG)
		return refuse_configured(call);
	registry_remove(call->daemon->registry, host->spec.name);
	return json_object_new_object();
}

static struct json_object *host_order(struct call *call, enum life_trigger cause)
{
	const struct registered *host = call_host(call);

	if (!host)
		return NULL;
	reports_take(call->daemon); /* what the datapath saw before the command counts before it */
	registry_command(call->daemon->registry, host->spec.name, cause);
	return host_json(call, host);
}

static struct json_object *host_sleep(struct call *call)
{
	struct json_object *now;

	if (json_object_object_get_ex(call->request, "now", &now) && json_object_get_boolean(now))
		return host_order(call, TRIGGER_SLEEP_NOW);
	return host_order(call, TRIGGER_SLEEP);
}

static struct json_object *host_wake(struct call *call)
{
	return host_order(call, TRIGGER_WAKE);
}

const struct command host_commands[] = {
	{ "host-list", host_list },
	{ "host-show", host_show },
	{ "host-add", host_add },
	{ "host-remove", host_remove },
	{ "host-sleep", host_sleep },
	{ "host-wake", host_wake },
	{ 0 },
};
