// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/system_info.h"

#include <errno.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "agent/ports.h"
#include "base/clock.h"
#include "base/addr.h"
#include "base/text.h"

enum { TRIES = 5 };

uint32_t agent_lease_left(const struct client_lease *lease, uint32_t valid, int64_t now)
{
	const int64_t ends = lease->begun + lease->total;
	uint32_t left = lease->total;

	if (lease->total == DHCP_INFINITE)
		return valid;
	if (lease->dated || valid == LINK_FOREVER)
		left = ends <= now ? 0 : (uint32_t)MIN(ends - now, lease->total);
	return MIN(left, valid);
}

static uint32_t valid_of(const struct link_addresses *addresses, struct ipv4 address)
{
	for (size_t i = 0; i < addresses->ipv4_count; i++) {
		if (ipv4_equal(addresses->ipv4[i].address, address))
			return addresses->ipv4[i].valid;
	}
	return 0;
}

/* What is over says nothing of now: the file may be that of a client that is no more. */
static void read_lease(const char *root, struct agent_facts *facts)
{
	const int64_t now = (clock_wall_ms() + 999) / 1000;
	uint32_t valid;

	if (!lease_files_find(root, &facts->port, &facts->addresses, &facts->lease))
		return;
	valid = valid_of(&facts->addresses, facts->lease.address);
	facts->lease_left = agent_lease_left(&facts->lease, valid, now);
	facts->has_lease = facts->lease_left > 0;
}

static void read_hostname(char hostname[NPP_HOSTNAME])
{
	char name[HOST_NAME_MAX + 1] = { 0 };

	*hostname = '\0';
	if (!gethostname(name, sizeof(name) - 1) && text_is_name(name))
		memcpy(hostname, name, strlen(name) + 1);
}

static int read_addresses(struct agent_facts *facts)
{
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < TRIES; tries++)
		err = link_addresses(facts->port.ifindex, &facts->addresses);
	return err;
}

static int find_interface(char name[IFNAMSIZ])
{
	int err = -EINTR;

	for (int tries = 0; err == -EINTR && tries < TRIES; tries++)
		err = link_default(name);
	return err;
}

int agent_facts_read(const char *interface, const char *root, struct agent_facts *facts)
{
	char found[IFNAMSIZ];
	int err = interface ? 0 : find_interface(found);

	*facts = (struct agent_facts){ 0 };
	if (!err)
		err = link_port(interface ? interface : found, &facts->port);
	if (!err)
		err = read_addresses(facts);
	if (err)
		return err;
	read_hostname(facts->hostname);
	facts->port_count = ports_read(&facts->addresses, facts->ports, FACTS_PORTS);
	read_lease(root, facts);
	return 0;
}
