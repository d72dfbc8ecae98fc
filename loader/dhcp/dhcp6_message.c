// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp6_message.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <string.h>

#include "base/addr.h"

/* RFC 8415, 21; RFC 4704 */
enum {
	OPTION_CLIENTID = 1,
	OPTION_SERVERID = 2,
	OPTION_IA_NA = 3,
	OPTION_IAADDR = 5,
	OPTION_ORO = 6,
	OPTION_ELAPSED_TIME = 8,
	OPTION_STATUS_CODE = 13,
	OPTION_USER_CLASS = 15,
	OPTION_VENDOR_CLASS = 16,
	OPTION_VENDOR_OPTS = 17,
	OPTION_CLIENT_FQDN = 39,
	OPTION_SOL_MAX_RT = 82,
};

/* Octets before the options in an option. */
enum { OPTION_HEAD = 4, IA_HEAD = 12, ADDRESS_HEAD = 24 };

/* The next octets of a field of options, or of one of them. */
struct octets_left {
	const uint8_t *at;
	size_t left;
};

struct option {
	uint16_t code;
	struct octets_left data;
};

static const uint8_t *take(struct octets_left *reader, size_t octets)
{
	const uint8_t *taken = reader->at;

	if (reader->left < octets)
		return NULL;
	reader->at += octets;
	reader->left -= octets;
	return taken;
}

