// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxy Advertisements: which are read, which suit, in what order; how long they are awaited. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "agent/candidates.h"
#include "support_hosts.h" /* its clock */
#include "support_agent.h"

enum { TRANSACTION = 0x1234, LATE = 5 /* ms: what is received takes 1 ms */ };

static uint8_t octets[NPP_MESSAGE_MAX];

static struct npp_message advertisement(void)
{
	return (struct npp_message){
		.transaction = TRANSACTION,
		.subtype = NPP_PROXY_ADVERTISEMENT,
		.advertisement = { .lifetime = 1800,
		                   .proxies = { { .address = proxy_address, .preference = -5 } },
		                   .proxy_count = 1 },
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_WAKE_ON_PACKET },
		.service_count = 2,
	};
}

static bool read_candidate(const struct npp_packet *datagram, struct candidate *candidate)
{
	struct transaction solicitation = {
		.channel = { .icmp_type = NPP_ICMP_TYPE },
		.packet = { .from = host_mac, .to = MAC_BROADCAST, .source = lan_address(20) },
		.answer_subtype = NPP_PROXY_ADVERTISEMENT,
		.id = TRANSACTION,
		.answer_mac = datagram->from,
		.answer_source = datagram->source,
	};

	return answer_check(&solicitation, datagram, &solicitation.answer) == ANSWER_MATCHES &&
	       candidate_read(&solicitation, candidate);
}

TEST(a_candidate)
{
	struct npp_message message = advertisement();
	const struct npp_packet datagram = datagram_of(&message, octets);
	struct candidate candidate;

	memset(&candidate, 0xa5, sizeof(candidate));
	assert_true(read_candidate(&datagram, &candidate));
	assert_address(candidate.address, 1);
	assert_memory_equal(&candidate.mac, &proxy_mac, sizeof(proxy_mac));
	assert_int_equal(candidate.preference, -5);
	assert_int_equal(candidate.lifetime, 1800);
	assert_int_equal(candidate.service_count, 2);
	assert_true(service_in_list(candidate.services, candidate.service_count, NPP_SERVICE_ARP));
	assert_true(service_in_list(candidate.services, candidate.service_count,
	                            NPP_SERVICE_WAKE_ON_PACKET));
	assert_false(
		service_in_list(candidate.services, candidate.service_count, NPP_SERVICE_DHCP4));
}

TEST(unsuitable_advertisements)
{
	struct npp_message none = advertisement(), refusal = advertisement();
	struct npp_packet datagram;
	struct candidate candidate;

	none.advertisement.lifetime = 0;
	datagram = datagram_of(&none, octets);
	assert_false(read_candidate(&datagram, &candidate));
	refusal.code = NPP_FAIL;
	datagram = datagram_of(&refusal, octets);
	assert_false(read_candidate(&datagram, &candidate));
}

/* The source address if it is advertised, else the one with the highest preference. */
TEST(choice_of_address)
{
	static const struct {
		uint8_t source;
		int32_t preferences[3]; /* of 192.0.2.1, .2 and .3 */
		uint8_t address;
		int32_t preference;
	} rows[] = {
		{ 1, { 0, 9, 5 }, 1, 0 },
		{ 3, { 0, 9, 5 }, 3, 5 },
		{ 7, { 0, 9, 5 }, 2, 9 },
		{ 7, { -1, -1, -1 }, 1, -1 },
	};

	EACH(i, rows)
	{
		struct npp_message message = advertisement();
		struct npp_packet datagram;
		struct candidate candidate;

		message.advertisement.proxy_count = 3;
		for (uint8_t j = 0; j < 3; j++)
			message.advertisement.proxies[j] =
				(struct npp_proxy){ lan_address(1 + j), rows[i].preferences[j] };
		datagram = datagram_of(&message, octets);
		datagram.source = lan_address(rows[i].source);
		assert_true(read_candidate(&datagram, &candidate));
		assert_address(candidate.address, rows[i].address);
		assert_int_equal(candidate.preference, rows[i].preference);
	}
}

static struct candidate candidate_of(uint8_t last, int32_t preference)
{
	return (struct candidate){
		.address = lan_address(last),
		.mac = { { 2, 0, 0, 0, 0, last } },
		.preference = preference,
		.is_proven = true,
		.lifetime = 1800,
		.services = { NPP_SERVICE_ARP },
		.service_count = 1,
	};
}

