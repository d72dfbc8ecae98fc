/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program of the machine's owner, which is to do what the agent does not know how to. */
#ifndef SLEEPPROXY_AGENT_HOOK_H
#define SLEEPPROXY_AGENT_HOOK_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Starts it without a shell, with SLEEPPROXY_INTERFACE and SLEEPPROXY_ADDRESS in its environment.
 * -1: it cannot be run, which has been said.
 */
pid_t hook_start(const char *path, const char *interface, const char *address);

/*
 * Waits for its end. False: it has failed, which has been said; or the program is told to end, and
 * so was it.
 */
bool hook_wait(const char *path, pid_t pid);

#endif
