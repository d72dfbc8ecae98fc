// SPDX-License-Identifier: GPL-2.0-or-later
/* What an address of a host costs, by whom it is said. */
#include "test.h"

#include <malloc.h>

#include "support_hosts.h"

static void describe(struct host *host, const struct ipv6 *addresses, size_t count)
{
	struct host_description description = { .address_count = count };

	memcpy(description.addresses, addresses, count * sizeof(*addresses));
	host->described = described_new(&description, DESCRIBED_BY_CONFIG, host->order);
}

static void register_addresses(struct host *host, const struct ipv6 *addresses, size_t count)
{
	struct registration_draft draft = { .head = { .client_id = 1, .active = true } };

	draft.head.address_count = (uint8_t)count;
	memcpy(draft.addresses, addresses, count * sizeof(*addresses));
	host->registration = registration_new(&draft);
}

/* Seen, asked for, and seen again. */
static void learn(struct host *host, const struct ipv6 *addresses, size_t count)
{
	struct ipv6 ask[HOST_ADDRESSES];
	bool changed;

	for (size_t i = 0; i < count; i++)
		learnt_add(&host->learnt, &addresses[i], false, 1);
	learnt_ask(&host->learnt, 10, ask, &changed);
	for (size_t i = 0; i < count; i++)
		learnt_add(&host->learnt, &addresses[i], false, 10);
}

typedef void say_addresses(struct host *host, const struct ipv6 *addresses, size_t count);

static size_t memory_used(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* So many that what malloc keeps for itself does not count: some 50 KB. */
enum { HOSTS = 4000 };

/* With what is said of the hosts, what they claim and what the maps have. */
static size_t memory_with(say_addresses *say_them, size_t count)
{
	struct host_table *table = host_table_new();
	const size_t before = memory_used();
	size_t used;

	for (unsigned int i = 0; i < HOSTS; i++) {
		const struct mac mac = mac_of(i);
		struct ipv6 addresses[HOST_ADDRESSES];
		struct wanted wanted;
		struct host *host;
		char name[32];

		snprintf(name, sizeof(name), "host-%u", i);
		host = host_table_add(table, &mac, name);
		assert_non_null(host);
		for (size_t j = 0; j < count; j++)
			addresses[j] = (struct ipv6){ { 0xfd, [7] = (uint8_t)(i >> 8),
				                        (uint8_t)i, [15] = (uint8_t)j } };
		say_them(host, addresses, count);
		host_table_claim(table, host);
		host_merge(host, &wanted);
		assert_int_equal(wanted.address_count, count);
		assert_true(host_set_installed(host, &wanted));
	}
	used = memory_used() - before;
	host_table_free(table);
	return used;
}

/* With 8 addresses or more, also with the 8 octets of its group (daemon/solicited.c). */
TEST(an_ipv6_address_costs_64_octets)
{
	static say_addresses *const sources[] = { describe, register_addresses, learn };
	static const struct {
		size_t count, most;
	} rows[] = { { 4, 64 }, { 8, 56 }, { 16, 56 }, { 32, 56 } };

	EACH(i, sources)
	{
		const size_t without = memory_with(sources[i], 0);

		for (size_t j = 0; without && j < sizeof(rows) / sizeof(*rows); j++) {
			const size_t addresses = HOSTS * rows[j].count;
			const size_t more = memory_with(sources[i], rows[j].count) - without;

			if (more > rows[j].most * addresses)
				fail_msg("source %zu: each of %zu addresses costs %zu octets", i,
				         rows[j].count, more / addresses);
		}
	}
}
