// SPDX-License-Identifier: GPL-2.0-or-later
/* System info from a real kernel, and the remaining lease time. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/system_info.h"
#include "support_netns.h"

enum { NOW = 1795432000 };

static const struct port_set no_ports;

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

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct client_lease lease = {
			.total = rows[i].total,
			.begun = NOW - rows[i].begun,
			.dated = rows[i].dated,
		};

		assert_int_equal(lease_time_left(&lease, rows[i].valid, NOW), rows[i].left);
	}
}

static char root[] = "/tmp/test_agent_facts.XXXXXX";

static void write_lease(unsigned int last, time_t ends)
{
	char text[512], path[64];
	FILE *file;

	HERE("mkdir -p %s/var/lib/dhcp", root);
	snprintf(text, sizeof(text),
	         "lease {\n  interface \"lan\";\n  fixed-address 192.0.2.%u;\n"
	         "  option dhcp-lease-time 60;\n  option dhcp-server-identifier 192.0.2.3;\n"
	         "  expire epoch %lld;\n}\n",
	         last, (long long)ends);
	snprintf(path, sizeof(path), "%s/var/lib/dhcp/dhclient.leases", root);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	strcpy(strchr(root, '.'), ".XXXXXX");
	return mkdtemp(root) ? make_namespace(state) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return run("rm -rf %s", root);
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

static void make_lan(void)
{
	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan && ip route add default via 192.0.2.1");
}

static struct system_info system_info_of(const char *interface)
{
	struct system_info system_info;

	memset(&system_info, 0xa5, sizeof(system_info));
	assert_int_equal(system_info_read(interface, root, &system_info), 0);
	return system_info;
}

TEST(interface_info)
{
	struct system_info system_info;

	make_lan();
	system_info = system_info_of("lan");
	assert_string_equal(system_info.iface.name, "lan");
	assert_int_equal(system_info.iface.ifindex, if_nametoindex("lan"));
	assert_int_equal(system_info.addresses.ipv4_count, 1);
	assert_false(system_info.has_lease);
	assert_memory_equal(&system_info.ports, &no_ports, sizeof(no_ports));
	add_link("other");
	system_info = system_info_of("other");
	assert_string_equal(system_info.iface.name, "other");
	assert_int_equal(system_info.addresses.ipv4_count, 0);
}

TEST(no_interface)
{
	struct system_info system_info;

	need_namespace();
	assert_int_equal(system_info_read("lan", root, &system_info), -ENODEV);
	assert_int_equal(system_info_read("lo", root, &system_info), -EOPNOTSUPP);
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

	make_lan();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(sethostname(rows[i].name, strlen(rows[i].name)), 0);
		assert_string_equal(system_info_of("lan").hostname, rows[i].taken);
	}
}

TEST(ports)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(22) };
	struct system_info system_info;
	int fd;

	make_lan();
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const void *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 1), 0);
	system_info = system_info_of("lan");
	close(fd);
	assert_true(system_info.ports.tcp[22]);
	system_info.ports.tcp[22] = false;
	assert_memory_equal(&system_info.ports, &no_ports, sizeof(no_ports));
}

TEST(current_lease)
{
	struct system_info system_info;

	make_lan();
	write_lease(20, time(NULL) + 50);
	system_info = system_info_of("lan");
	assert_true(system_info.has_lease);
	assert_memory_equal(&system_info.lease.address, ((const uint8_t[]){ 192, 0, 2, 20 }), 4);
	assert_in_range(system_info.lease.left, 45, 50);
	write_lease(21, time(NULL) + 50);
	assert_false(system_info_of("lan").has_lease);
}

TEST(expired_lease)
{
	make_lan();
	write_lease(20, time(NULL) - 1);
	assert_false(system_info_of("lan").has_lease);
}

TEST(shorter_kernel_lifetime)
{
	struct system_info system_info;

	make_lan();
	HERE("ip address change 192.0.2.20/24 dev lan valid_lft 30 preferred_lft 30");
	write_lease(20, time(NULL) + 50);
	system_info = system_info_of("lan");
	assert_true(system_info.has_lease);
	assert_in_range(system_info.lease.left, 25, 30);
}
