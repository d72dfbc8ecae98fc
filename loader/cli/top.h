/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sleepproxyctl top: the hosts as they are and the last events, on a terminal. */
#ifndef SLEEPPROXY_CLI_TOP_H
#define SLEEPPROXY_CLI_TOP_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOP_EVENTS = 200, TOP_MESSAGE = 256 };

struct top {
	struct json_object *hosts; /* a list, with "since": ms of CLOCK_MONOTONIC; NULL: none yet */
	size_t chosen;             /* its index; the hosts may be none */
	size_t first, page;        /* the first host that was shown last, and how many were */
	struct json_object *events[TOP_EVENTS]; /* the newest last */
	size_t event_count;
	const char *trouble;       /* with the daemon; NULL: none */
	char message[TOP_MESSAGE]; /* of the last command */
};

/* top_view.c: on the standard output, of that size */
void top_draw(struct top *top, size_t rows, size_t columns, int64_t now);

/*
 * terminal.c: the standard input and output are one. While it is in use keys come as they are
 * typed, what was on the screen is put aside, and signals that end, stop or resize come by the
 * descriptor. However the program ends, the terminal is as before.
 */
int terminal_start(void); /* the descriptor of signals (signalfd(2)), or -errno */
void terminal_stop(void);
void terminal_suspend(void); /* this process, as Ctrl-Z does, until it is continued */
void terminal_size(size_t *rows, size_t *columns);

enum { KEY_UP = 256, KEY_DOWN, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END };
/* A key of what was typed, octet by octet: 0: none yet; a character, or KEY_*. */
int terminal_key(unsigned char octet);

#endif
