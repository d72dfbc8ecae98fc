// SPDX-License-Identifier: GPL-2.0-or-later
/* What happened to a host, in words and as JSON. */
#include "test.h"

#include <string.h>

#include <arpa/inet.h>
#include <json-c/json.h>

#include "host/description.h"
#include "host/host.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

/* 192.0.2.10 at 02:00:00:00:00:10, and 192.0.2.20, the host's. */
#define REPORT(what) \
	.kind = (what), .protocol = IPPROTO_TCP, .peer = { { [10] = 0xff, 0xff, 192, 0, 2, 10 } }, \
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

static const char *member(struct json_object *json, const char *name)
{
	return json_object_get_string(json_object_object_get(json, name));
}

static void check(const struct host_event *event, const char *expected)
{
	char text[HOST_EVENT_TEXT];

	assert_string_equal(host_event_text(event, text), expected);
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
		struct json_object *json = host_event_json(&event);

		check(&event, kinds[kind].text);
		assert_string_equal(member(json, "event"), kinds[kind].event);
		assert_string_equal(member(json, "text"), kinds[kind].text);
		json_object_put(json);
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
		struct json_object *json = host_event_json(&event);

		check(&event, reasons[trigger].text);
		assert_int_equal(json_object_object_get_ex(json, "why", NULL),
		                 !!reasons[trigger].why);
		if (reasons[trigger].why)
			assert_string_equal(member(json, "why"), reasons[trigger].why);
		json_object_put(json);
	}
}

/* What the datapath saw, how long it took, what became of the lease. */
TEST(details)
{
	const struct {
		struct host_event event;
		const char *text, *json; /* between "text" and the end */
	} rows[] = {
		{ { .kind = HOST_EVENT_WAKING,
		    .trigger = TRIGGER_CONNECTION,
		    .report = { REPORT(REPORT_CONNECTION) } },
		  "nas is being woken: 192.0.2.10 (02:00:00:00:00:10) opens tcp/22",
		  ",\"why\":\"connection\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\",\"protocol\":\"tcp\",\"port\":22}" },
		{ { .kind = HOST_EVENT_ADDRESS_IN_USE,
		    .trigger = TRIGGER_ADDRESS_CLAIM,
		    .report = { REPORT(REPORT_CLAIM) } },
		  "nas is not answered for: another machine has its address: 02:00:00:00:00:10 uses "
		  "its address 192.0.2.20",
		  ",\"why\":\"address-claim\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\"}" },
		{ { .kind = HOST_EVENT_AWAKE,
		    .trigger = TRIGGER_HOST_SEEN,
		    .report = { REPORT(REPORT_OWNER_SEEN) } },
		  "nas is awake",
		  ",\"why\":\"host-seen\"}" },
		{ { .kind = HOST_EVENT_AWAKE, .trigger = TRIGGER_HOST_SEEN, .took = 2340 },
		  "nas is awake, 2.3 s after the wake began",
		  ",\"why\":\"host-seen\",\"took\":2.340}" },
		{ { .kind = HOST_EVENT_LEASE_LOST, .detail = "so and so" },
		  "nas has lost its lease: so and so",
		  ",\"detail\":\"so and so\"}" },
		{ { .kind = HOST_EVENT_AWAKE,
		    .trigger = TRIGGER_WAKEUP_REPORT,
		    .took = 100,
		    .report = { REPORT(REPORT_CONNECTION) },
		    .detail = "so" },
		  "nas is awake, by its Wakeup Report, 0.1 s after the wake began: 192.0.2.10 "
		  "(02:00:00:00:00:10) opens tcp/22: so",
		  ",\"why\":\"wakeup-report\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\",\"protocol\":\"tcp\",\"port\":22,"
		  "\"detail\":\"so\",\"took\":0.100}" },
	};

	EACH(i, rows)
	{
		struct host_event event = rows[i].event;
		struct json_object *json;
		const char *text;

		event.name = "nas";
		event.detail = event.detail ? event.detail : "";
		check(&event, rows[i].text);
		json = host_event_json(&event);
		text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
		                                                    JSON_C_TO_STRING_NOSLASHESCAPE);
		assert_string_equal(strstr(text, "\"text\"") + strlen("\"text\":\"\"") +
		                            strlen(rows[i].text),
		                    rows[i].json);
		json_object_put(json);
	}
}

TEST(when_and_who)
{
	struct host_event event = event_of(HOST_EVENT_WAKING, TRIGGER_CONNECTION);
	struct json_object *json;

	event.report = (struct report){ REPORT(REPORT_CONNECTION) };
	event.report.protocol = IPPROTO_UDP;
	json = host_event_json(&event);
	assert_string_equal(member(json, "time"), "2026-01-31T12:00:00.123Z");
	assert_string_equal(member(json, "host"), "nas");
	assert_string_equal(member(json, "protocol"), "udp");
	json_object_put(json);
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
		event.report = (struct report){ REPORT(REPORT_CONNECTION) };
		memset(&event.report.peer, 0xff, sizeof(event.report.peer));
		event.report.port = 0xffff;
		text[HOST_EVENT_TEXT] = 'x';
		assert_in_range(strlen(host_event_text(&event, text)), 400, HOST_EVENT_TEXT - 1);
		assert_int_equal(text[HOST_EVENT_TEXT], 'x');
	}
}
