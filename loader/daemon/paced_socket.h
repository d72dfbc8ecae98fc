/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket of the event loop on which anyone may send as much as he likes: its reader reads so many
 * messages, and then lets it rest. What does not fit into the socket meanwhile is lost.
 */
#ifndef SLEEPPROXY_DAEMON_PACED_SOCKET_H
#define SLEEPPROXY_DAEMON_PACED_SOCKET_H

#include <event2/event.h>

struct paced_socket {
	int fd; /* -1: it is not open */
	struct event *event, *resume_event;
};

/*
 * `fd` is what opening it returned: if that is -errno, so is this. 0, or -errno with the descriptor
 * closed.
 */
int paced_socket_start(struct paced_socket *socket, struct event_base *base, int fd,
                       event_callback_fn on_readable, void *context);
void paced_socket_rest(struct paced_socket *socket, const struct timeval *pause);
/* Takes one that has not started, too. */
void paced_socket_stop(struct paced_socket *socket);

#endif
