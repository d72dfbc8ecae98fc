// SPDX-License-Identifier: GPL-2.0-or-later
/* The hosts at the start, from the configuration, the store and the tables; and at a reload. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "daemon/entries.h"

/*
 * The state that a host starts with. The tables are right where they were kept and watched to the
 * end: a wake under way goes on, a sleeper sleeps on. Otherwise it may have woken unseen, and is
 * AWAKE until it is checked.
 */
static enum host_state state_at_start(struct daemon *daemon, const struct mac *mac)
{
	struct host_entry host;

	if (!daemon->taken_over || hosts_get(daemon->datapath, mac, &host) || host.state > WAKING)
		return AWAKE;
	return host.state == WAKING || daemon->was_fresh ? host.state : AWAKE;
}

/* Puts the entry into the state that the host starts with. */
static void settle_entry(struct daemon *daemon, const struct mac *mac, enum host_state state)
{
	struct host_entry host;

	if (hosts_get(daemon->datapath, mac, &host) || host.state == state)
		return;
	host.state = state;
	hosts_put(daemon->datapath, mac, &host);
}

static bool has_own_address(struct daemon *daemon, const struct host_description *spec, char *why,
                            size_t why_size)
{
	char text[TEXT_IP];

	for (size_t i = 0; i < spec->address_count; i++) {
		if (!own_has(&daemon->own, &spec->addresses[i]))
			continue;
		snprintf(why, why_size, "%s is this machine's own address",
		         text_from_ip(&spec->addresses[i], text));
		return true;
	}
	return false;
}

/* A host of the store, kept until it can be looked after. */
struct remembered {
	struct host_description spec;
	enum host_origin origin;
	enum host_state state;
	UT_hash_handle hh; /* by MAC */
};

static void remember(void *context, const struct host_description *spec, enum host_origin origin,
                     enum host_state state)
{
	struct daemon *daemon = context;
	struct remembered *host = malloc(sizeof(*host));

	if (!host)
		return;
	*host = (struct remembered){ .spec = *spec, .origin = origin, .state = state };
	HASH_ADD(hh, daemon->remembered, spec.mac, sizeof(struct mac), host);
}

static void forget_remembered(struct daemon *daemon)
{
	struct remembered *host, *next;

	HASH_ITER (hh, daemon->remembered, host, next) {
		HASH_DEL(daemon->remembered, host);
		free(host);
	}
}

/* What the kept tables say of its wakes is to go, unless it is what we would say. */
static void settle_policy(struct daemon *daemon, const struct host_description *spec)
{
	const struct remembered *then;

	HASH_FIND(hh, daemon->remembered, &spec->mac, sizeof(spec->mac), then);
	if (daemon->taken_over && (!then || !policy_equal(&then->spec.policy, &spec->policy)))
		policy_clear(daemon->datapath, &spec->mac);
}

static bool is_this_machine(struct daemon *daemon, const struct host_description *spec, char *why,
                            size_t why_size)
{
	for (size_t i = 0; i < daemon->line_count; i++)
		if (!memcmp(&daemon->lines[i].port.mac, &spec->mac, sizeof(spec->mac))) {
			snprintf(why, why_size, "this is the MAC of %s, this machine's own",
			         daemon->lines[i].config.name);
			return true;
		}
	return has_own_address(daemon, spec, why, why_size);
}

int hosts_add(struct daemon *daemon, const struct host_description *spec, enum host_origin origin,
              char why[REGISTRY_WHY])
{
	const struct registered *known = registry_find_mac(daemon->registry, &spec->mac);
	enum host_state state = known ? known->life.state : state_at_start(daemon, &spec->mac);

	if (is_this_machine(daemon, spec, why, REGISTRY_WHY))
		return -EADDRINUSE;
	if (!known && !daemon->settled)
		settle_policy(daemon, spec);
	if (!known)
		settle_entry(daemon, &spec->mac, state);
	return registry_add(daemon->registry, spec, origin, state, why);
}

