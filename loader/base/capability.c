// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/capability.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

static bool is_effective(unsigned capability)
{
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, sets))
		return false;
	return sets[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

bool capability_has(unsigned capability)
{
	if (is_effective(capability))
		return true;
	/* CAP_SYS_ADMIN included both before Linux 5.8, and still does */
	return (capability == CAP_BPF || capability == CAP_PERFMON) && is_effective(CAP_SYS_ADMIN);
}

void capability_raise(void)
{
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, sets))
		return;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective = sets[i].permitted;
	syscall(SYS_capset, &header, sets);
}

const struct capability capabilities[] = {
	{ CAP_BPF, true, "CAP_BPF", "to create maps and load programs" },
	{ CAP_NET_ADMIN, true, "CAP_NET_ADMIN", "to attach a program to an interface" },
	{ CAP_NET_RAW, true, "CAP_NET_RAW", "to send Magic Packets and ARP requests" },
	{ CAP_PERFMON, false, "CAP_PERFMON", "the datapath is faster" },
	{ CAP_SYS_ADMIN, false, "CAP_SYS_ADMIN",
	  "sleepproxyd can mount bpffs, and name other XDP programs" },
	{ 0 },
};

void capability_explain(char *why, size_t why_size)
{
	size_t length = 0;

	for (const struct capability *each = capabilities; each->name; each++)
		if (each->needed && !capability_has(each->number) && length < why_size)
			length +=
				(size_t)snprintf(why + length, why_size - length, "%s%s (%s)",
			                         length ? ", " : "missing ", each->name, each->use);
	if (!length)
		snprintf(
			why, why_size,
			"the kernel refuses although CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW are here: "
			"a seccomp profile or a security module forbids bpf(2)");
}
