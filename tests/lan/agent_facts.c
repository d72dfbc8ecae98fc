// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent_facts ROOT [INTERFACE]: what an agent knows of this machine, as JSON. Clients' files are
 * looked for below ROOT.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "agent/system_info.h"
#include "base/text.h"

static struct json_object *text_of(const struct ipv6 *address)
{
	char text[TEXT_IP];

	return json_object_new_string(text_from_ip(address, text));
}

static struct json_object *text_of4(struct ipv4 address)
{
	const struct ipv6 mapped = ipv4_mapped(address);

	return text_of(&mapped);
}

static struct json_object *ipv4_of(const struct link_ipv4 *own)
{
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "address", text_of4(own->address));
	json_object_object_add(row, "prefix", json_object_new_int(own->prefix));
	json_object_object_add(row, "broadcast", text_of4(own->broadcast));
	json_object_object_add(row, "valid", json_object_new_int64(own->valid));
	return row;
}

static struct json_object *hex_of(const struct dhcp_option *octets)
{
	char text[2 * sizeof(octets->data) + 1] = "";

	for (size_t i = 0; i < octets->length; i++)
		sprintf(text + 2 * i, "%02x", octets->data[i]);
	return json_object_new_string(text);
}

static struct json_object *lease_of(const struct agent_facts *facts)
{
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "address", text_of4(facts->lease.address));
	json_object_object_add(row, "server", text_of4(facts->lease.server));
	json_object_object_add(row, "total", json_object_new_int64(facts->lease.total));
	json_object_object_add(row, "left", json_object_new_int64(facts->lease_left));
	json_object_object_add(row, "client_id", hex_of(&facts->lease.client_id));
	return row;
}

static void add_lists(struct json_object *all, const struct agent_facts *facts)
{
	struct json_object *ipv4 = json_object_new_array(), *ipv6 = json_object_new_array();
	struct json_object *ports = json_object_new_array();

	for (size_t i = 0; i < facts->addresses.ipv4_count; i++)
		json_object_array_add(ipv4, ipv4_of(&facts->addresses.ipv4[i]));
	for (size_t i = 0; i < facts->addresses.ipv6_count; i++)
		json_object_array_add(ipv6, text_of(&facts->addresses.ipv6[i]));
	for (size_t i = 0; i < facts->port_count; i++) {
		char text[TEXT_PORT];

		text_from_port(facts->ports[i].protocol, facts->ports[i].port, text);
		json_object_array_add(ports, json_object_new_string(text));
	}
	json_object_object_add(all, "ipv4", ipv4);
	json_object_object_add(all, "ipv6", ipv6);
	json_object_object_add(all, "ports", ports);
}

int main(int argc, char **argv)
{
	struct json_object *all = json_object_new_object();
	struct agent_facts facts;
	char mac[TEXT_MAC];
	int err;

	err = agent_facts_read(argc > 2 ? argv[2] : NULL, argc > 1 ? argv[1] : "", &facts);
	if (err) {
		fprintf(stderr, "agent_facts: %s\n", strerror(-err));
		return 1;
	}
	json_object_object_add(all, "interface", json_object_new_string(facts.port.name));
	json_object_object_add(all, "mac",
	                       json_object_new_string(text_from_mac(&facts.port.mac, mac)));
	json_object_object_add(all, "hostname", json_object_new_string(facts.hostname));
	add_lists(all, &facts);
	json_object_object_add(all, "lease", facts.has_lease ? lease_of(&facts) : NULL);
	puts(json_object_to_json_string(all));
	json_object_put(all);
	return 0;
}
