// SPDX-License-Identifier: GPL-2.0-or-later
/* The event loop, and what signals ask for: an end, or the configuration read again. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"

/* Smaller numbers go first; without one, an event has the last (libevent's default). */
enum { PRIORITIES = 2 };

/* So many hosts whose time has come have it before other events have their turn. */
enum { STEPS_MAX = 256 };

/*
 * However many hosts are woken at once, switches and the machines behind them have to cope with
 * what we send to them. A step of a wake sends three Magic Packets and an ARP request for each
 * address at most: 10 000 frames a second, 12 Mbit/s, with bursts of 400.
 */
enum { TURNS_PER_S = 2500, TURN_US = 1000000 / TURNS_PER_S, BURST_US = 100 * TURN_US };

/* s: hosts take longer to resume; what counts is that each was sent Magic Packets. */
enum { STOP_TIMEOUT = 4 };

static void on_stop_check(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	if (!daemon->hosts->states[WAKING])
		event_base_loopbreak(daemon->base);
}

/* A host that is DROWSY may sleep already: the wake follows when it is known to. */
static void wake_sleepers(struct daemon *daemon)
{
	host_table_each (daemon->hosts, host)
		if (host->life.state == ASLEEP)
			host_trigger(daemon, host, TRIGGER_WAKE);
		else if (host->life.state == DROWSY)
			host_send_magic(daemon, host);
}

/* Hosts are woken first, within a bounded time, as on-stop says; called twice: at once. */
static void stop(struct daemon *daemon)
{
	static const struct timeval interval = { .tv_usec = 100000 };

	if (daemon->is_stopping || daemon->config.on_stop == ON_STOP_KEEP) {
		event_base_loopbreak(daemon->base);
	} else {
		const unsigned int sleepers = daemon->hosts->states[ASLEEP];
		const struct timeval timeout = { STOP_TIMEOUT + sleepers / TURNS_PER_S, 0 };

		log_info("waking the sleepers before the end");
		wake_sleepers(daemon);
		event_base_loopexit(daemon->base, &timeout);
		daemon_watch(daemon, -1, EV_PERSIST, on_stop_check, &interval);
	}
	daemon->is_stopping = true;
	manager_tell_stopping();
}

void daemon_subscribe(struct daemon *daemon, const struct subscriber *subscriber)
{
	if (daemon->subscriber_count < SUBSCRIBERS_MAX)
		daemon->subscribers[daemon->subscriber_count++] = *subscriber;
}

void daemon_unsubscribe(struct daemon *daemon, const void *context)
{
	for (size_t i = daemon->subscriber_count; i-- > 0;)
		if (daemon->subscribers[i].context == context)
			daemon->subscribers[i] = daemon->subscribers[--daemon->subscriber_count];
}

/* The interfaces of the command line are served besides those of the file. */
static int read_config(const struct options *options, struct config *config, char why[CONFIG_ERROR])
{
	int err = options->config ? config_load(options->config, config, why) : 0;

	if (options->http && !err)
		text_to_endpoint(options->http, &config->http.listen);
	for (size_t i = 0; i < options->interface_count && !err; i++)
		if (!config_interface(config, options->interfaces[i])) {
			snprintf(why, CONFIG_ERROR, "more than %d interfaces", CONFIG_INTERFACES);
			err = -ENOSPC;
		}
	return err;
}

/* As read_config; and one to serve there must be. */
static int read_first_config(struct daemon *daemon, char why[CONFIG_ERROR])
{
	int err = read_config(&daemon->options, &daemon->config, why);

	if (err || daemon->config.interface_count)
		return err;
	snprintf(why, CONFIG_ERROR,
	         "no interface to serve: name one with --interface, or in the configuration");
	return -EINVAL;
}

/*
 * Two proxies that check a sleeper at once find each other silent, and both take it over: a
 * quarter to either side, at random, keeps them apart.
 */
static int64_t jitter(int64_t interval)
{
	return interval + interval * ((int64_t)(random_u32() % 501) - 250) / 1000;
}

