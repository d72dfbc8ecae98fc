// SPDX-License-Identifier: GPL-2.0-or-later
/* A lease in words. */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"
#include "dhcp/lease.h"

const char *const lease_state_names[] = {
	[LEASE_NONE] = "none",           [LEASE_BOUND] = "bound", [LEASE_RENEWING] = "renewing",
	[LEASE_REBINDING] = "rebinding", [LEASE_LOST] = "lost",
};

const char *const lease_result_names[] = {
	[LEASE_RESULT_NONE] = NULL,
	[LEASE_RESULT_RENEWED] = "renewed",
	[LEASE_RESULT_NO_ANSWER] = "no-answer",
	[LEASE_RESULT_NAK] = "nak",
	[LEASE_RESULT_EXPIRED] = "expired",
	[LEASE_RESULT_ADDRESS_CHANGED] = "address-changed",
};

static void write_span(uint32_t seconds, char text[32])
{
	if (seconds == DHCP_INFINITE)
		snprintf(text, 32, "ever");
	else if (seconds % 3600 == 0)
		snprintf(text, 32, "%u h", seconds / 3600);
	else if (seconds % 60 == 0)
		snprintf(text, 32, "%u min", seconds / 60);
	else
		snprintf(text, 32, "%u s", seconds);
}

/* ": \"its text\"", or nothing: option 56 comes from the network, and goes to terminals. */
static void quote_error(const struct dhcp_option *error, char text[72])
{
	char printable[61];
	size_t length = 0;

	for (size_t i = 0; i < error->length && length < sizeof(printable) - 1; i++)
		if (isprint(error->data[i]) && error->data[i] != '"')
			printable[length++] = (char)error->data[i];
	printable[length] = '\0';
	if (length)
		snprintf(text, 72, ": \"%s\"", printable);
}

char *lease_text(const struct lease *lease, const struct dhcp_message *reply, char text[LEASE_TEXT])
{
	char address[TEXT_IP], server[TEXT_IP], other[TEXT_IP] = "another address";
	char span[32], error[72] = "";

	text_from_ipv4(lease->address, address);
	text_from_ipv4(lease->server, server);
	write_span(lease->seconds, span);
	if (reply) {
		text_from_ipv4(reply->yiaddr, other);
		quote_error(&reply->error, error);
	}
	*text = '\0';
	if (lease->result == LEASE_RESULT_RENEWED)
		snprintf(text, LEASE_TEXT, "%s for %s, by %s", address, span, server);
	else if (lease->result == LEASE_RESULT_NO_ANSWER)
		snprintf(text, LEASE_TEXT, "no answer from its server: all are asked for %s",
		         address);
	else if (lease->result == LEASE_RESULT_NAK)
		snprintf(text, LEASE_TEXT, "%s is refused by a server (DHCPNAK)%s", address, error);
	else if (lease->result == LEASE_RESULT_EXPIRED)
		snprintf(text, LEASE_TEXT, "%s has expired, as no server answered", address);
	else if (lease->result == LEASE_RESULT_ADDRESS_CHANGED)
		snprintf(text, LEASE_TEXT, "a server assigned %s instead of %s", other, address);
	return text;
}
