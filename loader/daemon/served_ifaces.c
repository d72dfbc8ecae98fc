// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces that we serve: attached, watched as they vanish, come back and change, and let go
 * of.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "net/iface.h"

/* To load a program is work: not twice a second for a served that fails. */
enum { RETRY_MS = 5000 };

/* What cannot be found out, without descriptors, is as it was. */
static struct datapath_config config_of(const struct served_iface *served,
                                        const struct iface *iface)
{
	const int forwards = iface_forwards(iface, true), forwards6 = iface_forwards(iface, false);

	return (struct datapath_config){
		.mac = iface->mac,
		.answer = (uint8_t)served->config.answer,
		.forwards = forwards < 0 ? served->datapath_config.forwards : (uint8_t)forwards,
		.forwards6 = forwards6 < 0 ? served->datapath_config.forwards6 : (uint8_t)forwards6,
	};
}

static void log_attached(const struct served_iface *served)
{
	const char *mode = attachment_mode(served->attachment);
	char driver[IFACE_DRIVER];

	log_info("%s: attached, %s XDP, answering with %s MAC", served->config.name, mode,
	         served->config.answer == ANSWER_HOST ? "the host's" : "the proxy's");
	iface_driver(served->config.name, driver);
	if (!strcmp(driver, "veth") && !strcmp(mode, "native"))
		log_warning("%s is a veth: its answers arrive only if the other end has an XDP "
		            "program too, whichever; mode = generic needs none",
		            served->config.name);
}

/*
 * In host mode the sleeper's traffic comes to its own MAC, which the network card would filter out;
 * and so do the answers of some DHCP servers, where requests come from that MAC.
 */
static void follow_promiscuous(struct daemon *daemon, struct served_iface *served)
{
	bool wanted = served->state == SERVED_ATTACHED &&
	              (served->config.answer == ANSWER_HOST ||
	               served->config.dhcp_source == DHCP_SOURCE_HOST);
	int err;

	if (wanted == served->promiscuous)
		return;
	err = packet_promiscuous(daemon->packet_fd, &served->iface, wanted);
	if (err && wanted)
		log_error("%s: cannot hear frames to its hosts' MACs: %s", served->config.name,
		          strerror(-err));
	served->promiscuous = wanted && !err;
}

static int attach(struct daemon *daemon, struct served_iface *served, const struct iface *iface)
{
	const struct datapath_config config = config_of(served, iface);
	int err;

	attachment_close(served->attachment, true);
	served->attachment = NULL;
	err = datapath_attach(daemon->datapath, iface->name, iface->ifindex, served->config.mode,
	                      &config, &served->attachment, served->detail);
	if (err) {
		served->state = SERVED_FAILED;
		served->retry_at = clock_ms() + RETRY_MS;
		return err;
	}
	served->state = SERVED_ATTACHED;
	served->iface = *iface;
	served->datapath_config = config;
	*served->detail = 0;
	follow_promiscuous(daemon, served);
	log_attached(served);
	return 0;
}

static void detach(struct daemon *daemon, struct served_iface *served, bool keep)
{
	attachment_close(served->attachment, keep);
	served->attachment = NULL;
	served->state = SERVED_ABSENT;
	follow_promiscuous(daemon, served);
	if (served->all_multicast)
		packet_all_multicast(daemon->packet_fd, &served->iface, false);
	served->all_multicast = false;
}

static void gone(struct daemon *daemon, struct served_iface *served)
{
	if (served->state == SERVED_ATTACHED)
		log_warning("%s: the interface is gone; waiting for it to come back",
		            served->config.name);
	detach(daemon, served, false);
}

/* Somebody took the program off: their will is done until the configuration is read anew. */
static void detached(struct daemon *daemon, struct served_iface *served)
{
	detach(daemon, served, false);
	served->state = SERVED_DETACHED;
	snprintf(served->detail, sizeof(served->detail),
	         "detached by hand; reload to attach again");
	log_warning("%s: %s", served->config.name, served->detail);
}

