// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/agent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/messages.h"
#include "base/clock.h"
#include "npp/key_file.h"
#include "npp/npp_socket.h"

int agent_interfaces(const struct agent *agent, struct agent_interfaces *interfaces)
{
	int err;

	*interfaces = (struct agent_interfaces){ .count = agent->config.interface_count };
	memcpy(interfaces->names, agent->config.interfaces, sizeof(interfaces->names));
	if (interfaces->count)
		return AGENT_DONE;
	err = link_default(interfaces->names[interfaces->count++]);
	if (!err)
		return AGENT_DONE;
	if (err == -ENOENT)
		agent_say(
			"no Ethernet interface has the default route: name one with --interface, or in "
			"%s",
			agent->config_path);
	else
		agent_say("cannot ask for the default route: %s", strerror(-err));
	interfaces->count = 0;
	return AGENT_FAILED;
}

int agent_keys(const struct agent *agent, struct npp_keys *keys)
{
	const struct agent_config *config = &agent->config;
	char why[KEY_FILE_WHY];

	npp_keys_wipe(keys);
	if (!*config->key_file)
		return AGENT_DONE;
	if (key_file_read(config->key_file, keys, why)) {
		fprintf(stderr, "%s\n", why);
		return AGENT_USAGE;
	}
	if (npp_keys_find(keys, (uint8_t)config->key))
		return AGENT_DONE;
	fprintf(stderr,
	        "%s: no key %u; expected the one that %s names, which is 1 where it is silent\n",
	        config->key_file, config->key, agent->config_path);
	npp_keys_wipe(keys);
	return AGENT_USAGE;
}

const char *agent_presence(const struct agent *agent, const char *interface,
                           struct agent_facts *facts, struct presence *presence)
{
	const int err = agent_facts_read(interface, agent->root, facts);

	switch (err) {
	case 0:
		return presence_of(facts, &agent->config, presence) ? NULL : "has no IPv4 address";
	case -ENODEV:
		return "is no interface of this machine";
	case -EOPNOTSUPP:
		return "is no Ethernet interface";
	default:
		return strerror(-err);
	}
}

const char *agent_open(const struct agent *agent, const char *interface, struct agent_facts *facts,
                       struct presence *presence, int *fd)
{
	const char *why = agent_presence(agent, interface, facts, presence);

	if (why)
		return why;
	if (!link_is_ready(interface))
		return "has no carrier";
	*fd = npp_socket_open(facts->port.ifindex, (uint8_t)agent->config.icmp_type);
	if (*fd >= 0)
		return NULL;
	return *fd == -EPERM ? "cannot be listened on without CAP_NET_RAW: run this as root"
	                     : strerror(-*fd);
}

int64_t agent_share(const struct agent_interfaces *interfaces, size_t index, int64_t deadline)
{
	const int64_t now = clock_ms();

	return now + (deadline - now) / (int64_t)(interfaces->count - index);
}
