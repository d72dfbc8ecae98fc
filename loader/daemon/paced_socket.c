// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/paced_socket.h"

#include <errno.h>

#include "base/files.h"

static void on_resume(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	event_add(((struct paced_socket *)context)->event, NULL);
}

int paced_socket_start(struct paced_socket *socket, struct event_base *base, int fd,
                       event_callback_fn on_readable, void *context)
{
	*socket = (struct paced_socket){ .fd = fd };
	if (fd < 0)
		return fd;
	socket->event = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, context);
	socket->resume_event = evtimer_new(base, on_resume, socket);
	if (socket->event && socket->resume_event && !event_add(socket->event, NULL))
		return 0;
	paced_socket_stop(socket);
	return -ENOMEM;
}

void paced_socket_rest(struct paced_socket *socket, const struct timeval *pause)
{
	event_del(socket->event);
	evtimer_add(socket->resume_event, pause);
}

void paced_socket_stop(struct paced_socket *socket)
{
	if (socket->event)
		event_free(socket->event);
	if (socket->resume_event)
		event_free(socket->resume_event);
	cleanup_close(&socket->fd);
	*socket = (struct paced_socket){ .fd = -1 };
}
