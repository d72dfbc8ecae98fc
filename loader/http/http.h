/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP: the page, events, metrics, and what sleepproxyctl -j says. A process without rights speaks
 * it (http_process.c). It is one client of the control socket's protocol, by a connection that the
 * daemon makes for it, and may only ask what is_limited in control.h says.
 */
#ifndef SLEEPPROXY_HTTP_H
#define SLEEPPROXY_HTTP_H

#include "daemon/daemon.h"

/* As the configuration says, which is read; nothing else is open yet. Errors are logged. */
int http_start(struct daemon *daemon);
void http_stop(struct daemon *daemon);
/* 0, or -errno with what is wrong with the file of the token. */
int http_check_config(const struct config *config, char why[CONFIG_ERROR]);

#endif
