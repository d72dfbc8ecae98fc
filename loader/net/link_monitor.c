// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/link_monitor.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct monitor {
	struct mnl_socket *socket;
	monitor_fn *on_link;
	void *context;
};

static int read_attribute(const struct nlattr *attribute, void *context)
{
	struct iface *port = context;

	if (mnl_attr_get_type(attribute) == IFLA_IFNAME)
		snprintf(port->name, sizeof(port->name), "%s", mnl_attr_get_str(attribute));
	if (mnl_attr_get_type(attribute) == IFLA_ADDRESS &&
	    mnl_attr_get_payload_len(attribute) == sizeof(port->mac))
		memcpy(&port->mac, mnl_attr_get_payload(attribute), sizeof(port->mac));
	return MNL_CB_OK;
}

static int on_message(const struct nlmsghdr *message, void *context)
{
	const struct monitor *monitor = context;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct iface port = { .ifindex = (uint32_t)info->ifi_index };

	/* a bridge says of its ports that they leave it, and means not that they are gone */
	if (info->ifi_family != AF_UNSPEC)
		return MNL_CB_OK;
	if (message->nlmsg_type != RTM_NEWLINK && message->nlmsg_type != RTM_DELLINK)
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*info), read_attribute, &port);
	if (*port.name)
		monitor->on_link(monitor->context, &port, message->nlmsg_type == RTM_NEWLINK);
	return MNL_CB_OK;
}

int monitor_open(struct monitor **opened, monitor_fn *on_link, void *context)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor)
		return -ENOMEM;
	monitor->on_link = on_link;
	monitor->context = context;
	monitor->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor->socket || mnl_socket_bind(monitor->socket, RTMGRP_LINK, MNL_SOCKET_AUTOPID)) {
		int err = -errno;

		monitor_close(monitor);
		return err;
	}
	*opened = monitor;
	return 0;
}

int monitor_fd(const struct monitor *monitor)
{
	return mnl_socket_get_fd(monitor->socket);
}

int monitor_read(struct monitor *monitor)
{
	char buffer[32768];
	ssize_t length;

	while ((length = mnl_socket_recvfrom(monitor->socket, buffer, sizeof(buffer))) > 0)
		mnl_cb_run(buffer, (size_t)length, 0, 0, on_message, monitor);
	/*
	 * ENOBUFS: notices were lost; the caller's regular look at its interfaces makes up for them
	 */
	return length < 0 && errno != EAGAIN && errno != ENOBUFS ? -errno : 0;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->socket)
		mnl_socket_close(monitor->socket);
	free(monitor);
}
