// SPDX-License-Identifier: GPL-2.0-or-later
#include "subject.h"

#include <endian.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "datapath/internal.h"
#include "frames.h"
#include "heartbeat.h"
#include "measure.h"

#define NS_PER_S 1000000000ULL

enum { ADDRESSES_PER_HOST = 4, TIMEOUT_S = 3600, HOSTS_WITH_IPV6 = 1024 };

struct subject {
	struct build build;
	unsigned hosts;
	struct bpf_object *object;
	struct sleepproxy_bpf
		skeleton; /* of the object, as far as loader/datapath/index.c uses it */
	struct ring_buffer *ring;
	unsigned reports;
};

static const __u32 only_row = 0;

static struct bpf_map *map_of(const struct subject *subject, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(subject->object, name);

	need(map != NULL, name);
	return map;
}

static int map_fd(const struct subject *subject, const char *name)
{
	return bpf_map__fd(map_of(subject, name));
}

static void object_open(struct subject *subject)
{
	const void *bytes;
	size_t size;

	if (subject->build.file) {
		subject->object = bpf_object__open_file(subject->build.file, NULL);
	} else {
		bytes = sleepproxy_bpf__elf_bytes(&size);
		subject->object = bpf_object__open_mem(bytes, size, NULL);
	}
	need(subject->object != NULL, "open the datapath");
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
	need(false, suffix);
	return NULL;
}

