// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may register what. */

#include "test.h"

#include "support_register.h"

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

/* All is wrong at first, and put right in the order in which it is checked. */
TEST(the_first_error_is_the_reason)
{
	struct registration_request request = request_of(nas, other_address);
	struct requested_address *address = &request.addresses[0];
	const struct ipv4 multicast = { { 224, 0, 0, 1 } };

	describe_host(test.table, &tv, nas_address);
	request.has_lease = true;
	*address = (struct requested_address){ ipv4_mapped(multicast), ROLE_NONE, false };
	rejects(&test, &request, REJECT_MAC_MISMATCH);
	address->mac_matches = true;
	rejects(&test, &request, REJECT_SOURCE_MISMATCH);
	request.authenticated = true; /* then it may be another address */
	rejects(&test, &request, REJECT_INVALID_ADDRESS);
	address->address = ipv4_mapped(nas_address);
	address->role = ROLE_BROADCAST;
	rejects(&test, &request, REJECT_INVALID_ADDRESS);
	address->role = ROLE_OWN;
	rejects(&test, &request, REJECT_OWN_ADDRESS);
	address->role = ROLE_GATEWAY;
	rejects(&test, &request, REJECT_GATEWAY_ADDRESS);
	address->role = ROLE_NONE;
	rejects(&test, &request, REJECT_ADDRESS_TAKEN);
	address->address = ipv4_mapped(first_proxy);
	rejects(&test, &request, REJECT_SOURCE_MISMATCH); /* of the lease */
	request.source = first_proxy;
	assert_int_equal(submit(&test, &request), REJECT_NONE);
}

TEST(without_a_signature_only_the_source_may_be_named)
{
	struct registration_request request = request_of(nas, nas_address);

	request.source = other_address;
	rejects(&test, &request, REJECT_SOURCE_MISMATCH);
	request.source = nas_address;
	request.addresses[1] = (struct requested_address){ ipv4_mapped(other_address), 0, true };
	request.address_count = 2;
	rejects(&test, &request, REJECT_SOURCE_MISMATCH);
	request.authenticated = true;
	assert_int_equal(registers(&test, &request)->registration->address_count, 2);
}

/* … of IPv4; those of IPv6 are no packet's source, and all else is as for IPv4. */
TEST(addresses_of_ipv6)
{
	static const struct {
		const char *shows;
		struct requested_address address;
		enum reject_reason reason;
	} cases[] = {
		{ "global",
		  { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } }, ROLE_NONE, true },
		  REJECT_NONE },
		{ "link-local", { { { 0xfe, 0x80, [15] = 5 } }, ROLE_NONE, true }, REJECT_NONE },
		{ "loopback", { { { [15] = 1 } }, ROLE_NONE, true }, REJECT_INVALID_ADDRESS },
		{ "own", { { { 0xfd, [15] = 5 } }, ROLE_OWN, true }, REJECT_OWN_ADDRESS },
		{ "router",
		  { { { 0xfd, [15] = 5 } }, ROLE_GATEWAY, true },
		  REJECT_GATEWAY_ADDRESS },
		{ "off-link", { { { 0xfd, [15] = 5 } }, ROLE_OFF_LINK, true }, REJECT_OFF_LINK },
	};

	EACH(i, cases)
	{
		struct registration_request request = request_of(nas, nas_address);

		request.addresses[1] = cases[i].address;
		request.address_count = 2;
		if (submit(&test, &request) != cases[i].reason)
			fail_msg("%s", cases[i].shows);
		start_anew();
	}
}

TEST(one_bad_address_of_several_rejects_all)
{
	struct registration_request request = request_of(nas, nas_address);

	request.addresses[2] = request.addresses[1] = request.addresses[0];
	request.addresses[2].mac_matches = false;
	request.address_count = 3;
	rejects(&test, &request, REJECT_MAC_MISMATCH);
	request.addresses[1].role = ROLE_GATEWAY;
	rejects(&test, &request, REJECT_GATEWAY_ADDRESS); /* the first that has an error */
}