void daemon_follow_config(struct daemon *daemon)
{
	static const struct mac all_hosts;
	const struct config *config = &daemon->config;

	daemon->timing.life = config->timing;
	daemon->timing.life.standby = jitter(config->timing.standby);
	daemon->timing.min_lease = config->min_lease;
	daemon->timing.lifetime = config->npp.lifetime_max;
	wake_rules_clear(daemon->datapath, &all_hosts);
	wake_rules_put(daemon->datapath, &all_hosts, config->policy.ports,
	               config->policy.port_count, config->policy.sources,
	               config->policy.source_count);
	daemon_describe_configured(daemon);
}

/* Those of the file are in the maps as it says. */
static void sync_others(struct daemon *daemon)
{
	host_table_each (daemon->hosts, host)
		if (!host_is_in_file(host))
			host_set_unsynced(daemon, host, true);
	maps_retry(daemon, false);
}

/* What a process that has given up its rights cannot change. */
static void warn_of_start(const struct config *fresh, const struct config *before)
{
	if (fresh->max_hosts != before->max_hosts)
		log_warning("max-hosts takes effect at the next start");
	if (memcmp(&fresh->http, &before->http, sizeof(fresh->http)) != 0)
		log_warning("http and http-token-file take effect at the next start");
}

static int reload(struct daemon *daemon, char why[CONFIG_ERROR])
{
	struct npp_keys keys;
	struct config fresh;
	int err;

	config_init(&fresh);
	err = read_config(&daemon->options, &fresh, why);
	if (!err)
		err = daemon_read_keys(&fresh, &keys, why);
	if (!err) {
		addresses_follow_config(daemon->net, &fresh);
		err = addresses_check_config(daemon->net, &fresh, why);
	}
	if (err) {
		addresses_follow_config(daemon->net, &daemon->config);
		config_done(&fresh);
		return err;
	}
	warn_of_start(&fresh, &daemon->config);
	config_done(&daemon->config);
	daemon->config = fresh;
	served_ifaces_start(daemon);
	daemon_follow_config(daemon);
	registrations_follow_config(daemon, &keys);
	listeners_follow(daemon); /* NPP's advertises what has just been set */
	explicit_bzero(&keys, sizeof(keys));
	sync_others(daemon);
	log_info("the configuration was read again");
	return 0;
}

int daemon_reload(struct daemon *daemon, char why[CONFIG_ERROR])
{
	int err;

	manager_tell_reloading();
	err = reload(daemon, why);
	manager_tell_ready(daemon);
	return err;
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;
	char why[CONFIG_ERROR];

	(void)what;
	if (number != SIGHUP)
		stop(daemon);
	else if (daemon_reload(daemon, why))
		log_error("the configuration stays as it is: %s", why);
}

/*
 * Not in the step that found it so, which still has the host in its hands: it may have registered
 * again since.
 */
static bool forget(struct daemon *daemon, struct host *host)
{
	const bool is_removed = host->is_forgotten && host_is_registered_only(host) &&
	                        !host->proposal && !host->registration->active;

	host->is_forgotten = false;
	if (is_removed)
		daemon_remove(daemon, host);
	return is_removed;
}

int64_t daemon_next_turn(struct daemon *daemon, int64_t now)
{
	const int64_t turn = MAX(daemon->next_turn, now * 1000 - BURST_US);

	daemon->next_turn = turn + TURN_US;
	return MAX(turn / 1000, now);
}

bool daemon_take_turn(struct daemon *daemon, int64_t now)
{
	if (daemon->next_turn > now * 1000)
		return false;
	daemon_next_turn(daemon, now);
	return true;
}

/* Those that became due together follow each other; whatever else is due is not delayed by them. */
static bool is_its_turn(struct daemon *daemon, struct host *host, int64_t now)
{
	int64_t turn;

	if (host->life.state != WAKING || host->has_turn)
		return true;
	turn = daemon_next_turn(daemon, now);
	if (turn <= now)
		return true;
	host->has_turn = true;
	host_table_arm(daemon->hosts, host, turn);
	return false;
}