/* Sized and looked at by the daemon's own code; another build's tables are as this one's. */
static void object_prepare(struct subject *subject)
{
	const struct datapath_config config = { .mac = { { 0x02, 0xaa, 0, 0, 0, 0x01 } },
		                                .answer = ANSWER_PROXY };
	struct sleepproxy_bpf *skeleton = &subject->skeleton;
	size_t size;

	skeleton->rodata =
		(void *)bpf_map__initial_value(map_ending_with(subject, ".rodata"), &size);
	need(skeleton->rodata && size >= sizeof(*skeleton->rodata), "set the constants");
	memcpy((void *)&skeleton->rodata->config, &config, sizeof(config));
	skeleton->maps.index_cells = map_of(subject, "index_cells");
	skeleton->maps.index_macs = map_of(subject, "index_macs");
	skeleton->maps.index_buckets = map_of(subject, "index_buckets");
	skeleton->maps.index_awake = map_of(subject, "index_awake");
	skeleton->maps.index_homes = map_of(subject, "index_homes");
	skeleton->progs.look = bpf_object__find_program_by_name(subject->object, "look");
	need(!index_set_size(skeleton, subject->hosts), "size the index");
	bpf_map__set_max_entries(map_of(subject, "hosts"), subject->hosts);
	bpf_map__set_max_entries(map_of(subject, "addresses4"),
	                         subject->hosts * ADDRESSES_PER_HOST);
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
static void object_load(const struct subject *subject)
{
	caps all, reduced;
	int err;

	need(!syscall(SYS_capget, &self, all), "read capabilities");
	memcpy(reduced, all, sizeof(reduced));
	if (!subject->build.perfmon) {
		capability_drop(reduced, CAP_PERFMON);
		capability_drop(reduced, CAP_SYS_ADMIN);
	}
	need(!syscall(SYS_capset, &self, reduced), "drop capabilities");
	err = bpf_object__load(subject->object);
	need(!syscall(SYS_capset, &self, all), "regain capabilities");
	need(!err, "load the datapath");
}

static int on_report(void *context, void *data, size_t size)
{
	struct subject *subject = context;

	(void)data;
	(void)size;
	subject->reports++;
	return 0;
}

static void start_heartbeat(const struct subject *subject)
{
	struct heartbeat beat = { .timeout = TIMEOUT_S * NS_PER_S };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	beat.last = now.tv_sec * NS_PER_S + now.tv_nsec;
	need(!bpf_map_update_elem(map_fd(subject, "heartbeat"), &only_row, &beat, BPF_ANY),
	     "heartbeat");
}

struct subject *subject_new(const struct build *build, unsigned hosts, enum host_state state)
{
	struct subject *subject = calloc(1, sizeof(*subject));

	need(subject != NULL, "no memory");
	subject->build = *build;
	subject->hosts = hosts;
	object_open(subject);
	object_prepare(subject);
	object_load(subject);
	subject->ring = ring_buffer__new(map_fd(subject, "reports"), on_report, subject, NULL);
	need(subject->ring != NULL, "open the ring");
	start_heartbeat(subject);
	subject_set_hosts(subject, state);
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
	return bpf_program__fd(bpf_object__find_program_by_name(subject->object, "sleepproxy"));
}

/* Of an index that is valid. */
static void set_valid_until(const struct subject *subject, __u64 until)
{
	const int data = bpf_map__fd(map_ending_with(subject, ".data.index"));
	struct sleepproxy_bpf__data_index state;

	need(!bpf_map_lookup_elem(data, &only_row, &state), "read the index's state");
	need(state.index_state.valid_until != 0, "have a valid index");
	state.index_state.valid_until = until;
	need(!bpf_map_update_elem(data, &only_row, &state, BPF_ANY), "keep it");
}

void subject_look(struct subject *subject)
{
	struct datapath datapath = { .max_hosts = subject->hosts, .maps = &subject->skeleton };
	struct maps_view view;

	need(!maps_look(&datapath, &view), "look");
	set_valid_until(subject, UINT64_MAX);
}

void subject_index_off(const struct subject *subject)
{
	set_valid_until(subject, 0);
}

static void write_addresses6(const struct subject *subject)
{
	const int addresses6 = map_fd(subject, "addresses6");

	for (unsigned i = 0; i < subject->hosts; i++) {
		const struct ipv6 address = address6_of_host(i);
		const __u64 mac = mac_of_host(i, RANDOM);

		need(!bpf_map_update_elem(addresses6, &address, &mac, BPF_ANY), "addresses6");
	}
}

void subject_set_hosts(struct subject *subject, enum host_state state)
{
	write_hosts(map_fd(subject, "hosts"), map_fd(subject, "addresses4"), subject->hosts, RANDOM,
	            state);
	if (subject->hosts <= HOSTS_WITH_IPV6)
		write_addresses6(subject);
	subject_look(subject);
}

struct counters subject_counters(const struct subject *subject)
{
	return read_counters(map_fd(subject, "counters"));
}

unsigned subject_read_reports(struct subject *subject)
{
	subject->reports = 0;
	need(ring_buffer__consume(subject->ring) >= 0, "read the ring");
	return subject->reports;
}

struct counters read_counters(int fd)
{
	const int cpus = libbpf_num_possible_cpus();
	struct counters *rows = calloc(cpus, sizeof(*rows)), sum = { 0 };

	need(rows && !bpf_map_lookup_elem(fd, &only_row, rows), "read the counters");
	for (int cpu = 0; cpu < cpus; cpu++)
		for (unsigned i = 0; i < OUTCOME_COUNT; i++)
			((__u64 *)&sum)[i] += ((const __u64 *)&rows[cpu])[i];
	free(rows);
	return sum;
}

void write_hosts(int hosts, int addresses4, unsigned count, enum macs macs, enum host_state state)
{
	/* one that is awake was seen */
	const struct host_entry host = { .state = state, .last_seen = state == AWAKE };
	struct mac *mac = calloc(count, sizeof(*mac));
	struct host_entry *entry = calloc(count, sizeof(*entry));
	__u32 *address = calloc(count, sizeof(*address)), done = count;

	need(mac && entry && address, "no memory");
	for (unsigned i = 0; i < count; i++) {
		const __u64 octets = mac_of_host(i, macs);

		memcpy(&mac[i], &octets, sizeof(*mac));
		address[i] = htobe32(NET_HOSTS + i);
		entry[i] = host;
	}
	need(!bpf_map_update_batch(hosts, mac, entry, &done, NULL) && done == count, "hosts");
	need(!bpf_map_update_batch(addresses4, address, mac, &done, NULL) && done == count,
	     "addresses4");
	free(mac);
	free(entry);
	free(address);
}
