/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All commands, in the order of the help. */
#ifndef SLEEPPROXY_CLI_GROUPS_H
#define SLEEPPROXY_CLI_GROUPS_H

#include "cli/command.h"

extern const struct command_group *const command_groups[]; /* up to NULL */

/* The same as one list: NULL behind its end. */
const struct command *command_at(size_t index);

/* Whether `word` is the first of the two of its name. */
bool command_is_of(const struct command *command, const char *word);

#endif
