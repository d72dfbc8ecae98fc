// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* mkdir -p; on a BPF file system too, which knows directories. */
static int make_directories(const char *dir)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* Sysfs has a place for it, where no directory can be made otherwise. */
static void mount_usual_place(const char *dir)
{
	static const char usual[] = "/sys/fs/bpf";

	if (!strncmp(dir, usual, strlen(usual)) && !is_bpffs(usual))
		mount("bpf", usual, "bpf", 0, "mode=0700");
}

int pins_prepare(const char *dir, bool *mounted, char *why, size_t why_size)
{
	int err;

	*mounted = false;
	mount_usual_place(dir);
	err = make_directories(dir);
	if (err) {
		snprintf(why, why_size, "cannot make %s: %s", dir, strerror(-err));
		return err;
	}
	if (is_bpffs(dir))
		return 0;
	*mounted = !mount("bpf", dir, "bpf", 0, "mode=0700");
	if (*mounted)
		return 0;
	err = -errno;
	snprintf(
		why, why_size,
		"%s is not on a BPF file system, and none can be mounted there: %s "
		"(as root: mount -t bpf bpf /sys/fs/bpf, then name a directory below it with --pin-dir)",
		dir, strerror(-err));
	return err;
}

int pins_lock(const char *dir, char *why, size_t why_size)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	err = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (err == -EBUSY)
		snprintf(
			why, why_size,
			"another sleepproxyd has its tables in %s: stop it, or give this one a --pin-dir of its own",
			dir);
	else
		snprintf(why, why_size, "cannot open %s: %s", dir, strerror(-err));
	cleanup_close(&fd);
	return err;
}

void pins_remove(const char *dir, bool mounted)
{
	if (mounted)
		umount2(dir, MNT_DETACH);
	rmdir(dir);
}
