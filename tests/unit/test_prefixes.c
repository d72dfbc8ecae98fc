// SPDX-License-Identifier: GPL-2.0-or-later
/* Router Advertisements (RFC 4861, 4.2): their octets, and what follows (RFC 4862, 5.5.3). */
#include "test.h"

#include "base/addr.h"
#include "net/prefixes.h"
#include "support_octets.h"

enum { LAN = 2, OTHER_LAN = 3, ON_LINK = 0x80, AUTONOMOUS = 0x40, BOTH = ON_LINK | AUTONOMOUS };
enum { S = 1000, HOUR = 3600 };

#define HEAD 134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0
#define NETWORK 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0
#define PREFIX(bits, flags, valid, preferred, ...) \
	3, 4, bits, flags, 0, 0, 0, valid, 0, 0, 0, preferred, 0, 0, 0, 0, __VA_ARGS__
#define MTU 5, 1, 0, 0, 0, 0, 5, 0xdc

static const struct ipv6 home = { { 0x20, 0x01, 0x0d, 0xb8, [7] = 1, [15] = 5 } };
static const struct ipv6 elsewhere = { { 0x20, 0x01, 0x0d, 0xb8, [7] = 2, [15] = 5 } };
static const struct ipv6 router = { { 0xfe, 0x80, [15] = 1 } };
static struct prefixes known;

static int set_up(void **state)
{
	(void)state;
	memset(&known, 0, sizeof(known));
	return 0;
}

BEFORE_EACH(set_up)

static enum ra_parse_error parse(const void *octets, size_t length, struct router_advert *advert)
{
	struct router_advert untouched;
	enum ra_parse_error error;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(advert, &untouched, sizeof(untouched));
	error = router_advert_read(at_the_edge(octets, length), length, advert);
	if (error)
		assert_memory_equal(advert, &untouched, sizeof(untouched));
	else
		assert_true(router_advert_check(advert));
	return error;
}

#define READ(advert, ...) assert_int_equal(parse(OCTETS(__VA_ARGS__), advert), 0)

TEST(an_advertisement_is_read)
{
	const struct ipv6 network = { { NETWORK } };
	struct router_advert advert;

	READ(&advert, HEAD, MTU, PREFIX(64, ON_LINK, 60, 30, NETWORK),
	     PREFIX(65, AUTONOMOUS, 2, 1, NETWORK));
	assert_int_equal(advert.lifetime, 0x708);
	assert_int_equal(advert.prefix_count, 2);
	assert_memory_equal(&advert.prefixes[0].prefix, &network, sizeof(network));
	assert_int_equal(advert.prefixes[0].bits, 64);
	assert_true(advert.prefixes[0].on_link && !advert.prefixes[0].autonomous);
	assert_true(!advert.prefixes[1].on_link && advert.prefixes[1].autonomous);
	assert_int_equal(advert.prefixes[0].valid, 60);
	assert_int_equal(advert.prefixes[0].preferred, 30);
}

