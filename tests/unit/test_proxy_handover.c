// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host says of itself, in parts, and on top of what people say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "npp_server/handover.h"

static struct ipv4 v4(unsigned last)
{
	return (struct ipv4){ { 192, 0, 2, (uint8_t)last } };
}

static struct ipv6 ip(unsigned last)
{
	return ipv4_mapped(v4(last));
}

/* `addresses` end with 0. */
static struct npp_request of_addresses(const unsigned *addresses)
{
	struct npp_request request = { 0 };

	for (; *addresses; addresses++)
		request.pairs[request.pair_count++].address = v4(*addresses);
	return request;
}

#define ADDRESSES(...) of_addresses((const unsigned[]){ __VA_ARGS__, 0 })

/* `ports` of TCP, ended by 0. */
static struct npp_request of_ports(const uint16_t *ports)
{
	struct npp_request request = { .has_ports = true };

	for (; *ports; ports++)
		request.ports[request.port_count++] = (struct npp_port){ IPPROTO_TCP, *ports };
	return request;
}

#define PORTS(...) of_ports((const uint16_t[]){ __VA_ARGS__, 0 })

static void says(struct handover *handover, struct npp_request request)
{
	assert_int_equal(handover_add(handover, &request), 0);
}

static struct host_description said_by_people(const unsigned *addresses)
{
	struct host_description spec = { .name = "nas", .vlan = 7, .unasked = true };

	for (; *addresses; addresses++)
		spec.addresses[spec.address_count++] = ip(*addresses);
	return spec;
}

#define PEOPLE(...) said_by_people((const unsigned[]){ __VA_ARGS__, 0 })

static void has_addresses(const struct host_description *spec, const unsigned *addresses)
{
	size_t count = 0;

	for (; addresses[count]; count++) {
		const struct ipv6 address = ip(addresses[count]);

		assert_true(count < spec->address_count);
		assert_memory_equal(&spec->addresses[count], &address, sizeof(address));
	}
	assert_int_equal(spec->address_count, count);
}

#define HAS_ADDRESSES(spec, ...) has_addresses(spec, (const unsigned[]){ __VA_ARGS__, 0 })

static void test_parts_add_up(void **state)
{
	struct handover handover = { 0 };
	const struct npp_request lease = { .has_lease = true };
	const struct ipv6 first = ip(20), second = ip(21), other = ip(22), none = { { 0 } };

	(void)state;
	assert_false(handover_has(&handover, &first) || handover_has(&handover, &none));
	says(&handover, ADDRESSES(20));
	assert_false(handover.has_ports || handover.has_lease);
	says(&handover, PORTS(22, 80));
	says(&handover, lease);
	says(&handover, PORTS(443));
	says(&handover, ADDRESSES(21));
	assert_true(handover_has(&handover, &first) && handover_has(&handover, &second));
	assert_false(handover_has(&handover, &other));
	assert_int_equal(handover.address_count, 2);
	assert_int_equal(handover.port_count, 3);
	assert_int_equal(handover.ports[2].protocol, IPPROTO_TCP);
	assert_int_equal(handover.ports[2].port, 443);
	assert_true(handover.has_ports && handover.has_lease);
}

static void test_what_was_said_before_adds_nothing(void **state)
{
	struct npp_request udp = { .has_ports = true, .ports = { { IPPROTO_UDP, 22 } } };
	struct handover handover = { 0 };

	(void)state;
	udp.port_count = 1;
	says(&handover, ADDRESSES(20, 21, 20));
	says(&handover, ADDRESSES(21));
	assert_int_equal(handover.address_count, 2);
	says(&handover, PORTS(22, 22));
	says(&handover, PORTS(22));
	assert_int_equal(handover.port_count, 1);
	says(&handover, udp); /* another protocol is another port */
	assert_int_equal(handover.port_count, 2);
}

static void test_as_many_addresses_as_a_host_may_have(void **state)
{
	struct handover handover = { 0 };
	const struct npp_request one_more = ADDRESSES(100);

	(void)state;
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		says(&handover, ADDRESSES(20 + i));
	says(&handover, ADDRESSES(20, 20 + HOST_ADDRESSES - 1));
	assert_int_equal(handover.address_count, HOST_ADDRESSES);
	assert_int_equal(handover_add(&handover, &one_more), -ENOSPC);
	assert_int_equal(handover.address_count, HOST_ADDRESSES);
}

static void test_as_many_ports_as_a_host_may_have(void **state)
{
	struct handover handover = { 0 };
	const struct npp_request one_more = PORTS(1000);

	(void)state;
	for (uint16_t i = 0; i < HOST_PORTS; i++)
		says(&handover, PORTS(1 + i));
	says(&handover, PORTS(1, HOST_PORTS));
	assert_int_equal(handover.port_count, HOST_PORTS);
	assert_int_equal(handover_add(&handover, &one_more), -ENOSPC);
	assert_int_equal(handover.port_count, HOST_PORTS);
}

static void test_of_addresses_and_ports_that_are_too_many_addresses_come_first(void **state)
{
	struct handover handover = { 0 };
	struct npp_request both = PORTS(22);

	(void)state;
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		says(&handover, ADDRESSES(20 + i));
	both.pairs[both.pair_count++].address = v4(100);
	assert_int_equal(handover_add(&handover, &both), -ENOSPC);
}

static void test_a_host_that_nobody_described(void **state)
{
	const struct host_description people = PEOPLE(0);
	struct host_description spec = people;
	struct handover handover = { 0 };

	(void)state;
	says(&handover, ADDRESSES(20, 21));
	assert_int_equal(handover_apply(&handover, &spec), 0);
	HAS_ADDRESSES(&spec, 20, 21);
	assert_int_equal(spec.policy.port_count, 0);
	assert_int_equal(handover.added, 3);
	assert_false(handover.added_ports);
	handover_undo(&handover, &spec);
	assert_true(description_equal(&spec, &people));
}

