// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host_event.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>

#include "base/json.h"
#include "base/text.h"

/* The words behind the host's name. */
static const struct {
	const char *event, *words;
} kinds[HOST_EVENT_COUNT] = {
	[HOST_EVENT_DROWSY] = { "drowsy", "falls asleep" },
	[HOST_EVENT_ASLEEP] = { "asleep", "is asleep and answered for" },
	[HOST_EVENT_WAKING] = { "waking", "is being woken" },
	[HOST_EVENT_AWAKE] = { "awake", "is awake" },
	[HOST_EVENT_NOT_QUIET] = { "not-quiet", "was told to sleep, but does not fall quiet" },
	[HOST_EVENT_CLAIMED] = { "claimed",
	                         "is not taken over: another machine answers for its address" },
	[HOST_EVENT_STANDS_BY] = { "stands-by", "is left to another proxy" },
	[HOST_EVENT_GAVE_UP] = { "gave-up", "did not wake" },
	[HOST_EVENT_COOLING] = { "cooling", "will be woken when its cool-down is over" },
	[HOST_EVENT_ADDED] = { "added", "is known from now on" },
	[HOST_EVENT_REMOVED] = { "removed", "is no longer known" },
	[HOST_EVENT_MAGIC] = { "magic", "is sent Magic Packets" },
	[HOST_EVENT_LEASE_RENEWED] = { "lease-renewed", "keeps its lease" },
	[HOST_EVENT_LEASE_SILENCE] = { "lease-silence", "has a lease that nobody renews so far" },
	[HOST_EVENT_LEASE_LOST] = { "lease-lost", "has lost its lease" },
};

bool host_event_of_note(enum life_note note, enum host_event_kind *kind)
{
	static const enum host_event_kind of[] = {
		[NOTE_DROWSY] = HOST_EVENT_DROWSY,       [NOTE_ASLEEP] = HOST_EVENT_ASLEEP,
		[NOTE_WAKING] = HOST_EVENT_WAKING,       [NOTE_AWAKE] = HOST_EVENT_AWAKE,
		[NOTE_NOT_QUIET] = HOST_EVENT_NOT_QUIET, [NOTE_CLAIMED] = HOST_EVENT_CLAIMED,
		[NOTE_STANDS_BY] = HOST_EVENT_STANDS_BY, [NOTE_GAVE_UP] = HOST_EVENT_GAVE_UP,
		[NOTE_COOLING] = HOST_EVENT_COOLING,
	};

	if (note == NOTE_NONE)
		return false;
	*kind = of[note];
	return true;
}

/* Why, where no report tells it: in a word for programs, and behind the sentence for people. */
static const struct {
	const char *word, *words;
} causes[] = {
	[TRIGGER_NONE] = { NULL, "" },
	[TRIGGER_SLEEP] = { "command", ", as it was told" },
	[TRIGGER_SLEEP_NOW] = { "command", ", as it was told" },
	[TRIGGER_HANDOVER] = { "handover", ", as it said" },
	[TRIGGER_STANDBY] = { "handover", ", as it said" },
	[TRIGGER_UP] = { "report", ", as it said" },
	[TRIGGER_WAKE] = { "command", " by command" },
	[TRIGGER_TIMER] = { "timer", ", as its Sleep Timer is over" },
	[TRIGGER_CONNECTION] = { "connection", "" },
	[TRIGGER_CLAIM] = { "claim", "" },
	[TRIGGER_SEEN] = { "owner", "" },
	[TRIGGER_LEASE] = { "lease", "" },
	[TRIGGER_EDITED] = { "edit", " by an edit of the tables" },
	[TRIGGER_TIME] = { "time", "" },
};

static void write_report(const struct report *report, char *text, size_t size)
{
	char peer[TEXT_IP], peer_mac[TEXT_MAC], port[TEXT_PORT], address[TEXT_IP];

	*text = 0;
	text_from_mac(&report->peer_mac, peer_mac);
	text_from_ip(&report->address, address);
	if (report->kind == REPORT_CONNECTION)
		snprintf(text, size, ": %s (%s) opens %s", text_from_ip(&report->peer, peer),
		         peer_mac, text_from_port(report->protocol, ntohs(report->port), port));
	else if (report->kind == REPORT_CLAIM)
		snprintf(text, size, ": %s uses its address %s", peer_mac, address);
}

const char *host_event_text(const struct host_event *happening, char text[HOST_EVENT_TEXT])
{
	char report[128], took[48] = "";

	write_report(&happening->report, report, sizeof(report));
	if (happening->took_ms)
		snprintf(took, sizeof(took), ", %.1f s after the wake began",
		         (double)happening->took_ms / 1000);
	snprintf(text, HOST_EVENT_TEXT, "%s %s%s%s%s%s%s", happening->name,
	         kinds[happening->kind].words, causes[happening->cause].words, took, report,
	         *happening->detail ? ": " : "", happening->detail);
	return text;
}

static void add_report(struct json_object *json, const struct report *report)
{
	char address[TEXT_IP], peer[TEXT_IP], peer_mac[TEXT_MAC];

	if (report->kind != REPORT_CONNECTION && report->kind != REPORT_CLAIM)
		return;
	json_object_object_add(json, "address",
	                       json_object_new_string(text_from_ip(&report->address, address)));
	json_object_object_add(json, "peer",
	                       json_object_new_string(text_from_ip(&report->peer, peer)));
	json_object_object_add(json, "peer-mac",
	                       json_object_new_string(text_from_mac(&report->peer_mac, peer_mac)));
	if (report->kind != REPORT_CONNECTION)
		return;
	json_object_object_add(
		json, "protocol",
		json_object_new_string(report->protocol == IPPROTO_TCP ? "tcp" : "udp"));
	json_object_object_add(json, "port", json_object_new_int(ntohs(report->port)));
}

struct json_object *host_event_json(const struct host_event *happening)
{
	struct json_object *json = json_object_new_object();
	char time[TEXT_TIME], text[HOST_EVENT_TEXT];

	json_object_object_add(json, "time",
	                       json_object_new_string(text_from_time(happening->wall_ms, time)));
	json_object_object_add(json, "host", json_object_new_string(happening->name));
	json_object_object_add(json, "event", json_object_new_string(kinds[happening->kind].event));
	json_object_object_add(json, "text",
	                       json_object_new_string(host_event_text(happening, text)));
	if (causes[happening->cause].word)
		json_object_object_add(json, "why",
		                       json_object_new_string(causes[happening->cause].word));
	add_report(json, &happening->report);
	if (*happening->detail)
		json_object_object_add(json, "detail", json_object_new_string(happening->detail));
	if (happening->took_ms)
		json_object_object_add(json, "took", json_seconds(happening->took_ms));
	return json;
}
