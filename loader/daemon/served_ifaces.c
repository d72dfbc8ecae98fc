// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces that we serve: attached, watched as they vanish, come back and change, and let go
 * of.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/lock.h"

/* To load a program is work: not twice a second for a line that fails. */
enum { RETRY_MS = 5000 };

static struct datapath_config facts_of(const struct served_iface *line, const struct iface *port)
{
	return (struct datapath_config){
		.mac = port->mac,
		.answer = (uint8_t)line->config.answer,
		.forwards = iface_forwards(port),
	};
}

static void say_attached(const struct served_iface *line)
{
	const char *mode = attachment_mode(line->attachment);
	char driver[IFACE_DRIVER];

	log_info("%s: attached, %s XDP, answering with %s MAC", line->config.name, mode,
	         line->config.answer == ANSWER_HOST ? "the host's" : "the proxy's");
	iface_driver(line->config.name, driver);
	if (!strcmp(driver, "veth") && !strcmp(mode, "native"))
		log_warning("%s is a veth: its answers arrive only if the other end has an XDP "
		            "program too, whichever; mode = generic needs none",
		            line->config.name);
}

/*
 * In host mode the sleeper's traffic comes to its own MAC, which the network card would filter out;
 * and so do the answers of some DHCP servers, where requests come from that MAC.
 */
static void follow_mode(struct daemon *daemon, struct served_iface *line)
{
	bool wanted =
		line->state == SERVED_ATTACHED && (line->config.answer == ANSWER_HOST ||
	                                           line->config.dhcp_source == DHCP_SOURCE_HOST);
	int err;

	if (wanted == line->promiscuous)
		return;
	err = packet_promiscuous(daemon->packet_fd, &line->port, wanted);
	if (err && wanted)
		log_error("%s: cannot hear frames to its hosts' MACs: %s", line->config.name,
		          strerror(-err));
	line->promiscuous = wanted && !err;
}

static int attach(struct daemon *daemon, struct served_iface *line, const struct iface *port)
{
	const struct datapath_config facts = facts_of(line, port);
	int err;

	attachment_close(line->attachment, true);
	line->attachment = NULL;
	err = datapath_attach(daemon->datapath, port, line->config.mode, &facts, &line->attachment,
	                      line->detail);
	if (err) {
		line->state = SERVED_FAILED;
		line->retry_at = clock_ms() + RETRY_MS;
		return err;
	}
	line->state = SERVED_ATTACHED;
	line->port = *port;
	line->interface = facts;
	*line->detail = 0;
	follow_mode(daemon, line);
	say_attached(line);
	return 0;
}

static void let_go(struct daemon *daemon, struct served_iface *line, bool keep)
{
	attachment_close(line->attachment, keep);
	line->attachment = NULL;
	line->state = SERVED_ABSENT;
	follow_mode(daemon, line);
}

static bool has_changed(const struct served_iface *line, const struct iface *port)
{
	const struct datapath_config facts = facts_of(line, port);

	return port->ifindex != line->port.ifindex ||
	       memcmp(&facts, &line->interface, sizeof(facts));
}

static void gone(struct daemon *daemon, struct served_iface *line)
{
	if (line->state == SERVED_ATTACHED)
		log_warning("%s: the interface is gone; waiting for it to come back",
		            line->config.name);
	let_go(daemon, line, false);
}

/* Somebody took the program off: their will is done until the configuration is read anew. */
static void detached(struct daemon *daemon, struct served_iface *line)
{
	let_go(daemon, line, false);
	line->state = SERVED_DETACHED;
	snprintf(line->detail, sizeof(line->detail), "detached by hand; reload to attach again");
	log_warning("%s: %s", line->config.name, line->detail);
}

/* 0 where there is nothing to do, or it is done. */
static int check(struct daemon *daemon, struct served_iface *line)
{
	struct iface port;

	if (iface_find(line->config.name, &port)) {
		gone(daemon, line);
		return 0;
	}
	if (line->state == SERVED_ATTACHED && port.ifindex != line->port.ifindex)
		gone(daemon, line);
	if (line->state == SERVED_ATTACHED && !attachment_is_on(line->attachment))
		detached(daemon, line);
	if (line->state == SERVED_DETACHED)
		return 0;
	if (line->state == SERVED_FAILED && clock_ms() < line->retry_at)
		return 0;
	if (line->state == SERVED_ATTACHED && !has_changed(line, &port))
		return 0;
	return attach(daemon, line, &port);
}

