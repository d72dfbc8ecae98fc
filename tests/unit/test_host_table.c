// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of hosts: how they are found, who owns which address, and which deadline is next. */
#include "test.h"

#include <errno.h>

#include "support_hosts.h"

static struct host *add_host(struct host_table *table, unsigned int number)
{
	const struct mac mac = mac_of(number);
	struct host *host;
	char name[32];

	snprintf(name, sizeof(name), "host-%u", number);
	host = host_table_add(table, &mac, name);
	assert_non_null(host);
	return host;
}

TEST(found_by_mac_and_name)
{
	struct host_table *table = host_table_new();
	struct host *one = add_host(table, 1), *two = add_host(table, 2);
	const struct mac first = mac_of(1), other = mac_of(3);

	assert_ptr_equal(host_find_mac(table, &first), one);
	assert_ptr_equal(host_find_name(table, "host-2"), two);
	assert_null(host_find_mac(table, &other));
	assert_null(host_find_name(table, "host-3"));
	assert_null(host_table_add(table, &first, "another"));
	assert_null(host_table_add(table, &other, "host-1"));
	assert_int_equal(HASH_CNT(by_mac, table->by_mac), 2);
	assert_int_equal(one->life.state, AWAKE);
	assert_true(one->deadline == INT64_MAX && two->order > one->order);
	host_table_remove(table, one);
	assert_null(host_find_mac(table, &first));
	assert_null(host_find_name(table, "host-1"));
	assert_int_equal(HASH_CNT(by_mac, table->by_mac), 1);
	assert_non_null(host_table_add(table, &first, "host-1"));
	host_table_free(table);
	host_table_free(NULL);
}

TEST(renamed_and_sorted)
{
	static const char *const names[] = { "host-2", "host-3", "zebra" };
	struct host_table *table = host_table_new();
	struct host *renamed = add_host(table, 1);
	size_t count = 0;

	add_host(table, 3);
	add_host(table, 2);
	assert_int_equal(host_table_rename(table, renamed, "host-2"), -EEXIST);
	assert_int_equal(host_table_rename(table, renamed, "host-1"), 0);
	assert_int_equal(host_table_rename(table, renamed, "zebra"), 0);
	assert_null(host_find_name(table, "host-1"));
	assert_ptr_equal(host_find_name(table, "zebra"), renamed);
	host_table_sort(table);
	host_table_each (table, host)
		assert_string_equal(host->name, names[count++]);
	assert_int_equal(count, 3);
	host_table_free(table);
}

/* Of one host; `installed`: the address is in the tables as its own. */
struct said {
	const char *described, *edited, *registered, *leased;
	bool ended, installed;
	enum host_state state;
	uint64_t order;
};

static void say(struct host_table *table, struct host *host, const struct said *said,
                const struct ipv6 *address)
{
	struct wanted wanted = { .addresses = { *address }, .address_count = 1 };
	struct host_core core = host_core(host);

	described_free(host->described);
	registration_free(host->registration);
	dhcp_client_free(host->dhcp);
	installed_free(host->installed);
	free(host->edited);
	host->described = said->described ? described_of(said->described, said->order) : NULL;
	host->registration =
		said->registered ? registered_of(said->registered, !said->ended) : NULL;
	host->edited = parse_edits(said->edited);
	host->dhcp = said->leased ? dhcp_client_new() : NULL;
	host->installed = NULL;
	if (said->installed)
		host_set_installed(host, &wanted);
	core = host_core(host);
	core.life.state = said->state;
	core.lease = parse_lease(said->leased);
	host_table_set_core(table, host, &core);
	host_table_claim(table, host);
}

