/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: clients' requests, and what happens for those who watch. protocol.h says what
 * is spoken.
 */
#ifndef SLEEPPROXY_CONTROL_H
#define SLEEPPROXY_CONTROL_H

struct daemon;

/*
 * Listens on the socket's path. A dead daemon's socket is replaced; a live one's is -EADDRINUSE.
 * Errors are logged.
 */
int control_start(struct daemon *daemon);
void control_stop(struct daemon *daemon);

#endif
