/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts, their MACs and addresses, a time, what is said of them, and steps as tables of cases.
 * Include after test.h.
 */
#ifndef SLEEPPROXY_TESTS_HOSTS_H
#define SLEEPPROXY_TESTS_HOSTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/param.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host/host.h"

/* ms; distinct, so that a case shows which of them it was */
enum {
	GRACE = 5000,
	SLEEP_TIMEOUT = 60000,
	IDLE = 120000,
	SILENCE = 90000,
	CHECK = 500,
	CHECKS = 3,
	MAGIC = 2000,
	ATTEMPTS = 4,
	STANDBY = 30000,
	HOLDOFF = 3000,
	LIFETIME = 86400000,
};

static const struct host_timing timing = {
	.life = { .grace_period = GRACE,
	          .sleep_timeout = SLEEP_TIMEOUT,
	          .idle_timeout = IDLE,
	          .silence = SILENCE,
	          .check_interval = CHECK,
	          .check_requests = CHECKS,
	          .wake_interval = MAGIC,
	          .wake_attempts = ATTEMPTS,
	          .standby = STANDBY,
	          .wake_holdoff = HOLDOFF },
	.min_lease = MIN_LEASE_DEFAULT,
	.lifetime = LIFETIME,
};

enum { NOW = 1000000, BOOT = 5000000, SINCE = NOW - 100000 };

/* All that runs in the program reads this clock: it stands still, but for what tests let pass. */
static struct now now = { .mono = NOW, .boot = BOOT, .wall = INT64_C(1769860800000) };

