// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A presence as Sleep Requests: each fits into a message, together they say all of it once, and
 * who is meant comes first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/request.h"
#include "support_agent.h"

enum { TRANSACTION = 0x1234 };

static struct request request;

/* The octets of a part's options. */
static size_t options_of(const struct request_part *part)
{
	struct npp_message message = part->message, read;
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = npp_write(&message, NPP_ICMP_TYPE, octets);

	assert_true(length > sizeof(struct npp_header));
	assert_int_equal(npp_read(octets, length, NPP_ICMP_TYPE, &read), NPP_PARSE_ERROR_none);
	return length - sizeof(struct npp_header);
}

static void make(const struct presence *presence, bool is_signed)
{
	memset(&request, 0xa5, sizeof(request));
	assert_true(request_make(presence, TRANSACTION, is_signed, &request));
	for (size_t i = 0; i < request.count; i++) {
		const struct npp_message *message = &request.parts[i].message;

		assert_true(options_of(&request.parts[i]) <= NPP_OPTIONS_MAX);
		assert_int_equal(message->transaction, TRANSACTION);
		assert_int_equal(message->subtype, NPP_SLEEP_REQUEST);
		assert_int_equal(message->code, NPP_SUCCESS);
		assert_int_equal(message->authenticated, is_signed);
	}
}

static const struct npp_request *part(size_t index)
{
	assert_true(index < request.count);
	return &request.parts[index].message.request;
}

static void an_address_alone(void **state)
{
	const struct presence presence = some_presence(1);

	(void)state;
	make(&presence, false);
	assert_int_equal(request.count, 1);
	assert_address(request.parts[0].source, 20);
	assert_int_equal(part(0)->pair_count, 1);
	assert_memory_equal(&part(0)->pairs[0].mac, &host_mac, sizeof(host_mac));
	assert_address(part(0)->pairs[0].address, 20);
	assert_int_equal(options_of(&request.parts[0]), 20);
	assert_false(part(0)->has_lease || part(0)->has_ports || part(0)->timer);
}

static void all_that_fits_into_one(void **state)
{
	struct presence presence = some_presence(1);

	(void)state;
	presence.has_lease = true;
	presence.lease = (struct presence_lease){
		.server = lan_address(3),
		.total = 3600,
		.left = 1800,
		.client_id = { 1, 2, 3 },
		.client_id_length = 3,
	};
	strcpy(presence.hostname, "nas");
	presence.timer = 28800;
	presence.has_ports = true;
	presence.wake = (struct wake_ports){ .ports = { { IPPROTO_TCP, 22 } }, .count = 1 };
	presence.addresses6[0] = lan_address6(1);
	presence.address6_count = 1;
	presence.backup_of = lan_address(1);
	make(&presence, false);
	assert_int_equal(request.count, 1);
	assert_int_equal(part(0)->lease_total, 3600);
	assert_int_equal(part(0)->lease_left, 1800);
	assert_address(part(0)->lease_server, 3);
	assert_int_equal(part(0)->client_id_length, 3);
	assert_memory_equal(part(0)->client_id, presence.lease.client_id, 3);
	assert_string_equal(part(0)->hostname, "nas");
	assert_int_equal(part(0)->timer, 28800);
	assert_int_equal(part(0)->port_count, 1);
	assert_int_equal(part(0)->address6_count, 1);
	assert_address(part(0)->backup_of, 1);
}

static void lease_times(void **state)
{
	static const struct {
		uint32_t total, left;
		uint16_t said_total, said_left;
	} rows[] = {
		{ 60, 30, 60, 30 },
		{ 65534, 65534, 65534, 65534 },
		{ 65535, 65534, 65535, 65534 },
		{ 86400, 3600, 65535, 3600 },
		{ 86400, 65536, 65535, 65535 },
		{ DHCP_INFINITE, DHCP_INFINITE, 65535, 65535 },
		{ DHCP_INFINITE, 3600, 65535, 3600 },
		/* more than there was: a message that says so is refused */
		{ 60, 61, 60, 60 },
	};

	(void)state;
	EACH(i, rows)
	{
		struct presence presence = some_presence(1);

		presence.has_lease = true;
		presence.lease.total = rows[i].total;
		presence.lease.left = rows[i].left;
		make(&presence, false);
		assert_true(part(0)->has_lease);
		assert_int_equal(part(0)->lease_total, rows[i].said_total);
		assert_int_equal(part(0)->lease_left, rows[i].said_left);
		assert_int_equal(part(0)->client_id_length, 0);
	}
}

