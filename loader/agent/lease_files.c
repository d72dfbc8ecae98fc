// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lease_files.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/addr.h"

enum { FILE_MAX = 1 << 20 }; /* octets; dhclient begins its journal anew after 20 leases */

/* What stands in a path in front of its end. */
enum key { KEY_NONE, KEY_NAME, KEY_INDEX };

/* Where clients keep what they know. An earlier one is believed where two were granted at once. */
static const struct place {
	const char *before;
	enum key key; /* the interface's */
	const char *behind;
	lease_reader *reader;
} places[] = {
	{ "/var/lib/dhcp/dhclient*.lease*", KEY_NONE, "", lease_from_dhclient },
	{ "/var/lib/dhclient/dhclient*.lease*", KEY_NONE, "", lease_from_dhclient },
	{ "/var/lib/NetworkManager/dhclient-*-", KEY_NAME, ".lease", lease_from_dhclient },
	{ "/run/NetworkManager/devices/", KEY_INDEX, "", lease_from_networkmanager },
	{ "/var/lib/NetworkManager/internal-*-", KEY_NAME, ".lease", lease_from_networkd },
	{ "/run/systemd/netif/leases/", KEY_INDEX, "", lease_from_networkd },
	{ "/var/lib/dhcpcd*/", KEY_NAME, ".lease", lease_from_dhcpcd },
	{ "/var/lib/dhcpcd*/", KEY_NAME, "-*.lease",
	  lease_from_dhcpcd }, /* of a wireless network */
	{ "/var/db/dhcpcd/", KEY_NAME, ".lease", lease_from_dhcpcd },
	{ "/var/db/dhcpcd/", KEY_NAME, "-*.lease", lease_from_dhcpcd },
};

struct search {
	const struct iface *port;
	const struct link_addresses *addresses;
	struct client_lease *best;
	bool found;
};

static bool is_own(const struct link_addresses *addresses, struct ipv4 address)
{
	for (size_t i = 0; i < addresses->ipv4_count; i++) {
		if (ipv4_equal(addresses->ipv4[i].address, address))
			return true;
	}
	return false;
}

static char *read_all(int fd, size_t *length)
{
	char *octets = malloc(FILE_MAX + 1);
	ssize_t got;

	*length = 0;
	while (octets && (got = read(fd, octets + *length, FILE_MAX - *length)) > 0)
		*length += (size_t)got;
	if (octets)
		octets[*length] = '\0';
	return octets;
}

static void try_file(struct search *search, lease_reader *reader, const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct lease_file file = { .interface = search->port->name };
	autofree char *octets = NULL;
	struct client_lease lease;
	struct stat about;

	if (fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode) || about.st_size > FILE_MAX)
		return;
	octets = read_all(fd, &file.length);
	if (!octets)
		return;
	file.octets = octets;
	file.written = about.st_mtim.tv_sec;
	if (!reader(&file, &lease) || !is_own(search->addresses, lease.address))
		return;
	if (search->found && lease.begun <= search->best->begun)
		return;
	*search->best = lease;
	search->found = true;
}

/* Interfaces' names may have characters of their own meaning in a pattern. */
static void append_literally(char *pattern, size_t size, const char *text)
{
	size_t length = strlen(pattern);

	for (; *text && length + 2 < size; text++) {
		if (strchr("*?[]\\", *text))
			pattern[length++] = '\\';
		pattern[length++] = *text;
	}
	pattern[length] = '\0';
}

static void append(char *pattern, size_t size, const char *text)
{
	const size_t length = strlen(pattern);

	snprintf(pattern + length, size - length, "%s", text);
}

static void write_pattern(char pattern[PATH_MAX], const char *root, const struct place *place,
                          const struct iface *port)
{
	char index[16];

	snprintf(index, sizeof(index), "%u", port->ifindex);
	*pattern = '\0';
	append_literally(pattern, PATH_MAX, root);
	append(pattern, PATH_MAX, place->before);
	if (place->key != KEY_NONE)
		append_literally(pattern, PATH_MAX, place->key == KEY_NAME ? port->name : index);
	append(pattern, PATH_MAX, place->behind);
}

static void try_place(struct search *search, const char *root, const struct place *place)
{
	char pattern[PATH_MAX];
	glob_t found;

	write_pattern(pattern, root, place, search->port);
	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			try_file(search, place->reader, found.gl_pathv[i]);
	}
	globfree(&found);
}

bool lease_files_find(const char *root, const struct iface *port,
                      const struct link_addresses *addresses, struct client_lease *lease)
{
	struct search search = { .port = port, .addresses = addresses, .best = lease };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		try_place(&search, root, &places[i]);
	return search.found;
}