int clock_gettime(clockid_t clock, struct timespec *time)
{
	const int64_t ms = clock == CLOCK_REALTIME   ? now.wall
	                   : clock == CLOCK_BOOTTIME ? now.boot
	                                             : now.mono;

	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return (int)syscall(SYS_clock_gettime, clock, time);
	*time = (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
	return 0;
}

static inline void suspend_for(int64_t ms)
{
	now.boot += ms;
	now.wall += ms;
}

static inline void pass(int64_t ms)
{
	suspend_for(ms);
	now.mono += ms;
}

static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac tv = { { 0x52, 0x54, 0, 0x12, 0x34, 0x57 } };
static const struct ipv4 nas_address = { { 192, 0, 2, 20 } }, other_address = { { 192, 0, 2, 99 } };

static inline struct mac mac_of(unsigned int number)
{
	return (struct mac){ { 0x52, 0x54, 0, 0, (uint8_t)(number >> 8), (uint8_t)number } };
}

static inline struct ipv4 address_of(unsigned int number)
{
	return (struct ipv4){ { 192, 0, (uint8_t)(2 + (number >> 8)), (uint8_t)number } };
}

static inline struct ipv6 ip(unsigned int number)
{
	return ipv4_mapped(address_of(number));
}

/* The last octets of addresses in 192.0.2.0/24, as "10 11". */
static inline size_t parse_addresses(const char *text, struct ipv6 *addresses)
{
	size_t count = 0;
	char *end;

	for (; text && *text; text = end)
		addresses[count++] = ip((unsigned int)strtoul(text, &end, 10));
	return count;
}

/* With every member, but for the name and the MAC, which are the host's. */
static inline struct host_description all_described(void)
{
	return (struct host_description){
		.address_count = 2,
		.addresses = { ip(20), ip(21) },
		.group_count = 1,
		.groups = { { { [10] = 0xff, 0xff, 239, 1, 2, 3 } } },
		.policy = { .ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
		            .port_count = 2,
		            .sources = { { ip(0), 120, true }, { ip(99), 128, false } },
		            .source_count = 2 },
		.attributes.interface = "eth0",
		.attributes.vlan = 10,
		.attributes.arp_offload = true,
		.attributes.detect_sleep = true,
		.attributes.echo = ECHO_IGNORE,
		.attributes.secureon = { 1, 2, 3, 4, 5, 6 },
		.attributes.secureon_length = 6,
		.attributes.has_watts = true,
		.attributes.watts = 36500,
	};
}

static inline struct registration_draft all_registered(void)
{
	return (struct registration_draft){
		.head = { .client_id = 4711,
		          .transaction = 99,
		          .active = true,
		          .has_ports = true,
		          .has_lease = true,
		          .vlan = 11,
		          .address_count = 2,
		          .digest_count = 2,
		          .seen = true,
		          .until = BOOT + 28800000,
		          .expires = BOOT + 86400000,
		          .lifetime = 86400000,
		          .backup_of = { { 192, 0, 2, 1 } },
		          .interface = "eth1",
		          .reported = 815 },
		.addresses = { ip(20), ip(22) },
		.ports = { { IPPROTO_TCP, 80 } },
		.port_count = 1,
		.digests = { 1, UINT64_MAX },
	};
}

static inline struct described *described_of(const char *addresses, uint64_t order)
{
	struct host_description description = { .name = "nas" };
	struct described *described;

	description.address_count = parse_addresses(addresses, description.addresses);
	described = described_new(&description, DESCRIBED_BY_CONFIG, order);
	assert_non_null(described);
	return described;
}

static inline struct registration *registered_of(const char *addresses, bool active)
{
	struct registration_draft draft = { .head = { .client_id = 4711, .active = active } };
	struct registration *registration;

	draft.head.address_count = (uint8_t)parse_addresses(addresses, draft.addresses);
	registration = registration_new(&draft);
	assert_non_null(registration);
	return registration;
}

/* "+10 -11"; the caller owns it. */
static inline struct edited *parse_edits(const char *text)
{
	struct edited *edited = NULL;
	char *end;

	for (; text && *text; text = end) {
		const long number = strtol(text, &end, 10);
		const struct ipv6 address = ip((unsigned int)labs(number));

		edited = number < 0 ? edited_set(edited, &address, EDIT_REMOVE)
		                    : edited_set(edited, &address, EDIT_ADD);
		assert_non_null(edited);
	}
	return edited;
}

/* "20", or "!20" where it is lost; NULL: none. */
static inline struct lease parse_lease(const char *text)
{
	const bool lost = text && *text == '!';
	const struct ipv6 address = ip(text ? (unsigned int)atoi(text + lost) : 0);

	return (struct lease){ .state = !text  ? LEASE_NONE
		                        : lost ? LEASE_LOST
		                               : LEASE_BOUND,
		               .address = ip_to_ipv4(&address) };
}

static inline void append(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline void append(char *text, size_t size, const char *format, ...)
{
	const size_t length = strlen(text);
	va_list values;

	va_start(values, format);
	vsnprintf(text + length, size - length, format, values);
	va_end(values);
}

/* A step of a life: what the case shows, life and trigger before, life and effects after. */
struct life_case {
	const char *shows;
	struct life before; /* since SINCE, unless said; `after` since NOW in another state */
	struct host_trigger trigger;
	struct life after;
	struct host_effects effects;
};

#define LIFE(...) \
	{ \
		.state = __VA_ARGS__ \
	}
#define ON(...) \
	{ \
		.kind = __VA_ARGS__ \
	}
#define SET_STATE(state) .set_state = true, .from = (state)
/* The first round of Magic Packets is sent in the step that begins the wake. */
#define FIRST_ROUND .attempts = 1, .deadline = NOW + CHECK, .next_magic = NOW + MAGIC
#define SENT .send_magic = true, .check = CHECK_OWNER
/* Nothing happens: life and trigger. */
#define UNCHANGED(shows, life, trigger) \
	{ \
		shows, life, trigger, life, \
		{ \
			0 \
		} \
	}

enum { LIFE_TEXT = 512 };

static inline const char *life_text(const struct life *life, const struct host_effects *effects,
                                    char text[LIFE_TEXT])
{
	const struct {
		const char *name;
		int64_t value;
	} fields[] = {
		{ "attempts", life->attempts },
		{ "since", life->since },
		{ "deadline", life->deadline },
		{ "idle-until", life->idle_until },
		{ "holdoff-until", life->holdoff_until },
		{ "next-magic", life->next_magic },
		{ "failed-wakes", life->failed_wakes },
		{ "registered", life->registered },
		{ "standby", life->standby },
		{ "skip-holdoff", life->skip_holdoff },
		{ "contest", life->contest },
		{ "probed-at", life->probed_at },
		{ "given-up", life->given_up },
		{ "wake-pending", life->wake_pending },
		{ "SET-STATE", effects->set_state },
		{ "FROM", effects->from },
		{ "SEND-MAGIC", effects->send_magic },
		{ "SYNC-TABLES", effects->sync_tables },
		{ "ANNOUNCE", effects->announce },
		{ "UPDATE-NEIGHBOUR", effects->update_neighbour },
		{ "CHECK", effects->check },
		{ "SEND-DHCP", effects->send_dhcp },
		{ "EVENT", effects->event },
		{ "LEASE-EVENT", effects->lease_event },
		{ "TOOK", effects->took },
		{ "PERSIST", effects->persist },
		{ "NEXT", effects->next },
	};

	snprintf(text, LIFE_TEXT, "%s", host_state_names[life->state]);
	EACH(i, fields)
	if (fields[i].value)
		append(text, LIFE_TEXT, " %s %jd", fields[i].name, (intmax_t)fields[i].value);
	return text;
}

static inline void check_life_case(const struct life_case *it)
{
	struct host_effects effects = { .set_state = false };
	struct host_trigger trigger = it->trigger;
	struct life life = it->before, after = it->after;
	char found[LIFE_TEXT], expected[LIFE_TEXT];

	trigger.now = now;
	if (!life.since)
		life.since = SINCE;
	if (!after.since)
		after.since = after.state == life.state ? SINCE : NOW;
	life_step(&life, &timing.life, &trigger, &effects);
	if (strcmp(life_text(&life, &effects, found), life_text(&after, &it->effects, expected)))
		fail_msg("%s:\n  found    %s\n  expected %s", it->shows, found, expected);
}

#define CASES_TEST(cases) \
	TEST(cases) \
	{ \
		EACH(i, cases) \
		check_life_case(&cases[i]); \
	}

#endif
