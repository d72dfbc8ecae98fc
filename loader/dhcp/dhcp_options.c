// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_options.h"

#include <arpa/inet.h>
#include <string.h>

static const struct {
	const char *name;
	uint8_t op;
} types[] = {
	[0] = { "invalid", 0 },
	[DHCP_DISCOVER] = { "DHCPDISCOVER", DHCP_BOOTREQUEST },
	[DHCP_OFFER] = { "DHCPOFFER", DHCP_BOOTREPLY },
	[DHCP_REQUEST] = { "DHCPREQUEST", DHCP_BOOTREQUEST },
	[DHCP_DECLINE] = { "DHCPDECLINE", DHCP_BOOTREQUEST },
	[DHCP_ACK] = { "DHCPACK", DHCP_BOOTREPLY },
	[DHCP_NAK] = { "DHCPNAK", DHCP_BOOTREPLY },
	[DHCP_RELEASE] = { "DHCPRELEASE", DHCP_BOOTREQUEST },
	[DHCP_INFORM] = { "DHCPINFORM", DHCP_BOOTREQUEST },
};

uint8_t message_op(enum dhcp_type type)
{
	return types[type <= DHCP_INFORM ? type : 0].op;
}

const char *dhcp_type_name(enum dhcp_type type)
{
	return types[type <= DHCP_INFORM ? type : 0].name;
}

static void load_type(const struct dhcp_option *option, void *field)
{
	*(enum dhcp_type *)field = option->data[0];
}

static void store_type(const void *field, struct dhcp_option *option)
{
	option->data[0] = (uint8_t) * (const enum dhcp_type *)field;
	option->length = 1;
}

static void load_address(const struct dhcp_option *option, void *field)
{
	memcpy(field, option->data, sizeof(struct ipv4));
}

static void store_address(const void *field, struct dhcp_option *option)
{
	static const struct ipv4 none;

	if (memcmp(field, &none, sizeof(none)) == 0)
		return;
	memcpy(option->data, field, sizeof(none));
	option->length = sizeof(none);
}

static void load_seconds(const struct dhcp_option *option, void *field)
{
	uint32_t wire;

	memcpy(&wire, option->data, sizeof(wire));
	*(uint32_t *)field = ntohl(wire);
}

static void store_seconds(const void *field, struct dhcp_option *option)
{
	const uint32_t wire = htonl(*(const uint32_t *)field);

	if (!wire)
		return;
	memcpy(option->data, &wire, sizeof(wire));
	option->length = sizeof(wire);
}

static void load_octets(const struct dhcp_option *option, void *field)
{
	*(struct dhcp_option *)field = *option;
}

static void store_octets(const void *field, struct dhcp_option *option)
{
	*option = *(const struct dhcp_option *)field;
}

#define FIELD(name) offsetof(struct dhcp_message, name)

const struct message_option message_options[MESSAGE_OPTIONS] = {
	{ 53, 1, FIELD(type), load_type, store_type },
	{ 61, 0, FIELD(identity.client_id), load_octets, store_octets },
	{ 50, 4, FIELD(requested), load_address, store_address },
	{ 54, 4, FIELD(server), load_address, store_address },
	{ 51, 4, FIELD(lease_time), load_seconds, store_seconds },
	{ 12, 0, FIELD(identity.hostname), load_octets, store_octets },
	{ 55, 0, FIELD(identity.parameters), load_octets, store_octets },
	{ 60, 0, FIELD(identity.vendor_class), load_octets, store_octets },
	{ 81, 0, FIELD(identity.fqdn), load_octets, store_octets },
	{ 58, 4, FIELD(t1), load_seconds, NULL },
	{ 59, 4, FIELD(t2), load_seconds, NULL },
	{ 56, 0, FIELD(error), load_octets, NULL },
};

#undef FIELD
