// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of a lease, as people read it; servers' own words are theirs to forge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dhcp/lease_text.h"
#include "host/host_event.h"

_Static_assert((int)LEASE_TEXT <= (int)HOST_EVENT_DETAIL, "a happening has room for the words");

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

static void test_each_result(void **state)
{
	static const struct {
		enum lease_result result;
		const char *words;
	} rows[] = {
		{ RESULT_NONE, "" },
		{ RESULT_RENEWED, "192.0.2.20 for 2 h, by 192.0.2.1" },
		{ RESULT_SILENCE, "its server is silent, so all are asked for 192.0.2.20" },
		{ RESULT_REFUSED, "192.0.2.20 is refused by a server (DHCPNAK)" },
		{ RESULT_EXPIRED, "192.0.2.20 has expired, as no server answered" },
		{ RESULT_MOVED, "a server would have it at another address, not at 192.0.2.20" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lease lease = lease_with(rows[i].result);

		says(&lease, NULL, rows[i].words);
	}
}

static void test_spans(void **state)
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

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lease lease = lease_with(RESULT_RENEWED);

		lease.seconds = rows[i].seconds;
		says(&lease, NULL, rows[i].words);
	}
}

static void test_where_the_server_would_have_it(void **state)
{
	const struct dhcp_message ack = { .type = DHCP_ACK, .yiaddr = { { 192, 0, 2, 99 } } };
	const struct lease lease = lease_with(RESULT_MOVED);

	(void)state;
	says(&lease, &ack, "a server would have it at 192.0.2.99, not at 192.0.2.20");
}

static struct dhcp_message nak_with(const char *text, size_t length)
{
	struct dhcp_message nak = { .type = DHCP_NAK };

	memset(nak.error.data, 'x', sizeof(nak.error.data)); /* behind the end */
	nak.error.length = (uint8_t)length;
	memcpy(nak.error.data, text, length);
	return nak;
}

static void refuses(const char *text, size_t length, const char *expected)
{
	const struct dhcp_message nak = nak_with(text, length);
	const struct lease lease = lease_with(RESULT_REFUSED);

	says(&lease, &nak, expected);
}

static void test_why_a_server_refuses(void **state)
{
	(void)state;
	refuses("wrong network", 13,
	        "192.0.2.20 is refused by a server (DHCPNAK): \"wrong network\"");
	refuses("", 0, "192.0.2.20 is refused by a server (DHCPNAK)");
}

/* Option 56 is for a terminal in the end, and anybody on the LAN can forge it. */
static void test_a_server_cannot_write_to_the_terminal(void **state)
{
	static const char evil[] = "\x1b[2J\"no\r\n\x07\0pe\x9b"
				   "1m\x7f\"";

	(void)state;
	refuses(evil, sizeof(evil), "192.0.2.20 is refused by a server (DHCPNAK): \"[2Jnope1m\"");
	refuses("\x1b\x1b\n\"\"\0", 6, "192.0.2.20 is refused by a server (DHCPNAK)");
}

static void test_a_server_is_not_heard_out(void **state)
{
	char text[255], expected[LEASE_TEXT];

	(void)state;
	memset(text, 'x', sizeof(text));
	snprintf(expected, sizeof(expected),
	         "192.0.2.20 is refused by a server (DHCPNAK): \"%.60s\"", text);
	refuses(text, sizeof(text), expected);
}

static void test_the_longest_words_fit(void **state)
{
	struct dhcp_message answer = nak_with("", 0);
	char words[LEASE_TEXT];

	(void)state;
	memset(answer.error.data, 'x', sizeof(answer.error.data));
	answer.error.length = sizeof(answer.error.data);
	for (enum lease_result result = RESULT_NONE; result <= RESULT_MOVED; result++) {
		struct lease lease = lease_with(result);

		lease.address = lease.server = answer.yiaddr =
			(struct ipv4){ { 255, 255, 255, 255 } };
		lease.seconds = DHCP_INFINITE - 1;
		lease_text(&lease, &answer, words);
		assert_true(strlen(words) < LEASE_TEXT - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_result),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_where_the_server_would_have_it),
		cmocka_unit_test(test_why_a_server_refuses),
		cmocka_unit_test(test_a_server_cannot_write_to_the_terminal),
		cmocka_unit_test(test_a_server_is_not_heard_out),
		cmocka_unit_test(test_the_longest_words_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
