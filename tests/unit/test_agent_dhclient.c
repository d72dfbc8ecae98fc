// SPDX-License-Identifier: GPL-2.0-or-later
/* dhclient's journal, of dhclient's own making and of others'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static void real_files(void **state)
{
	struct client_lease lease = lease_of("dhclient-4.4.3-kea-text-id", "eth0");

	(void)state;
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

static void the_last_lease_of_the_interface(void **state)
{
	static const char name[] = "dhclient-4.4.3-two-interfaces";
	struct client_lease lease = lease_of(name, "eth0");

	(void)state;
	assert_lease(&lease, 101, 30, 1795432157 - 30);
	lease = lease_of(name, "eth1");
	assert_lease(&lease, 100, 26, 1795432155 - 26);
	assert_false(read_sample(lease_from_dhclient, name, "eth", &lease));
	assert_false(read_sample(lease_from_dhclient, name, "eth00", &lease));
	assert_false(read_sample(lease_from_dhclient, name, "", &lease));
}

static void each_part_is_needed(void **state)
{
	const struct client_lease lease = lease_in(LEASE(WHOLE));

	(void)state;
	assert_lease(&lease, 20, 3600, ENDS - 3600);
	assert_none(LEASE(ADDRESS SERVER TOTAL EXPIRE));
	assert_none(LEASE(INTERFACE SERVER TOTAL EXPIRE));
	assert_none(LEASE(INTERFACE ADDRESS TOTAL EXPIRE));
	assert_none(LEASE(INTERFACE ADDRESS SERVER EXPIRE));
	assert_none(LEASE(INTERFACE ADDRESS SERVER TOTAL));
	assert_none("");
}

static void each_part_in_its_form(void **state)
{
	static const char *const wrong[] = {
		LEASE(WHOLE "interface eth0;"),
		LEASE(WHOLE "interface \"eth0;"),
		LEASE(WHOLE "interface \"interface-of-16x\";"),
		LEASE(WHOLE "interface \"\";"),
		LEASE(WHOLE "fixed-address 192.0.2;"),
		LEASE(WHOLE "fixed-address 192.0.2.256;"),
		LEASE(WHOLE "fixed-address 0.0.0.0;"),
		LEASE(WHOLE "fixed-address 2001:db8::1;"),
		LEASE(WHOLE "option dhcp-server-identifier nas;"),
		LEASE(WHOLE "option dhcp-lease-time 0;"),
		LEASE(WHOLE "option dhcp-lease-time -1;"),
		LEASE(WHOLE "option dhcp-lease-time 1h;"),
		LEASE(WHOLE "option dhcp-lease-time 4294967296;"),
		LEASE(WHOLE "option dhcp-client-identifier nas;"),
		LEASE(WHOLE "option dhcp-client-identifier 1:2:;"),
		LEASE(WHOLE "option dhcp-client-identifier \"\";"),
		LEASE(WHOLE "option dhcp-client-identifier \"nas\" 1;"),
		LEASE(WHOLE "medium { };"),
	};

	(void)state;
	EACH(i, wrong)
	assert_none(wrong[i]);
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t begun;
	} right[] = {
		{ "expire 0 1970/01/01 01:00:01;", 1 },
		{ "expire 4 2028/02/29 23:59:59;", 1835481599 - 3600 },
		{ "expire 5 2038/01/20 00:00:00;", 2147558400 - 3600 },
		{ "expire epoch 3601;", 1 },
		{ "expire epoch 4294971000;", 4294967400 },
	};
	static const char *const wrong[] = {
		"expire 1;",
		"expire 1 2026/11/23;",
		"expire 1 2026/11/23 12:07;",
		"expire 1 2026/11/23 12:07:15 3600;",
		"expire 1 2026/13/23 12:07:15;",
		"expire 1 2026/11/31 12:07:15;",
		"expire 1 2026/02/29 12:07:15;",
		"expire 1 2026/11/23 24:07:15;",
		"expire 1 2026/11/23 12:60:15;",
		"expire 1 2026/11/23 12:07:61;",
		"expire 1 1969/11/23 12:07:15;",
		"expire epoch 0;",
		"expire epoch;",
		"expire epoch 12h;",
		"expire epoch 99999999999999999999;",
		"expire epoch 253402300800;",
		"expire soon;",
	};
	char text[512];

	(void)state;
	EACH(i, right)
	{
		struct client_lease lease;

		snprintf(text, sizeof(text), LEASE(INTERFACE ADDRESS SERVER TOTAL "%s"),
		         right[i].text);
		lease = lease_in(text);
		assert_lease(&lease, 20, 3600, right[i].begun);
	}
	EACH(i, wrong)
	{
		snprintf(text, sizeof(text), LEASE(WHOLE "%s"), wrong[i]);
		assert_none(text);
	}
}

static void never(void **state)
{
	const struct client_lease lease =
		lease_in(LEASE(INTERFACE ADDRESS SERVER TOTAL "expire never;"));

	(void)state;
	assert_lease(&lease, 20, DHCP_INFINITE, WRITTEN);
}

static void a_file_is_a_journal(void **state)
{
	struct client_lease lease = lease_in(LEASE(WHOLE) LEASE(WHOLE "option dhcp-lease-time 60;")
	                                             LEASE("interface \"eth1\";"));

	(void)state;
	assert_lease(&lease, 20, 60, ENDS - 60);
	assert_none(LEASE(WHOLE) LEASE(INTERFACE));
	/* dhclient passes over what it has not written to the end */
	lease = lease_in(LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n" SERVER);
	assert_lease(&lease, 20, 3600, ENDS - 3600);
}

