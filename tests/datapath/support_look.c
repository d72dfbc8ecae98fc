// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_look.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "sleepproxy.skel.h"

__u64 testbed_few = 4096;

struct index_look testbed_look(struct testbed *testbed)
{
	const int program = bpf_program__fd(testbed_datapath(testbed)->progs.look);
	struct timespec tick;
	struct index_look look = { .few = testbed_few };
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &look, .ctx_size_in = sizeof(look));
	int err = clock_getres(CLOCK_MONOTONIC_COARSE, &tick);

	look.tick = (__u64)tick.tv_nsec;
	err |= bpf_prog_test_run_opts(program, &options);
	assert(!err);
	return look;
}

void testbed_believe_look(struct testbed *testbed)
{
	testbed_datapath(testbed)->data_index->index_state.valid_until = UINT64_MAX;
}

void testbed_forget_look(struct testbed *testbed)
{
	testbed_datapath(testbed)->data_index->index_state.valid_until = 0;
}

bool testbed_believes_look(struct testbed *testbed)
{
	return testbed_datapath(testbed)->data_index->index_state.valid_until;
}

void testbed_forget_awake(struct testbed *testbed)
{
	const struct bpf_map *awake = testbed_datapath(testbed)->maps.index_awake;
	void *none = calloc(1, bpf_map__value_size(awake));
	const __u32 only_row = 0;
	const int err = bpf_map_update_elem(bpf_map__fd(awake), &only_row, none, BPF_ANY);

	assert(!err);
	free(none);
}

static void map_put(const struct bpf_map *map, const void *key, const void *value)
{
	const int err = value ? bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY) : 0;

	assert(!err);
	if (!value)
		bpf_map_delete_elem(bpf_map__fd(map), key);
}

void testbed_put_host(struct testbed *testbed, const struct mac *mac, const struct host_entry *host)
{
	map_put(testbed_datapath(testbed)->maps.hosts, mac, host);
}

void testbed_put_address(struct testbed *testbed, struct ipv4 address, const struct mac *mac)
{
	map_put(testbed_datapath(testbed)->maps.addresses4, &address, mac);
}

void testbed_put_address6(struct testbed *testbed, struct ipv6 address, const struct mac *mac)
{
	map_put(testbed_datapath(testbed)->maps.addresses6, &address, mac);
}

void testbed_forget_notices(struct testbed *testbed)
{
	const int notices = bpf_map__fd(testbed_datapath(testbed)->maps.notices);
	const __u32 only_row = 0;
	__u8 notice[24];

	while (!bpf_map_get_next_key(notices, NULL, notice))
		bpf_map_delete_elem(notices, notice);
	map_put(testbed_datapath(testbed)->maps.notice_rate, &only_row, &(__u64){ 0 });
}

struct host_entry testbed_get_host(struct testbed *testbed, const struct mac *mac)
{
	const int hosts = bpf_map__fd(testbed_datapath(testbed)->maps.hosts);
	struct host_entry host = { 0 };
	const int err = bpf_map_lookup_elem(hosts, mac, &host);

	assert(!err);
	return host;
}

struct host_entry testbed_host(struct testbed *testbed, enum who who)
{
	return testbed_get_host(testbed, mac_of(who));
}
