// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands about hosts: HOST in part in, HOST out. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/fields.h"
#include "base/text.h"
#include "control/control.h"
#include "daemon/holding.h"
#include "host/description.h"

static const struct field registration_fields[] = {
	{ "active", FIELD_BOOL, FIELD_AT(struct registration_draft, head.active) },
	{ "client-identifier", FIELD_NUMBER, FIELD_AT(struct registration_draft, head.client_id) },
	{ "addresses", FIELD_IP,
	  FIELD_LIST(struct registration_draft, addresses, head.address_count) },
	{ "ports", FIELD_PORT, FIELD_LIST(struct registration_draft, ports, port_count),
	  FIELD_PRESENT(struct registration_draft, head.has_ports) },
	{ "backup-of", FIELD_IPV4, FIELD_AT(struct registration_draft, head.backup_of),
	  .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

static struct json_object *registration_json(const struct host *host, int64_t boot)
{
	const struct registration *registration = host->registration;
	struct registration_draft draft;
	struct json_object *json;

	registration_read(registration, &draft);
	json = fields_to_json(registration_fields, &draft);
	json_add_bool(json, "standby", registration->active && host->life.standby);
	if (registration->until)
		json_object_object_add(json, registration->active ? "wake-in" : "expires-in",
		                       json_seconds(MAX(registration->until - boot, 0)));
	return json;
}

/* Of one family; each group once, whatever its sources. */
static void read_groups(const struct host *host, bool is_ipv6, struct host_description *description)
{
	static const struct ipv6 all;
	struct group_membership memberships[GROUP_MEMBERSHIPS];
	const size_t count = host_groups(host, is_ipv6, &all, memberships);

	for (size_t i = 0; i < count && description->group_count < HOST_GROUPS; i++)
		if (!i || !ip_equal(&memberships[i].group, &memberships[i - 1].group))
			description->groups[description->group_count++] = memberships[i].group;
}

/* What the host has by now, whoever said so. */
static void read_effective(const struct host *host, struct host_description *description)
{
	struct wake_policy *policy = &description->policy;
	struct wanted wanted;

	if (host->described)
		described_read(host->described, description);
	host_merge(host, &wanted);
	description->mac = host->mac;
	description->attributes = wanted.attributes;
	snprintf(description->name, sizeof(description->name), "%s", host->name);
	if (wanted.has_ifindex && wanted.ifindex)
		if_indextoname(wanted.ifindex, description->attributes.interface);
	description->address_count = 0;
	for (size_t i = 0; i < wanted.address_count; i++)
		if (installed_has(host->installed, &wanted.addresses[i]))
			description->addresses[description->address_count++] = wanted.addresses[i];
	description->group_count = 0;
	read_groups(host, false, description);
	read_groups(host, true, description);
	policy->port_count = shared_set_size(wanted.ports) / sizeof(*policy->ports);
	if (policy->port_count)
		memcpy(policy->ports, shared_set_octets(wanted.ports),
		       shared_set_size(wanted.ports));
}

/* The address that it has by DHCP alone, or one that it has lost. */
static void add_leased(struct json_object *json, const struct host *host)
{
	struct ipv6 address, lost[HOST_LEASED];
	char text[TEXT_IP];

	if (host_lease_addresses(host, true, lost)) {
		json_add_text(json, "withheld", text_from_ip(&lost[0], text));
		return;
	}
	if (!host->dhcp)
		return;
	address = ipv4_mapped(host->dhcp->lease.address);
	if (host_claim(host, &address) == CLAIM_LEASED && installed_has(host->installed, &address))
		json_add_text(json, "leased", text_from_ip(&address, text));
}

/* The addresses that nothing but its own use of them makes its own. */
static void add_learnt(struct json_object *json, const struct host *host)
{
	struct json_object *learnt = json_object_new_array();
	char text[TEXT_IP];

	for (size_t i = 0; host->learnt && i < host->learnt->count; i++) {
		const struct ipv6 *address = &host->learnt->list[i].address;

		if (host_claim(host, address) == CLAIM_LEARNT &&
		    installed_has(host->installed, address))
			json_object_array_add(learnt,
			                      json_object_new_string(text_from_ip(address, text)));
	}
	if (json_object_array_length(learnt))
		json_object_object_add(json, "learnt", learnt);
	else
		json_object_put(learnt);
}

static const char *origin(const struct host *host)
{
	if (host->described)
		return described_by_names[host->described->by];
	return host->edited && host->edited->exists ? "map" : "registration";
}

struct json_object *host_json(const struct daemon *daemon, const struct host *host,
                              const struct now *now)
{
	const bool sleeps = host->life.state == ASLEEP;
	const uint64_t ignored = sleeps ? ignored_read(daemon->datapath, &host->mac) : 0;
	struct host_description description = { .address_count = 0 };
	struct json_object *json;

	read_effective(host, &description);
	json = description_to_json(&description);
	json_add_text(json, "state", host_state_names[host->life.state]);
	json_object_object_add(json, "for", json_seconds(now->mono - host->life.since));
	if (ignored)
		json_add_int(json, "ignored", (int64_t)ignored);
	if (host->life.failed_wakes)
		json_object_object_add(json, "failed-wakes",
		                       json_object_new_int64(host->life.failed_wakes));
	if (host->life.given_up)
		json_add_bool(json, "address-in-use", true);
	add_leased(json, host);
	add_learnt(json, host);
	if (host->unsynced || host->claims.refused)
		json_add_bool(json, "incomplete", true);
	json_add_text(json, "origin", origin(host));
	if (host->registration)
		json_object_object_add(json, "registration", registration_json(host, now->boot));
	return json;
}

static struct json_object *list(const struct daemon *daemon, const struct host *host,
                                const struct now *now)
{
	return host->described || host->registration || host->edited ? host_json(daemon, host, now)
	                                                             : NULL;
}

static enum request_end answer_host(struct request *request, const struct host *host)
{
	const struct now now = clock_now();

	request->result = host_json(request->daemon, host, &now);
	return REQUEST_DONE;
}

static enum request_end run_show(struct request *request, struct host *host)
{
	struct json_object *rules = map_rules_json(request->daemon, host);
	const size_t held = daemon_held(request->daemon, &host->mac);

	answer_host(request, host);
	if (rules)
		json_object_object_add(request->result, "map-rules", rules);
	if (held)
		json_add_int(request->result, "held", (int64_t)held);
	return REQUEST_DONE;
}

static enum request_end refuse_configured(struct request *request)
{
	return request_refuse(request,
	                      "the host is in the configuration file: change it there, and reload");
}

static enum request_end run_add(struct request *request)
{
	struct host_description description = { .address_count = 0 };

	if (description_from_json(request->json, &description, request->why, REQUEST_WHY))
		return REQUEST_REFUSED;
	if (host_is_in_file(host_find_name(request->daemon->hosts, description.name)))
		return refuse_configured(request);
	if (daemon_describe(request->daemon, &description, request->token, request->why))
		return REQUEST_REFUSED;
	request->shown = description.mac;
	return REQUEST_WAITS;
}

static enum request_end run_remove(struct request *request, struct host *host)
{
	if (host_is_in_file(host))
		return refuse_configured(request);
	daemon_remove(request->daemon, host);
	daemon_complete_when_stored(request->daemon, request->token);
	return REQUEST_WAITS;
}

static enum request_end run_sleep(struct request *request, struct host *host)
{
	const bool now = json_object_get_boolean(json_object_object_get(request->json, "now"));

	host_trigger(request->daemon, host, now ? TRIGGER_SLEEP_NOW : TRIGGER_SLEEP);
	return answer_host(request, host);
}

static enum request_end run_wake(struct request *request, struct host *host)
{
	host_trigger(request->daemon, host, TRIGGER_WAKE);
	return answer_host(request, host);
}

const struct request_row host_requests[] = {
	{ "host-list", .is_limited = true, .of_each = list },
	{ "host-show", .is_limited = true, .of_host = run_show },
	{ "host-add", .run = run_add },
	{ "host-remove", .of_host = run_remove },
	{ "host-sleep", .is_limited = true, .of_host = run_sleep },
	{ "host-wake", .is_limited = true, .of_host = run_wake },
	{ "discover", .run = run_discover },
	{ 0 },
};
