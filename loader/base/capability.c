// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/capability.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

struct capability_sets {
	struct __user_cap_data_struct word[_LINUX_CAPABILITY_U32S_3];
};

/* All empty where the kernel does not say. */
static struct capability_sets get_sets(void)
{
	struct capability_sets sets = { 0 };

	syscall(SYS_capget, &header, sets.word);
	return sets;
}

static int put_sets(const struct capability_sets *sets)
{
	return syscall(SYS_capset, &header, sets->word) ? -errno : 0;
}

static bool is_effective(unsigned capability)
{
	const struct capability_sets sets = get_sets();

	return sets.word[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
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
	struct capability_sets sets = get_sets();

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets.word[i].effective = sets.word[i].permitted;
	put_sets(&sets);
}

const struct capability capabilities[] = {
	{ CAP_BPF, true, true, "CAP_BPF", "to create maps and load programs" },
	{ CAP_NET_ADMIN, true, true, "CAP_NET_ADMIN", "to attach a program to an interface" },
	{ CAP_NET_RAW, true, true, "CAP_NET_RAW", "to send Magic Packets and ARP requests" },
	{ CAP_PERFMON, false, true, "CAP_PERFMON", "the datapath is faster" },
	{ CAP_SYS_ADMIN, false, false, "CAP_SYS_ADMIN",
	  "sleepproxyd can mount bpffs, and name other XDP programs" },
	{ 0 },
};

uint64_t capability_lasting(void)
{
	uint64_t lasting = 0;

	for (const struct capability *each = capabilities; each->name; each++)
		if (each->lasting)
			lasting |= CAPABILITY_BIT(each->number);
	return is_effective(CAP_BPF) ? lasting : lasting | CAPABILITY_BIT(CAP_SYS_ADMIN);
}

/* Asked without that capability, which this thread then has again. */
uint64_t capability_for_file(const char *path, int mode)
{
	const struct capability_sets before = get_sets();
	struct capability_sets without = before;
	bool is_refused;

	without.word[CAP_TO_INDEX(CAP_DAC_OVERRIDE)].effective &=
		~(CAP_TO_MASK(CAP_DAC_OVERRIDE) | CAP_TO_MASK(CAP_DAC_READ_SEARCH));
	if (!is_effective(CAP_DAC_OVERRIDE) || put_sets(&without))
		return 0;
	is_refused = faccessat(AT_FDCWD, path, mode, AT_EACCESS) && errno == EACCES;
	put_sets(&before);
	return is_refused ? CAPABILITY_BIT(CAP_DAC_OVERRIDE) : 0;
}

int capability_limit(uint64_t kept)
{
	struct capability_sets sets = get_sets();

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned long each = 0; prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; each++)
		prctl(PR_CAPBSET_DROP, each, 0, 0, 0); /* needs CAP_SETPCAP */
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		sets.word[i].permitted &= (uint32_t)(kept >> 32 * i);
		sets.word[i].effective = sets.word[i].permitted;
		sets.word[i].inheritable = 0;
	}
	return put_sets(&sets);
}

void capability_explain(char *why, size_t why_size)
{
	size_t length = 0;

	for (const struct capability *each = capabilities; each->name; each++)
		if (each->needed && !capability_has(each->number) && length < why_size)
			length +=
				(size_t)snprintf(why + length, why_size - length, "%s%s (%s)",
			                         length ? ", " : "missing ", each->name, each->use);
	/* it leaves a marker in its containers */
	if (length && length < why_size && !capability_has(CAP_BPF) && !access("/.dockerenv", F_OK))
		snprintf(why + length, why_size - length,
		         "; Docker older than 23.0 cannot grant it");
	if (!length)
		snprintf(
			why, why_size,
			"the kernel refuses although CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW are here: "
			"a seccomp profile or a security module forbids bpf(2)");
}
