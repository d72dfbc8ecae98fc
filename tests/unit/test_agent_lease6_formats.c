// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCPv6 leases of clients' files, as the programs wrote them and by hand; where they are found. */
#include "test.h"

#include <string.h>

#include "support_agent.h"

#define DHCLIENT "dhclient-4.4.3-dhcpv6"
#define DHCPCD "dhcpcd-9.4.1-dhcpv6"

static struct client_lease6 lease;

static bool read_text(lease6_reader *reader, const void *octets, size_t length)
{
	struct lease_file file = { .length = length, .written = WRITTEN, .interface = "eth0" };
	struct octets whole = { .length = 0 };
	struct client_lease6 untouched;
	bool found;

	add(&whole, octets, length);
	ADD(&whole, 0);
	file.octets = (const char *)at_the_edge(whole.at, whole.length);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&lease, &untouched, sizeof(untouched));
	found = reader(&file, &lease);
	if (!found)
		assert_memory_equal(&lease, &untouched, sizeof(untouched));
	return found;
}

TEST(as_clients_write_it)
{
	static const struct {
		const char *name;
		lease6_reader *reader;
		int64_t begun;
		uint32_t iaid;
		struct dhcp6_duid client, server;
	} rows[] = {
		{ DHCLIENT,
		  lease6_from_dhclient,
		  1795935484,
		  0x20,
		  { 14, { 0, 1, 0, 1, 0x32, 0x9e, 0x89, 0x7a, 2, 0, 0, 0, 0, 0x20 } },
		  { 10, { 0, 3, 0, 1, 2, 0, 0, 0, 0, 3 } } },
		{ DHCPCD,
		  lease6_from_dhcpcd,
		  WRITTEN,
		  1,
		  { 14, { 0, 1, 0, 1, 0x32, 0x9e, 0x89, 0x78, 2, 0, 0, 0, 0, 0x20 } },
		  { 10, { 0, 3, 0, 1, 2, 0, 0, 0, 0, 3 } } },
	};
	static const struct ipv6 address = { { 0x20, 1, 0x0d, 0xb8, [14] = 1 } };

	EACH(i, rows)
	{
		const struct octets octets = sample(rows[i].name);

		assert_true(read_text(rows[i].reader, octets.at, octets.length));
		assert_true(lease.begun == rows[i].begun);
		assert_int_equal(lease.lease.iaid, rows[i].iaid);
		assert_int_equal(lease.lease.t1, 900);
		assert_int_equal(lease.lease.t2, 1800);
		assert_memory_equal(&lease.lease.client, &rows[i].client, sizeof(rows->client));
		assert_memory_equal(&lease.lease.server, &rows[i].server, sizeof(rows->server));
		assert_int_equal(lease.lease.address_count, 1);
		assert_memory_equal(&lease.lease.addresses[0].address, &address, sizeof(address));
		assert_int_equal(lease.lease.addresses[0].preferred, 3600);
		assert_int_equal(lease.lease.addresses[0].valid, 3600);
		for (size_t length = 0; length < octets.length - 1; length++)
			assert_false(read_text(rows[i].reader, octets.at, length));
	}
}

/* dhclient.leases(5) */
#define LEASE(content) "lease6 {\n" content "}\n"
#define INTERFACE "  interface \"eth0\";\n"
#define CLIENT "  option dhcp6.client-id 0:3:0:1:2;\n"
#define IA(content) "  ia-na 00:00:00:20 {\n    starts 1000;\n" content "  }\n"
#define ADDRESS(last, valid) \
	"    iaaddr fd00::" last " {\n      starts 1000;\n      max-life " valid ";\n    }\n"
#define WHOLE INTERFACE IA(ADDRESS("1", "60")) CLIENT

