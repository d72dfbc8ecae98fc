// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Host info as Sleep Requests: each part fits into a message, together they have everything once,
 * and the addresses come first.
 */
#include "test.h"

#include <stdbool.h>
#include <stdio.h>

#include "agent/sleep_request.h"
#include "support_agent.h"

enum { TRANSACTION = 0x1234 };

static struct sleep_request request;

static void make(const struct host_info *host_info, bool is_signed)
{
	memset(&request, 0xa5, sizeof(request));
	assert_true(sleep_request_make(host_info, TRANSACTION, is_signed, &request));
	for (size_t i = 0; i < request.count; i++) {
		struct npp_message message = request.parts[i].message, read;
		uint8_t octets[NPP_MESSAGE_MAX];
		const size_t length = npp_message_write(&message, NPP_ICMP_TYPE, octets);

		assert_in_range(length, sizeof(struct npp_header) + 1,
		                sizeof(struct npp_header) + NPP_OPTIONS_MAX);
		assert_int_equal(npp_message_read(octets, length, NPP_ICMP_TYPE, &read),
		                 NPP_PARSE_ERROR_NONE);
		assert_int_equal(message.transaction, TRANSACTION);
		assert_int_equal(message.subtype, NPP_SLEEP_REQUEST);
		assert_int_equal(message.code, NPP_SUCCESS);
		assert_int_equal(message.authenticated, is_signed);
	}
}

static const struct npp_request *part(size_t index)
{
	assert_true(index < request.count);
	return &request.parts[index].message.request;
}

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsprintf(text + strlen(text), format, values);
	va_end(values);
}

/* Of addresses the last octet; of what the part does not have nothing. */
static void append_part(char *text, const struct sleep_request_part *sent)
{
	const struct npp_request *it = &sent->message.request;

	append(text, "from %u:", sent->source.octet[3]);
	for (size_t i = 0; i < it->pair_count; i++) {
		assert_memory_equal(&it->pairs[i].mac, &host_mac, sizeof(host_mac));
		append(text, " %u", it->pairs[i].address.octet[3]);
	}
	if (it->has_lease)
		append(text, " lease %u of %u by %u", it->lease_left, it->lease_total,
		       it->lease_server.octet[3]);
	for (size_t i = 0; i < it->client_id_length; i++)
		append(text, " id %u", it->client_id[i]);
	if (*it->hostname)
		append(text, " %s", it->hostname);
	if (it->timer)
		append(text, " timer %u", it->timer);
	if (it->lifetime)
		append(text, " lifetime %u", it->lifetime);
	if (it->has_ports)
		append(text, " ports");
	for (size_t i = 0; i < it->port_count; i++)
		append(text, " %u/%u", it->ports[i].protocol, it->ports[i].port);
	for (size_t i = 0; i < it->address6_count; i++)
		append(text, " v6 %u", it->addresses6[i].octet[15]);
	if (it->has_lease6)
		append(text, " lease of v6 %u", it->lease6.addresses[0].address.octet[15]);
	if (it->backup_of.octet[0])
		append(text, " backup of %u", it->backup_of.octet[3]);
}

static void assert_request(const struct host_info *host_info, bool is_signed, const char *expected)
{
	char text[4096] = "";

	make(host_info, is_signed);
	for (size_t i = 0; i < request.count; i++) {
		append(text, i ? "\n" : "");
		append_part(text, &request.parts[i]);
	}
	assert_string_equal(text, expected);
}

TEST(an_address_alone)
{
	struct host_info host_info = some_host_info(1);

	assert_request(&host_info, false, "from 20: 20");
	host_info.has_ports = true;
	assert_request(&host_info, false, "from 20: 20 ports");
	/* without a lease it is not sent */
	host_info.lease.client_id.length = 3;
	assert_request(&host_info, false, "from 20: 20 ports");
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
	host_info.lifetime = 86400;
	host_info.has_ports = true;
	host_info.wake = (struct wake_ports){ .ports = { { IPPROTO_TCP, 22 } }, .count = 1 };
	add_address6(&host_info, 1);
	host_info.backup_of = lan_address(1);
	assert_request(
		&host_info, false,
		"from 20: 20 lease 1800 of 3600 by 3 id 1 id 2 id 3 nas timer 28800 lifetime 86400 "
		"ports 6/22 v6 1 backup of 1");
}

