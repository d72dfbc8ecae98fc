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
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/paced_socket.h"
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
		struct paced_socket socket;
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

void dhcp_listener_take(struct daemon *daemon, const struct dhcp_snoop *snoop)
{
	if (is_of_stranger(daemon, snoop))
		daemon_receive_dhcp(daemon, snoop);
}

static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct dhcp_ear *ear = context;
	struct dhcp_snoop snoop;
	int read = 0;

	(void)what;
	while (read < MESSAGES_MAX && !ear->receive(fd, &snoop)) {
		dhcp_listener_take(ear->daemon, &snoop);
		read++;
	}
	if (read == MESSAGES_MAX)
		paced_socket_rest(&ear->socket, &PAUSE);
}

/* Without one of the families the other is heard. */
static void open_ear(struct daemon *daemon, const struct served_iface *served, size_t family,
                     struct dhcp_ear *ear)
{
	int err;

	*ear = (struct dhcp_ear){ .daemon = daemon, .receive = families[family].receive };
	err = paced_socket_start(&ear->socket, daemon->base,
	                         families[family].listen(served->iface.ifindex), on_message, ear);
	if (err)
		log_error("%s: cannot listen for %s: %s", served->config.name,
		          families[family].name, strerror(-err));
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
	struct dhcp_listener *listener = served->dhcp_listener;

	if (!listener)
		return;
	for (size_t i = 0; i < FAMILIES; i++)
		paced_socket_stop(&listener->ears[i].socket);
	free(listener);
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
