// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath loads with CAP_BPF and CAP_NET_ADMIN alone. Without CAP_PERFMON the verifier is
 * stricter: no variable is added to a packet pointer, which is compared only with the frame's end.
 */
#include "test.h"

#include "support_row.h"

#include <unistd.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "sleepproxy.skel.h"

#define BIT(capability) (1ULL << (capability))

enum { LOADED, REFUSED, NOT_DROPPED };

static int keep_only(__u64 kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective = data[i].permitted = kept >> (32 * i);
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data);
}

static int load(__u64 kept)
{
	struct sleepproxy_bpf *datapath;

	if (keep_only(kept) || !keep_only(kept | BIT(CAP_SYS_ADMIN)))
		return NOT_DROPPED;
	datapath = sleepproxy_bpf__open_and_load();
	if (!datapath)
		return REFUSED;
	sleepproxy_bpf__destroy(datapath);
	return LOADED;
}

static int load_apart(__u64 kept)
{
	const pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child)
		_exit(load(kept));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

TEST(bpf_and_net_admin_suffice)
{
	assert_int_equal(load_apart(BIT(CAP_BPF) | BIT(CAP_NET_ADMIN)), LOADED);
}

/* Otherwise the test above would prove nothing. */
TEST(less_does_not_suffice)
{
	libbpf_set_print(NULL);
	assert_int_equal(load_apart(BIT(CAP_NET_ADMIN)), REFUSED);
	assert_int_equal(load_apart(BIT(CAP_BPF)), REFUSED);
}
