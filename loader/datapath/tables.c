// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps' entries, written and read; what an entry means is the headers' of maps/ to say. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "datapath/internal.h"
#include "heartbeat.h"

#define FD(datapath, map) bpf_map__fd((datapath)->maps->maps.map)

enum { BATCH = 4096 };

static const uint32_t THE_ROW; /* of a map that has but one */

int hosts_put(struct datapath *datapath, const struct mac *mac, const struct host_entry *host)
{
	return bpf_map_update_elem(FD(datapath, hosts), mac, host, BPF_ANY);
}

int hosts_get(struct datapath *datapath, const struct mac *mac, struct host_entry *host)
{
	return bpf_map_lookup_elem(FD(datapath, hosts), mac, host);
}

int hosts_delete(struct datapath *datapath, const struct mac *mac)
{
	return bpf_map_delete_elem(FD(datapath, hosts), mac);
}

int hosts_update(struct datapath *datapath, struct host_update *order,
                 enum host_update_result *result)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = order, .ctx_size_in = sizeof(*order));
	int err = bpf_prog_test_run_opts(bpf_program__fd(datapath->maps->progs.order), &run);

	if (err)
		return err;
	*result = run.retval;
	return 0;
}

int addresses4_put(struct datapath *datapath, struct ipv4 address, const struct mac *mac)
{
	return bpf_map_update_elem(FD(datapath, addresses4), &address, mac, BPF_ANY);
}

int addresses4_delete(struct datapath *datapath, struct ipv4 address)
{
	return bpf_map_delete_elem(FD(datapath, addresses4), &address);
}

static int rule_put(struct datapath *datapath, const struct mac *mac, uint8_t protocol,
                    uint16_t port, enum wake_action action)
{
	const struct wake_rule rule = { .host = *mac, .protocol = protocol, .port = htons(port) };

	return bpf_map_update_elem(FD(datapath, wake_rules), &rule, &action, BPF_ANY);
}

static int source_put(struct datapath *datapath, const struct mac *mac,
                      const struct source_prefix *source)
{
	const struct wake_source key = { .prefix_length = SOURCE_HOST_BITS + source->bits,
		                         .host = *mac,
		                         .source = source->address };
	const enum source_action action = source->allow ? SOURCE_ALLOW : SOURCE_DENY;

	return bpf_map_update_elem(FD(datapath, wake_sources), &key, &action, BPF_ANY);
}

/*
 * Deletes each entry whose key holds `mac` at `offset`. The key after a deleted one is asked for
 * before the deletion.
 */
static void delete_of(int fd, size_t key_size, size_t offset, const struct mac *mac)
{
	uint8_t key[64], next[64];
	bool more = !bpf_map_get_next_key(fd, NULL, next);

	while (more) {
		memcpy(key, next, key_size);
		more = !bpf_map_get_next_key(fd, key, next);
		if (!memcmp(key + offset, mac, sizeof(*mac)))
			bpf_map_delete_elem(fd, key);
	}
}

static bool only_allows(const struct wake_policy *policy)
{
	for (size_t i = 0; i < policy->source_count; i++)
		if (!policy->sources[i].allow)
			return false;
	return policy->source_count;
}

/* Whoever lists ports means these alone, and so does who only allows sources. */
static int put_closing_rows(struct datapath *datapath, const struct mac *mac,
                            const struct wake_policy *policy)
{
	const struct source_prefix everybody = { .bits = 0, .allow = false };
	int err = 0;

	if (policy->port_count)
		err = rule_put(datapath, mac, 0, 0, WAKE_IGNORE);
	if (!err && only_allows(policy))
		err = source_put(datapath, mac, &everybody);
	return err;
}

void policy_clear(struct datapath *datapath, const struct mac *mac)
{
	delete_of(FD(datapath, wake_rules), sizeof(struct wake_rule),
	          offsetof(struct wake_rule, host), mac);
	delete_of(FD(datapath, wake_sources), sizeof(struct wake_source),
	          offsetof(struct wake_source, host), mac);
}