/* Whose lease it is, is of no use without the lease. */
static void no_lease_no_client_identifier(void **state)
{
	struct presence presence = some_presence(1);

	(void)state;
	presence.lease.client_id_length = 3;
	make(&presence, false);
	assert_false(part(0)->has_lease);
	assert_int_equal(part(0)->client_id_length, 0);
}

static void nothing_wakes_it(void **state)
{
	struct presence presence = some_presence(1);

	(void)state;
	presence.has_ports = true;
	make(&presence, false);
	assert_true(part(0)->has_ports);
	assert_int_equal(part(0)->port_count, 0);
}

static void each_address_speaks_for_itself(void **state)
{
	struct presence presence = some_presence(LINK_IPV4);

	(void)state;
	strcpy(presence.hostname, "nas");
	make(&presence, false);
	assert_int_equal(request.count, LINK_IPV4);
	for (uint8_t i = 0; i < LINK_IPV4; i++) {
		assert_address(request.parts[i].source, 20 + i);
		assert_int_equal(part(i)->pair_count, 1);
		assert_address(part(i)->pairs[0].address, 20 + i);
		assert_string_equal(part(i)->hostname, i ? "" : "nas");
	}
}

/* Else the backup would look for others that answer for it. */
static void each_address_says_whose_backup_it_is(void **state)
{
	struct presence presence = some_presence(3);

	(void)state;
	presence.backup_of = lan_address(1);
	make(&presence, false);
	assert_int_equal(request.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_address(part(i)->backup_of, 1);
}

static void with_a_key_one_speaks_for_all(void **state)
{
	const struct presence presence = some_presence(LINK_IPV4);

	(void)state;
	make(&presence, true);
	assert_int_equal(request.count, 1);
	assert_address(request.parts[0].source, 20);
	assert_int_equal(part(0)->pair_count, LINK_IPV4);
	for (uint8_t i = 0; i < LINK_IPV4; i++)
		assert_address(part(0)->pairs[i].address, 20 + i);
	/* 10, and 10 for each, and option 128 */
	assert_int_equal(options_of(&request.parts[0]), 10 + 10 * LINK_IPV4 + 51);
}

static struct presence with_ports(size_t count)
{
	struct presence presence = some_presence(1);

	presence.has_ports = true;
	presence.wake.count = count;
	for (size_t i = 0; i < count; i++)
		presence.wake.ports[i] = (struct npp_port){ IPPROTO_TCP, (uint16_t)(1000 + i) };
	return presence;
}

/* 255 octets: an address takes 20 of them, ports 3 and 4 each, option 128 51 of them. */
static void to_the_last_octet(void **state)
{
	static const struct {
		size_t ports;
		bool is_signed;
		size_t parts;
	} rows[] = {
		{ 58, false, 1 }, /* 20 + 3 + 4 * 58 = 255 */
		{ 59, false, 2 },
		{ 45, true, 1 }, /* 254 */
		{ 46, true, 2 },
	};

	(void)state;
	EACH(i, rows)
	{
		const struct presence presence = with_ports(rows[i].ports);

		make(&presence, rows[i].is_signed);
		assert_int_equal(request.count, rows[i].parts);
	}
	assert_int_equal(part(1)->port_count, 1);
	assert_int_equal(part(1)->pair_count, 0);
}

static size_t count_ports(uint16_t first)
{
	size_t count = 0;

	for (size_t i = 0; i < request.count; i++) {
		for (size_t j = 0; j < part(i)->port_count; j++)
			assert_int_equal(part(i)->ports[j].port, first + count++);
	}
	return count;
}

static size_t count_addresses6(void)
{
	size_t count = 0;

	for (size_t i = 0; i < request.count; i++) {
		for (size_t j = 0; j < part(i)->address6_count; j++) {
			const struct ipv6 expected = lan_address6((uint8_t)++count);

			assert_memory_equal(&part(i)->addresses6[j], &expected, sizeof(expected));
		}
	}
	return count;
}

static struct presence as_much_as_there_may_be(void)
{
	struct presence presence = with_ports(WAKE_PORTS);

	presence.has_lease = true;
	presence.lease = (struct presence_lease){ .total = 60,
		                                  .left = 60,
		                                  .client_id_length = NPP_CLIENT_ID };
	memset(presence.lease.client_id, 0xab, NPP_CLIENT_ID);
	memset(presence.hostname, 'n', NPP_HOSTNAME - 1);
	presence.timer = UINT32_MAX;
	presence.backup_of = lan_address(1);
	presence.address6_count = LINK_IPV6;
	for (uint8_t i = 0; i < LINK_IPV6; i++)
		presence.addresses6[i] = lan_address6(i + 1);
	presence.address_count = LINK_IPV4;
	for (uint8_t i = 0; i < LINK_IPV4; i++)
		presence.addresses[i] = lan_address(20 + i);
	return presence;
}

/* Each thing once, in its order; who it is about in the first part, and from whom in each. */
static void check_all_of_it(size_t pairs_first)
{
	size_t pairs = 0, leases = 0, ids = 0, names = 0, timers = 0;

	assert_int_equal(part(0)->pair_count, pairs_first);
	assert_address(part(0)->backup_of, 1);
	for (size_t i = 0; i < request.count; i++) {
		pairs += part(i)->pair_count;
		leases += part(i)->has_lease;
		ids += part(i)->client_id_length == NPP_CLIENT_ID;
		names += *part(i)->hostname != '\0';
		timers += part(i)->timer == UINT32_MAX;
	}
	assert_int_equal(pairs, LINK_IPV4);
	assert_int_equal(leases, 1);
	assert_int_equal(ids, 1);
	assert_int_equal(names, 1);
	assert_int_equal(timers, 1);
	assert_int_equal(count_ports(1000), WAKE_PORTS);
	assert_int_equal(count_addresses6(), LINK_IPV6);
}

static void long_requests(void **state)
{
	const struct presence presence = as_much_as_there_may_be();
	size_t of_the_first = 0;

	(void)state;
	make(&presence, false);
	check_all_of_it(1);
	while (memcmp(&request.parts[of_the_first].source, &presence.addresses[0], 4) == 0)
		of_the_first++;
	assert_int_equal(request.count, of_the_first + LINK_IPV4 - 1);
	assert_in_range(of_the_first, 4, 6);
	make(&presence, true);
	check_all_of_it(LINK_IPV4);
	assert_in_range(request.count, 5, 7);
	for (size_t i = 0; i < request.count; i++)
		assert_address(request.parts[i].source, 20);
}

static void what_cannot_be_said(void **state)
{
	struct presence presence = some_presence(0);

	(void)state;
	assert_false(request_make(&presence, TRANSACTION, false, &request));
	presence = some_presence(1);
	presence.mac = (struct mac){ { 0 } };
	assert_false(request_make(&presence, TRANSACTION, false, &request));
	presence = some_presence(1);
	strcpy(presence.hostname, "n s");
	assert_false(request_make(&presence, TRANSACTION, false, &request));
	presence = some_presence(2);
	presence.addresses[1] = (struct ipv4){ { 0 } };
	assert_false(request_make(&presence, TRANSACTION, false, &request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_alone),
		cmocka_unit_test(all_that_fits_into_one),
		cmocka_unit_test(lease_times),
		cmocka_unit_test(no_lease_no_client_identifier),
		cmocka_unit_test(nothing_wakes_it),
		cmocka_unit_test(each_address_speaks_for_itself),
		cmocka_unit_test(each_address_says_whose_backup_it_is),
		cmocka_unit_test(with_a_key_one_speaks_for_all),
		cmocka_unit_test(to_the_last_octet),
		cmocka_unit_test(long_requests),
		cmocka_unit_test(what_cannot_be_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