static const struct {
	const char *shows;
	struct said first, second;
	int owner;         /* of .20; 0: nobody */
	bool may_register; /* the first, if it had not said what it has */
} owner_rows[] = {
	{ "nobody says so", { .described = "21" }, { .leased = "22" }, 0, true },
	{ "described", { .leased = "20" }, { .described = "20 21" }, 2, false },
	{ "described twice",
	  { .described = "20", .order = 2 },
	  { .described = "20", .order = 1 },
	  2,
	  false },
	{ "leased to another, and described",
	  { .described = "20" },
	  { .leased = "20", .state = ASLEEP, .installed = true },
	  1,
	  false },
	{ "lost by a host that is described with it",
	  { .described = "20 21", .leased = "!20" },
	  { .leased = "20" },
	  2,
	  true },
	{ "lost, and nobody else has it",
	  { .described = "20", .leased = "!20" },
	  { .described = "22" },
	  0,
	  true },
	{ "its lease is over, and it is described",
	  { .described = "20" },
	  { .leased = "21" },
	  1,
	  true },
	{ "moved by hand",
	  { .described = "20", .installed = true },
	  { .described = "21", .edited = "+20" },
	  2,
	  false },
	{ "taken out by hand", { .edited = "-20", .leased = "20" }, { .leased = "21" }, 0, true },
	{ "a sleeper keeps it",
	  { .registered = "20" },
	  { .leased = "20", .state = ASLEEP, .installed = true },
	  2,
	  false },
	{ "a host that is up does not",
	  { .leased = "20", .installed = true },
	  { .registered = "20", .state = DROWSY },
	  2,
	  true },
	{ "nor with an ended registration",
	  { .registered = "20", .ended = true, .installed = true },
	  { .registered = "20", .state = DROWSY },
	  2,
	  true },
	{ "leased twice", { .leased = "20" }, { .leased = "20" }, 1, true },
	{ "registered twice", { .registered = "20" }, { .registered = "20" }, 1, false },
};

TEST(owners)
{
	const struct ipv6 address = ip(20);

	EACH(i, owner_rows)
	{
		struct host_table *table = host_table_new();
		struct host *hosts[] = { NULL, add_host(table, 1), add_host(table, 2) };

		say(table, hosts[1], &owner_rows[i].first, &address);
		say(table, hosts[2], &owner_rows[i].second, &address);
		if (host_table_owner(table, &address) != hosts[owner_rows[i].owner])
			fail_msg("%s: not the owner", owner_rows[i].shows);
		if (host_table_may_register(table, &address, hosts[1]) !=
		    owner_rows[i].may_register)
			fail_msg("%s: registered by the first", owner_rows[i].shows);
		host_table_free(table);
	}
}

/* The numbers of those that claim it, but for one. */
static const char *claimants(const struct host_table *table, unsigned int last,
                             const struct host *but, char text[32])
{
	const struct ipv6 address = ip(last);
	struct host *other = NULL;

	*text = 0;
	while ((other = host_table_other_claimant(table, &address, but, other)))
		append(text, 32, "%s%u", *text ? " " : "", other->mac.octet[5]);
	return text;
}

TEST(claims_follow_what_is_said)
{
	static const struct {
		const char *shows;
		unsigned int host;
		const char *says; /* NULL: it is removed */
		const char *claim_20, *but_3, *claim_21;
	} rows[] = {
		{ "the first", 1, "20", "1", "1", "" },
		{ "one more, with two addresses", 2, "20 21", "1 2", "1 2", "2" },
		{ "a third", 3, "20", "1 2 3", "1 2", "2" },
		{ "it says so again", 3, "20", "1 2 3", "1 2", "2" },
		{ "the second takes it back", 2, "21", "1 3", "1", "2" },
		{ "the first takes it back", 1, "21", "3", "", "2 1" },
		{ "the last one is removed", 3, NULL, "", "", "2 1" },
		{ "the first of two is removed", 2, NULL, "", "", "1" },
	};
	struct host_table *table = host_table_new();
	struct host *hosts[4] = { NULL };
	const struct ipv6 none = ip(0);
	char text[32];

	for (unsigned int i = 1; i < 4; i++)
		hosts[i] = add_host(table, i);
	EACH(i, rows)
	{
		const struct said said = { .described = rows[i].says };

		if (rows[i].says)
			say(table, hosts[rows[i].host], &said, &none);
		else
			host_table_remove(table, hosts[rows[i].host]);
		if (strcmp(claimants(table, 20, NULL, text), rows[i].claim_20) ||
		    (i < 6 && strcmp(claimants(table, 20, hosts[3], text), rows[i].but_3)) ||
		    strcmp(claimants(table, 21, NULL, text), rows[i].claim_21))
			fail_msg("%s: %s", rows[i].shows, text);
	}
	host_table_free(table);
}