int policy_put(struct datapath *datapath, const struct mac *mac, const struct wake_policy *policy)
{
	int err = put_closing_rows(datapath, mac, policy);

	for (size_t i = 0; i < policy->port_count && policy->ports[i].protocol && !err; i++)
		err = rule_put(datapath, mac, policy->ports[i].protocol, policy->ports[i].port,
		               WAKE);
	for (size_t i = 0; i < policy->source_count && !err; i++)
		err = source_put(datapath, mac, &policy->sources[i]);
	return err;
}

/* A hash map, in batches: keys and values side by side, `each` for every pair. */
typedef int pair_fn(void *context, const void *key, const void *value);

struct pairs {
	uint8_t *keys, *values;
	size_t key_size, value_size;
};

static int each_of_batch(const struct pairs *pairs, uint32_t count, pair_fn *each, void *context)
{
	int err = 0;

	for (uint32_t i = 0; i < count && !err; i++)
		err = each(context, pairs->keys + i * pairs->key_size,
		           pairs->values + i * pairs->value_size);
	return err;
}

static int pairs_each(int fd, size_t key_size, size_t value_size, pair_fn *each, void *context)
{
	autofree uint8_t *keys = malloc(BATCH * key_size);
	autofree uint8_t *values = malloc(BATCH * value_size);
	const struct pairs pairs = { keys, values, key_size, value_size };
	uint32_t position, count = BATCH;
	void *from = NULL;
	int err, stop;

	if (!keys || !values)
		return -ENOMEM;
	do {
		count = BATCH;
		err = bpf_map_lookup_batch(fd, from, &position, keys, values, &count, NULL);
		if (err && err != -ENOENT) /* ENOENT: this was the last batch */
			return err;
		stop = each_of_batch(&pairs, count, each, context);
		from = &position;
	} while (!err && !stop);
	return stop;
}

struct hosts_visit {
	hosts_each_fn *each;
	void *context;
};

static int visit_host(void *context, const void *key, const void *value)
{
	const struct hosts_visit *visit = context;

	return visit->each(visit->context, key, value);
}

int hosts_each(struct datapath *datapath, hosts_each_fn *each, void *context)
{
	struct hosts_visit visit = { each, context };

	return pairs_each(FD(datapath, hosts), sizeof(struct mac), sizeof(struct host_entry),
	                  visit_host, &visit);
}

struct addresses4_visit {
	addresses4_each_fn *each;
	void *context;
};

static int visit_address4(void *context, const void *key, const void *value)
{
	const struct addresses4_visit *visit = context;

	return visit->each(visit->context, *(const struct ipv4 *)key, value);
}

int addresses4_each(struct datapath *datapath, addresses4_each_fn *each, void *context)
{
	struct addresses4_visit visit = { each, context };

	return pairs_each(FD(datapath, addresses4), sizeof(struct ipv4), sizeof(struct mac),
	                  visit_address4, &visit);
}

int counters_read(struct datapath *datapath, struct counters *counters)
{
	int cpus = libbpf_num_possible_cpus();
	autofree struct counters *each = NULL;
	int err;

	if (cpus < 0)
		return cpus;
	each = calloc((size_t)cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	err = bpf_map_lookup_elem(FD(datapath, counters), &THE_ROW, each);
	if (err)
		return err;
	memset(counters, 0, sizeof(*counters));
	for (int cpu = 0; cpu < cpus; cpu++)
		for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
			((uint64_t *)counters)[outcome] += ((uint64_t *)&each[cpu])[outcome];
	return 0;
}

int heartbeat_beat(struct datapath *datapath, uint32_t lease_s)
{
	const struct heartbeat beat = { .last = clock_coarse_ns(),
		                        .lease = (uint64_t)lease_s * 1000000000 };

	return bpf_map_update_elem(FD(datapath, heartbeat), &THE_ROW, &beat, BPF_ANY);
}

bool heartbeat_is_fresh(struct datapath *datapath)
{
	struct heartbeat beat;

	return !bpf_map_lookup_elem(FD(datapath, heartbeat), &THE_ROW, &beat) && beat.last &&
	       clock_coarse_ns() - beat.last < beat.lease;
}
