// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/hosts/spec.c: the lists of a host, as things are added and removed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "base/text.h"
#include "host/description.h"

static struct ipv6 ip(const char *text)
{
	struct ipv6 address;

	assert_int_equal(text_to_ip(text, &address), 0);
	return address;
}

static void adds_addresses(void **state)
{
	struct host_description spec = { 0 };
	struct ipv6 address = ip("10.0.0.0");

	(void)state;
	for (int i = 0; i < HOST_ADDRESSES; i++) {
		address.octet[15] = i;
		assert_int_equal(description_add_address(&spec, &address), 0);
		assert_int_equal(description_add_address(&spec, &address), -EEXIST);
	}
	address.octet[15] = HOST_ADDRESSES;
	assert_int_equal(description_add_address(&spec, &address), -ENOSPC);
	assert_int_equal(spec.address_count, HOST_ADDRESSES);
}

static void removes_addresses(void **state)
{
	struct host_description spec = { 0 };
	struct ipv6 address;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		address = ip("10.0.0.0");
		address.octet[15] = i;
		description_add_address(&spec, &address);
	}
	address = ip("10.0.0.1");
	description_remove_address(&spec, &address);
	assert_int_equal(spec.address_count, 2);
	assert_int_equal(spec.addresses[0].octet[15], 3); /* the last took its place */
	assert_int_equal(spec.addresses[1].octet[15], 2);
	description_remove_address(&spec, &address);
	assert_int_equal(spec.address_count, 2);
	address = ip("10.0.0.2"); /* the last itself */
	description_remove_address(&spec, &address);
	address = ip("10.0.0.3"); /* the only one */
	description_remove_address(&spec, &address);
	assert_int_equal(spec.address_count, 0);
	description_remove_address(&spec, &address);
	assert_int_equal(spec.address_count, 0);
}

static void adds_ports(void **state)
{
	struct wake_policy policy = { 0 };

	(void)state;
	assert_int_equal(policy_add_port(&policy, IPPROTO_UDP, 1), 0);
	for (int i = 1; i < HOST_PORTS; i++) {
		assert_int_equal(policy_add_port(&policy, IPPROTO_TCP, i), 0);
		assert_int_equal(policy_add_port(&policy, IPPROTO_TCP, i), -EEXIST);
	}
	assert_int_equal(policy_add_port(&policy, IPPROTO_UDP, 2), -ENOSPC);
	assert_int_equal(policy.port_count, HOST_PORTS);
}

static void adds_no_port_alone(void **state)
{
	struct wake_policy none = { 0 }, some = { 0 };

	(void)state;
	assert_int_equal(policy_add_port(&none, 0, 0), 0);
	assert_int_equal(policy_add_port(&none, 0, 0), -EEXIST);
	assert_int_equal(policy_add_port(&none, IPPROTO_TCP, 22), -EINVAL);
	assert_int_equal(policy_add_port(&some, IPPROTO_TCP, 22), 0);
	assert_int_equal(policy_add_port(&some, 0, 0), -EINVAL);
}

static void adds_sources(void **state)
{
	struct wake_policy policy = { 0 };
	struct ipv6 address = ip("0.0.0.0");

	(void)state;
	for (int i = 0; i < HOST_SOURCES; i++) {
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, i % 2), 0);
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, true), -EEXIST);
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, false), -EEXIST);
	}
	assert_int_equal(policy_add_source(&policy, &address, 128, true), -ENOSPC);
	assert_int_equal(policy.source_count, HOST_SOURCES);
	assert_false(policy.sources[0].allow);
	assert_true(policy.sources[1].allow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_addresses), cmocka_unit_test(removes_addresses),
		cmocka_unit_test(adds_ports),     cmocka_unit_test(adds_no_port_alone),
		cmocka_unit_test(adds_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
