// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The index in front of the maps (maps/index.h): sized, kept up to date by looks at the maps, and
 * switched off where they are written.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <time.h>

#include "datapath/internal.h"
#include "index.h"
#include "index_look.h"

/* For so many hosts: a look at those of more takes a millisecond, even where there are none. */
enum { SMALL_TABLES = 16384 };

static uint32_t power_of_2(uint32_t least, uint64_t size)
{
	while (least < size)
		least *= 2;
	return least;
}

int index_set_size(struct sleepproxy_bpf *skeleton, uint32_t hosts)
{
	const uint32_t cells = power_of_2(INDEX_CELLS_MIN, (uint64_t)hosts * INDEX_CELLS_PER_HOST);
	const uint32_t words =
		power_of_2(INDEX_MAC_WORDS_MIN, (uint64_t)hosts * INDEX_MAC_BITS_PER_HOST / 64);
	const uint32_t awake = power_of_2(INDEX_AWAKE_MIN, hosts / INDEX_HOSTS_PER_AWAKE);
	const uint32_t buckets =
		power_of_2(INDEX_BUCKETS_MIN, (uint64_t)hosts * INDEX_BUCKETS_PER_HOST);
	int err;

	*(uint32_t *)&skeleton->rodata->index_cells_mask = cells - 1;
	*(uint32_t *)&skeleton->rodata->index_words_mask = words - 1;
	*(uint32_t *)&skeleton->rodata->index_buckets_mask = buckets - 1;
	*(uint32_t *)&skeleton->rodata->index_awake_mask = awake - 1;
	err = bpf_map__set_value_size(skeleton->maps.index_cells, cells * sizeof(uint32_t));
	if (!err)
		err = bpf_map__set_value_size(skeleton->maps.index_macs, words * sizeof(uint64_t));
	if (!err)
		err = bpf_map__set_value_size(skeleton->maps.index_buckets,
		                              buckets * sizeof(struct index_bucket));
	if (!err)
		err = bpf_map__set_value_size(skeleton->maps.index_awake,
		                              awake * sizeof(struct index_awake));
	return err ? err : bpf_map__set_max_entries(skeleton->maps.index_homes, hosts);
}

void index_add_own(struct datapath *datapath, const struct mac *mac)
{
	struct mac *own = datapath->maps->data_index->index_state.own;

	for (size_t i = 0; i < INDEX_PORTS; i++)
		if (mac_equal(&own[i], mac)) /* of an interface that is attached again */
			return;
	own[datapath->own_count++ % INDEX_PORTS] = *mac;
	index_off(datapath);
}

void index_off(struct datapath *datapath)
{
	__atomic_store_n(&datapath->maps->data_index->index_state.valid_until, 0, __ATOMIC_SEQ_CST);
}

int maps_look(struct datapath *datapath, struct maps_view *view)
{
	struct timespec tick = { 0 };
	struct index_look look = { .few = datapath->max_hosts > SMALL_TABLES ? 0 : LOOK_FEW + 1 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &look, .ctx_size_in = sizeof(look));
	int err;

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	look.tick = (uint64_t)tick.tv_nsec;
	err = bpf_prog_test_run_opts(bpf_program__fd(datapath->maps->progs.look), &run);
	if (err)
		return err;
	view->digest = look.digest;
	view->are_many = look.hosts >= look.few;
	return 0;
}
