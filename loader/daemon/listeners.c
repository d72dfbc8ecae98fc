// SPDX-License-Identifier: GPL-2.0-or-later
/* Listeners are started and stopped; one that fails is tried again with the next tick. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/daemon.h"

static const struct listener_kind *const kinds[LISTENERS] = {
	[LISTENER_NPP] = &npp_listener_kind,       [LISTENER_DHCP] = &dhcp_listener_kind,
	[LISTENER_DHCP6] = &dhcp6_listener_kind,   [LISTENER_GROUP] = &group_listener_kind,
	[LISTENER_ND] = &nd_listener_kind,         [LISTENER_ARP] = &arp_listener_kind,
	[LISTENER_ROUTER] = &router_listener_kind, [LISTENER_OUTGOING] = &outgoing_listener_kind,
};

static int wanted_setting(const struct daemon *daemon, const struct served_iface *served,
                          const struct listener_kind *kind)
{
	if (served->state != SERVED_ATTACHED)
		return LISTENER_UNWANTED;
	return kind->setting ? kind->setting(&daemon->config) : 0;
}

static struct listener *start(struct daemon *daemon, const struct served_iface *served,
                              const struct listener_kind *kind, int setting)
{
	struct listener *listener = calloc(1, kind->size);
	int err;

	if (!listener)
		return NULL;
	*listener = (struct listener){ daemon, served->iface, setting, { .fd = -1 } };
	err = kind->start(listener);
	if (!err)
		return listener;
	log_error(kind->error, served->config.name, strerror(-err));
	paced_socket_stop(&listener->socket);
	free(listener);
	return NULL;
}

static void stop(struct served_iface *served, size_t i)
{
	struct listener *listener = served->listeners[i];

	if (!listener)
		return;
	paced_socket_stop(&listener->socket);
	if (kinds[i]->stop)
		kinds[i]->stop(listener);
	free(listener);
	served->listeners[i] = NULL;
}

static bool suits(const struct listener *listener, const struct served_iface *served,
                  const struct listener_kind *kind, int setting)
{
	return listener->setting == setting && listener->iface.ifindex == served->iface.ifindex &&
	       (!kind->uses_mac || mac_equal(&listener->iface.mac, &served->iface.mac));
}

static void follow(struct daemon *daemon, struct served_iface *served, size_t i)
{
	const int setting = wanted_setting(daemon, served, kinds[i]);

	if (served->listeners[i] && !suits(served->listeners[i], served, kinds[i], setting))
		stop(served, i);
	if (setting != LISTENER_UNWANTED && !served->listeners[i])
		served->listeners[i] = start(daemon, served, kinds[i], setting);
}

void listeners_follow(struct daemon *daemon)
{
	for (size_t i = 0; i < LISTENERS; i++)
		for (size_t j = 0; j < daemon->served_count; j++)
			follow(daemon, &daemon->served[j], i);
}

void listeners_stop(struct served_iface *served)
{
	for (size_t i = 0; i < LISTENERS; i++)
		stop(served, i);
}

struct listener *listener_on(const struct daemon *daemon, uint32_t ifindex, size_t kind)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct listener *listener = daemon->served[i].listeners[kind];

		if (listener && listener->iface.ifindex == ifindex)
			return listener;
	}
	return NULL;
}
