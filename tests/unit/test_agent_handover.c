// SPDX-License-Identifier: GPL-2.0-or-later
/* A host and a proxy: handed over whole or not at all. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_handover.h"

enum { LATE = 400 /* ms: the machine has others to serve */ };

static void confirmed(void **state)
{
	struct presence presence = some_presence(1);
	struct handover handover;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .preference = 0 });
	presence.address6_count = 1;
	presence.addresses6[0] = lan_address6(1);
	memset(&handover, 0xa5, sizeof(handover));
	assert_int_equal(run_for(5000, proxy, &presence, NULL, &handover), 0);
	assert_string_equal(handover.interface, "lan");
	assert_address(handover.proxy, 1);
	assert_memory_equal(&handover.proxy_mac, &proxy_mac, sizeof(proxy_mac));
	assert_int_equal(handover.client, CLIENT);
	assert_int_equal(handover.key, 0);
	assert_int_equal(handover.presence.address_count, 1);
	/* as it was told: the proxy does not offer more */
	assert_int_equal(handover.presence.address6_count, 0);
	assert_int_equal(handover.presence.missed[0], NPP_SERVICE_ND);
	assert_int_equal(heard(proxy, NPP_SLEEP_REQUEST), 1);
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 0);
	assert_int_equal(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.transaction,
	                 handover.transaction);
	assert_int_not_equal(handover.transaction, 0);
}

static void part_by_part(void **state)
{
	const struct presence presence = a_long_one();
	struct handover handover;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .delay = 100 });
	assert_int_equal(run_for(5000, proxy, &presence, NULL, &handover), 0);
	assert_int_equal(heard(proxy, NPP_SLEEP_REQUEST), 3);
	for (unsigned int i = 0; i < 3; i++) {
		const struct seen *seen = seen_of(proxy, NPP_SLEEP_REQUEST, i);

		assert_int_equal(seen->message.transaction, handover.transaction);
		assert_address(seen->source, i == 2 ? 21 : 20);
		/* each when that before it is confirmed */
		assert_true(!i || seen->when - proxy->seen[i - 1].when >= 100);
	}
}

static void refused(void **state)
{
	const struct presence presence = some_presence(1);
	struct handover handover, untouched;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .refuses_from = 1 });
	memset(&handover, 0xa5, sizeof(handover));
	memset(&untouched, 0xa5, sizeof(untouched));
	assert_int_equal(run_for(5000, proxy, &presence, NULL, &handover), -ECONNREFUSED);
	assert_memory_equal(&handover, &untouched, sizeof(handover));
	/* there is nothing to be taken back */
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 0);
}

static void refused_in_part(void **state)
{
	const struct presence presence = a_long_one();
	const struct npp_message *request, *report;
	struct handover handover;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .refuses_from = 3 });
	assert_int_equal(run_for(5000, proxy, &presence, NULL, &handover), -ECONNREFUSED);
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 1);
	request = &seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message;
	report = &seen_of(proxy, NPP_WAKEUP_REPORT, 0)->message;
	assert_int_equal(report->transaction, request->transaction);
	assert_int_equal(report->report.id, CLIENT);
	assert_address(seen_of(proxy, NPP_WAKEUP_REPORT, 0)->source, 20);
}

/* There is time left to take back what was confirmed. */
static void confirmed_in_part(void **state)
{
	const struct presence presence = a_long_one();
	struct handover handover;
	struct proxy_thread *proxy;
	int64_t begun;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .mute_from = 2 });
	begun = clock_ms();
	assert_int_equal(run_for(1200, proxy, &presence, NULL, &handover), -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 1000, 1200 + LATE);
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 1);
}

static void silence(void **state)
{
	const struct presence presence = some_presence(1);
	struct handover_voice voice;
	struct proxy_thread *proxy;
	struct handover handover;
	struct offer offer;
	int64_t begun;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .mute_from = 1 });
	voice = voice_of(NULL);
	offer = offer_of(proxy);
	begun = clock_ms();
	/* patience ends before the time does */
	assert_int_equal(handover_run(&voice, &offer, &presence,
	                              &(struct handover_time){ 700, begun + 5000 }, &handover),
	                 -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 700, 700 + LATE);
	assert_int_equal(heard(proxy, NPP_SLEEP_REQUEST), 2);
	close(voice.fd);
}

/* What answers the first part, said twice, must not be taken for an answer to the second. */
static void slow_answers(void **state)
{
	struct presence presence = a_long_one();
	struct handover handover;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	presence.address_count = 1;
	proxy = start_proxy((struct script){ .delay = 700, .mute_from = 2 });
	assert_int_equal(run_for(4000, proxy, &presence, NULL, &handover), -ETIMEDOUT);
	assert_int_equal(proxy->requests, 2);
}

static void slow_answers_to_all(void **state)
{
	const struct presence presence = a_long_one();
	struct handover handover;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .delay = 600 });
	assert_int_equal(run_for(15000, proxy, &presence, NULL, &handover), 0);
	assert_int_equal(proxy->requests, 3);
}

static void lost_on_the_way(void **state)
{
	const struct presence presence = a_long_one();
	struct handover handover;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .deaf = 1 });
	assert_int_equal(run_for(5000, proxy, &presence, NULL, &handover), 0);
	assert_int_equal(proxy->requests, 3);
	assert_int_equal(heard(proxy, NPP_SLEEP_REQUEST), 4);
}

/* Not before an earlier one, and not too many in a second (npp/authentication.h). */
static void when_messages_are_signed(void **state)
{
	struct conversation_clock clock = { .time = 0 };

	(void)state;
	for (unsigned int i = 0; i < NPP_NONCES; i++)
		assert_int_equal(conversation_time(&clock, 1000), 1000);
	assert_int_equal(conversation_time(&clock, 1000), 1001);
	assert_int_equal(conversation_time(&clock, 1001), 1001);
	assert_int_equal(conversation_time(&clock, 1005), 1005);
	/* the clock was set back */
	assert_int_equal(conversation_time(&clock, 900), 1005);
	for (unsigned int i = 2; i < NPP_NONCES; i++)
		assert_int_equal(conversation_time(&clock, 900), 1005);
	assert_int_equal(conversation_time(&clock, 900), 1006);
}

static void transactions(void **state)
{
	const uint16_t first = conversation_transaction();
	bool differ = false;

	(void)state;
	for (int i = 0; i < 500000; i++) {
		const uint16_t transaction = conversation_transaction();

		assert_int_not_equal(transaction, 0);
		differ |= transaction != first;
	}
	assert_true(differ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_messages_are_signed),
		cmocka_unit_test(transactions),
		PROXY_TEST(confirmed),
		PROXY_TEST(part_by_part),
		PROXY_TEST(refused),
		PROXY_TEST(refused_in_part),
		PROXY_TEST(confirmed_in_part),
		PROXY_TEST(silence),
		PROXY_TEST(slow_answers),
		PROXY_TEST(slow_answers_to_all),
		PROXY_TEST(lost_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
