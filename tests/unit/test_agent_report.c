// SPDX-License-Identifier: GPL-2.0-or-later
/* A host that is back: to several proxies at once, over links that take their time. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/wakeup_report.h"
#include "support_played_proxy.h"

enum { LATE = 300 /* ms: the machine has others to serve */ };
enum { KEY = 7 };

static struct npp_keys keys = {
	.key = { { .id = KEY, .length = 32, .secret = { 1 } } },
	.count = 1,
};

static struct report reports[STATE_HANDOVERS];
static int64_t begun, ended[STATE_HANDOVERS];

static void note_end(struct report *report, void *context)
{
	(void)context;
	assert_true(report->has_ended);
	assert_int_equal(ended[report - reports], -1);
	ended[report - reports] = clock_ms() - begun;
}

static int report_all(int64_t wait, const struct state *handed_over, const struct npp_keys *with)
{
	const struct report_listener listener = { note_end, NULL };

	for (size_t i = 0; i < STATE_HANDOVERS; i++)
		ended[i] = -1;
	begun = clock_ms();
	return report_run(handed_over, with, NPP_ICMP_TYPE, begun + wait, &listener, reports);
}

static struct handover handover_to(uint8_t number)
{
	return (struct handover){
		.interface = "lan",
		.proxy = lan_address(number),
		.proxy_mac = { { 2, 0, 0, 0, 0, number } },
		.transaction = (uint16_t)(0x1200 + number),
		.client = CLIENT,
		.presence = some_presence(1),
	};
}

static struct state handed_over_to(uint8_t count)
{
	struct state handed_over = { .count = 0 };

	while (handed_over.count < count) {
		handed_over.handovers[handed_over.count] =
			handover_to((uint8_t)(1 + handed_over.count));
		handed_over.count++;
	}
	return handed_over;
}

static void confirmed(void **state)
{
	const struct state handed_over = handed_over_to(1);
	const struct npp_wakeup_confirm *confirm;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .lease = { .has_lease = true,
	                                                .lease = NPP_LEASE_RENEWED,
	                                                .lease_total = 3600,
	                                                .lease_left = 3400 } });
	assert_int_equal(report_all(5000, &handed_over, &keys), 0);
	assert_int_equal(reports[0].result, 0);
	assert_in_range(ended[0], 0, LATE);
	confirm = &reports[0].question.answer.wakeup_confirm;
	assert_true(confirm->has_lease);
	assert_int_equal(confirm->lease_left, 3400);
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 1);
	assert_int_equal(proxy->seen[0].message.transaction, 0x1201);
	assert_int_equal(proxy->seen[0].message.report.id, CLIENT);
	/* as it was handed over, whatever keys there are by now */
	assert_false(proxy->seen[0].message.authenticated);
	assert_address(proxy->seen[0].source, 20);
}

