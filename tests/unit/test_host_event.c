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

/* Each event, and each reason: where there is none, the word is empty. */
TEST(words)
{
	static const struct {
		enum host_event_kind kind;
		enum host_trigger_kind trigger;
		const char *event, *why, *text;
	} rows[] = {
		{ HOST_EVENT_DROWSY, 0, "drowsy", "", "is going to sleep" },
		{ HOST_EVENT_ASLEEP, 0, "asleep", "", "is asleep and answered for" },
		{ HOST_EVENT_WAKING, 0, "waking", "", "is being woken" },
		{ HOST_EVENT_AWAKE, 0, "awake", "", "is awake" },
		{ HOST_EVENT_STILL_ACTIVE, 0, "still-active", "",
		  "was told to sleep, but still sends" },
		{ HOST_EVENT_ADDRESS_IN_USE, 0, "address-in-use", "",
		  "is not answered for: another machine has its address" },
		{ HOST_EVENT_STANDBY, 0, "standby", "", "is left to another proxy" },
		{ HOST_EVENT_WAKE_FAILED, 0, "wake-failed", "", "did not wake" },
		{ HOST_EVENT_WAKE_DELAYED, 0, "wake-delayed", "",
		  "will be woken when its wake-holdoff is over" },
		{ HOST_EVENT_REGISTRATION_EXPIRED, 0, "registration-expired", "",
		  "is not registered any more: nothing shows that it is there" },
		{ HOST_EVENT_ADDED, 0, "added", "", "was added" },
		{ HOST_EVENT_REMOVED, 0, "removed", "", "was removed" },
		{ HOST_EVENT_MAGIC_PACKET, 0, "magic-packet", "", "was sent Magic Packets" },
		{ HOST_EVENT_LEASE_RENEWED, 0, "lease-renewed", "", "has its lease renewed" },
		{ HOST_EVENT_LEASE_UNANSWERED, 0, "lease-unanswered", "",
		  "has a lease that no server has renewed so far" },
		{ HOST_EVENT_LEASE_LOST, 0, "lease-lost", "", "has lost its lease" },
#define AWAKE_BY(trigger, why, words) { HOST_EVENT_AWAKE, trigger, "awake", why, "is awake" words }
		AWAKE_BY(TRIGGER_SLEEP, "command", ", by command"),
		AWAKE_BY(TRIGGER_SLEEP_NOW, "command", ", by command"),
		AWAKE_BY(TRIGGER_SLEEP_REQUEST, "sleep-request", ", by its Sleep Request"),
		AWAKE_BY(TRIGGER_STANDBY, "sleep-request", ", by its Sleep Request"),
		AWAKE_BY(TRIGGER_WAKEUP_REPORT, "wakeup-report", ", by its Wakeup Report"),
		AWAKE_BY(TRIGGER_WAKE, "command", ", by command"),
		AWAKE_BY(TRIGGER_SLEEP_TIMER, "sleep-timer", ", as its Sleep Timer is over"),
		AWAKE_BY(TRIGGER_LIFETIME_OVER, "lifetime", ", to show that it is there"),
		AWAKE_BY(TRIGGER_CONNECTION, "connection", ""),
		AWAKE_BY(TRIGGER_ADDRESS_CLAIM, "address-claim", ""),
		AWAKE_BY(TRIGGER_ADDRESS_PROBE, "address-probe", ""),
		AWAKE_BY(TRIGGER_HOST_SEEN, "host-seen", ""),
		AWAKE_BY(TRIGGER_LEASE_LOST, "lease", ""),
		AWAKE_BY(TRIGGER_ADDRESSES_LOST, "lease", ", as it has no address left"),
		AWAKE_BY(TRIGGER_MAP_EDIT, "map-edit", ", by an edit of the map"),
		AWAKE_BY(TRIGGER_TIMEOUT, "timeout", ""),
		AWAKE_BY(TRIGGER_INPUTS_CHANGED, "", ""),
		AWAKE_BY(TRIGGER_CHECK_FAILED, "", ""),
		AWAKE_BY(TRIGGER_DHCP_FAILED, "lease", ""),
	};

	EACH(i, rows)
	{
		const struct host_event event = event_of(rows[i].kind, rows[i].trigger);
		char text[128], rest[64] = "";

		snprintf(text, sizeof(text), "nas %s", rows[i].text);
		if (*rows[i].why)
			snprintf(rest, sizeof(rest), ",\"why\":\"%s\"", rows[i].why);
		check(&event, rows[i].event, text, rest);
	}
	assert_int_equal(sizeof(rows) / sizeof(*rows), HOST_EVENT_LEASE_LOST + TRIGGER_DHCP_FAILED);
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
		{ "waking",
		  { .kind = HOST_EVENT_WAKING,
		    .trigger = TRIGGER_CONNECTION,
		    .report = { REPORT(REPORT_CONNECTION), .protocol = IPPROTO_ICMP } },
		  "nas is being woken: 192.0.2.10 (02:00:00:00:00:10) sends an echo request",
		  ",\"why\":\"connection\",\"address\":\"192.0.2.20\",\"peer\":\"192.0.2.10\","
		  "\"peer-mac\":\"02:00:00:00:00:10\",\"protocol\":\"icmp\"" },
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
		{ "wake-failed",
		  { .kind = HOST_EVENT_WAKE_FAILED, .took = 30000, .failed_wakes = 1 },
		  "nas did not wake, 30.0 s after the wake began",
		  ",\"took\":30.000,\"failed-wakes\":1" },
		{ "wake-failed",
		  { .kind = HOST_EVENT_WAKE_FAILED, .took = 24000, .failed_wakes = 3 },
		  "nas did not wake, 3 times in a row, 24.0 s after the wake began",
		  ",\"took\":24.000,\"failed-wakes\":3" },
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
		event.failed_wakes = rows[i].event.failed_wakes;
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