static void what_else_may_stand_there(void **state)
{
	static const char *const texts[] = {
		"default-duid \"\\000\\001}{;\\\"#\";\n" LEASE(WHOLE),
		"lease6 {\n" INTERFACE
		"ia-na 5c:0a {\n starts 1;\n iaaddr 2001:db8::1 { }\n }\n}\n" LEASE(WHOLE),
		LEASE(WHOLE) "lease6 {\n" WHOLE "}\n",
		LEASE(WHOLE) "alias {\n" INTERFACE "fixed-address 192.0.2.21;\n}\n",
		LEASE(WHOLE "option domain-name \"} lease { interface \\\"eth0\\\"; \";\n"),
		LEASE(WHOLE "# expire never;\n"),
		"lease{interface \"eth0\";fixed-address\t192.0.2.20 ;\n option  \n dhcp-lease-time 3600;"
		"option dhcp-server-identifier # 192.0.2.4;\n 192.0.2.3;expire epoch 1795435635;}",
	};

	(void)state;
	EACH(i, texts)
	{
		const struct client_lease lease = lease_in(texts[i]);

		assert_lease(&lease, 20, 3600, ENDS - 3600);
		assert_id(&lease, NULL, 0);
	}
}

static void identifiers_as_text(void **state)
{
	struct client_lease lease = lease_in(
		LEASE(WHOLE "option dhcp-client-identifier \"\\001a\\377\\\"\\\\;}\\$\\12\";"));

	(void)state;
	assert_id(&lease, "\1a\377\"\\;}$12", 10);
}

static void the_longest_identifier(void **state)
{
	const char *ends[] = { "\";", "\\377\";" };
	char text[2000] = LEASE(WHOLE) "lease {\n" WHOLE "option dhcp-client-identifier \"";
	struct client_lease lease;

	(void)state;
	for (int octet = 0; octet < 255; octet++)
		strcat(text, "\\377");
	EACH(i, ends)
	{
		char whole[sizeof(text) + 8];

		snprintf(whole, sizeof(whole), "%s%s}\n", text, ends[i]);
		assert_true(reads(whole, &lease) == (i == 0));
		if (i == 0)
			assert_int_equal(lease.client_id.length, 255);
	}
}

/* Too long to be one of ours. */
static void the_longest_statement(void **state)
{
	char text[2000] = LEASE(WHOLE) "lease {\n" WHOLE;
	const size_t length = strlen(text);

	(void)state;
	for (size_t digits = 1100; digits < 1300; digits++) {
		struct client_lease lease;

		memset(text + length, '9', digits);
		strcpy(text + length + digits, ";}");
		lease = lease_in(text);
		assert_lease(&lease, 20, 3600, ENDS - 3600);
	}
}

static void cut_short_at_each_octet(void **state)
{
	static const char text[] = LEASE(WHOLE) LEASE(WHOLE "option dhcp-lease-time 60;");
	const size_t first = strlen(LEASE(WHOLE)), second = strlen(text);
	struct client_lease lease;

	(void)state;
	for (size_t length = 0; length <= second; length++) {
		const bool found = read_part(lease_from_dhclient, text, length, "eth0", &lease);

		/* but for the newline at its end */
		assert_true(found == (length >= first - 1));
		if (found)
			assert_int_equal(lease.total, length >= second - 1 ? 60 : 3600);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_files),
		cmocka_unit_test(the_last_lease_of_the_interface),
		cmocka_unit_test(each_part_is_needed),
		cmocka_unit_test(each_part_in_its_form),
		cmocka_unit_test(times),
		cmocka_unit_test(never),
		cmocka_unit_test(a_file_is_a_journal),
		cmocka_unit_test(what_else_may_stand_there),
		cmocka_unit_test(identifiers_as_text),
		cmocka_unit_test(the_longest_identifier),
		cmocka_unit_test(the_longest_statement),
		cmocka_unit_test(cut_short_at_each_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
