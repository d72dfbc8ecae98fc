// SPDX-License-Identifier: GPL-2.0-or-later
/* The directory for pins: on a BPF file system, and ours to write to. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/capability.h"
#include "doctor/visit.h"

/* The directory itself, or the nearest one above it that exists. */
static void find_existing(const char *path, char existing[PATH_MAX])
{
	snprintf(existing, PATH_MAX, "%s", path);
	while (access(existing, F_OK)) {
		char *slash = strrchr(existing, '/');

		if (!slash) {
			strcpy(existing, ".");
			return;
		}
		slash[slash == existing] = 0;
	}
}

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

static bool is_read_only(const char *path)
{
	struct statvfs fs;

	return !statvfs(path, &fs) && (fs.f_flag & ST_RDONLY);
}

static void no_bpffs(struct visit *visit)
{
	if (!capability_has(CAP_SYS_ADMIN))
		BAD(visit,
		    "%s is on no BPF file system. As root: mount -t bpf -o uid=%u,mode=0700 bpf %s "
		    "(Linux before 6.8 has no uid=: then chown it)",
		    visit->pin_dir, geteuid(), visit->pin_dir);
	else
		WARN(visit,
		     "%s is on no BPF file system yet: sleepproxyd tries to mount one "
		     "(else: mount -t bpf bpf %s)",
		     visit->pin_dir, visit->pin_dir);
}

static bool check_directory(struct visit *visit)
{
	char existing[PATH_MAX];

	find_existing(visit->pin_dir, existing);
	if (!is_bpffs(existing))
		no_bpffs(visit);
	else if (is_read_only(existing))
		BAD(visit,
		    "the BPF file system at %s is mounted read-only here (in a systemd unit: "
		    "ReadWritePaths=%s)",
		    existing, existing);
	else if (faccessat(AT_FDCWD, existing, W_OK | X_OK, AT_EACCESS))
		BAD(visit, "user %u may not write to %s: %s (chown %u %s)", geteuid(), existing,
		    strerror(errno), geteuid(), existing);
	else if (strcmp(existing, visit->pin_dir))
		OK(visit, "%s can be made, on the BPF file system at %s", visit->pin_dir, existing);
	else
		OK(visit, "%s is on a BPF file system, and writable", visit->pin_dir);
	return true;
}

/* Of an earlier daemon that ran as another user. */
static bool check_pins(struct visit *visit)
{
	char hosts[PATH_MAX];

	snprintf(hosts, sizeof(hosts), "%s/hosts", visit->pin_dir);
	if (faccessat(AT_FDCWD, hosts, R_OK | W_OK, AT_EACCESS) && errno == EACCES)
		BAD(visit, "user %u may not use %s, which another user's sleepproxyd left: rm %s/*",
		    geteuid(), hosts, visit->pin_dir);
	return true;
}

check_fn *const pin_checks[] = { check_directory, check_pins, NULL };
