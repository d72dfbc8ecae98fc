// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of hosts: how they are found, who owns which address, and which deadline is next. */
#include "test.h"

#include <errno.h>
#include <malloc.h>

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

TEST(states_and_registrations_are_counted)
{
	struct host_table *table = host_table_new();
	struct host *registered_only = add_host(table, 1), *other = add_host(table, 2);
	struct host_core core = host_core(registered_only);

	assert_int_equal(table->states[AWAKE], 2);
	core.life.state = ASLEEP;
	host_table_set_core(table, registered_only, &core);
	host_table_set_core(table, registered_only, &core);
	assert_int_equal(table->states[AWAKE], 1);
	assert_int_equal(table->states[ASLEEP], 1);
	registered_only->registration = registered_of("20", true);
	other->described = described_of("21", 1);
	host_table_claim(table, registered_only);
	host_table_claim(table, registered_only);
	host_table_claim(table, other);
	assert_int_equal(table->registered_only, 1);
	registered_only->described = described_of("20", 2);
	host_table_claim(table, registered_only);
	assert_int_equal(table->registered_only, 0);
	described_free(registered_only->described);
	registered_only->described = NULL;
	host_table_claim(table, registered_only);
	assert_int_equal(table->registered_only, 1);
	host_table_remove(table, registered_only);
	assert_int_equal(table->registered_only, 0);
	assert_int_equal(table->states[ASLEEP], 0);
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
	int owner; /* of .20; 0: nobody */
} owner_rows[] = {
	{ "nobody says so", { .described = "21" }, { .leased = "22" }, 0 },
	{ "described", { .leased = "20" }, { .described = "20 21" }, 2 },
	{ "described twice",
	  { .described = "20", .order = 2 },
	  { .described = "20", .order = 1 },
	  2 },
	{ "leased to another, and described",
	  { .described = "20" },
	  { .leased = "20", .state = ASLEEP, .installed = true },
	  1 },
	{ "lost by a host that is described with it",
	  { .described = "20 21", .leased = "!20" },
	  { .leased = "20" },
	  2 },
	{ "lost, and nobody else has it",
	  { .described = "20", .leased = "!20" },
	  { .described = "22" },
	  0 },
	{ "its lease is over, and it is described", { .described = "20" }, { .leased = "21" }, 1 },
	{ "moved by hand",
	  { .described = "20", .installed = true },
	  { .described = "21", .edited = "+20" },
	  2 },
	{ "lost, and moved by hand",
	  { .described = "20", .leased = "!20" },
	  { .described = "21", .edited = "+20", .installed = true },
	  2 },
	{ "taken out by hand", { .edited = "-20", .leased = "20" }, { .leased = "21" }, 0 },
	{ "a sleeper keeps it",
	  { .registered = "20" },
	  { .leased = "20", .state = ASLEEP, .installed = true },
	  2 },
	{ "a host that is up does not",
	  { .leased = "20", .installed = true },
	  { .registered = "20", .state = DROWSY },
	  2 },
	{ "nor with an ended registration",
	  { .registered = "20", .ended = true, .installed = true },
	  { .registered = "20", .state = DROWSY },
	  2 },
	{ "whoever was known first", { .leased = "20" }, { .leased = "20" }, 1 },
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
			fail_msg("%s", owner_rows[i].shows);
		host_table_free(table);
	}
}

enum { HOSTS = 8, ADDRESSES = 6, ROUNDS = 20000 };

/* Some of the addresses that the model knows, each once. */
static const char *random_addresses(char text[64])
{
	*text = 0;
	for (int i = 0; i < ADDRESSES; i++)
		if (random() % 3 == 0)
			append(text, 64, "%s%d", *text ? " " : "", 20 + i);
	return random() % 2 ? text : NULL;
}

static void change_host(struct host_table *table, struct host *host)
{
	char described[64], registered[64], edited[32], leased[32];
	const struct ipv6 address = ip(20 + (unsigned int)random() % ADDRESSES);
	struct said said = {
		.described = random_addresses(described),
		.registered = random_addresses(registered),
		.ended = random() % 2,
		.installed = random() % 2,
		.state = (unsigned int)random() % (WAKING + 1),
		.order = (uint64_t)random(),
	};

	snprintf(edited, sizeof(edited), "%+ld",
	         (20 + random() % ADDRESSES) * (random() % 2 * 2 - 1));
	snprintf(leased, sizeof(leased), "%s%ld", random() % 2 ? "!" : "",
	         20 + random() % ADDRESSES);
	said.edited = random() % 4 ? NULL : edited;
	said.leased = random() % 2 ? leased : NULL;
	say(table, host, &said, &address);
}

