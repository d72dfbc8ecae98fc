// SPDX-License-Identifier: GPL-2.0-or-later
/* dhclient.leases(5), written by dhclient and made up. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_lease_file.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

#define INTERFACE "  interface \"eth0\";\n"
#define ADDRESS "  fixed-address 192.0.2.20;\n"
#define SERVER "  option dhcp-server-identifier 192.0.2.3;\n"
#define TOTAL "  option dhcp-lease-time 3600;\n"
#define EXPIRE "  expire 1 2026/11/23 12:07:15;\n"
#define LEASE(content) "lease {\n" content "}\n"
#define WHOLE INTERFACE ADDRESS SERVER TOTAL EXPIRE

enum { ENDS = 1795435635 };

static bool reads(const char *text, struct client_lease *lease)
{
	return read_text(lease_from_dhclient, text, lease);
}

static struct client_lease lease_in(const char *text)
{
	struct client_lease lease;

	assert_true(reads(text, &lease));
	return lease;
}

static void assert_none(const char *text)
{
	struct client_lease lease;

	assert_false(reads(text, &lease));
}

static struct client_lease lease_of(const char *sample, const char *interface)
{
	struct client_lease lease;

	assert_true(read_sample(lease_from_dhclient, sample, interface, &lease));
	assert_true(lease.dated);
	return lease;
}

TEST(real_files)
{
	struct client_lease lease = lease_of("dhclient-4.4.3-kea-text-id", "eth0");

	assert_lease(&lease, 100, 3600, ENDS - 1 - 3600);
	assert_id(&lease, "hello", 5);
	lease = lease_of("dhclient-4.4.3-kea-octets-id", "eth0");
	assert_lease(&lease, 101, 3600, ENDS - 3600);
	assert_id(&lease, OCTETS(0x01, 0xff, 0x22, 0x5c, 0x0a));
	lease = lease_of("dhclient-4.4.3-epoch", "eth0"); /* db-time-format local */
	assert_lease(&lease, 102, 3600, ENDS - 3600);
	assert_id(&lease, NULL, 0);
	lease = lease_of("dhclient-4.4.3-infinite", "eth0"); /* it ends in 2162 */
	assert_lease(&lease, 106, DHCP_INFINITE, 1795432039);
}

TEST(last_lease_of_interface)
{
	static const char name[] = "dhclient-4.4.3-two-interfaces";
	struct client_lease lease = lease_of(name, "eth0");

	assert_lease(&lease, 101, 30, 1795432157 - 30);
	lease = lease_of(name, "eth1");
	assert_lease(&lease, 100, 26, 1795432155 - 26);
	assert_false(read_sample(lease_from_dhclient, name, "eth", &lease));
	assert_false(read_sample(lease_from_dhclient, name, "eth00", &lease));
	assert_false(read_sample(lease_from_dhclient, name, "", &lease));
}

TEST(missing_statements)
{
	const struct client_lease lease = lease_in(LEASE(WHOLE));

	assert_lease(&lease, 20, 3600, ENDS - 3600);
	assert_none(LEASE(ADDRESS SERVER TOTAL EXPIRE));
	assert_none(LEASE(INTERFACE SERVER TOTAL EXPIRE));
	assert_none(LEASE(INTERFACE ADDRESS TOTAL EXPIRE));
	assert_none(LEASE(INTERFACE ADDRESS SERVER EXPIRE));
	assert_none(LEASE(INTERFACE ADDRESS SERVER TOTAL));
	assert_none("");
}

