// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_message.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <string.h>

#include "base/addr.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* RFC 2132, 3.1, 3.2 and 9.3 */
enum { OPTION_PAD = 0, OPTION_OVERLOAD = 52, OPTION_END = 255 };
enum { OPTION_HEAD = 2 }; /* code and length, before the data */

/* In the order in which they are written; the last ones are of servers alone. */
enum { WRITTEN_OPTIONS = 9 };

#define FIELD(name) offsetof(struct dhcp_message, name)

static const struct message_option {
	uint8_t code;
	uint8_t size; /* of its data; 0: any, in a struct dhcp_option */
	size_t field; /* of struct dhcp_message, as on the wire */
} message_options[] = {
	{ 53, sizeof(uint8_t), FIELD(type) },
	{ 61, 0, FIELD(identity.client_id) },
	{ 50, sizeof(struct ipv4), FIELD(requested) },
	{ 54, sizeof(struct ipv4), FIELD(server) },
	{ 51, sizeof(uint32_t), FIELD(lease_time) },
	{ 12, 0, FIELD(identity.hostname) },
	{ 55, 0, FIELD(identity.parameters) },
	{ 60, 0, FIELD(identity.vendor_class) },
	{ 81, 0, FIELD(identity.fqdn) },
	{ 58, sizeof(uint32_t), FIELD(t1) },
	{ 59, sizeof(uint32_t), FIELD(t2) },
	{ 56, 0, FIELD(error) },
};

enum { OPTIONS = COUNT(message_options), OVERLOAD = OPTIONS };

/* Options put together from their pieces (RFC 3396). One that is present may be empty. */
struct content {
	struct whole {
		bool present;
		struct dhcp_option option;
	} of[OPTIONS + 1]; /* the last: OVERLOAD */
};

static struct whole *whole_of(struct content *content, uint8_t code)
{
	size_t i = 0;

	while (i < OPTIONS && message_options[i].code != code)
		i++;
	return i < OPTIONS || code == OPTION_OVERLOAD ? &content->of[i] : NULL;
}

static bool add_piece(struct whole *whole, const uint8_t *data, size_t length)
{
	struct dhcp_option *option = &whole->option;

	if (length > sizeof(option->data) - option->length)
		return false;
	memcpy(option->data + option->length, data, length);
	option->length += length;
	whole->present = true;
	return true;
}

/*
 * A field of options may lack the end option that RFC 2131, 4.1 asks for: no octet is in doubt, and
 * dnsmasq, ISC's dhcpd, Kea and udhcpd all serve clients that leave it out.
 */
static bool gather(struct content *content, const uint8_t *octets, size_t length)
{
	size_t at = 0;

	while (at < length && octets[at] != OPTION_END) {
		struct whole *whole;

		if (octets[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (length - at < OPTION_HEAD || octets[at + 1] > length - at - OPTION_HEAD)
			return false;
		whole = whole_of(content, octets[at]);
		if (whole && !add_piece(whole, octets + at + OPTION_HEAD, octets[at + 1]))
			return false;
		at += OPTION_HEAD + octets[at + 1];
	}
	return true;
}

/* RFC 2132, 9.3 */
enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2, OVERLOAD_BOTH = 3 };

static bool gather_all(struct content *content, const struct dhcp *fixed, const uint8_t *rest,
                       size_t length)
{
	const struct whole *whole = &content->of[OVERLOAD];
	uint8_t overload;

	if (!gather(content, rest, length))
		return false;
	/* read before the fields that it adds: one in there has no effect */
	overload = whole->option.data[0];
	if (whole->present && (whole->option.length != 1 || !overload || overload > OVERLOAD_BOTH))
		return false;
	if ((overload & OVERLOAD_FILE) && !gather(content, fixed->file, sizeof(fixed->file)))
		return false;
	return !(overload & OVERLOAD_SNAME) || gather(content, fixed->sname, sizeof(fixed->sname));
}

static bool load(const struct content *content, struct dhcp_message *message)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct message_option *row = &message_options[i];
		const struct dhcp_option *option = &content->of[i].option;
		uint8_t *field = (uint8_t *)message + row->field;

		if (!content->of[i].present)
			continue;
		if (row->size && row->size != option->length)
			return false;
		if (row->size)
			memcpy(field, option->data, row->size);
		else
			*(struct dhcp_option *)field = *option;
	}
	message->lease_time = ntohl(message->lease_time);
	message->t1 = ntohl(message->t1);
	message->t2 = ntohl(message->t2);
	return true;
}

bool dhcp_is_of_server(const struct dhcp_message *message)
{
	return message->type == DHCP_OFFER || message->type == DHCP_ACK ||
	       message->type == DHCP_NAK;
}

/* 0: no type */
static uint8_t op_of(const struct dhcp_message *message)
{
	if (!message->type || message->type > DHCP_INFORM)
		return 0;
	return dhcp_is_of_server(message) ? DHCP_BOOTREPLY : DHCP_BOOTREQUEST;
}

static bool is_hosts_mac(const struct mac *mac)
{
	return !(mac->octet[0] & 1) && mac_is_set(mac);
}

static bool is_about_ethernet(const struct dhcp *fixed)
{
	return fixed->htype == DHCP_HARDWARE_ETHERNET && fixed->hlen == sizeof(struct mac) &&
	       is_hosts_mac(&fixed->chaddr);
}

