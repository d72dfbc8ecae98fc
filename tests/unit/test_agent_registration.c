// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sleep Requests to one proxy: all parts are confirmed, or none is left; with a key, only signed
 * answers count. Which packets are answers at all: test_agent_transaction.c.
 */
#include "test.h"

#include <errno.h>
#include <stdbool.h>

#include "agent/sleep_request.h"
#include "support_hosts.h" /* its clock */
#include "support_agent.h"

enum { KEY = 7, LATE = 20 /* ms: what is received takes 1 ms */ };

static const struct npp_keys keys = {
	.key = { { .id = KEY, .length = 32, .secret = { 1 } },
	         { .id = KEY + 1, .length = 32, .secret = { 2 } } },
	.count = 2,
};
static const struct npp_keys others = {
	.key = { { .id = KEY, .length = 32, .secret = { 3 } } },
	.count = 1,
};
static const struct npp_keys no_keys = { .count = 0 };

static struct proxy_registration registration, untouched;
static uint16_t second_service = NPP_SERVICE_WAKE_ON_PACKET;

/* The time for an answer, and that for all of it. */
static int send_within(int64_t answer, int64_t wait, const struct host_info *host_info,
                       const struct npp_keys *with)
{
	const struct candidate candidate = {
		.address = proxies[0].address,
		.mac = proxies[0].iface.mac,
		.lifetime = 1800,
		.services = { NPP_SERVICE_ARP, second_service, NPP_SERVICE_DHCP6 },
		.service_count = 3,
	};
	struct channel channel = { .icmp_type = NPP_ICMP_TYPE, .keys = with, .key = KEY };
	int err;

	channel.fd = listen_on("lan", &channel.iface);
	memset(&untouched, 0xa5, sizeof(untouched));
	registration = untouched;
	err = sleep_request_send(&channel, &candidate, host_info, answer, clock_ms() + wait,
	                         &registration);
	close(channel.fd);
	return err;
}

/* Of three parts: two for its ports, one for its other address. Signed, it is of two. */
static struct host_info long_host_info(size_t addresses)
{
	struct host_info host_info = some_host_info(addresses);

	host_info.has_ports = true;
	for (; host_info.wake.count < WAKE_PORTS; host_info.wake.count++)
		host_info.wake.ports[host_info.wake.count] =
			(struct wake_port){ IPPROTO_TCP, (uint16_t)(1000 + host_info.wake.count) };
	return host_info;
}

BEFORE_EACH(make_lan)
AFTER_EACH(stop_proxies)

static void confirm_falsely(struct npp_message *answer, struct npp_packet *datagram)
{
	answer->code = NPP_SUCCESS;
	answer->client = (struct npp_client){ .id = 666 };
	answer->authenticated = false;
	datagram->from.octet[5] = 9;
}

static void refuse_unsigned(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	answer->code = NPP_FAIL;
	answer->client = (struct npp_client){ .code = NPP_FAIL };
	answer->authenticated = false;
}

enum length { SHORT, OF_TWO_PARTS, OF_THREE_PARTS };

static const struct outcome {
	const char *shows;
	struct script script;
	struct {
		enum length length;
		int64_t wait;
		const struct npp_keys *keys;
	} request;
	struct {
		int err;
		unsigned int requests, reports, sent; /* requests with retransmissions; 0: some */
		int64_t least;                        /* ms that it takes */
	} expected;
} outcomes[] = {
	{ "a lost request", { .drops = 1 }, { OF_THREE_PARTS, 5000, NULL }, { 0, 3, 0, 4, 0 } },
	{ "a refusal",
	  { .refuses_from = 1 },
	  { SHORT, 5000, NULL },
	  { -ECONNREFUSED, 1, 0, 1, 0 } },
	{ "time is left to report what was confirmed",
	  { .silent_from = 2 },
	  { OF_THREE_PARTS, 1200, NULL },
	  { -ETIMEDOUT, 2, 1, 0, 1000 } },
	{ "an answer to the first part's retransmission is none to the second part",
	  { .delay = 700, .silent_from = 2 },
	  { OF_TWO_PARTS, 4000, NULL },
	  { -ETIMEDOUT, 2, 1, 0, 0 } },
	{ "late answers", { .delay = 600 }, { OF_THREE_PARTS, 15000, NULL }, { 0, 3, 0, 0, 0 } },
	{ "a forged confirmation before the refusal",
	  { .refuses_from = 1, .forge = confirm_falsely },
	  { SHORT, 5000, NULL },
	  { -ECONNREFUSED, 1, 0, 1, 0 } },
	{ "a forged, unsigned refusal before the signed confirmation",
	  { .keys = &keys, .forge = refuse_unsigned },
	  { SHORT, 5000, &keys },
	  { 0, 1, 0, 1, 0 } },
	{ "another key",
	  { .keys = &others },
	  { SHORT, 600, &keys },
	  { -EKEYREJECTED, 1, 0, 0, 0 } },
	{ "no key there", { .delay = 0 }, { SHORT, 600, &keys }, { -EKEYREJECTED, 1, 0, 0, 0 } },
	{ "a signed refusal",
	  { .keys = &keys, .refuses_from = 1 },
	  { SHORT, 5000, &keys },
	  { -ECONNREFUSED, 1, 0, 1, 0 } },
	{ "no key here", { .delay = 0 }, { SHORT, 5000, &no_keys }, { -ENOKEY, 0, 0, 0, 0 } },
};

