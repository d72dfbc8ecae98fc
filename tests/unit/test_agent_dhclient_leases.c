// SPDX-License-Identifier: GPL-2.0-or-later
/* dhclient.leases(5), made up. Those that dhclient wrote: test_agent_lease_formats.c. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_lease_file.h"

#define INTERFACE "  interface \"eth0\";\n"
#define ADDRESS "  fixed-address 192.0.2.20;\n"
#define SERVER "  option dhcp-server-identifier 192.0.2.3;\n"
#define TOTAL "  option dhcp-lease-time 3600;\n"
#define EXPIRE "  expire 1 2026/11/23 12:07:15;\n"
#define LEASE(content) "lease {\n" content "}\n"
#define WHOLE INTERFACE ADDRESS SERVER TOTAL EXPIRE

enum { ENDS = 1795435635, BEGUN = ENDS - 3600 };

#define NONE 0, 0, 0
#define FOUND 20, 3600, BEGUN

TEST(statements)
{
	static const struct lease_text texts[] = {
		{ LEASE(WHOLE), FOUND },
		{ LEASE(ADDRESS SERVER TOTAL EXPIRE), NONE },
		{ LEASE(INTERFACE SERVER TOTAL EXPIRE), NONE },
		{ LEASE(INTERFACE ADDRESS TOTAL EXPIRE), NONE },
		{ LEASE(INTERFACE ADDRESS SERVER EXPIRE), NONE },
		{ LEASE(INTERFACE ADDRESS SERVER TOTAL), NONE },
		{ "", NONE },
		{ LEASE(WHOLE "fixed-address 192.0.2;\n"), NONE },
		{ LEASE(WHOLE "fixed-address 0.0.0.0;\n"), NONE },
		{ LEASE(WHOLE "option dhcp-server-identifier nas;\n"), NONE },
		{ LEASE(WHOLE "option dhcp-lease-time 0;\n"), NONE },
		{ LEASE(WHOLE "option dhcp-lease-time 4294967296;\n"), NONE },
		{ LEASE(WHOLE "expire soon;\n"), NONE },
		{ LEASE(WHOLE "expire 1 2026/11/23;\n"), NONE },
		{ LEASE(WHOLE "expire 1 2026/13/23 12:07:15;\n"), NONE },
		{ LEASE(WHOLE "expire 1 1969/11/23 12:07:15;\n"), NONE },
		{ LEASE(WHOLE "expire epoch 0;\n"), NONE },
		{ LEASE(WHOLE "expire epoch 253402300800;\n"), NONE },
		{ LEASE(WHOLE "expire epoch 1795435635;\n"), FOUND },
		{ LEASE(WHOLE "expire never;\n"), 20, DHCP_INFINITE, WRITTEN },
		/* what is none of its blocks */
		{ "default-duid \"\\000\\001}{;\\\"#\";\n" LEASE(WHOLE), FOUND },
		{ LEASE(WHOLE) "lease6 {\n" WHOLE "fixed-address 192.0.2.21;\n}\n", FOUND },
		{ LEASE(WHOLE) "alias {\n" INTERFACE "fixed-address 192.0.2.21;\n}\n", FOUND },
		{ LEASE(WHOLE "option domain-name \"} lease { interface \\\"eth0\\\"; \";\n"),
		  FOUND },
		/* a journal; dhclient ignores an incomplete lease at its end */
		{ LEASE(WHOLE) LEASE(WHOLE "option dhcp-lease-time 60;\n")
		          LEASE("interface \"eth1\";\n"),
		  20, 60, ENDS - 60 },
		{ LEASE(WHOLE) LEASE(INTERFACE), NONE },
		{ LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n" SERVER, FOUND },
		{ LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n", FOUND },
	};

	CHECK_TEXTS(lease_from_dhclient, texts);
}

/* One that is not readable is as good as not there. */
TEST(identifiers)
{
	static const struct id_text texts[] = {
		{ "\"hello\"", 5 },   { "68:65:6c:6c:6f", 5 }, { "\"h\\e\\llo\"", 5 },
		{ "68:65:", 0 },      { "hello", 0 },          { "\"\"", 0 },
		{ "\"hello\" 1", 0 }, { "\"\\001\"", 0 },      { "\"nas", 0 },
	};

	CHECK_IDS(lease_from_dhclient, LEASE(WHOLE "option dhcp-client-identifier %s;\n"), "hello",
	          texts);
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

TEST(other_interfaces)
{
	static const char *const names[] = { "eth", "eth00", "" };
	struct client_lease lease;

	EACH(i, names)
	assert_false(read_sample(lease_from_dhclient, "dhclient-4.4.3-two-interfaces", names[i],
	                         &lease));
}
