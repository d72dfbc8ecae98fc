// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCP of those that are no known hosts, for when they become known. What known hosts say comes by
 * the datapath's ring, which is theirs alone: a flood of strangers fills a socket of its own, and
 * is read at a rate that costs nothing.
 */
#include <stddef.h>
#include <string.h>

#include <dhcp.h> /* the wire format, of include/ */
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

struct dhcp_listener {
	struct listener common; /* its socket is not used */
	struct paced_socket sockets[FAMILIES];
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
	struct dhcp_listener *listener = context;
	const size_t family = fd == listener->sockets[1].fd;
	struct dhcp_snoop snoop;
	int read = 0;

	(void)what;
	while (read < MESSAGES_MAX && !families[family].receive(fd, &snoop)) {
		dhcp_listener_take(listener->common.daemon, &snoop);
		read++;
	}
	if (read == MESSAGES_MAX)
		paced_socket_rest(&listener->sockets[family], &PAUSE);
}

/* Without one of the families the other is heard. */
static int start(struct listener *common)
{
	struct dhcp_listener *listener = (struct dhcp_listener *)common;

	for (size_t i = 0; i < FAMILIES; i++) {
		const int fd = families[i].listen(common->iface.ifindex);
		const int err = paced_socket_start(&listener->sockets[i], common->daemon->base, fd,
		                                   on_message, listener);

		if (err)
			log_error("%s: cannot listen for %s: %s", common->iface.name,
			          families[i].name, strerror(-err));
	}
	return 0;
}

static void stop(struct listener *common)
{
	for (size_t i = 0; i < FAMILIES; i++)
		paced_socket_stop(&((struct dhcp_listener *)common)->sockets[i]);
}

const struct listener_kind dhcp_listener_kind = {
	.size = sizeof(struct dhcp_listener),
	.start = start,
	.stop = stop,
};
