// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of the maps, written and read. Their meaning is documented in maps/. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/clock.h"
#include "datapath/internal.h"
#include "heartbeat.h"
#include "ignored.h"

#define FD(datapath, map) bpf_map__fd((datapath)->maps->maps.map)

enum { BATCH = 256, PUT_TRIES = 4, PUT_PAUSE_US = 10000 };

static const uint32_t ONLY_ROW; /* key of a map with one row */

/*
 * Elements come from a reserve of some dozens (bpf_mem_alloc), which is refilled by irq_work: where
 * a CPU cannot interrupt itself, with the next tick of its clock only. Until then it is -ENOMEM.
 */
int row_put(int map, const void *key, const void *row)
{
	int err = bpf_map_update_elem(map, key, row, BPF_ANY);

	for (int i = 1; err == -ENOMEM && i < PUT_TRIES; i++) {
		usleep(PUT_PAUSE_US);
		err = bpf_map_update_elem(map, key, row, BPF_ANY);
	}
	return err;
}

/* Returns the result of the write. */
static int written(struct datapath *datapath, int err)
{
	index_off(datapath);
	return err;
}

int hosts_put(struct datapath *datapath, const struct mac *mac, const struct host_entry *host)
{
	return written(datapath, row_put(FD(datapath, hosts), mac, host));
}

int hosts_get(struct datapath *datapath, const struct mac *mac, struct host_entry *host)
{
	return bpf_map_lookup_elem(FD(datapath, hosts), mac, host);
}

int hosts_delete(struct datapath *datapath, const struct mac *mac)
{
	ignored_take(datapath, mac);
	return written(datapath, bpf_map_delete_elem(FD(datapath, hosts), mac));
}

int hosts_update(struct datapath *datapath, struct host_update *update,
                 enum host_update_result *result)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = update, .ctx_size_in = sizeof(*update));
	int err = bpf_prog_test_run_opts(bpf_program__fd(datapath->maps->progs.update_host), &run);

	if (err)
		return err;
	*result = run.retval;
	return 0;
}

uint64_t ignored_read(struct datapath *datapath, const struct mac *mac)
{
	ignored_count count;

	return bpf_map_lookup_elem(FD(datapath, ignored), mac, &count) ? 0 : count;
}

uint64_t ignored_take(struct datapath *datapath, const struct mac *mac)
{
	const uint64_t count = ignored_read(datapath, mac);

	if (count)
		bpf_map_delete_elem(FD(datapath, ignored), mac);
	return count;
}

static void expect_refusals(struct datapath *datapath, bool on)
{
	__atomic_store_n(&datapath->maps->data_index->index_state.held, on, __ATOMIC_RELEASE);
}

int held_put(struct datapath *datapath, const struct held_connection *connection,
             const struct held_entry *entry)
{
	expect_refusals(datapath, true);
	return bpf_map_update_elem(FD(datapath, held), connection, entry, BPF_ANY);
}

bool held_is_refused(struct datapath *datapath, const struct held_connection *connection)
{
	struct held_entry entry;

	return !bpf_map_lookup_elem(FD(datapath, held), connection, &entry) && entry.refused;
}

void held_end(struct datapath *datapath)
{
	expect_refusals(datapath, false);
}

static int address_fd(const struct datapath *datapath, enum address_map map)
{
	return map == ADDRESSES4 ? FD(datapath, addresses4) : FD(datapath, addresses6);
}

/* As the map has it, whose IPv4 addresses are the last octets of what the daemon has. */
static const void *address_key(enum address_map map, const struct ipv6 *address)
{
	return address->octet + (map == ADDRESSES4 ? IPV4_MAPPED_BITS / 8 : 0);
}

int addresses_put(struct datapath *datapath, const struct ipv6 *address, const struct mac *mac)
{
	const enum address_map map = address_map_of(address);

	return written(datapath,
	               row_put(address_fd(datapath, map), address_key(map, address), mac));
}

