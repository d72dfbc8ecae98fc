// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/capability.h"

#include <linux/capability.h>
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
	/* both were split off from it (capabilities(7)), and it still grants them */
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
