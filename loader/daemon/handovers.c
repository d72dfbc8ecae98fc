// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/handovers.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/addr.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "daemon/npp_listener.h"
#include "daemon/proxy_actions.h"
#include "npp/key_file.h"
#include "npp_server/record.h"

/* RFC 1256, 6.1: an advertisement that gets lost does no harm, nor do two. */
enum { LIFETIME_INTERVALS = 3, LIFETIME_OF_ANSWERS = 1800 };

int handovers_read_keys(const struct config *config, struct npp_keys **keys, char why[CONFIG_ERROR])
{
	const char *path = config->npp.keys;
	char flaw[KEY_FILE_WHY] = "not enough memory";
	int err;

	*keys = NULL;
	if (!*path)
		return 0;
	*keys = calloc(1, sizeof(**keys));
	err = *keys ? key_file_read(path, *keys, flaw) : -ENOMEM;
	if (!err)
		return 0;
	snprintf(why, CONFIG_ERROR, "npp-keys: %s", flaw);
	free(*keys);
	*keys = NULL;
	return err;
}

static void let_go_of_keys(struct daemon *daemon)
{
	if (daemon->keys)
		npp_keys_wipe(daemon->keys);
	free(daemon->keys);
	daemon->keys = NULL;
}

static void set(struct daemon *daemon)
{
	const struct config_npp *config = &daemon->config.npp;
	const uint32_t lifetime =
		config->interval ? LIFETIME_INTERVALS * config->interval : LIFETIME_OF_ANSWERS;
	const struct proxy_settings settings = {
		.icmp_type = (uint8_t)config->icmp_type,
		.lifetime = (uint16_t)(config->lifetime ? config->lifetime : lifetime),
		.preference = config->preference,
		.hosts_max = config->hosts_max,
		.keys = daemon->keys,
	};

	proxy_set(daemon->proxy, &settings);
}

/* What the host said itself, on top of what people say by now. */
static void apply(struct daemon *daemon, struct session *session, bool words_are_new)
{
	const struct registered *host = registry_find_mac(daemon->registry, &session->mac);
	char why[REGISTRY_WHY] = "it has too many";
	struct host_description spec;

	if (!host)
		return;
	spec = registered_said(host);
	if (!words_are_new)
		handover_undo(&session->handover, &spec);
	if (handover_apply(&session->handover, &spec) ||
	    hosts_add(daemon, &spec, host->origin, why))
		log_warning("%s: what it said of its addresses does not hold: %s", spec.name, why);
}

static void restore(void *context, const char *key, struct json_object *record)
{
	struct daemon *daemon = context;
	struct session session = { 0 };

	if (text_to_mac(key, &session.mac) || !registry_find_mac(daemon->registry, &session.mac)) {
		store_forget_record(daemon->store, STORE_SESSIONS, key);
		return;
	}
	if (record_to_session(record, clock_wall_ms() - clock_boot_ms(), &session)) {
		log_warning("the store has a handover that makes no sense: %s",
		            json_object_to_json_string(record));
		return;
	}
	apply(daemon, &session,
	      registry_find_mac(daemon->registry, &session.mac)->origin == ORIGIN_CONFIG);
	proxy_restore(daemon->proxy, &session);
}

static void restore_trust(void *context, const char *key, struct json_object *record)
{
	struct ipv4 source;

	if (!text_to_ipv4(key, &source))
		proxy_restore_trust(((struct daemon *)context)->proxy, source, record);
}

int handovers_start(struct daemon *daemon)
{
	const struct proxy_actions actions = proxy_actions_of(daemon);
	char why[CONFIG_ERROR];
	int err = handovers_read_keys(&daemon->config, &daemon->keys, why);

	if (err) {
		log_error("%s", why);
		return err;
	}
	daemon->proxy = proxy_new(daemon->base, &actions);
	if (!daemon->proxy)
		return -ENOMEM;
	set(daemon);
	store_begin(daemon->store);
	store_each_record(daemon->store, STORE_TRUST, restore_trust, daemon);
	store_each_record(daemon->store, STORE_SESSIONS, restore, daemon);
	store_end(daemon->store);
	return 0;
}

void handovers_stop(struct daemon *daemon)
{
	ears_stop(daemon);
	proxy_free(daemon->proxy);
	daemon->proxy = NULL;
	let_go_of_keys(daemon);
}

/* One that is up, as far as is known, may sleep behind another proxy. */
static void resume(void *context, struct session *session)
{
	struct daemon *daemon = context;
	const struct registered *host = registry_find_mac(daemon->registry, &session->mac);

	if (host && session->open)
		registry_command(daemon->registry, host->spec.name,
		                 host->life.state == AWAKE ? TRIGGER_STANDBY : TRIGGER_HANDOVER);
}

int handovers_resume(struct daemon *daemon)
{
	proxy_each(daemon->proxy, resume, daemon);
	ears_follow(daemon);
	return 0;
}

/* Of one host, or (NULL) of all whose words come from the configuration. */
struct words {
	struct daemon *daemon;
	const struct mac *of;
};

static void follow_words(void *context, struct session *session)
{
	const struct words *words = context;
	struct daemon *daemon = words->daemon;
	const struct registered *host = registry_find_mac(daemon->registry, &session->mac);

	if (words->of ? !mac_equal(words->of, &session->mac)
	              : !host || host->origin != ORIGIN_CONFIG)
		return;
	apply(daemon, session, true);
	proxy_actions_of(daemon).save(daemon, session);
}

void handovers_follow_words(struct daemon *daemon, const struct mac *mac)
{
	struct words words = { daemon, mac };

	proxy_each(daemon->proxy, follow_words, &words);
}

void handovers_follow_config(struct daemon *daemon, struct npp_keys *keys)
{
	let_go_of_keys(daemon);
	daemon->keys = keys;
	set(daemon);
	handovers_follow_words(daemon, NULL);
	ears_follow(daemon);
}

void handovers_follow(struct daemon *daemon, const struct registered *host)
{
	if (daemon->proxy && host->life.state == AWAKE && !host->life.handed)
		proxy_host_is_up(daemon->proxy, &host->spec.mac);
}

void handovers_forget(struct daemon *daemon, const struct mac *mac)
{
	char key[TEXT_MAC];

	store_forget_record(daemon->store, STORE_SESSIONS, text_from_mac(mac, key));
	if (daemon->proxy)
		proxy_forget(daemon->proxy, mac);
}