bool lines_check(struct daemon *daemon)
{
	bool attached = false;

	for (size_t i = 0; i < daemon->line_count; i++) {
		struct served_iface *line = &daemon->lines[i];
		const enum served_state before = line->state;

		if (check(daemon, line) && before != SERVED_FAILED)
			log_error("%s", line->detail);
		attached |= line->state == SERVED_ATTACHED && before != SERVED_ATTACHED;
	}
	return attached;
}

void lines_renew(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->line_count; i++) {
		struct served_iface *line = &daemon->lines[i];
		const struct iface port = line->port;

		if (line->state == SERVED_ATTACHED && attach(daemon, line, &port))
			log_error("%s", line->detail);
	}
}

static struct served_iface *find_line(struct daemon *daemon, const char *name)
{
	for (size_t i = 0; i < daemon->line_count; i++)
		if (!strcmp(daemon->lines[i].config.name, name))
			return &daemon->lines[i];
	return NULL;
}

static int add_line(struct daemon *daemon, const struct config_interface *config)
{
	struct served_iface *line = &daemon->lines[daemon->line_count];
	char why[256];
	int err;

	*line = (struct served_iface){ .config = *config };
	line->lock = lock_interface(config->name, why, sizeof(why));
	if (line->lock < 0) {
		log_error("%s", why);
		return line->lock;
	}
	daemon->line_count++;
	err = check(daemon, line);
	if (err)
		log_error("%s", line->detail);
	else if (line->state == SERVED_ABSENT)
		log_warning("%s: no such interface yet; waiting for it", config->name);
	return err;
}

static void remove_line(struct daemon *daemon, struct served_iface *line)
{
	log_info("%s: let go of", line->config.name);
	let_go(daemon, line, false);
	cleanup_close(&line->lock);
	*line = daemon->lines[--daemon->line_count];
}

static int change_line(struct daemon *daemon, struct served_iface *line,
                       const struct config_interface *config)
{
	if (line->state == SERVED_DETACHED)
		line->state = SERVED_ABSENT;
	if (line->config.mode != config->mode)
		let_go(daemon, line, false);
	line->config = *config;
	return check(daemon, line);
}

static void remove_unlisted(struct daemon *daemon)
{
	for (size_t i = daemon->line_count; i-- > 0;) {
		struct served_iface *line = &daemon->lines[i];
		bool listed = false;

		for (size_t j = 0; j < daemon->config.interface_count; j++)
			listed |= !strcmp(daemon->config.interfaces[j].name, line->config.name);
		if (!listed)
			remove_line(daemon, line);
	}
}

int lines_start(struct daemon *daemon)
{
	int err = 0;

	remove_unlisted(daemon);
	for (size_t i = 0; i < daemon->config.interface_count; i++) {
		const struct config_interface *config = &daemon->config.interfaces[i];
		struct served_iface *line = find_line(daemon, config->name);
		int failed = line ? change_line(daemon, line, config) : add_line(daemon, config);

		err = err ? err : failed;
	}
	return err;
}

int lines_each_of(struct daemon *daemon, const struct host_description *spec,
                  int (*each)(struct daemon *daemon, const struct served_iface *line,
                              const struct host_description *spec, const void *argument),
                  const void *argument)
{
	int err = -ENODEV;

	for (size_t i = 0; i < daemon->line_count; i++) {
		const struct served_iface *line = &daemon->lines[i];
		int failed;

		if (line->state != SERVED_ATTACHED ||
		    (*spec->interface && strcmp(spec->interface, line->config.name)))
			continue;
		failed = each(daemon, line, spec, argument);
		if (!err || err == -ENODEV)
			err = failed;
	}
	return err;
}

void lines_stop(struct daemon *daemon)
{
	bool keep = daemon->config.on_stop == ON_STOP_KEEP;

	while (daemon->line_count) {
		struct served_iface *line = &daemon->lines[--daemon->line_count];

		let_go(daemon, line, keep);
		cleanup_close(&line->lock);
	}
}
