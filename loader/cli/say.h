/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes wrong, in words, on standard error; and the exit status that goes with it. */
#ifndef SLEEPPROXY_CLI_SAY_H
#define SLEEPPROXY_CLI_SAY_H

enum { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2 };

/* "sleepproxyctl: …" and a newline */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and the end of the program: without memory there is no way on. */
void say_no_memory(void) __attribute__((noreturn));

#endif
