// SPDX-License-Identifier: GPL-2.0-or-later
/* What is registered, by one request or by several. */

#include "test.h"

#include "support_register.h"

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

TEST(what_is_registered)
{
	struct registration_request request = request_of(nas, nas_address);
	const struct ipv6 address = ipv4_mapped(nas_address);
	const struct registration *registration;

	request.vlan = 7;
	request.has_lease = true;
	request.timer = 3600;
	registration = registers(&test, &request)->registration;
	assert_int_equal(registration->transaction, TRANSACTION);
	assert_true(registration->active);
	assert_false(registration->has_ports);
	assert_null(registration->ports);
	assert_true(registration->has_lease);
	assert_int_equal(registration->vlan, 7);
	assert_string_equal(registration->interface, "lan");
	assert_true(registration->until == BOOT + 3600 * 1000);
	assert_false(ipv4_is_set(registration->backup_of));
	assert_int_equal(registration->address_count, 1);
	assert_true(address_index(registration->addresses, registration->address_count, &address) >=
	            0);
	assert_int_equal(registration->digest_count, 1);
	assert_true(registration_has_digest(registration, request.digest));
}

TEST(a_client_identifier_is_at_least_1)
{
	static const struct {
		uint32_t random;
		uint16_t client_id;
	} cases[] = { { 0, 1 }, { 65534, 65535 }, { 65535, 1 }, { UINT32_MAX, 1 }, { 41, 42 } };

	EACH(i, cases)
	{
		const struct registration_request request = request_of(nas, nas_address);
		struct pending_registration pending;

		assert_int_equal(register_submit(test.registrar, test.table, NULL, &request, NULL,
		                                 &test.now, cases[i].random, &test.ask),
		                 REJECT_NONE);
		assert_true(register_cancel(test.registrar, &nas, &pending));
		if (pending.registration.head.client_id != cases[i].client_id)
			fail_msg("random %u: %u, not %u", cases[i].random,
			         pending.registration.head.client_id, cases[i].client_id);
	}
}

/* For as long as its MAC is known. */
TEST(the_client_identifier_is_kept)
{
	struct registration_request request = request_of(nas, nas_address);
	struct host *host = registers(&test, &request);

	host->registration->client_id = 777;
	for (int i = 0; i < 4; i++) {
		request = request_of(nas, nas_address);
		request.transaction += (uint16_t)i;
		assert_int_equal(registers(&test, &request)->registration->client_id, 777);
		if (i == 1)
			host_is_up(host, BOOT);
		if (i == 2)
			registration_is_dropped(test.table, host);
	}
}

TEST(parts_add_up)
{
	struct registration_request parts[] = { request_of(nas, nas_address),
		                                part_with_port(nas, 22), part_of(nas),
		                                request_of(nas, other_address),
		                                part_with_port(nas, 22) };
	const struct registration *registration;

	parts[1].timer = UINT32_MAX;
	parts[2].has_lease = true;
	parts[4].ports[0].protocol = IPPROTO_UDP;
	for (size_t i = 0; i < 5; i++) {
		registration = registers(&test, &parts[i])->registration;
		assert_int_equal(test.ask, parts[i].address_count); /* for addresses alone */
		assert_int_equal(registration->has_ports, i > 0);
	}
	assert_int_equal(registration->address_count, 2);
	assert_int_equal(shared_set_size(registration->ports), 2 * sizeof(struct wake_port));
	assert_true(registration->has_lease);
	assert_true(registration->until == BOOT + INT64_C(1000) * UINT32_MAX);
	assert_int_equal(registration->digest_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(registration_has_digest(registration, parts[i].digest));
}

TEST(what_is_said_twice_adds_nothing)
{
	struct registration_request request = request_of(nas, nas_address);
	struct pending_registration pending;

	request.addresses[1] = request.addresses[0];
	request.address_count = 2;
	request.has_ports = true;
	request.ports[1] = request.ports[0] = (struct wake_port){ IPPROTO_TCP, 22 };
	request.port_count = 2;
	assert_int_equal(submit(&test, &request), REJECT_NONE);
	assert_true(register_cancel(test.registrar, &nas, &pending));
	assert_int_equal(pending.registration.head.address_count, 1);
	assert_int_equal(pending.registration.port_count, 1);
}

TEST(another_transaction_replaces)
{
	struct registration_request request = part_with_port(nas, 22), part = request;
	const struct registration *registration;

	request.address_count = 1;
	request.has_lease = true;
	request.timer = 3600;
	request.backup_of = first_proxy;
	registers(&test, &request);
	request = request_of(nas, other_address);
	request.transaction = TRANSACTION + 1;
	registration = registers(&test, &request)->registration;
	assert_int_equal(registration->transaction, TRANSACTION + 1);
	assert_int_equal(registration->address_count, 1);
	assert_memory_equal(&registration->addresses[0], &request.addresses[0].address, 16);
	assert_false(registration->has_ports || registration->has_lease);
	assert_true(registration->until == 0);
	assert_false(ipv4_is_set(registration->backup_of));
	assert_int_equal(registration->digest_count, 1);
	rejects(&test, &part, REJECT_MISSING_ADDRESS); /* of what was replaced there are no parts */
}

TEST(a_part_needs_an_active_registration)
{
	const struct registration_request request = request_of(nas, nas_address);
	const struct registration_request part = part_with_port(nas, 22);
	struct host *host;

	rejects(&test, &part, REJECT_MISSING_ADDRESS);
	host = registers(&test, &request);
	host_is_up(host, BOOT);
	rejects(&test, &part, REJECT_MISSING_ADDRESS);
	registration_is_dropped(test.table, host);
	rejects(&test, &part, REJECT_MISSING_ADDRESS);
}

TEST(a_lease_is_of_an_address_that_is_registered)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct registration_request lease = part_of(nas);

	registers(&test, &request);
	lease.has_lease = true;
	lease.source = other_address;
	rejects(&test, &lease, REJECT_SOURCE_MISMATCH);
	lease.source = nas_address;
	assert_true(registers(&test, &lease)->registration->has_lease);
}

