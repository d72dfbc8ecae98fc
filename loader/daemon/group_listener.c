// SPDX-License-Identifier: GPL-2.0-or-later
/* Listens on the served interfaces for IGMP and MLD, at a rate that costs nothing. */
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "daemon/groups.h"
#include "net/group_socket.h"

/* So many frames are read at a time, and then none for a while; what does not fit is lost. */
enum { FRAMES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

/* Of one interface. */
struct group_listener {
	struct daemon *daemon;
	uint32_t ifindex;
	int fd;
	struct event *event, *resume_event;
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
		const ssize_t length = packet_receive(fd, frame, &origin);

		if (length < 0)
			return;
		if (length > ETH_HLEN)
			submit(listener, frame, (size_t)length, origin.vlan);
		read++;
	}
	event_del(listener->event);
	evtimer_add(listener->resume_event, &PAUSE);
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	event_add(((struct group_listener *)context)->event, NULL);
}

static void free_listener(struct group_listener *listener)
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
	struct group_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return;
	listener->daemon = daemon;
	listener->ifindex = served->iface.ifindex;
	listener->fd = group_listen(listener->ifindex);
	if (listener->fd >= 0) {
		listener->event = event_new(daemon->base, listener->fd, EV_READ | EV_PERSIST,
		                            on_frame, listener);
		listener->resume_event = evtimer_new(daemon->base, on_resume, listener);
	} else {
		log_error("%s: cannot listen for IGMP and MLD: %s", served->config.name,
		          strerror(-listener->fd));
	}
	if (!listener->event || !listener->resume_event) {
		free_listener(listener);
		return;
	}
	event_add(listener->event, NULL);
	served->group_listener = listener;
}

void group_listener_stop(struct served_iface *served)
{
	if (served->group_listener)
		free_listener(served->group_listener);
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
