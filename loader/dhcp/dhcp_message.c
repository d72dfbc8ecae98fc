// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_options.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

/* An option put together from its pieces (RFC 3396). One that stands there may be empty. */
struct whole {
	bool present;
	struct dhcp_option option;
};

struct content {
	struct whole of[MESSAGE_OPTIONS];
	struct whole overload;
};

static struct whole *whole_of(struct content *content, uint8_t code)
{
	if (code == OPTION_OVERLOAD)
		return &content->overload;
	for (size_t i = 0; i < MESSAGE_OPTIONS; i++) {
		if (message_options[i].code == code)
			return &content->of[i];
	}
	return NULL;
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

/* The option that `octets` begin with, of which `left` are left. */
static bool add_option(struct content *content, const uint8_t *octets, size_t left)
{
	struct whole *whole;

	if (left < OPTION_HEAD || octets[1] > left - OPTION_HEAD)
		return false;
	whole = whole_of(content, octets[0]);
	return !whole || add_piece(whole, octets + OPTION_HEAD, octets[1]);
}

/*
 * A field of options may lack the end option that RFC 2131, 4.1 asks for: no octet is in doubt, and
 * dnsmasq, ISC's dhcpd, Kea and udhcpd all serve clients that leave it out.
 */
static bool gather(struct content *content, const uint8_t *octets, size_t length)
{
	size_t at = 0;

	while (at < length && octets[at] != OPTION_END) {
		if (octets[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (!add_option(content, octets + at, length - at))
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
	uint8_t overload;

	if (!gather(content, rest, length))
		return false;
	/* taken before the fields that it opens: what they say of it counts for nothing */
	overload = content->overload.option.data[0];
	if (content->overload.present &&
	    (content->overload.option.length != 1 || !overload || overload > OVERLOAD_BOTH))
		return false;
	if ((overload & OVERLOAD_FILE) && !gather(content, fixed->file, sizeof(fixed->file)))
		return false;
	return !(overload & OVERLOAD_SNAME) || gather(content, fixed->sname, sizeof(fixed->sname));
}

static bool load(const struct content *content, struct dhcp_message *message)
{
	for (size_t i = 0; i < MESSAGE_OPTIONS; i++) {
		const struct whole *whole = &content->of[i];

		if (!whole->present)
			continue;
		if (message_options[i].length && message_options[i].length != whole->option.length)
			return false;
		message_options[i].load(&whole->option,
		                        (uint8_t *)message + message_options[i].field);
	}
	return true;
}

static bool is_about_ethernet(const struct dhcp *fixed)
{
	static const struct mac none;

	return fixed->htype == DHCP_HARDWARE_ETHERNET && fixed->hlen == sizeof(struct mac) &&
	       !(fixed->chaddr.octet[0] & 1) && memcmp(&fixed->chaddr, &none, sizeof(none)) != 0;
}

enum dhcp_parse_error dhcp_message_read(const uint8_t *octets, size_t length,
                                        struct dhcp_message *message)
{
	struct content content = { 0 };
	struct dhcp_message said;
	struct dhcp fixed;

	if (length < sizeof(fixed))
		return DHCP_PARSE_ERROR_short;
	memcpy(&fixed, octets, sizeof(fixed));
	if (!is_about_ethernet(&fixed))
		return DHCP_PARSE_ERROR_not_ethernet;
	if (ntohl(fixed.cookie) != DHCP_COOKIE)
		return DHCP_PARSE_ERROR_no_cookie;
	said = (struct dhcp_message){
		.xid = ntohl(fixed.xid),
		.secs = ntohs(fixed.secs),
		.flags = ntohs(fixed.flags),
		.chaddr = fixed.chaddr,
		.ciaddr = fixed.ciaddr,
		.yiaddr = fixed.yiaddr,
		.giaddr = fixed.giaddr,
	};
	if (!gather_all(&content, &fixed, octets + sizeof(fixed), length - sizeof(fixed)) ||
	    !load(&content, &said))
		return DHCP_PARSE_ERROR_bad_option;
	if (!message_op(said.type) || message_op(said.type) != fixed.op)
		return DHCP_PARSE_ERROR_no_type;
	*message = said;
	return DHCP_PARSE_ERROR_none;
}
