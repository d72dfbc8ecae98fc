// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCP of those that are no known hosts, for when they become known. What known hosts say comes by
 * the datapath's ring, which is theirs alone: a flood of strangers fills a socket of its own, and
 * is read at a rate that costs nothing.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <dhcp.h> /* the wire format, of include/ */
#include "daemon/daemon.h"
#include "net/dhcp_socket.h"

/* So many messages are read at a time, and then none for a while. */
enum { MESSAGES_MAX = 16 };
static const struct timeval PAUSE = { .tv_sec = 1 };

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

static void take_messages(struct listener *listener, int fd,
                          int (*receive)(int fd, struct dhcp_snoop *snoop))
{
	struct dhcp_snoop snoop;

	for (int read = 0; read < MESSAGES_MAX; read++) {
		const int err = receive(fd, &snoop);

		if (err && err != -EBADMSG)
			return;
		if (!err)
			dhcp_listener_take(listener->daemon, &snoop);
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

static void on_dhcp(evutil_socket_t fd, short what, void *listener)
{
	(void)what;
	take_messages(listener, fd, dhcp_receive);
}

static void on_dhcp6(evutil_socket_t fd, short what, void *listener)
{
	(void)what;
	take_messages(listener, fd, dhcp6_receive);
}

static int start(struct listener *listener)
{
	return paced_socket_start(&listener->socket, listener->daemon->base,
	                          dhcp_listen(listener->iface.ifindex), on_dhcp, listener);
}

static int start6(struct listener *listener)
{
	return paced_socket_start(&listener->socket, listener->daemon->base,
	                          dhcp6_listen(listener->iface.ifindex), on_dhcp6, listener);
}

const struct listener_kind dhcp_listener_kind = {
	.size = sizeof(struct listener),
	.start = start,
	.error = "%s: cannot listen for DHCP: %s",
};

const struct listener_kind dhcp6_listener_kind = {
	.size = sizeof(struct listener),
	.start = start6,
	.error = "%s: cannot listen for DHCPv6: %s",
};
