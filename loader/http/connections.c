// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libevent tells of a connection when its request is whole, which a client can put off for ever.
 * So connections are looked for among the descriptors, of which there are few; a socket is the same
 * one as before where its cookie is.
 */
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/internal.h"

/* ms, from the first octet to the last; where there are too many */
enum { TIME_MAX = 30000, TIME_MIN = 1000 };

static const struct timeval LOOK = { .tv_sec = 1 }, ACCEPT_PAUSE = { .tv_usec = 100000 };

static struct connections {
	struct evconnlistener *listener;
	struct event *look, *accept_again;
	struct place {
		uint64_t cookie; /* 0: no connection */
		int64_t since;
		bool is_kept;
	} places[HTTP_DESCRIPTORS];
} connections; /* as there is but one table of descriptors */

static uint64_t cookie_of(int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer), cookie_size = sizeof(uint64_t);
	uint64_t cookie = 0;

	if (getpeername(fd, (struct sockaddr *)&peer, &size) ||
	    (peer.ss_family != AF_INET && peer.ss_family != AF_INET6) ||
	    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_size))
		return 0;
	return cookie;
}

static struct place *look_at(int fd, int64_t now)
{
	struct place *place = &connections.places[fd];
	const uint64_t cookie = cookie_of(fd);

	if (cookie != place->cookie)
		*place = (struct place){ .cookie = cookie, .since = now };
	return place;
}

/* Ends those that took longer. False: there is none. */
static bool look_at_all(int64_t time_max)
{
	const int64_t now = clock_ms();
	bool is_any = false;

	for (int fd = 0; fd < HTTP_DESCRIPTORS; fd++) {
		const struct place *place = look_at(fd, now);

		is_any |= place->cookie != 0;
		if (place->cookie && !place->is_kept && now - place->since > time_max)
			shutdown(fd, SHUT_RDWR);
	}
	return is_any;
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	if (look_at_all(TIME_MAX))
		event_add(connections.look, &LOOK);
}

static struct bufferevent *on_connection(struct event_base *base, void *context)
{
	(void)context;
	if (!event_pending(connections.look, EV_TIMEOUT, NULL))
		event_add(connections.look, &LOOK);
	return bufferevent_socket_new(base, -1, 0);
}

/* No descriptor is left: those who are slow make room for those who wait. */
static void on_accept_error(struct evconnlistener *listener, void *context)
{
	(void)context;
	look_at_all(TIME_MIN);
	evconnlistener_disable(listener);
	event_add(connections.accept_again, &ACCEPT_PAUSE);
}

static void on_accept_again(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	evconnlistener_enable(connections.listener);
}

void connections_keep(struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	const int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));

	if (fd < HTTP_DESCRIPTORS)
		look_at(fd, clock_ms())->is_kept = true;
}

bool connections_start(struct event_base *base, struct evhttp *http, int listener)
{
	connections.look = evtimer_new(base, on_look, NULL);
	connections.accept_again = evtimer_new(base, on_accept_again, NULL);
	connections.listener =
		evconnlistener_new(base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, listener);
	if (!connections.look || !connections.accept_again || !connections.listener)
		return false;
	evhttp_set_bevcb(http, on_connection, NULL);
	evconnlistener_set_error_cb(connections.listener, on_accept_error);
	return evhttp_bind_listener(http, connections.listener);
}
