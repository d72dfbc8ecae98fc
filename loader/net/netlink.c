// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>

/* Of a socket's only request. 0 would match any answer. */
enum { SEQUENCE = 1 };

static int receive(struct mnl_socket *socket, char *buffer, mnl_cb_t on_answer, void *context)
{
	unsigned port = mnl_socket_get_portid(socket);
	int more;

	do {
		ssize_t length = mnl_socket_recvfrom(socket, buffer, NETLINK_BUFFER);

		if (length < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)length, SEQUENCE, port, on_answer, context);
	} while (more > 0);
	return more < 0 ? -errno : 0;
}

int netlink_ask(int bus, struct nlmsghdr *message, mnl_cb_t on_answer, void *context)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	message->nlmsg_seq = SEQUENCE;
	/* with an acknowledgement the end is known, whether there was an answer or not */
	message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		err = -errno;
	else
		err = receive(socket, (char *)message, on_answer, context);
	mnl_socket_close(socket);
	return err;
}

int netlink_table(uint16_t request, uint8_t family, mnl_cb_t on_row, void *context)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *about = mnl_nlmsg_put_extra_header(message, sizeof(*about));

	message->nlmsg_type = request;
	message->nlmsg_flags = NLM_F_DUMP;
	about->rtgen_family = family;
	return netlink_ask(NETLINK_ROUTE, message, on_row, context);
}

const void *netlink_attribute(const struct nlmsghdr *message, size_t header, uint16_t type,
                              size_t size)
{
	const struct nlattr *attribute;

	mnl_attr_for_each (attribute, message, header)
		if (mnl_attr_get_type(attribute) == type &&
		    mnl_attr_get_payload_len(attribute) >= size)
			return mnl_attr_get_payload(attribute);
	return NULL;
}
