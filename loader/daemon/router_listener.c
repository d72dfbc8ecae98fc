// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Router Advertisements on the served interfaces, parsed in the parser's process: of which prefixes
 * hosts may have addresses. They are heard by a socket of our own, and not taken from the kernel,
 * which forgets a prefix without a word where it does not follow advertisements (accept_ra), as on
 * a router or with static addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/dhcp6_messages.h"

/* So many are read at a time, and then none for a while. */
enum { ADVERTS_MAX = 16 };
static const struct timeval PAUSE = { .tv_sec = 1 };

static void submit(struct daemon *daemon, const struct router_advert_octets *received)
{
	struct router_advert_octets *copy;

	if (!daemon_serves(daemon, received->ifindex))
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

	(void)what;
	for (int read = 0; read < ADVERTS_MAX; read++) {
		const int err = router_advert_receive(fd, &received);

		if (err && err != -EBADMSG)
			return;
		if (!err)
			submit(daemon, &received);
	}
	paced_socket_rest(&daemon->router_socket, &PAUSE);
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
	const int err = paced_socket_start(&daemon->router_socket, daemon->base,
	                                   router_advert_listen(), on_advert, daemon);

	if (err)
		log_warning("routers of IPv6 are not listened to: %s", strerror(-err));
	return 0;
}

void router_listener_stop(struct daemon *daemon)
{
	paced_socket_stop(&daemon->router_socket);
}