TEST(statements)
{
	static const struct {
		const char *text;
		bool read;
	} rows[] = {
		{ LEASE(WHOLE "fixed-address 192.0.2;\n"), false },
		{ LEASE(WHOLE "fixed-address 0.0.0.0;\n"), false },
		{ LEASE(WHOLE "option dhcp-server-identifier nas;\n"), false },
		{ LEASE(WHOLE "option dhcp-lease-time 0;\n"), false },
		{ LEASE(WHOLE "option dhcp-lease-time 4294967296;\n"), false },
		{ LEASE(WHOLE "expire soon;\n"), false },
		{ LEASE(WHOLE "expire 1 2026/11/23;\n"), false },
		{ LEASE(WHOLE "expire 1 2026/13/23 12:07:15;\n"), false },
		{ LEASE(WHOLE "expire 1 1969/11/23 12:07:15;\n"), false },
		{ LEASE(WHOLE "expire epoch 0;\n"), false },
		{ LEASE(WHOLE "expire epoch 253402300800;\n"), false },
		{ LEASE(WHOLE "expire epoch 1795435635;\n"), true },
		/* not readable: as good as not there */
		{ LEASE(WHOLE "option dhcp-client-identifier \"\\001\";\n"), true },
		{ LEASE(WHOLE "option dhcp-client-identifier \"nas;\n"), true },
		/* what is none of its blocks */
		{ "default-duid \"\\000\\001}{;\\\"#\";\n" LEASE(WHOLE), true },
		{ LEASE(WHOLE) "lease6 {\n" WHOLE "fixed-address 192.0.2.21;\n}\n", true },
		{ LEASE(WHOLE) "alias {\n" INTERFACE "fixed-address 192.0.2.21;\n}\n", true },
		{ LEASE(WHOLE "option domain-name \"} lease { interface \\\"eth0\\\"; \";\n"),
		  true },
		{ LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n", true },
	};

	EACH(i, rows)
	{
		struct client_lease lease;

		assert_true(reads(rows[i].text, &lease) == rows[i].read);
		if (!rows[i].read)
			continue;
		assert_lease(&lease, 20, 3600, ENDS - 3600);
		assert_id(&lease, NULL, 0);
	}
}

TEST(identifiers)
{
	static const struct {
		const char *text;
		size_t length;
	} rows[] = {
		{ "\"hello\"", 5 },   { "68:65:6c:6c:6f", 5 }, { "\"h\\e\\llo\"", 5 },
		{ "68:65:", 0 },      { "hello", 0 },          { "\"\"", 0 },
		{ "\"hello\" 1", 0 },
	};
	struct client_lease lease;
	char text[512];

	EACH(i, rows)
	{
		snprintf(text, sizeof(text), LEASE(WHOLE "option dhcp-client-identifier %s;\n"),
		         rows[i].text);
		lease = lease_in(text);
		assert_id(&lease, "hello", rows[i].length);
	}
}

TEST(never)
{
	const struct client_lease lease =
		lease_in(LEASE(INTERFACE ADDRESS SERVER TOTAL "expire never;\n"));

	assert_lease(&lease, 20, DHCP_INFINITE, WRITTEN);
}

TEST(journal)
{
	struct client_lease lease = lease_in(LEASE(WHOLE) LEASE(
		WHOLE "option dhcp-lease-time 60;\n") LEASE("interface \"eth1\";\n"));

	assert_lease(&lease, 20, 60, ENDS - 60);
	assert_none(LEASE(WHOLE) LEASE(INTERFACE));
	/* dhclient ignores an incomplete lease */
	lease = lease_in(LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n" SERVER);
	assert_lease(&lease, 20, 3600, ENDS - 3600);
}

TEST(truncated)
{
	static const char text[] = LEASE(WHOLE) LEASE(WHOLE "option dhcp-lease-time 60;\n");
	const size_t first = strlen(LEASE(WHOLE)), second = strlen(text);
	struct client_lease lease;

	for (size_t length = 0; length <= second; length++) {
		const bool found = read_part(lease_from_dhclient, text, length, "eth0", &lease);

		/* but for the newline at its end */
		assert_true(found == (length >= first - 1));
		if (found)
			assert_int_equal(lease.total, length >= second - 1 ? 60 : 3600);
	}
}