/* All hosts as claimants of the address, one of them with another claim. */
static struct host *model_owner(struct host *const hosts[HOSTS], const struct ipv6 *address,
                                const struct host *as, enum claim_kind kind)
{
	struct claimant claimants[HOSTS];
	int owner;

	for (int i = 0; i < HOSTS; i++) {
		struct claimant *it = &claimants[i];

		it->claim = host_claim(hosts[i], address);
		it->state = hosts[i]->life.state;
		it->installed = installed_has(hosts[i]->installed, address);
		it->order =
			it->claim == CLAIM_DESCRIBED ? hosts[i]->described->order : hosts[i]->order;
		if (hosts[i] == as) {
			it->claim = kind;
			it->order = UINT64_MAX;
		}
	}
	owner = address_owner(claimants, HOSTS);
	return owner < 0 ? NULL : hosts[owner];
}

static void check_claimants(const struct host_table *table, struct host *const hosts[HOSTS],
                            const struct ipv6 *address, const struct host *host)
{
	unsigned int expected = 0, found = 0;
	struct host *other = NULL;

	for (int i = 0; i < HOSTS; i++)
		expected += hosts[i] != host && host_claim(hosts[i], address) != CLAIM_NONE;
	while ((other = host_table_other_claimant(table, address, host, other))) {
		found++;
		assert_true(other != host && host_claim(other, address) != CLAIM_NONE);
	}
	assert_int_equal(found, expected);
}

TEST(random_claims)
{
	struct host_table *table = host_table_new();
	struct host *hosts[HOSTS];

	srandom(1);
	for (unsigned int i = 0; i < HOSTS; i++)
		hosts[i] = add_host(table, i);
	for (int round = 0; round < ROUNDS; round++) {
		const unsigned int changed = (unsigned int)random() % HOSTS;
		const struct ipv6 address = ip(20 + (unsigned int)random() % ADDRESSES);
		const struct host *as;

		if (random() % 16 == 0) {
			host_table_remove(table, hosts[changed]);
			hosts[changed] = add_host(table, changed);
		}
		change_host(table, hosts[changed]);
		as = hosts[random() % HOSTS];
		assert_ptr_equal(host_table_owner(table, &address),
		                 model_owner(hosts, &address, NULL, CLAIM_NONE));
		assert_int_equal(host_table_may_register(table, &address, as),
		                 model_owner(hosts, &address, as, CLAIM_REGISTERED) == as);
		check_claimants(table, hosts, &address, as);
		check_claimants(table, hosts, &address, NULL);
	}
	host_table_free(table);
}

enum { TIMERS = 300 };

TEST(random_deadlines)
{
	struct host_table *table = host_table_new();
	struct host *hosts[TIMERS];

	srandom(1);
	assert_true(host_table_deadline(table) == INT64_MAX && !host_table_due(table, INT64_MAX));
	for (unsigned int i = 0; i < TIMERS; i++)
		hosts[i] = add_host(table, i);
	assert_true(host_table_deadline(table) == INT64_MAX);
	for (int round = 0; round < ROUNDS; round++) {
		const unsigned int changed = (unsigned int)random() % TIMERS;
		int64_t first = INT64_MAX;

		if (random() % 8 == 0) {
			host_table_remove(table, hosts[changed]);
			hosts[changed] = add_host(table, changed);
		} else {
			host_table_arm(table, hosts[changed],
			               random() % 8 ? random() % 100000 : INT64_MAX);
		}
		for (int i = 0; i < TIMERS; i++)
			first = MIN(first, hosts[i]->deadline);
		assert_int_equal(host_table_deadline(table), first);
		assert_null(host_table_due(table, first - 1));
		assert_int_equal(host_table_due(table, first)->deadline, first);
	}
	host_table_free(table);
}

/* 65 536 hosts are to fit into the memory of a small router. */
TEST(memory_of_a_host)
{
	enum { MANY = 10000, OCTETS_MAX = 700 };
	struct host_table *table = host_table_new();
	const size_t before = mallinfo2().uordblks;
	size_t each;

	if (!before)
		skip(); /* another allocator, of a sanitizer */
	for (unsigned int i = 0; i < MANY; i++) {
		struct host_description description = {
			.address_count = 1,
			.addresses = { ipv4_mapped(
				(struct ipv4){ { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } }) },
			.policy = { .ports = { { IPPROTO_TCP, 22 } }, .port_count = 1 },
		};
		struct host *host = add_host(table, i);
		struct wanted wanted;

		host->described = described_new(&description, DESCRIBED_BY_CONFIG, i);
		host_merge(host, &wanted);
		host_set_installed(host, &wanted);
		host_table_claim(table, host);
	}
	each = (mallinfo2().uordblks - before) / MANY;
	print_message("%zu octets a host\n", each);
	assert_in_range(each, 1, OCTETS_MAX);
	host_table_free(table);
}
