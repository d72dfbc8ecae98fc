// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_options.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

static struct dhcp fixed_part(const struct dhcp_message *message)
{
	return (struct dhcp){
		.op = message_op(message->type),
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

static size_t add_option(uint8_t *octets, size_t length, uint8_t code,
                         const struct dhcp_option *option)
{
	octets[length] = code;
	octets[length + 1] = option->length;
	memcpy(octets + length + OPTION_HEAD, option->data, option->length);
	return length + OPTION_HEAD + option->length;
}

static bool add_options(const struct dhcp_message *message, uint8_t *octets, size_t *length)
{
	for (size_t i = 0; i < MESSAGE_OPTIONS; i++) {
		const struct message_option *row = &message_options[i];
		struct dhcp_option option = { 0 };

		if (row->store)
			row->store((const uint8_t *)message + row->field, &option);
		if (!option.length)
			continue;
		/* the end option needs its octet too */
		if (*length + OPTION_HEAD + option.length >= DHCP_MESSAGE_MAX)
			return false;
		*length = add_option(octets, *length, row->code, &option);
	}
	octets[(*length)++] = OPTION_END;
	return true;
}

size_t dhcp_message_write(const struct dhcp_message *message, uint8_t octets[DHCP_MESSAGE_MAX])
{
	const struct dhcp fixed = fixed_part(message);
	size_t length = sizeof(fixed);

	if (fixed.op != DHCP_BOOTREQUEST)
		return 0;
	memset(octets, 0, DHCP_MESSAGE_MAX);
	memcpy(octets, &fixed, sizeof(fixed));
	if (!add_options(message, octets, &length))
		return 0;
	return length < DHCP_MESSAGE_MIN ? DHCP_MESSAGE_MIN : length;
}