static struct settings config_with(const uint8_t *proxies)
{
	struct settings settings = some_settings();

	for (; *proxies; proxies++)
		settings.proxies[settings.proxy_count++] = lan_address(*proxies);
	return settings;
}

static char *order_of(const struct candidates *candidates)
{
	static char text[128];

	*text = '\0';
	for (size_t i = 0; i < candidates->count; i++)
		sprintf(text + strlen(text), "%s%u", i ? " " : "",
		        candidates->list[i].address.octet[3]);
	return text;
}

/* "4:-1 5!": 192.0.2.4 with preference -1, and 192.0.2.5, which does not offer ARP. */
static void add_all(struct candidates *candidates, const char *text,
                    const struct settings *settings)
{
	for (char *end; *text; text = end + (*end == ' ')) {
		struct candidate candidate = candidate_of((uint8_t)strtol(text, &end, 10), 0);

		if (*end == ':')
			candidate.preference = (int32_t)strtol(end + 1, &end, 10);
		if (*end == '!') {
			candidate.services[0] = NPP_SERVICE_DHCP4;
			end++;
		}
		candidates_add(candidates, &candidate, settings);
	}
}

TEST(order)
{
	static const struct {
		const char *shows;
		uint8_t configured[4];
		const char *answers, *order;
		bool complete;
	} rows[] = {
		{ "by preference; of equal ones the first to answer",
		  { 0 },
		  "1 2:5 3 4:-2147483648 5:5 6:2147483647",
		  "6 2 5 1 3 4",
		  false },
		{ "one that answers twice is one", { 0 }, "1 1 2", "1 2", false },
		{ "configured ones first", { 1, 4, 9 }, "1:1 2:2 3:3 4:4 5:5", "1 4 5 3 2", false },
		{ "no other is awaited", { 4, 1 }, "1 4", "4 1", true },
		{ "a configured one is awaited", { 4, 1 }, "1", "1", false },
		{ "without ARP it is the last, whatever its preference",
		  { 0 },
		  "2:99! 1",
		  "1 2",
		  false },
	};

	EACH(i, rows)
	{
		const struct settings settings = config_with(rows[i].configured);
		struct candidates candidates = { .count = 0 };

		add_all(&candidates, rows[i].answers, &settings);
		if (strcmp(order_of(&candidates), rows[i].order))
			fail_msg("%s: %s", rows[i].shows, order_of(&candidates));
		if (candidates_complete(&candidates, &settings) != rows[i].complete)
			fail_msg("%s: %s", rows[i].shows,
			         rows[i].complete ? "awaited" : "complete");
	}
}

TEST(mismatches)
{
	const struct settings settings = config_with((const uint8_t[]){ 1, 0 });
	struct candidate named = candidate_of(1, 0), other = candidate_of(2, 0);

	assert_null(candidate_mismatch(&named, &settings));
	assert_string_equal(candidate_mismatch(&other, &settings),
	                    "is not among the configured proxies");
	named.services[0] = NPP_SERVICE_DHCP4;
	assert_string_equal(candidate_mismatch(&named, &settings), "offers no ARP");
	named.service_count = 0;
	assert_string_equal(candidate_mismatch(&named, &settings), "offers no ARP");
}

/* Many advertisements do not displace a better one. */
TEST(too_many)
{
	const struct settings settings = config_with((const uint8_t[]){ 200, 0 });
	struct candidates candidates = { .count = 0 };

	for (uint8_t i = 1; i <= 2 * CANDIDATES; i++) {
		const struct candidate candidate = candidate_of(i, i);

		candidates_add(&candidates, &candidate, &settings);
	}
	assert_int_equal(candidates.count, CANDIDATES);
	assert_int_equal(candidates.list[0].preference, 2 * CANDIDATES);
	assert_int_equal(candidates.list[CANDIDATES - 1].preference, CANDIDATES + 1);
	add_all(&candidates, "100:0 200:-1", &settings);
	assert_int_equal(candidates.count, CANDIDATES);
	assert_address(candidates.list[0].address, 200);
	assert_int_equal(candidates.list[CANDIDATES - 1].preference, CANDIDATES + 2);
}

