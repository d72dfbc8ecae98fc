// SPDX-License-Identifier: GPL-2.0-or-later
/* Where clients' lease files are found, below a temporary root, and which one counts. */
#include "test.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "support_agent.h"

static const struct iface eth0 = { .name = "eth0", .ifindex = 2 };

static void copy_to(const char *path, const char *name)
{
	const struct octets octets = sample(name);

	write_at(path, octets.at, octets.length);
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

static bool finds_for(const struct iface *iface, uint8_t last, struct client_lease *lease)
{
	static struct system_info found;

	found = (struct system_info){ .iface = *iface, .addresses = owning(last) };
	lease_files_find(root, &found);
	*lease = found.lease;
	return found.has_lease;
}

static void assert_found(uint8_t last, uint32_t total, int64_t begun)
{
	struct client_lease lease;

	assert_true(finds_for(&eth0, last, &lease));
	check_lease("the lease that is found", &lease, last, total, begun);
}

static bool finds(uint8_t last)
{
	struct client_lease lease;

	return finds_for(&eth0, last, &lease);
}

BEFORE_EACH(make_root)
AFTER_EACH(remove_directory)

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

	EACH(i, rows)
	{
		copy_to(rows[i].path, rows[i].name);
		assert_false(finds(20));
		assert_true(finds(rows[i].last));
		unlink(place(rows[i].path));
		assert_false(finds(rows[i].last));
	}
}

TEST(paths_of_other_interfaces)
{
	static const struct {
		const char *path, *name;
	} rows[] = {
		{ "/run/systemd/netif/leases/20", "networkd-252" },
		{ "/run/systemd/netif/leases/1", "networkd-252" },
		{ "/run/NetworkManager/devices/12", "networkmanager-1.42" },
		{ "/var/lib/NetworkManager/internal-12345678-1234-1234-1234-123456789abc-eth1.lease",
		  "networkd-252" },
		{ "/var/lib/dhcpcd/eth00.lease", "dhcpcd-9.4.1-kea" },
		{ "/var/lib/dhcpcd/eth0.10.lease", "dhcpcd-9.4.1-kea" },
		{ "/var/lib/dhcpcd/eth0.lease6", "dhcpcd-9.4.1-kea" },
	};

	EACH(i, rows)
	copy_to(rows[i].path, rows[i].name);
	assert_false(finds(103));
	assert_false(finds(104));
	assert_false(finds(105));
}

TEST(names_with_pattern_characters)
{
	static const struct iface odd = { .name = "e*[h]?\\0", .ifindex = 3 };
	struct client_lease lease;

	copy_to("/var/lib/dhcpcd/ethh00.lease", "dhcpcd-9.4.1-kea");
	assert_false(finds_for(&odd, 103, &lease));
	copy_to("/var/lib/dhcpcd/e*[h]?\\0.lease", "dhcpcd-9.4.1-kea");
	assert_true(finds_for(&odd, 103, &lease));
}

TEST(own_address_before_newest)
{
	dhclient_at("/var/lib/dhcp/dhclient.eth0.leases", "eth0", 20, 1000);
	dhclient_at("/var/lib/dhclient/dhclient.leases", "eth0", 21, 2000);
	assert_found(20, 60, 1000);
	assert_found(21, 60, 2000);
	assert_false(finds(22));
}

TEST(newest_of_one_address)
{
	dhclient_at("/var/lib/dhcp/dhclient.a.leases", "eth0", 103, WRITTEN - 1);
	dhclient_at("/var/lib/dhcp/dhclient.b.leases", "eth0", 103, WRITTEN - 2);
	assert_found(103, 60, WRITTEN - 1);
	copy_to("/var/lib/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea");
	assert_found(103, 3600, WRITTEN);
	dhclient_at("/var/lib/dhcp/dhclient.b.leases", "eth0", 103, WRITTEN + 1);
	assert_found(103, 60, WRITTEN + 1);
}

/* NetworkManager has a copy of dhclient's lease with less in it. */
TEST(order_of_paths)
{
	static const char device[] = "dhcp4.ip_address=192.0.2.20\ndhcp4.dhcp_lease_time=60\n"
				     "dhcp4.dhcp_server_identifier=192.0.2.4\n"
				     "dhcp4.expiry=1060\n";

	write_at("/run/NetworkManager/devices/2", device, strlen(device));
	dhclient_at("/var/lib/NetworkManager/dhclient-1-eth0.lease", "eth0", 20, 1000);
	assert_found(20, 60, 1000);
}

TEST(malformed_file_skipped)
{
	write_at("/var/lib/dhcp/dhclient.leases", "lease {", 7);
	write_at("/run/systemd/netif/leases/2", "", 0);
	write_at("/run/NetworkManager/devices/2", "\0\0", 2);
	assert_false(finds(103));
	copy_to("/var/lib/dhcpcd/eth0.lease", "dhcpcd-9.4.1-kea");
	assert_found(103, 3600, WRITTEN);
}

TEST(not_a_file)
{
	assert_int_equal(mkdir(place("/run/systemd/netif/leases/2"), 0755), 0);
	assert_int_equal(mkfifo(place("/var/lib/dhcpcd/eth0.lease"), 0644), 0);
	assert_int_equal(symlink("eth0-b.lease", place("/var/lib/dhcpcd/eth0-a.lease")), 0);
	assert_false(finds(103)); /* and does not wait */
	copy_to("/var/lib/dhcpcd/eth0-b.lease", "dhcpcd-9.4.1-kea");
	assert_found(103, 3600, WRITTEN);
}

TEST(endless_file)
{
	dhclient_at("/var/lib/dhcp/dhclient.leases", "eth0", 20, 1000);
	assert_int_equal(truncate(place("/var/lib/dhcp/dhclient.leases"), 1 << 20), 0);
	assert_found(20, 60, 1000);
	assert_int_equal(truncate(place("/var/lib/dhcp/dhclient.leases"), (1 << 20) + 1), 0);
	assert_false(finds(20));
}

TEST(root_too_long)
{
	struct system_info found = { .iface = eth0, .addresses = owning(20) };
	char longer[2 * PATH_MAX];

	for (size_t length = PATH_MAX - 100; length < PATH_MAX + 10; length++) {
		memset(longer, '*', length);
		longer[length] = '\0';
		lease_files_find(longer, &found);
		assert_false(found.has_lease);
	}
}
