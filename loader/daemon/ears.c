// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/ears.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "announce/replies.h"
#include "core/log.h"
#include "core/random.h"
#include "daemon/daemon.h"
#include "npp/socket.h"

/* So many messages at a time, then others have their turn. */
enum { TURN = 64 };

struct ear {
	struct daemon *daemon;
	struct port port;
	uint8_t icmp_type;
	int messages_fd, replies_fd;
	struct event *messages, *replies, *advertisement;
};

/* What the datapath saw before counts before. */
static void on_message(evutil_socket_t fd, short what, void *context)
{
	struct ear *ear = context;
	struct npp_datagram datagram;
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

static struct ear *ear_open(struct daemon *daemon, const struct port *port)
{
	struct ear *ear = calloc(1, sizeof(*ear));
	int err;

	if (!ear)
		return NULL;
	ear->daemon = daemon;
	ear->port = *port;
	ear->icmp_type = (uint8_t)daemon->config.npp.icmp_type;
	err = open_sockets(ear);
	if (err) {
		log_error("%s: cannot hear hosts that hand themselves over: %s", port->name,
		          strerror(-err));
		close_sockets(ear);
		free(ear);
		return NULL;
	}
	ear->messages = watch(ear, ear->messages_fd, on_message);
	ear->replies = watch(ear, ear->replies_fd, on_reply);
	ear->advertisement = evtimer_new(daemon->base, on_advertisement, ear);
	on_advertisement(-1, 0, ear);
	return ear;
}

void ear_close(struct ear *ear, bool leaving)
{
	if (!ear)
		return;
	if (leaving)
		proxy_advertise(ear->daemon->proxy, &ear->port, true);
	event_free(ear->messages);
	event_free(ear->replies);
	event_free(ear->advertisement);
	close_sockets(ear);
	free(ear);
}

static bool hears(const struct ear *ear, const struct line *line)
{
	return ear && ear->icmp_type == ear->daemon->config.npp.icmp_type &&
	       !memcmp(&ear->port, &line->port, sizeof(ear->port));
}

void ears_follow(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->line_count; i++) {
		struct line *line = &daemon->lines[i];
		const bool wanted = daemon->config.npp.on && line->state == LINE_ATTACHED;

		if (wanted && hears(line->ear, line))
			continue;
		ear_close(line->ear, line->state == LINE_ATTACHED);
		line->ear = wanted ? ear_open(daemon, &line->port) : NULL;
	}
}
