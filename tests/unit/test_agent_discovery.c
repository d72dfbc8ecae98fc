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

static void before_somebody_else(struct npp_message *answer, struct npp_packet *datagram)
{
	datagram->source = lan_address(9);
	answer->advertisement.proxies[0].address = lan_address(9);
	answer->advertisement.proxies[0].preference = 99;
	answer->transaction++;
}

BEFORE_EACH(make_lan)
AFTER_EACH(stop_proxies)

/* Two proxies, of which there may be only one; the last octets of those that are found. */
static const struct discovery {
	const char *shows;
	struct script scripts[2];
	uint8_t proxies, configured;
	struct {
		int64_t wait, least, most; /* ms that it takes */
	} time;
	uint8_t found[3];
} discoveries[] = {
	{ "the better one of two, which has some time",
	  { { .preference = 1 }, { .preference = 2, .delay = 150 } },
	  .proxies = 2,
	  .time = { 5000, 300, 300 + LATE },
	  .found = { 2, 1 } },
	{ "an answer that is too late",
	  { { .preference = 1 }, { .preference = 2, .delay = 900 } },
	  .proxies = 2,
	  .time = { 5000, 300, 900 },
	  .found = { 1 } },
	{ "no answer",
	  { { .no_advertisement = true } },
	  .proxies = 1,
	  .time = { 700, 700, 700 + LATE } },
	{ "the configured one alone is awaited",
	  { { .preference = 9 }, { .preference = 1, .delay = 30 } },
	  .proxies = 2,
	  .configured = 2,
	  .time = { 5000, 0, 30 + LATE },
	  .found = { 2, 1 } },
	{ "an unconfigured one does not end the wait for configured ones",
	  { { .preference = 9 }, { .preference = 1, .delay = 900 } },
	  .proxies = 2,
	  .configured = 2,
	  .time = { 5000, 900, 900 + LATE },
	  .found = { 2, 1 } },
	{ "answers to somebody else",
	  { { .forge = before_somebody_else } },
	  .proxies = 1,
	  .time = { 5000, 0, 5000 },
	  .found = { 1 } },
	{ "half of the time is left for the request",
	  { { .preference = 0 } },
	  .proxies = 1,
	  .time = { 200, 90, 190 },
	  .found = { 1 } },
};

static void check_discovery(const struct discovery *it)
{
	struct settings settings = some_settings();
	int64_t begun, took;
	size_t count = 0;
	int err;

	if (it->configured)
		settings.proxies[settings.proxy_count++] = lan_address(it->configured);
	for (size_t i = 0; i < it->proxies; i++)
		start_proxy(it->scripts[i]);
	begun = clock_ms();
	err = discover(it->time.wait, &settings);
	took = clock_ms() - begun;
	for (; it->found[count]; count++)
		if (candidates.list[count].address.octet[3] != it->found[count])
			fail_msg("%s: candidate %zu is 192.0.2.%u", it->shows, count,
			         candidates.list[count].address.octet[3]);
	if (err != (count ? 0 : -ETIMEDOUT) || candidates.count != count)
		fail_msg("%s: error %d, %zu candidates", it->shows, err, candidates.count);
	if (took < it->time.least || took > it->time.most)
		fail_msg("%s: it took %jd ms", it->shows, (intmax_t)took);
	stop_proxies(NULL);
}

TEST(which_are_awaited)
{
	EACH(i, discoveries)
	check_discovery(&discoveries[i]);
}

TEST(solicitations)
{
	const struct settings settings = some_settings();
	struct proxy_thread *proxy = start_proxy((struct script){ .preference = 2 });
	const struct seen *seen;

	assert_int_equal(discover(5000, &settings), 0);
	assert_int_equal(received(proxy, NPP_PROXY_SOLICITATION), 1);
	seen = seen_of(proxy, NPP_PROXY_SOLICITATION, 0);
	assert_address(seen->source, 20);
	assert_int_not_equal(seen->message.transaction, 0);
	assert_memory_equal(&candidates.list[0].mac, &proxy->iface.mac, sizeof(struct mac));
	assert_int_equal(candidates.list[0].preference, 2);
	proxy->script.no_advertisement = true;
	assert_int_equal(discover(700, &settings), -ETIMEDOUT);
	assert_int_equal(received(proxy, NPP_PROXY_SOLICITATION), 3);
}
