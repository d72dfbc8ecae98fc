/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages for people, one a line on standard error; under systemd with its priority prefix
 * (sd-daemon(3)).
 */
#ifndef SLEEPPROXY_BASE_LOG_H
#define SLEEPPROXY_BASE_LOG_H

#include <syslog.h>

void log_init(int level); /* LOG_ERR … LOG_DEBUG: the least important that is shown */
void log_at(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_at(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)

#endif
