// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel, before anything is tried: its age and what it was built with. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor/visit.h"

enum { NEEDED = 5 << 8 | 18, ACCOUNTS_BPF_BY_CGROUP = 5 << 8 | 11 };

/*
 * Major and minor as one number; distributions put parts of newer kernels into older ones, so it is
 * but a hint.
 */
static int version(const struct utsname *name)
{
	char *rest;
	long major = strtol(name->release, &rest, 10);

	return (int)(major << 8 | (*rest == '.' ? strtol(rest + 1, NULL, 10) & 0xff : 0));
}

static bool check_version(struct visit *visit)
{
	struct utsname name;

	uname(&name);
	if (version(&name) >= NEEDED)
		OK(visit, "Linux %s on %s (5.18 or later is needed)", name.release, name.machine);
	else
		WARN(visit,
		     "Linux %s on %s is older than 5.18: what it lacks is named below, if anything",
		     name.release, name.machine);
	return true;
}

static bool check_memlock(struct visit *visit)
{
	struct rlimit limit;
	struct utsname name;

	uname(&name);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (version(&name) < ACCOUNTS_BPF_BY_CGROUP && limit.rlim_cur != RLIM_INFINITY)
		WARN(visit,
		     "a kernel before 5.11 counts maps as locked memory: run `ulimit -l unlimited` "
		     "first, or give CAP_SYS_RESOURCE");
	return true;
}

static bool check_btf(struct visit *visit)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		NOTE(visit, "no kernel BTF: not needed (libxdp's dispatcher would need it)");
	else
		OK(visit, "kernel BTF is there (not needed, but by libxdp's dispatcher)");
	return true;
}

check_fn *const machine_checks[] = { check_version, check_memlock, check_btf, NULL };
