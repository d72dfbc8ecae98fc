/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong, in words, on standard error; what is done goes to standard output. */
#ifndef SLEEPPROXY_AGENT_MESSAGES_H
#define SLEEPPROXY_AGENT_MESSAGES_H

#include <stdbool.h>

/* "sleepproxy-agent: …" and a newline */
void agent_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, for who wants to see each step (--verbose). */
void agent_say_step(const char *format, ...) __attribute__((format(printf, 1, 2)));
void agent_say_steps(bool on);

#endif
