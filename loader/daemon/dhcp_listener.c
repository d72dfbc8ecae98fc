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

/* Of DHCP, and of DHCPv6. */
enum { FAMILIES = 2 };

static const struct {
	const char *name;
	int (*listen)(uint32_t ifindex);
	int (*receive)(int fd, struct dhcp_snoop *snoop);
} families[FAMILIES] = {
	{ "DHCP", dhcp_listen, dhcp_receive },
	{ "DHCPv6", dhcp6_listen, dhcp6_receive },
};

/* Of one interface. */
struct dhcp_listener {
	uint32_t ifindex;
	struct dhcp_ear {
		struct daemon *daemon;
		int (*receive)(int fd, struct dhcp_snoop *snoop);
		int fd;
		struct event *event, *resume_event;
	} ears[FAMILIES];
};

/* What is of a known host comes by the ring, too. */
static bool is_of_stranger(const struct daemon *daemon, const struct dhcp_snoop *snoop)
{
	struct mac client = snoop->client;

	if (!mac_is_set(&client))
		memcpy(&client, snoop->message + offsetof(struct dhcp, chaddr), sizeof(client));
	return !host_find_mac(daemon->hosts, &client);
}

static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct dhcp_ear *ear = context;
	struct dhcp_snoop snoop;
	int read = 0;

	(void)what;
	while (read < MESSAGES_MAX && !ear->receive(fd, &snoop)) {
		if (is_of_stranger(ear->daemon, &snoop))
			daemon_receive_dhcp(ear->daemon, &snoop);
		read++;
	}
	if (read < MESSAGES_MAX)
		return;
	event_del(ear->event);
	evtimer_add(ear->resume_event, &PAUSE);
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	event_add(((struct dhcp_ear *)context)->event, NULL);
}

static void free_listener(struct dhcp_listener *listener)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		struct dhcp_ear *ear = &listener->ears[i];

		if (ear->event)
			event_free(ear->event);
		if (ear->resume_event)
			event_free(ear->resume_event);
		cleanup_close(&ear->fd);
	}
	free(listener);
}

/* Without one of the families the other is heard. */
static void open_ear(struct daemon *daemon, const struct served_iface *served, size_t family,
                     struct dhcp_ear *ear)
{
	*ear = (struct dhcp_ear){ .daemon = daemon, .receive = families[family].receive };
	ear->fd = families[family].listen(served->iface.ifindex);
	if (ear->fd < 0) {
		log_error("%s: cannot listen for %s: %s", served->config.name,
		          families[family].name, strerror(-ear->fd));
		return;
	}
	ear->event = event_new(daemon->base, ear->fd, EV_READ | EV_PERSIST, on_message, ear);
	ear->resume_event = evtimer_new(daemon->base, on_resume, ear);
	if (ear->event && ear->resume_event)
		event_add(ear->event, NULL);
}

static void listen_on(struct daemon *daemon, struct served_iface *served)
{
	struct dhcp_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return;
	listener->ifindex = served->iface.ifindex;
	for (size_t i = 0; i < FAMILIES; i++)
		open_ear(daemon, served, i, &listener->ears[i]);
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
