// SPDX-License-Identifier: GPL-2.0-or-later
/* The neighbours that were seen: who is remembered, with which addresses, and for how long. */
#include "test.h"

#include "net/neighbour_memory.h"

enum { START = 1000 };

static const struct mac nas = { { 0x52, 0x54, 0, 0, 0, 1 } }, pc = { { 0x52, 0x54, 0, 0, 0, 2 } };
static struct neighbour_memory *memory;

static int remember_nothing(void **state)
{
	(void)state;
	memory = neighbour_memory_new();
	return memory ? 0 : -1;
}

static int forget_all(void **state)
{
	(void)state;
	neighbour_memory_free(memory);
	return 0;
}

BEFORE_EACH(remember_nothing)
AFTER_EACH(forget_all)

static struct ipv6 address(uint8_t last)
{
	return ipv4_mapped((struct ipv4){ { 192, 0, 2, last } });
}

static void see(const struct mac *mac, uint8_t last, int64_t when)
{
	const struct ipv6 used = address(last);

	neighbour_memory_add(memory, mac, 1, last ? &used : NULL, when);
}

static const struct neighbour *first(int64_t now)
{
	return neighbour_memory_next(memory, NULL, now);
}

TEST(it_is_forgotten_after_a_day_without_a_frame)
{
	see(&nas, 5, START);
	see(&nas, 5, START - 10); /* the kernel tells it later */
	assert_non_null(first(START + NEIGHBOUR_MEMORY_MS - 1));
	assert_null(first(START + NEIGHBOUR_MEMORY_MS));
}

TEST(an_address_is_of_who_was_seen_with_it_last)
{
	const struct neighbour *each;

	see(&nas, 5, START);
	see(&pc, 5, START - 10);
	see(&pc, 6, START - 10);
	each = first(START);
	assert_true(each->count == 1 && each->addresses[0].octet[15] == 5);
	each = neighbour_memory_next(memory, each, START);
	assert_true(each->count == 1 && each->addresses[0].octet[15] == 6);
	see(&pc, 5, START + 10);
	assert_int_equal(first(START)->count, 0);
	assert_int_equal(each->count, 2);
}

TEST(the_last_addresses_are_kept)
{
	for (uint8_t i = 1; i <= NEIGHBOUR_ADDRESSES + 1; i++)
		see(&nas, i, START);
	assert_int_equal(first(START)->count, NEIGHBOUR_ADDRESSES);
	assert_int_equal(first(START)->addresses[0].octet[15], 2);
}

TEST(who_was_seen_first_goes_first)
{
	struct mac mac = nas;
	size_t count = 0;

	for (uint32_t i = 0; i <= NEIGHBOUR_MEMORY_SIZE; i++) {
		memcpy(&mac.octet[2], &i, sizeof(i));
		see(&mac, 0, START);
	}
	assert_int_equal(first(START)->mac.octet[2], 1);
	for (const struct neighbour *each = first(START); each; count++)
		each = neighbour_memory_next(memory, each, START);
	assert_int_equal(count, NEIGHBOUR_MEMORY_SIZE);
}

TEST(what_is_no_hosts_mac_is_not_remembered)
{
	see(&(struct mac){ { 0 } }, 5, START);
	see(&(struct mac){ { 0x01, 0, 0x5e, 0, 0, 1 } }, 5, START);
	assert_null(first(START));
	neighbour_memory_add(NULL, &nas, 1, NULL, START);
	assert_null(neighbour_memory_next(NULL, NULL, START));
}
