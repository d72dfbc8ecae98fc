// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of the maps, written and read. Their meaning is documented in maps/. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "base/clock.h"
#include "datapath/internal.h"
#include "heartbeat.h"
#include "wake_rules.h"
#include "wake_sources.h"

#define FD(datapath, map) bpf_map__fd((datapath)->maps->maps.map)

enum { BATCH = 4096 };

static const uint32_t ONLY_ROW; /* key of a map with one row */

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
 * Deletes each entry whose key has `mac` at `offset`. The next key is read before the deletion,
 * since the kernel cannot tell what follows a key that is gone.
 */
static void delete_rows(int fd, size_t key_size, size_t offset, const struct mac *mac)
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

static bool all_allowed(const struct source_prefix *sources, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!sources[i].allow)
			return false;
	return count;
}

int wake_rules_put(struct datapath *datapath, const struct mac *mac, const struct wake_port *ports,
                   size_t port_count, const struct source_prefix *sources, size_t source_count)
{
	const struct source_prefix everybody = { .bits = 0, .allow = false };
	int err = port_count ? rule_put(datapath, mac, 0, 0, WAKE_IGNORE) : 0;

	for (size_t i = 0; i < port_count && ports[i].protocol && !err; i++)
		err = rule_put(datapath, mac, ports[i].protocol, ports[i].port, WAKE);
	if (!err && all_allowed(sources, source_count))
		err = source_put(datapath, mac, &everybody);
	for (size_t i = 0; i < source_count && !err; i++)
		err = source_put(datapath, mac, &sources[i]);
	return err;
}

static void add_rule(int fd, const struct wake_rule *rule, struct wake_row *row)
{
	enum wake_action action = WAKE_IGNORE;

	bpf_map_lookup_elem(fd, rule, &action);
	*row = (struct wake_row){ .port = { .protocol = rule->protocol, .port = ntohs(rule->port) },
		                  .wakes = action == WAKE };
}

static void add_source(int fd, const struct wake_source *source, struct wake_row *row)
{
	enum source_action action = SOURCE_DENY;

	bpf_map_lookup_elem(fd, source, &action);
	*row = (struct wake_row){
		.is_source = true,
		.source = { .address = source->source,
		            .bits = (uint8_t)(source->prefix_length - SOURCE_HOST_BITS),
		            .allow = action == SOURCE_ALLOW },
		.wakes = action == SOURCE_ALLOW,
	};
}

size_t wake_rules_read(struct datapath *datapath, const struct mac *mac, struct wake_row *rows,
                       size_t size)
{
	const int rules = FD(datapath, wake_rules), sources = FD(datapath, wake_sources);
	struct wake_source source;
	struct wake_rule rule;
	size_t count = 0;

	for (int end = bpf_map_get_next_key(rules, NULL, &rule); !end;
	     end = bpf_map_get_next_key(rules, &rule, &rule))
		if (!memcmp(&rule.host, mac, sizeof(*mac)) && count++ < size)
			add_rule(rules, &rule, &rows[count - 1]);
	for (int end = bpf_map_get_next_key(sources, NULL, &source); !end;
	     end = bpf_map_get_next_key(sources, &source, &source))
		if (!memcmp(&source.host, mac, sizeof(*mac)) && count++ < size)
			add_source(sources, &source, &rows[count - 1]);
	return count;
}

void wake_rules_clear(struct datapath *datapath, const struct mac *mac)
{
	delete_rows(FD(datapath, wake_rules), sizeof(struct wake_rule),
	            offsetof(struct wake_rule, host), mac);
	delete_rows(FD(datapath, wake_sources), sizeof(struct wake_source),
	            offsetof(struct wake_source, host), mac);
}

/* Whom to call for the entries of a map: one of the two. */
struct visit {
	hosts_each_fn *host;
	addresses4_each_fn *address;
	void *context;
};

static void visit_entry(const struct visit *visit, const void *key, const void *value)
{
	if (visit->host)
		visit->host(visit->context, key, value);
	else
		visit->address(visit->context, *(const struct ipv4 *)key, value);
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

int hosts_each(struct datapath *datapath, hosts_each_fn *each, void *context)
{
	const struct visit visit = { .host = each, .context = context };

	return each_entry(FD(datapath, hosts), sizeof(struct mac), sizeof(struct host_entry),
	                  &visit);
}

int addresses4_each(struct datapath *datapath, addresses4_each_fn *each, void *context)
{
	const struct visit visit = { .address = each, .context = context };

	return each_entry(FD(datapath, addresses4), sizeof(struct ipv4), sizeof(struct mac),
	                  &visit);
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
