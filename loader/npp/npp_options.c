// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_message.h"

#include <endian.h>
#include <netinet/in.h>
#include <string.h>

#include "arp.h"
#include "base/text.h"

/*
 * A position in a message's octets. The same calls read fields and write them (as XDR's filters
 * do), so that the layout of an option is described once, and what is written can be read. After
 * the first error, `failed`, fields and octets stay as they are.
 */
struct cursor {
	const uint8_t *from; /* reads from here, or NULL */
	uint8_t *to;         /* writes to here, or NULL */
	size_t at, end;
	bool failed;
};

enum { PROXY_WORDS = 2 }; /* of 32 bits: an address and its preference */

static void require(struct cursor *cursor, bool valid)
{
	cursor->failed |= !valid;
}

/* Passes over octets without a transfer. False: fewer remain, or an error precedes. */
static bool skip(struct cursor *cursor, size_t length)
{
	require(cursor, length <= cursor->end - cursor->at);
	if (cursor->failed)
		return false;
	cursor->at += length;
	return true;
}

static void transfer_octets(struct cursor *cursor, void *octets, size_t length)
{
	if (!length || !skip(cursor, length))
		return;
	if (cursor->to)
		memcpy(cursor->to + cursor->at - length, octets, length);
	else if (cursor->from)
		memcpy(octets, cursor->from + cursor->at - length, length);
}

/* The last octets of a number as it is on the wire. */
static uint64_t transfer_number(struct cursor *cursor, uint64_t value, size_t size)
{
	uint64_t wire = htobe64(value);

	transfer_octets(cursor, (uint8_t *)&wire + sizeof(wire) - size, size);
	return be64toh(wire);
}

/* A field in host byte order, big-endian on the wire. */
#define transfer(cursor, field) ((field) = transfer_number(cursor, field, sizeof(field)))

/* A field of `size` octets in which only one value is valid. */
static void transfer_fixed(struct cursor *cursor, uint16_t value, size_t size)
{
	require(cursor, transfer_number(cursor, value, size) == value);
}

/* A number of entries; 0 after an error, so that no array is exceeded. */
static size_t check_count(struct cursor *cursor, size_t count, size_t max)
{
	require(cursor, count <= max);
	return cursor->failed ? 0 : count;
}

static size_t transfer_count(struct cursor *cursor, size_t count, size_t size, size_t max)
{
	return check_count(cursor, transfer_number(cursor, count, size), max);
}

/* As many as fill the rest of the option; `count` when writing. */
static size_t count_entries(struct cursor *cursor, size_t count, size_t size, size_t max)
{
	if (cursor->from)
		count = (cursor->end - cursor->at) / size;
	return check_count(cursor, count, max);
}

static void transfer_solicitation(struct cursor *cursor, struct npp_message *message)
{
	transfer(cursor, message->solicitation.identifier);
	transfer(cursor, message->solicitation.sequence);
}

/* Larger entries are accepted, as in RFC 1256, 5.2. */
static void transfer_advertisement(struct cursor *cursor, struct npp_message *message)
{
	struct npp_advertisement *advertisement = &message->advertisement;
	const size_t count = transfer_count(cursor, advertisement->proxy_count, 1, NPP_PROXIES);
	uint8_t words = PROXY_WORDS;

	transfer(cursor, words);
	require(cursor, words >= PROXY_WORDS);
	transfer(cursor, advertisement->lifetime);
	advertisement->proxy_count = cursor->failed ? 0 : count;
	for (size_t i = 0; i < advertisement->proxy_count; i++) {
		struct npp_proxy *proxy = &advertisement->proxies[i];

		transfer_octets(cursor, &proxy->address, sizeof(proxy->address));
		transfer(cursor, proxy->preference);
		skip(cursor, (size_t)(words - PROXY_WORDS) * 4);
	}
}

