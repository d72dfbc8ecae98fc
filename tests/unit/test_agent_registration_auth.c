// SPDX-License-Identifier: GPL-2.0-or-later
/* Only the proxy's answers count; with a key, only signed ones. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>

#include "support_registration.h"

static struct npp_keys keys = {
	.key = { { .id = KEY, .length = 32, .secret = { 1 } },
	         { .id = KEY + 1, .length = 32, .secret = { 2 } } },
	.count = 2,
};
static struct npp_keys others = {
	.key = { { .id = KEY, .length = 32, .secret = { 3 } } },
	.count = 1,
};

static void confirm_anyway(struct npp_message *answer)
{
	answer->code = NPP_SUCCESS;
	answer->client = (struct npp_client){ .id = 666 };
	answer->authenticated = false;
}

static void from_another_mac(struct npp_message *answer, struct npp_packet *datagram)
{
	confirm_anyway(answer);
	datagram->from.octet[5] = 9;
}

static void from_another_address(struct npp_message *answer, struct npp_packet *datagram)
{
	confirm_anyway(answer);
	datagram->source = lan_address(9);
}

static void to_another_address(struct npp_message *answer, struct npp_packet *datagram)
{
	confirm_anyway(answer);
	datagram->destination = lan_address(9);
}

static void to_all(struct npp_message *answer, struct npp_packet *datagram)
{
	confirm_anyway(answer);
	datagram->to = MAC_BROADCAST;
}

static void of_another_transaction(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	confirm_anyway(answer);
	answer->transaction++;
}

static void of_another_kind(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	confirm_anyway(answer);
	answer->subtype = NPP_WAKEUP_CONFIRM;
}

static void of_nobody(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	confirm_anyway(answer);
	answer->client.id = 0;
}

BEFORE_EACH(make_namespace)
AFTER_EACH(stop_all)

/* The proxy refuses, and a forged confirmation comes before that. */
TEST(forged_answers)
{
	static void (*const forgeries[])(struct npp_message *, struct npp_packet *) = {
		from_another_mac, from_another_address,   to_another_address, to_all,
		of_another_kind,  of_another_transaction, of_nobody,
	};
	const struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy;
	struct proxy_registration registration;

	make_lan();
	proxy = start_proxy((struct script){ .refuses_from = 1 });
	EACH(i, forgeries)
	{
		proxy->script.forge = forgeries[i];
		assert_int_equal(send_request(5000, proxy, &host_info, NULL, &registration),
		                 -ECONNREFUSED);
	}
}

TEST(with_a_key)
{
	const struct host_info host_info = long_host_info();
	struct proxy_thread *proxy;
	struct proxy_registration registration;
	uint64_t last = 0;

	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys });
	assert_int_equal(send_request(5000, proxy, &host_info, &keys, &registration), 0);
	assert_int_equal(registration.key, KEY);
	assert_int_equal(received(proxy, NPP_SLEEP_REQUEST), 2);
	assert_int_equal(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.request.pair_count, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct npp_authentication *authentication =
			&seen_of(proxy, NPP_SLEEP_REQUEST, i)->message.authentication;

		assert_int_equal(authentication->key, KEY);
		assert_true(authentication->time >= last);
		last = authentication->time;
	}
	assert_true(registration.signed_at == last);
	assert_in_range(registration.signed_count, 1, 2);
	assert_true(proxy->seen[0].message.authentication.nonce !=
	            proxy->seen[1].message.authentication.nonce);
}

static void refuse_unsigned(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	answer->code = NPP_FAIL;
	answer->client = (struct npp_client){ .code = NPP_FAIL };
	answer->authenticated = false;
}

static void answer_with_wrong_nonce(struct npp_message *answer, struct npp_packet *datagram)
{
	refuse_unsigned(answer, datagram);
	answer->authenticated = true;
	answer->authentication.nonce++;
}

TEST(answers_without_key)
{
	const struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy;
	struct proxy_registration registration;

	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys, .forge = refuse_unsigned });
	assert_int_equal(send_request(5000, proxy, &host_info, &keys, &registration), 0);
	proxy->script.forge = answer_with_wrong_nonce;
	assert_int_equal(send_request(5000, proxy, &host_info, &keys, &registration), 0);
	proxy->script.forge = NULL;
	proxy->script.keys = &others;
	assert_int_equal(send_request(600, proxy, &host_info, &keys, &registration), -EKEYREJECTED);
	proxy->script.keys = NULL;
	assert_int_equal(send_request(600, proxy, &host_info, &keys, &registration), -EKEYREJECTED);
}

TEST(signed_refusal)
{
	const struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy;
	struct proxy_registration registration;

	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys, .refuses_from = 1 });
	assert_int_equal(send_request(5000, proxy, &host_info, &keys, &registration),
	                 -ECONNREFUSED);
}

TEST(no_such_key)
{
	const struct npp_keys none = { .count = 0 };
	const struct host_info host_info = some_host_info(1);
	struct proxy_thread *proxy;
	struct proxy_registration registration;

	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys });
	assert_int_equal(send_request(5000, proxy, &host_info, &none, &registration), -ENOKEY);
}