static void run_deadline(struct daemon *daemon, struct host *host, int64_t now)
{
	const bool lost = host->addresses_lost;

	host->has_turn = false;
	host->addresses_lost = false;
	host_trigger(daemon, host, lost ? TRIGGER_ADDRESSES_LOST : TRIGGER_TIMEOUT);
	if (host->deadline <= now) /* others have their turn first */
		host_table_arm(daemon->hosts, host, now + 1);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	const struct now now = clock_now();
	struct host *host;

	(void)fd;
	(void)what;
	registrations_timeout(daemon, &now);
	for (int i = 0; i < STEPS_MAX && (host = host_table_due(daemon->hosts, now.mono)); i++)
		if (!forget(daemon, host) && is_its_turn(daemon, host, now.mono))
			run_deadline(daemon, host, now.mono);
	daemon_arm(daemon);
}

void daemon_arm(struct daemon *daemon)
{
	const int64_t deadline =
		MIN(host_table_deadline(daemon->hosts), register_deadline(&daemon->registrar));
	struct timeval after;
	int64_t wait;

	if (deadline == INT64_MAX) {
		evtimer_del(daemon->deadline_event);
		return;
	}
	wait = deadline - clock_ms();
	wait = wait < 0 ? 0 : wait > 3600000 ? 3600000 : wait;
	after = (struct timeval){ .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };
	evtimer_add(daemon->deadline_event, &after);
}

static void log_event(void *context, const struct host_event *event)
{
	const bool detail = event->kind == HOST_EVENT_MAGIC_PACKET ||
	                    event->kind == HOST_EVENT_ADDED ||
	                    event->kind == HOST_EVENT_LEASE_RENEWED;
	char text[HOST_EVENT_TEXT];

	(void)context;
	log_at(detail ? LOG_DEBUG : LOG_INFO, "%s", host_event_text(event, text));
}

struct event *daemon_watch(struct daemon *daemon, int fd, short what, event_callback_fn on_event,
                           const struct timeval *interval)
{
	struct event *event = event_new(daemon->base, fd, what, on_event, daemon);

	if (!event || daemon->event_count == EVENTS_MAX)
		return NULL;
	if (what)
		event_add(event, interval);
	daemon->events[daemon->event_count++] = event;
	return event;
}

/* Between any two callbacks those that are more urgent have their turn: the heartbeat. */
static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && !event_config_set_max_dispatch_interval(config, NULL, 1, PRIORITY_URGENT + 1))
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	if (base)
		event_base_priority_init(base, PRIORITIES);
	return base;
}

static int start_events(struct daemon *daemon)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	daemon->base = new_base();
	if (!daemon->base)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!daemon_watch(daemon, signals[i], EV_SIGNAL | EV_PERSIST, on_signal, NULL))
			return -ENOMEM;
	daemon->deadline_event = daemon_watch(daemon, -1, 0, on_deadline, NULL);
	return daemon->deadline_event ? 0 : -ENOMEM;
}

int loop_start(struct daemon *daemon)
{
	const struct subscriber log = { .on_event = log_event };
	char why[CONFIG_ERROR];
	int err = read_first_config(daemon, why);

	if (err) {
		daemon->is_misconfigured = true;
		log_error("%s", why);
		return err;
	}
	signal(SIGPIPE, SIG_IGN);
	daemon->started = clock_ms();
	daemon_subscribe(daemon, &log);
	daemon->hosts = host_table_new();
	daemon->dhcp_memory = dhcp_memory_new();
	return daemon->hosts ? start_events(daemon) : -ENOMEM;
}

void loop_stop(struct daemon *daemon)
{
	while (daemon->event_count)
		event_free(daemon->events[--daemon->event_count]);
	if (daemon->base)
		event_base_free(daemon->base);
	host_table_free(daemon->hosts);
	dhcp_memory_free(daemon->dhcp_memory);
	config_done(&daemon->config);
}