/* 0 where there is nothing to do, or it is done. */
static int check(struct daemon *daemon, struct served_iface *served)
{
	struct datapath_config config;
	struct iface iface;
	const int err = iface_find(served->config.name, &iface);

	if (err == -ENODEV)
		gone(daemon, served);
	if (err) /* or, without descriptors, it is not known whether it is there */
		return 0;
	if (served->state == SERVED_ATTACHED && iface.ifindex != served->iface.ifindex)
		gone(daemon, served);
	if (served->state == SERVED_ATTACHED && !attachment_is_active(served->attachment))
		detached(daemon, served);
	if (served->state == SERVED_DETACHED)
		return 0;
	if (served->state == SERVED_FAILED && clock_ms() < served->retry_at)
		return 0;
	config = config_of(served, &iface);
	if (served->state == SERVED_ATTACHED &&
	    !memcmp(&config, &served->datapath_config, sizeof(config)))
		return 0;
	return attach(daemon, served, &iface);
}

bool served_ifaces_check(struct daemon *daemon)
{
	bool attached = false;

	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];
		const enum served_state before = served->state;

		if (check(daemon, served) && before != SERVED_FAILED)
			log_error("%s", served->detail);
		attached |= served->state == SERVED_ATTACHED && before != SERVED_ATTACHED;
	}
	return attached;
}

void served_ifaces_reattach(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];
		const struct iface iface = served->iface;

		if (served->state == SERVED_ATTACHED && attach(daemon, served, &iface))
			log_error("%s", served->detail);
	}
}

static struct served_iface *find_served(struct daemon *daemon, const char *name)
{
	for (size_t i = 0; i < daemon->served_count; i++)
		if (!strcmp(daemon->served[i].config.name, name))
			return &daemon->served[i];
	return NULL;
}

static int add_served(struct daemon *daemon, const struct config_interface *config)
{
	struct served_iface *served = &daemon->served[daemon->served_count];
	int err;

	*served = (struct served_iface){ .config = *config };
	daemon->served_count++;
	err = check(daemon, served);
	if (err)
		log_error("%s", served->detail);
	else if (served->state == SERVED_ABSENT)
		log_warning("%s: no such interface yet; waiting for it", config->name);
	return err;
}

static int change_served(struct daemon *daemon, struct served_iface *served,
                         const struct config_interface *config)
{
	if (served->state == SERVED_DETACHED)
		served->state = SERVED_ABSENT;
	if (served->config.mode != config->mode)
		detach(daemon, served, false);
	served->config = *config;
	return check(daemon, served);
}

static void release(struct daemon *daemon, struct served_iface *served, bool keep)
{
	listeners_stop(served);
	detach(daemon, served, keep);
}

static void remove_unlisted(struct daemon *daemon)
{
	for (size_t i = daemon->served_count; i-- > 0;) {
		struct served_iface *served = &daemon->served[i];
		bool listed = false;

		for (size_t j = 0; j < daemon->config.interface_count; j++)
			listed |= !strcmp(daemon->config.interfaces[j].name, served->config.name);
		if (listed)
			continue;
		log_info("%s: let go of", served->config.name);
		release(daemon, served, false);
		*served = daemon->served[--daemon->served_count];
	}
}

int served_ifaces_start(struct daemon *daemon)
{
	int err = 0;

	remove_unlisted(daemon);
	for (size_t i = 0; i < daemon->config.interface_count; i++) {
		const struct config_interface *config = &daemon->config.interfaces[i];
		struct served_iface *served = find_served(daemon, config->name);
		int failed =
			served ? change_served(daemon, served, config) : add_served(daemon, config);

		err = err ? err : failed;
	}
	return err;
}

bool daemon_serves(const struct daemon *daemon, uint32_t ifindex)
{
	for (size_t i = 0; i < daemon->served_count; i++)
		if (daemon->served[i].state == SERVED_ATTACHED &&
		    daemon->served[i].iface.ifindex == ifindex)
			return true;
	return false;
}

struct served_iface *served_iface_next(struct daemon *daemon, const struct host *host,
                                       const struct served_iface *last)
{
	const uint32_t ifindex = host->installed ? host->installed->ifindex : 0;

	for (size_t i = last ? (size_t)(last - daemon->served) + 1 : 0; i < daemon->served_count;
	     i++) {
		struct served_iface *served = &daemon->served[i];

		if (served->state == SERVED_ATTACHED &&
		    (!ifindex || served->iface.ifindex == ifindex))
			return served;
	}
	return NULL;
}

void served_ifaces_stop(struct daemon *daemon)
{
	bool keep = daemon->config.on_stop == ON_STOP_KEEP;

	while (daemon->served_count)
		release(daemon, &daemon->served[--daemon->served_count], keep);
}
