// SPDX-License-Identifier: GPL-2.0-or-later
/* What people are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "agent/output.h"
#include "agent/services.h"
#include "support_agent.h"

static struct handover handed_over(size_t addresses)
{
	return (struct handover){
		.interface = "eth0",
		.proxy = lan_address(1),
		.client = 4711,
		.presence = some_presence(addresses),
	};
}

static void assert_handover(const struct handover *handover, const struct handover *backup,
                            const char *expected)
{
	struct words words = { .length = 0 };

	sentence_handover(handover, backup, &words);
	assert_string_equal(words.text, expected);
}

static void served(struct presence *presence, size_t count)
{
	presence->has_ports = true;
	for (presence->wake.count = 0; presence->wake.count < count; presence->wake.count++)
		presence->wake.ports[presence->wake.count] =
			(struct npp_port){ IPPROTO_TCP, (uint16_t)(1 + presence->wake.count) };
}

static void who_has_it(void **state)
{
	struct handover handover = handed_over(1), backup = handed_over(1);

	(void)state;
	assert_handover(&handover, NULL,
	                "eth0: 192.0.2.20 is handed over to 192.0.2.1 (client 4711)");
	backup.proxy = lan_address(2);
	assert_handover(
		&handover, &backup,
		"eth0: 192.0.2.20 is handed over to 192.0.2.1 (client 4711), backup 192.0.2.2");
	backup.presence.backup_of = lan_address(1);
	assert_handover(&backup, NULL,
	                "eth0: 192.0.2.20 is handed over to 192.0.2.2 (client 4711), as backup of "
	                "192.0.2.1");
}

static void what_wakes_it(void **state)
{
	static const struct {
		size_t ports;
		const char *words;
	} rows[] = {
		{ 0, "nothing wakes it" },
		{ 1, "tcp/1 wakes it" },
		{ 2, "tcp/1 and tcp/2 wake it" },
		{ 3, "tcp/1, tcp/2 and tcp/3 wake it" },
		{ 8, "tcp/1, tcp/2, tcp/3, tcp/4, tcp/5, tcp/6, tcp/7 and tcp/8 wake it" },
		{ 9, "tcp/1, tcp/2, tcp/3, tcp/4, tcp/5, tcp/6, tcp/7 and 2 more wake it" },
		{ 64, "tcp/1, tcp/2, tcp/3, tcp/4, tcp/5, tcp/6, tcp/7 and 57 more wake it" },
	};
	char expected[256];

	(void)state;
	EACH(i, rows)
	{
		struct handover handover = handed_over(1);

		served(&handover.presence, rows[i].ports);
		snprintf(expected, sizeof(expected),
		         "eth0: 192.0.2.20 is handed over to 192.0.2.1 (client 4711); %s",
		         rows[i].words);
		assert_handover(&handover, NULL, expected);
	}
}

static void all_of_it(void **state)
{
	struct handover handover = handed_over(2);

	(void)state;
	served(&handover.presence, 1);
	handover.presence.wake.ports[0].port = 0;
	handover.presence.wake.summed_up = true;
	handover.presence.timer = 28800;
	handover.presence.has_lease = true;
	handover.presence.address6_count = 1;
	handover.presence.addresses6[0] = lan_address6(1);
	assert_handover(
		&handover, NULL,
		"eth0: 192.0.2.20, 192.0.2.21 and 2001:db8::1 are handed over to 192.0.2.1 "
		"(client 4711); tcp/any (for more than 64 ports) wakes it; it is woken after "
		"8 h; its lease is renewed there");
}

static void what_is_missed(void **state)
{
	struct handover handover = handed_over(1);

	(void)state;
	handover.presence.missed_count = 3;
	handover.presence.missed[0] = NPP_SERVICE_DHCP4;
	handover.presence.missed[1] = NPP_SERVICE_ND;
	handover.presence.missed[2] = NPP_SERVICE_WAKE_ON_PACKET;
	assert_handover(
		&handover, NULL,
		"eth0: 192.0.2.20 is handed over to 192.0.2.1 (client 4711); its lease is not "
		"renewed there; its IPv6 addresses are not answered for; no connection wakes "
		"it");
}

static void what_would_be_handed_over(void **state)
{
	static const struct {
		uint32_t total, left;
		const char *words;
	} rows[] = {
		{ 3600, 3400, "lasts for 3400 s more, of 3600 s" },
		{ DHCP_INFINITE, 3400, "lasts for 3400 s" },
		{ DHCP_INFINITE, DHCP_INFINITE, "has no end" },
	};
	struct presence presence = some_presence(1);
	char expected[256];

	(void)state;
	served(&presence, 2);
	presence.has_lease = true;
	strcpy(presence.hostname, "nas");
	EACH(i, rows)
	{
		struct words words = { .length = 0 };

		presence.lease = (struct presence_lease){ .server = lan_address(3),
			                                  .total = rows[i].total,
			                                  .left = rows[i].left };
		sentence_presence("eth0", &presence, &words);
		snprintf(expected, sizeof(expected),
		         "eth0: 192.0.2.20 would be handed over, as nas; tcp/1 and tcp/2 wake it; "
		         "its lease from 192.0.2.3 %s",
		         rows[i].words);
		assert_string_equal(words.text, expected);
	}
}

static void a_lease_from_somebody(void **state)
{
	struct presence presence = some_presence(1);
	struct words words = { .length = 0 };

	(void)state;
	served(&presence, 1);
	presence.has_lease = true;
	presence.lease = (struct presence_lease){ .total = 590, .left = 590 };
	sentence_presence("eth0", &presence, &words);
	assert_string_equal(words.text, "eth0: 192.0.2.20 would be handed over; tcp/1 wakes it; "
	                                "its lease lasts for 590 s");
}

static void how_the_lease_stands(void **state)
{
	static const struct {
		struct npp_wakeup_confirm confirm;
		const char *words;
	} rows[] = {
		{ { .has_lease = false }, "" },
		{ { .has_lease = true,
		    .lease = NPP_LEASE_RENEWED,
		    .lease_total = 3600,
		    .lease_left = 3400 },
		  "; lease renewed, 3600 s, 3400 s left" },
		{ { .has_lease = true,
		    .lease = NPP_LEASE_RENEWED,
		    .lease_total = 65535,
		    .lease_left = 65534 },
		  "; lease renewed, 65535 s or more, 65534 s left" },
		{ { .has_lease = true, .lease = NPP_LEASE_RENEWED },
		  "; lease kept, for how long is not known yet" },
		{ { .has_lease = true, .lease = NPP_LEASE_FAILED },
		  "; lease lost: the address must not be used" },
	};
	const struct handover handover = handed_over(1);
	char expected[128];

	(void)state;
	EACH(i, rows)
	{
		struct words words = { .length = 0 };

		sentence_report(&handover, &rows[i].confirm, &words);
		snprintf(expected, sizeof(expected), "eth0: 192.0.2.20 is back from 192.0.2.1%s",
		         rows[i].words);
		assert_string_equal(words.text, expected);
	}
}

static void spans(void **state)
{
	static const struct {
		uint32_t seconds;
		const char *text;
	} rows[] = {
		{ 1, "1 s" },        { 119, "119 s" },     { 120, "2 min" },
		{ 7199, "119 min" }, { 7200, "2 h" },      { 28800, "8 h" },
		{ 172799, "47 h" },  { 172800, "2 days" }, { UINT32_MAX, "49710 days" },
	};
	char text[WORDS_SPAN];

	(void)state;
	EACH(i, rows)
	assert_string_equal(words_span(rows[i].seconds, text), rows[i].text);
}

static void more_than_fits(void **state)
{
	struct words words = { .length = 0 };

	(void)state;
	for (int i = 0; i < 300; i++)
		words_add(&words, "%s", "12345678");
	assert_int_equal(words.length, WORDS_TEXT - 1);
	assert_int_equal(strlen(words.text), WORDS_TEXT - 1);
}

static void services(void **state)
{
	static const char *const names[] = { "arp", "dhcp4", "nd", "echo", "wake-on-packet" };
	char name[SERVICE_NAME];
	uint16_t service;

	(void)state;
	EACH(i, names)
	{
		assert_true(service_from_name(names[i], &service));
		assert_string_equal(service_name(service, name), names[i]);
	}
	assert_string_equal(service_name(0x8004, name), "0x8004");
	assert_false(service_from_name("0x8004", &service));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_it),
		cmocka_unit_test(what_wakes_it),
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(what_is_missed),
		cmocka_unit_test(what_would_be_handed_over),
		cmocka_unit_test(a_lease_from_somebody),
		cmocka_unit_test(how_the_lease_stands),
		cmocka_unit_test(spans),
		cmocka_unit_test(more_than_fits),
		cmocka_unit_test(services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