static const struct {
	const char *shows;
	uint8_t octets[64];
	size_t length;
	enum ra_parse_error error;
} refused[] = {
#define ROW(...) { __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })
	{ "too short", ROW(134, 0, 0, 0), RA_PARSE_ERROR_SHORT },
	{ "a solicitation", ROW(133, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	  RA_PARSE_ERROR_TYPE },
	{ "code 1", ROW(134, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), RA_PARSE_ERROR_TYPE },
	{ "an option of no length", ROW(HEAD, 5, 0, 0, 0, 0, 0, 0, 0), RA_PARSE_ERROR_OPTION },
	{ "an option is cut", ROW(HEAD, 3, 4, 64, 0, 0, 0, 0, 0), RA_PARSE_ERROR_OPTION },
	{ "less than an option", ROW(HEAD, 5, 1, 0), RA_PARSE_ERROR_OPTION },
};

TEST(what_is_no_advertisement_is_refused)
{
	struct router_advert advert;

	EACH_SHOWN(i, refused)
	assert_int_equal(parse(refused[i].octets, refused[i].length, &advert), refused[i].error);
}

static const struct {
	const char *shows;
	uint8_t octets[48];
} left_out[] = {
	{ "link-local", { HEAD, PREFIX(64, BOTH, 2, 1, 0xfe, 0x80) } },
	{ "a group", { HEAD, PREFIX(64, BOTH, 2, 1, 0xff, 0x02) } },
	{ "IPv4 in IPv6",
	  { HEAD, PREFIX(96, BOTH, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff) } },
	{ "everything", { HEAD, PREFIX(0, BOTH, 2, 1, NETWORK) } },
	{ "129 bits", { HEAD, PREFIX(129, BOTH, 2, 1, NETWORK) } },
	{ "preferred for longer than valid", { HEAD, PREFIX(64, BOTH, 1, 2, NETWORK) } },
};

TEST(prefixes_that_make_no_sense_are_left_out)
{
	struct router_advert advert;

	EACH_SHOWN(i, left_out)
	{
		assert_int_equal(parse(left_out[i].octets, sizeof(left_out[i].octets), &advert), 0);
		assert_int_equal(advert.prefix_count, 0);
	}
}

TEST(an_advertisement_of_another_process_is_checked)
{
	struct router_advert right, wrong;

	READ(&right, HEAD, PREFIX(64, BOTH, 2, 1, NETWORK));
#define CHECK_WRONG(change) (wrong = right, wrong.change, assert_false(router_advert_check(&wrong)))
	CHECK_WRONG(prefix_count = RA_PREFIXES + 1);
	CHECK_WRONG(prefixes[0].bits = 129);
	CHECK_WRONG(prefixes[0].prefix.octet[15] = 1);
	CHECK_WRONG(prefixes[0].preferred = 3);
}

static bool advertise(uint32_t ifindex, unsigned int flags, uint32_t valid, uint32_t preferred,
                      int64_t now)
{
	const struct router_advert advert = {
		.prefix_count = 1,
		.prefixes = { { .prefix = { { NETWORK } },
		                .bits = 64,
		                .on_link = flags & ON_LINK,
		                .autonomous = flags & AUTONOMOUS,
		                .valid = valid,
		                .preferred = preferred } },
	};

	return prefixes_advertise(&known, ifindex, &router, &advert, now * S);
}

static enum prefix_state home_is(void)
{
	return prefixes_find(&known, LAN, &home);
}

TEST(an_address_in_a_prefix_is_on_that_link)
{
	assert_int_equal(home_is(), PREFIX_UNKNOWN);
	assert_true(advertise(LAN, BOTH, 60, 30, 1));
	assert_int_equal(home_is(), PREFIX_ON_LINK);
	assert_int_equal(prefixes_find(&known, OTHER_LAN, &home), PREFIX_UNKNOWN);
	assert_int_equal(prefixes_find(&known, 0, &home), PREFIX_ON_LINK);
	assert_int_equal(prefixes_find(&known, LAN, &elsewhere), PREFIX_UNKNOWN);
	assert_false(advertise(LAN, BOTH, 60, 30, 2));
}

TEST(a_prefix_is_deprecated_and_comes_back)
{
	advertise(LAN, BOTH, 60, 30, 1);
	assert_true(advertise(LAN, BOTH, 60, 0, 2));
	assert_int_equal(home_is(), PREFIX_OVER);
	assert_true(advertise(LAN, BOTH, 60, 30, 3));
	assert_int_equal(home_is(), PREFIX_ON_LINK);
}

TEST(a_prefix_runs_out)
{
	advertise(LAN, BOTH, 60, 30, 1);
	assert_false(prefixes_expire(&known, 31 * S - 1));
	assert_true(prefixes_expire(&known, 31 * S));
	assert_int_equal(home_is(), PREFIX_OVER);
	assert_false(prefixes_expire(&known, 32 * S));
	known.router_count = 0;
	assert_false(prefixes_expire(&known, 31 * S + PREFIX_MIN_VALID - 1));
	assert_true(prefixes_expire(&known, 31 * S + PREFIX_MIN_VALID));
	assert_int_equal(home_is(), PREFIX_UNKNOWN);
}

TEST(a_prefix_is_advertised_for_ever)
{
	advertise(LAN, BOTH, RA_INFINITE, RA_INFINITE, 1);
	known.router_count = 0;
	assert_false(prefixes_expire(&known, INT64_C(1) << 60));
	assert_int_equal(home_is(), PREFIX_ON_LINK);
}

TEST(nobody_shortens_a_long_lifetime_below_two_hours)
{
	advertise(LAN, BOTH, 10 * HOUR, 10 * HOUR, 1);
	advertise(LAN, BOTH, 1, 1, 2);
	assert_int_equal(known.of[0].valid_until, (2 + 2 * HOUR) * S);
	advertise(LAN, BOTH, 1, 1, 3);
	assert_int_equal(known.of[0].valid_until, (2 + 2 * HOUR) * S);
	advertise(LAN, BOTH, 3 * HOUR, 1, 4);
	assert_int_equal(known.of[0].valid_until, (4 + 3 * HOUR) * S);
	/* what was short from the beginning goes on as it is */
	advertise(OTHER_LAN, BOTH, 10, 10, 5);
	advertise(OTHER_LAN, BOTH, 10, 10, 8);
	assert_int_equal(known.of[1].valid_until, 18 * S);
}

TEST(a_prefix_that_makes_no_addresses_ends_none)
{
	advertise(LAN, ON_LINK, 60, 30, 1);
	assert_int_equal(home_is(), PREFIX_ON_LINK);
	advertise(LAN, ON_LINK, 60, 0, 2);
	assert_int_equal(home_is(), PREFIX_UNKNOWN);
}

TEST(a_prefix_that_is_not_on_the_link_can_be_over)
{
	advertise(LAN, AUTONOMOUS, 60, 30, 1);
	assert_int_equal(home_is(), PREFIX_UNKNOWN);
	advertise(LAN, AUTONOMOUS, 60, 0, 2);
	assert_int_equal(home_is(), PREFIX_OVER);
}

TEST(the_longest_prefix_counts)
{
	struct router_advert advert;

	READ(&advert, HEAD, PREFIX(64, BOTH, 60, 0, NETWORK), PREFIX(48, BOTH, 60, 30, NETWORK));
	prefixes_advertise(&known, LAN, &router, &advert, S);
	assert_int_equal(home_is(), PREFIX_OVER);
	assert_int_equal(prefixes_find(&known, LAN, &elsewhere), PREFIX_ON_LINK);
	READ(&advert, HEAD, PREFIX(64, BOTH, 60, 30, NETWORK), PREFIX(48, BOTH, 60, 0, NETWORK));
	prefixes_advertise(&known, LAN, &router, &advert, S);
	assert_int_equal(home_is(), PREFIX_ON_LINK);
	assert_int_equal(prefixes_find(&known, LAN, &elsewhere), PREFIX_UNKNOWN);
}

/* By which hosts make no addresses, and which routers do not advertise: of one host's address. */
TEST(prefixes_of_other_lengths_end_nothing)
{
	struct router_advert advert;

	advertise(LAN, BOTH, 60, 30, 1);
	READ(&advert, HEAD, PREFIX(128, BOTH, 1, 0, NETWORK), PREFIX(65, AUTONOMOUS, 1, 0, NETWORK),
	     PREFIX(63, BOTH, 1, 0, NETWORK), PREFIX(66, 0, 60, 30, NETWORK));
	advert.prefixes[0].prefix = home;
	prefixes_advertise(&known, LAN, &router, &advert, 2 * S);
	assert_int_equal(known.count, 5);
	assert_int_equal(home_is(), PREFIX_ON_LINK);
}

TEST(who_sends_them_is_a_router_until_it_is_silent)
{
	const struct router_advert advert = { .lifetime = 0 };

	assert_false(prefixes_is_router(&known, &router));
	assert_true(prefixes_advertise(&known, LAN, &router, &advert, S));
	assert_false(prefixes_advertise(&known, LAN, &router, &advert, 2 * S));
	assert_true(prefixes_is_router(&known, &router));
	assert_false(prefixes_expire(&known, 2 * S + ROUTER_LINGER - 1));
	assert_true(prefixes_expire(&known, 2 * S + ROUTER_LINGER));
	assert_false(prefixes_is_router(&known, &router));
}

TEST(a_flood_of_routers_and_prefixes_is_bounded)
{
	for (unsigned int i = 1; i <= 2 * PREFIXES_MAX; i++) {
		struct router_advert advert = { .prefix_count = 1 };
		struct ipv6 source = router;

		advert.prefixes[0] = (struct ra_prefix){
			.prefix = { { NETWORK } }, .bits = 64, .on_link = true, .valid = 2
		};
		advert.prefixes[0].prefix.octet[6] = (uint8_t)i;
		source.octet[15] = (uint8_t)i;
		prefixes_advertise(&known, LAN, &source, &advert, i * S);
	}
	assert_int_equal(known.count, PREFIXES_MAX);
	assert_int_equal(known.router_count, ROUTERS_MAX);
	assert_false(prefixes_is_router(&known, &router));
	advertise(LAN, BOTH, 60, 30, 1000);
	assert_int_equal(home_is(), PREFIX_ON_LINK);
}
