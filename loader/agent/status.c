// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What there is: what this host would hand over, and which proxies it is registered with; and which
 * proxies answer on its LANs, and what they offer.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/candidates.h"
#include "base/clock.h"
#include "base/fields.h"

/* Without Neighbor Discovery a proxy is not handed IPv6 addresses (host_info_restrict). */
static struct json_object *iface_to_json(const char *name, const struct host_info *info)
{
	const char *wakes = wake_on_lan_names[wake_on_lan_read(name)];
	struct json_object *only_with_nd = NULL;
	struct host_info always = *info;
	struct json_object *object;
	char text[TEXT_IP];

	always.address_count = info->ipv4_count;
	object = host_info_to_json(name, &always);
	if (info->address_count > info->ipv4_count) {
		only_with_nd = json_object_new_array();
		json_object_object_add(object, "only-with-nd", only_with_nd);
	}
	for (size_t i = info->ipv4_count; i < info->address_count; i++)
		json_object_array_add(only_with_nd, json_object_new_string(text_from_ip(
							    &info->addresses[i], text)));
	if (wakes)
		json_object_object_add(object, "wake-on-lan", json_object_new_string(wakes));
	return object;
}

static int show_interfaces(struct agent *agent, struct json_object *list)
{
	const struct settings *settings = &agent->settings;
	int status = agent_find_interfaces(agent);

	for (size_t i = 0; i < settings->interface_count; i++) {
		const char *name = settings->interfaces[i];
		struct host_info info;
		const char *error = agent_host_info(agent, name, &info);

		if (error) {
			agent_error("%s: %s", name, error);
			status = AGENT_FAILED;
			continue;
		}
		output_result(list, iface_to_json(name, &info));
	}
	return status;
}

int command_status(struct agent *agent)
{
	struct json_object *interfaces = output_list(agent, "interfaces");
	struct json_object *list = output_list(agent, "registrations");
	int status = show_interfaces(agent, interfaces);
	struct registrations registrations;

	if (agent_read_state(agent, &registrations))
		status = AGENT_FAILED;
	for (size_t i = 0; i < registrations.count; i++)
		output_result(list, registration_to_json(&registrations.list[i]));
	return status;
}

static const struct field candidate_fields[] = {
	{ "address", FIELD_IPV4, FIELD_AT(struct candidate, address) },
	{ "mac", FIELD_MAC, FIELD_AT(struct candidate, mac) },
	{ 0 },
};

static struct json_object *candidate_to_json(const char *interface,
                                             const struct candidate *candidate,
                                             const struct settings *settings)
{
	const char *mismatch = candidate_mismatch(candidate, settings);
	struct json_object *object = json_object_new_object();
	struct json_object *services = json_object_new_array();
	char name[SERVICE_NAME];

	for (size_t i = 0; i < candidate->service_count; i++)
		json_object_array_add(services, json_object_new_string(service_name(
							candidate->services[i], name)));
	json_object_object_add(object, "interface", json_object_new_string(interface));
	fields_add_to_json(object, candidate_fields, candidate);
	json_object_object_add(object, "preference", json_object_new_int64(candidate->preference));
	json_object_object_add(object, "lifetime", json_object_new_int64(candidate->lifetime));
	json_object_object_add(object, "services", services);
	json_object_object_add(object, "suits", json_object_new_boolean(!mismatch));
	if (mismatch)
		json_object_object_add(object, "reason", json_object_new_string(mismatch));
	return object;
}

/* NULL, or why none was found. */
static const char *discover(const struct agent *agent, const char *interface, int64_t deadline,
                            struct json_object *list)
{
	struct candidates candidates;
	struct host_info info;
	struct channel channel;
	const char *error = agent_channel_open(agent, interface, &info, &channel);
	int err;

	if (error)
		return error;
	err = candidates_discover(&channel, host_info_ipv4(&info, 0), &agent->settings, deadline,
	                          &candidates);
	close(channel.fd);
	if (err == -ETIMEDOUT)
		return "no proxy answers: is one running on its LAN, with the same ICMP type?";
	if (err)
		return strerror(-err);
	for (size_t i = 0; i < candidates.count; i++)
		output_result(list,
		              candidate_to_json(interface, &candidates.list[i], &agent->settings));
	return NULL;
}

int command_discover(struct agent *agent)
{
	const struct settings *settings = &agent->settings;
	struct json_object *list = output_list(agent, "proxies");
	const int status = agent_find_interfaces(agent);
	const int64_t deadline = clock_ms() + settings->wait;
	bool found = false;

	for (size_t i = 0; i < settings->interface_count; i++) {
		const char *name = settings->interfaces[i];
		const char *error =
			discover(agent, name, interface_deadline(agent, i, deadline), list);

		if (error)
			agent_error("%s: %s", name, error);
		found |= !error;
	}
	return status || found ? status : AGENT_FAILED;
}
