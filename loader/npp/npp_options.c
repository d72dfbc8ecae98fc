// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_options.h"

#include <netinet/in.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"

/* RFC 826, for Ethernet and IPv4 */
enum { HARDWARE_ETHERNET = 1, PROTOCOL_IPV4 = 0x0800 };
enum { PORT_OCTETS = 4 };
enum { PROXY_WORDS = 2 }; /* of 32 bits, an address and its preference */

static void pass_solicitation(struct npp_cursor *cursor, struct npp_message *message)
{
	npp_cursor_u16(cursor, &message->solicitation.identifier);
	npp_cursor_u16(cursor, &message->solicitation.sequence);
}

static bool has_proxies(const struct npp_message *message)
{
	return message->advertisement.proxy_count > 0;
}

static void pass_proxy(struct npp_cursor *cursor, struct npp_proxy *proxy)
{
	uint32_t preference = (uint32_t)proxy->preference;

	npp_cursor_octets(cursor, &proxy->address, sizeof(proxy->address));
	npp_cursor_u32(cursor, &preference);
	proxy->preference = (int32_t)preference;
}

/* Entries may grow, and there is at least one, as in RFC 1256, 5.2. */
static void pass_advertisement(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_advertisement *said = &message->advertisement;
	uint8_t count = (uint8_t)npp_cursor_count(cursor, said->proxy_count, NPP_PROXIES);
	uint8_t words = PROXY_WORDS;

	npp_cursor_u8(cursor, &count);
	npp_cursor_u8(cursor, &words);
	npp_cursor_require(cursor, words >= PROXY_WORDS);
	npp_cursor_u16(cursor, &said->lifetime);
	said->proxy_count = npp_cursor_count(cursor, count, NPP_PROXIES);
	for (size_t i = 0; i < said->proxy_count; i++) {
		pass_proxy(cursor, &said->proxies[i]);
		npp_cursor_skip(cursor, (size_t)(words - PROXY_WORDS) * 4);
	}
}

static bool has_pairs(const struct npp_message *message)
{
	return message->request.pair_count > 0;
}

static bool is_hosts(const struct npp_pair *pair)
{
	static const struct npp_pair none;

	return !(pair->mac.octet[0] & 1) && memcmp(&pair->mac, &none.mac, sizeof(pair->mac)) != 0 &&
	       memcmp(&pair->address, &none.address, sizeof(pair->address)) != 0;
}

static void pass_pairs(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_request *said = &message->request;
	uint16_t count = (uint16_t)npp_cursor_count(cursor, said->pair_count, NPP_PAIRS);

	npp_cursor_fixed8(cursor, HARDWARE_ETHERNET);
	npp_cursor_fixed16(cursor, PROTOCOL_IPV4);
	npp_cursor_fixed8(cursor, sizeof(struct mac));
	npp_cursor_fixed8(cursor, sizeof(struct ipv4));
	npp_cursor_u16(cursor, &count);
	said->pair_count = npp_cursor_count(cursor, count, NPP_PAIRS);
	for (size_t i = 0; i < said->pair_count; i++) {
		npp_cursor_octets(cursor, &said->pairs[i].mac, sizeof(struct mac));
		npp_cursor_octets(cursor, &said->pairs[i].address, sizeof(struct ipv4));
		npp_cursor_require(cursor, is_hosts(&said->pairs[i]));
	}
}

/* s, of which NPP_LEASE_LONG may stand for both */
static void pass_lease_times(struct npp_cursor *cursor, uint16_t *total, uint16_t *left)
{
	npp_cursor_u16(cursor, total);
	npp_cursor_u16(cursor, left);
	npp_cursor_require(cursor, *left <= *total);
}

static bool has_lease(const struct npp_message *message)
{
	return message->request.has_lease;
}

static void pass_lease(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_request *said = &message->request;

	said->has_lease = true;
	npp_cursor_fixed8(cursor, 0);
	pass_lease_times(cursor, &said->lease_total, &said->lease_left);
	npp_cursor_octets(cursor, &said->lease_server, sizeof(said->lease_server));
}

