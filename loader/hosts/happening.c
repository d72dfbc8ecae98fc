// SPDX-License-Identifier: GPL-2.0-or-later
#include "hosts/happening.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>

#include "core/json.h"
#include "core/text.h"

/* The words behind the host's name. */
static const struct {
	const char *event, *words;
} kinds[HAPPENED_COUNT] = {
	[HAPPENED_DROWSY] = { "drowsy", "falls asleep" },
	[HAPPENED_ASLEEP] = { "asleep", "is asleep and answered for" },
	[HAPPENED_WAKING] = { "waking", "is being woken" },
	[HAPPENED_AWAKE] = { "awake", "is awake" },
	[HAPPENED_NOT_QUIET] = { "not-quiet", "was told to sleep, but does not fall quiet" },
	[HAPPENED_CLAIMED] = { "claimed",
	                       "is not taken over: another machine answers for its address" },
	[HAPPENED_STANDS_BY] = { "stands-by", "is left to another proxy" },
	[HAPPENED_GAVE_UP] = { "gave-up", "did not wake" },
	[HAPPENED_COOLING] = { "cooling", "will be woken when its cool-down is over" },
	[HAPPENED_ADDED] = { "added", "is known from now on" },
	[HAPPENED_REMOVED] = { "removed", "is no longer known" },
	[HAPPENED_MAGIC] = { "magic", "is sent Magic Packets" },
	[HAPPENED_LEASE_RENEWED] = { "lease-renewed", "keeps its lease" },
	[HAPPENED_LEASE_SILENCE] = { "lease-silence", "has a lease that nobody renews so far" },
	[HAPPENED_LEASE_LOST] = { "lease-lost", "has lost its lease" },
};

bool happening_of_note(enum host_note note, enum happening_kind *kind)
{
	static const enum happening_kind of[] = {
		[NOTE_DROWSY] = HAPPENED_DROWSY,       [NOTE_ASLEEP] = HAPPENED_ASLEEP,
		[NOTE_WAKING] = HAPPENED_WAKING,       [NOTE_AWAKE] = HAPPENED_AWAKE,
		[NOTE_NOT_QUIET] = HAPPENED_NOT_QUIET, [NOTE_CLAIMED] = HAPPENED_CLAIMED,
		[NOTE_STANDS_BY] = HAPPENED_STANDS_BY, [NOTE_GAVE_UP] = HAPPENED_GAVE_UP,
		[NOTE_COOLING] = HAPPENED_COOLING,
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
	[CAUSE_NONE] = { NULL, "" },
	[CAUSE_SLEEP] = { "command", ", as it was told" },
	[CAUSE_SLEEP_NOW] = { "command", ", as it was told" },
	[CAUSE_HANDOVER] = { "handover", ", as it said" },
	[CAUSE_STANDBY] = { "handover", ", as it said" },
	[CAUSE_UP] = { "report", ", as it said" },
	[CAUSE_WAKE] = { "command", " by command" },
	[CAUSE_TIMER] = { "timer", ", as its Sleep Timer is over" },
	[CAUSE_CONNECTION] = { "connection", "" },
	[CAUSE_CLAIM] = { "claim", "" },
	[CAUSE_SEEN] = { "owner", "" },
	[CAUSE_LEASE] = { "lease", "" },
	[CAUSE_EDITED] = { "edit", " by an edit of the tables" },
	[CAUSE_TIME] = { "time", "" },
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

const char *happening_text(const struct happening *happening, char text[HAPPENING_TEXT])
{
	char report[128], took[48] = "";

	write_report(&happening->report, report, sizeof(report));
	if (happening->took_ms)
		snprintf(took, sizeof(took), ", %.1f s after the wake began",
		         (double)happening->took_ms / 1000);
	snprintf(text, HAPPENING_TEXT, "%s %s%s%s%s%s%s", happening->name,
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

struct json_object *happening_json(const struct happening *happening)
{
	struct json_object *json = json_object_new_object();
	char time[TEXT_TIME], text[HAPPENING_TEXT];

	json_object_object_add(json, "time",
	                       json_object_new_string(text_from_time(happening->wall_ms, time)));
	json_object_object_add(json, "host", json_object_new_string(happening->name));
	json_object_object_add(json, "event", json_object_new_string(kinds[happening->kind].event));
	json_object_object_add(json, "text",
	                       json_object_new_string(happening_text(happening, text)));
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
