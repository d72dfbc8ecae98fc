/* SPDX-License-Identifier: GPL-2.0-or-later */
/* To whom the host is handed over: a file that outlasts its sleep, and is gone once it is back. */
#ifndef SLEEPPROXY_AGENT_STATE_H
#define SLEEPPROXY_AGENT_STATE_H

#include "agent/handover.h"

enum { STATE_HANDOVERS = 2 * AGENT_INTERFACES };

struct state {
	struct handover handovers[STATE_HANDOVERS];
	size_t count;
};

/* 0, also where there is no file: nothing is handed over. -EBADMSG: it is malformed; -errno. */
int state_read(const char *path, struct state *state);

/*
 * In the place of what was there, at once or not at all. The file is its owner's alone. It makes
 * the directory, where that is missing. 0 or -errno.
 */
int state_write(const char *path, const struct state *state);

/*
 * Takes out these, where they are still there: who was handed over anew meanwhile stays so. 0 or
 * -errno.
 */
int state_forget(const char *path, const struct state *done);

const char *state_words(int err); /* what such an error means */

#endif
