// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/system_info.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"

enum { LEASE_FILE_MAX = 1 << 20 }; /* octets; dhclient rewrites its journal after 20 leases */

enum path_key { PATH_NO_KEY, PATH_BY_NAME, PATH_BY_INDEX };

/* Where clients store leases. Of leases granted in the same second the first found counts. */
static const struct lease_path {
	const char *before;
	enum path_key key; /* of the interface, in the middle of the path */
	const char *after;
	lease_reader *reader;   /* NULL: none of DHCPv4 is there */
	lease6_reader *reader6; /* likewise */
} lease_paths[] = {
	{ "/var/lib/dhcp/dhclient*.lease*", PATH_NO_KEY, "", lease_from_dhclient,
	  lease6_from_dhclient },
	{ "/var/lib/dhclient/dhclient*.lease*", PATH_NO_KEY, "", lease_from_dhclient,
	  lease6_from_dhclient },
	{ "/var/lib/NetworkManager/dhclient*-", PATH_BY_NAME, ".lease", lease_from_dhclient,
	  lease6_from_dhclient },
	{ "/run/NetworkManager/devices/", PATH_BY_INDEX, "", lease_from_networkmanager, NULL },
	{ "/var/lib/NetworkManager/internal-*-", PATH_BY_NAME, ".lease", lease_from_networkd,
	  NULL },
	{ "/run/systemd/netif/leases/", PATH_BY_INDEX, "", lease_from_networkd, NULL },
	{ "/var/lib/dhcpcd*/", PATH_BY_NAME, ".lease", lease_from_dhcpcd, NULL },
	{ "/var/lib/dhcpcd*/", PATH_BY_NAME, "-*.lease", lease_from_dhcpcd, NULL }, /* wireless */
	{ "/var/db/dhcpcd/", PATH_BY_NAME, ".lease", lease_from_dhcpcd, NULL },
	{ "/var/db/dhcpcd/", PATH_BY_NAME, "-*.lease", lease_from_dhcpcd, NULL },
	{ "/var/lib/dhcpcd*/", PATH_BY_NAME, ".lease6", NULL, lease6_from_dhcpcd },
	{ "/var/lib/dhcpcd*/", PATH_BY_NAME, "-*.lease6", NULL, lease6_from_dhcpcd },
	{ "/var/db/dhcpcd/", PATH_BY_NAME, ".lease6", NULL, lease6_from_dhcpcd },
	{ "/var/db/dhcpcd/", PATH_BY_NAME, "-*.lease6", NULL, lease6_from_dhcpcd },
};

static void take_lease(struct system_info *system, const struct client_lease *lease)
{
	if (!iface_addresses_find(&system->addresses, ipv4_mapped(lease->address)) ||
	    (system->has_lease && lease->begun <= system->lease.begun))
		return;
	system->lease = *lease;
	system->has_lease = true;
}

/* Those of its addresses that the machine has. */
static void take_lease6(struct system_info *system, const struct client_lease6 *lease)
{
	struct client_lease6 own = *lease;

	own.lease.address_count = 0;
	for (size_t i = 0; i < lease->lease.address_count; i++)
		if (iface_addresses_find(&system->addresses, lease->lease.addresses[i].address))
			own.lease.addresses[own.lease.address_count++] = lease->lease.addresses[i];
	if (!own.lease.address_count || (system->has_lease6 && own.begun <= system->lease6.begun))
		return;
	system->lease6 = own;
	system->has_lease6 = true;
}

static void try_file(struct system_info *system, const struct lease_path *path, const char *name)
{
	autoclose int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct lease_file file = { .interface = system->iface.name };
	autofree char *octets = NULL;
	struct client_lease6 lease6;
	struct client_lease lease;
	struct stat status;

	if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode) ||
	    file_read(fd, LEASE_FILE_MAX, &octets, &file.length))
		return;
	file.octets = octets;
	file.written = status.st_mtim.tv_sec;
	if (path->reader && path->reader(&file, &lease))
		take_lease(system, &lease);
	if (path->reader6 && path->reader6(&file, &lease6))
		take_lease6(system, &lease6);
}

/* Interface names may contain characters that are special in a pattern. */
static void escape(const char *text, char *escaped, size_t size)
{
	size_t length = 0;

	for (; *text && length + 2 < size; text++) {
		if (strchr("*?[]\\", *text))
			escaped[length++] = '\\';
		escaped[length++] = *text;
	}
	escaped[length] = '\0';
}

static void try_path(struct system_info *system, const char *root, const struct lease_path *path)
{
	char pattern[PATH_MAX], directory[PATH_MAX / 2], key[2 * IFNAMSIZ] = "";
	glob_t found;

	escape(root, directory, sizeof(directory));
	if (path->key == PATH_BY_NAME)
		escape(system->iface.name, key, sizeof(key));
	else if (path->key == PATH_BY_INDEX)
		snprintf(key, sizeof(key), "%u", system->iface.ifindex);
	snprintf(pattern, sizeof(pattern), "%s%s%s%s", directory, path->before, key, path->after);
	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			try_file(system, path, found.gl_pathv[i]);
	}
	globfree(&found);
}

void lease_files_find(const char *root, struct system_info *system)
{
	system->has_lease = system->has_lease6 = false;
	for (size_t i = 0; i < sizeof(lease_paths) / sizeof(*lease_paths); i++)
		try_path(system, root, &lease_paths[i]);
}