/* `last`: octets of its addresses, ended by 0; none: there is no lease. */
TEST(blocks_of_dhclient)
{
	static const struct {
		const char *text;
		uint8_t last[DHCP6_ADDRESSES + 1];
	} rows[] = {
		{ LEASE(WHOLE), { 1 } },
		{ LEASE(INTERFACE IA(ADDRESS("1", "60") ADDRESS("2", "60")) CLIENT), { 1, 2 } },
		{ LEASE(INTERFACE IA(ADDRESS("1", "60"))), { 0 } },
		{ LEASE(IA(ADDRESS("1", "60")) CLIENT), { 0 } },
		{ LEASE(INTERFACE CLIENT), { 0 } },
		{ LEASE(INTERFACE IA("") CLIENT), { 0 } },
		{ "lease6 {\n" WHOLE, { 0 } },
		{ "lease {\n" WHOLE "}\n", { 0 } },
		{ "", { 0 } },
		/* those that are over, and more than there is room for */
		{ LEASE(INTERFACE IA(ADDRESS("1", "0") ADDRESS("2", "60")) CLIENT), { 2 } },
		{ LEASE(INTERFACE IA(ADDRESS("1", "0")) CLIENT), { 0 } },
		{ LEASE(INTERFACE IA(ADDRESS("1", "60") ADDRESS("2", "60") ADDRESS("3", "60")
		                             ADDRESS("4", "60") ADDRESS("5", "0")) CLIENT),
		  { 1, 2, 3, 4 } },
		/* of several associations the first; prefixes are none */
		{ LEASE(INTERFACE IA(ADDRESS("1", "60")) IA(ADDRESS("2", "60")) CLIENT), { 1 } },
		{ LEASE(INTERFACE "ia-pd 1:2:3:4 {\nstarts 7;\nrenew 8;\niaprefix fd00::/64 {\n"
		                  "max-life 0;\n}\n}\n" IA(ADDRESS("1", "60")) CLIENT),
		  { 1 } },
		/* a journal */
		{ LEASE(WHOLE) LEASE(INTERFACE IA(ADDRESS("2", "60")) CLIENT), { 2 } },
		{ LEASE(WHOLE) LEASE("  interface \"eth1\";\n" IA(ADDRESS("2", "60")) CLIENT),
		  { 1 } },
		{ LEASE(WHOLE) LEASE(INTERFACE), { 0 } },
		{ LEASE(WHOLE) "lease6 {\n" INTERFACE IA(ADDRESS("2", "60")), { 1 } },
		{ "}\n}\n" LEASE(WHOLE) "}\n", { 1 } },
		/* malformed */
		{ LEASE(INTERFACE IA("iaaddr nas {\nmax-life 60;\n}\n") CLIENT), { 0 } },
		{ LEASE(INTERFACE IA("iaaddr {\nmax-life 60;\n}\n") CLIENT), { 0 } },
		{ LEASE(INTERFACE IA("iaaddr fe80::1 {\nmax-life 60;\n}\n") CLIENT), { 0 } },
		{ LEASE(INTERFACE "ia-na {\nstarts 1;\n" ADDRESS("1", "60") "}\n" CLIENT), { 0 } },
		{ LEASE(INTERFACE "ia-na 1:2 {\nstarts 1;\n" ADDRESS("1", "60") "}\n" CLIENT),
		  { 0 } },
		{ LEASE(INTERFACE "ia-na 1:2:3:4 {\n"
		                  "}\n" CLIENT),
		  { 0 } },
		{ LEASE(INTERFACE IA("renew 9;\nrebind 8;\n" ADDRESS("1", "60")) CLIENT), { 0 } },
		{ LEASE(INTERFACE IA("renew soon;\n" ADDRESS("1", "60")) CLIENT), { 0 } },
		{ LEASE(INTERFACE IA("starts soon;\n" ADDRESS("1", "60")) CLIENT), { 0 } },
		{ LEASE(INTERFACE IA(ADDRESS("1", "4294967296")) CLIENT), { 0 } },
		{ LEASE(INTERFACE IA(ADDRESS("1", "60")) "option dhcp6.client-id 0:3;\n"), { 0 } },
		{ LEASE(WHOLE "option dhcp6.server-id 0:3;\n"), { 0 } },
	};

	EACH(i, rows)
	{
		const char *text = rows[i].text;

		if (read_text(lease6_from_dhclient, text, strlen(text)) != !!rows[i].last[0])
			fail_msg("%s is %s", text, rows[i].last[0] ? "refused" : "accepted");
		for (size_t at = 0; rows[i].last[at]; at++)
			assert_int_equal(lease.lease.addresses[at].address.octet[15],
			                 rows[i].last[at]);
		if (rows[i].last[0])
			assert_int_equal(lease.lease.address_count,
			                 strlen((const char *)rows[i].last));
	}
}

