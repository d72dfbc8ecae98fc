// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <stdio.h>
#include <string.h>
#include <xdp/libxdp.h>

#include "base/cleanup.h"
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
static const struct bpf_insn swaps[] = {
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

static bool has_swap(int id)
{
	(void)id;
	return !closed(load(swaps, COUNT(swaps)));
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
	HELPER(xdp_adjust_tail, "4.18"),
	HELPER(ringbuf_reserve, "5.8"),
	HELPER(ringbuf_submit, "5.8"),
	HELPER(ringbuf_discard, "5.8"),
	HELPER(ktime_get_coarse_ns, "5.11"),
	HELPER(xdp_get_buff_len, "5.18"),
	{ "instruction", "32-bit compare and swap", "5.12, on arm64 5.18", has_swap, 0 },
};
/* clang-format on */

const size_t probe_feature_count = COUNT(probe_features);

/* libbpf and libxdp have words of their own for what is said here. */
static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static int libxdp_say_nothing(enum libxdp_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static void be_quiet(void)
{
	libbpf_set_print(say_nothing);
	libxdp_set_print(libxdp_say_nothing);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
}

int probe_maps(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);

	be_quiet();
	/* a kind for which CAP_BPF is always asked: some need no privilege where a sysctl is off */
	return closed(bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "probe", 8, 4, 1, &options));
}

int probe_xdp(void)
{
	be_quiet();
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

/* The sizes that a user configures cost memory, and are no property of the program. */
static void make_small(struct sleepproxy_bpf *skeleton)
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
	struct sleepproxy_bpf *skeleton;
	int err;

	be_quiet();
	skeleton = sleepproxy_bpf__open();
	if (!skeleton)
		return -errno;
	make_small(skeleton);
	err = sleepproxy_bpf__load(skeleton);
	sleepproxy_bpf__destroy(skeleton);
	return err;
}

static void add_name(char names[PROBE_NAMES], const struct xdp_program *program)
{
	size_t length = strlen(names);

	if (program)
		snprintf(names + length, PROBE_NAMES - length, "%s%s", length ? ", " : "",
		         xdp_program__name(program));
}

/* Takes CAP_SYS_ADMIN; without it the names stay unknown. */
static void read_names(uint32_t ifindex, char names[PROBE_NAMES])
{
	struct xdp_multiprog *programs = xdp_multiprog__get_from_ifindex((int)ifindex);
	struct xdp_program *program = NULL;

	if (libxdp_get_error(programs))
		return;
	if (xdp_multiprog__is_legacy(programs))
		add_name(names, xdp_multiprog__main_prog(programs));
	else
		while ((program = xdp_multiprog__next_prog(program, programs)))
			add_name(names, program);
	xdp_multiprog__close(programs);
}

static bool is_ours(uint32_t id, const char *interface, const char *pin_dir)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);
	char pin[PATH_MAX];
	autoclose int link = -1;

	snprintf(pin, sizeof(pin), "%s/link-%s", pin_dir, interface);
	link = bpf_obj_get(pin);
	return link >= 0 && !bpf_obj_get_info_by_fd(link, &info, &size) && info.prog_id == id;
}

int probe_slot(uint32_t ifindex, const char *interface, const char *pin_dir,
               struct probe_slot *slot)
{
	struct probe_slot found = { 0 };
	int err;

	be_quiet();
	err = bpf_xdp_query_id((int)ifindex, 0, &found.id);
	if (err)
		return err;
	if (found.id) {
		found.ours = is_ours(found.id, interface, pin_dir);
		read_names(ifindex, found.names);
	}
	*slot = found;
	return 0;
}