static void transfer_pairs(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	transfer_fixed(cursor, ARP_HARDWARE_ETHERNET, 1);
	transfer_fixed(cursor, ARP_PROTOCOL_IPV4, 2);
	transfer_fixed(cursor, sizeof(struct mac), 1);
	transfer_fixed(cursor, sizeof(struct ipv4), 1);
	request->pair_count = transfer_count(cursor, request->pair_count, 2, NPP_PAIRS);
	for (size_t i = 0; i < request->pair_count; i++) {
		struct npp_pair *pair = &request->pairs[i];

		transfer_octets(cursor, &pair->mac, sizeof(pair->mac));
		transfer_octets(cursor, &pair->address, sizeof(pair->address));
		/* neither a group's address nor none */
		require(cursor, !(pair->mac.octet[0] & 1) && mac_is_set(&pair->mac) &&
		                        ipv4_is_set(pair->address));
	}
}

/* s; NPP_LEASE_LONG may be the value of both */
static void transfer_lease_times(struct cursor *cursor, uint16_t *total, uint16_t *left)
{
	transfer(cursor, *total);
	transfer(cursor, *left);
	require(cursor, *left <= *total);
}

static void transfer_lease(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->has_lease = true;
	transfer_fixed(cursor, 0, 1);
	transfer_lease_times(cursor, &request->lease_total, &request->lease_left);
	transfer_octets(cursor, &request->lease_server, sizeof(request->lease_server));
}

static void transfer_timer(struct cursor *cursor, struct npp_message *message)
{
	transfer(cursor, message->request.timer);
}

static void transfer_lifetime(struct cursor *cursor, struct npp_message *message)
{
	transfer(cursor, message->request.lifetime);
}

static void transfer_ports(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->has_ports = true;
	request->port_count = count_entries(cursor, request->port_count, 4, NPP_PORTS);
	for (size_t i = 0; i < request->port_count; i++) {
		struct wake_port *port = &request->ports[i];

		transfer(cursor, port->protocol);
		require(cursor, port->protocol == IPPROTO_TCP || port->protocol == IPPROTO_UDP);
		transfer_fixed(cursor, 0, 1);
		transfer(cursor, port->port);
	}
}

static void transfer_addresses6(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->address6_count =
		count_entries(cursor, request->address6_count, sizeof(struct ipv6), NPP_ADDRESSES6);
	for (size_t i = 0; i < request->address6_count; i++) {
		struct ipv6 *address = &request->addresses6[i];

		transfer_octets(cursor, address, sizeof(*address));
		/* RFC 4291, 2.7: multicast addresses begin with ff */
		require(cursor, address->octet[0] != 0xff && ip_is_set(address));
	}
}

static void transfer_client_id(struct cursor *cursor, struct npp_message *message)
{
	struct npp_request *request = &message->request;

	request->client_id_length =
		count_entries(cursor, request->client_id_length, 1, NPP_CLIENT_ID);
	transfer_octets(cursor, request->client_id, request->client_id_length);
}

static void transfer_hostname(struct cursor *cursor, struct npp_message *message)
{
	char *name = message->request.hostname;
	const size_t length =
		count_entries(cursor, strnlen(name, NPP_HOSTNAME), 1, NPP_HOSTNAME - 1);

	transfer_octets(cursor, name, length);
	require(cursor, strnlen(name, NPP_HOSTNAME) == length && text_is_name(name));
}

static void transfer_backup(struct cursor *cursor, struct npp_message *message)
{
	transfer_octets(cursor, &message->request.backup_of, sizeof(struct ipv4));
}

/* Options 4, 5 and 6. Only option 6 may have a lease; zeros stand for its request type else. */
static void transfer_client(struct cursor *cursor, struct npp_message *message)
{
	struct npp_client *client = &message->client;
	uint16_t request = client->has_lease ? NPP_REQUEST_DHCP4 : 0;

	transfer(cursor, client->code);
	require(cursor, client->code <= NPP_FAIL);
	transfer_fixed(cursor, 0, 1);
	transfer(cursor, client->id);
	transfer(cursor, request);
	client->has_lease = request == NPP_REQUEST_DHCP4;
	if (!client->has_lease) {
		require(cursor, !request);
		return;
	}
	require(cursor, message->subtype == NPP_WAKEUP_CONFIRM);
	client->lease = transfer_number(cursor, client->lease, 2);
	require(cursor, client->lease == NPP_LEASE_RENEWED || client->lease == NPP_LEASE_FAILED);
	transfer_lease_times(cursor, &client->lease_total, &client->lease_left);
	transfer_fixed(cursor, 0, 2);
}