static bool is_configured(const struct config *config, const struct mac *mac)
{
	for (size_t i = 0; i < config->host_count; i++)
		if (!memcmp(&config->hosts[i].mac, mac, sizeof(*mac)))
			return true;
	return false;
}

static void remove_unconfigured(void *context, const struct registered *host)
{
	struct daemon *daemon = context;

	if (host->origin == ORIGIN_CONFIG && !is_configured(&daemon->config, &host->spec.mac))
		registry_remove(daemon->registry, host->spec.name);
}

/*
 * Two proxies that look at a sleeper at once find each other silent, and take it over both: a
 * quarter to either side, at random, keeps them apart.
 */
static struct life_timing apart_from_others(const struct life_timing *configured)
{
	struct life_timing timing = *configured;

	timing.standby += timing.standby * ((int64_t)(random_u32() % 501) - 250) / 1000;
	return timing;
}

void hosts_follow_config(struct daemon *daemon)
{
	const struct life_timing timing = apart_from_others(&daemon->config.timing);
	static const struct mac everybody;
	char why[REGISTRY_WHY];

	registry_set_timing(daemon->registry, &timing);
	policy_clear(daemon->datapath, &everybody);
	policy_put(daemon->datapath, &everybody, &daemon->config.policy);
	registry_each(daemon->registry, remove_unconfigured, daemon);
	for (size_t i = 0; i < daemon->config.host_count; i++)
		if (hosts_add(daemon, &daemon->config.hosts[i], ORIGIN_CONFIG, why))
			log_error("host %s: %s", daemon->config.hosts[i].name, why);
}

/* Gone while we were: from the configuration, or, where the tables were kept, by hand. */
static bool was_removed(struct daemon *daemon, const struct host_description *spec,
                        enum host_origin origin)
{
	struct host_entry host;

	if (origin == ORIGIN_CONFIG)
		return !is_configured(&daemon->config, &spec->mac);
	return daemon->taken_over && hosts_get(daemon->datapath, &spec->mac, &host);
}

static void restore(struct daemon *daemon, const struct remembered *host)
{
	char why[REGISTRY_WHY];

	if (was_removed(daemon, &host->spec, host->origin)) {
		entries_dismiss(daemon, &host->spec);
		store_forget(daemon->store, &host->spec.mac);
	} else if (host->origin != ORIGIN_CONFIG &&
	           hosts_add(daemon, &host->spec, host->origin, why)) {
		log_error("host %s: %s", host->spec.name, why);
	}
}

int hosts_start(struct daemon *daemon)
{
	own_read(&daemon->own);
	store_each(daemon->store, remember, daemon);
	store_begin(daemon->store);
	hosts_follow_config(daemon);
	for (const struct remembered *host = daemon->remembered; host; host = host->hh.next)
		restore(daemon, host);
	store_end(daemon->store);
	return 0;
}

static void refresh_entry(void *context, const struct registered *host)
{
	enum host_state state = host->life.state;
	enum host_update_result result;

	if (*host->spec.interface)
		entries_update(context, &host->spec, state, state, &result);
}

void hosts_follow_lines(struct daemon *daemon)
{
	registry_each(daemon->registry, refresh_entry, daemon);
}

/* Who slept when we stopped, and may have woken since, is checked, and then answered for again. */
int hosts_resume(struct daemon *daemon)
{
	hosts_follow_lines(daemon);
	for (const struct remembered *host = daemon->remembered; host; host = host->hh.next) {
		const struct registered *known =
			registry_find_mac(daemon->registry, &host->spec.mac);

		if (known && host->state != AWAKE && known->life.state == AWAKE)
			registry_command(daemon->registry, known->spec.name, TRIGGER_SLEEP_NOW);
	}
	forget_remembered(daemon);
	daemon->settled = true;
	return 0;
}

void hosts_stop(struct daemon *daemon)
{
	forget_remembered(daemon);
}