/* It is for the proxy to say whether the address may be used. */
static void without_an_address(void **state)
{
	const struct state handed_over = handed_over_to(1);

	(void)state;
	make_lan();
	HERE("ip address flush dev lan");
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(report_all(5000, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, 0);
}

/* Who does not answer keeps nobody waiting who does. */
static void one_of_two_is_gone(void **state)
{
	const struct state handed_over = handed_over_to(2);

	(void)state;
	make_lan();
	start_proxy((struct script){ .mute_to_reports = true });
	start_proxy((struct script){ .delay = 200 });
	assert_int_equal(report_all(1500, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, -ETIMEDOUT);
	assert_in_range(ended[0], 1500, 1500 + LATE);
	assert_int_equal(reports[1].result, 0);
	assert_in_range(ended[1], 200, 200 + LATE);
}

static void refused(void **state)
{
	const struct state handed_over = handed_over_to(1);

	(void)state;
	make_lan();
	start_proxy((struct script){ .refuses_reports = true });
	assert_int_equal(report_all(5000, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, -ECONNREFUSED);
	assert_in_range(ended[0], 0, LATE);
}

static void a_link_that_takes_its_time(void **state)
{
	const struct state handed_over = handed_over_to(2);

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link set lan-end down");
	HERE("(sleep 0.8; ip link set lan-end up) &");
	assert_int_equal(report_all(10000, &handed_over, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(reports[i].result, 0);
		assert_in_range(ended[i], 700, 4000);
	}
}

/* As one that is plugged in by USB may come up anew, with another index. */
static void an_interface_that_takes_its_time(void **state)
{
	const struct state handed_over = handed_over_to(1);

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link set lan down && ip link set lan name late");
	HERE("(sleep 0.5; ip link set late name lan; sleep 0.3; ip link set lan up) &");
	assert_int_equal(report_all(10000, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, 0);
}

static void no_link(void **state)
{
	struct state handed_over = handed_over_to(2);

	(void)state;
	make_lan();
	HERE("ip link set lan-end down");
	strcpy(handed_over.handovers[1].interface, "none");
	assert_int_equal(report_all(400, &handed_over, NULL), 0);
	assert_in_range(clock_ms() - begun, 400, 400 + LATE);
	assert_int_equal(reports[0].result, -ENETDOWN);
	assert_int_equal(reports[1].result, -ENODEV);
}

/* Then the proxy would not take the report. */
static void another_mac(void **state)
{
	struct state handed_over = handed_over_to(1);

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	handed_over.handovers[0].presence.mac.octet[5]++;
	assert_int_equal(report_all(5000, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, -ENOTUNIQ);
	assert_in_range(ended[0], 0, LATE);
}

static void with_a_key(void **state)
{
	struct state handed_over = handed_over_to(1);
	const struct npp_authentication *said;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys });
	handed_over.handovers[0].key = KEY;
	/* the clock was set back meanwhile */
	handed_over.handovers[0].signed_at = (uint64_t)clock_wall_ms() / 1000 + 100;
	assert_int_equal(report_all(5000, &handed_over, &keys), 0);
	assert_int_equal(reports[0].result, 0);
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 1);
	said = &proxy->seen[0].message.authentication;
	assert_int_equal(said->key, KEY);
	assert_true(said->time > handed_over.handovers[0].signed_at);
}

/* A time to come would have the next handover refused as recorded. */
static void in_the_second_of_its_request(void **state)
{
	struct state handed_over = handed_over_to(1);
	const uint64_t now = (uint64_t)clock_wall_ms() / 1000;
	struct proxy_thread *proxy;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys });
	handed_over.handovers[0].key = KEY;
	handed_over.handovers[0].signed_at = now;
	handed_over.handovers[0].signed_then = NPP_NONCES - 1;
	assert_int_equal(report_all(5000, &handed_over, &keys), 0);
	assert_int_equal(reports[0].result, 0);
	assert_in_range(proxy->seen[0].message.authentication.time, now,
	                (uint64_t)clock_wall_ms() / 1000);
}

static void the_key_is_gone(void **state)
{
	struct state handed_over = handed_over_to(2);

	(void)state;
	make_lan();
	start_proxy((struct script){ .keys = &keys });
	handed_over.handovers[0].key = KEY;
	handed_over.handovers[1].key = KEY + 1;
	assert_int_equal(report_all(5000, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, -ENOKEY);
	assert_int_equal(report_all(5000, &handed_over, &keys), 0);
	assert_int_equal(reports[0].result, 0);
	assert_int_equal(reports[1].result, -ENOKEY);
	assert_in_range(ended[1], 0, LATE);
}

/* It may not be the first of them that is believed. */
static void from_another_client(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	answer->wakeup_confirm.client.id++;
	answer->wakeup_confirm.has_lease = true;
	answer->wakeup_confirm.lease = NPP_LEASE_FAILED;
}

static void what_others_say(void **state)
{
	const struct state handed_over = handed_over_to(1);

	(void)state;
	make_lan();
	start_proxy((struct script){ .forge = from_another_client });
	assert_int_equal(report_all(5000, &handed_over, NULL), 0);
	assert_int_equal(reports[0].result, 0);
	assert_false(reports[0].question.answer.wakeup_confirm.has_lease);
	assert_int_equal(reports[0].question.passed_over, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(confirmed),
		PROXY_TEST(without_an_address),
		PROXY_TEST(one_of_two_is_gone),
		PROXY_TEST(refused),
		PROXY_TEST(a_link_that_takes_its_time),
		PROXY_TEST(an_interface_that_takes_its_time),
		PROXY_TEST(no_link),
		PROXY_TEST(another_mac),
		PROXY_TEST(with_a_key),
		PROXY_TEST(in_the_second_of_its_request),
		PROXY_TEST(the_key_is_gone),
		PROXY_TEST(what_others_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
