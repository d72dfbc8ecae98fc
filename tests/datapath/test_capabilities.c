// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath loads with CAP_BPF and CAP_NET_ADMIN alone. Without CAP_PERFMON the verifier is
 * stricter: no variable is added to a packet pointer, which is compared only with the frame's end.
 * And it puts barriers against speculation after stores to the stack, of which the fast path has
 * none.
 */
#include "test.h"

#include "support_row.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include "sleepproxy.skel.h"

#define BIT(capability) (1ULL << (capability))

enum { LOADED, REFUSED, NOT_DROPPED, UNREADABLE, BARRIERS };

/* sleepproxy, fast_find_awake and fast_find_refusal. */
enum { FAST_FUNCTIONS = 3 };

enum { INSTRUCTIONS = 16384, FUNCTIONS = 64, OPCODE_NOSPEC = BPF_ST | 0xc0 };

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

static bool is_fast(const char *function)
{
	return !strcmp(function, "sleepproxy") || !strncmp(function, "fast_", strlen("fast_"));
}

/* Have the functions of the fast path none? All but these are inlined. */
static int look_for_barriers(const struct sleepproxy_bpf *datapath)
{
	static struct bpf_insn instructions[INSTRUCTIONS];
	static struct bpf_func_info functions[FUNCTIONS];
	const struct btf *btf = bpf_object__btf(datapath->obj);
	struct bpf_prog_info info = {
		.xlated_prog_insns = (uintptr_t)instructions,
		.xlated_prog_len = sizeof(instructions),
		.func_info = (uintptr_t)functions,
		.func_info_rec_size = sizeof(*functions),
		.nr_func_info = FUNCTIONS,
	};
	__u32 size = sizeof(info), end;
	unsigned fast = 0, barriers = 0;

	if (bpf_obj_get_info_by_fd(bpf_program__fd(datapath->progs.sleepproxy), &info, &size) ||
	    !info.xlated_prog_insns)
		return UNREADABLE;
	end = info.xlated_prog_len / sizeof(*instructions);
	for (__u32 i = info.nr_func_info; i-- > 0; end = functions[i].insn_off) {
		const struct btf_type *type = btf__type_by_id(btf, functions[i].type_id);

		if (!is_fast(btf__name_by_offset(btf, type->name_off)))
			continue;
		fast++;
		for (__u32 k = functions[i].insn_off; k < end; k++)
			barriers += instructions[k].code == OPCODE_NOSPEC;
	}
	return fast != FAST_FUNCTIONS ? UNREADABLE : barriers ? BARRIERS : LOADED;
}

static int load(__u64 kept)
{
	struct sleepproxy_bpf *datapath;
	int result;

	if (keep_only(kept) || !keep_only(kept | BIT(CAP_SYS_ADMIN)))
		return NOT_DROPPED;
	datapath = sleepproxy_bpf__open_and_load();
	if (!datapath)
		return REFUSED;
	result = look_for_barriers(datapath);
	sleepproxy_bpf__destroy(datapath);
	return result;
}

static int status_of(pid_t child)
{
	int status;

	assert_true(child >= 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int load_apart(__u64 kept)
{
	const pid_t child = fork();

	if (!child)
		_exit(load(kept));
	return status_of(child);
}

/* What a program of this directory ends with, which may have these capabilities only. */
static int run_bound(const char *program, __u64 bound)
{
	char path[PATH_MAX] = "";
	const pid_t child = fork();

	if (child)
		return status_of(child);
	for (int capability = 0; capability <= CAP_LAST_CAP; capability++)
		if (!(bound & BIT(capability)))
			prctl(PR_CAPBSET_DROP, capability);
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		_exit(UNREADABLE);
	strcpy(strrchr(path, '/') + 1, program);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execl(path, path, NULL);
	_exit(UNREADABLE);
}

TEST(bpf_and_net_admin_suffice)
{
	const int result = load_apart(BIT(CAP_BPF) | BIT(CAP_NET_ADMIN));

	assert_true(result == LOADED || result == BARRIERS);
}

TEST(the_fast_path_has_no_barriers)
{
	assert_int_equal(load_apart(BIT(CAP_BPF) | BIT(CAP_NET_ADMIN)), LOADED);
}

/* By themselves they run with all capabilities, as the datapath does where it has CAP_PERFMON. */
TEST(frames_are_handled_alike_without_it)
{
	static const char *const programs[] = {
		"test_rows",         "test_tags",        "test_sequences",   "test_dhcp",
		"test_echo",         "test_index",       "test_no_headroom", "test_no_tailroom",
		"test_index_random", "test_update_host", "test_bounce",      "test_refusal",
		"test_index_added",
	};

	EACH(i, programs)
	{
		shown = programs[i];
		assert_int_equal(run_bound(shown, BIT(CAP_BPF) | BIT(CAP_NET_ADMIN)), 0);
	}
	shown = NULL;
}

/* Otherwise the tests above would prove nothing. */
TEST(less_does_not_suffice)
{
	libbpf_set_print(NULL);
	assert_int_equal(load_apart(BIT(CAP_NET_ADMIN)), REFUSED);
	assert_int_equal(load_apart(BIT(CAP_BPF)), REFUSED);
}
