// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of a host, in blocks of their own size: into them, out of them, and changed. */

#include "test.h"

#include <json-c/json.h>

#include "support_hosts.h"

static void assert_same_description(const struct host_description *a,
                                    const struct host_description *b)
{
	struct json_object *one = description_to_json(a), *other = description_to_json(b);

	assert_string_equal(json_object_to_json_string(one), json_object_to_json_string(other));
	json_object_put(one);
	json_object_put(other);
}

TEST(descriptions_come_out_as_they_went_in)
{
	const struct host_description descriptions[] = { { .attributes.vlan = 0 },
		                                         all_described(),
		                                         { .attributes.secureon_length = 4 } };

	EACH(i, descriptions)
	{
		struct described *described =
			described_new(&descriptions[i], DESCRIBED_BY_COMMAND, 7 + i);
		struct host_description back;

		memset(&back, 0x5a, sizeof(back));
		described_read(described, &back);
		assert_same_description(&back, &descriptions[i]);
		assert_int_equal(described->by, DESCRIBED_BY_COMMAND);
		assert_int_equal(described->order, 7 + i);
		described_free(described);
	}
	described_free(NULL);
}

/* But for the pointers, which are the registration's. */
static void check_draft(const struct registration_draft *a, const struct registration_draft *b)
{
	struct registration one = a->head, other = b->head;

	one.ports = other.ports = NULL;
	one.addresses = other.addresses = NULL;
	one.digests = other.digests = NULL;
	assert_memory_equal(&one, &other, sizeof(one));
	assert_memory_equal(a->addresses, b->addresses, sizeof(a->addresses));
	assert_memory_equal(a->digests, b->digests, sizeof(a->digests));
	assert_int_equal(a->port_count, b->port_count);
	for (size_t i = 0; i < a->port_count; i++)
		assert_true(wake_port_equal(&a->ports[i], &b->ports[i]));
}

TEST(registrations_come_out_as_they_went_in)
{
	const struct registration_draft drafts[] = {
		all_registered(),
		{ .head.client_id = 1 },
		{ .head.has_ports = true }, /* nothing wakes it */
		{ .head.address_count = 1, .addresses = { ip(20) } },
		{ .head.digest_count = 1, .digests = { 1 } },
	};

	EACH(i, drafts)
	{
		struct registration *registration = registration_new(&drafts[i]);
		struct registration_draft back;

		memset(&back, 0x5a, sizeof(back));
		registration_read(registration, &back);
		check_draft(&back, &drafts[i]);
		assert_int_equal(!registration->ports, !drafts[i].head.has_ports);
		registration_free(registration);
	}
	registration_free(NULL);
}

TEST(digests_are_found)
{
	const struct registration_draft draft = all_registered(), empty = { .port_count = 0 };
	struct registration *two = registration_new(&draft), *none = registration_new(&empty);

	assert_true(registration_has_digest(two, 1) && registration_has_digest(two, UINT64_MAX));
	assert_false(registration_has_digest(two, 2) || registration_has_digest(none, 0));
	registration_free(two);
	registration_free(none);
}

/* So that what a function leaves uninitialized is this. */
static __attribute__((noinline)) void fill_stack(int octet)
{
	volatile uint8_t stack[4096];

	for (size_t i = 0; i < sizeof(stack); i++)
		stack[i] = (uint8_t)octet;
}

/* Hosts with the same rules have one set of them, whatever is between the fields. */
TEST(equal_rules_are_one_set)
{
	struct host_description one = all_described(), other = all_described();
	struct described *a, *b, *c;

	memset(&other.policy.ports[0], 0xff, sizeof(other.policy.ports[0]));
	other.policy.ports[0].protocol = one.policy.ports[0].protocol;
	other.policy.ports[0].port = one.policy.ports[0].port;
	fill_stack(0);
	a = described_new(&one, DESCRIBED_BY_CONFIG, 1);
	fill_stack(0xff);
	b = described_new(&other, DESCRIBED_BY_CONFIG, 2);
	other.policy.ports[0].port--;
	other.policy.sources[0].allow = false;
	c = described_new(&other, DESCRIBED_BY_CONFIG, 3);
	assert_ptr_equal(a->ports, b->ports);
	assert_ptr_equal(a->sources, b->sources);
	assert_ptr_not_equal(a->ports, c->ports);
	assert_ptr_not_equal(a->sources, c->sources);
	described_free(a);
	described_free(c);
	described_read(b, &other); /* its sets live on */
	assert_same_description(&other, &one);
	described_free(b);
}

TEST(sets)
{
	const struct shared_set *set = shared_set_get("12", 2), *longer = shared_set_get("123", 3);

	assert_ptr_not_equal(set, longer);
	assert_int_equal(shared_set_size(longer), 3);
	assert_memory_equal(shared_set_octets(longer), "123", 3);
	assert_ptr_equal(shared_set_get((char[]){ '1', '2' }, 2), set);
	assert_ptr_equal(shared_set_ref(set), set);
	for (int references = 3; references > 1; references--)
		shared_set_put(set);
	assert_memory_equal(shared_set_octets(set), "12", 2);
	shared_set_put(set);
	shared_set_put(longer);
	assert_null(shared_set_get("", 0));
	assert_null(shared_set_ref(NULL));
	shared_set_put(NULL);
	assert_null(shared_set_octets(NULL));
	assert_int_equal(shared_set_size(NULL), 0);
}

TEST(edits)
{
	static const struct {
		const char *edits, *adds, *removes;
	} rows[] = {
		{ "", "", "" },
		{ "+1", "1", "" },
		{ "+1 -2 +1", "1", "2" },
		{ "+1 -2 -1 +2", "2", "1" },
		{ "+1 +2 +3 -1", "2 3", "1" },
	};

	EACH(i, rows)
	{
		struct edited *edited = parse_edits(rows[i].edits);
		char adds[16] = "", removes[16] = "";

		for (unsigned int j = 1; j < 5; j++) {
			const struct ipv6 address = ip(j);

			if (edited_adds(edited, &address))
				append(adds, sizeof(adds), "%s%u", *adds ? " " : "", j);
			if (edited_removes(edited, &address))
				append(removes, sizeof(removes), "%s%u", *removes ? " " : "", j);
		}
		if (strcmp(adds, rows[i].adds) || strcmp(removes, rows[i].removes))
			fail_msg("%s: adds %s, removes %s", rows[i].edits, adds, removes);
		for (unsigned int j = 1; edited && j < 5; j++) {
			const struct ipv6 address = ip(j);

			edited = edited_set(edited, &address, EDIT_KEEP);
		}
		assert_true(!edited || !(edited->added_count + edited->removed_count));
		free(edited);
	}
}

/* The last edit counts, also where there is no room for more of them. */
TEST(more_edits_than_addresses)
{
	struct edited *added = NULL, *removed = NULL;

	for (unsigned int i = 1; i <= 2 * HOST_ADDRESSES; i++) {
		const struct ipv6 address = ip(i);

		added = edited_set(added, &address, EDIT_ADD);
		removed = edited_set(removed, &address, EDIT_REMOVE);
		assert_true(edited_adds(added, &address));
		assert_true(edited_removes(removed, &address));
		assert_int_equal(added->added_count, MIN(i, HOST_ADDRESSES));
		assert_int_equal(removed->removed_count, MIN(i, HOST_ADDRESSES));
	}
	free(added);
	free(removed);
}
