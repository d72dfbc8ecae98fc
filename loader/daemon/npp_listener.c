// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/npp_listener.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "net/arp_replies.h"
#include "base/log.h"
#include "base/random.h"
#include "daemon/daemon.h"
#include "npp/npp_socket.h"

/* So many messages at a time, then others have their turn. */
enum { TURN = 64 };

struct ear {
	struct ear *next;
	struct daemon *daemon;
	struct iface port;
	uint8_t icmp_type;
	int messages_fd, replies_fd;
	struct event *messages, *replies, *advertisement;
};

/* What the datapath saw before counts before. */
static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct ear *ear = context;
	struct npp_packet datagram;
	struct npp_frame frame;

	(void)what;
	for (int i = 0; i < TURN && !npp_socket_receive(fd, &frame, &datagram); i++) {
		reports_take(ear->daemon);
		proxy_hear(ear->daemon->proxy, &ear->port, &datagram);
	}
}

static void on_reply(evutil_socket_t fd, short what, void *context)
{
	struct ear *ear = context;
	struct ipv4 address;
	struct mac mac;

	(void)what;
	for (int i = 0; i < TURN && !replies_take(fd, &address, &mac); i++)
		proxy_claimed(ear->daemon->proxy, address, &mac);
}

/* 10 % to either side, so that proxies that began together do not speak together. */
static void arm(struct ear *ear)
{
	const uint64_t ms = (uint64_t)ear->daemon->config.npp.interval * 1000;
	const uint64_t wait = ms - ms / 10 + (ms ? random_u32() % (ms / 5 + 1) : 0);
	const struct timeval after = { .tv_sec = (time_t)(wait / 1000),
		                       .tv_usec = (suseconds_t)(wait % 1000 * 1000) };

	if (ms)
		evtimer_add(ear->advertisement, &after);
	else
		evtimer_del(ear->advertisement);
}

static void on_advertisement(evutil_socket_t fd, short what, void *context)
{
	struct ear *ear = context;

	(void)fd;
	(void)what;
	if (ear->daemon->config.npp.interval)
		proxy_advertise(ear->daemon->proxy, &ear->port, false);
	arm(ear);
}

static struct event *watch(struct ear *ear, int fd, event_callback_fn call)
{
	struct event *event = event_new(ear->daemon->base, fd, EV_READ | EV_PERSIST, call, ear);

	event_add(event, NULL);
	return event;
}

static int open_sockets(struct ear *ear)
{
	ear->replies_fd = -1;
	ear->messages_fd = npp_socket_open(ear->port.ifindex, ear->icmp_type);
	if (ear->messages_fd < 0)
		return ear->messages_fd;
	ear->replies_fd = replies_open(ear->port.ifindex);
	return ear->replies_fd < 0 ? ear->replies_fd : 0;
}

static void close_sockets(struct ear *ear)
{
	if (ear->messages_fd >= 0)
		close(ear->messages_fd);
	if (ear->replies_fd >= 0)
		close(ear->replies_fd);
}

static void ear_open(struct daemon *daemon, const struct iface *port)
{
	struct ear *ear = calloc(1, sizeof(*ear));
	int err;

	if (!ear)
		return;
	ear->daemon = daemon;
	ear->port = *port;
	ear->icmp_type = (uint8_t)daemon->config.npp.icmp_type;
	err = open_sockets(ear);
	if (err) {
		log_error("%s: cannot hear hosts that hand themselves over: %s", port->name,
		          strerror(-err));
		close_sockets(ear);
		free(ear);
		return;
	}
	ear->messages = watch(ear, ear->messages_fd, on_message);
	ear->replies = watch(ear, ear->replies_fd, on_reply);
	ear->advertisement = evtimer_new(daemon->base, on_advertisement, ear);
	LL_PREPEND(daemon->ears, ear);
	on_advertisement(-1, 0, ear);
}

static void ear_close(struct ear *ear)
{
	proxy_advertise(ear->daemon->proxy, &ear->port, true);
	LL_DELETE(ear->daemon->ears, ear);
	event_free(ear->messages);
	event_free(ear->replies);
	event_free(ear->advertisement);
	close_sockets(ear);
	free(ear);
}

static bool is_on(const struct ear *ear, const struct served_iface *line)
{
	return line->state == SERVED_ATTACHED &&
	       !memcmp(&ear->port, &line->port, sizeof(ear->port));
}

static bool has_line(const struct ear *ear)
{
	const struct daemon *daemon = ear->daemon;
	bool found = false;

	for (size_t i = 0; i < daemon->line_count; i++)
		found |= is_on(ear, &daemon->lines[i]);
	return found && daemon->config.npp.on && ear->icmp_type == daemon->config.npp.icmp_type;
}

static bool has_ear(const struct daemon *daemon, const struct served_iface *line)
{
	const struct ear *ear;

	LL_FOREACH(daemon->ears, ear)
	if (is_on(ear, line))
		return true;
	return false;
}

void ears_follow(struct daemon *daemon)
{
	struct ear *ear, *next;

	LL_FOREACH_SAFE(daemon->ears, ear, next)
	if (!has_line(ear))
		ear_close(ear);
	for (size_t i = 0; i < daemon->line_count; i++) {
		const struct served_iface *line = &daemon->lines[i];

		if (daemon->config.npp.on && line->state == SERVED_ATTACHED &&
		    !has_ear(daemon, line))
			ear_open(daemon, &line->port);
	}
}

void ears_stop(struct daemon *daemon)
{
	struct ear *ear, *next;

	LL_FOREACH_SAFE(daemon->ears, ear, next)
	ear_close(ear);
}
