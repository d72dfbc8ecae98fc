// SPDX-License-Identifier: GPL-2.0-or-later
/* A host believes its proxy alone, whatever others on the LAN say; with a key, who shows it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_handover.h"

static struct npp_keys keys = {
	.key = { { .id = KEY, .length = 32, .secret = { 1 } },
	         { .id = KEY + 1, .length = 32, .secret = { 2 } } },
	.count = 2,
};
static struct npp_keys others = {
	.key = { { .id = KEY, .length = 32, .secret = { 3 } } },
	.count = 1,
};

static void say_yes(struct npp_message *answer)
{
	answer->code = NPP_SUCCESS;
	answer->confirm = (struct npp_client){ .id = 666 };
	answer->authenticated = false;
}

static void from_another_mac(struct npp_message *answer, struct npp_packet *datagram)
{
	say_yes(answer);
	datagram->from.octet[5] = 9;
}

static void from_another_address(struct npp_message *answer, struct npp_packet *datagram)
{
	say_yes(answer);
	datagram->source = lan_address(9);
}

static void to_another_address(struct npp_message *answer, struct npp_packet *datagram)
{
	say_yes(answer);
	datagram->destination = lan_address(9);
}

static void to_all(struct npp_message *answer, struct npp_packet *datagram)
{
	say_yes(answer);
	datagram->to = MAC_BROADCAST;
}

static void of_another_transaction(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	say_yes(answer);
	answer->transaction++;
}

static void of_another_kind(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	say_yes(answer);
	answer->subtype = NPP_WAKEUP_CONFIRM;
}

static void of_nobody(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	say_yes(answer);
	answer->confirm.id = 0;
}

/* The proxy says no, and somebody else says yes before it. */
static void what_others_say(void **state)
{
	static void (*const forgeries[])(struct npp_message *, struct npp_packet *) = {
		from_another_mac, from_another_address,   to_another_address, to_all,
		of_another_kind,  of_another_transaction, of_nobody,
	};
	const struct presence presence = some_presence(1);
	struct proxy_thread *proxy;
	struct handover handover;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .refuses_from = 1 });
	EACH(i, forgeries)
	{
		proxy->script.forge = forgeries[i];
		assert_int_equal(run_for(5000, proxy, &presence, NULL, &handover), -ECONNREFUSED);
	}
}

static void with_a_key(void **state)
{
	const struct presence presence = a_long_one();
	struct proxy_thread *proxy;
	struct handover handover;
	uint64_t last = 0;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys });
	assert_int_equal(run_for(5000, proxy, &presence, &keys, &handover), 0);
	assert_int_equal(handover.key, KEY);
	assert_int_equal(heard(proxy, NPP_SLEEP_REQUEST), 2);
	assert_int_equal(seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.request.pair_count, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct npp_authentication *said =
			&seen_of(proxy, NPP_SLEEP_REQUEST, i)->message.authentication;

		assert_int_equal(said->key, KEY);
		assert_true(said->time >= last);
		last = said->time;
	}
	assert_true(handover.signed_at == last);
	assert_in_range(handover.signed_then, 1, 2);
	assert_true(proxy->seen[0].message.authentication.nonce !=
	            proxy->seen[1].message.authentication.nonce);
}

static void refuse_unsigned(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	answer->code = NPP_FAIL;
	answer->confirm = (struct npp_client){ .code = NPP_FAIL };
	answer->authenticated = false;
}

static void answer_something_else(struct npp_message *answer, struct npp_packet *datagram)
{
	refuse_unsigned(answer, datagram);
	answer->authenticated = true;
	answer->authentication.nonce++;
}

static void who_has_not_the_key(void **state)
{
	const struct presence presence = some_presence(1);
	struct proxy_thread *proxy;
	struct handover handover;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys, .forge = refuse_unsigned });
	assert_int_equal(run_for(5000, proxy, &presence, &keys, &handover), 0);
	proxy->script.forge = answer_something_else;
	assert_int_equal(run_for(5000, proxy, &presence, &keys, &handover), 0);
	proxy->script.forge = NULL;
	proxy->script.keys = &others;
	assert_int_equal(run_for(600, proxy, &presence, &keys, &handover), -EKEYREJECTED);
	proxy->script.keys = NULL;
	assert_int_equal(run_for(600, proxy, &presence, &keys, &handover), -EKEYREJECTED);
}

static void a_refusal_with_the_key(void **state)
{
	const struct presence presence = some_presence(1);
	struct proxy_thread *proxy;
	struct handover handover;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys, .refuses_from = 1 });
	assert_int_equal(run_for(5000, proxy, &presence, &keys, &handover), -ECONNREFUSED);
}

static void no_such_key(void **state)
{
	const struct npp_keys none = { .count = 0 };
	const struct presence presence = some_presence(1);
	struct proxy_thread *proxy;
	struct handover handover;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .keys = &keys });
	assert_int_equal(run_for(5000, proxy, &presence, &none, &handover), -ENOKEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(what_others_say),     PROXY_TEST(with_a_key),
		PROXY_TEST(who_has_not_the_key), PROXY_TEST(a_refusal_with_the_key),
		PROXY_TEST(no_such_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
