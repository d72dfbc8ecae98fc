// SPDX-License-Identifier: GPL-2.0-or-later
/* The event loop, and what signals ask for: an end, or the configuration anew. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"

/*
 * Hosts take longer to resume than who stops us has patience; what counts is that each was sent
 * Magic Packets.
 */
static const struct timeval STOP_PATIENCE = { .tv_sec = 4 };

static void wake_sleeper(void *context, const struct registered *host)
{
	struct daemon *daemon = context;
	const struct registry_actions actions = daemon_actions(daemon);

	if (host->life.state == DROWSY) /* it may sleep already: a round costs nothing */
		actions.magic(daemon, &host->spec);
	if (host->life.state == ASLEEP)
		registry_command(daemon->registry, host->spec.name, TRIGGER_WAKE);
}

static void find_waking(void *context, const struct registered *host)
{
	*(bool *)context |= host->life.state == WAKING;
}

static void on_stop_check(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	bool waking = false;

	(void)fd;
	(void)what;
	registry_each(daemon->registry, find_waking, &waking);
	if (!waking)
		event_base_loopbreak(daemon->base);
}

void daemon_stop(struct daemon *daemon)
{
	static const struct timeval often = { .tv_usec = 100000 };

	if (daemon->stopping || daemon->config.on_stop == ON_STOP_KEEP) {
		event_base_loopbreak(daemon->base);
	} else {
		log_info("waking the sleepers before the end");
		registry_each(daemon->registry, wake_sleeper, daemon);
		event_base_loopexit(daemon->base, &STOP_PATIENCE);
		daemon->stop_check = event_new(daemon->base, -1, EV_PERSIST, on_stop_check, daemon);
		event_add(daemon->stop_check, &often);
	}
	daemon->stopping = true;
}

/* The interfaces of the command line are served besides those of the file. */
static int read_config(const struct options *options, struct config *config, char why[CONFIG_ERROR])
{
	int err = options->config ? config_load(options->config, config, why) : 0;

	for (size_t i = 0; i < options->interface_count && !err; i++)
		if (!config_interface(config, options->interfaces[i]))
			err = -ENOSPC;
	return err;
}

int daemon_reload(struct daemon *daemon, char why[CONFIG_ERROR])
{
	struct npp_keys *keys = NULL;
	struct config fresh;
	int err;

	config_init(&fresh);
	err = read_config(&daemon->options, &fresh, why);
	if (!err)
		err = handovers_read_keys(&fresh, &keys, why);
	if (!err && fresh.max_hosts != daemon->config.max_hosts)
		log_warning("max-hosts takes effect at the next start");
	if (err) {
		config_done(&fresh);
		return err;
	}
	config_done(&daemon->config);
	daemon->config = fresh;
	lines_start(daemon);
	hosts_follow_config(daemon);
	leases_follow_config(daemon);
	handovers_follow_config(daemon, keys);
	hosts_follow_lines(daemon);
	log_info("the configuration was read anew");
	return 0;
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
	struct daemon *daemon = context;
	char why[CONFIG_ERROR];

	(void)what;
	if (number != SIGHUP)
		daemon_stop(daemon);
	else if (daemon_reload(daemon, why))
		log_error("the configuration stays as it is: %s", why);
}

static int read_first_config(struct daemon *daemon)
{
	char why[CONFIG_ERROR];
	int err = read_config(&daemon->options, &daemon->config, why);

	if (err) {
		log_error("%s", why);
		return err;
	}
	if (daemon->config.interface_count)
		return 0;
	log_error("no interface to serve: name one with --interface, or in the configuration");
	return -EINVAL;
}

int loop_start(struct daemon *daemon)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	int err = read_first_config(daemon);

	if (err)
		return err;
	signal(SIGPIPE, SIG_IGN);
	daemon->started = clock_ms();
	daemon->base = event_base_new();
	if (!daemon->base)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		daemon->signals[i] = evsignal_new(daemon->base, numbers[i], on_signal, daemon);
		event_add(daemon->signals[i], NULL);
	}
	return 0;
}

void loop_stop(struct daemon *daemon)
{
	if (daemon->stop_check)
		event_free(daemon->stop_check);
	for (size_t i = 0; i < sizeof(daemon->signals) / sizeof(*daemon->signals); i++)
		if (daemon->signals[i])
			event_free(daemon->signals[i]);
	if (daemon->base)
		event_base_free(daemon->base);
	config_done(&daemon->config);
}
