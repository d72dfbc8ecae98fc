// SPDX-License-Identifier: GPL-2.0-or-later
/* Listens on the served interfaces for IGMP and MLD, at a rate that costs nothing. */
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/groups.h"
#include "net/group_socket.h"

/* So many frames are read at a time, and then none for a while. */
enum { FRAMES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

struct group_listener {
	struct listener common;
	struct group_link links[2]; /* of IPv4, of IPv6 */
};

static void submit(struct listener *listener, const uint8_t *frame, size_t length, uint16_t vlan)
{
	struct received_group *received = malloc(sizeof(*received) + length - ETH_HLEN);

	if (!received)
		return;
	received->ifindex = listener->iface.ifindex;
	received->vlan = vlan;
	memcpy(&received->from, frame + ETH_ALEN, sizeof(received->from));
	memcpy(received->packet, frame + ETH_HLEN, length - ETH_HLEN);
	if (!parser_submit(listener->daemon->parser, PARSER_GROUP, 0, received->packet,
	                   length - ETH_HLEN, received))
		free(received);
}

static void on_frame(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct packet_origin origin;
	uint8_t frame[PACKET_MAX];
	int read = 0;

	(void)what;
	while (read < FRAMES_MAX && parser_has_room(listener->daemon->parser)) {
		const ssize_t length = packet_receive(fd, frame, sizeof(frame), &origin);

		if (length < 0)
			return;
		if (length > ETH_HLEN)
			submit(listener, frame, (size_t)length, origin.vlan);
		read++;
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

static int setting(const struct config *config)
{
	return config->memberships ? 0 : LISTENER_UNWANTED;
}

static int start(struct listener *listener)
{
	return paced_socket_start(&listener->socket, listener->daemon->base,
	                          group_listen(&listener->iface), on_frame, listener);
}

const struct listener_kind group_listener_kind = {
	.error = "%s: cannot listen for IGMP and MLD: %s",
	.size = sizeof(struct group_listener),
	.setting = setting,
	.start = start,
};

struct group_link *group_listener_link(struct daemon *daemon, uint32_t ifindex, bool is_ipv6)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct listener *listener = daemon->served[i].listeners[LISTENER_GROUP];

		if (listener && listener->iface.ifindex == ifindex)
			return &((struct group_listener *)listener)->links[is_ipv6];
	}
	return NULL;
}
