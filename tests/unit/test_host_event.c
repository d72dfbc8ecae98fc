// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened to a host, in words and as JSON. */
#include "test.h"

#include <arpa/inet.h>
#include <json-c/json.h>

#include "support_hosts.h"

/* 192.0.2.10 at 02:00:00:00:00:10, and 192.0.2.20, the host's. */
#define REPORT(what) \
	.kind = (what), .peer = { { [10] = 0xff, 0xff, 192, 0, 2, 10 } }, \
	.address = { { [10] = 0xff, 0xff, 192, 0, 2, 20 } }, \
	.peer_mac = { { 2, 0, 0, 0, 0, 0x10 } }, .port = htons(22)

static struct host_event event_of(enum host_event_kind kind, enum host_trigger_kind trigger)
{
	return (struct host_event){
		.kind = kind,
		.wall = INT64_C(1769860800123),
		.name = "nas",
		.trigger = trigger,
		.detail = "",
	};
}

/* `rest`: the members of the JSON after the text. */
static void check(const struct host_event *event, const char *name, const char *text,
                  const char *rest)
{
	struct json_object *json = host_event_json(event);
	char found[HOST_EVENT_TEXT], expected[1024];

	assert_string_equal(host_event_text(event, found), text);
	snprintf(expected, sizeof(expected),
	         "{\"time\":\"2026-01-31T12:00:00.123Z\",\"host\":\"nas\",\"event\":\"%s\","
	         "\"text\":\"%s\"%s}",
	         name, text, rest);
	assert_string_equal(json_object_to_json_string_ext(
				    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	                    expected);
	json_object_put(json);
}

TEST(every_kind)
{
	static const struct {
		const char *event, *text;
	} kinds[HOST_EVENT_COUNT] = {
		[HOST_EVENT_DROWSY] = { "drowsy", "nas is going to sleep" },
		[HOST_EVENT_ASLEEP] = { "asleep", "nas is asleep and answered for" },
		[HOST_EVENT_WAKING] = { "waking", "nas is being woken" },
		[HOST_EVENT_AWAKE] = { "awake", "nas is awake" },
		[HOST_EVENT_STILL_ACTIVE] = { "still-active",
		                              "nas was told to sleep, but still sends" },
		[HOST_EVENT_ADDRESS_IN_USE] = { "address-in-use",
		                                "nas is not answered for: another machine has its "
		                                "address" },
		[HOST_EVENT_STANDBY] = { "standby", "nas is left to another proxy" },
		[HOST_EVENT_WAKE_FAILED] = { "wake-failed", "nas did not wake" },
		[HOST_EVENT_WAKE_DELAYED] = { "wake-delayed",
		                              "nas will be woken when its wake-holdoff is over" },
		[HOST_EVENT_ADDED] = { "added", "nas was added" },
		[HOST_EVENT_REMOVED] = { "removed", "nas was removed" },
		[HOST_EVENT_MAGIC_PACKET] = { "magic-packet", "nas was sent Magic Packets" },
		[HOST_EVENT_LEASE_RENEWED] = { "lease-renewed", "nas has its lease renewed" },
		[HOST_EVENT_LEASE_UNANSWERED] = { "lease-unanswered",
		                                  "nas has a lease that no server has renewed so "
		                                  "far" },
		[HOST_EVENT_LEASE_LOST] = { "lease-lost", "nas has lost its lease" },
	};

	for (enum host_event_kind kind = HOST_EVENT_NONE + 1; kind < HOST_EVENT_COUNT; kind++) {
		const struct host_event event = event_of(kind, TRIGGER_NONE);

		check(&event, kinds[kind].event, kinds[kind].text, "");
	}
}

TEST(every_reason)
{
	static const struct {
		const char *why, *text;
	} reasons[] = {
		[TRIGGER_NONE] = { NULL, "nas is awake" },
		[TRIGGER_SLEEP] = { "command", "nas is awake, by command" },
		[TRIGGER_SLEEP_NOW] = { "command", "nas is awake, by command" },
		[TRIGGER_SLEEP_REQUEST] = { "sleep-request", "nas is awake, by its Sleep Request" },
		[TRIGGER_STANDBY] = { "sleep-request", "nas is awake, by its Sleep Request" },
		[TRIGGER_WAKEUP_REPORT] = { "wakeup-report", "nas is awake, by its Wakeup Report" },
		[TRIGGER_WAKE] = { "command", "nas is awake, by command" },
		[TRIGGER_SLEEP_TIMER] = { "sleep-timer",
		                          "nas is awake, as its Sleep Timer is over" },
		[TRIGGER_CONNECTION] = { "connection", "nas is awake" },
		[TRIGGER_ADDRESS_CLAIM] = { "address-claim", "nas is awake" },
		[TRIGGER_HOST_SEEN] = { "host-seen", "nas is awake" },
		[TRIGGER_LEASE_LOST] = { "lease", "nas is awake" },
		[TRIGGER_ADDRESSES_LOST] = { "lease", "nas is awake, as it has no address left" },
		[TRIGGER_MAP_EDIT] = { "map-edit", "nas is awake, by an edit of the map" },
		[TRIGGER_TIMEOUT] = { "timeout", "nas is awake" },
		[TRIGGER_INPUTS_CHANGED] = { NULL, "nas is awake" },
		[TRIGGER_CHECK_FAILED] = { NULL, "nas is awake" },
		[TRIGGER_DHCP_FAILED] = { "lease", "nas is awake" },
	};

	EACH(trigger, reasons)
	{
		const struct host_event event = event_of(HOST_EVENT_AWAKE, trigger);
		char rest[64] = "";

		if (reasons[trigger].why)
			snprintf(rest, sizeof(rest), ",\"why\":\"%s\"", reasons[trigger].why);
		check(&event, "awake", reasons[trigger].text, rest);
	}
}

/* What the datapath saw, how long it took, what became of the lease. */
TEST(details)
{
	const struct {
		const char *name;
		struct host_event event;
		const char *text, *rest;
	} rows[] = {
		{ "waking",
		  { .kind = HOST_EVENT_WAKING,
		    .trigger = TRIGGER_CONNECTION,
		    .report = { REPORT(REPORT_CONNECTION), .protocol = IPPROTO_TCP } },
		  "nas is being woken: 192.0.2.10 (02:00:00:00:00:10) opens tcp/22",
		  ",\"why\":\"connection\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\",\"protocol\":\"tcp\",\"port\":22" },
		{ "address-in-use",
		  { .kind = HOST_EVENT_ADDRESS_IN_USE,
		    .trigger = TRIGGER_ADDRESS_CLAIM,
		    .report = { REPORT(REPORT_CLAIM) } },
		  "nas is not answered for: another machine has its address: 02:00:00:00:00:10 uses "
		  "its address 192.0.2.20",
		  ",\"why\":\"address-claim\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\"" },
		{ "awake",
		  { .kind = HOST_EVENT_AWAKE,
		    .trigger = TRIGGER_HOST_SEEN,
		    .report = { REPORT(REPORT_OWNER_SEEN) },
		    .took = 2340 },
		  "nas is awake, 2.3 s after the wake began",
		  ",\"why\":\"host-seen\",\"took\":2.340" },
		{ "lease-lost",
		  { .kind = HOST_EVENT_LEASE_LOST, .detail = "so and so" },
		  "nas has lost its lease: so and so",
		  ",\"detail\":\"so and so\"" },
		{ "awake",
		  { .kind = HOST_EVENT_AWAKE,
		    .trigger = TRIGGER_WAKEUP_REPORT,
		    .took = 100,
		    .report = { REPORT(REPORT_CONNECTION), .protocol = IPPROTO_UDP },
		    .detail = "so" },
		  "nas is awake, by its Wakeup Report, 0.1 s after the wake began: 192.0.2.10 "
		  "(02:00:00:00:00:10) opens udp/22: so",
		  ",\"why\":\"wakeup-report\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\",\"protocol\":\"udp\",\"port\":22,"
		  "\"detail\":\"so\",\"took\":0.100" },
	};

	EACH(i, rows)
	{
		struct host_event event = event_of(rows[i].event.kind, rows[i].event.trigger);

		event.report = rows[i].event.report;
		event.took = rows[i].event.took;
		event.detail = rows[i].event.detail ?: "";
		check(&event, rows[i].name, rows[i].text, rows[i].rest);
	}
}

/* The longest of each part, at once: what does not fit is cut. */
TEST(the_longest_text)
{
	char name[HOST_NAME_MAX_SIZE] = "", detail[HOST_EVENT_DETAIL] = "";
	char text[HOST_EVENT_TEXT + 1];

	memset(name, 'n', sizeof(name) - 1);
	memset(detail, 'd', sizeof(detail) - 1);
	for (enum host_event_kind kind = HOST_EVENT_NONE + 1; kind < HOST_EVENT_COUNT; kind++) {
		struct host_event event = event_of(kind, TRIGGER_SLEEP_TIMER);

		event.name = name;
		event.detail = detail;
		event.took = INT64_MAX;
		event.report =
			(struct report){ REPORT(REPORT_CONNECTION), .protocol = IPPROTO_TCP };
		memset(&event.report.peer, 0xff, sizeof(event.report.peer));
		event.report.port = 0xffff;
		text[HOST_EVENT_TEXT] = 'x';
		assert_in_range(strlen(host_event_text(&event, text)), 400, HOST_EVENT_TEXT - 1);
		assert_int_equal(text[HOST_EVENT_TEXT], 'x');
	}
}
