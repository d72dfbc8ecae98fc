// SPDX-License-Identifier: GPL-2.0-or-later
/* The result of a renewal as people read it, with text that anybody on the LAN can forge. */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "dhcp/lease.h"
#include "host/host.h"

_Static_assert((int)LEASE_TEXT <= (int)HOST_EVENT_DETAIL, "an event has room for the text");

static struct lease lease_with(enum lease_result result)
{
	return (struct lease){
		.address = { { 192, 0, 2, 20 } },
		.server = { { 192, 0, 2, 1 } },
		.seconds = 7200,
		.result = result,
	};
}

static void says(const struct lease *lease, const struct dhcp_message *answer, const char *expected)
{
	char words[LEASE_TEXT];

	assert_string_equal(lease_text(lease, answer, words), expected);
}

TEST(each_result)
{
	static const struct {
		enum lease_result result;
		const char *words;
	} rows[] = {
		{ LEASE_RESULT_NONE, "" },
		{ LEASE_RESULT_RENEWED, "192.0.2.20 for 2 h, by 192.0.2.1" },
		{ LEASE_RESULT_NO_ANSWER,
		  "no answer from its server: all are asked for 192.0.2.20" },
		{ LEASE_RESULT_NAK, "192.0.2.20 is refused by a server (DHCPNAK)" },
		{ LEASE_RESULT_EXPIRED, "192.0.2.20 has expired, as no server answered" },
		{ LEASE_RESULT_ADDRESS_CHANGED,
		  "a server assigned another address instead of 192.0.2.20" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lease lease = lease_with(rows[i].result);

		says(&lease, NULL, rows[i].words);
	}
}

TEST(lease_times)
{
	static const struct {
		uint32_t seconds;
		const char *words;
	} rows[] = {
		{ 1, "192.0.2.20 for 1 s, by 192.0.2.1" },
		{ 90, "192.0.2.20 for 90 s, by 192.0.2.1" },
		{ 60, "192.0.2.20 for 1 min, by 192.0.2.1" },
		{ 5400, "192.0.2.20 for 90 min, by 192.0.2.1" },
		{ 3600, "192.0.2.20 for 1 h, by 192.0.2.1" },
		{ 86400, "192.0.2.20 for 24 h, by 192.0.2.1" },
		{ DHCP_INFINITE - 1, "192.0.2.20 for 4294967294 s, by 192.0.2.1" },
		{ DHCP_INFINITE, "192.0.2.20 for ever, by 192.0.2.1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lease lease = lease_with(LEASE_RESULT_RENEWED);

		lease.seconds = rows[i].seconds;
		says(&lease, NULL, rows[i].words);
	}
}

TEST(the_other_address)
{
	const struct dhcp_message ack = { .type = DHCP_ACK, .yiaddr = { { 192, 0, 2, 99 } } };
	const struct lease lease = lease_with(LEASE_RESULT_ADDRESS_CHANGED);

	says(&lease, &ack, "a server assigned 192.0.2.99 instead of 192.0.2.20");
}

static struct dhcp_message nak_with(const char *text, size_t length)
{
	struct dhcp_message nak = { .type = DHCP_NAK };

	memset(nak.error.data, 'x', sizeof(nak.error.data)); /* beyond the end */
	nak.error.length = (uint8_t)length;
	memcpy(nak.error.data, text, length);
	return nak;
}

static void check_nak(const char *text, size_t length, const char *expected)
{
	const struct dhcp_message nak = nak_with(text, length);
	const struct lease lease = lease_with(LEASE_RESULT_NAK);

	says(&lease, &nak, expected);
}

TEST(the_text_of_a_nak)
{
	check_nak("wrong network", 13,
	          "192.0.2.20 is refused by a server (DHCPNAK): \"wrong network\"");
	check_nak("", 0, "192.0.2.20 is refused by a server (DHCPNAK)");
}

/* Option 56 is for a terminal in the end, and anybody on the LAN can forge it. */
TEST(a_server_cannot_write_to_the_terminal)
{
	static const char evil[] = "\x1b[2J\"no\r\n\x07\0pe\x9b"
				   "1m\x7f\"";

	check_nak(evil, sizeof(evil), "192.0.2.20 is refused by a server (DHCPNAK): \"[2Jnope1m\"");
	check_nak("\x1b\x1b\n\"\"\0", 6, "192.0.2.20 is refused by a server (DHCPNAK)");
}

TEST(long_text_is_cut)
{
	char text[255], expected[LEASE_TEXT];

	memset(text, 'x', sizeof(text));
	snprintf(expected, sizeof(expected),
	         "192.0.2.20 is refused by a server (DHCPNAK): \"%.60s\"", text);
	check_nak(text, sizeof(text), expected);
}

TEST(longest_text_fits)
{
	struct dhcp_message answer = nak_with("", 0);
	char words[LEASE_TEXT];

	memset(answer.error.data, 'x', sizeof(answer.error.data));
	answer.error.length = sizeof(answer.error.data);
	for (enum lease_result result = LEASE_RESULT_NONE; result <= LEASE_RESULT_ADDRESS_CHANGED;
	     result++) {
		struct lease lease = lease_with(result);

		lease.address = lease.server = answer.yiaddr =
			(struct ipv4){ { 255, 255, 255, 255 } };
		lease.seconds = DHCP_INFINITE - 1;
		lease_text(&lease, &answer, words);
		assert_true(strlen(words) < LEASE_TEXT - 1);
	}
}
