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

static struct json_object *ipv4_of(const struct iface_address *own)
{
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "address", text_of(&own->address));
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

static struct json_object *lease_of(const struct system_info *system_info)
{
	struct json_object *row = json_object_new_object();

	json_object_object_add(row, "address", text_of4(system_info->lease.address));
	json_object_object_add(row, "server", text_of4(system_info->lease.server));
	json_object_object_add(row, "total", json_object_new_int64(system_info->lease.total));
	json_object_object_add(row, "left", json_object_new_int64(system_info->lease.left));
	json_object_object_add(row, "client_id", hex_of(&system_info->lease.client_id));
	return row;
}

static void add_ports(struct json_object *list, const bool set[PORT_COUNT], uint8_t protocol)
{
	char text[TEXT_PORT];

	for (unsigned int port = 0; port < PORT_COUNT; port++)
		if (set[port])
			json_object_array_add(list, json_object_new_string(text_from_port(
							    protocol, (uint16_t)port, text)));
}

static void add_lists(struct json_object *all, const struct system_info *system_info)
{
	const struct iface_addresses *addresses = &system_info->addresses;
	struct json_object *ipv4 = json_object_new_array(), *ipv6 = json_object_new_array();
	struct json_object *ports = json_object_new_array();

	for (size_t i = 0; i < addresses->ipv4_count; i++)
		json_object_array_add(ipv4, ipv4_of(&addresses->list[i]));
	for (size_t i = addresses->ipv4_count; i < addresses->count; i++)
		json_object_array_add(ipv6, text_of(&addresses->list[i].address));
	add_ports(ports, system_info->ports.tcp, IPPROTO_TCP);
	add_ports(ports, system_info->ports.udp, IPPROTO_UDP);
	json_object_object_add(all, "ipv4", ipv4);
	json_object_object_add(all, "ipv6", ipv6);
	json_object_object_add(all, "ports", ports);
}

int main(int argc, char **argv)
{
	struct json_object *all = json_object_new_object();
	struct system_info system_info;
	char mac[TEXT_MAC], name[IFNAMSIZ];
	int err;

	err = argc > 2 ? 0 : default_iface(name);
	if (!err)
		err = system_info_read(argc > 2 ? argv[2] : name, argc > 1 ? argv[1] : "",
		                       &system_info);
	if (err) {
		fprintf(stderr, "agent_facts: %s\n", strerror(-err));
		return 1;
	}
	json_object_object_add(all, "interface", json_object_new_string(system_info.iface.name));
	json_object_object_add(all, "mac",
	                       json_object_new_string(text_from_mac(&system_info.iface.mac, mac)));
	json_object_object_add(all, "hostname", json_object_new_string(system_info.hostname));
	add_lists(all, &system_info);
	json_object_object_add(all, "lease", system_info.has_lease ? lease_of(&system_info) : NULL);
	puts(json_object_to_json_string(all));
	json_object_put(all);
	return 0;
}
