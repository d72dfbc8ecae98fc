/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to a host, for the log, the history and those who watch: one record, as text and
 * as JSON.
 */
#ifndef SLEEPPROXY_HOST_EVENT_H
#define SLEEPPROXY_HOST_EVENT_H

#include "host/step.h"
#include "report.h"

struct json_object;

enum { HOST_EVENT_DETAIL = 192 };

struct host_event {
	enum host_event_kind kind;
	int64_t wall; /* ms since 1970 */
	const char *name;
	enum host_trigger_kind trigger; /* of a step; TRIGGER_NONE: of none */
	struct report report;           /* what the datapath saw; kind 0: nothing */
	int64_t took;                   /* ms, of a wake that ended; 0: none did */
	const char *detail;             /* the result of its lease, in words; empty: none */
};

extern const char *const host_state_names[]; /* "awake" …, up to NULL */

enum { HOST_EVENT_TEXT = 512 };

const char *host_event_text(const struct host_event *event, char text[HOST_EVENT_TEXT]);
/* The EVENT of control/protocol.h. The caller owns it. */
struct json_object *host_event_json(const struct host_event *event);

#endif
