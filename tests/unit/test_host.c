// SPDX-License-Identifier: GPL-2.0-or-later
/* One host: what steps change of it, and why it is known. */

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
		const char *shows;
		struct host host;
		bool wanted, registered_only;
	} rows[] = {
		{ "by nothing", { .dirty = true }, false, false },
		{ "described", { .described = &described }, true, false },
		{ "registered", { .registration = &registration }, true, true },
		{ "described and registered",
		  { .described = &described, .registration = &registration },
		  true,
		  false },
		{ "fields are edited", { .edited = &edit }, false, false },
		{ "added to the map", { .edited = &row }, true, false },
		{ "added to the map, and registered",
		  { .edited = &row, .registration = &registration },
		  true,
		  false },
		{ "registered, and its fields are edited",
		  { .edited = &edit, .registration = &registration },
		  true,
		  true },
		{ "to be registered", { .proposal = &registers }, true, true },
		{ "described, to be registered",
		  { .proposal = &registers, .described = &described },
		  true,
		  false },
		{ "to be described", { .proposal = &described_next }, true, false },
		{ "registered, to be described",
		  { .proposal = &described_next, .registration = &registration },
		  true,
		  false },
	};

	EACH(i, rows)
	if (host_is_wanted(&rows[i].host) != rows[i].wanted ||
	    host_is_registered_only(&rows[i].host) != rows[i].registered_only)
		fail_msg("%s: it is %swanted, and %sfor its registration alone", rows[i].shows,
		         host_is_wanted(&rows[i].host) ? "" : "not ",
		         host_is_registered_only(&rows[i].host) ? "" : "not ");
}
