// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/filter.h>

#include "base/files.h"
#include "datapath_config.h"
#include "sleepproxy.skel.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define MOVE(register, value) \
	((struct bpf_insn){ \
		.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = (register), .imm = (value) })
#define EXIT ((struct bpf_insn){ .code = BPF_JMP | BPF_EXIT })

static const struct bpf_insn passes[] = { MOVE(BPF_REG_0, XDP_PASS), EXIT };

/*
 * A compare and swap of 32 bits on the stack: the first that some JIT compilers (arm64 before 5.18)
 * lack.
 */
static const struct bpf_insn cmpxchg[] = {
	{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10, .off = -4 },
	MOVE(BPF_REG_0, 0),
	MOVE(BPF_REG_1, 1),
	{ .code = BPF_STX | BPF_ATOMIC | BPF_W,
	  .dst_reg = BPF_REG_10,
	  .src_reg = BPF_REG_1,
	  .off = -4,
	  .imm = BPF_CMPXCHG },
	MOVE(BPF_REG_0, XDP_PASS),
	EXIT,
};

static int load(const struct bpf_insn *code, size_t length)
{
	return bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", code, length, NULL);
}

static int closed(int fd)
{
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static bool has_program_type(int id)
{
	return libbpf_probe_bpf_prog_type((enum bpf_prog_type)id, NULL) > 0;
}

static bool has_map_type(int id)
{
	return libbpf_probe_bpf_map_type((enum bpf_map_type)id, NULL) > 0;
}

static bool has_helper(int id)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, (enum bpf_func_id)id, NULL) > 0;
}

static bool has_cmpxchg(int id)
{
	(void)id;
	return !closed(load(cmpxchg, COUNT(cmpxchg)));
}

/* clang-format off */
#define PROGRAM(name, since, id) { "program type", name, since, has_program_type, BPF_PROG_TYPE_##id }
#define MAP(name, since, id) { "map type", name, since, has_map_type, BPF_MAP_TYPE_##id }
#define HELPER(name, since) { "helper", "bpf_" #name, since, has_helper, BPF_FUNC_##name }

const struct probe_feature probe_features[] = {
	PROGRAM("xdp", "4.8", XDP),
	PROGRAM("syscall", "5.14", SYSCALL),
	MAP("hash", "3.19", HASH),
	MAP("array", "3.19", ARRAY),
	MAP("percpu_array", "4.6", PERCPU_ARRAY),
	MAP("lpm_trie", "4.11", LPM_TRIE),
	MAP("ringbuf", "5.8", RINGBUF),
	HELPER(map_lookup_elem, "3.19"),
	HELPER(jiffies64, "5.6"),
	HELPER(for_each_map_elem, "5.13"),
	HELPER(loop, "5.17"),
	HELPER(xdp_adjust_tail, "4.18"),
	HELPER(ringbuf_reserve, "5.8"),
	HELPER(ringbuf_submit, "5.8"),
	HELPER(ringbuf_discard, "5.8"),
	HELPER(ktime_get_coarse_ns, "5.11"),
	HELPER(xdp_get_buff_len, "5.18"),
	{ "instruction", "32-bit compare and swap", "5.12, on arm64 5.18", has_cmpxchg, 0 },
};
/* clang-format on */

const size_t probe_feature_count = COUNT(probe_features);

void probe_init(void)
{
	libbpf_set_print(NULL);
}

int probe_maps(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);

	/* a type that always needs CAP_BPF: others need none if unprivileged BPF is enabled */
	return closed(bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "probe", 8, 4, 1, &options));
}

int probe_xdp(void)
{
	return closed(load(passes, COUNT(passes)));
}

bool probe_jit(void)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	autoclose int program = load(passes, COUNT(passes));

	return program >= 0 && !bpf_obj_get_info_by_fd(program, &info, &size) &&
	       info.jited_prog_len;
}

/* Large maps cost memory, and say nothing about the program. */
static void shrink_maps(struct sleepproxy_bpf *skeleton)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skeleton->obj)
	{
		if (!bpf_map__is_internal(map) && bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
			bpf_map__set_max_entries(map, 1);
	}
}

int probe_program(void)
{
	struct sleepproxy_bpf *skeleton = sleepproxy_bpf__open();
	int err;

	if (!skeleton)
		return -errno;
	shrink_maps(skeleton);
	err = sleepproxy_bpf__load(skeleton);
	sleepproxy_bpf__destroy(skeleton);
	return err;
}
