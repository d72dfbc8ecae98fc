// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Router Advertisements on the served interfaces, parsed in the parser's process: of which prefixes
 * hosts may have addresses. Routers are asked for them, and what they said is stored, so that a
 * restart gives up no sleeper's address. They are heard by sockets of our own, and not taken from
 * the kernel, which forgets a prefix without a word where it does not follow advertisements
 * (accept_ra), as on a router or with static addresses.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "base/clock.h"
#include "daemon/neighbours.h"
#include "net/nd.h"

/* So many are read at a time, and then none for a while. */
enum { ADVERTS_MAX = 16 };
static const struct timeval PAUSE = { .tv_sec = 1 };

/* RFC 4861, 6.3.7 and 10: after an interface is attached, until a router is heard. ms */
enum { SOLICITATIONS_MAX = 3, SOLICITATION_INTERVAL = 4000 };

/* Who forges advertisements without end has no row written more often. ms */
enum { STORE_INTERVAL = 10000 };

struct router_listener {
	struct listener common;
	int solicitations;        /* sent, or not needed any more */
	int64_t solicitation_due; /* ms of CLOCK_MONOTONIC */
	uint64_t row_digest;      /* of the link's row in the store; 0: none */
	int64_t store_due;
};

/* While it is parsed. */
struct received_advert {
	uint32_t ifindex;
	struct router_advert_octets advert;
};

static void submit(const struct listener *listener, const struct router_advert_octets *advert)
{
	struct received_advert *received = malloc(sizeof(*received));

	if (!received)
		return;
	*received = (struct received_advert){ listener->iface.ifindex, *advert };
	if (!parser_submit(listener->daemon->parser, PARSER_ROUTER_ADVERT, 0,
	                   received->advert.octets, received->advert.length, received))
		free(received);
}

static void on_advert(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct router_advert_octets advert;

	(void)what;
	for (int read = 0; read < ADVERTS_MAX; read++) {
		const int err = router_advert_receive(fd, &advert);

		if (err && err != -EBADMSG)
			return;
		if (!err)
			submit(listener, &advert);
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

void router_listener_take(struct daemon *daemon, const struct parser_result *result)
{
	const struct received_advert *received = result->context;
	struct listener *listener = listener_on(daemon, received->ifindex, LISTENER_ROUTER);

	if (result->error || !listener)
		return;
	((struct router_listener *)listener)->solicitations = SOLICITATIONS_MAX;
	net_state_advertise(daemon->net, received->ifindex, &received->advert.source,
	                    &result->message.router_advert, clock_now().boot);
}

/* Once there is an address to ask from: what is sent from :: may be left unanswered for longer. */
static void solicit(struct router_listener *listener, int64_t now)
{
	const struct daemon *daemon = listener->common.daemon;
	const struct iface *iface = &listener->common.iface;
	struct ipv6 source;

	if (listener->solicitations == SOLICITATIONS_MAX || now < listener->solicitation_due ||
	    !net_link_local(daemon->net, iface->ifindex, &source))
		return;
	nd_ask_routers(daemon->packet_fd, iface, &source);
	listener->solicitations++;
	listener->solicitation_due = now + SOLICITATION_INTERVAL;
}

/*
 * True: it was another row. One that `ends` deletes none: where its interface has come back with
 * another number, what is known is under that one already.
 */
static bool store(struct router_listener *listener, bool ends)
{
	struct daemon *daemon = listener->common.daemon;
	const struct lease_record_clock clock = daemon_record_clock(daemon);
	struct json_object *json = net_state_write_link(daemon->net, listener->common.iface.ifindex,
	                                                clock.wall_ms - clock.boot_ms);
	const char *row =
		json ? json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN) : NULL;
	const uint64_t digest = row ? digest_text(row) : 0;
	const bool is_new = digest != listener->row_digest && (row || !ends);

	if (is_new) {
		host_store_put_link(daemon->store, listener->common.iface.name, row);
		listener->row_digest = digest;
		persist_soon(daemon);
	}
	json_object_put(json);
	return is_new;
}

void router_listeners_tick(struct daemon *daemon)
{
	const int64_t now = clock_ms();

	for (size_t i = 0; i < daemon->served_count; i++) {
		struct router_listener *listener =
			(struct router_listener *)daemon->served[i].listeners[LISTENER_ROUTER];

		if (!listener)
			continue;
		solicit(listener, now);
		if (now >= listener->store_due && store(listener, false))
			listener->store_due = now + STORE_INTERVAL;
	}
}

/* A machine without IPv6 is a proxy for IPv4. */
static int start(struct listener *listener)
{
	const int err = paced_socket_start(&listener->socket, listener->daemon->base,
	                                   router_advert_listen(listener->iface.ifindex), on_advert,
	                                   listener);

	return err == -EAFNOSUPPORT ? 0 : err;
}

static void stop(struct listener *listener)
{
	store((struct router_listener *)listener, true);
}

const struct listener_kind router_listener_kind = {
	.error = "%s: cannot hear the routers of IPv6: %s",
	.size = sizeof(struct router_listener),
	.start = start,
	.stop = stop,
};
