// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loader/hosts/spec.c: one flaw after the other put into a host that has none, and the words it is
 * refused with.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "base/text.h"
#include "host/description.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static struct ipv6 ip(const char *text)
{
	struct ipv6 address;

	assert_int_equal(text_to_ip(text, &address), 0);
	return address;
}

static struct host_description flawless(void)
{
	struct host_description spec = {
		.name = "nas",
		.mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
		.address_count = 2,
		.vlan = 10,
		.interface = "eth0",
		.secureon = { 1, 2, 3, 4 },
		.secureon_length = 4,
		.lease = {
			.address = { { 192, 168, 1, 20 } },
			.server = { { 192, 168, 1, 1 } },
			.client_id = { 1, 2, 3 },
			.client_id_length = 3,
			.hostname = "nas",
		},
		.policy = {
			.ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
			.port_count = 2,
			.source_count = 2,
		},
	};

	spec.addresses[0] = ip("192.168.1.5");
	spec.addresses[1] = ip("169.254.3.4");
	spec.policy.sources[0] =
		(struct source_prefix){ .address = ip("192.168.1.0"), .bits = 120, .allow = true };
	spec.policy.sources[1] = (struct source_prefix){ .address = ip("0.0.0.0"), .bits = 96 };
	return spec;
}

static void refused(const struct host_description *spec, const char *expected)
{
	char why[200] = "";

	assert_int_equal(description_check(spec, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, expected);
}

static void accepts(void **state)
{
	struct host_description spec = flawless();
	char why[200] = "as it was";

	(void)state;
	assert_int_equal(description_check(&spec, why, sizeof(why)), 0);
	spec.vlan = 4094;
	spec.interface[0] = '\0';
	memset(&spec.policy, 0, sizeof(spec.policy));
	spec.secureon_length = 0;
	assert_int_equal(description_check(&spec, why, sizeof(why)), 0);
	spec.address_count = 0; /* then DHCP says them */
	assert_int_equal(description_check(&spec, why, sizeof(why)), 0);
	assert_string_equal(why, "as it was");
}

static void refuses_names(void **state)
{
	struct host_description spec = flawless();

	(void)state;
	strcpy(spec.name, "n as");
	refused(&spec, "bad name 'n as'; expected 1 to 63 letters, digits, '-', '_' and '.'");
	spec.name[0] = '\0';
	refused(&spec, "bad name ''; expected 1 to 63 letters, digits, '-', '_' and '.'");
	memset(spec.name, 'x', sizeof(spec.name));
	assert_int_equal(description_check(&spec, (char[1]){ 0 }, 1), -EINVAL);
}

static void refuses_macs(void **state)
{
	struct host_description spec = flawless();

	(void)state;
	spec.mac.octet[0] = 0x33;
	refused(&spec, "33:54:00:12:34:56 is a group's MAC address; expected a host's own");
	memset(&spec.mac, 0, sizeof(spec.mac));
	refused(&spec, "no MAC address; expected one, such as 52:54:00:12:34:56");
}

static void refuses_addresses(void **state)
{
	static const struct {
		const char *address, *why;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0 is an address of no host" },
		{ "0.1.2.3", "0.1.2.3 is an address of no host" },
		{ "127.0.0.1", "127.0.0.1 is a loopback address" },
		{ "224.0.0.251", "224.0.0.251 is a multicast address" },
		{ "239.255.255.250", "239.255.255.250 is a multicast address" },
		{ "255.255.255.255", "255.255.255.255 is the broadcast address" },
		{ "fe80::1", "fe80::1 is an IPv6 address, and IPv6 is not supported yet" },
	};
	struct host_description spec = flawless();
	char why[200];

	(void)state;
	EACH(i, rows)
	{
		spec.addresses[1] = ip(rows[i].address);
		assert_int_equal(description_check(&spec, why, sizeof(why)), -EINVAL);
		*strchr(why, ';') = '\0';
		assert_string_equal(why, rows[i].why);
	}
	refused(&spec, "fe80::1 is an IPv6 address, and IPv6 is not supported yet; "
	               "expected an IPv4 address of the host's own");
	assert_null(address_error(&spec.addresses[0]));
}

static void refuses_address_counts(void **state)
{
	struct host_description spec = flawless();

	(void)state;
	spec.addresses[1] = spec.addresses[0];
	refused(&spec, "address 192.168.1.5 stands there twice; expected once");
	spec.address_count = 17;
	refused(&spec, "17 addresses; expected at most 16");
}

static void refuses_ports(void **state)
{
	struct host_description spec = flawless();

	(void)state;
	spec.policy.ports[1] = spec.policy.ports[0];
	refused(&spec, "port tcp/22 stands there twice; expected once");
	spec.policy.ports[1].protocol = IPPROTO_SCTP;
	refused(&spec, "port 132/22; expected tcp or udp");
	spec.policy.ports[1] = (struct wake_port){ 0 };
	refused(&spec, "port none beside others; expected it alone");
	spec.policy.port_count = 65;
	refused(&spec, "65 ports; expected at most 64");
}

static void refuses_sources(void **state)
{
	struct host_description spec = flawless();
	struct source_prefix *second = &spec.policy.sources[1];

	(void)state;
	*second = spec.policy.sources[0];
	refused(&spec, "source 192.168.1.0/24 stands there twice; expected once");
	second->allow = false;
	refused(&spec, "source 192.168.1.0/24 is both allowed and denied; expected one of the two");
	second->bits = 112;
	refused(&spec, "source 192.168.1.0/16 has bits behind its prefix; expected zeros");
	second->bits = 129;
	refused(&spec, "a source of 129 bits; expected 0 to 128");
	spec.policy.source_count = 17;
	refused(&spec, "17 sources; expected at most 16");
}

static void refuses_places(void **state)
{
	struct host_description spec = flawless();

	(void)state;
	strcpy(spec.interface, "et/0");
	refused(&spec, "'et/0' cannot be an interface; expected a name such as eth0");
	memset(spec.interface, 'x', sizeof(spec.interface));
	refused(&spec, "'xxxxxxxxxxxxxxxx' cannot be an interface; expected a name such as eth0");
	spec.vlan = 4095;
	refused(&spec, "VLAN 4095; expected 1 to 4094, or 0 for any");
}

static void refuses_secureon(void **state)
{
	struct host_description spec = flawless();

	(void)state;
	spec.secureon_length = 5;
	refused(&spec, "a SecureOn password of 5 octets; expected 4 or 6");
}

static void change_name(struct host_description *spec)
{
	spec->name[0] = 'm';
}

static void change_mac(struct host_description *spec)
{
	spec->mac.octet[5]++;
}

static void change_address(struct host_description *spec)
{
	spec->addresses[1].octet[15]++;
}

static void change_address_count(struct host_description *spec)
{
	spec->address_count--;
}

static void change_port(struct host_description *spec)
{
	spec->policy.ports[1].port++;
}

static void change_port_count(struct host_description *spec)
{
	spec->policy.port_count--;
}

static void change_source(struct host_description *spec)
{
	spec->policy.sources[1].allow = true;
}

static void change_source_bits(struct host_description *spec)
{
	spec->policy.sources[1].bits++;
}

static void change_source_count(struct host_description *spec)
{
	spec->policy.source_count--;
}

static void change_interface(struct host_description *spec)
{
	spec->interface[3] = '1';
}

static void change_vlan(struct host_description *spec)
{
	spec->vlan = 0;
}

static void change_nic(struct host_description *spec)
{
	spec->nic_answers_arp = true;
}

static void change_unasked(struct host_description *spec)
{
	spec->unasked = true;
}

static void change_secureon(struct host_description *spec)
{
	spec->secureon[3]++;
}

static void change_secureon_length(struct host_description *spec)
{
	spec->secureon_length = 6;
}

static void change_lease(struct host_description *spec)
{
	spec->lease.address.octet[3]++;
}

static void change_lease_server(struct host_description *spec)
{
	spec->lease.server.octet[3]++;
}

static void change_client_id(struct host_description *spec)
{
	spec->lease.client_id[2]++;
}

static void change_client_id_length(struct host_description *spec)
{
	spec->lease.client_id_length--;
}

static void change_hostname(struct host_description *spec)
{
	spec->lease.hostname[2] = 'x';
}

static void each_field_makes_a_difference(void **state)
{
	static void (*const changes[])(struct host_description *) = {
		change_name,
		change_mac,
		change_address,
		change_address_count,
		change_port,
		change_port_count,
		change_source,
		change_source_bits,
		change_interface,
		change_vlan,
		change_source_count,
		change_nic,
		change_unasked,
		change_secureon,
		change_secureon_length,
		change_lease,
		change_lease_server,
		change_client_id,
		change_client_id_length,
		change_hostname,
	};
	const struct host_description one = flawless();

	(void)state;
	EACH(i, changes)
	{
		struct host_description other = flawless();

		assert_true(description_equal(&one, &other));
		changes[i](&other);
		assert_false(description_equal(&one, &other));
	}
}

static void unused_room_makes_none(void **state)
{
	struct host_description one = flawless();
	struct host_description other = flawless();

	(void)state;
	other.addresses[2].octet[0] = 1;
	other.policy.ports[2].port = 1;
	other.policy.sources[2].bits = 1;
	other.secureon[4] = 1;
	strcpy(other.name + 10, "behind");
	other.lease.client_id[3] = 1;
	strcpy(other.lease.hostname + 10, "behind");
	assert_true(description_equal(&one, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses_names),
		cmocka_unit_test(refuses_macs),
		cmocka_unit_test(refuses_addresses),
		cmocka_unit_test(refuses_address_counts),
		cmocka_unit_test(refuses_ports),
		cmocka_unit_test(refuses_sources),
		cmocka_unit_test(refuses_places),
		cmocka_unit_test(refuses_secureon),
		cmocka_unit_test(each_field_makes_a_difference),
		cmocka_unit_test(unused_room_makes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