static bool has_timer(const struct npp_message *message)
{
	return message->request.timer > 0;
}

static void pass_timer(struct npp_cursor *cursor, struct npp_message *message)
{
	npp_cursor_u32(cursor, &message->request.timer);
}

static bool has_ports(const struct npp_message *message)
{
	return message->request.has_ports;
}

static void pass_port(struct npp_cursor *cursor, struct npp_port *port)
{
	npp_cursor_u8(cursor, &port->protocol);
	npp_cursor_require(cursor, port->protocol == IPPROTO_TCP || port->protocol == IPPROTO_UDP);
	npp_cursor_fixed8(cursor, 0);
	npp_cursor_u16(cursor, &port->port);
}

static void pass_ports(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_request *said = &message->request;

	said->has_ports = true;
	said->port_count = npp_cursor_entries(cursor, said->port_count, PORT_OCTETS, NPP_PORTS);
	for (size_t i = 0; i < said->port_count; i++)
		pass_port(cursor, &said->ports[i]);
}

static bool has_addresses6(const struct npp_message *message)
{
	return message->request.address6_count > 0;
}

static void pass_addresses6(struct npp_cursor *cursor, struct npp_message *message)
{
	static const struct ipv6 unspecified;
	struct npp_request *said = &message->request;

	said->address6_count = npp_cursor_entries(cursor, said->address6_count, sizeof(struct ipv6),
	                                          NPP_ADDRESSES6);
	for (size_t i = 0; i < said->address6_count; i++) {
		struct ipv6 *address = &said->addresses6[i];

		npp_cursor_octets(cursor, address, sizeof(*address));
		/* RFC 4291, 2.7: a group's begin with ff */
		npp_cursor_require(cursor,
		                   address->octet[0] != 0xff &&
		                           memcmp(address, &unspecified, sizeof(*address)) != 0);
	}
}

static bool has_client_id(const struct npp_message *message)
{
	return message->request.client_id_length > 0;
}

static void pass_client_id(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_request *said = &message->request;

	said->client_id_length =
		npp_cursor_entries(cursor, said->client_id_length, 1, NPP_CLIENT_ID);
	npp_cursor_octets(cursor, said->client_id, said->client_id_length);
}

static bool has_hostname(const struct npp_message *message)
{
	return message->request.hostname[0] != '\0';
}

static void pass_hostname(struct npp_cursor *cursor, struct npp_message *message)
{
	char *name = message->request.hostname;
	const size_t length =
		npp_cursor_entries(cursor, strnlen(name, NPP_HOSTNAME), 1, NPP_HOSTNAME - 1);

	npp_cursor_octets(cursor, name, length);
	npp_cursor_require(cursor, strnlen(name, NPP_HOSTNAME) == length && text_is_name(name));
}

static bool has_backup(const struct npp_message *message)
{
	return ipv4_is_set(message->request.backup_of);
}

static void pass_backup(struct npp_cursor *cursor, struct npp_message *message)
{
	npp_cursor_octets(cursor, &message->request.backup_of, sizeof(struct ipv4));
	npp_cursor_require(cursor, has_backup(message));
}

static void pass_client(struct npp_cursor *cursor, struct npp_client *client)
{
	npp_cursor_u8(cursor, &client->code);
	npp_cursor_require(cursor, client->code <= NPP_FAIL);
	npp_cursor_fixed8(cursor, 0);
	npp_cursor_u16(cursor, &client->id);
}

static void pass_confirm(struct npp_cursor *cursor, struct npp_message *message)
{
	pass_client(cursor, &message->confirm);
	npp_cursor_fixed16(cursor, 0);
}

static void pass_report(struct npp_cursor *cursor, struct npp_message *message)
{
	pass_client(cursor, &message->report);
	npp_cursor_fixed16(cursor, 0);
}

static void pass_notification(struct npp_cursor *cursor, struct npp_wakeup_confirm *said)
{
	uint16_t lease = (uint16_t)said->lease;

	npp_cursor_u16(cursor, &lease);
	npp_cursor_require(cursor, lease == NPP_LEASE_RENEWED || lease == NPP_LEASE_FAILED);
	said->lease = lease;
	pass_lease_times(cursor, &said->lease_total, &said->lease_left);
	npp_cursor_fixed16(cursor, 0);
}