int addresses_delete(struct datapath *datapath, enum address_map map, const struct ipv6 *address)
{
	return written(datapath,
	               bpf_map_delete_elem(address_fd(datapath, map), address_key(map, address)));
}

/* Whom to call for the entries of a map: one of the two; and before each batch. */
struct visit {
	hosts_each_fn *host;
	addresses_each_fn *address;
	enum address_map map;
	before_batch_fn *before_batch;
	void *context;
};

static void visit_entry(const struct visit *visit, const void *key, const void *value)
{
	struct ipv6 address;

	if (visit->host) {
		visit->host(visit->context, key, value);
		return;
	}
	address = visit->map == ADDRESSES4 ? ipv4_mapped(*(const struct ipv4 *)key)
	                                   : *(const struct ipv6 *)key;
	visit->address(visit->context, visit->map, &address, value);
}

/* The entries of a hash map, in batches. */
static int each_entry(int fd, size_t key_size, size_t value_size, const struct visit *visit)
{
	autofree uint8_t *keys = malloc(BATCH * key_size);
	autofree uint8_t *values = malloc(BATCH * value_size);
	uint32_t position, count;
	void *from = NULL;
	int err;

	if (!keys || !values)
		return -ENOMEM;
	do {
		if (visit->before_batch)
			visit->before_batch(visit->context);
		count = BATCH;
		err = bpf_map_lookup_batch(fd, from, &position, keys, values, &count, NULL);
		if (err && err != -ENOENT) /* ENOENT: this was the last batch */
			return err;
		for (uint32_t i = 0; i < count; i++)
			visit_entry(visit, keys + i * key_size, values + i * value_size);
		from = &position;
	} while (!err);
	return 0;
}

int hosts_each(struct datapath *datapath, hosts_each_fn *each, before_batch_fn *before_batch,
               void *context)
{
	const struct visit visit = { .host = each,
		                     .before_batch = before_batch,
		                     .context = context };

	return each_entry(FD(datapath, hosts), sizeof(struct mac), sizeof(struct host_entry),
	                  &visit);
}

int addresses_each(struct datapath *datapath, addresses_each_fn *each,
                   before_batch_fn *before_batch, void *context)
{
	struct visit visit = { .address = each, .before_batch = before_batch, .context = context };
	int err = 0;

	for (visit.map = ADDRESSES4; visit.map <= ADDRESSES6 && !err; visit.map++)
		err = each_entry(address_fd(datapath, visit.map),
		                 visit.map == ADDRESSES4 ? sizeof(struct ipv4)
		                                         : sizeof(struct ipv6),
		                 sizeof(struct mac), &visit);
	return err;
}

int counters_read(struct datapath *datapath, struct counters *counters)
{
	int cpus = libbpf_num_possible_cpus();
	autofree struct counters *rows = NULL;
	int err;

	if (cpus < 0)
		return cpus;
	rows = calloc((size_t)cpus, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	err = bpf_map_lookup_elem(FD(datapath, counters), &ONLY_ROW, rows);
	if (err)
		return err;
	memset(counters, 0, sizeof(*counters));
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			((uint64_t *)counters)[outcome] += ((uint64_t *)&rows[cpu])[outcome];
	return 0;
}

uint64_t counters_total(struct datapath *datapath)
{
	struct counters counters;
	uint64_t total = 0;

	if (counters_read(datapath, &counters))
		return 0;
	for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		total += ((uint64_t *)&counters)[outcome];
	return total;
}

int heartbeat_write(struct datapath *datapath, uint32_t timeout_s)
{
	const struct heartbeat beat = { .last = clock_coarse_ns(),
		                        .timeout = (uint64_t)timeout_s * 1000000000 };

	return bpf_map_update_elem(FD(datapath, heartbeat), &ONLY_ROW, &beat, BPF_ANY);
}

bool heartbeat_is_fresh(struct datapath *datapath)
{
	struct heartbeat beat;

	return !bpf_map_lookup_elem(FD(datapath, heartbeat), &ONLY_ROW, &beat) && beat.last &&
	       clock_coarse_ns() - beat.last < beat.timeout;
}
