// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What neighbours say by Neighbor Discovery: whether another machine has an address that a host
 * registers, whether a host that was woken is up, and which addresses the hosts themselves use. At
 * a rate that costs nothing, but while a registration waits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/holding.h"
#include "daemon/neighbours.h"
#include "daemon/paced_socket.h"
#include "net/nd_message.h"

/* So many messages are read at a time, and then none for a while. */
enum { MESSAGES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

/* Of one interface. */
struct nd_listener {
	struct daemon *daemon;
	uint32_t ifindex;
	bool learns;
	struct paced_socket socket;
};

/* While it is parsed. */
struct received_nd {
	struct mac from;
	uint32_t ifindex;
	bool learns;
	uint8_t octets[];
};

static bool waits(const struct daemon *daemon)
{
	return daemon->registrar.count;
}

static void submit(const struct nd_listener *listener, const struct mac *from,
                   const uint8_t *octets, size_t length)
{
	struct received_nd *received = malloc(sizeof(*received) + length);

	if (!received)
		return;
	received->from = *from;
	received->ifindex = listener->ifindex;
	received->learns = listener->learns;
	memcpy(received->octets, octets, length);
	if (!parser_submit(listener->daemon->parser, PARSER_ND, 0, received->octets, length,
	                   received))
		free(received);
}

static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct nd_listener *listener = context;
	struct daemon *daemon = listener->daemon;
	uint8_t octets[ND_PACKET_MAX];
	struct mac from;
	int read, length;

	(void)what;
	for (read = 0; read < MESSAGES_MAX && parser_has_room(daemon->parser); read++) {
		length = nd_receive(fd, octets, &from);
		if (length < 0)
			return;
		if (listener->learns || waits(daemon) || daemon_holds(daemon, &from))
			submit(listener, &from, octets, (size_t)length);
	}
	if (waits(daemon) && read == MESSAGES_MAX)
		return;
	paced_socket_rest(&listener->socket, &PAUSE);
}

void nd_listener_take(struct daemon *daemon, const struct parser_result *result)
{
	const struct received_nd *received = result->context;
	const struct nd_message *message = &result->message.nd;
	struct host *host = host_find_mac(daemon->hosts, &received->from);
	struct pending_registration pending;

	if (result->error)
		return;
	while (message->type == ND_ADVERTISEMENT &&
	       register_address_in_use(&daemon->registrar, &message->address, &received->from,
	                               &pending))
		registration_complete(daemon, NULL, pending.requester, REJECT_ADDRESS_IN_USE);
	if (message->type == ND_ADVERTISEMENT)
		daemon_hold_answered(daemon, &received->from, &message->address);
	if (host && received->learns)
		daemon_learn(daemon, host, received->ifindex, message);
	if (!host && !message->is_probe)
		discovery_see(daemon, &received->from, received->ifindex, &message->address);
}

static void listen_on(struct daemon *daemon, struct served_iface *served)
{
	struct nd_listener *listener = calloc(1, sizeof(*listener));
	int err;

	if (!listener)
		return;
	*listener = (struct nd_listener){ .daemon = daemon,
		                          .ifindex = served->iface.ifindex,
		                          .learns = daemon->config.learn };
	err = paced_socket_start(&listener->socket, daemon->base,
	                         nd_listen(listener->ifindex, listener->learns), on_message,
	                         listener);
	if (err) {
		log_error("%s: cannot listen for Neighbor Discovery: %s", served->config.name,
		          strerror(-err));
		free(listener);
		return;
	}
	if (listener->learns && packet_all_multicast(listener->socket.fd, &served->iface, true))
		log_warning("%s: cannot hear what hosts send to multicast groups",
		            served->config.name);
	served->nd_listener = listener;
}

void nd_listener_stop(struct served_iface *served)
{
	if (served->nd_listener)
		paced_socket_stop(&served->nd_listener->socket);
	free(served->nd_listener);
	served->nd_listener = NULL;
}

void nd_listeners_follow(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];
		const bool wanted = served->state == SERVED_ATTACHED;

		if (served->nd_listener &&
		    (!wanted || served->nd_listener->ifindex != served->iface.ifindex ||
		     served->nd_listener->learns != daemon->config.learn))
			nd_listener_stop(served);
		if (wanted && !served->nd_listener)
			listen_on(daemon, served);
	}
}