static void pass_wakeup_confirm(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_wakeup_confirm *said = &message->wakeup_confirm;
	uint16_t about = said->has_lease ? NPP_REQUEST_DHCP4 : 0;

	pass_client(cursor, &said->client);
	npp_cursor_u16(cursor, &about);
	npp_cursor_require(cursor, about == NPP_REQUEST_DHCP4 || about == 0);
	said->has_lease = about == NPP_REQUEST_DHCP4;
	if (said->has_lease)
		pass_notification(cursor, said);
}

static bool has_services(const struct npp_message *message)
{
	return message->service_count > 0;
}

static void pass_services(struct npp_cursor *cursor, struct npp_message *message)
{
	message->service_count = npp_cursor_entries(cursor, message->service_count,
	                                            sizeof(*message->services), NPP_SERVICES);
	for (size_t i = 0; i < message->service_count; i++)
		npp_cursor_u16(cursor, &message->services[i]);
}

static bool is_authenticated(const struct npp_message *message)
{
	return message->authenticated;
}

static void pass_authentication(struct npp_cursor *cursor, struct npp_message *message)
{
	struct npp_authentication *said = &message->authentication;

	message->authenticated = true;
	npp_cursor_u8(cursor, &said->key);
	npp_cursor_u64(cursor, &said->time);
	npp_cursor_u64(cursor, &said->nonce);
	message->authentication_at = cursor->at;
	npp_cursor_octets(cursor, said->mac, sizeof(said->mac));
}

/* clang-format off */
#define REQUEST(type, is_said, pass) \
	{ NPP_OPTION_SLEEP_REQUEST, NPP_REQUEST_##type, NPP_SLEEP_REQUEST, is_said, pass }

const struct npp_option npp_options[NPP_OPTIONS] = {
	{ NPP_OPTION_SOLICITATION, 0, NPP_PROXY_SOLICITATION, NULL, pass_solicitation },
	{ NPP_OPTION_ADVERTISEMENT, 0, NPP_PROXY_ADVERTISEMENT, has_proxies, pass_advertisement },
	REQUEST(ARP, has_pairs, pass_pairs),
	REQUEST(DHCP4, has_lease, pass_lease),
	REQUEST(TIMER, has_timer, pass_timer),
	REQUEST(WAKE_PORTS, has_ports, pass_ports),
	REQUEST(IPV6, has_addresses6, pass_addresses6),
	REQUEST(CLIENT_ID, has_client_id, pass_client_id),
	REQUEST(HOSTNAME, has_hostname, pass_hostname),
	REQUEST(BACKUP, has_backup, pass_backup),
	{ NPP_OPTION_SLEEP_CONFIRM, 0, NPP_SLEEP_CONFIRM, NULL, pass_confirm },
	{ NPP_OPTION_WAKEUP_REPORT, 0, NPP_WAKEUP_REPORT, NULL, pass_report },
	{ NPP_OPTION_WAKEUP_CONFIRM, 0, NPP_WAKEUP_CONFIRM, NULL, pass_wakeup_confirm },
	{ NPP_OPTION_SERVICE, 0, NPP_PROXY_ADVERTISEMENT, has_services, pass_services },
	/* last, as it covers what is in front of it */
	{ NPP_OPTION_AUTHENTICATION, 0, 0, is_authenticated, pass_authentication },
};

#undef REQUEST
/* clang-format on */

const struct npp_option *npp_option_of(uint8_t type, uint8_t request)
{
	for (size_t i = 0; i < NPP_OPTIONS; i++) {
		if (npp_options[i].type == type && npp_options[i].request == request)
			return &npp_options[i];
	}
	return NULL;
}

uint8_t npp_option_subtype(uint8_t type)
{
	for (size_t i = 0; i < NPP_OPTIONS; i++) {
		if (npp_options[i].type == type)
			return npp_options[i].subtype;
	}
	return 0;
}
