// SPDX-License-Identifier: GPL-2.0-or-later
/* Sleep Requests to one proxy: all parts are confirmed, or none is left. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>

#include "support_registration.h"

enum { LATE = 400 /* ms: the machine may be busy */ };

BEFORE_EACH(make_namespace)
AFTER_EACH(stop_all)

TEST(confirmed)
{
	struct host_info host_info = some_host_info(1);
	struct proxy_registration registration;
	struct proxy_thread *proxy;

	make_lan();
	proxy = start_proxy((struct script){ .preference = 0 });
	add_address6(&host_info, 1);
	memset(&registration, 0xa5, sizeof(registration));
	assert_int_equal(send_request(5000, proxy, &host_info, NULL, &registration), 0);
	assert_string_equal(registration.interface, "lan");
	assert_address(registration.proxy, 1);
	assert_memory_equal(&registration.proxy_mac, &proxy_mac, sizeof(proxy_mac));
	assert_int_equal(registration.client, CLIENT);
	assert_int_equal(registration.key, 0);
	assert_int_equal(registration.host_info.address_count, 1);
	/* as it was sent: the proxy does not offer more */
	assert_int_equal(registration.host_info.missed[0], MISSED_ND);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 1);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 0);
	assert_int_equal(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.transaction,
	                 registration.transaction);
	assert_int_not_equal(registration.transaction, 0);
}

TEST(parts_in_order)
{
	const struct host_info host_info = long_host_info();
	struct proxy_registration registration;
	struct proxy_thread *proxy;

	make_lan();
	proxy = start_proxy((struct script){ .delay = 100 });
	assert_int_equal(send_request(5000, proxy, &host_info, NULL, &registration), 0);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 3);
	for (unsigned int i = 0; i < 3; i++) {
		const struct seen *seen = seen_of(proxy, NPP_SLEEP_REQUEST, i);

		assert_int_equal(seen->message.transaction, registration.transaction);
		assert_address(seen->source, i == 2 ? 21 : 20);
		/* each after the confirmation of the one before */
		assert_true(!i || seen->when - proxy->seen[i - 1].when >= 100);
	}
}

TEST(refused)
{
	const struct host_info host_info = some_host_info(1);
	struct proxy_registration registration, untouched;
	struct proxy_thread *proxy;

	make_lan();
	proxy = start_proxy((struct script){ .refuses_from = 1 });
	memset(&registration, 0xa5, sizeof(registration));
	memset(&untouched, 0xa5, sizeof(untouched));
	assert_int_equal(send_request(5000, proxy, &host_info, NULL, &registration), -ECONNREFUSED);
	assert_memory_equal(&registration, &untouched, sizeof(registration));
	/* there is nothing to report */
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 0);
}

TEST(refused_in_part)
{
	const struct host_info host_info = long_host_info();
	const struct npp_message *request, *report;
	struct proxy_registration registration;
	struct proxy_thread *proxy;

	make_lan();
	proxy = start_proxy((struct script){ .refuses_from = 3 });
	assert_int_equal(send_request(5000, proxy, &host_info, NULL, &registration), -ECONNREFUSED);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 1);
	request = &seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message;
	report = &seen_of(proxy, NPP_WAKEUP_REPORT, 0)->message;
	assert_int_equal(report->transaction, request->transaction);
	assert_int_equal(report->client.id, CLIENT);
	assert_address(seen_of(proxy, NPP_WAKEUP_REPORT, 0)->source, 20);
}

/* There is time left to report what was confirmed. */
TEST(confirmed_in_part)
{
	const struct host_info host_info = long_host_info();
	struct proxy_registration registration;
	struct proxy_thread *proxy;
	int64_t begun;

	make_lan();
	proxy = start_proxy((struct script){ .silent_from = 2 });
	begun = clock_ms();
	assert_int_equal(send_request(1200, proxy, &host_info, NULL, &registration), -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 1000, 1200 + LATE);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 1);
}

TEST(no_answer)
{
	const struct host_info host_info = some_host_info(1);
	struct channel channel;
	struct proxy_thread *proxy;
	struct proxy_registration registration;
	struct candidate candidate;
	int64_t begun;

	make_lan();
	proxy = start_proxy((struct script){ .silent_from = 1 });
	channel = channel_of(NULL);
	candidate = candidate_of(proxy);
	begun = clock_ms();
	/* the time for an answer ends before the deadline */
	assert_int_equal(sleep_request_send(&channel, &candidate, &host_info, 700, begun + 5000,
	                                    &registration),
	                 -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 700, 700 + LATE);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 2);
	close(channel.fd);
}

/* An answer to a retransmission of the first part is no answer to the second. */
TEST(duplicate_answers)
{
	struct host_info host_info = long_host_info();
	struct proxy_registration registration;
	struct proxy_thread *proxy;

	make_lan();
	host_info.ipv4_count = host_info.address_count = 1;
	proxy = start_proxy((struct script){ .delay = 700, .silent_from = 2 });
	assert_int_equal(send_request(4000, proxy, &host_info, NULL, &registration), -ETIMEDOUT);
	assert_int_equal(proxy->requests, 2);
}

TEST(duplicate_answers_to_all)
{
	const struct host_info host_info = long_host_info();
	struct proxy_registration registration;
	struct proxy_thread *proxy;

	make_lan();
	proxy = start_proxy((struct script){ .delay = 600 });
	assert_int_equal(send_request(15000, proxy, &host_info, NULL, &registration), 0);
	assert_int_equal(proxy->requests, 3);
}

TEST(lost_request)
{
	const struct host_info host_info = long_host_info();
	struct proxy_registration registration;
	struct proxy_thread *proxy;

	make_lan();
	proxy = start_proxy((struct script){ .drops = 1 });
	assert_int_equal(send_request(5000, proxy, &host_info, NULL, &registration), 0);
	assert_int_equal(proxy->requests, 3);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 4);
}

/* Never before an earlier one, and not too many in a second (npp/npp_auth.h). */
TEST_WITH(signing_times, NULL, NULL)
{
	struct proxy_registration last = { .signed_at = 0 };

	for (unsigned int i = 0; i < NPP_NONCES; i++)
		assert_int_equal(signing_time(&last, 1000), 1000);
	assert_int_equal(signing_time(&last, 1000), 1001);
	assert_int_equal(signing_time(&last, 1001), 1001);
	assert_int_equal(signing_time(&last, 1005), 1005);
	/* the clock was set back */
	assert_int_equal(signing_time(&last, 900), 1005);
	for (unsigned int i = 2; i < NPP_NONCES; i++)
		assert_int_equal(signing_time(&last, 900), 1005);
	assert_int_equal(signing_time(&last, 900), 1006);
	/* how many there were is not known */
	last.signed_count = 0;
	assert_int_equal(signing_time(&last, 1006), 1007);
}

TEST_WITH(transaction_ids, NULL, NULL)
{
	const uint16_t first = random_transaction_id();
	bool differ = false;

	for (int i = 0; i < 500000; i++) {
		const uint16_t transaction = random_transaction_id();

		assert_int_not_equal(transaction, 0);
		differ |= transaction != first;
	}
	assert_true(differ);
}
