// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxy Solicitations: which answers are awaited, and for how long. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>

#include "agent/candidates.h"
#include "support_played_proxy.h"

enum { LATE = 200 /* ms: the machine may be busy */ };

static struct candidates candidates;

static int discover(int64_t wait, const struct settings *settings)
{
	struct channel channel = { .icmp_type = (uint8_t)settings->icmp_type };
	int err;

	channel.fd = listen_on("lan", &channel.iface);
	memset(&candidates, 0xa5, sizeof(candidates));
	err = candidates_discover(&channel, lan_address(20), settings, clock_ms() + wait,
	                          &candidates);
	close(channel.fd);
	return err;
}

BEFORE_EACH(make_lan)
AFTER_EACH(stop_all)

TEST(best_of_two)
{
	const struct settings settings = some_settings();
	struct proxy_thread *proxy;
	const struct seen *seen;
	int64_t begun;

	proxy = start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .preference = 2, .delay = 150 });
	begun = clock_ms();
	assert_int_equal(discover(5000, &settings), 0);
	assert_in_range(clock_ms() - begun, 300, 300 + LATE);
	assert_int_equal(candidates.count, 2);
	assert_address(candidates.list[0].address, 2);
	assert_memory_equal(&candidates.list[0].mac, &proxies[1].iface.mac, sizeof(struct mac));
	assert_int_equal(candidates.list[0].preference, 2);
	assert_address(candidates.list[1].address, 1);
	assert_int_equal(received(proxy, NPP_PROXY_SOLICITATION), 1);
	seen = seen_of(proxy, NPP_PROXY_SOLICITATION, 0);
	assert_address(seen->source, 20);
	assert_int_not_equal(seen->message.transaction, 0);
}

TEST(late_answer)
{
	const struct settings settings = some_settings();

	start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .preference = 2, .delay = 900 });
	assert_int_equal(discover(5000, &settings), 0);
	assert_int_equal(candidates.count, 1);
	assert_address(candidates.list[0].address, 1);
}

TEST(no_answer)
{
	const struct settings settings = some_settings();
	struct proxy_thread *proxy;
	int64_t begun;

	proxy = start_proxy((struct script){ .no_advertisement = true });
	begun = clock_ms();
	assert_int_equal(discover(700, &settings), -ETIMEDOUT);
	assert_in_range(clock_ms() - begun, 700, 700 + LATE);
	assert_int_equal(candidates.count, 0);
	assert_int_equal(received(proxy, NPP_PROXY_SOLICITATION), 2);
}

/* It does not wait for others. */
TEST(all_configured)
{
	struct settings settings = some_settings();
	int64_t begun;

	start_proxy((struct script){ .preference = 9 });
	start_proxy((struct script){ .preference = 1, .delay = 30 });
	settings.proxies[settings.proxy_count++] = lan_address(2);
	begun = clock_ms();
	assert_int_equal(discover(5000, &settings), 0);
	assert_in_range(clock_ms() - begun, 0, 30 + LATE);
	assert_address(candidates.list[0].address, 2);
}

/* An unconfigured proxy does not end the wait for configured ones. */
TEST(late_configured)
{
	struct settings settings = some_settings();

	start_proxy((struct script){ .preference = 9 });
	start_proxy((struct script){ .preference = 1, .delay = 900 });
	settings.proxies[settings.proxy_count++] = lan_address(2);
	assert_int_equal(discover(5000, &settings), 0);
	assert_int_equal(candidates.count, 2);
	assert_address(candidates.list[0].address, 2);
}

static void before_somebody_else(struct npp_message *answer, struct npp_packet *datagram)
{
	datagram->source = lan_address(9);
	answer->advertisement.proxies[0].address = lan_address(9);
	answer->advertisement.proxies[0].preference = 99;
	answer->transaction++;
}

TEST(unrelated_answers)
{
	const struct settings settings = some_settings();

	start_proxy((struct script){ .forge = before_somebody_else });
	assert_int_equal(discover(5000, &settings), 0);
	assert_int_equal(candidates.count, 1);
	assert_address(candidates.list[0].address, 1);
}

/* Half of the time is left for the request. */
TEST(short_deadline)
{
	const struct settings settings = some_settings();
	int64_t begun;

	start_proxy((struct script){ .preference = 0 });
	begun = clock_ms();
	assert_int_equal(discover(200, &settings), 0);
	assert_in_range(clock_ms() - begun, 90, 190);
}