static void transfer_services(struct cursor *cursor, struct npp_message *message)
{
	message->service_count = count_entries(cursor, message->service_count, 2, NPP_SERVICES);
	for (size_t i = 0; i < message->service_count; i++)
		transfer(cursor, message->services[i]);
}

static void transfer_wake_test(struct cursor *cursor, struct npp_message *message)
{
	message->wake_test = !cursor->failed; /* it has no data */
}

static void transfer_authentication(struct cursor *cursor, struct npp_message *message)
{
	struct npp_authentication *authentication = &message->authentication;

	message->authenticated = true;
	transfer(cursor, authentication->key);
	transfer(cursor, authentication->time);
	transfer(cursor, authentication->nonce);
	transfer_octets(cursor, authentication->hmac, sizeof(authentication->hmac));
}

#define REQUEST(type) NPP_OPTION_SLEEP_REQUEST, type
#define FIELD(name) offsetof(struct npp_message, name), sizeof(((struct npp_message *)NULL)->name)

/* In the order in which they are written; one row for each request type of option 3. */
static const struct option {
	uint8_t type;    /* enum npp_option_type */
	uint8_t request; /* enum npp_request_type, the first octet of option 3; else 0 */
	/* transfers its data, after the request type */
	void (*layout)(struct cursor *cursor, struct npp_message *message);
	/* of struct npp_message, not 0 if the option is present; size 0: always in its subtype */
	size_t field, size;
} options[] = {
	{ NPP_OPTION_SOLICITATION, 0, transfer_solicitation, 0, 0 },
	{ NPP_OPTION_ADVERTISEMENT, 0, transfer_advertisement, FIELD(advertisement.proxy_count) },
	{ REQUEST(NPP_REQUEST_ARP), transfer_pairs, FIELD(request.pair_count) },
	{ REQUEST(NPP_REQUEST_DHCP4), transfer_lease, FIELD(request.has_lease) },
	{ REQUEST(NPP_REQUEST_TIMER), transfer_timer, FIELD(request.timer) },
	{ REQUEST(NPP_REQUEST_WAKE_PORTS), transfer_ports, FIELD(request.has_ports) },
	{ REQUEST(NPP_REQUEST_IPV6), transfer_addresses6, FIELD(request.address6_count) },
	{ REQUEST(NPP_REQUEST_CLIENT_ID), transfer_client_id, FIELD(request.client_id_length) },
	{ REQUEST(NPP_REQUEST_HOSTNAME), transfer_hostname, FIELD(request.hostname[0]) },
	{ REQUEST(NPP_REQUEST_BACKUP), transfer_backup, FIELD(request.backup_of) },
	{ REQUEST(NPP_REQUEST_LIFETIME), transfer_lifetime, FIELD(request.lifetime) },
	{ NPP_OPTION_SLEEP_CONFIRM, 0, transfer_client, 0, 0 },
	{ NPP_OPTION_WAKEUP_REPORT, 0, transfer_client, 0, 0 },
	{ NPP_OPTION_WAKEUP_CONFIRM, 0, transfer_client, 0, 0 },
	{ NPP_OPTION_SERVICE, 0, transfer_services, FIELD(service_count) },
	{ NPP_OPTION_WAKE_TEST, 0, transfer_wake_test, FIELD(wake_test) },
	/* last, as it covers what precedes it */
	{ NPP_OPTION_AUTHENTICATION, 0, transfer_authentication, FIELD(authenticated) },
	{ 0 },
};