static void test_what_people_said_stays(void **state)
{
	const struct host_description people = PEOPLE(10, 21, 11);
	struct host_description spec = people;
	struct handover handover = { 0 };

	(void)state;
	says(&handover, ADDRESSES(20, 21, 22));
	assert_int_equal(handover_apply(&handover, &spec), 0);
	HAS_ADDRESSES(&spec, 10, 21, 11, 20, 22);
	assert_int_equal(handover.added, 1 << 0 | 1 << 2);
	handover_undo(&handover, &spec);
	assert_true(description_equal(&spec, &people));
}

static void test_what_people_said_all_of(void **state)
{
	const struct host_description people = PEOPLE(20, 21);
	struct host_description spec = people;
	struct handover handover = { .added = 3 };

	(void)state;
	says(&handover, ADDRESSES(20, 21));
	assert_int_equal(handover_apply(&handover, &spec), 0);
	assert_int_equal(handover.added, 0);
	assert_true(description_equal(&spec, &people));
	handover_undo(&handover, &spec);
	assert_true(description_equal(&spec, &people));
}

/* Each time from what people say: a handover that is said anew is undone before. */
static void test_the_last_address_is_as_good_as_the_first(void **state)
{
	const struct host_description people = PEOPLE(10);
	struct host_description spec = people;
	struct handover handover = { 0 };

	(void)state;
	for (unsigned i = 0; i < HOST_ADDRESSES - 1; i++)
		says(&handover, ADDRESSES(20 + i));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(handover_apply(&handover, &spec), 0);
		assert_int_equal(spec.address_count, HOST_ADDRESSES);
		assert_int_equal(handover.added, (1 << (HOST_ADDRESSES - 1)) - 1);
		handover_undo(&handover, &spec);
		assert_true(description_equal(&spec, &people));
	}
	says(&handover, ADDRESSES(100));
	assert_int_equal(handover_apply(&handover, &spec), -ENOSPC);
}

static void test_ports_wake_where_people_named_none(void **state)
{
	const struct host_description people = PEOPLE(10);
	struct host_description spec = people;
	struct handover handover = { 0 };

	(void)state;
	says(&handover, PORTS(22, 80));
	assert_int_equal(handover_apply(&handover, &spec), 0);
	assert_true(handover.added_ports);
	assert_int_equal(spec.policy.port_count, 2);
	assert_int_equal(spec.policy.ports[0].protocol, IPPROTO_TCP);
	assert_int_equal(spec.policy.ports[0].port, 22);
	assert_int_equal(spec.policy.ports[1].port, 80);
	handover_undo(&handover, &spec);
	assert_true(description_equal(&spec, &people));
}

static void test_no_port_at_all_wakes(void **state)
{
	const struct host_description people = PEOPLE(10);
	struct host_description spec = people;
	struct handover handover = { 0 };

	(void)state;
	says(&handover, PORTS(0));
	assert_int_equal(handover_apply(&handover, &spec), 0);
	assert_true(handover.added_ports);
	assert_int_equal(spec.policy.port_count, 1);
	assert_int_equal(spec.policy.ports[0].protocol, 0);
	assert_int_equal(spec.policy.ports[0].port, 0);
	handover_undo(&handover, &spec);
	assert_true(description_equal(&spec, &people));
}

static void test_ports_that_people_named_count_alone(void **state)
{
	struct npp_request requests[] = { PORTS(22, 80), PORTS(0), ADDRESSES(0) };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct host_description people = PEOPLE(10), spec;
		struct handover handover = { .added_ports = true };

		assert_int_equal(policy_add_port(&people.policy, IPPROTO_TCP, 22), 0);
		spec = people;
		says(&handover, requests[i]);
		assert_int_equal(handover_apply(&handover, &spec), 0);
		assert_false(handover.added_ports);
		assert_true(description_equal(&spec, &people));
		handover_undo(&handover, &spec);
		assert_true(description_equal(&spec, &people));
	}
}

/* Whoever has no word on ports leaves that to the proxy. */
static void test_sources_that_people_named_stay_with_the_hosts_ports(void **state)
{
	const struct ipv6 net = ip(0);
	struct host_description people = PEOPLE(10), spec;
	struct handover handover = { 0 };

	(void)state;
	assert_int_equal(policy_add_source(&people.policy, &net, 120, true), 0);
	spec = people;
	says(&handover, PORTS(22));
	assert_int_equal(handover_apply(&handover, &spec), 0);
	assert_int_equal(spec.policy.port_count, 1);
	assert_int_equal(spec.policy.source_count, 1);
	handover_undo(&handover, &spec);
	assert_true(description_equal(&spec, &people));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_what_was_said_before_adds_nothing),
		cmocka_unit_test(test_as_many_addresses_as_a_host_may_have),
		cmocka_unit_test(test_as_many_ports_as_a_host_may_have),
		cmocka_unit_test(
			test_of_addresses_and_ports_that_are_too_many_addresses_come_first),
		cmocka_unit_test(test_a_host_that_nobody_described),
		cmocka_unit_test(test_what_people_said_stays),
		cmocka_unit_test(test_what_people_said_all_of),
		cmocka_unit_test(test_the_last_address_is_as_good_as_the_first),
		cmocka_unit_test(test_ports_wake_where_people_named_none),
		cmocka_unit_test(test_no_port_at_all_wakes),
		cmocka_unit_test(test_ports_that_people_named_count_alone),
		cmocka_unit_test(test_sources_that_people_named_stay_with_the_hosts_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
