// SPDX-License-Identifier: GPL-2.0-or-later
/* The data of a Sleep Request Option, after its Request Option Type. */
#include <netinet/in.h>
#include <string.h>

#include "arp.h"
#include "base/text.h"
#include "npp/internal.h"

enum { LEASE6_ENTRY = 24 }; /* octets: an address, and its preferred and valid lifetimes */

void npp_transfer_pairs(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	cursor_fixed(cursor, ARP_HARDWARE_ETHERNET, 1);
	cursor_fixed(cursor, ARP_PROTOCOL_IPV4, 2);
	cursor_fixed(cursor, sizeof(struct mac), 1);
	cursor_fixed(cursor, sizeof(struct ipv4), 1);
	request->pair_count = cursor_count(cursor, request->pair_count, 2, NPP_PAIRS);
	for (size_t i = 0; i < request->pair_count; i++) {
		struct npp_pair *pair = &request->pairs[i];

		cursor_octets(cursor, &pair->mac, sizeof(pair->mac));
		cursor_octets(cursor, &pair->address, sizeof(pair->address));
		/* neither a group's address nor none */
		cursor_require(cursor, !(pair->mac.octet[0] & 1) && mac_is_set(&pair->mac) &&
		                               ipv4_is_set(pair->address));
	}
}

void npp_transfer_lease(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->has_lease = true;
	cursor_fixed(cursor, 0, 1);
	cursor_lease_times(cursor, &request->lease_total, &request->lease_left);
	cursor_octets(cursor, &request->lease_server, sizeof(request->lease_server));
}

void npp_transfer_timer(struct cursor *cursor, struct npp_message *message)
{
	cursor_transfer(cursor, message->request.timer);
}

void npp_transfer_lifetime(struct cursor *cursor, struct npp_message *message)
{
	cursor_transfer(cursor, message->request.lifetime);
}

void npp_transfer_ports(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->has_ports = true;
	request->port_count = cursor_entries(cursor, request->port_count, 4, NPP_PORTS);
	for (size_t i = 0; i < request->port_count; i++) {
		struct wake_port *port = &request->ports[i];

		cursor_transfer(cursor, port->protocol);
		cursor_require(cursor,
		               port->protocol == IPPROTO_TCP || port->protocol == IPPROTO_UDP);
		cursor_fixed(cursor, 0, 1);
		cursor_transfer(cursor, port->port);
	}
}

void npp_transfer_addresses6(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->address6_count = cursor_entries(cursor, request->address6_count,
	                                         sizeof(struct ipv6), NPP_ADDRESSES6);
	for (size_t i = 0; i < request->address6_count; i++) {
		struct ipv6 *address = &request->addresses6[i];

		cursor_octets(cursor, address, sizeof(*address));
		/* RFC 4291, 2.7: multicast addresses begin with ff */
		cursor_require(cursor, address->octet[0] != 0xff && ip_is_set(address));
	}
}

void npp_transfer_client_id(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->client_id_length =
		cursor_entries(cursor, request->client_id_length, 1, NPP_CLIENT_ID);
	cursor_octets(cursor, request->client_id, request->client_id_length);
}

void npp_transfer_hostname(struct cursor *cursor, struct npp_message *message)
{
	char *name = message->request.hostname;
	const size_t length =
		cursor_entries(cursor, strnlen(name, NPP_HOSTNAME), 1, NPP_HOSTNAME - 1);

	cursor_octets(cursor, name, length);
	cursor_require(cursor, strnlen(name, NPP_HOSTNAME) == length && text_is_name(name));
}

void npp_transfer_backup(struct cursor *cursor, struct npp_message *message)
{
	cursor_octets(cursor, &message->request.backup_of, sizeof(struct ipv4));
}

static void transfer_duid(struct cursor *cursor, struct dhcp6_duid *duid)
{
	duid->length = (uint8_t)cursor_count(cursor, duid->length, 1, sizeof(duid->octets));
	cursor_octets(cursor, duid->octets, duid->length);
}

void npp_transfer_lease6(struct cursor *cursor, struct npp_message *message)
{
	struct dhcp6_lease *lease = &message->request.lease6;

	message->request.has_lease6 = true;
	cursor_transfer(cursor, lease->iaid);
	cursor_transfer(cursor, lease->t1);
	cursor_transfer(cursor, lease->t2);
	transfer_duid(cursor, &lease->client);
	transfer_duid(cursor, &lease->server);
	lease->address_count = (uint8_t)cursor_entries(cursor, lease->address_count, LEASE6_ENTRY,
	                                               DHCP6_ADDRESSES);
	for (size_t i = 0; i < lease->address_count; i++) {
		struct dhcp6_address *address = &lease->addresses[i];

		cursor_octets(cursor, &address->address, sizeof(address->address));
		cursor_transfer(cursor, address->preferred);
		cursor_transfer(cursor, address->valid);
	}
	cursor_require(cursor, dhcp6_lease_check(lease));
}
