// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is a struct one that npp_message_read might return? Nothing in it may be trusted before: a number
 * of entries may exceed its array, a bool may be neither, a text may have no end.
 */
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "npp/npp_message.h"

/* Read as an octet: a bool of another value has no defined behaviour. */
static bool is_bool(const bool *value)
{
	uint8_t octet;

	memcpy(&octet, value, sizeof(octet));
	return octet <= 1;
}

static bool is_subtype(enum npp_subtype subtype)
{
	return subtype >= NPP_PROXY_SOLICITATION && subtype <= NPP_WAKEUP_CONFIRM;
}

static bool check_pairs(const struct npp_request *request)
{
	if (request->pair_count > NPP_PAIRS)
		return false;
	for (size_t i = 0; i < request->pair_count; i++) {
		const struct npp_pair *pair = &request->pairs[i];

		if (pair->mac.octet[0] & 1 || !mac_is_set(&pair->mac) ||
		    !ipv4_is_set(pair->address))
			return false;
	}
	return true;
}

static bool check_ports(const struct npp_request *request)
{
	if (request->port_count > (request->has_ports ? NPP_PORTS : 0))
		return false;
	for (size_t i = 0; i < request->port_count; i++)
		if (request->ports[i].protocol != IPPROTO_TCP &&
		    request->ports[i].protocol != IPPROTO_UDP)
			return false;
	return true;
}

static bool check_addresses6(const struct npp_request *request)
{
	if (request->address6_count > NPP_ADDRESSES6)
		return false;
	for (size_t i = 0; i < request->address6_count; i++)
		if (request->addresses6[i].octet[0] == 0xff || !ip_is_set(&request->addresses6[i]))
			return false;
	return true;
}

static bool check_hostname(const char *name)
{
	return strnlen(name, NPP_HOSTNAME) < NPP_HOSTNAME && (!*name || text_is_name(name));
}

static bool check_lease6(const struct npp_request *request)
{
	return is_bool(&request->has_lease6) &&
	       (!request->has_lease6 || dhcp6_lease_check(&request->lease6));
}

static bool check_request(const struct npp_request *request)
{
	return is_bool(&request->has_lease) && is_bool(&request->has_ports) &&
	       check_lease6(request) && check_pairs(request) && check_ports(request) &&
	       check_addresses6(request) && request->lease_left <= request->lease_total &&
	       request->client_id_length <= NPP_CLIENT_ID && check_hostname(request->hostname);
}

static bool check_client(const struct npp_client *client)
{
	if (!is_bool(&client->has_lease) || client->code > NPP_FAIL)
		return false;
	return !client->has_lease ||
	       ((client->lease == NPP_LEASE_RENEWED || client->lease == NPP_LEASE_FAILED) &&
	        client->lease_left <= client->lease_total);
}

static bool check_head(const struct npp_message *message)
{
	return message->code >= NPP_SUCCESS && message->code <= NPP_FAIL &&
	       is_subtype(message->subtype);
}

bool npp_message_check(enum npp_parse_error error, const struct npp_message *message)
{
	static const struct npp_message none;

	if (error >= NPP_PARSE_ERROR_BAD_OPTION || !error) {
		if (!check_head(message))
			return false;
	} else if (message->code != none.code || message->subtype != none.subtype) {
		return false;
	}
	return is_bool(&message->authenticated) && is_bool(&message->wake_test) &&
	       check_request(&message->request) && check_client(&message->client) &&
	       message->service_count <= NPP_SERVICES &&
	       message->advertisement.proxy_count <= NPP_PROXIES;
}
