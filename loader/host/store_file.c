// SPDX-License-Identifier: GPL-2.0-or-later
/* The store's file as a name in its directory. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "host/store_db.h"

/* The log goes before its file: one that is left behind would be taken for that of the new file. */
bool store_file_set_aside(const char *path, const char *why)
{
	static const char *const suffixes[] = { "-shm", "-wal", "" };
	char to[PATH_MAX + 32], from_file[PATH_MAX + 8], to_file[PATH_MAX + 40];
	unsigned int n = 1;

	do
		snprintf(to, sizeof(to), "%s.broken-%u", path, n);
	while (!access(to, F_OK) && n++);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		snprintf(from_file, sizeof(from_file), "%s%s", path, suffixes[i]);
		snprintf(to_file, sizeof(to_file), "%s%s", to, suffixes[i]);
		if (rename(from_file, to_file) && (errno != ENOENT || !*suffixes[i])) {
			log_warning("%s, and cannot be renamed to %s: %s", why, to_file,
			            strerror(errno));
			return false;
		}
	}
	log_warning("%s: the file is now %s, and a new one is begun", why, to);
	return true;
}

/* Without it a power loss may take the name of a new file, and with it what is in the file. */
static void sync_directory(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd))
		log_warning("cannot sync %s: %s", path, strerror(errno));
}

void store_file_sync_names(const char *directory)
{
	char copy[PATH_MAX];

	sync_directory(directory);
	snprintf(copy, sizeof(copy), "%s", directory);
	sync_directory(dirname(copy));
}
