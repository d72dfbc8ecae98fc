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

static const struct {
	unsigned number;
	const char *name, *use;
} needed[] = {
	{ CAP_BPF, "CAP_BPF", "maps and programs" },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", "attaching to an interface" },
	{ CAP_NET_RAW, "CAP_NET_RAW", "Magic Packets and ARP" },
};

void capability_explain(char *why, size_t why_size)
{
	size_t length = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!capability_has(needed[i].number) && length < why_size)
			length += (size_t)snprintf(why + length, why_size - length, "%s%s (for %s)",
			                           length ? ", " : "missing ", needed[i].name,
			                           needed[i].use);
	if (!length)
		snprintf(
			why, why_size,
			"the kernel refuses although CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW are here: "
			"a seccomp profile or a security module forbids bpf(2)");
}