/* A forged advertisement with a proxy's address does not displace it. */
TEST(same_address_twice)
{
	const struct settings settings = some_settings();
	const struct candidate first = candidate_of(1, 0);
	struct candidate second = first;
	struct candidates candidates = { .count = 0 };

	second.mac.octet[5] = 9;
	candidates_add(&candidates, &first, &settings);
	candidates_add(&candidates, &second, &settings);
	assert_string_equal(order_of(&candidates), "1 1");
}

/* Nor does one without the key, whatever it offers, and whoever is named in it. */
TEST(who_does_not_show_the_key)
{
	const struct settings settings = config_with((const uint8_t[]){ 1, 0 });
	struct candidate proven = candidate_of(1, 0), forged = candidate_of(1, 9);
	struct candidates candidates = { .count = 0 };

	forged.is_proven = false;
	assert_non_null(strstr(candidate_mismatch(&forged, &settings), "signed with the key"));
	candidates_add(&candidates, &forged, &settings);
	assert_false(candidates_complete(&candidates, &settings));
	candidates_add(&candidates, &proven, &settings);
	assert_true(candidates_complete(&candidates, &settings));
	candidates_add(&candidates, &forged, &settings);
	assert_int_equal(candidates.count, 1);
	assert_true(candidates.list[0].is_proven);
	for (uint8_t i = 0; i < 2 * CANDIDATES; i++, forged.address.octet[3]++)
		candidates_add(&candidates, &forged, &settings);
	assert_address(candidates.list[0].address, 1);
}

TEST(services)
{
	char name[SERVICE_NAME];

	assert_string_equal(service_name(NPP_SERVICE_WAKE_ON_PACKET, name), "wake-on-packet");
	assert_string_equal(service_name(NPP_SERVICE_DHCP6, name), "dhcp6");
	assert_string_equal(service_name(0x8005, name), "0x8005");
}

static struct candidates discovered;

static int discover(int64_t wait, const struct settings *settings)
{
	struct channel channel = { .icmp_type = (uint8_t)settings->icmp_type };
	int err;

	channel.fd = listen_on("lan", &channel.iface);
	memset(&discovered, 0xa5, sizeof(discovered));
	err = candidates_discover(&channel, lan_address(20), settings, clock_ms() + wait,
	                          &discovered);
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

/*
 * Which answers are awaited, and for how long: of two proxies, or of one; the last octets of those
 * that are found.
 */
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
	  .time = { 5000, 300, 300 + LATE },
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
	  .time = { 5000, 300, 300 + LATE },
	  .found = { 1 } },
	{ "half of the time is left for the request",
	  { { .preference = 0 } },
	  .proxies = 1,
	  .time = { 200, 100, 100 + LATE },
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
		if (discovered.list[count].address.octet[3] != it->found[count])
			fail_msg("%s: candidate %zu is 192.0.2.%u", it->shows, count,
			         discovered.list[count].address.octet[3]);
	if (err != (count ? 0 : -ETIMEDOUT) || discovered.count != count)
		fail_msg("%s: error %d, %zu candidates", it->shows, err, discovered.count);
	if (took < it->time.least || took > it->time.most)
		fail_msg("%s: it took %jd ms", it->shows, (intmax_t)took);
	stop_proxies(NULL);
}

TEST_WITH(which_are_awaited, make_lan, stop_proxies)
{
	EACH(i, discoveries)
	check_discovery(&discoveries[i]);
}

TEST_WITH(solicitations, make_lan, stop_proxies)
{
	const struct settings settings = some_settings();
	struct proxy_thread *proxy = start_proxy((struct script){ .preference = 2 });
	const struct seen *seen;

	assert_int_equal(discover(5000, &settings), 0);
	assert_int_equal(received(proxy, NPP_PROXY_SOLICITATION), 1);
	seen = seen_of(proxy, NPP_PROXY_SOLICITATION, 0);
	assert_address(seen->source, 20);
	assert_int_not_equal(seen->message.transaction, 0);
	assert_memory_equal(&discovered.list[0].mac, &proxy->iface.mac, sizeof(struct mac));
	assert_int_equal(discovered.list[0].preference, 2);
	proxy->script.no_advertisement = true;
	assert_int_equal(discover(700, &settings), -ETIMEDOUT);
	assert_int_equal(received(proxy, NPP_PROXY_SOLICITATION), 3);
}