static void check_outcome(const struct outcome *it)
{
	const enum length length = it->request.length;
	const struct host_info host_info = length == SHORT
	                                           ? some_host_info(1)
	                                           : long_host_info(length == OF_TWO_PARTS ? 1 : 2);
	const int64_t wait = it->request.wait, begun = clock_ms();
	struct proxy_thread *proxy = start_proxy(it->script);
	const int err = send_within(wait, wait, &host_info, it->request.keys);
	const int64_t took = clock_ms() - begun;
	const unsigned int reports = received(proxy, NPP_WAKEUP_REPORT);
	const unsigned int sent = received(proxy, NPP_SLEEP_REQUEST);

	if (err != it->expected.err)
		fail_msg("%s: error %d instead of %d", it->shows, err, it->expected.err);
	if (proxy->requests != it->expected.requests || reports != it->expected.reports ||
	    (it->expected.sent && sent != it->expected.sent))
		fail_msg("%s: %u requests, sent %u times; %u reports", it->shows, proxy->requests,
		         sent, reports);
	if (took < it->expected.least || took > wait + LATE)
		fail_msg("%s: it took %jd ms", it->shows, (intmax_t)took);
	if (err)
		assert_memory_equal(&registration, &untouched, sizeof(registration));
	stop_proxies(NULL);
}

TEST(outcomes)
{
	EACH(i, outcomes)
	check_outcome(&outcomes[i]);
}

TEST(what_is_registered)
{
	struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy = start_proxy((struct script){ .preference = 0 });
	uint16_t transaction;

	add_address6(&host_info, 1);
	assert_int_equal(send_within(5000, 5000, &host_info, NULL), 0);
	assert_string_equal(registration.interface, "lan");
	assert_address(registration.proxy, 1);
	assert_memory_equal(&registration.proxy_mac, &proxy_mac, sizeof(proxy_mac));
	assert_int_equal(registration.client, CLIENT);
	assert_int_equal(registration.key, 0);
	assert_int_equal(registration.host_info.address_count, 1);
	/* as it was sent: the proxy does not offer more */
	assert_int_equal(registration.host_info.missed[0], MISSED_ND);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 1);
	assert_int_equal(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.transaction,
	                 registration.transaction);
	transaction = registration.transaction;
	assert_int_equal(send_within(5000, 5000, &host_info, NULL), 0);
	assert_int_not_equal(registration.transaction, transaction);
}

/* It may not know the prefix that the host has. */
TEST(a_proxy_that_refuses_ipv6_gets_the_rest)
{
	struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy = start_proxy((struct script){ .refuses_ipv6 = true });

	add_address6(&host_info, 1);
	host_info.has_lease6 = true;
	host_info.lease6 = (struct dhcp6_lease){ .client.length = DHCP6_DUID_MIN,
		                                 .addresses = { { lan_address6(1), 1, 2 } },
		                                 .address_count = 1 };
	second_service = NPP_SERVICE_ND;
	assert_int_equal(send_within(5000, 5000, &host_info, NULL), 0);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 2);
	assert_int_equal(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.request.address6_count, 1);
	assert_true(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.request.has_lease6);
	assert_false(seen_of(proxy, NPP_SLEEP_REQUEST, 1)->message.request.has_lease6);
	assert_int_equal(registration.host_info.address_count, 1);
	assert_int_equal(registration.host_info.missed[registration.host_info.missed_count - 1],
	                 MISSED_ND);
	second_service = NPP_SERVICE_WAKE_ON_PACKET;
}

TEST(the_time_for_an_answer_ends_before_that_for_all)
{
	const struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy = start_proxy((struct script){ .silent_from = 1 });
	const int64_t begun = clock_ms();

	assert_int_equal(send_within(700, 5000, &host_info, NULL), -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 700, 700 + LATE);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 2);
}

TEST(parts_in_order)
{
	const struct host_info host_info = long_host_info(2);
	struct proxy_thread *proxy = start_proxy((struct script){ .delay = 100 });

	assert_int_equal(send_within(5000, 5000, &host_info, NULL), 0);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 3);
	for (unsigned int i = 0; i < 3; i++) {
		const struct seen *seen = seen_of(proxy, NPP_SLEEP_REQUEST, i);

		assert_int_equal(seen->message.transaction, registration.transaction);
		assert_address(seen->source, i == 2 ? 21 : 20);
		/* each after the confirmation of the one before */
		assert_true(!i || seen->when - proxy->seen[i - 1].when >= 100);
	}
}

TEST(refused_in_part)
{
	const struct host_info host_info = long_host_info(2);
	struct proxy_thread *proxy = start_proxy((struct script){ .refuses_from = 3 });
	const struct seen *report;

	assert_int_equal(send_within(5000, 5000, &host_info, NULL), -ECONNREFUSED);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 1);
	report = seen_of(proxy, NPP_WAKEUP_REPORT, 0);
	assert_int_equal(report->message.transaction,
	                 seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.transaction);
	assert_int_equal(report->message.client.id, CLIENT);
	assert_address(report->source, 20);
}

TEST(with_a_key)
{
	const struct host_info host_info = long_host_info(2);
	struct proxy_thread *proxy = start_proxy((struct script){ .keys = &keys });
	const struct npp_message *first, *second;

	assert_int_equal(send_within(5000, 5000, &host_info, &keys), 0);
	assert_int_equal(registration.key, KEY);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 2);
	first = &seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message;
	second = &seen_of(proxy, NPP_SLEEP_REQUEST, 1)->message;
	assert_int_equal(first->request.pair_count, 2);
	assert_int_equal(first->authentication.key, KEY);
	assert_int_equal(second->authentication.key, KEY);
	assert_true(second->authentication.time >= first->authentication.time);
	assert_true(registration.signed_at == second->authentication.time);
	assert_in_range(registration.signed_count, 1, 2);
	assert_true(first->authentication.nonce != second->authentication.nonce);
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

TEST_WITH(transaction_ids_are_never_0, NULL, NULL)
{
	for (int i = 0; i < 500000; i++)
		assert_int_not_equal(random_transaction_id(), 0);
}
