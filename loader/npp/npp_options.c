// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "npp/internal.h"

enum { PROXY_WORDS = 2 }; /* of 32 bits: an address and its preference */

static void transfer_solicitation(struct cursor *cursor, struct npp_message *message)
{
	cursor_transfer(cursor, message->solicitation.identifier);
	cursor_transfer(cursor, message->solicitation.sequence);
}

/* Larger entries are accepted, as in RFC 1256, 5.2. */
static void transfer_advertisement(struct cursor *cursor, struct npp_message *message)
{
	struct npp_advertisement *advertisement = &message->advertisement;
	const size_t count = cursor_count(cursor, advertisement->proxy_count, 1, NPP_PROXIES);
	uint8_t words = PROXY_WORDS;

	cursor_transfer(cursor, words);
	cursor_require(cursor, words >= PROXY_WORDS);
	cursor_transfer(cursor, advertisement->lifetime);
	advertisement->proxy_count = cursor->failed ? 0 : count;
	for (size_t i = 0; i < advertisement->proxy_count; i++) {
		struct npp_proxy *proxy = &advertisement->proxies[i];

		cursor_octets(cursor, &proxy->address, sizeof(proxy->address));
		cursor_transfer(cursor, proxy->preference);
		cursor_skip(cursor, (size_t)(words - PROXY_WORDS) * 4);
	}
}

/* Options 4, 5 and 6. Only option 6 may have a lease; zeros stand for its request type else. */
static void transfer_client(struct cursor *cursor, struct npp_message *message)
{
	struct npp_client *client = &message->client;
	uint16_t request = client->has_lease ? NPP_REQUEST_DHCP4 : 0;

	cursor_transfer(cursor, client->code);
	cursor_require(cursor, client->code <= NPP_FAIL);
	cursor_fixed(cursor, 0, 1);
	cursor_transfer(cursor, client->id);
	cursor_transfer(cursor, request);
	client->has_lease = request == NPP_REQUEST_DHCP4;
	if (!client->has_lease) {
		cursor_require(cursor, !request);
		return;
	}
	cursor_require(cursor, message->subtype == NPP_WAKEUP_CONFIRM);
	client->lease = cursor_number(cursor, client->lease, 2);
	cursor_require(cursor,
	               client->lease == NPP_LEASE_RENEWED || client->lease == NPP_LEASE_FAILED);
	cursor_lease_times(cursor, &client->lease_total, &client->lease_left);
	cursor_fixed(cursor, 0, 2);
}

static void transfer_services(struct cursor *cursor, struct npp_message *message)
{
	message->service_count = cursor_entries(cursor, message->service_count, 2, NPP_SERVICES);
	for (size_t i = 0; i < message->service_count; i++)
		cursor_transfer(cursor, message->services[i]);
}

static void transfer_wake_test(struct cursor *cursor, struct npp_message *message)
{
	message->wake_test = !cursor->failed; /* it has no data */
}

static void transfer_authentication(struct cursor *cursor, struct npp_message *message)
{
	struct npp_authentication *authentication = &message->authentication;

	message->authenticated = true;
	cursor_transfer(cursor, authentication->key);
	cursor_transfer(cursor, authentication->time);
	cursor_transfer(cursor, authentication->nonce);
	cursor_octets(cursor, authentication->hmac, sizeof(authentication->hmac));
}

#define REQUEST(type) NPP_OPTION_SLEEP_REQUEST, type
#define FIELD(name) offsetof(struct npp_message, name), sizeof(((struct npp_message *)NULL)->name)

/* In the order in which they are written; one row for each request type of option 3. */
static const struct option {
	uint8_t type;    /* enum npp_option_type */
	uint8_t request; /* enum npp_request_type, the first octet of option 3; else 0 */
	/* transfers its data, after the request type */
	option_layout *layout;
	/* of struct npp_message, not 0 if the option is present; size 0: always in its subtype */
	size_t field, size;
} options[] = {
	{ NPP_OPTION_SOLICITATION, 0, transfer_solicitation, 0, 0 },
	{ NPP_OPTION_ADVERTISEMENT, 0, transfer_advertisement, FIELD(advertisement.proxy_count) },
	{ REQUEST(NPP_REQUEST_ARP), npp_transfer_pairs, FIELD(request.pair_count) },
	{ REQUEST(NPP_REQUEST_DHCP4), npp_transfer_lease, FIELD(request.has_lease) },
	{ REQUEST(NPP_REQUEST_TIMER), npp_transfer_timer, FIELD(request.timer) },
	{ REQUEST(NPP_REQUEST_WAKE_PORTS), npp_transfer_ports, FIELD(request.has_ports) },
	{ REQUEST(NPP_REQUEST_IPV6), npp_transfer_addresses6, FIELD(request.address6_count) },
	{ REQUEST(NPP_REQUEST_CLIENT_ID), npp_transfer_client_id, FIELD(request.client_id_length) },
	{ REQUEST(NPP_REQUEST_HOSTNAME), npp_transfer_hostname, FIELD(request.hostname[0]) },
	{ REQUEST(NPP_REQUEST_BACKUP), npp_transfer_backup, FIELD(request.backup_of) },
	{ REQUEST(NPP_REQUEST_LIFETIME), npp_transfer_lifetime, FIELD(request.lifetime) },
	{ REQUEST(NPP_REQUEST_DHCP6), npp_transfer_lease6, FIELD(request.has_lease6) },
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

	cursor_require(data, !(reader->seen & bit));
	option->layout(data, reader->message);
	cursor_require(data, data->at == data->end && is_present(option, reader->message));
	reader->seen |= bit;
	reader->has_required |= option->type == (uint8_t)reader->message->subtype;
	return data->failed ? NPP_PARSE_ERROR_BAD_OPTION : NPP_PARSE_ERROR_NONE;
}

static enum npp_parse_error read_option(struct reader *reader, struct cursor *cursor)
{
	uint8_t type = 0, length = 0, request = 0;
	struct cursor data;

	cursor_transfer(cursor, type);
	cursor_transfer(cursor, length);
	data = *cursor;
	cursor_skip(cursor, length);
	data.end = cursor->at;
	/* the authentication option covers only what precedes it, so it must be the last */
	if (cursor->failed || reader->message->authenticated)
		return NPP_PARSE_ERROR_BAD_OPTION;
	if (!belongs(type, reader->message))
		return NPP_PARSE_ERROR_UNEXPECTED_OPTION;
	if (type == NPP_OPTION_SLEEP_REQUEST)
		cursor_transfer(&data, request);
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

	cursor_require(cursor, belongs(type, message));
	cursor_transfer(cursor, type);
	cursor_transfer(cursor, length);
	if (request)
		cursor_transfer(cursor, request);
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
	cursor_require(&cursor, cursor.at && octets[0] == (uint8_t)copy.subtype);
	return cursor.failed ? 0 : cursor.at;
}
