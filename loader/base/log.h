/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's log: a line on standard error for each message; under systemd with the priority as a
 * prefix (sd-daemon(3)). And the errors of the other programs.
 */
#ifndef SLEEPPROXY_BASE_LOG_H
#define SLEEPPROXY_BASE_LOG_H

#include <syslog.h>

void log_init(int level); /* up to which priority messages are shown: LOG_ERR … LOG_DEBUG */
/*
 * For any thread. Of each kind, which is a format, so many lines a minute are shown; the others are
 * counted.
 */
enum { LOG_LINES_A_MINUTE = 600 };
void log_at(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says how many were not, once their minute is over. */
void log_suppressed(void);

/* "PROGRAM: …" and a newline on standard error, after what standard output was given before. */
void log_program(const char *program, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...) log_at(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)

#endif
