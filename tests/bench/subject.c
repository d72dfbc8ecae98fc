// SPDX-License-Identifier: GPL-2.0-or-later
#include "subject.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include "measure.h"
#include "heartbeat.h"
#include "datapath_config.h"
#include "index.h"
#include "index_look.h"
#include "sleepproxy.skel.h"

#define NS_PER_S 1000000000ULL

enum { ADDRESSES_PER_HOST = 4, TIMEOUT_S = 3600 };

struct subject {
	struct subject_plan plan;
	struct bpf_object *object;
	struct bpf_program *program;
	struct ring_buffer *ring;
	unsigned reports;
};

const struct mac proxy_mac = { { 0x02, 0, 0, 0xaa, 0, 1 } };

static struct bpf_map *map_of(const struct subject *subject, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(subject->object, name);

	need(map != NULL, name);
	return map;
}

static void map_set(const struct subject *subject, const char *name, const void *key,
                    const void *value)
{
	need(!bpf_map_update_elem(bpf_map__fd(map_of(subject, name)), key, value, BPF_ANY), name);
}

static void object_open(struct subject *subject)
{
	const void *bytes;
	size_t size;

	if (subject->plan.file) {
		subject->object = bpf_object__open_file(subject->plan.file, NULL);
	} else {
		bytes = sleepproxy_bpf__elf_bytes(&size);
		subject->object = bpf_object__open_mem(bytes, size, NULL);
	}
	need(subject->object != NULL, "open the datapath");
	subject->program = bpf_object__find_program_by_name(subject->object, "sleepproxy");
	need(subject->program != NULL, "find the program");
}

/* The names of maps of constants and variables start with the object's, which libbpf puts there. */
static struct bpf_map *map_ending_with(const struct subject *subject, const char *suffix)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, subject->object)
	{
		const char *dot = strchr(bpf_map__name(map), '.');

		if (dot && !strcmp(dot, suffix))
			return map;
	}
	return NULL;
}

static __u32 power_of_2(__u32 least, __u32 size)
{
	while (least < size)
		least *= 2;
	return least;
}

static void set_index_size(const struct subject *subject, struct sleepproxy_bpf__rodata *constants)
{
	const __u32 hosts = subject->plan.hosts;
	const __u32 cells = power_of_2(INDEX_CELLS_MIN, hosts * INDEX_CELLS_PER_HOST);
	const __u32 words = power_of_2(INDEX_MAC_WORDS_MIN, hosts * INDEX_MAC_BITS_PER_HOST / 64);
	const __u32 awake = power_of_2(INDEX_AWAKE_MIN, hosts * INDEX_AWAKE_PER_HOST);

	*(__u32 *)&constants->index_cells_mask = cells - 1;
	*(__u32 *)&constants->index_words_mask = words - 1;
	*(__u32 *)&constants->index_awake_mask = awake - 1;
	bpf_map__set_value_size(map_of(subject, "index_cells"), cells * sizeof(__u32));
	bpf_map__set_value_size(map_of(subject, "index_macs"), words * sizeof(__u64));
	bpf_map__set_value_size(map_of(subject, "index_awake"), awake * sizeof(__u64));
	bpf_map__set_max_entries(map_of(subject, "index_homes"), hosts);
}

static void object_set(const struct subject *subject)
{
	const struct datapath_config config = { .mac = proxy_mac, .answer = ANSWER_PROXY };
	struct bpf_map *rodata = map_ending_with(subject, ".rodata");
	struct sleepproxy_bpf__rodata *constants;
	size_t size;

	need(rodata != NULL, "find the constants");
	constants = (void *)bpf_map__initial_value(rodata, &size); /* const before libbpf 1.2 */
	need(constants && size >= sizeof(*constants), "set the constants");
	memcpy((void *)&constants->config, &config, sizeof(config));
	if (size > sizeof(config) + sizeof(__u32)) /* builds from before the index have none */
		set_index_size(subject, constants);
	bpf_map__set_max_entries(map_of(subject, "hosts"), subject->plan.hosts);
	bpf_map__set_max_entries(map_of(subject, "addresses4"),
	                         subject->plan.hosts * ADDRESSES_PER_HOST);
}

static struct __user_cap_header_struct self = { _LINUX_CAPABILITY_VERSION_3, 0 };

typedef struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

