// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of the steps that bpf/cell.bpf.h relies on, in the programs as they are loaded: another
 * CPU comes between two of them so rarely that test_index_race does not see what is out of order.
 */
#include "test.h"

#include "support_row.h"

#include <string.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "sleepproxy.skel.h"

enum { INSTRUCTIONS = 16384, FUNCTIONS = 64, STEPS = 64 };

/*
 * + & | C X: add, and, or, compare and swap, exchange, all of them atomic; s: a store that is not,
 * other than to the stack; f: index_forget.
 */
#define STATE_STEPS "CXf"
#define ALL_STEPS "+&|CXsf"

static const struct {
	const char *shows, *function, *counted, *steps;
} functions[] = {
	{ "the version changes before the cell is cleared", "index_forget", ALL_STEPS, "++&s" },
	{ "a look reads the cell before the maps, and swaps it", "look_write4", ALL_STEPS, "|C" },
	{ "… where the host's home has no address", "look_write6", ALL_STEPS, "|C" },
	{ "who was seen is noted by compare and swap", "fast_find_awake", ALL_STEPS, "sC" },
	{ "an owner's state is set before the index forgets it; after a row is written by others "
	  "it forgets in any case",
	  "handle", STATE_STEPS, "fXf" },
	{ "… by its MAC in ARP", "arp_handle", STATE_STEPS, "fXf" },
	{ "a wake's state", "wake_handle", STATE_STEPS, "Cf" },
	{ "a claim's", "claim_of_drowsy", STATE_STEPS, "Cf" },
	{ "a claim's, of a sleeper", "claim_of_sleeper", STATE_STEPS, "Cf" },
	{ "the daemon's, and fields", "update_host", STATE_STEPS, "fCf" },
};

/* A program, as the kernel has it. */
static struct bpf_insn instructions[INSTRUCTIONS];
static struct bpf_func_info starts[FUNCTIONS];
static const char *names[FUNCTIONS + 1];
static __u32 function_count, instruction_count;

static void read_program(const struct sleepproxy_bpf *datapath, const struct bpf_program *program)
{
	const struct btf *btf = bpf_object__btf(datapath->obj);
	struct bpf_prog_info info = {
		.xlated_prog_insns = (uintptr_t)instructions,
		.xlated_prog_len = sizeof(instructions),
		.func_info = (uintptr_t)starts,
		.func_info_rec_size = sizeof(*starts),
		.nr_func_info = FUNCTIONS,
	};
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size), 0);
	assert_true(info.nr_func_info && info.nr_func_info <= FUNCTIONS);
	function_count = info.nr_func_info;
	instruction_count = info.xlated_prog_len / sizeof(*instructions);
	for (__u32 i = 0; i < function_count; i++)
		names[i] =
			btf__name_by_offset(btf, btf__type_by_id(btf, starts[i].type_id)->name_off);
}

static const char *function_at(__u32 start)
{
	for (__u32 i = 0; i < function_count; i++)
		if (starts[i].insn_off == start)
			return names[i];
	return "";
}

static char atomic_step(__s32 operation)
{
	switch (operation) {
	case BPF_CMPXCHG:
		return 'C';
	case BPF_XCHG:
		return 'X';
	default:
		switch (operation & ~BPF_FETCH) {
		case BPF_ADD:
			return '+';
		case BPF_AND:
			return '&';
		default:
			return '|';
		}
	}
}

/* A call of one of the program's functions has its distance where others have none. */
static char step_at(__u32 at)
{
	const struct bpf_insn *instruction = &instructions[at];
	const __u8 code = instruction->code, class = BPF_CLASS(code);

	if (code == (BPF_JMP | BPF_CALL) && instruction->src_reg == BPF_PSEUDO_CALL)
		return strcmp(function_at(at + 1 + instruction->off), "index_forget") ? 0 : 'f';
	if (class == BPF_STX && BPF_MODE(code) == BPF_ATOMIC)
		return atomic_step(instruction->imm);
	if ((class == BPF_STX || class == BPF_ST) && BPF_MODE(code) == BPF_MEM)
		return instruction->dst_reg == BPF_REG_10 ? 0 : 's';
	return 0;
}

static bool read_steps(const char *function, const char *counted, char *steps)
{
	for (__u32 i = 0; i < function_count; i++) {
		const bool is_last = i + 1 == function_count;
		const __u32 end = is_last ? instruction_count : starts[i + 1].insn_off;
		size_t length = 0;

		if (strcmp(names[i], function))
			continue;
		for (__u32 at = starts[i].insn_off; at < end && length < STEPS - 1; at++) {
			const char step = step_at(at);

			if (step && strchr(counted, step))
				steps[length++] = step;
		}
		steps[length] = 0;
		return true;
	}
	return false;
}

TEST(the_steps_are_in_this_order)
{
	const struct sleepproxy_bpf *datapath = testbed_datapath(testbed_of(ORDINARY));
	const struct bpf_program *const programs[] = { datapath->progs.sleepproxy,
		                                       datapath->progs.look,
		                                       datapath->progs.update_host };
	bool found[sizeof(functions) / sizeof(*functions)] = { 0 };

	EACH(p, programs)
	{
		read_program(datapath, programs[p]);
		EACH_SHOWN(i, functions)
		{
			char steps[STEPS];

			if (!read_steps(functions[i].function, functions[i].counted, steps))
				continue;
			assert_string_equal(steps, functions[i].steps);
			found[i] = true;
		}
	}
	EACH(i, found)
	assert_true(found[i]);
}
