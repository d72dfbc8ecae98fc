// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Host info as Sleep Requests: each part fits into a message, together they have everything once,
 * and the addresses come first.
 */
#include "test.h"

#include <stdbool.h>

#include "agent/sleep_request.h"
#include "support_agent.h"

enum { TRANSACTION = 0x1234 };

static struct sleep_request request;

/* The octets of a part's options. */
static size_t options_of(const struct sleep_request_part *part)
{
	struct npp_message message = part->message, read;
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = npp_message_write(&message, NPP_ICMP_TYPE, octets);

	assert_true(length > sizeof(struct npp_header));
	assert_int_equal(npp_message_read(octets, length, NPP_ICMP_TYPE, &read),
	                 NPP_PARSE_ERROR_NONE);
	return length - sizeof(struct npp_header);
}

static void make(const struct host_info *host_info, bool is_signed)
{
	memset(&request, 0xa5, sizeof(request));
	assert_true(sleep_request_make(host_info, TRANSACTION, is_signed, &request));
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

TEST(single_address)
{
	const struct host_info host_info = some_host_info(1);

	make(&host_info, false);
	assert_int_equal(request.count, 1);
	assert_address(request.parts[0].source, 20);
	assert_int_equal(part(0)->pair_count, 1);
	assert_memory_equal(&part(0)->pairs[0].mac, &host_mac, sizeof(host_mac));
	assert_address(part(0)->pairs[0].address, 20);
	assert_int_equal(options_of(&request.parts[0]), 20);
	assert_false(part(0)->has_lease || part(0)->has_ports || part(0)->timer);
}

TEST(single_part)
{
	struct host_info host_info = some_host_info(1);

	host_info.has_lease = true;
	host_info.lease = (struct client_lease){
		.server = lan_address(3),
		.total = 3600,
		.left = 1800,
		.client_id = { 3, { 1, 2, 3 } },
	};
	strcpy(host_info.hostname, "nas");
	host_info.timer = 28800;
	host_info.has_ports = true;
	host_info.wake = (struct wake_ports){ .ports = { { IPPROTO_TCP, 22 } }, .count = 1 };
	add_address6(&host_info, 1);
	host_info.backup_of = lan_address(1);
	make(&host_info, false);
	assert_int_equal(request.count, 1);
	assert_int_equal(part(0)->lease_total, 3600);
	assert_int_equal(part(0)->lease_left, 1800);
	assert_address(part(0)->lease_server, 3);
	assert_int_equal(part(0)->client_id_length, 3);
	assert_memory_equal(part(0)->client_id, host_info.lease.client_id.data, 3);
	assert_string_equal(part(0)->hostname, "nas");
	assert_int_equal(part(0)->timer, 28800);
	assert_int_equal(part(0)->port_count, 1);
	assert_int_equal(part(0)->address6_count, 1);
	assert_address(part(0)->backup_of, 1);
}

TEST(lease_times)
{
	static const struct {
		uint32_t total, left;
		uint16_t sent_total, sent_left;
	} rows[] = {
		{ 60, 30, 60, 30 },
		{ 65534, 65534, 65534, 65534 },
		{ 65535, 65534, 65535, 65534 },
		{ 86400, 3600, 65535, 3600 },
		{ 86400, 65536, 65535, 65535 },
		{ DHCP_INFINITE, DHCP_INFINITE, 65535, 65535 },
		{ DHCP_INFINITE, 3600, 65535, 3600 },
		/* more than the total: a message with that is refused */
		{ 60, 61, 60, 60 },
	};

	EACH(i, rows)
	{
		struct host_info host_info = some_host_info(1);

		host_info.has_lease = true;
		host_info.lease.total = rows[i].total;
		host_info.lease.left = rows[i].left;
		make(&host_info, false);
		assert_true(part(0)->has_lease);
		assert_int_equal(part(0)->lease_total, rows[i].sent_total);
		assert_int_equal(part(0)->lease_left, rows[i].sent_left);
		assert_int_equal(part(0)->client_id_length, 0);
	}
}

/* Without a lease it is not sent. */
TEST(client_identifier_needs_lease)
{
	struct host_info host_info = some_host_info(1);

	host_info.lease.client_id.length = 3;
	make(&host_info, false);
	assert_false(part(0)->has_lease);
	assert_int_equal(part(0)->client_id_length, 0);
}

TEST(no_wake_ports)
{
	struct host_info host_info = some_host_info(1);

	host_info.has_ports = true;
	make(&host_info, false);
	assert_true(part(0)->has_ports);
	assert_int_equal(part(0)->port_count, 0);
}

TEST(unsigned_addresses)
{
	struct host_info host_info = some_host_info(IFACE_IPV4);

	strcpy(host_info.hostname, "nas");
	make(&host_info, false);
	assert_int_equal(request.count, IFACE_IPV4);
	for (uint8_t i = 0; i < IFACE_IPV4; i++) {
		assert_address(request.parts[i].source, 20 + i);
		assert_int_equal(part(i)->pair_count, 1);
		assert_address(part(i)->pairs[0].address, 20 + i);
		assert_string_equal(part(i)->hostname, i ? "" : "nas");
	}
}

/* Else the backup would find the first proxy answering for it. */
TEST(backup_in_each_part)
{
	struct host_info host_info = some_host_info(3);

	host_info.backup_of = lan_address(1);
	make(&host_info, false);
	assert_int_equal(request.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_address(part(i)->backup_of, 1);
}

TEST(signed_addresses)
{
	const struct host_info host_info = some_host_info(IFACE_IPV4);

	make(&host_info, true);
	assert_int_equal(request.count, 1);
	assert_address(request.parts[0].source, 20);
	assert_int_equal(part(0)->pair_count, IFACE_IPV4);
	for (uint8_t i = 0; i < IFACE_IPV4; i++)
		assert_address(part(0)->pairs[i].address, 20 + i);
	/* 10, and 10 for each, and option 128 */
	assert_int_equal(options_of(&request.parts[0]), 10 + 10 * IFACE_IPV4 + 51);
}

static struct host_info with_ports(size_t count)
{
	struct host_info host_info = some_host_info(1);

	host_info.has_ports = true;
	host_info.wake.count = count;
	for (size_t i = 0; i < count; i++)
		host_info.wake.ports[i] = (struct wake_port){ IPPROTO_TCP, (uint16_t)(1000 + i) };
	return host_info;
}

/* 255 octets: an address takes 20 of them, ports 3 and 4 each, option 128 51 of them. */
TEST(part_limit)
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

	EACH(i, rows)
	{
		const struct host_info host_info = with_ports(rows[i].ports);

		make(&host_info, rows[i].is_signed);
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

static struct host_info as_much_as_there_may_be(void)
{
	struct host_info host_info = with_ports(WAKE_PORTS);

	host_info.has_lease = true;
	host_info.lease = (struct client_lease){ .total = 60,
		                                 .left = 60,
		                                 .client_id = { .length = NPP_CLIENT_ID } };
	memset(host_info.lease.client_id.data, 0xab, NPP_CLIENT_ID);
	memset(host_info.hostname, 'n', NPP_HOSTNAME - 1);
	host_info.timer = UINT32_MAX;
	host_info.backup_of = lan_address(1);
	host_info.ipv4_count = host_info.address_count = IFACE_IPV4;
	for (uint8_t i = 0; i < IFACE_IPV4; i++)
		host_info.addresses[i] = ipv4_mapped(lan_address(20 + i));
	for (uint8_t i = 0; i < IFACE_IPV6; i++)
		add_address6(&host_info, i + 1);
	return host_info;
}

/* Everything once and in order; the addresses first, and each part from the right source. */
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
	assert_int_equal(pairs, IFACE_IPV4);
	assert_int_equal(leases, 1);
	assert_int_equal(ids, 1);
	assert_int_equal(names, 1);
	assert_int_equal(timers, 1);
	assert_int_equal(count_ports(1000), WAKE_PORTS);
	assert_int_equal(count_addresses6(), IFACE_IPV6);
}

TEST(long_requests)
{
	const struct host_info host_info = as_much_as_there_may_be();
	size_t of_the_first = 0;

	make(&host_info, false);
	check_all_of_it(1);
	while (request.parts[of_the_first].source.octet[3] == 20)
		of_the_first++;
	assert_int_equal(request.count, of_the_first + IFACE_IPV4 - 1);
	assert_in_range(of_the_first, 4, 6);
	make(&host_info, true);
	check_all_of_it(IFACE_IPV4);
	assert_in_range(request.count, 5, 7);
	for (size_t i = 0; i < request.count; i++)
		assert_address(request.parts[i].source, 20);
}

TEST(what_does_not_fit)
{
	struct host_info host_info = some_host_info(0);

	assert_false(sleep_request_make(&host_info, TRANSACTION, false, &request));
	host_info = some_host_info(1);
	host_info.mac = (struct mac){ { 0 } };
	assert_false(sleep_request_make(&host_info, TRANSACTION, false, &request));
	host_info = some_host_info(1);
	strcpy(host_info.hostname, "n s");
	assert_false(sleep_request_make(&host_info, TRANSACTION, false, &request));
	host_info = some_host_info(2);
	host_info.addresses[1] = ipv4_mapped((struct ipv4){ { 0 } });
	assert_false(sleep_request_make(&host_info, TRANSACTION, false, &request));
}