/* Of each address in its own part; signed, of all in one. */
TEST(several_addresses)
{
	struct host_info host_info = some_host_info(3);

	strcpy(host_info.hostname, "nas");
	/* else the backup would find the first proxy answering for it */
	host_info.backup_of = lan_address(1);
	assert_request(&host_info, false,
	               "from 20: 20 nas backup of 1\nfrom 21: 21 backup of 1\n"
	               "from 22: 22 backup of 1");
	assert_request(&host_info, true, "from 20: 20 21 22 nas backup of 1");
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
		assert_int_equal(part(0)->lease_total, rows[i].sent_total);
		assert_int_equal(part(0)->lease_left, rows[i].sent_left);
	}
}

static struct host_info with_ports(size_t count, size_t addresses)
{
	struct host_info host_info = some_host_info(addresses);

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
		const struct host_info host_info = with_ports(rows[i].ports, 1);

		make(&host_info, rows[i].is_signed);
		assert_int_equal(request.count, rows[i].parts);
	}
	assert_int_equal(part(1)->port_count, 1);
	assert_int_equal(part(1)->pair_count, 0);
}

static struct host_info as_much_as_there_may_be(void)
{
	struct host_info host_info = with_ports(WAKE_PORTS, IFACE_IPV4);

	host_info.has_lease = true;
	host_info.lease = (struct client_lease){ .total = 60,
		                                 .left = 60,
		                                 .client_id = { .length = NPP_CLIENT_ID } };
	memset(host_info.lease.client_id.data, 0xab, NPP_CLIENT_ID);
	memset(host_info.hostname, 'n', NPP_HOSTNAME - 1);
	host_info.timer = UINT32_MAX;
	host_info.backup_of = lan_address(1);
	for (uint8_t i = 0; i < HOST_ADDRESSES - IFACE_IPV4; i++)
		add_address6(&host_info, i + 1);
	host_info.has_lease6 = true;
	host_info.lease6 = (struct dhcp6_lease){ .client.length = DHCP6_DUID_MAX,
		                                 .address_count = 2,
		                                 .addresses = { { lan_address6(1), 1, 2 },
		                                                { lan_address6(2), 1, 2 } } };
	return host_info;
}

/* Everything once and in order; the addresses first, and a lease of DHCPv6 after its own. */
static void check_all_of_it(size_t pairs_first)
{
	size_t pairs = 0, leases = 0, ids = 0, names = 0, timers = 0, ports = 0, addresses6 = 0;
	size_t leases6 = 0;

	assert_int_equal(part(0)->pair_count, pairs_first);
	assert_address(part(0)->backup_of, 1);
	for (size_t i = 0; i < request.count; i++) {
		const struct npp_request *it = part(i);

		pairs += it->pair_count;
		leases += it->has_lease;
		ids += it->client_id_length == NPP_CLIENT_ID;
		names += *it->hostname != '\0';
		timers += it->timer == UINT32_MAX;
		for (size_t j = 0; j < it->port_count; j++)
			assert_int_equal(it->ports[j].port, 1000 + ports++);
		for (size_t j = 0; j < it->address6_count; j++)
			assert_int_equal(it->addresses6[j].octet[15], ++addresses6);
		leases6 += it->has_lease6 && addresses6 == HOST_ADDRESSES - IFACE_IPV4;
	}
	assert_int_equal(pairs, IFACE_IPV4);
	assert_true(leases == 1 && leases6 == 1 && ids == 1 && names == 1 && timers == 1);
	assert_int_equal(ports, WAKE_PORTS);
	assert_int_equal(addresses6, HOST_ADDRESSES - IFACE_IPV4);
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
	assert_in_range(of_the_first, 3, 5);
	make(&host_info, true);
	check_all_of_it(IFACE_IPV4);
	assert_in_range(request.count, 4, 6);
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
