// SPDX-License-Identifier: GPL-2.0-or-later
/* Listens on the served interfaces for IGMP and MLD, at a rate that costs nothing. */
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/groups.h"
#include "daemon/paced_socket.h"
#include "net/group_socket.h"

/* So many frames are read at a time, and then none for a while. */
enum { FRAMES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

/* Of one interface. */
struct group_listener {
	struct daemon *daemon;
	uint32_t ifindex;
	struct paced_socket socket;
	struct group_link links[2]; /* of IPv4, of IPv6 */
};

static void submit(struct group_listener *listener, const uint8_t *frame, size_t length,
                   uint16_t vlan)
{
	struct received_group *received = malloc(sizeof(*received) + length - ETH_HLEN);

	if (!received)
		return;
	received->ifindex = listener->ifindex;
	received->vlan = vlan;
	memcpy(&received->from, frame + ETH_ALEN, sizeof(received->from));
	memcpy(received->packet, frame + ETH_HLEN, length - ETH_HLEN);
	if (!parser_submit(listener->daemon->parser, PARSER_GROUP, 0, received->packet,
	                   length - ETH_HLEN, received))
		free(received);
}

static void on_frame(evutil_socket_t fd, short what, void *context)
{
	struct group_listener *listener = context;
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

static void listen_on(struct daemon *daemon, struct served_iface *served)
{
	struct group_listener *listener = calloc(1, sizeof(*listener));
	int err;

	if (!listener)
		return;
	listener->daemon = daemon;
	listener->ifindex = served->iface.ifindex;
	err = paced_socket_start(&listener->socket, daemon->base, group_listen(&served->iface),
	                         on_frame, listener);
	if (err) {
		log_error("%s: cannot listen for IGMP and MLD: %s", served->config.name,
		          strerror(-err));
		free(listener);
		return;
	}
	served->group_listener = listener;
}

void group_listener_stop(struct served_iface *served)
{
	if (served->group_listener)
		paced_socket_stop(&served->group_listener->socket);
	free(served->group_listener);
	served->group_listener = NULL;
}

void group_listeners_follow(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];
		const bool wanted = daemon->config.memberships && served->state == SERVED_ATTACHED;

		if (served->group_listener &&
		    (!wanted || served->group_listener->ifindex != served->iface.ifindex))
			group_listener_stop(served);
		if (wanted && !served->group_listener)
			listen_on(daemon, served);
	}
}

struct group_link *group_listener_link(struct daemon *daemon, uint32_t ifindex, bool is_ipv6)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct group_listener *listener = daemon->served[i].group_listener;

		if (listener && listener->ifindex == ifindex)
			return &listener->links[is_ipv6];
	}
	return NULL;
}
