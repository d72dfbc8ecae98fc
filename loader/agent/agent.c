// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/agent.h"

#include <errno.h>
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "npp/npp_auth.h"

/* Lines of a result, in this order: a value in its JSON (RFC 6901), if it is there. */
static const struct output_line {
	const char *key, *path, *unit;
} output_lines[] = {
	{ "interface", "/interface", "" },
	{ "proxy", "/proxy", "" },
	{ "proxy", "/proxy/address", "" },
	{ "client", "/client", "" },
	{ "backup-of", "/backup-of", "" },
	{ "since", "/when", "" },
	{ "confirmed", "/confirmed", "" },
	{ "address", "/address", "" },
	{ "address", "/addresses", "" },
	{ "mac", "/mac", "" },
	{ "hostname", "/hostname", "" },
	{ "wakes", "/wake", "" },
	{ "summed-up", "/summed-up", "" },
	{ "timer", "/timer", " s" },
	{ "lease", "/lease/state", "" },
	{ "lease-server", "/lease/server", "" },
	{ "lease-time", "/lease/total", " s" },
	{ "lease-left", "/lease/left", " s" },
	{ "lease6", "/lease6/addresses/0/address", "" },
	{ "lease6-left", "/lease6/addresses/0/valid", " s" },
	{ "wake-on-lan", "/wake-on-lan", "" },
	{ "only-with-nd", "/only-with-nd", "" },
	{ "magic-packet", "/magic-packet", "" },
	{ "missing", "/missed", "" },
	{ "preference", "/preference", "" },
	{ "lifetime", "/lifetime", " s" },
	{ "services", "/services", "" },
	{ "suits", "/suits", "" },
	{ "reason", "/reason", "" },
};

/* Where it is asked for. */
static int enable_wake_on_lan(const struct agent *agent)
{
	const struct settings *settings = &agent->settings;
	int status = AGENT_DONE;

	for (size_t i = 0; i < settings->interface_count && agent->enable_wol; i++) {
		const char *name = settings->interfaces[i];
		const int err = wake_on_lan_enable(name);

		if (!err)
			continue;
		status = AGENT_FAILED;
		agent_error("%s: Wake-on-LAN cannot be enabled: %s%s", name, strerror(-err),
		            err == -EPERM ? " (run this as root)" : "");
	}
	return status;
}

int agent_find_interfaces(struct agent *agent)
{
	struct settings *settings = &agent->settings;
	int err;

	if (settings->interface_count)
		return enable_wake_on_lan(agent);
	err = default_iface(settings->interfaces[0]);
	settings->interface_count = !err;
	if (err)
		agent_error("no interface with a default route: %s; name one with --interface, or "
		            "in %s",
		            err == -ENOENT ? "there is none" : strerror(-err), agent->config_path);
	return err ? AGENT_FAILED : enable_wake_on_lan(agent);
}

const char *agent_wake_problem(const char *interface)
{
	static const char *const problems[] = {
		[WAKE_ON_LAN_OFF] = "Wake-on-LAN is off, so that no proxy can wake this host "
				    "('sleepproxy-agent --enable-wol status' turns it on, as root)",
		[WAKE_ON_LAN_UNSUPPORTED] =
			"its driver has no Wake-on-LAN, so that no proxy can wake this host",
	};

	return problems[wake_on_lan_read(interface)];
}

int agent_read_keys(struct agent *agent)
{
	const struct settings *settings = &agent->settings;
	char why[NPP_KEYS_ERROR];

	if (!*settings->key_file)
		return AGENT_DONE;
	if (npp_keys_read_file(settings->key_file, &agent->keys, why)) {
		fprintf(stderr, "%s\n", why);
		return AGENT_USAGE;
	}
	if (npp_keys_find(&agent->keys, (uint8_t)settings->key))
		return AGENT_DONE;
	fprintf(stderr, "%s: no key %u; expected the key of %s, or 1\n", settings->key_file,
	        settings->key, agent->config_path);
	return AGENT_USAGE;
}