/* May options of the type be in the message? Of an unknown type they may. */
static bool belongs(uint8_t type, const struct npp_message *message)
{
	/* options 1 to 6 have the numbers of their subtypes */
	if (type >= NPP_OPTION_SOLICITATION && type <= NPP_OPTION_WAKEUP_CONFIRM)
		return type == (uint8_t)message->subtype;
	return (type != NPP_OPTION_WAKE_TEST || message->subtype == NPP_PROXY_SOLICITATION) &&
	       (type != NPP_OPTION_SERVICE || message->subtype == NPP_PROXY_ADVERTISEMENT);
}

/* Decides if the option is written; if it is not so after reading, the option was invalid. */
static bool is_present(const struct option *option, const struct npp_message *message)
{
	static const struct npp_message none;
	const uint8_t *field = (const uint8_t *)message + option->field;

	return option->size ? memcmp(field, &none, option->size) != 0
	                    : option->type == (uint8_t)message->subtype;
}

struct reader {
	struct npp_message *message;
	uint32_t seen;     /* a bit for each row of `options` */
	bool has_required; /* the option that has the number of the subtype */
};

static enum npp_parse_error read_data(struct reader *reader, const struct option *option,
                                      struct cursor *data)
{
	const uint32_t bit = (uint32_t)1 << (option - options);

	require(data, !(reader->seen & bit));
	option->layout(data, reader->message);
	require(data, data->at == data->end && is_present(option, reader->message));
	reader->seen |= bit;
	reader->has_required |= option->type == (uint8_t)reader->message->subtype;
	return data->failed ? NPP_PARSE_ERROR_BAD_OPTION : NPP_PARSE_ERROR_NONE;
}

static enum npp_parse_error read_option(struct reader *reader, struct cursor *cursor)
{
	uint8_t type = 0, length = 0, request = 0;
	struct cursor data;

	transfer(cursor, type);
	transfer(cursor, length);
	data = *cursor;
	skip(cursor, length);
	data.end = cursor->at;
	/* the authentication option covers only what precedes it, so it must be the last */
	if (cursor->failed || reader->message->authenticated)
		return NPP_PARSE_ERROR_BAD_OPTION;
	if (!belongs(type, reader->message))
		return NPP_PARSE_ERROR_UNEXPECTED_OPTION;
	if (type == NPP_OPTION_SLEEP_REQUEST)
		transfer(&data, request);
	if (data.failed)
		return NPP_PARSE_ERROR_BAD_OPTION;
	for (const struct option *option = options; option->type; option++)
		if (option->type == type && option->request == request)
			return read_data(reader, option, &data);
	return type == NPP_OPTION_SLEEP_REQUEST ? NPP_PARSE_ERROR_UNKNOWN_REQUEST
	                                        : NPP_PARSE_ERROR_NONE;
}

enum npp_parse_error npp_options_read(const uint8_t *octets, size_t length,
                                      struct npp_message *message)
{
	struct cursor cursor = { .from = octets, .end = length };
	struct reader reader = { .message = message };
	enum npp_parse_error error = NPP_PARSE_ERROR_NONE;

	while (!error && cursor.at < cursor.end)
		error = read_option(&reader, &cursor);
	return error || reader.has_required ? error : NPP_PARSE_ERROR_MISSING_OPTION;
}

static void write_option(struct cursor *cursor, const struct option *option,
                         struct npp_message *message)
{
	const size_t start = cursor->at;
	uint8_t type = option->type, length = 0, request = option->request;

	require(cursor, belongs(type, message));
	transfer(cursor, type);
	transfer(cursor, length);
	if (request)
		transfer(cursor, request);
	option->layout(cursor, message);
	if (!cursor->failed)
		cursor->to[start + 1] = (uint8_t)(cursor->at - start - 2);
}

size_t npp_options_write(const struct npp_message *message, uint8_t octets[NPP_OPTIONS_MAX])
{
	struct cursor cursor = { .to = octets, .end = NPP_OPTIONS_MAX };
	struct npp_message copy = *message; /* a transfer may write to the fields, too */

	for (const struct option *option = options; option->type; option++)
		if (is_present(option, &copy))
			write_option(&cursor, option, &copy);
	/* the required option is the first */
	require(&cursor, cursor.at && octets[0] == (uint8_t)copy.subtype);
	return cursor.failed ? 0 : cursor.at;
}
