// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease_text.h"

#include <ctype.h>
#include <stdio.h>

#include "base/text.h"

/* A lease and the answer to it, with their addresses as text. */
struct tale {
	const struct lease *lease;
	const struct dhcp_message *answer;
	char address[TEXT_IP], server[TEXT_IP];
	char *words;
};

static void tell_span(uint32_t seconds, char text[32])
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

/* Option 56 comes from the network, and goes to terminals. */
static void tell_error(const struct dhcp_option *error, char text[64])
{
	size_t length = 0;

	for (size_t i = 0; i < error->length && length < 60; i++)
		if (isprint(error->data[i]) && error->data[i] != '"')
			text[length++] = (char)error->data[i];
	text[length] = '\0';
}

static void renewed(const struct tale *tale)
{
	char span[32];

	tell_span(tale->lease->seconds, span);
	snprintf(tale->words, LEASE_TEXT, "%s for %s, by %s", tale->address, span, tale->server);
}

static void silence(const struct tale *tale)
{
	snprintf(tale->words, LEASE_TEXT, "its server is silent, so all are asked for %s",
	         tale->address);
}

static void refused(const struct tale *tale)
{
	char error[64] = "";

	if (tale->answer)
		tell_error(&tale->answer->error, error);
	snprintf(tale->words, LEASE_TEXT, "%s is refused by a server (DHCPNAK)%s%s%s",
	         tale->address, *error ? ": \"" : "", error, *error ? "\"" : "");
}

static void expired(const struct tale *tale)
{
	snprintf(tale->words, LEASE_TEXT, "%s has expired, as no server answered", tale->address);
}

static void moved(const struct tale *tale)
{
	char other[TEXT_IP] = "another address";

	if (tale->answer)
		text_from_ipv4(tale->answer->yiaddr, other);
	snprintf(tale->words, LEASE_TEXT, "a server would have it at %s, not at %s", other,
	         tale->address);
}

static void nothing(const struct tale *tale)
{
	*tale->words = '\0';
}

char *lease_text(const struct lease *lease, const struct dhcp_message *answer,
                 char words[LEASE_TEXT])
{
	static void (*const by_result[])(const struct tale *) = {
		[RESULT_NONE] = nothing,    [RESULT_RENEWED] = renewed, [RESULT_SILENCE] = silence,
		[RESULT_REFUSED] = refused, [RESULT_EXPIRED] = expired, [RESULT_MOVED] = moved,
	};
	struct tale tale = { .lease = lease, .answer = answer, .words = words };

	text_from_ipv4(lease->address, tale.address);
	text_from_ipv4(lease->server, tale.server);
	by_result[lease->result](&tale);
	return words;
}
