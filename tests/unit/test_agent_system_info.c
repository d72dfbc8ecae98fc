// SPDX-License-Identifier: GPL-2.0-or-later
/* System info from a real kernel, and the remaining lease time. */
#include "test.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "support_agent.h"

enum { NOW = 1795432000 };

static int set_up(void **state)
{
	if (make_root(state) || make_namespace(state))
		return -1;
	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan");
	return 0;
}

BEFORE_EACH(set_up)
AFTER_EACH(remove_directory)

TEST_WITH(lease_times, NULL, NULL)
{
	static const struct {
		uint32_t total;
		int64_t begun; /* before now */
		bool dated;
		uint32_t valid, left;
	} rows[] = {
		/* the kernel has no lifetime */
		{ 3600, 600, true, LIFETIME_FOREVER, 3000 },
		{ 3600, 600, false, LIFETIME_FOREVER, 3000 },
		{ 3600, 3599, true, LIFETIME_FOREVER, 1 },
		{ 3600, 3600, true, LIFETIME_FOREVER, 0 },
		{ 3600, NOW, true, LIFETIME_FOREVER, 0 },
		/* the clock was set back: no more than the total */
		{ 3600, -600, true, LIFETIME_FOREVER, 3600 },
		/* the shorter one */
		{ 3600, 600, true, 2999, 2999 },
		{ 3600, 600, true, 3001, 3000 },
		{ 3600, 600, true, 0, 0 },
		{ 3600, 4000, true, 3000, 0 },
		/* may have been renewed since */
		{ 3600, 600, false, 3500, 3500 },
		{ 3600, 600, false, 100, 100 },
		{ 3600, 99999, false, 1200, 1200 },
		{ 3600, 600, false, 7200, 3600 },
		{ DHCP_INFINITE, 600, true, LIFETIME_FOREVER, DHCP_INFINITE },
		{ DHCP_INFINITE, NOW, false, LIFETIME_FOREVER, DHCP_INFINITE },
		{ DHCP_INFINITE, 600, true, 3600, 3600 },
		{ DHCP_INFINITE - 1, 1, true, LIFETIME_FOREVER, DHCP_INFINITE - 2 },
	};

	EACH(i, rows)
	{
		const struct client_lease lease = {
			.total = rows[i].total,
			.begun = NOW - rows[i].begun,
			.dated = rows[i].dated,
		};

		assert_int_equal(lease_time_left(&lease, rows[i].valid, NOW), rows[i].left);
	}
}

static struct system_info system_info_of(const char *interface)
{
	struct system_info system_info;

	memset(&system_info, 0xa5, sizeof(system_info));
	assert_int_equal(system_info_read(interface, root, &system_info), 0);
	return system_info;
}

/* What there is of ports and leases: their own files. */
TEST(each_part)
{
	static const struct port_set no_ports;
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(22) };
	struct system_info system_info = system_info_of("lan");
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_string_equal(system_info.iface.name, "lan");
	assert_int_equal(system_info.iface.ifindex, if_nametoindex("lan"));
	assert_int_equal(system_info.addresses.ipv4_count, 1);
	assert_false(system_info.has_lease);
	assert_memory_equal(&system_info.ports, &no_ports, sizeof(no_ports));
	assert_int_equal(bind(fd, (const void *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 1), 0);
	add_link("other");
	system_info = system_info_of("other");
	close(fd);
	assert_string_equal(system_info.iface.name, "other");
	assert_int_equal(system_info.addresses.ipv4_count, 0);
	assert_true(system_info.ports.tcp[22]);
	assert_int_equal(system_info_read("wan", root, &system_info), -ENODEV);
}

