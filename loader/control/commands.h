/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked over the control socket, a row a command. */
#ifndef SLEEPPROXY_CONTROL_COMMANDS_H
#define SLEEPPROXY_CONTROL_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct daemon;
struct json_object;

enum { COMMAND_WHY = 512 };

/*
 * Carries out one request. The result, owned by the caller, or NULL with the reason in `why`.
 * `watch` is set if the client wants to be told from now on.
 */
struct json_object *command_run(struct daemon *daemon, struct json_object *request, bool *watch,
                                char why[COMMAND_WHY]);

#endif
