/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened to a host, for the log, the history and whoever follows live: one record, in words
 * and as JSON.
 */
#ifndef SLEEPPROXY_HAPPENING_H
#define SLEEPPROXY_HAPPENING_H

#include <stdint.h>

#include "hosts/host.h"
#include "hosts/spec.h"
#include "report.h"

struct json_object;

enum happening_kind {
	HAPPENED_DROWSY,
	HAPPENED_ASLEEP,
	HAPPENED_WAKING,
	HAPPENED_AWAKE,
	HAPPENED_NOT_QUIET,
	HAPPENED_CLAIMED,
	HAPPENED_STANDS_BY,
	HAPPENED_GAVE_UP,
	HAPPENED_COOLING,
	HAPPENED_ADDED,
	HAPPENED_REMOVED,
	HAPPENED_MAGIC,
	HAPPENED_LEASE_RENEWED,
	HAPPENED_LEASE_SILENCE,
	HAPPENED_LEASE_LOST,
	HAPPENED_COUNT,
};

enum { HAPPENING_DETAIL = 192 };

struct happening {
	enum happening_kind kind;
	int64_t wall_ms;
	char name[SPEC_NAME];
	enum host_cause cause; /* of a step; CAUSE_NONE with the rest */
	struct report report;  /* what the datapath saw; kind 0: it saw nothing, somebody said so */
	int64_t took_ms;       /* with AWAKE and GAVE_UP: since the wake began; 0: there was none */
	char detail[HAPPENING_DETAIL]; /* what became of its lease, in words */
};

enum { HAPPENING_TEXT = 512 };

/* What a step of host.h has to say; false: nothing. */
bool happening_of_note(enum host_note note, enum happening_kind *kind);
const char *happening_text(const struct happening *happening, char text[HAPPENING_TEXT]);
/* The EVENT of control/protocol.h. The caller owns it. */
struct json_object *happening_json(const struct happening *happening);

#endif
