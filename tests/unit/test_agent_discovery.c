// SPDX-License-Identifier: GPL-2.0-or-later
/* Who answers a Solicitation, for how long others are waited for, and when nobody is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/discovery.h"
#include "support_played_proxy.h"

enum { LATE = 200 /* ms: the machine has others to serve */ };

static struct offers offers;

static int discover(int64_t wait, const struct agent_config *config)
{
	struct iface port;
	int fd, err;

	assert_int_equal(link_port("lan", &port), 0);
	fd = npp_socket_open(port.ifindex, NPP_ICMP_TYPE);
	assert_true(fd >= 0);
	memset(&offers, 0xa5, sizeof(offers));
	err = discovery_run(fd, &port, lan_address(20), config, clock_ms() + wait, &offers);
	close(fd);
	return err;
}

static void the_best_of_two(void **state)
{
	const struct agent_config config = some_config();
	struct proxy_thread *proxy;
	const struct seen *seen;
	int64_t begun;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .preference = 2, .delay = 150 });
	begun = clock_ms();
	assert_int_equal(discover(5000, &config), 0);
	assert_in_range(clock_ms() - begun, 300, 300 + LATE);
	assert_int_equal(offers.count, 2);
	assert_address(offers.list[0].address, 2);
	assert_memory_equal(&offers.list[0].mac, &proxies[1].port.mac, sizeof(struct mac));
	assert_int_equal(offers.list[0].preference, 2);
	assert_address(offers.list[1].address, 1);
	assert_int_equal(heard(proxy, NPP_PROXY_SOLICITATION), 1);
	seen = seen_of(proxy, NPP_PROXY_SOLICITATION, 0);
	assert_address(seen->source, 20);
	assert_int_not_equal(seen->message.transaction, 0);
}

static void one_that_is_too_late(void **state)
{
	const struct agent_config config = some_config();

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .preference = 2, .delay = 900 });
	assert_int_equal(discover(5000, &config), 0);
	assert_int_equal(offers.count, 1);
	assert_address(offers.list[0].address, 1);
}

static void nobody(void **state)
{
	const struct agent_config config = some_config();
	struct proxy_thread *proxy;
	int64_t begun;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .hidden = true });
	begun = clock_ms();
	assert_int_equal(discover(700, &config), -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 700, 700 + LATE);
	assert_int_equal(offers.count, 0);
	assert_int_equal(heard(proxy, NPP_PROXY_SOLICITATION), 2);
}

/* There is nobody else to be waited for. */
static void all_that_are_named(void **state)
{
	struct agent_config config = some_config();
	int64_t begun;

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 9 });
	start_proxy((struct script){ .preference = 1, .delay = 30 });
	config.proxies[config.proxy_count++] = lan_address(2);
	begun = clock_ms();
	assert_int_equal(discover(5000, &config), 0);
	assert_in_range(clock_ms() - begun, 0, 30 + LATE);
	assert_address(offers.list[0].address, 2);
}

/* One that is not named ends no waiting for those that are. */
static void one_that_is_named_and_late(void **state)
{
	struct agent_config config = some_config();

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 9 });
	start_proxy((struct script){ .preference = 1, .delay = 900 });
	config.proxies[config.proxy_count++] = lan_address(2);
	assert_int_equal(discover(5000, &config), 0);
	assert_int_equal(offers.count, 2);
	assert_address(offers.list[0].address, 2);
}

static void before_somebody_else(struct npp_message *answer, struct npp_packet *datagram)
{
	datagram->source = lan_address(9);
	answer->advertisement.proxies[0].address = lan_address(9);
	answer->advertisement.proxies[0].preference = 99;
	answer->transaction++;
}

static void answers_to_others(void **state)
{
	const struct agent_config config = some_config();

	(void)state;
	make_lan();
	start_proxy((struct script){ .forge = before_somebody_else });
	assert_int_equal(discover(5000, &config), 0);
	assert_int_equal(offers.count, 1);
	assert_address(offers.list[0].address, 1);
}

/* Half of the time is left for what comes then. */
static void little_time(void **state)
{
	const struct agent_config config = some_config();
	int64_t begun;

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	begun = clock_ms();
	assert_int_equal(discover(200, &config), 0);
	assert_in_range(clock_ms() - begun, 90, 190);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(the_best_of_two),
		PROXY_TEST(one_that_is_too_late),
		PROXY_TEST(nobody),
		PROXY_TEST(all_that_are_named),
		PROXY_TEST(one_that_is_named_and_late),
		PROXY_TEST(answers_to_others),
		PROXY_TEST(little_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