static void capability_drop(caps of, unsigned capability)
{
	of[capability / 32].effective &= ~(1u << capability % 32);
}

/*
 * As the daemon loads it. The barriers against speculation cost far more than the differences that
 * are measured here.
 */
static int object_load(const struct subject *subject)
{
	caps all, reduced;
	int err;

	need(!syscall(SYS_capget, &self, all), "read capabilities");
	memcpy(reduced, all, sizeof(reduced));
	if (!subject->plan.perfmon) {
		capability_drop(reduced, CAP_PERFMON);
		capability_drop(reduced, CAP_SYS_ADMIN);
	}
	need(!syscall(SYS_capset, &self, reduced), "drop capabilities");
	err = bpf_object__load(subject->object);
	need(!syscall(SYS_capset, &self, all), "regain capabilities");
	return err;
}

static int on_report(void *context, void *data, size_t size)
{
	struct subject *subject = context;

	(void)data;
	(void)size;
	subject->reports++;
	return 0;
}

struct subject *subject_new(const struct subject_plan *plan)
{
	struct subject *subject = calloc(1, sizeof(*subject));

	need(subject != NULL, "no memory");
	subject->plan = *plan;
	object_open(subject);
	object_set(subject);
	need(!object_load(subject), "load the datapath");
	subject->ring =
		ring_buffer__new(bpf_map__fd(map_of(subject, "reports")), on_report, subject, NULL);
	need(subject->ring != NULL, "open the ring");
	subject_reset(subject);
	return subject;
}

void subject_free(struct subject *subject)
{
	if (!subject)
		return;
	ring_buffer__free(subject->ring);
	bpf_object__close(subject->object);
	free(subject);
}

int subject_program(const struct subject *subject)
{
	return bpf_program__fd(subject->program);
}

static void set_host(const struct subject *subject, __u32 i)
{
	const __u64 mac = mac_of_host(i, subject->plan.macs);
	const __u32 address = htobe32(NET_HOSTS + i);
	const struct host_entry host = { .state = subject->plan.state };

	map_set(subject, "hosts", &mac, &host);
	map_set(subject, "addresses4", &address, &mac);
}

/* As the daemon does, but valid for as long as it takes. */
static void look(const struct subject *subject)
{
	struct index_look look = { .tick = 1000000, .few = 4097 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &look, .ctx_size_in = sizeof(look));
	struct bpf_program *program = bpf_object__find_program_by_name(subject->object, "look");
	struct bpf_map *data = map_ending_with(subject, ".data.index");
	struct sleepproxy_bpf__data_index state;
	__u32 only_row = 0;

	if (!program || getenv("NOINDEX"))
		return;
	need(!bpf_prog_test_run_opts(bpf_program__fd(program), &run), "look");
	need(!bpf_map_lookup_elem(bpf_map__fd(data), &only_row, &state), "read the index's state");
	need(state.index_state.valid_until != 0, "have a valid index");
	state.index_state.valid_until = UINT64_MAX;
	need(!bpf_map_update_elem(bpf_map__fd(data), &only_row, &state, BPF_ANY), "keep it");
}

void subject_reset(const struct subject *subject)
{
	struct heartbeat beat = { .timeout = TIMEOUT_S * NS_PER_S };
	struct timespec now;
	__u32 only_row = 0;

	for (__u32 i = 0; i < subject->plan.hosts; i++)
		set_host(subject, i);
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	beat.last = now.tv_sec * NS_PER_S + now.tv_nsec;
	map_set(subject, "heartbeat", &only_row, &beat);
	look(subject);
}

struct counters subject_counters(const struct subject *subject)
{
	const int cpus = libbpf_num_possible_cpus();
	struct counters *rows = calloc(cpus, sizeof(*rows)), sum = { 0 };
	__u32 only_row = 0;

	need(rows && !bpf_map_lookup_elem(bpf_map__fd(map_of(subject, "counters")), &only_row,
	                                  rows),
	     "read the counters");
	for (int cpu = 0; cpu < cpus; cpu++)
		for (unsigned i = 0; i < OUTCOME_COUNT; i++)
			((__u64 *)&sum)[i] += ((const __u64 *)&rows[cpu])[i];
	free(rows);
	return sum;
}

unsigned subject_read_reports(struct subject *subject)
{
	subject->reports = 0;
	need(ring_buffer__consume(subject->ring) >= 0, "read the ring");
	return subject->reports;
}
