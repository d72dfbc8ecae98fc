// SPDX-License-Identifier: GPL-2.0-or-later
/* What this process may do. The daemon may do the same if it is started in the same way. */
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/capability.h"
#include "doctor/visit.h"

static const struct {
	unsigned number;
	const char *name, *use;
	enum grade without;
} capabilities[] = {
	{ CAP_BPF, "CAP_BPF", "to make maps and load programs", GRADE_BAD },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", "to attach a program to an interface", GRADE_BAD },
	{ CAP_NET_RAW, "CAP_NET_RAW", "to send Magic Packets and ARP requests", GRADE_BAD },
	{ CAP_PERFMON, "CAP_PERFMON", "not needed; with it the datapath is faster", GRADE_NOTE },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN",
	  "not needed; with it sleepproxyd can mount bpffs, and name other XDP programs",
	  GRADE_NOTE },
};

static bool check_capabilities(struct visit *visit)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities); i++) {
		bool there = capability_has(capabilities[i].number);

		findings_add(&visit->findings, there ? GRADE_OK : capabilities[i].without,
		             "%s%s: %s", there ? "" : "missing ", capabilities[i].name,
		             capabilities[i].use);
	}
	return true;
}

/* In field "Seccomp:" of proc(5). */
static int seccomp_mode(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	int mode = SECCOMP_MODE_DISABLED;

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			break;
	if (status)
		fclose(status);
	return mode;
}

static bool check_seccomp(struct visit *visit)
{
	if (seccomp_mode() != SECCOMP_MODE_DISABLED)
		NOTE(visit, "a seccomp filter is in force: it must allow bpf(2)");
	return true;
}

check_fn *const privilege_checks[] = { check_capabilities, check_seccomp, NULL };
