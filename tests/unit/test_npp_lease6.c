// SPDX-License-Identifier: GPL-2.0-or-later
/* A DHCPv6 lease in a Sleep Request: what is in it, and what nobody has. */
#include "test.h"

#include <string.h>

#include "support_npp.h"

static const struct dhcp6_lease valid = {
	.client = { 10, { 0, 3, 0, 1, 2, 0, 0, 0, 0, 0x20 } },
	.server = { 3, { 0, 3, 9 } },
	.iaid = 0x01020304,
	.t1 = 900,
	.t2 = 1800,
	.address_count = 2,
	.addresses = { { { { 0x20, 1, 0x0d, 0xb8, [15] = 1 } }, 2700, 3600 },
	               { { { 0xfd, [15] = 2 } }, DHCP_INFINITE, DHCP_INFINITE } },
};

static struct npp_message message_with(const struct dhcp6_lease *lease)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request.has_lease6 = true;
	message.request.lease6 = *lease;
	return message;
}

static size_t put(const struct dhcp6_lease *lease, uint8_t octets[NPP_MESSAGE_MAX])
{
	const struct npp_message message = message_with(lease);

	return npp_message_write(&message, NPP_ICMP_TYPE, octets);
}

TEST(its_octets)
{
	/* clang-format off */
	static const uint8_t expected[] = {
		3, 76, 0x87, 1, 2, 3, 4, 0, 0, 3, 0x84, 0, 0, 7, 8,
		10, 0, 3, 0, 1, 2, 0, 0, 0, 0, 0x20, 3, 0, 3, 9,
		0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0, 0, 0x0a, 0x8c, 0, 0, 0x0e, 0x10,
		0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	/* clang-format on */
	uint8_t octets[NPP_MESSAGE_MAX];
	struct npp_message message;
	size_t length = put(&valid, octets);

	assert_int_equal(length, HEADER + sizeof(expected));
	assert_memory_equal(octets + HEADER, expected, sizeof(expected));
	assert_int_equal(read_octets(octets, length, &message), NPP_PARSE_ERROR_NONE);
	assert_true(message.request.has_lease6);
	assert_memory_equal(&message.request.lease6, &valid, sizeof(valid));
}

/* RFC 8415, 11.1; and an option has no more than 255 octets. */
TEST(lengths_of_duids)
{
	static const struct {
		uint8_t client, server, addresses;
		bool is_valid;
	} rows[] = {
		{ 3, 3, 1, true },    { 3, 0, 1, true },    { 130, 0, 4, true },
		{ 130, 84, 1, true }, { 84, 130, 1, true }, { 130, 85, 1, false },
		{ 0, 3, 1, false },   { 2, 3, 1, false },   { 3, 1, 1, false },
		{ 3, 2, 1, false },   { 131, 0, 1, false }, { 3, 131, 1, false },
		{ 3, 3, 0, false },
	};

	EACH(i, rows)
	{
		struct dhcp6_lease lease = valid;
		uint8_t octets[NPP_MESSAGE_MAX];
		struct npp_message message;
		size_t length;

		lease.client.length = rows[i].client;
		lease.server.length = rows[i].server;
		lease.address_count = rows[i].addresses;
		for (uint8_t at = 0; at < DHCP6_ADDRESSES; at++)
			lease.addresses[at] =
				(struct dhcp6_address){ { { 0xfd, [15] = at } }, 0, 0 };
		length = put(&lease, octets);
		assert_int_equal(length != 0, rows[i].is_valid);
		if (!length)
			continue;
		assert_int_equal(read_octets(octets, length, &message), NPP_PARSE_ERROR_NONE);
		assert_int_equal(message.request.lease6.client.length, rows[i].client);
		assert_int_equal(message.request.lease6.server.length, rows[i].server);
	}
}

/* Where an octet is in the option, and what it must not be. */
TEST(what_nobody_has)
{
	static const struct {
		const char *shows;
		uint8_t at, octet;
	} rows[] = {
		{ "T1 after T2", 7, 0xff },
		{ "no DUID", 15, 0 },
		{ "a DUID of a type alone", 15, 2 },
		{ "a long DUID", 15, 131 },
		{ "a DUID that is cut", 15, 78 },
		{ "a server's DUID of a type alone", 26, 2 },
		{ "a server's DUID that is cut", 26, 130 },
		{ "a link-local address", 54, 0xfe },
		{ "a group's address", 54, 0xff },
		{ "preferred for longer than valid", 48, 0xff },
	};
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = put(&valid, octets);

	EACH_SHOWN(i, rows)
	{
		struct octets changed = header_of(NPP_SLEEP_REQUEST);

		add(&changed, octets + HEADER, length - HEADER);
		changed.at[HEADER + rows[i].at] = rows[i].octet;
		assert_int_equal(error_of(&changed), NPP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(no_address_twice)
{
	struct dhcp6_lease lease = valid;
	uint8_t octets[NPP_MESSAGE_MAX];

	lease.addresses[1] = lease.addresses[0];
	assert_int_equal(put(&lease, octets), 0);
}

TEST(no_more_than_four_addresses)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	ADD(&octets, 3, 18 + 5 * 24, NPP_REQUEST_DHCP6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
	ADD(&octets, 3, 0, 3, 1, 0);
	for (uint8_t last = 0; last < 5; last++) {
		ADD(&octets, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);
		ADD(&octets, 0, 0, 0, 0, 0, 0, 0, 0);
	}
	assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
}