enum { CLAIMANTS = 200, CLAIMED = 8, POOL = 600, CHANGES = 3000 };

/* Of a pool that is smaller than what all of them claim, so that many have several claimants. */
static void claim_some(struct host_table *table, struct host *host, unsigned int change)
{
	struct host_description description = { .address_count = change % (CLAIMED + 1) };

	for (unsigned int i = 0; i < description.address_count; i++)
		description.addresses[i] =
			(struct ipv6){ { 0xfd, [14] = (uint8_t)(change * 7 + i * 89) % 2,
			                 (uint8_t)(change * 31 + i) } };
	described_free(host->described);
	host->described = described_new(&description, DESCRIBED_BY_CONFIG, change + 1);
	host_table_claim(table, host);
}

static bool says(const struct host *host, const struct ipv6 *address)
{
	const struct described *described = host->described;

	return described &&
	       address_index(described->addresses, described->address_count, address) >= 0;
}

static void check_claimants(const struct host_table *table, const struct ipv6 *address)
{
	const struct host *next = NULL;
	size_t expected = 0, found = 0;

	host_table_each (table, host)
		expected += says(host, address);
	for (; (next = host_table_other_claimant(table, address, NULL, next)); found++)
		assert_true(says(next, address));
	assert_int_equal(found, expected);
}

/* Claims come and go, hosts too: the table of claims is grown, and cleaned of those that went. */
TEST(many_claims)
{
	struct host_table *table = host_table_new();

	for (unsigned int change = 0; change < CHANGES; change++) {
		const struct mac mac = mac_of(change * 13 % CLAIMANTS);
		struct host *host = host_find_mac(table, &mac);

		if (host && change % 5 == 0)
			host_table_remove(table, host);
		else
			claim_some(table, host ?: add_host(table, change * 13 % CLAIMANTS), change);
		if (change % 50)
			continue;
		for (unsigned int i = 0; i < POOL; i++) {
			const struct ipv6 address = { { 0xfd, [14] = (uint8_t)(i >> 8),
				                        (uint8_t)i } };

			check_claimants(table, &address);
		}
	}
	/* of so many some have the hash of one that is claimed, as far as it is there */
	for (unsigned int i = 0; i < 500000; i++) {
		const struct ipv6 address = { { 0xfe, [13] = (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			                        (uint8_t)i } };

		assert_null(host_table_other_claimant(table, &address, NULL, NULL));
	}
	assert_true(table->claims.size < 2 * table->claims.claims + 64);
	host_table_free(table);
}

enum { TIMERS = 100 };

/* In the order of the deadlines, also of those that were set anew; none of a host that is gone. */
TEST(deadlines)
{
	struct host_table *table = host_table_new();
	struct host *hosts[TIMERS], *due;
	int64_t deadline = 0;
	size_t count = 0;

	assert_true(host_table_deadline(table) == INT64_MAX && !host_table_due(table, INT64_MAX));
	for (unsigned int i = 0; i < TIMERS; i++)
		hosts[i] = add_host(table, i);
	assert_true(host_table_deadline(table) == INT64_MAX);
	for (int i = 0; i < TIMERS; i++)
		host_table_arm(table, hosts[i], 1000 + i * 37 % TIMERS);
	for (int i = 0; i < TIMERS; i += 3)
		host_table_arm(table, hosts[i], i % 2 ? 1 + i : 2000 - i);
	for (int i = 0; i < TIMERS; i += 4)
		host_table_remove(table, hosts[i]);
	for (; host_table_deadline(table) != INT64_MAX; count++) {
		assert_true(host_table_deadline(table) >= deadline);
		deadline = host_table_deadline(table);
		assert_null(host_table_due(table, deadline - 1));
		due = host_table_due(table, deadline);
		assert_int_equal(due->deadline, deadline);
		host_table_arm(table, due, INT64_MAX);
	}
	assert_int_equal(count, TIMERS * 3 / 4);
	host_table_free(table);
}
