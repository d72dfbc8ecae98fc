// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptions of hosts: what is refused, and their lists. */
#include "test.h"

#include <errno.h>

#include "base/text.h"
#include "support_hosts.h"

static struct host_description valid(void)
{
	return (struct host_description){
		.name = "nas",
		.mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
		.addresses = { ip(5), ip(6) },
		.address_count = 2,
		.vlan = 10,
		.interface = "eth0",
		.secureon = { 1, 2, 3, 4 },
		.secureon_length = 4,
		.lease = { .address = { { 192, 0, 2, 20 } },
		           .server = { { 192, 0, 2, 1 } },
		           .client_id = { 1, 2, 3 },
		           .client_id_length = 3,
		           .hostname = "nas" },
		.policy = { .ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
		            .port_count = 2,
		            .sources = { { ip(0), 120, true },
		                         { ipv4_mapped((struct ipv4){ { 0 } }), 96, false } },
		            .source_count = 2 },
	};
}

TEST(valid)
{
	struct host_description it = valid();
	char why[200] = "as it was";

	assert_int_equal(description_check(&it, why, sizeof(why)), 0);
	it.vlan = 4094;
	it.interface[0] = '\0';
	memset(&it.policy, 0, sizeof(it.policy));
	it.policy.port_count = 1; /* none at all */
	it.secureon_length = 0;
	it.address_count = 0; /* then DHCP says them */
	assert_int_equal(description_check(&it, why, sizeof(why)), 0);
	assert_string_equal(why, "as it was");
}

#define OF(member) \
	offsetof(struct host_description, member), sizeof(((struct host_description *)0)->member)

/* One mistake in a description that has none. */
TEST(what_is_wrong_is_said)
{
	static const struct wake_port none = { 0, 0 };
	const struct {
		size_t at, room;
		const void *value;
		size_t size;
		const char *why;
	} rows[] = {
		{ OF(mac), "\0\0\0\0\0", 6,
		  "no MAC address; expected one, such as 52:54:00:12:34:56" },
		{ OF(policy.ports[1]), &none, sizeof(none),
		  "port none beside others; expected it alone" },
		{ OF(interface), "et/0", 5,
		  "'et/0' cannot be an interface; expected a name such as eth0" },
	};

	EACH(i, rows)
	{
		struct host_description it = valid();
		char why[200] = "";

		assert_in_range(rows[i].size, 1, rows[i].room);
		memcpy((uint8_t *)&it + rows[i].at, rows[i].value, rows[i].size);
		assert_int_equal(description_check(&it, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, rows[i].why);
		assert_int_equal(description_check(&it, (char[1]){ 0 }, 1), -EINVAL);
	}
}

TEST(addresses_of_no_host)
{
	static const struct {
		const char *address, *error; /* NULL: it may be a host's */
	} rows[] = {
		{ "0.0.0.0", "is an address of no host" },
		{ "0.1.2.3", "is an address of no host" },
		{ "127.0.0.1", "is a loopback address" },
		{ "224.0.0.251", "is a multicast address" },
		{ "239.255.255.250", "is a multicast address" },
		{ "255.255.255.255", "is the broadcast address" },
		{ "fe80::1", "is an IPv6 address, and IPv6 is not supported yet" },
		{ "169.254.3.4", NULL },
		{ "10.0.0.1", NULL },
		{ "223.255.255.254", NULL },
		{ "128.0.0.1", NULL },
	};

	EACH(i, rows)
	{
		struct host_description it = valid();
		char why[200] = "", expected[200] = "";

		assert_int_equal(text_to_ip(rows[i].address, &it.addresses[1]), 0);
		description_check(&it, why, sizeof(why));
		if (rows[i].error)
			snprintf(expected, sizeof(expected),
			         "%s %s; expected an IPv4 address of the host's own",
			         rows[i].address, rows[i].error);
		assert_string_equal(why, expected);
		assert_int_equal(!address_error(&it.addresses[1]), !rows[i].error);
	}
}

TEST(ports_are_added)
{
	struct wake_policy some = { 0 }, none = { 0 };

	assert_int_equal(policy_add_port(&some, IPPROTO_UDP, 1), 0);
	assert_int_equal(policy_add_port(&some, 0, 0), -EINVAL);
	for (uint16_t i = 1; i < HOST_PORTS; i++) {
		assert_int_equal(policy_add_port(&some, IPPROTO_TCP, i), 0);
		assert_int_equal(policy_add_port(&some, IPPROTO_TCP, i), -EEXIST);
	}
	assert_int_equal(policy_add_port(&some, IPPROTO_UDP, 2), -ENOSPC);
	assert_int_equal(some.port_count, HOST_PORTS);
	assert_int_equal(policy_add_port(&none, 0, 0), 0);
	assert_int_equal(policy_add_port(&none, 0, 0), -EEXIST);
	assert_int_equal(policy_add_port(&none, IPPROTO_TCP, 22), -EINVAL);
}

TEST(sources_are_added)
{
	const struct ipv6 address = ipv4_mapped((struct ipv4){ { 0 } });
	struct wake_policy policy = { 0 };

	for (uint8_t i = 0; i < HOST_SOURCES; i++) {
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, i % 2), 0);
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, true), -EEXIST);
		assert_int_equal(policy_add_source(&policy, &address, 96 + i, false), -EEXIST);
	}
	assert_int_equal(policy_add_source(&policy, &address, 128, true), -ENOSPC);
	assert_int_equal(policy.source_count, HOST_SOURCES);
	assert_true(!policy.sources[0].allow && policy.sources[1].allow);
}

TEST(a_name_from_a_mac)
{
	const struct mac mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
	char name[HOST_NAME_MAX_SIZE];

	host_name_from_mac(&mac, name);
	assert_string_equal(name, "host-525400123456");
}
