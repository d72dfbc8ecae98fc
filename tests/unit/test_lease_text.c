// SPDX-License-Identifier: GPL-2.0-or-later
/* The result of a renewal as people read it, with text that anybody on the LAN can forge. */
#include "test.h"

#include <string.h>

#include "dhcp/lease.h"
#include "host/host.h"

_Static_assert((int)LEASE_TEXT <= (int)HOST_EVENT_DETAIL, "an event has room for the text");

#define LEASE "192.0.2.20"
#define REFUSED LEASE " is refused by a server (DHCPNAK)"
#define FIFTEEN_X "xxxxxxxxxxxxxxx"
#define SIXTY_X FIFTEEN_X FIFTEEN_X FIFTEEN_X FIFTEEN_X

/* clang-format off */
#define RENEWED(seconds) LEASE_RESULT_RENEWED, seconds, { 0 }
#define OTHER LEASE_RESULT_ADDRESS_CHANGED, 0
/* What is beyond the end of its error is no text. */
#define NAK(text) \
	LEASE_RESULT_NAK, 0, { .type = DHCP_NAK, .error = { sizeof(text) - 1, text "beyond" } }
/* clang-format on */

TEST(each_result)
{
	static const struct {
		enum lease_result result;
		uint32_t seconds;
		struct dhcp_message reply; /* type 0: none */
		const char *expected;
	} rows[] = {
		{ LEASE_RESULT_NONE, 0, { 0 }, "" },
		{ RENEWED(1), LEASE " for 1 s, by 192.0.2.1" },
		{ RENEWED(90), LEASE " for 90 s, by 192.0.2.1" },
		{ RENEWED(60), LEASE " for 1 min, by 192.0.2.1" },
		{ RENEWED(5400), LEASE " for 90 min, by 192.0.2.1" },
		{ RENEWED(3600), LEASE " for 1 h, by 192.0.2.1" },
		{ RENEWED(86400), LEASE " for 24 h, by 192.0.2.1" },
		{ RENEWED(DHCP_INFINITE - 1), LEASE " for 4294967294 s, by 192.0.2.1" },
		{ RENEWED(DHCP_INFINITE), LEASE " for ever, by 192.0.2.1" },
		{ LEASE_RESULT_NO_ANSWER,
		  0,
		  { 0 },
		  "no answer from its server: all are asked for " LEASE },
		{ LEASE_RESULT_EXPIRED, 0, { 0 }, LEASE " has expired, as no server answered" },
		{ OTHER, { 0 }, "a server assigned another address instead of " LEASE },
		{ OTHER,
		  { .type = DHCP_ACK, .yiaddr = { { 192, 0, 2, 99 } } },
		  "a server assigned 192.0.2.99 instead of " LEASE },
		{ LEASE_RESULT_NAK, 0, { 0 }, REFUSED },
		{ NAK(""), REFUSED },
		{ NAK("wrong network"), REFUSED ": \"wrong network\"" },
		/* option 56 goes to terminals, and anybody on the LAN can forge it */
		{ NAK("\x1b[2J\"no\r\n\7\0pe\2331m\x7f\""), REFUSED ": \"[2Jnope1m\"" },
		{ NAK("\x1b\x1b\n\"\"\0"), REFUSED },
		{ NAK(SIXTY_X SIXTY_X), REFUSED ": \"" SIXTY_X "\"" },
	};

	EACH(i, rows)
	{
		const struct lease lease = {
			.address = { { 192, 0, 2, 20 } },
			.server = { { 192, 0, 2, 1 } },
			.seconds = rows[i].seconds,
			.result = rows[i].result,
		};
		char text[LEASE_TEXT];

		assert_string_equal(
			lease_text(&lease, rows[i].reply.type ? &rows[i].reply : NULL, text),
			rows[i].expected);
	}
}

TEST(longest_text_fits)
{
	struct dhcp_message reply = { .yiaddr = { { 255, 255, 255, 255 } }, .error.length = 255 };
	char text[LEASE_TEXT];

	memset(reply.error.data, 'x', sizeof(reply.error.data));
	for (enum lease_result result = 0; result <= LEASE_RESULT_ADDRESS_CHANGED; result++) {
		const struct lease lease = {
			.address = reply.yiaddr,
			.server = reply.yiaddr,
			.seconds = DHCP_INFINITE - 1,
			.result = result,
		};

		lease_text(&lease, &reply, text);
		assert_true(strlen(text) < LEASE_TEXT - 1);
	}
}
