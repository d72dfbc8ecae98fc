/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to a host, for the log, the history and whoever follows live: one record, in words
 * and as JSON.
 */
#ifndef SLEEPPROXY_HOST_EVENT_H
#define SLEEPPROXY_HOST_EVENT_H

#include <stdint.h>

#include "host/life.h"
#include "host/description.h"
#include "report.h"

struct json_object;

enum host_event_kind {
	HOST_EVENT_DROWSY,
	HOST_EVENT_ASLEEP,
	HOST_EVENT_WAKING,
	HOST_EVENT_AWAKE,
	HOST_EVENT_NOT_QUIET,
	HOST_EVENT_CLAIMED,
	HOST_EVENT_STANDS_BY,
	HOST_EVENT_GAVE_UP,
	HOST_EVENT_COOLING,
	HOST_EVENT_ADDED,
	HOST_EVENT_REMOVED,
	HOST_EVENT_MAGIC,
	HOST_EVENT_LEASE_RENEWED,
	HOST_EVENT_LEASE_SILENCE,
	HOST_EVENT_LEASE_LOST,
	HOST_EVENT_COUNT,
};

enum { HOST_EVENT_DETAIL = 192 };

struct host_event {
	enum host_event_kind kind;
	int64_t wall_ms;
	char name[HOST_NAME_MAX_SIZE];
	enum life_trigger cause; /* of a step; TRIGGER_NONE with the rest */
	struct report report; /* what the datapath saw; kind 0: it saw nothing, somebody said so */
	int64_t took_ms;      /* with AWAKE and GAVE_UP: since the wake began; 0: there was none */
	char detail[HOST_EVENT_DETAIL]; /* what became of its lease, in words */
};

enum { HOST_EVENT_TEXT = 512 };

/* What a step of host.h has to say; false: nothing. */
bool host_event_of_note(enum life_note note, enum host_event_kind *kind);
const char *host_event_text(const struct host_event *happening, char text[HOST_EVENT_TEXT]);
/* The EVENT of control/protocol.h. The caller owns it. */
struct json_object *host_event_json(const struct host_event *happening);

#endif
