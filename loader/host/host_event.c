// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>

#include "base/fields.h"
#include "base/text.h"

const char *const host_state_names[] = { "awake", "drowsy", "asleep", "waking", NULL };

/* As JSON has it, and the words after the host's name. */
static const struct {
	const char *event, *words;
} kinds[HOST_EVENT_COUNT] = {
	[HOST_EVENT_DROWSY] = { "drowsy", "is going to sleep" },
	[HOST_EVENT_ASLEEP] = { "asleep", "is asleep and answered for" },
	[HOST_EVENT_WAKING] = { "waking", "is being woken" },
	[HOST_EVENT_AWAKE] = { "awake", "is awake" },
	[HOST_EVENT_STILL_ACTIVE] = { "still-active", "was told to sleep, but still sends" },
	[HOST_EVENT_ADDRESS_IN_USE] = { "address-in-use",
	                                "is not answered for: another machine has its address" },
	[HOST_EVENT_STANDBY] = { "standby", "is left to another proxy" },
	[HOST_EVENT_WAKE_FAILED] = { "wake-failed", "did not wake" },
	[HOST_EVENT_WAKE_DELAYED] = { "wake-delayed",
	                              "will be woken when its wake-holdoff is over" },
	[HOST_EVENT_REGISTRATION_EXPIRED] = { "registration-expired",
	                                      "is not registered any more: nothing shows that it "
	                                      "is there" },
	[HOST_EVENT_ADDED] = { "added", "was added" },
	[HOST_EVENT_REMOVED] = { "removed", "was removed" },
	[HOST_EVENT_MAGIC_PACKET] = { "magic-packet", "was sent Magic Packets" },
	[HOST_EVENT_LEASE_RENEWED] = { "lease-renewed", "has its lease renewed" },
	[HOST_EVENT_LEASE_UNANSWERED] = { "lease-unanswered",
	                                  "has a lease that no server has renewed so far" },
	[HOST_EVENT_LEASE_LOST] = { "lease-lost", "has lost its lease" },
};

/* Why, where no report tells it: a word for programs, and the end of the sentence for people. */
static const struct {
	const char *word, *words;
} reasons[] = {
	[TRIGGER_NONE] = { NULL, "" },
	[TRIGGER_SLEEP] = { "command", ", by command" },
	[TRIGGER_SLEEP_NOW] = { "command", ", by command" },
	[TRIGGER_SLEEP_REQUEST] = { "sleep-request", ", by its Sleep Request" },
	[TRIGGER_STANDBY] = { "sleep-request", ", by its Sleep Request" },
	[TRIGGER_WAKEUP_REPORT] = { "wakeup-report", ", by its Wakeup Report" },
	[TRIGGER_WAKE] = { "command", ", by command" },
	[TRIGGER_SLEEP_TIMER] = { "sleep-timer", ", as its Sleep Timer is over" },
	[TRIGGER_LIFETIME_OVER] = { "lifetime", ", to show that it is there" },
	[TRIGGER_CONNECTION] = { "connection", "" },
	[TRIGGER_ADDRESS_CLAIM] = { "address-claim", "" },
	[TRIGGER_ADDRESS_PROBE] = { "address-probe", "" },
	[TRIGGER_HOST_SEEN] = { "host-seen", "" },
	[TRIGGER_LEASE_LOST] = { "lease", "" },
	[TRIGGER_ADDRESSES_LOST] = { "lease", ", as it has no address left" },
	[TRIGGER_MAP_EDIT] = { "map-edit", ", by an edit of the map" },
	[TRIGGER_TIMEOUT] = { "timeout", "" },
	[TRIGGER_INPUTS_CHANGED] = { NULL, "" },
	[TRIGGER_CHECK_FAILED] = { NULL, "" },
	[TRIGGER_DHCP_FAILED] = { "lease", "" },
};

static const char *echo_protocol(const struct report *report)
{
	return report->protocol == IPPROTO_ICMP     ? "icmp"
	       : report->protocol == IPPROTO_ICMPV6 ? "icmpv6"
	                                            : NULL;
}

static void write_report(const struct report *report, char *text, size_t size)
{
	char peer[TEXT_IP], peer_mac[TEXT_MAC], port[TEXT_PORT], address[TEXT_IP];

	*text = 0;
	text_from_mac(&report->peer_mac, peer_mac);
	text_from_ip(&report->address, address);
	if (report->kind == REPORT_CONNECTION && echo_protocol(report))
		snprintf(text, size, ": %s (%s) sends an echo request",
		         text_from_ip(&report->peer, peer), peer_mac);
	else if (report->kind == REPORT_CONNECTION)
		snprintf(text, size, ": %s (%s) opens %s", text_from_ip(&report->peer, peer),
		         peer_mac, text_from_port(report->protocol, ntohs(report->port), port));
	else if (report->kind == REPORT_PROBE)
		snprintf(text, size, ": %s probes for its address %s", peer_mac, address);
	else if (report->kind == REPORT_CLAIM)
		snprintf(text, size, ": %s uses its address %s", peer_mac, address);
}

const char *host_event_text(const struct host_event *event, char text[HOST_EVENT_TEXT])
{
	char report[128], took[48] = "", times[48] = "";

	write_report(&event->report, report, sizeof(report));
	if (event->took)
		snprintf(took, sizeof(took), ", %.1f s after the wake began",
		         (double)event->took / 1000);
	if (event->failed_wakes > 1)
		snprintf(times, sizeof(times), ", %u times in a row", event->failed_wakes);
	snprintf(text, HOST_EVENT_TEXT, "%s %s%s%s%s%s%s%s", event->name, kinds[event->kind].words,
	         reasons[event->trigger].words, times, took, report, *event->detail ? ": " : "",
	         event->detail);
	return text;
}

static void add_text(struct json_object *json, const char *member, const char *text)
{
	if (text && *text)
		json_object_object_add(json, member, json_object_new_string(text));
}

static void add_report(struct json_object *json, const struct report *report)
{
	char address[TEXT_IP], peer[TEXT_IP], peer_mac[TEXT_MAC];

	if (report->kind < REPORT_CLAIM)
		return;
	add_text(json, "address", text_from_ip(&report->address, address));
	add_text(json, "peer", text_from_ip(&report->peer, peer));
	add_text(json, "peer-mac", text_from_mac(&report->peer_mac, peer_mac));
	if (report->kind != REPORT_CONNECTION)
		return;
	add_text(json, "protocol",
	         echo_protocol(report)
	                 ?: report->protocol == IPPROTO_TCP ? "tcp"
	                                                    : "udp");
	if (!echo_protocol(report))
		json_object_object_add(json, "port", json_object_new_int(ntohs(report->port)));
}

struct json_object *host_event_json(const struct host_event *event)
{
	struct json_object *json = json_object_new_object();
	char time[TEXT_TIME], text[HOST_EVENT_TEXT];

	add_text(json, "time", text_from_time(event->wall, time));
	add_text(json, "host", event->name);
	add_text(json, "event", kinds[event->kind].event);
	add_text(json, "text", host_event_text(event, text));
	add_text(json, "why", reasons[event->trigger].word);
	add_report(json, &event->report);
	add_text(json, "detail", event->detail);
	if (event->took)
		json_object_object_add(json, "took", json_seconds(event->took));
	if (event->ignored)
		json_object_object_add(json, "ignored",
		                       json_object_new_int64((int64_t)event->ignored));
	if (event->failed_wakes)
		json_object_object_add(json, "failed-wakes",
		                       json_object_new_int64(event->failed_wakes));
	return json;
}