_Static_assert(UINT8_MAX <= sizeof(((struct dhcp_option *)NULL)->data), "any length fits");

bool dhcp_message_check(const struct dhcp_message *message)
{
	return op_of(message) && is_hosts_mac(&message->chaddr);
}

static struct dhcp_message from_fixed(const struct dhcp *fixed)
{
	return (struct dhcp_message){
		.xid = ntohl(fixed->xid),
		.secs = ntohs(fixed->secs),
		.flags = ntohs(fixed->flags),
		.chaddr = fixed->chaddr,
		.ciaddr = fixed->ciaddr,
		.yiaddr = fixed->yiaddr,
		.giaddr = fixed->giaddr,
	};
}

enum dhcp_parse_error dhcp_message_read(const uint8_t *octets, size_t length,
                                        struct dhcp_message *message)
{
	struct content content = { 0 };
	struct dhcp_message read;
	struct dhcp fixed;

	if (length < sizeof(fixed))
		return DHCP_PARSE_ERROR_SHORT;
	memcpy(&fixed, octets, sizeof(fixed));
	if (!is_about_ethernet(&fixed))
		return DHCP_PARSE_ERROR_NOT_ETHERNET;
	if (ntohl(fixed.cookie) != DHCP_COOKIE)
		return DHCP_PARSE_ERROR_NO_COOKIE;
	read = from_fixed(&fixed);
	if (!gather_all(&content, &fixed, octets + sizeof(fixed), length - sizeof(fixed)) ||
	    !load(&content, &read))
		return DHCP_PARSE_ERROR_BAD_OPTION;
	if (!op_of(&read) || op_of(&read) != fixed.op)
		return DHCP_PARSE_ERROR_NO_TYPE;
	*message = read;
	return DHCP_PARSE_ERROR_NONE;
}

struct dhcp_identity dhcp_identity_read(const uint8_t *octets, size_t length)
{
	struct content content = { 0 };
	struct dhcp_message read = { 0 };

	if (gather(&content, octets, length))
		load(&content, &read);
	return read.identity;
}

/* Empty where the field is zero. */
static struct dhcp_option option_of(const struct message_option *row, const uint8_t *field)
{
	static const uint8_t zeros[sizeof(uint32_t)];
	struct dhcp_option option = { .length = row->size };

	if (!row->size)
		return *(const struct dhcp_option *)field;
	if (!memcmp(field, zeros, row->size))
		option.length = 0;
	memcpy(option.data, field, row->size);
	return option;
}

/* Of a message whose numbers are as on the wire. Leaves room for the end option. */
static bool add_options(const struct dhcp_message *message, uint8_t *octets, size_t *length)
{
	for (size_t i = 0; i < WRITTEN_OPTIONS; i++) {
		const struct message_option *row = &message_options[i];
		const struct dhcp_option option =
			option_of(row, (const uint8_t *)message + row->field);

		if (!option.length)
			continue;
		if (*length + OPTION_HEAD + option.length >= DHCP_MESSAGE_MAX)
			return false;
		octets[(*length)++] = row->code;
		octets[(*length)++] = option.length;
		memcpy(octets + *length, option.data, option.length);
		*length += option.length;
	}
	return true;
}

static struct dhcp to_fixed(const struct dhcp_message *message)
{
	return (struct dhcp){
		.op = op_of(message),
		.htype = DHCP_HARDWARE_ETHERNET,
		.hlen = sizeof(struct mac),
		.xid = htonl(message->xid),
		.secs = htons(message->secs),
		.flags = htons(message->flags),
		.ciaddr = message->ciaddr,
		.yiaddr = message->yiaddr,
		.giaddr = message->giaddr,
		.chaddr = message->chaddr,
		.cookie = htonl(DHCP_COOKIE),
	};
}

size_t dhcp_message_write(const struct dhcp_message *message, uint8_t octets[DHCP_MESSAGE_MAX])
{
	const struct dhcp fixed = to_fixed(message);
	struct dhcp_message wire = *message;
	size_t length = sizeof(fixed);

	if (fixed.op != DHCP_BOOTREQUEST)
		return 0;
	wire.lease_time = htonl(message->lease_time);
	memset(octets, 0, DHCP_MESSAGE_MAX);
	memcpy(octets, &fixed, sizeof(fixed));
	if (!add_options(&wire, octets, &length))
		return 0;
	octets[length++] = OPTION_END;
	return length < DHCP_MESSAGE_MIN ? DHCP_MESSAGE_MIN : length;
}

size_t dhcp_identity_write(const struct dhcp_identity *identity, uint8_t octets[DHCP_IDENTITY_MAX])
{
	const struct dhcp_message message = { .identity = *identity };
	size_t length = 0;

	add_options(&message, octets, &length);
	return length;
}

void dhcp_frame_write(struct packet *packet, const struct dhcp_frame_ends *ends,
                      const struct dhcp_message *message)
{
	const struct udp_ends udp = {
		.source = ends->source,
		.destination = ends->destination,
		.source_port = DHCP_CLIENT_PORT,
		.destination_port = DHCP_SERVER_PORT,
	};
	uint8_t octets[DHCP_MESSAGE_MAX];
	const size_t length = dhcp_message_write(message, octets);

	packet_start(packet, &ends->to, &ends->from, ends->vlan, ETH_P_IP);
	packet_add_udp(packet, &udp, octets, length);
	packet->overflow |= !length;
}