TEST(hostnames)
{
	static const struct {
		const char *name, *taken;
	} rows[] = {
		{ "nas", "nas" },
		{ "nas.lan.example", "nas.lan.example" },
		{ "NAS_2", "NAS_2" },
		{ "", "" },
		{ "(none)", "" },
		{ "nas of mine", "" },
		{ "n\xc3\xa4s", "" },
		{ "a-name-of-63-letters-a-name-of-63-letters-a-name-of-63-letters-",
		  "a-name-of-63-letters-a-name-of-63-letters-a-name-of-63-letters-" },
		{ "a-name-of-64-letters-a-name-of-64-letters-a-name-of-64-letters-a", "" },
	};

	EACH(i, rows)
	{
		assert_int_equal(sethostname(rows[i].name, strlen(rows[i].name)), 0);
		assert_string_equal(system_info_of("lan").hostname, rows[i].taken);
	}
}

/* The smaller of what the file and the kernel say; not what is over. */
TEST(dhcpv6_leases)
{
	static const char format[] =
		"lease6 {\n  interface \"lan\";\n  ia-na 00:00:00:20 {\n    starts %jd;\n"
		"    renew 10;\n    rebind 50;\n"
		"    iaaddr 2001:db8::1 {\n      preferred-life 70;\n      max-life 80;\n    }\n"
		"    iaaddr 2001:db8::2 {\n      preferred-life 70;\n      max-life 80;\n    }\n"
		"    iaaddr 2001:db8::3 {\n      preferred-life 9;\n      max-life 10;\n    }\n"
		"  }\n  option dhcp6.client-id 0:3:0:1:2;\n}\n";
	struct system_info found;
	char text[1024];

	HERE("ip address add 2001:db8::1/64 dev lan nodad valid_lft 1000 preferred_lft 900");
	HERE("ip address add 2001:db8::2/64 dev lan nodad valid_lft 40 preferred_lft 30");
	HERE("ip address add 2001:db8::3/64 dev lan nodad");
	snprintf(text, sizeof(text), format, (intmax_t)time(NULL) - 20);
	write_at("/var/lib/dhcp/dhclient6.leases", text, strlen(text));
	found = system_info_of("lan");
	assert_true(found.has_lease6);
	assert_int_equal(found.lease6.lease.address_count, 2);
	assert_int_equal(found.lease6.lease.t1, 0);
	assert_in_range(found.lease6.lease.t2, 25, 30);
	assert_in_range(found.lease6.lease.addresses[0].valid, 55, 60);
	assert_in_range(found.lease6.lease.addresses[0].preferred, 45, 50);
	assert_in_range(found.lease6.lease.addresses[1].valid, 35, 40);
	assert_in_range(found.lease6.lease.addresses[1].preferred, 35, 40);
	snprintf(text, sizeof(text), format, (intmax_t)time(NULL) - 80);
	write_at("/var/lib/dhcp/dhclient6.leases", text, strlen(text));
	assert_false(system_info_of("lan").has_lease6);
}

TEST(leases)
{
	static const struct {
		const char *shows;
		uint8_t last;
		time_t ends; /* from now */
		int valid;   /* s; 0: forever */
		uint32_t left;
	} rows[] = {
		{ "its own lease", 20, 50, 0, 50 },
		{ "the kernel removes the address before", 20, 50, 30, 30 },
		{ "an expired lease", 20, -1, 0, 0 },
		{ "a lease of another address", 21, 50, 0, 0 },
	};

	EACH(i, rows)
	{
		struct system_info found;

		if (rows[i].valid)
			HERE("ip address change 192.0.2.20/24 dev lan valid_lft %d preferred_lft 30",
			     rows[i].valid);
		else
			HERE("ip address change 192.0.2.20/24 dev lan");
		dhclient_at("/var/lib/dhcp/dhclient.leases", "lan", rows[i].last,
		            time(NULL) + rows[i].ends - 60);
		found = system_info_of("lan");
		if (found.has_lease != !!rows[i].left)
			fail_msg("%s: there is %s lease", rows[i].shows,
			         found.has_lease ? "a" : "no");
		if (found.has_lease &&
		    (found.lease.address.octet[3] != 20 || found.lease.left > rows[i].left ||
		     found.lease.left + 5 < rows[i].left))
			fail_msg("%s: %u s are left", rows[i].shows, found.lease.left);
	}
}
