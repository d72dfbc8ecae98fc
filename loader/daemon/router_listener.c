// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Router Advertisements on the served interfaces, parsed in the parser's process: of which prefixes
 * hosts may have addresses. They are heard by a socket of our own, and not taken from the kernel,
 * which forgets a prefix without a word where it does not follow advertisements (accept_ra), as on
 * a router or with static addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/dhcp6_messages.h"

/* So many are read at a time, and then none for a while. */
enum { ADVERTS_MAX = 16 };
static const struct timeval PAUSE = { .tv_sec = 1 };

static bool is_served(const struct daemon *daemon, uint32_t ifindex)
{
	for (size_t i = 0; i < daemon->served_count; i++)
		if (daemon->served[i].state == SERVED_ATTACHED &&
		    daemon->served[i].iface.ifindex == ifindex)
			return true;
	return false;
}

static void submit(struct daemon *daemon, const struct router_advert_octets *received)
{
	struct router_advert_octets *copy;

	if (!is_served(daemon, received->ifindex))
		return;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return;
	*copy = *received;
	if (!parser_submit(daemon->parser, PARSER_ROUTER_ADVERT, 0, copy->octets, copy->length,
	                   copy))
		free(copy);
}

static void on_advert(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	struct router_advert_octets received;
	int read = 0;

	(void)what;
	for (; read < ADVERTS_MAX && !router_advert_receive(fd, &received); read++)
		submit(daemon, &received);
	if (read < ADVERTS_MAX)
		return;
	event_del(daemon->router_event);
	evtimer_add(daemon->router_resume_event, &PAUSE);
}

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	event_add(((struct daemon *)context)->router_event, NULL);
}

void daemon_take_router_advert(struct daemon *daemon, const struct parser_result *result)
{
	const struct router_advert_octets *received = result->context;

	if (!result->error)
		net_state_advertise(daemon->net, received->ifindex, &received->source,
		                    &result->message.router_advert, clock_now().boot);
}

/* A machine without IPv6 is a proxy for IPv4. */
int router_listener_start(struct daemon *daemon)
{
	daemon->router_fd = router_advert_listen();
	if (daemon->router_fd < 0) {
		log_warning("routers of IPv6 are not listened to: %s",
		            strerror(-daemon->router_fd));
		return 0;
	}
	daemon->router_event =
		daemon_watch(daemon, daemon->router_fd, EV_READ | EV_PERSIST, on_advert, NULL);
	daemon->router_resume_event = daemon_watch(daemon, -1, 0, on_resume, NULL);
	return daemon->router_event && daemon->router_resume_event ? 0 : -ENOMEM;
}

void router_listener_stop(struct daemon *daemon)
{
	if (daemon->router_event)
		cleanup_close(&daemon->router_fd);
	daemon->router_event = NULL;
}