TEST(a_dhcpv6_lease_is_of_addresses_that_are_registered)
{
	const struct ipv6 own = { { 0xfd, [15] = 1 } }, others = { { 0xfd, [15] = 2 } };
	struct registration_request request = request_of(nas, nas_address), lease;

	request.addresses[request.address_count++] =
		(struct requested_address){ own, ROLE_NONE, true };
	registers(&test, &request);
	lease = part_of(nas);
	lease.has_lease6 = true;
	lease.lease6 =
		(struct dhcp6_lease){ .addresses = { { own }, { others } }, .address_count = 2 };
	rejects(&test, &lease, REJECT_MISSING_ADDRESS);
	lease.lease6.address_count = 1;
	registers(&test, &lease);
}

/* More is rejected, and what was registered stays as it was. */
static void is_full(const struct registration_request *more)
{
	const struct host *host = host_find_mac(test.table, &nas);
	const struct registration *before = host->registration;

	rejects(&test, more, REJECT_TOO_MANY);
	assert_ptr_equal(host->registration, before);
	assert_false(is_done(&test, host, more->digest));
}

TEST(no_more_addresses_than_a_host_may_have)
{
	struct registration_request request;

	for (unsigned int i = 0; i <= HOST_ADDRESSES; i += 2) {
		request = request_of(nas, address_of(100 + i));
		request.authenticated = true;
		request.addresses[1] = request.addresses[0];
		request.addresses[1].address = ip(101 + i);
		request.address_count = 2;
		if (i < HOST_ADDRESSES)
			registers(&test, &request);
	}
	is_full(&request);
	request = request_of(nas, address_of(100)); /* one of those that it has */
	registers(&test, &request);
}

TEST(no_more_ports_than_a_host_may_have)
{
	struct registration_request request = part_of(nas), more = part_with_port(nas, 1000);

	request.address_count = 1;
	request.has_ports = true;
	for (; request.port_count < HOST_PORTS; request.port_count++)
		request.ports[request.port_count] =
			(struct wake_port){ IPPROTO_TCP, (uint16_t)(1 + request.port_count) };
	registers(&test, &request);
	is_full(&more);
	more.ports[0].port = 1;
	registers(&test, &more);
}

TEST(no_more_parts_than_are_remembered)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct registration_request part;

	registers(&test, &request);
	for (unsigned int i = 1; i <= REGISTRATION_DIGESTS; i++) {
		part = part_of(nas);
		if (i < REGISTRATION_DIGESTS)
			registers(&test, &part);
	}
	is_full(&part);
	assert_true(is_done(&test, host_find_mac(test.table, &nas), part.digest - 1));
}

/* The proxy that goes first answers, if all is well: for all addresses. */
TEST(a_backup_asks_nobody)
{
	struct registration_request backup = part_of(nas);
	const struct registration_request first = request_of(nas, nas_address);
	const struct registration_request further = request_of(nas, other_address);
	const struct registration *registration;

	registers(&test, &first);
	assert_true(test.ask);
	backup.backup_of = first_proxy;
	registration = registers(&test, &backup)->registration;
	assert_false(test.ask);
	assert_memory_equal(&registration->backup_of, &first_proxy, sizeof(first_proxy));
	registration = registers(&test, &further)->registration;
	assert_false(test.ask);
	assert_memory_equal(&registration->backup_of, &first_proxy, sizeof(first_proxy));
}