/* An identifier that is all letters, times without an end; the oldest start. */
TEST(how_dhclient_writes_values)
{
	static const char text[] =
		LEASE(INTERFACE "ia-na \"nas1\" {\nstarts 1000;\nrenew -1;\nrebind 4294967295;\n"
	                        "iaaddr fd00::1 {\nstarts 900;\npreferred-life 4294967295;\n"
	                        "max-life 4294967295;\n}\n" ADDRESS(
					"2", "60") "}\noption dhcp6.client-id \"duid\";\n");

	assert_true(read_text(lease6_from_dhclient, text, strlen(text)));
	assert_int_equal(lease.lease.iaid, 0x6e617331);
	assert_int_equal(lease.lease.t1, DHCP_INFINITE);
	assert_int_equal(lease.lease.t2, DHCP_INFINITE);
	assert_int_equal(lease.lease.addresses[0].preferred, DHCP_INFINITE);
	assert_int_equal(lease.lease.client.length, 4);
	assert_int_equal(lease.lease.server.length, 0);
	assert_true(lease.begun == 900);
}

/* Where the status code is in the IA_NA, and the lifetime of its address. */
TEST(replies_that_grant_nothing)
{
	struct octets octets = sample(DHCPCD);

	octets.at[octets.length - 1] = octets.at[octets.length - 2] = 0;
	memset(octets.at + octets.length - 8, 0, 8);
	assert_false(read_text(lease6_from_dhcpcd, octets.at, octets.length));
	octets = sample(DHCPCD);
	octets.at[0] = DHCP6_ADVERTISE;
	assert_false(read_text(lease6_from_dhcpcd, octets.at, octets.length));
	octets = sample(DHCPCD);
	ADD(&octets, 0, 13, 0, 2, 0, DHCP6_UNSPEC_FAIL);
	assert_false(read_text(lease6_from_dhcpcd, octets.at, octets.length));
}

static struct system_info found;

static bool finds(uint8_t last)
{
	found = (struct system_info){
		.iface = { .name = "eth0", .ifindex = 2 },
		.addresses = { .list = { { .address = { { 0x20, 1, 0x0d, 0xb8, [14] = last } } } },
		               .count = 1 },
	};
	lease_files_find(root, &found);
	return found.has_lease6 && found.lease6.lease.address_count == 1;
}

TEST_WITH(path_of_each_client, make_root, remove_directory)
{
	static const struct {
		const char *path, *name;
	} rows[] = {
		{ "/var/lib/dhcp/dhclient6.leases", DHCLIENT },
		{ "/var/lib/dhcp/dhclient6.eth0.leases", DHCLIENT },
		{ "/var/lib/dhclient/dhclient6.leases", DHCLIENT },
		{ "/var/lib/NetworkManager/dhclient6-1234-eth0.lease", DHCLIENT },
		{ "/var/lib/dhcpcd/eth0.lease6", DHCPCD },
		{ "/var/lib/dhcpcd/eth0-some network.lease6", DHCPCD },
		{ "/var/db/dhcpcd/eth0.lease6", DHCPCD },
		{ "/var/db/dhcpcd/eth0-some network.lease6", DHCPCD },
	};

	EACH(i, rows)
	{
		const struct octets octets = sample(rows[i].name);

		write_at(rows[i].path, octets.at, octets.length);
		assert_true(finds(1));
		assert_false(finds(2));
		unlink(place(rows[i].path));
		assert_false(finds(1));
	}
}

/* dhclient's lease began after dhcpcd's; an older one did not. */
TEST_WITH(newest_of_one_address, make_root, remove_directory)
{
	static const char older[] =
		LEASE(INTERFACE "ia-na 9:9:9:9 {\n  starts 1000;\n  iaaddr 2001:db8::100 {\n"
	                        "max-life 60;\n}\n}\n" CLIENT);
	const struct octets dhclient = sample(DHCLIENT), dhcpcd = sample(DHCPCD);

	write_at("/var/lib/dhcpcd/eth0.lease6", dhcpcd.at, dhcpcd.length);
	write_at("/var/lib/dhcp/dhclient6.leases", dhclient.at, dhclient.length);
	assert_true(finds(1));
	assert_int_equal(found.lease6.lease.iaid, 0x20);
	write_at("/var/lib/dhcp/dhclient6.leases", older, strlen(older));
	assert_true(finds(1));
	assert_int_equal(found.lease6.lease.iaid, 1);
}
