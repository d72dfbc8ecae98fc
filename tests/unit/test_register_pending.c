// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that wait: for how long, how many, and how their wait ends. */

#include "test.h"

#include "support_register.h"

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

static void waits(const struct registration_request *request)
{
	assert_int_equal(submit(&test, request), REJECT_NONE);
}

static bool is_taken(void)
{
	return register_deadline(test.registrar) == INT64_MAX;
}

TEST(it_waits_while_the_lan_is_asked)
{
	const struct registration_request request = request_of(nas, nas_address);
	const int64_t deadline = NOW + REGISTER_CHECK_TIME;
	struct pending_registration pending;
	int requester;

	assert_int_equal(REGISTER_CHECK_TIME, 300); /* docs/npp.md */
	assert_int_equal(register_submit(test.registrar, test.table, NULL, &request, &requester,
	                                 &test.now, 0, &test.ask),
	                 REJECT_NONE);
	assert_true(test.ask);
	assert_true(register_deadline(test.registrar) == deadline);
	assert_false(register_due(test.registrar, deadline - 1, &pending));
	assert_true(register_due(test.registrar, deadline, &pending));
	assert_true(pending.request.digest == request.digest);
	assert_true(pending.registration.digests[0] == request.digest);
	assert_ptr_equal(pending.requester, &requester);
	assert_null(pending.host);
	assert_true(is_taken());
	assert_false(register_due(test.registrar, INT64_MAX, &pending));
}

/* Where nobody is asked, it is due at once, before what waits. */
TEST(the_earliest_is_due_first)
{
	const struct mac macs[] = { nas, tv, mac_of(1) };
	struct registration_request requests[] = { request_of(nas, nas_address),
		                                   request_of(tv, other_address),
		                                   request_of(macs[2], address_of(1)) };
	const size_t order[] = { 2, 0, 1 };
	struct pending_registration pending;

	requests[2].backup_of = first_proxy;
	for (size_t i = 0; i < 3; i++) {
		waits(&requests[i]);
		test.now.mono += 10;
	}
	assert_true(register_deadline(test.registrar) == NOW + 20);
	for (size_t i = 0; i < 3; i++) {
		assert_true(register_due(test.registrar, INT64_MAX, &pending));
		assert_memory_equal(&pending.request.mac, &macs[order[i]], sizeof(struct mac));
	}
}

TEST(a_known_host_comes_with_its_request)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct host *host = describe_host(test.table, &nas, other_address);
	struct pending_registration pending;

	waits(&request);
	assert_true(register_due(test.registrar, INT64_MAX, &pending));
	assert_ptr_equal(pending.host, host);
}

TEST(one_of_a_host_waits_at_a_time)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct pending_registration pending;

	assert_false(is_busy(&test, NULL, &nas));
	waits(&request);
	assert_true(is_busy(&test, NULL, &nas));
	assert_false(is_busy(&test, NULL, &tv));
	assert_true(is_pending(&test, NULL, &nas, request.digest));
	assert_false(is_pending(&test, NULL, &nas, request.digest + 1));
	assert_false(is_pending(&test, NULL, &tv, request.digest));
	assert_false(register_cancel(test.registrar, &tv, &pending));
	assert_true(register_cancel(test.registrar, &nas, &pending));
	assert_true(pending.request.digest == request.digest);
	assert_false(is_busy(&test, NULL, &nas));
	assert_false(is_pending(&test, NULL, &nas, request.digest));
	assert_false(register_cancel(test.registrar, &nas, &pending));
}

/* It still is while it is being stored: sent again, it is not to be registered twice. */
TEST(what_is_being_stored_is_pending)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct host *host = registers(&test, &request);
	struct proposal *proposal = calloc(1, sizeof(*proposal));

	assert_true(is_done(&test, host, request.digest));
	proposal->registration = host->registration;
	host->registration = NULL;
	host->proposal = proposal;
	assert_false(is_done(&test, host, request.digest));
	assert_true(is_pending(&test, host, &nas, request.digest));
	assert_false(is_pending(&test, host, &nas, request.digest + 1));
	assert_true(is_busy(&test, host, &nas));
	registration_free(proposal->registration);
	proposal->registration = NULL; /* people describe the host */
	assert_false(is_pending(&test, host, &nas, request.digest));
	assert_true(is_busy(&test, host, &nas));
}

