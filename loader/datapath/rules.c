// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules of the maps wake_rules and wake_sources, written, and found by their host, which is a part
 * of their keys only: all keys are read for that, once where many hosts are changed.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "datapath/internal.h"
#include "wake_rules.h"
#include "wake_sources.h"

struct rule_key {
	struct rule_key *next;
	int map;
	union {
		struct wake_rule rule;
		struct wake_source source;
		uint8_t octets[1];
	};
};

/* The rules of a host. */
struct rule_index {
	UT_hash_handle hh;
	struct mac mac;
	struct rule_key *keys;
};

static int rules_map(const struct datapath *datapath)
{
	return bpf_map__fd(datapath->maps->maps.wake_rules);
}

static int sources_map(const struct datapath *datapath)
{
	return bpf_map__fd(datapath->maps->maps.wake_sources);
}

static void end_index(struct datapath *datapath)
{
	struct rule_index *index, *next;
	struct rule_key *key, *after;

	HASH_ITER (hh, datapath->rules, index, next) {
		LL_FOREACH_SAFE (index->keys, key, after)
			free(key);
		HASH_DEL(datapath->rules, index);
		free(index);
	}
	datapath->rules_indexed = false;
}

/* Without memory there is no index, and all keys are read each time. */
static void add_to_index(struct datapath *datapath, const struct mac *mac,
                         const struct rule_key *key)
{
	struct rule_key *copy = malloc(sizeof(*copy));
	struct rule_index *index;

	HASH_FIND(hh, datapath->rules, mac, sizeof(*mac), index);
	if (!index) {
		index = calloc(1, sizeof(*index));
		if (index) {
			index->mac = *mac;
			HASH_ADD(hh, datapath->rules, mac, sizeof(index->mac), index);
		}
	}
	if (!copy || !index) {
		free(copy);
		end_index(datapath);
		return;
	}
	*copy = *key;
	LL_PREPEND(index->keys, copy);
}

static int put(struct datapath *datapath, const struct mac *mac, const struct rule_key *key,
               uint32_t action)
{
	if (datapath->rules_indexed)
		add_to_index(datapath, mac, key);
	return row_put(key->map, key->octets, &action);
}

static int rule_put(struct datapath *datapath, const struct mac *mac, uint8_t protocol,
                    uint16_t port, enum wake_action action)
{
	const struct rule_key key = {
		.map = rules_map(datapath),
		.rule = { .host = *mac, .protocol = protocol, .port = htons(port) },
	};

	return put(datapath, mac, &key, action);
}

static int source_put(struct datapath *datapath, const struct mac *mac,
                      const struct source_prefix *source)
{
	const struct rule_key key = {
		.map = sources_map(datapath),
		.source = { .prefix_length = SOURCE_HOST_BITS + source->bits,
		            .host = *mac,
		            .source = source->address },
	};

	return put(datapath, mac, &key, source->allow ? SOURCE_ALLOW : SOURCE_DENY);
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

static void read_rule(int fd, const struct wake_rule *rule, struct wake_row *row)
{
	enum wake_action action = WAKE_IGNORE;

	bpf_map_lookup_elem(fd, rule, &action);
	*row = (struct wake_row){ .port = { .protocol = rule->protocol, .port = ntohs(rule->port) },
		                  .wakes = action == WAKE };
}

static void read_source(int fd, const struct wake_source *source, struct wake_row *row)
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
	const int rules = rules_map(datapath), sources = sources_map(datapath);
	struct wake_source source;
	struct wake_rule rule;
	size_t count = 0;

	for (int end = bpf_map_get_next_key(rules, NULL, &rule); !end;
	     end = bpf_map_get_next_key(rules, &rule, &rule))
		if (!memcmp(&rule.host, mac, sizeof(*mac)) && count++ < size)
			read_rule(rules, &rule, &rows[count - 1]);
	for (int end = bpf_map_get_next_key(sources, NULL, &source); !end;
	     end = bpf_map_get_next_key(sources, &source, &source))
		if (!memcmp(&source.host, mac, sizeof(*mac)) && count++ < size)
			read_source(sources, &source, &rows[count - 1]);
	return count;
}

/*
 * Deletes each key of `mac`, or, where that is NULL, adds each to the index. The next key is read
 * before, since the kernel cannot tell what follows a key that is gone.
 */
static void visit_keys(struct datapath *datapath, int map, size_t offset, const struct mac *mac)
{
	struct rule_key key = { .map = map }, next = { .map = map };
	bool more = !bpf_map_get_next_key(map, NULL, next.octets);

	while (more) {
		const struct mac *host = (const struct mac *)(key.octets + offset);

		key = next;
		more = !bpf_map_get_next_key(map, key.octets, next.octets);
		if (!mac)
			add_to_index(datapath, host, &key);
		else if (!memcmp(host, mac, sizeof(*mac)))
			bpf_map_delete_elem(map, key.octets);
	}
}

static void visit_rules(struct datapath *datapath, const struct mac *mac)
{
	visit_keys(datapath, rules_map(datapath), offsetof(struct wake_rule, host), mac);
	visit_keys(datapath, sources_map(datapath), offsetof(struct wake_source, host), mac);
}

void wake_rules_clear(struct datapath *datapath, const struct mac *mac)
{
	struct rule_index *index;
	const struct rule_key *key;

	if (!datapath->rules_indexed) {
		visit_rules(datapath, mac);
		return;
	}
	HASH_FIND(hh, datapath->rules, mac, sizeof(*mac), index);
	if (index)
		LL_FOREACH (index->keys, key)
			bpf_map_delete_elem(key->map, key->octets);
}

void wake_rules_index(struct datapath *datapath, bool on)
{
	end_index(datapath);
	datapath->rules_indexed = on;
	if (on)
		visit_rules(datapath, NULL);
}
