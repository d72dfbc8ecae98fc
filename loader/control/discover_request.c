// SPDX-License-Identifier: GPL-2.0-or-later
/* The command "discover": NEIGHBOURs out. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/fields.h"
#include "control/control.h"
#include "daemon/neighbours.h"
#include "host/description.h"

/* Addresses that people know come first. */
static int rank(const struct ipv6 *address)
{
	return ip_is_ipv4(address) ? 0 : ip_is_link_local(address) ? 2 : 1;
}

/* Those that a host may have there. */
static struct json_object *addresses_json(const struct daemon *daemon,
                                          const struct neighbour *neighbour)
{
	struct json_object *json = json_object_new_array();
	char why[DAEMON_WHY], text[TEXT_IP];

	for (int ranked = 0; ranked <= 2; ranked++)
		for (size_t i = 0; i < neighbour->count; i++) {
			const struct ipv6 *address = &neighbour->addresses[i];

			if (rank(address) == ranked &&
			    !address_check(daemon->net, neighbour->ifindex, address, why))
				json_object_array_add(
					json, json_object_new_string(text_from_ip(address, text)));
		}
	return json;
}

/* What it calls itself, where no host, and none that was listed before, has that name. */
static void add_name(struct json_object *json, const struct daemon *daemon, const struct mac *mac,
                     struct json_object *taken)
{
	const char *hostname = json_object_get_string(json_object_object_get(json, "hostname"));
	char name[HOST_NAME_MAX_SIZE];

	host_name_from_mac(mac, name);
	if (hostname && text_is_name(hostname) && host_name_is_for(hostname, mac) &&
	    !host_find_name(daemon->hosts, hostname) && !json_object_object_get(taken, hostname))
		snprintf(name, sizeof(name), "%s", hostname);
	json_add_bool(taken, name, true);
	json_add_text(json, "name", name);
}

static void add_lease(struct json_object *json, const struct dhcp_client *client)
{
	const struct dhcp_identity identity = dhcp_client_identity(client);
	char text[TEXT_IP];

	if (identity.hostname.length)
		lease_add_option(json, "hostname", &identity.hostname);
	if (client->lease.state == LEASE_BOUND)
		json_add_text(json, "leased", text_from_ipv4(client->lease.address, text));
}

static struct json_object *neighbour_json(const struct daemon *daemon,
                                          const struct neighbour *neighbour,
                                          struct json_object *taken)
{
	const struct dhcp_client *client = dhcp_memory_find(daemon->dhcp_memory, &neighbour->mac);
	struct json_object *json = json_object_new_object();
	char mac[TEXT_MAC], interface[IFNAMSIZ];

	json_add_text(json, "mac", text_from_mac(&neighbour->mac, mac));
	json_object_object_add(json, "addresses", addresses_json(daemon, neighbour));
	if (neighbour->ifindex && if_indextoname(neighbour->ifindex, interface))
		json_add_text(json, "interface", interface);
	json_object_object_add(json, "seen", json_seconds(clock_now().boot - neighbour->seen));
	if (client)
		add_lease(json, client);
	add_name(json, daemon, &neighbour->mac, taken);
	return json;
}

enum request_end run_discover(struct request *request)
{
	struct json_object *taken = json_object_new_object();
	const struct neighbour *each = NULL;

	discovery_refresh(request->daemon);
	request->result = json_object_new_array();
	while ((each = discovery_next(request->daemon, each))) {
		json_object_array_add(request->result,
		                      neighbour_json(request->daemon, each, taken));
		daemon_beat(request->daemon);
	}
	json_object_put(taken);
	return REQUEST_DONE;
}
