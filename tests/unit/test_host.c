// SPDX-License-Identifier: GPL-2.0-or-later
/* One host: what steps change of it, what is proposed for it, and what is installed of it. */

#include "test.h"

#include "support_hosts.h"

TEST(a_core_goes_back_as_it_came)
{
	const struct host_core none = { .lease.state = LEASE_NONE };
	struct registration *registration = registered_of("20", true);
	struct dhcp_client *dhcp = dhcp_client_new();
	struct host host = { .life = LIFE(ASLEEP), .registration = registration, .dhcp = dhcp };
	struct host_table table = { .order = 0 };
	struct host_core core;

	registration->until = 7;
	dhcp->lease.state = LEASE_BOUND;
	core = host_core(&host);
	assert_int_equal(core.life.state, ASLEEP);
	assert_true(core.registration_active);
	assert_int_equal(core.registration_until, 7);
	assert_int_equal(core.lease.state, LEASE_BOUND);
	host_table_set_core(&table, &host, &none);
	assert_int_equal(host.life.state, AWAKE);
	assert_int_equal(dhcp->lease.state, LEASE_NONE);
	assert_false(registration->active || registration->until);
	host = (struct host){ .life = LIFE(ASLEEP) };
	host_table_set_core(&table, &host, &core); /* of a host that has neither of them by now */
	core = host_core(&host);
	assert_int_equal(core.lease.state, LEASE_NONE);
	assert_false(core.registration_active || core.registration_until);
	registration_free(registration);
	dhcp_client_free(dhcp);
}

/* Of a host that is known for other reasons, for as long as it is known. */
TEST(the_client_identifier_outlives_a_registration)
{
	struct host host = { .registration = registered_of("20 21", false) };
	struct host_core core;
	struct host_table table = { .order = 0 };

	host.registration->transaction = 99;
	core = host_core(&host);
	core.registration_dropped = true;
	host_table_set_core(&table, &host, &core);
	assert_int_equal(host.registration->client_id, 4711);
	assert_int_equal(host.registration->transaction, 99);
	assert_int_equal(host.registration->address_count, 0);
	assert_false(host.registration->active);
	registration_free(host.registration);
}

TEST(why_a_host_is_known)
{
	struct described described = { .order = 1 };
	struct registration registration = { .client_id = 1 };
	struct edited edit = { .has_fields = true }, row = { .exists = true };
	struct proposal described_next = { .described = &described };
	struct proposal registers = { .registration = &registration };
	const struct {
		struct host host;
		bool wanted, registered_only;
	} rows[] = {
		{ { .dirty = true }, false, false },
		{ { .described = &described }, true, false },
		{ { .registration = &registration }, true, true },
		{ { .described = &described, .registration = &registration }, true, false },
		{ { .edited = &edit }, false, false },
		{ { .edited = &row }, true, false },
		{ { .edited = &row, .registration = &registration }, true, false },
		{ { .edited = &edit, .registration = &registration }, true, true },
		{ { .proposal = &registers }, true, true },
		{ { .proposal = &registers, .described = &described }, true, false },
		{ { .proposal = &described_next }, true, false },
		{ { .proposal = &described_next, .registration = &registration }, true, false },
	};

	EACH(i, rows)
	{
		assert_int_equal(host_is_wanted(&rows[i].host), rows[i].wanted);
		assert_int_equal(host_is_registered_only(&rows[i].host), rows[i].registered_only);
	}
}

TEST(a_proposal_is_exchanged_and_taken_back)
{
	struct described *before = described_of("20", 1), *after = described_of("21", 2);
	struct registration *registration = registered_of("20", true);
	struct dhcp_client *dhcp = dhcp_client_new();
	struct host host = { .described = before, .registration = registration };
	struct proposal *proposal = calloc(1, sizeof(*proposal));

	proposal->host = &host;
	proposal->sets = SETS_DESCRIBED | SETS_DHCP;
	proposal->described = after;
	proposal->dhcp = dhcp;
	proposal_exchange(proposal);
	assert_ptr_equal(host.described, after);
	assert_ptr_equal(host.registration, registration); /* not in `sets` */
	assert_ptr_equal(host.dhcp, dhcp);
	proposal_exchange(proposal);
	assert_ptr_equal(host.described, before);
	assert_null(host.dhcp);
	proposal->sets = SETS_REGISTRATION; /* by nothing */
	proposal_exchange(proposal);
	assert_null(host.registration);
	described_free(host.described);
	proposal->name = strdup("nas");
	proposal_free(proposal);
	proposal_free(NULL);
}

TEST(installed)
{
	struct host_description description = { .policy = { .port_count = 1, .source_count = 1 } };
	struct described *described = described_new(&description, DESCRIBED_BY_CONFIG, 1);
	const struct wanted wanted = { .addresses = { ip(20), ip(21) },
		                       .address_count = 2,
		                       .ports = described->ports,
		                       .sources = described->sources,
		                       .ifindex = 7,
		                       .vlan = 10,
		                       .arp_offload = true },
			    nothing = { .vlan = 0 };
	const struct wake_port none = { 0 }, ssh = { IPPROTO_TCP, 22 };
	const struct ipv6 has = ip(21), has_not = ip(22);
	const struct shared_set *other;
	struct host host = { .installed = NULL };
	struct wanted back;

	assert_true(host_set_installed(&host, &wanted));
	described_free(described); /* it has references of its own */
	other = shared_set_get(&ssh, sizeof(ssh));
	installed_read(host.installed, &back);
	assert_memory_equal(back.addresses, wanted.addresses, sizeof(back.addresses));
	assert_int_equal(back.address_count, 2);
	assert_true(back.ports == wanted.ports && back.sources == wanted.sources);
	assert_memory_equal(shared_set_octets(back.ports), &none, sizeof(none));
	shared_set_put(other);
	assert_true(back.has_ifindex && back.arp_offload);
	assert_int_equal(back.ifindex, 7);
	assert_int_equal(back.vlan, 10);
	assert_true(installed_has(host.installed, &has));
	assert_false(installed_has(host.installed, &has_not) || installed_has(NULL, &has));
	assert_true(host_set_installed(&host, &nothing));
	assert_int_equal(host.installed->address_count, 0);
	installed_free(host.installed);
	installed_read(NULL, &back);
	assert_int_equal(back.address_count, 0);
	assert_false(back.has_ifindex || back.ports || back.sources);
	installed_free(NULL);
	host_free(NULL);
}