TEST(so_many_wait_at_a_time)
{
	struct pending_registration pending;
	struct registration_request request;

	for (unsigned int i = 1; i <= REGISTER_PENDING_MAX; i++) {
		const struct mac mac = mac_of(i);

		assert_false(is_busy(&test, NULL, &mac));
		request = request_of(mac, address_of(i));
		waits(&request);
	}
	assert_in_range(REGISTER_PENDING_MAX, 1000, 1100); /* a class room; some MiB */
	assert_true(is_busy(&test, NULL, &nas));
	assert_true(register_cancel(test.registrar, &request.mac, &pending));
	assert_false(is_busy(&test, NULL, &nas));
}

/* What is asked for is what counts. */
TEST(so_many_addresses_wait_at_a_time)
{
	struct pending_registration pending;
	unsigned int hosts = 0;

	for (; !is_busy(&test, NULL, &nas); hosts++) {
		const struct mac mac = mac_of(hosts + 1);
		struct registration_request request = request_of(mac, address_of(hosts + 1));

		for (; request.address_count < 16; request.address_count++)
			request.addresses[request.address_count] = (struct requested_address){
				{ { 0xfd, [14] = (uint8_t)hosts, (uint8_t)request.address_count } },
				ROLE_NONE,
				true
			};
		waits(&request);
	}
	assert_int_equal(hosts, REGISTER_PENDING_MAX / 16);
	assert_true(register_due(test.registrar, INT64_MAX, &pending));
	assert_false(is_busy(&test, NULL, &nas));
}

TEST(of_a_host_that_is_up_it_is_done_as_well)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct host *host = registers(&test, &request);

	assert_true(is_done(&test, host, request.digest));
	assert_false(is_done(&test, host, request.digest + 1));
	host_is_up(host, BOOT);
	assert_true(is_done(&test, host, request.digest));
	registration_is_dropped(test.table, host);
	assert_false(is_done(&test, host, request.digest));
	assert_false(is_done(&test, NULL, request.digest));
	assert_false(is_done(&test, add_host(test.table, &tv), request.digest));
}

static bool in_use(struct ipv4 address4, const struct mac *mac)
{
	const struct ipv6 address = ipv4_mapped(address4);
	struct pending_registration pending;

	return register_address_in_use(test.registrar, &address, mac, &pending);
}

TEST(an_address_in_use)
{
	struct registration_request request = request_of(nas, nas_address);
	const struct ipv4 none = { { 0 } };

	request.authenticated = true;
	request.addresses[1] = (struct requested_address){ ipv4_mapped(first_proxy), 0, true };
	request.address_count = 2;
	assert_false(in_use(nas_address, &tv)); /* before anybody has asked for it */
	for (int i = 0; i < 2; i++) {
		waits(&request);
		assert_false(in_use(nas_address, &nas)); /* the host itself */
		assert_false(in_use(other_address, &tv));
		assert_false(in_use(none, &tv));
		assert_true(in_use(i ? first_proxy : nas_address, &tv)); /* any of them */
		assert_true(is_taken());
		assert_false(in_use(nas_address, &tv));
	}
}

TEST(an_address_in_use_ends_requests_for_it_alone)
{
	const struct registration_request requests[] = {
		request_of(nas, nas_address), request_of(tv, other_address),
		request_of((struct mac){ { 2 } }, nas_address)
	};
	const struct ipv6 address = ipv4_mapped(nas_address);
	const struct mac other = mac_of(1);
	struct pending_registration pending;

	for (size_t i = 0; i < 3; i++)
		waits(&requests[i]);
	for (size_t i = 0; i < 2; i++) {
		assert_true(register_address_in_use(test.registrar, &address, &other, &pending));
		assert_false(mac_equal(&pending.request.mac, &tv));
	}
	assert_false(in_use(nas_address, &other));
	assert_true(is_pending(&test, NULL, &tv, requests[1].digest));
}