int agent_read_state(const struct agent *agent, struct registrations *registrations)
{
	const int err = state_file_read(agent->state_path, registrations);

	if (err == -EBADMSG)
		agent_error(
			"%s: malformed; expected what 'sleep' writes. Remove it: nothing of it can "
			"be taken back",
			agent->state_path);
	else if (err)
		agent_error("%s: %s%s", agent->state_path, strerror(-err),
		            err == -EACCES ? " (run this as root)" : "");
	else if (!registrations->count && !agent->json)
		puts("registrations: none");
	return err ? AGENT_FAILED : AGENT_DONE;
}

const char *agent_host_info(const struct agent *agent, const char *interface,
                            struct host_info *info)
{
	struct system_info system;
	const int err = system_info_read(interface, "", &system);

	if (err == -ENODEV)
		return "no such interface";
	if (err)
		return err == -EOPNOTSUPP ? "not an Ethernet interface" : strerror(-err);
	if (!host_info_make(&system, &agent->settings, info))
		return "no IPv4 address";
	if (system.has_lease && !info->has_lease)
		agent_error("%s: its lease is left out: a client identifier of more than %d octets",
		            interface, NPP_CLIENT_ID);
	return NULL;
}

int channel_open(const struct agent *agent, const char *interface, uint8_t key,
                 struct channel *channel)
{
	int err;

	*channel = (struct channel){
		.fd = -1,
		.icmp_type = (uint8_t)agent->settings.icmp_type,
		.keys = key ? &agent->keys : NULL,
		.key = key,
	};
	err = ethernet_iface_find(interface, &channel->iface);
	if (!err && !iface_has_link(interface))
		err = -ENETDOWN;
	if (err)
		return err;
	channel->fd = npp_socket_open(channel->iface.ifindex, channel->icmp_type);
	return channel->fd < 0 ? channel->fd : 0;
}

const char *agent_channel_open(const struct agent *agent, const char *interface,
                               struct host_info *info, struct channel *channel)
{
	const uint8_t key = agent->keys.count ? (uint8_t)agent->settings.key : 0;
	const char *error = agent_host_info(agent, interface, info);
	int err;

	if (error)
		return error;
	err = channel_open(agent, interface, key, channel);
	if (err == -ENETDOWN)
		return "no carrier";
	if (err == -EPERM)
		return "cannot be used without CAP_NET_RAW: run this as root";
	return err ? strerror(-err) : NULL;
}

int64_t interface_deadline(const struct agent *agent, size_t index, int64_t deadline)
{
	const int64_t now = clock_ms();

	return now + (deadline - now) / (int64_t)(agent->settings.interface_count - index);
}

static void print_list(struct json_object *list)
{
	const size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? ", " : "",
		       json_object_get_string(json_object_array_get_idx(list, i)));
	puts(count ? "" : "none");
}

static void print_line(const struct output_line *line, struct json_object *result)
{
	struct json_object *value;

	if (json_pointer_get(result, line->path, &value) ||
	    json_object_is_type(value, json_type_object))
		return;
	printf("%s: ", line->key);
	if (json_object_is_type(value, json_type_array))
		print_list(value);
	else if (*line->unit && json_object_get_int64(value) == UINT32_MAX)
		puts("infinite");
	else
		printf("%s%s\n", json_object_get_string(value), line->unit);
}

void output_result(struct json_object *list, struct json_object *result)
{
	static bool is_next;

	if (list) {
		json_object_array_add(list, result);
		return;
	}
	if (is_next)
		puts("");
	is_next = true;
	for (size_t i = 0; i < sizeof(output_lines) / sizeof(*output_lines); i++)
		print_line(&output_lines[i], result);
	fflush(stdout);
	json_object_put(result);
}

struct json_object *output_list(struct agent *agent, const char *name)
{
	struct json_object *list = agent->json ? json_object_new_array() : NULL;

	if (list && !agent->lists)
		agent->lists = json_object_new_object();
	if (list)
		json_object_object_add(agent->lists, name, list);
	return list;
}

void output_lists(struct agent *agent)
{
	if (agent->lists)
		puts(json_object_to_json_string_ext(agent->lists, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(agent->lists);
	agent->lists = NULL;
}