static uint16_t number16(const uint8_t *octets)
{
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

static uint32_t number32(const uint8_t *octets)
{
	return (uint32_t)number16(octets) << 16 | number16(octets + 2);
}

static bool take_option(struct octets_left *reader, struct option *option)
{
	const uint8_t *head = take(reader, OPTION_HEAD);

	if (!head)
		return false;
	option->code = number16(head);
	option->data.left = number16(head + 2);
	option->data.at = take(reader, option->data.left);
	return option->data.at;
}

static bool read_duid(struct octets_left *data, struct dhcp6_duid *duid)
{
	if (!data->left || data->left > sizeof(duid->octets))
		return false;
	duid->length = (uint8_t)data->left;
	memcpy(duid->octets, data->at, data->left);
	return true;
}

/* A failure is not undone by another option that says success. */
static bool read_status(struct octets_left *data, uint16_t *status)
{
	const uint8_t *code = take(data, sizeof(uint16_t));

	if (code && !*status)
		*status = number16(code);
	return code;
}

/* Octets of an option that is repeated as it is; those for which there is no room are not. */
static bool keep(struct dhcp6_identity *identity, const struct option *option)
{
	const size_t octets = OPTION_HEAD + option->data.left;

	if (octets > sizeof(identity->options) - identity->options_length)
		return true;
	memcpy(identity->options + identity->options_length, option->data.at - OPTION_HEAD, octets);
	identity->options_length = (uint16_t)(identity->options_length + octets);
	return true;
}

bool dhcp6_may_assign(const struct ipv6 *address)
{
	return (address->octet[0] & 0xe0) == 0x20 || (address->octet[0] & 0xfe) == 0xfc;
}

static bool is_valid(const struct dhcp6_address *address)
{
	return dhcp6_may_assign(&address->address) && address->preferred <= address->valid;
}

static bool read_address(struct octets_left *data, struct dhcp6_message *message)
{
	const uint8_t *head = take(data, ADDRESS_HEAD);
	struct dhcp6_address address;
	struct option option;
	uint16_t status = DHCP6_SUCCESS;

	if (!head)
		return false;
	memcpy(&address.address, head, sizeof(address.address));
	address.preferred = number32(head + 16);
	address.valid = number32(head + 20);
	while (data->left)
		if (!take_option(data, &option) ||
		    (option.code == OPTION_STATUS_CODE && !read_status(&option.data, &status)))
			return false;
	if (status)
		address.preferred = address.valid = 0;
	if (is_valid(&address) && message->address_count < DHCP6_ADDRESSES)
		message->addresses[message->address_count++] = address;
	return true;
}

/*
 * Of several the one with the lowest IAID, so that request and Reply tell of the same in any order.
 * One whose T1 is after T2 is as if the server had not sent it (RFC 8415, 21.4).
 */
static bool choose_ia(const struct option *option, bool is_of_server, struct octets_left *chosen)
{
	const uint8_t *head = option->data.at;

	if (option->data.left < IA_HEAD)
		return false;
	if (is_of_server && number32(head + 8) && number32(head + 4) > number32(head + 8))
		return true;
	if (!chosen->left || number32(head) < number32(chosen->at))
		*chosen = option->data;
	return true;
}

static bool read_ia(struct octets_left *data, struct dhcp6_message *message)
{
	const uint8_t *head = take(data, IA_HEAD);
	struct option option;

	message->has_ia = true;
	message->iaid = number32(head);
	message->t1 = number32(head + 4);
	message->t2 = number32(head + 8);
	while (data->left)
		if (!take_option(data, &option) ||
		    (option.code == OPTION_STATUS_CODE &&
		     !read_status(&option.data, &message->status)) ||
		    (option.code == OPTION_IAADDR && !read_address(&option.data, message)))
			return false;
	return true;
}

/* An IA_NA is read once all options are known. */
static bool read_option(struct option *option, struct dhcp6_message *message,
                        struct octets_left *ia)
{
	switch (option->code) {
	case OPTION_CLIENTID:
		return read_duid(&option->data, &message->identity.client);
	case OPTION_SERVERID:
		return read_duid(&option->data, &message->identity.server);
	case OPTION_IA_NA:
		return choose_ia(option, dhcp6_is_of_server(message), ia);
	case OPTION_STATUS_CODE:
		return read_status(&option->data, &message->status);
	case OPTION_ELAPSED_TIME:
		if (option->data.left != sizeof(message->elapsed))
			return false;
		message->elapsed = number16(option->data.at);
		return true;
	case OPTION_ORO:
	case OPTION_USER_CLASS:
	case OPTION_VENDOR_CLASS:
	case OPTION_VENDOR_OPTS:
	case OPTION_CLIENT_FQDN:
		return dhcp6_is_of_server(message) || keep(&message->identity, option);
	default:
		return true;
	}
}

bool dhcp6_is_of_server(const struct dhcp6_message *message)
{
	return message->type == DHCP6_ADVERTISE || message->type == DHCP6_REPLY ||
	       message->type == DHCP6_RECONFIGURE;
}

bool dhcp6_is_refusal(const struct dhcp6_message *message)
{
	return message->status == DHCP6_NO_BINDING || message->status == DHCP6_NOT_ON_LINK;
}

bool dhcp6_duid_equal(const struct dhcp6_duid *a, const struct dhcp6_duid *b)
{
	return a->length == b->length && !memcmp(a->octets, b->octets, a->length);
}

static bool has_type(const struct dhcp6_message *message)
{
	return message->type >= DHCP6_SOLICIT && message->type <= DHCP6_INFORMATION_REQUEST;
}

enum dhcp_parse_error dhcp6_message_read(const uint8_t *octets, size_t length,
                                         struct dhcp6_message *message)
{
	struct octets_left reader = { octets, length }, ia = { 0 };
	struct dhcp6_message read = { 0 };
	const uint8_t *head = take(&reader, sizeof(struct dhcp6));
	struct option option;

	if (!head)
		return DHCP_PARSE_ERROR_SHORT;
	read.type = head[0];
	read.xid = number32(head) & DHCP6_XID_MASK;
	if (!has_type(&read))
		return DHCP_PARSE_ERROR_NO_TYPE;
	while (reader.left)
		if (!take_option(&reader, &option) || !read_option(&option, &read, &ia))
			return DHCP_PARSE_ERROR_BAD_OPTION;
	if (ia.left && !read_ia(&ia, &read))
		return DHCP_PARSE_ERROR_BAD_OPTION;
	*message = read;
	return DHCP_PARSE_ERROR_NONE;
}

bool dhcp6_message_check(const struct dhcp6_message *message)
{
	const struct dhcp6_identity *identity = &message->identity;

	if (!has_type(message) || message->address_count > DHCP6_ADDRESSES ||
	    identity->client.length > DHCP6_DUID_MAX || identity->server.length > DHCP6_DUID_MAX ||
	    identity->options_length > DHCP6_OPTIONS_MAX)
		return false;
	for (size_t i = 0; i < message->address_count; i++)
		if (!is_valid(&message->addresses[i]))
			return false;
	return true;
}

static bool is_duid(const struct dhcp6_duid *duid)
{
	return duid->length >= DHCP6_DUID_MIN && duid->length <= DHCP6_DUID_MAX;
}

static bool is_twice(const struct dhcp6_lease *lease, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (ip_equal(&lease->addresses[i].address, &lease->addresses[index].address))
			return true;
	return false;
}

/* RFC 8415, 21.4: T1 is not after T2. */
bool dhcp6_lease_check(const struct dhcp6_lease *lease)
{
	if (!is_duid(&lease->client) || (lease->server.length && !is_duid(&lease->server)) ||
	    !lease->address_count || lease->address_count > DHCP6_ADDRESSES ||
	    (lease->t2 && lease->t1 > lease->t2))
		return false;
	for (size_t i = 0; i < lease->address_count; i++)
		if (!is_valid(&lease->addresses[i]) || is_twice(lease, i))
			return false;
	return true;
}

/* There is room for all that a message may have. */
struct writer {
	uint8_t *octets;
	size_t length;
};

_Static_assert(sizeof(struct dhcp6) + 2 * (OPTION_HEAD + DHCP6_DUID_MAX) + DHCP6_OPTIONS_MAX +
                               3 * (OPTION_HEAD + sizeof(uint16_t)) + OPTION_HEAD + IA_HEAD +
                               DHCP6_ADDRESSES * (OPTION_HEAD + ADDRESS_HEAD) <=
                       DHCP6_MESSAGE_MAX,
               "any message fits");

static void put(struct writer *writer, const void *octets, size_t length)
{
	memcpy(writer->octets + writer->length, octets, length);
	writer->length += length;
}

static void put16(struct writer *writer, uint16_t number)
{
	put(writer, &(uint16_t){ htons(number) }, sizeof(number));
}

static void put32(struct writer *writer, uint32_t number)
{
	put(writer, &(uint32_t){ htonl(number) }, sizeof(number));
}

static void put_head(struct writer *writer, uint16_t code, size_t length)
{
	put16(writer, code);
	put16(writer, (uint16_t)length);
}

static void put_duid(struct writer *writer, uint16_t code, const struct dhcp6_duid *duid)
{
	if (!duid->length)
		return;
	put_head(writer, code, duid->length);
	put(writer, duid->octets, duid->length);
}

static void put_number16(struct writer *writer, uint16_t code, uint16_t number)
{
	put_head(writer, code, sizeof(number));
	put16(writer, number);
}

static void put_ia(struct writer *writer, const struct dhcp6_message *message)
{
	put_head(writer, OPTION_IA_NA,
	         IA_HEAD + message->address_count * (OPTION_HEAD + ADDRESS_HEAD));
	put32(writer, message->iaid);
	put32(writer, message->t1);
	put32(writer, message->t2);
	for (size_t i = 0; i < message->address_count; i++) {
		put_head(writer, OPTION_IAADDR, ADDRESS_HEAD);
		put(writer, &message->addresses[i].address, sizeof(struct ipv6));
		put32(writer, message->addresses[i].preferred);
		put32(writer, message->addresses[i].valid);
	}
}

static bool has_kept(const struct dhcp6_identity *identity, uint16_t code)
{
	struct octets_left reader = { identity->options, identity->options_length };
	struct option option;

	while (take_option(&reader, &option))
		if (option.code == code)
			return true;
	return false;
}

/* RFC 8415, 18.2.4 asks for the Option Request option with SOL_MAX_RT; the client's own has it. */
size_t dhcp6_message_write(const struct dhcp6_message *message, uint8_t octets[DHCP6_MESSAGE_MAX])
{
	const struct dhcp6_identity *identity = &message->identity;
	struct writer writer = { octets, 0 };

	if (!has_type(message) || dhcp6_is_of_server(message))
		return 0;
	put32(&writer, (uint32_t)message->type << 24 | (message->xid & DHCP6_XID_MASK));
	put_duid(&writer, OPTION_CLIENTID, &identity->client);
	put_duid(&writer, OPTION_SERVERID, &identity->server);
	put_number16(&writer, OPTION_ELAPSED_TIME, message->elapsed);
	put(&writer, identity->options, identity->options_length);
	if (!has_kept(identity, OPTION_ORO))
		put_number16(&writer, OPTION_ORO, OPTION_SOL_MAX_RT);
	if (message->has_ia)
		put_ia(&writer, message);
	return writer.length;
}

void dhcp6_frame_write(struct packet *packet, const struct dhcp6_frame_ends *ends,
                       const struct dhcp6_message *message)
{
	static const struct mac all_agents_mac = { { 0x33, 0x33, 0, 1, 0, 2 } };
	static const struct ipv6 all_agents = { { 0xff, 0x02, [13] = 1, 0, 2 } };
	const struct udp6_ends udp = {
		.source = ends->source,
		.destination = all_agents,
		.source_port = DHCP6_CLIENT_PORT,
		.destination_port = DHCP6_SERVER_PORT,
	};
	uint8_t octets[DHCP6_MESSAGE_MAX];
	const size_t length = dhcp6_message_write(message, octets);

	packet_start(packet, &all_agents_mac, &ends->from, ends->vlan, ETH_P_IPV6);
	packet_add_udp6(packet, &udp, octets, length);
	packet->overflow |= !length;
}
