// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands about the daemon as a whole, and the table of all. */
#include "control/control.h"

#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fields.h"
#include "base/text.h"
#include "daemon/holding.h"
#include "npp/npp_auth.h"

/* A string member; NULL: none. */
static const char *request_text(const struct request *request, const char *member)
{
	struct json_object *value = json_object_object_get(request->json, member);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

void json_add_int(struct json_object *json, const char *member, int64_t value)
{
	json_object_object_add(json, member, json_object_new_int64(value));
}

void json_add_bool(struct json_object *json, const char *member, bool value)
{
	json_object_object_add(json, member, json_object_new_boolean(value));
}

void json_add_text(struct json_object *json, const char *member, const char *text)
{
	json_object_object_add(json, member, text ? json_object_new_string(text) : NULL);
}

static struct json_object *states_json(const struct daemon *daemon)
{
	struct json_object *json = json_object_new_object();

	for (enum host_state state = AWAKE; state <= WAKING; state++)
		json_add_int(json, host_state_names[state], daemon->hosts->states[state]);
	return json;
}

static struct json_object *iface_json(const struct served_iface *served)
{
	static const char *const states[] = { "absent", "attached", "failed", "detached" };
	const char *problem = served_iface_problem(served);
	struct json_object *json = json_object_new_object();
	char mac[TEXT_MAC];

	json_add_text(json, "name", served->config.name);
	json_add_text(json, "state", states[served->state]);
	json_add_text(json, "answer", served->config.answer == ANSWER_HOST ? "host" : "proxy");
	if (served->state == SERVED_ATTACHED) {
		json_add_text(json, "mode", attachment_mode(served->attachment));
		json_add_text(json, "mac", text_from_mac(&served->iface.mac, mac));
		json_add_bool(json, "link", !problem);
	}
	if (problem)
		json_add_text(json, "detail", problem);
	return json;
}

static unsigned int count_active(const struct daemon *daemon)
{
	unsigned int active = 0;

	host_table_each (daemon->hosts, host)
		active += host->registration && host->registration->active;
	return active;
}

static struct json_object *npp_json(const struct daemon *daemon)
{
	const struct config_npp *config = &daemon->config.npp;
	struct json_object *json = json_object_new_object();

	json_add_bool(json, "on", config->on);
	json_add_int(json, "type", config->icmp_type);
	json_add_int(json, "keys", (int64_t)daemon->keys.count);
	json_add_int(json, "preference", config->preference);
	json_add_int(json, "active", count_active(daemon));
	json_add_int(json, "max-registrations", config->max_registrations);
	json_add_int(json, "registrations", daemon->hosts->registered_only);
	return json;
}

static void add_health(struct json_object *json, const struct daemon *daemon)
{
	struct json_object *problems = json_object_new_array();
	struct health health;

	daemon_health(daemon, &health);
	json_add_bool(json, "serving", health.serving);
	json_add_bool(json, "healthy", !health.problem_count);
	for (size_t i = 0; i < health.problem_count; i++)
		json_object_array_add(problems, json_object_new_string(health.problems[i]));
	json_object_object_add(json, "problems", problems);
}

static enum request_end run_status(struct request *request)
{
	const struct daemon *daemon = request->daemon;
	struct json_object *json = json_object_new_object();
	struct json_object *ifaces = json_object_new_array();

	add_health(json, daemon);
	json_add_text(json, "version", VERSION);
	json_add_int(json, "pid", getpid());
	json_add_int(json, "uptime", (clock_ms() - daemon->started) / 1000);
	json_add_int(json, "heartbeat-timeout", daemon->config.heartbeat_timeout);
	json_object_object_add(json, "heartbeat-age",
	                       json_seconds(clock_ms() - (daemon->beat_due - BEAT_MIN)));
	json_add_bool(json, "stored", daemon->store && !daemon->store_err);
	json_object_object_add(json, "hosts", states_json(daemon));
	json_object_object_add(json, "npp", npp_json(daemon));
	for (size_t i = 0; i < daemon->served_count; i++)
		json_object_array_add(ifaces, iface_json(&daemon->served[i]));
	json_object_object_add(json, "interfaces", ifaces);
	request->result = json;
	return REQUEST_DONE;
}

/* With "meanings" as an object, for people; else as a number. */
static void add_counter(struct request *request, const char *name, uint64_t count,
                        const char *meaning)
{
	struct json_object *json;

	if (!json_object_get_boolean(json_object_object_get(request->json, "meanings"))) {
		json_add_int(request->result, name, (int64_t)count);
		return;
	}
	json = json_object_new_object();
	json_add_int(json, "count", (int64_t)count);
	json_add_text(json, "meaning", meaning);
	json_object_object_add(request->result, name, json);
}

static const struct {
	const char *name, *meaning;
} group_counters[] = {
	[GROUP_COUNT_QUERY] = { "group_queries",
	                        "query for multicast groups: answered for sleeping hosts" },
	[GROUP_COUNT_REPORT] = { "group_reports",
	                         "report of multicast groups: followed where a host that is up sent it" },
	[GROUP_COUNT_OTHER] = { "group_other",
	                        "message of IGMP or MLD that says nothing of memberships" },
	[GROUP_COUNT_INVALID] = { "group_invalid",
	                          "message of IGMP or MLD that is malformed, or not of this link" },
	[GROUP_COUNT_SENT] = { "group_reports_sent",
	                       "report that was sent in a sleeping host's name" },
};

static const struct {
	const char *name, *meaning;
} hold_counters[] = {
	[HOLD_KEPT] = { "held",
	                "frame that opens a connection to a host that is woken: kept for it" },
	[HOLD_REPEATED] = { "held_repeated",
	                    "another frame of a connection that is kept: dropped" },
	[HOLD_FULL] = { "held_full",
	                "frame that found no room among those that are kept: dropped" },
	[HOLD_SENT] = { "held_sent", "frame that was kept: sent to its host, which was up" },
	[HOLD_REFUSED] = { "held_refused",
	                   "frame that was sent, and refused by the host: sent again later" },
	[HOLD_GIVEN_UP] = { "held_given_up",
	                    "frame that was kept: dropped, as its host did not wake, or was removed" },
};

static enum request_end run_counters(struct request *request)
{
	const struct daemon *daemon = request->daemon;
	struct counters counters;
	const int err = counters_read(daemon->datapath, &counters);
	const char *npp_name, *meaning;
	uint64_t count;
	char name[64];

	if (err)
		return request_refuse(request, "cannot read the counters: %s", strerror(-err));
	request->result = json_object_new_object();
#define ADD_OUTCOME(outcome, name, verdict, meaning) \
	add_counter(request, #name, counters.name, meaning);
	OUTCOMES(ADD_OUTCOME)
#define ADD_DHCP(index, name, meaning) \
	add_counter(request, DHCP_COUNT_PREFIX #name, daemon->dhcp_counts[index], meaning);
	DHCP_COUNTS(ADD_DHCP)
	for (enum group_count i = 0; i < GROUP_COUNTS; i++)
		add_counter(request, group_counters[i].name, group_count(daemon, i),
		            group_counters[i].meaning);
	for (enum hold_count i = 0; i < HOLD_COUNTS; i++)
		add_counter(request, hold_counters[i].name, hold_count(daemon, i),
		            hold_counters[i].meaning);
	add_counter(request, "map_edits_refused", daemon->edits_refused,
	            "a row that was written into a map, and may not be there: removed");
	add_counter(
		request, "parser_lost", parser_lost(daemon->parser),
		"message of NPP, DHCP, IGMP or MLD that was not parsed: its parser ended or hung, and was "
		"replaced; or too many waited");
	for (size_t i = 0; npp_server_counter(daemon->npp, i, &npp_name, &meaning, &count); i++) {
		snprintf(name, sizeof(name), "npp_%s", npp_name);
		add_counter(request, name, count, meaning);
	}
	return REQUEST_DONE;
}

/* By its name, its MAC, or an address of it. */
static struct host *find_host(const struct daemon *daemon, const char *text)
{
	struct host *host = host_find_name(daemon->hosts, text);
	const struct host *owner;
	struct ipv6 address;
	struct mac mac;

	if (!host && !text_to_mac(text, &mac))
		host = host_find_mac(daemon->hosts, &mac);
	if (host || text_to_ip(text, &address))
		return host;
	owner = host_table_owner(daemon->hosts, &address);
	return owner ? host_find_mac(daemon->hosts, &owner->mac) : NULL;
}

/* The newest 200, or as many as are asked for; since a time: all of them. */
static enum request_end run_history(struct request *request)
{
	struct json_object *limit = json_object_object_get(request->json, "limit");
	struct json_object *after = json_object_object_get(request->json, "after");
	struct history_range range = {
		.host = request_text(request, "name"),
		.since = request_text(request, "since"),
		.oldest = json_object_is_type(after, json_type_int),
		.after = json_object_get_int64(after),
	};
	const struct host *host = range.host ? find_host(request->daemon, range.host) : NULL;

	if (host)
		range.host = host->name;

	range.limit = range.since ? HISTORY_MAX : 200;
	if (json_object_is_type(limit, json_type_int))
		range.limit = (unsigned int)MIN(json_object_get_uint64(limit), HISTORY_MAX);
	if (request->daemon->store) {
		daemon_read_history(request->daemon, &range, request->token);
		return REQUEST_WAITS;
	}
	request->result = json_object_new_array();
	return REQUEST_DONE;
}

static enum request_end run_watch(struct request *request)
{
	request->watch = true;
	return REQUEST_DONE;
}

static enum request_end run_reload(struct request *request)
{
	return daemon_reload(request->daemon, request->why) ? REQUEST_REFUSED : REQUEST_DONE;
}

static const struct request_row daemon_requests[] = {
	{ "status", .is_limited = true, .run = run_status },
	{ "counters", .is_limited = true, .run = run_counters },
	{ "history", .is_limited = true, .run = run_history },
	{ "watch", .is_limited = true, .run = run_watch },
	{ "reload", .run = run_reload },
	{ 0 },
};

static const struct request_row *find_row(const char *command)
{
	static const struct request_row *const tables[] = { daemon_requests, host_requests,
		                                            lease_requests };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct request_row *row = tables[i]; row->command; row++)
			if (!strcmp(command, row->command))
				return row;
	return NULL;
}

static enum request_end refuse_unknown(struct request *request, const char *name)
{
	const struct host *nearest = NULL;
	size_t least = WORDS_FAR;

	request->is_unknown = true;
	host_table_each (request->daemon->hosts, host)
		if (words_nearer(name, host->name, &least))
			nearest = host;
	return request_refuse(request, "no host is called %s%s%s%s", name,
	                      nearest ? " (did you mean " : "", nearest ? nearest->name : "",
	                      nearest ? "?)" : "");
}

static enum request_end run_of_host(struct request *request, const struct request_row *row)
{
	const char *name = request_text(request, "name");
	struct host *host;

	if (!name)
		return request_refuse(request, "name: expected a host's name");
	host = find_host(request->daemon, name);
	if (!host)
		return refuse_unknown(request, name);
	return row->of_host(request, host);
}

static enum request_end run_of_each(struct request *request, const struct request_row *row)
{
	const struct now now = clock_now();

	request->result = json_object_new_array();
	host_table_sort(request->daemon->hosts);
	host_table_each (request->daemon->hosts, host) {
		struct json_object *json = row->of_each(request->daemon, host, &now);

		if (json)
			json_object_array_add(request->result, json);
		daemon_beat(request->daemon);
	}
	return REQUEST_DONE;
}

enum request_end request_run(struct request *request)
{
	const struct request_row *row;
	const char *command;

	if (!json_object_is_type(request->json, json_type_object))
		return request_refuse(request, "expected a JSON object");
	command = request_text(request, "command");
	row = command ? find_row(command) : NULL;
	if (!row)
		return request_refuse(request, "unknown command: %s", command ? command : "(none)");
	if (request->is_limited && !row->is_limited)
		return request_refuse(request, "%s is not for clients of HTTP", command);
	/* what the datapath saw before the command comes before it */
	daemon_read_ring(request->daemon);
	if (row->of_each)
		return run_of_each(request, row);
	return row->of_host ? run_of_host(request, row) : row->run(request);
}