static void claim_as(struct host *host, enum claim_kind claim)
{
	const struct registration_draft draft = {
		.head = { .client_id = 1, .active = claim == CLAIM_REGISTERED, .address_count = 1 },
		.addresses = { ipv4_mapped(nas_address) },
	};

	if (claim == CLAIM_DESCRIBED) {
		describe_host(test.table, &host->mac, nas_address);
	} else if (claim == CLAIM_LEASED) {
		host->dhcp = dhcp_client_new();
		host->dhcp->lease.state = LEASE_BOUND;
		host->dhcp->lease.address = nas_address;
		host_table_claim(test.table, host);
	} else {
		set_registration(test.table, host, &draft);
	}
}

static void install(struct host *host, enum host_state state)
{
	struct host_core core = host_core(host);
	const struct wanted wanted = { .addresses = { ipv4_mapped(nas_address) },
		                       .address_count = 1 };

	core.life.state = state;
	host_table_set_core(test.table, host, &core);
	assert_true(host_set_installed(host, &wanted));
}

/* A host that is asleep is not woken by the loss of its address to one that only says so. */
TEST(an_address_of_another_host)
{
	static const struct {
		const char *shows;
		enum claim_kind claim;
		bool installed;
		enum host_state state;
		enum reject_reason reason;
	} cases[] = {
		{ "described", CLAIM_DESCRIBED, false, AWAKE, REJECT_ADDRESS_TAKEN },
		{ "described, asleep", CLAIM_DESCRIBED, true, ASLEEP, REJECT_ADDRESS_TAKEN },
		{ "registered", CLAIM_REGISTERED, false, AWAKE, REJECT_ADDRESS_TAKEN },
		{ "registered, asleep", CLAIM_REGISTERED, true, ASLEEP, REJECT_ADDRESS_TAKEN },
		{ "was registered", CLAIM_ENDED, true, AWAKE, REJECT_NONE },
		{ "was registered, asleep", CLAIM_ENDED, true, ASLEEP, REJECT_ADDRESS_TAKEN },
		{ "leased, not installed", CLAIM_LEASED, false, ASLEEP, REJECT_NONE },
		{ "leased", CLAIM_LEASED, true, AWAKE, REJECT_NONE },
		{ "leased, drowsy", CLAIM_LEASED, true, DROWSY, REJECT_ADDRESS_TAKEN },
		{ "leased, waking", CLAIM_LEASED, true, WAKING, REJECT_ADDRESS_TAKEN },
	};
	const struct registration_request known = request_of(mac_of(1), address_of(1));

	EACH(i, cases)
	{
		struct registration_request request = request_of(nas, nas_address);
		struct host *other;

		registers(&test, &known);
		other = add_host(test.table, &tv);
		claim_as(other, cases[i].claim);
		if (cases[i].installed)
			install(other, cases[i].state);
		if (submit(&test, &request) != cases[i].reason)
			fail_msg("%s: to a new host", cases[i].shows);
		request.mac = known.mac;
		if (submit(&test, &request) != cases[i].reason)
			fail_msg("%s: to a known host", cases[i].shows);
		start_anew();
	}
}

TEST(an_address_of_its_own)
{
	const struct registration_request request = request_of(nas, nas_address);

	describe_host(test.table, &nas, nas_address);
	describe_host(test.table, &tv, nas_address); /* as well, but later: it is not the owner */
	assert_int_equal(submit(&test, &request), REJECT_NONE);
}

/* What was accepted may have been given to another host while it waited. */
TEST(addresses_are_checked_again)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct host *host = registers(&test, &request);
	struct registration *registration = host->registration;

	assert_int_equal(register_check_addresses(test.table, host, registration), REJECT_NONE);
	host->registration = NULL;
	host_table_claim(test.table, host);
	assert_int_equal(register_check_addresses(test.table, host, registration), REJECT_NONE);
	describe_host(test.table, &tv, nas_address);
	assert_int_equal(register_check_addresses(test.table, host, registration),
	                 REJECT_ADDRESS_TAKEN);
	registration_free(registration);
}
