// SPDX-License-Identifier: GPL-2.0-or-later
/* Where clients' lease files are found, below a temporary root, and which one counts. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/system_info.h"
#include "support_lease_file.h"

static const struct iface eth0 = { .name = "eth0", .ifindex = 2 };

static int set_up(void **state)
{
	/* with characters that are special in a pattern */
	char *root = strdup("/tmp/test [a]*.XXXXXX");

	*state = mkdtemp(root);
	return *state ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

/* The path below the root; makes its directories. */
static const char *place(const char *root, const char *path)
{
	static char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	return whole;
}

static void write_at(const char *root, const char *path, const void *octets, size_t length)
{
	const struct timeval written[] = { { .tv_sec = WRITTEN }, { .tv_sec = WRITTEN } };
	FILE *file = fopen(place(root, path), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(utimes(place(root, path), written), 0);
}

static void copy_to(const char *root, const char *path, const char *name)
{
	const struct octets octets = sample(name);

	write_at(root, path, octets.at, octets.length);
}

/* A lease of 192.0.2.`last`, granted then. */
static void dhclient_at(const char *root, const char *path, unsigned int last, int64_t begun)
{
	char text[512];

	snprintf(text, sizeof(text),
	         "lease {\n  interface \"eth0\";\n  fixed-address 192.0.2.%u;\n"
	         "  option dhcp-lease-time 60;\n  option dhcp-server-identifier 192.0.2.3;\n"
	         "  expire epoch %lld;\n}\n",
	         last, (long long)begun + 60);
	write_at(root, path, text, strlen(text));
}

static struct iface_addresses owning(uint8_t last)
{
	return (struct iface_addresses){
		.list = { { .address = ipv4_mapped((struct ipv4){ { 198, 51, 100, 7 } }) },
		          { .address = ipv4_mapped((struct ipv4){ { 192, 0, 2, last } }) } },
		.count = 2,
		.ipv4_count = 2,
	};
}

static bool finds(const char *root, uint8_t last, struct client_lease *lease)
{
	const struct iface_addresses addresses = owning(last);

	return lease_files_find(root, &eth0, &addresses, lease);
}

static void assert_found(const char *root, uint8_t last, uint32_t total, int64_t begun)
{
	struct client_lease lease;

	assert_true(finds(root, last, &lease));
	assert_lease(&lease, last, total, begun);
}

static void assert_nothing(const char *root, uint8_t last)
{
	struct client_lease lease;

	assert_false(finds(root, last, &lease));
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

TEST(path_of_each_client)
{
	static const struct {
		const char *path;
		const char *name;
		uint8_t last;
	} rows[] = {
		{ "/var/lib/dhcp/dhclient.leases", "dhclient-4.4.3-epoch", 102 },
		{ "/var/lib/dhcp/dhclient.eth0.leases", "dhclient-4.4.3-epoch", 102 },
		{ "/var/lib/dhclient/dhclient-eth0.leases", "dhclient-4.4.3-epoch", 102 },
		{ "/var/lib/dhclient/dhclient--eth0.lease", "dhclient-4.4.3-epoch", 102 },
		{ "/var/lib/NetworkManager/dhclient-12345678-1234-1234-1234-123456789abc-eth0.lease",
		  "dhclient-4.4.3-epoch", 102 },
		{ "/run/NetworkManager/devices/2", "networkmanager-1.42", 105 },
		{ "/var/lib/NetworkManager/internal-12345678-1234-1234-1234-123456789abc-eth0.lease",
		  "networkd-252", 104 },
		{ "/run/systemd/netif/leases/2", "networkd-252", 104 },
		{ "/var/lib/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea", 103 },
		{ "/var/lib/dhcpcd5/eth0.lease", "dhcpcd-9.4.1-kea", 103 },
		{ "/var/lib/dhcpcd/eth0-some network.lease", "dhcpcd-9.4.1-kea", 103 },
		{ "/var/db/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea", 103 },
		{ "/var/db/dhcpcd/eth0-some network.lease", "dhcpcd-9.4.1-kea", 103 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct client_lease lease;

		copy_to(*state, rows[i].path, rows[i].name);
		assert_nothing(*state, 20);
		assert_true(finds(*state, rows[i].last, &lease));
		unlink(place(*state, rows[i].path));
		assert_nothing(*state, rows[i].last);
	}
}

TEST(paths_of_other_interfaces)
{
	static const char *const paths[] = {
		"/run/systemd/netif/leases/20", "/run/systemd/netif/leases/1",
		"/run/NetworkManager/devices/12",
		"/var/lib/NetworkManager/internal-12345678-1234-1234-1234-123456789abc-eth1.lease"
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		copy_to(*state, paths[i], i == 2 ? "networkmanager-1.42" : "networkd-252");
	copy_to(*state, "/var/lib/dhcpcd/eth00.lease", "dhcpcd-9.4.1-kea");
	copy_to(*state, "/var/lib/dhcpcd/eth0.10.lease", "dhcpcd-9.4.1-kea");
	copy_to(*state, "/var/lib/dhcpcd/eth0.lease6", "dhcpcd-9.4.1-kea");
	assert_nothing(*state, 103);
	assert_nothing(*state, 104);
	assert_nothing(*state, 105);
}

TEST(names_with_pattern_characters)
{
	static const struct iface odd = { .name = "e*[h]?\\0", .ifindex = 3 };
	const struct iface_addresses addresses = owning(103);
	struct client_lease lease;

	copy_to(*state, "/var/lib/dhcpcd/ethh00.lease", "dhcpcd-9.4.1-kea");
	assert_false(lease_files_find(*state, &odd, &addresses, &lease));
	copy_to(*state, "/var/lib/dhcpcd/e*[h]?\\0.lease", "dhcpcd-9.4.1-kea");
	assert_true(lease_files_find(*state, &odd, &addresses, &lease));
}

TEST(file_time)
{
	copy_to(*state, "/var/lib/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea");
	assert_found(*state, 103, 3600, WRITTEN);
}

TEST(own_address_before_newest)
{
	dhclient_at(*state, "/var/lib/dhcp/dhclient.eth0.leases", 20, 1000);
	dhclient_at(*state, "/var/lib/dhclient/dhclient.leases", 21, 2000);
	assert_found(*state, 20, 60, 1000);
	assert_found(*state, 21, 60, 2000);
	assert_nothing(*state, 22);
}

TEST(newest_of_one_address)
{
	dhclient_at(*state, "/var/lib/dhcp/dhclient.a.leases", 103, WRITTEN - 1);
	dhclient_at(*state, "/var/lib/dhcp/dhclient.b.leases", 103, WRITTEN - 2);
	assert_found(*state, 103, 60, WRITTEN - 1);
	copy_to(*state, "/var/lib/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea");
	assert_found(*state, 103, 3600, WRITTEN);
	dhclient_at(*state, "/var/lib/dhcp/dhclient.b.leases", 103, WRITTEN + 1);
	assert_found(*state, 103, 60, WRITTEN + 1);
}

/* NetworkManager has a copy of dhclient's lease with less in it. */
TEST(order_of_paths)
{
	static const char device[] = "dhcp4.ip_address=192.0.2.20\ndhcp4.dhcp_lease_time=60\n"
				     "dhcp4.dhcp_server_identifier=192.0.2.4\n"
				     "dhcp4.expiry=1060\n";

	write_at(*state, "/run/NetworkManager/devices/2", device, strlen(device));
	dhclient_at(*state, "/var/lib/NetworkManager/dhclient-1-eth0.lease", 20, 1000);
	assert_found(*state, 20, 60, 1000);
}

TEST(malformed_file_skipped)
{
	write_at(*state, "/var/lib/dhcp/dhclient.leases", "lease {", 7);
	write_at(*state, "/run/systemd/netif/leases/2", "", 0);
	write_at(*state, "/run/NetworkManager/devices/2", "\0\0", 2);
	assert_nothing(*state, 103);
	copy_to(*state, "/var/lib/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea");
	assert_found(*state, 103, 3600, WRITTEN);
}

TEST(not_a_file)
{
	assert_int_equal(mkdir(place(*state, "/run/systemd/netif/leases/2"), 0755), 0);
	assert_int_equal(mkfifo(place(*state, "/var/lib/dhcpcd/eth0.lease"), 0644), 0);
	assert_int_equal(symlink("eth0-b.lease", place(*state, "/var/lib/dhcpcd/eth0-a.lease")), 0);
	assert_nothing(*state, 103); /* and does not wait */
	copy_to(*state, "/var/lib/dhcpcd/eth0-b.lease", "dhcpcd-9.4.1-kea");
	assert_found(*state, 103, 3600, WRITTEN);
}

TEST(endless_file)
{
	dhclient_at(*state, "/var/lib/dhcp/dhclient.leases", 20, 1000);
	assert_int_equal(truncate(place(*state, "/var/lib/dhcp/dhclient.leases"), 1 << 20), 0);
	assert_found(*state, 20, 60, 1000);
	assert_int_equal(truncate(place(*state, "/var/lib/dhcp/dhclient.leases"), (1 << 20) + 1),
	                 0);
	assert_nothing(*state, 20);
}

TEST(root_too_long)
{
	const struct iface_addresses addresses = owning(20);
	struct client_lease lease;
	char root[2 * PATH_MAX];

	for (size_t length = PATH_MAX - 100; length < PATH_MAX + 10; length++) {
		memset(root, '*', length);
		root[length] = '\0';
		assert_false(lease_files_find(root, &eth0, &addresses, &lease));
	}
}
