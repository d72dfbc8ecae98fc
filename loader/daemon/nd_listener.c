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
#include "net/nd_message.h"

/* So many messages are read at a time, and then none for a while. */
enum { MESSAGES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

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

static void submit(const struct listener *listener, const struct mac *from, const uint8_t *octets,
                   size_t length)
{
	struct received_nd *received = malloc(sizeof(*received) + length);

	if (!received)
		return;
	received->from = *from;
	received->ifindex = listener->iface.ifindex;
	received->learns = listener->setting;
	memcpy(received->octets, octets, length);
	if (!parser_submit(listener->daemon->parser, PARSER_ND, 0, received->octets, length,
	                   received))
		free(received);
}

static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct daemon *daemon = listener->daemon;
	uint8_t octets[ND_PACKET_MAX];
	struct mac from;
	int read, length;

	(void)what;
	for (read = 0; read < MESSAGES_MAX && parser_has_room(daemon->parser); read++) {
		length = nd_receive(fd, octets, &from);
		if (length < 0)
			return;
		if (listener->setting || waits(daemon) || daemon_holds(daemon, &from))
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

static int learns(const struct config *config)
{
	return config->learn;
}

static int start(struct listener *listener)
{
	const int fd = nd_listen(listener->iface.ifindex, listener->setting);
	const int err = paced_socket_start(&listener->socket, listener->daemon->base, fd,
	                                   on_message, listener);

	if (!err && listener->setting && packet_all_multicast(fd, &listener->iface, true))
		log_warning("%s: cannot hear what hosts send to multicast groups",
		            listener->iface.name);
	return err;
}

const struct listener_kind nd_listener_kind = {
	.error = "%s: cannot listen for Neighbor Discovery: %s",
	.size = sizeof(struct listener),
	.setting = learns,
	.start = start,
};
