/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wake, and if "wait" is set, its outcome. */
#ifndef SLEEPPROXY_CLI_WAIT_H
#define SLEEPPROXY_CLI_WAIT_H

struct call;

int wait_wake(const struct call *call); /* an exit status */

#endif
