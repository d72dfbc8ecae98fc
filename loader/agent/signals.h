/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGTERM and SIGINT end the program where it waits, and nowhere else. */
#ifndef SLEEPPROXY_AGENT_SIGNALS_H
#define SLEEPPROXY_AGENT_SIGNALS_H

#include <poll.h>
#include <stdint.h>

/* From now on. Before it, they end the program at once. */
void signals_catch(void);

/*
 * poll(2), for `ms` at most. 0, or -EINTR: the program is told to end, now or before. `revents` are
 * zeros where nothing has come.
 */
int signals_poll(struct pollfd *fds, nfds_t count, int64_t ms);

#endif
