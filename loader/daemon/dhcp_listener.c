// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCP of those that are no known hosts, for when they become known. What known hosts say comes by
 * the datapath's ring, which is theirs alone: a flood of strangers fills a socket of its own, and
 * is read at a rate that costs nothing.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <dhcp.h> /* the wire format, of include/ */
#include "base/files.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "net/dhcp_socket.h"

/* So many messages are read at a time, and then none for a while. */
enum { MESSAGES_MAX = 16 };
static const struct timeval PAUSE = { .tv_sec = 1 };

/* Of one interface. */
struct dhcp_listener {
	struct daemon *daemon;
	uint32_t ifindex;
	int fd;
	struct event *event, *resume_event;
};

/* What is of a known host comes by the ring, too. */
static bool is_of_stranger(const struct daemon *daemon, const struct dhcp_snoop *snoop)
{
	struct mac client;

	memcpy(&client, snoop->message + offsetof(struct dhcp, chaddr), sizeof(client));
	return !host_find_mac(daemon->hosts, &client);
}

static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct dhcp_listener *listener = context;
	struct dhcp_snoop snoop;
	int read = 0;

	(void)what;
	while (read < MESSAGES_MAX && !dhcp_receive(fd, &snoop)) {
		if (is_of_stranger(listener->daemon, &snoop))
			daemon_receive_dhcp(listener->daemon, &snoop);
		read++;
	}
	if (read < MESSAGES_MAX)
		return;
	event_del(listener->event);
	evtimer_add(listener->resume_event, &PAUSE);
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	event_add(((struct dhcp_listener *)context)->event, NULL);
}

static void free_listener(struct dhcp_listener *listener)
{
	if (listener->event)
		event_free(listener->event);
	if (listener->resume_event)
		event_free(listener->resume_event);
	cleanup_close(&listener->fd);
	free(listener);
}

static void listen_on(struct daemon *daemon, struct served_iface *served)
{
	struct dhcp_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return;
	*listener = (struct dhcp_listener){ .daemon = daemon, .ifindex = served->iface.ifindex };
	listener->fd = dhcp_listen(listener->ifindex);
	if (listener->fd >= 0) {
		listener->event = event_new(daemon->base, listener->fd, EV_READ | EV_PERSIST,
		                            on_message, listener);
		listener->resume_event = evtimer_new(daemon->base, on_resume, listener);
	} else {
		log_error("%s: cannot listen for DHCP: %s", served->config.name,
		          strerror(-listener->fd));
	}
	if (!listener->event || !listener->resume_event) {
		free_listener(listener);
		return;
	}
	event_add(listener->event, NULL);
	served->dhcp_listener = listener;
}

void dhcp_listener_stop(struct served_iface *served)
{
	if (served->dhcp_listener)
		free_listener(served->dhcp_listener);
	served->dhcp_listener = NULL;
}

void dhcp_listeners_follow(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];
		const bool wanted = served->state == SERVED_ATTACHED;

		if (served->dhcp_listener &&
		    (!wanted || served->dhcp_listener->ifindex != served->iface.ifindex))
			dhcp_listener_stop(served);
		if (wanted && !served->dhcp_listener)
			listen_on(daemon, served);
	}
}
