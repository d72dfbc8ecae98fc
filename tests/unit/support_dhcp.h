/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP messages, octet by octet; and a lease, and what happens to it, as tables of cases. The clock
 * is the test's; times are seconds from START. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_DHCP_H
#define SLEEPPROXY_TESTS_DHCP_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"
#include "dhcp/dhcp_client.h"
#include "support_octets.h"

enum { FIXED = sizeof(struct dhcp) };

static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct ipv4 home = { { 192, 0, 2, 20 } }, elsewhere = { { 192, 0, 2, 99 } };
static const struct ipv4 router = { { 192, 0, 2, 1 } }, stranger = { { 192, 0, 2, 66 } };
static const struct ipv4 relay = { { 192, 0, 2, 254 } };
static const struct ipv4 nowhere;

/* A message's fixed part; options are to follow. */
static inline struct octets octets_of(uint8_t op)
{
	return (struct octets){
		/* clang-format off */
		.at = {
			op, 0x01, 0x06, 0x00, 0x12, 0x34, 0x56, 0x78, /* htype … xid */
			0x00, 0x03, 0x80, 0x00, /* secs, flags */
			[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
			[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
		},
		/* clang-format on */
		.length = FIXED,
	};
}

static inline enum dhcp_parse_error read_octets(const void *octets, size_t length,
                                                struct dhcp_message *message)
{
	struct dhcp_message untouched;
	enum dhcp_parse_error error;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(message, &untouched, sizeof(untouched));
	error = dhcp_message_read(at_the_edge(octets, length), length, message);
	if (error != DHCP_PARSE_ERROR_NONE)
		assert_memory_equal(message, &untouched, sizeof(untouched));
	return error;
}

static inline enum dhcp_parse_error parse_error_of(const struct octets *octets)
{
	struct dhcp_message message;

	return read_octets(octets->at, octets->length, &message);
}

static inline struct dhcp_message message_of(const struct octets *octets)
{
	struct dhcp_message message;

	assert_int_equal(read_octets(octets->at, octets->length, &message), DHCP_PARSE_ERROR_NONE);
	return message;
}

static inline bool has_identity(const struct dhcp_client *client,
                                const struct dhcp_identity *identity)
{
	const struct dhcp_identity known = dhcp_client_identity(client);

	return !memcmp(&known, identity, sizeof(known));
}

enum { START = 100000000 };        /* ms */
enum { HOUR = 3600, DAY = 86400 }; /* s */
enum { HOUR_MS = HOUR * 1000 };    /* ms */
#define INFINITE "4294967295"      /* s */
#define FROM_START(seconds) (START + (int64_t)((seconds)*1000 + ((seconds) < 0 ? -0.5 : 0.5)))

struct lease_case {
	const char *shows;
	const char *script; /* of the words below; only what is after "|" is traced */
	const char *trace;  /* of each step that changes, says or sends anything */
	const char *lease;  /* afterwards */
};

struct scene {
	struct lease lease;
	struct lease_trigger trigger;
	struct lease_effects effects;
	unsigned int sends;
	FILE *trace; /* may be NULL */
};

static inline void print_time(FILE *out, const char *name, int64_t at)
{
	if (at == LEASE_NEVER)
		fprintf(out, "%snever", name);
	else if (at)
		fprintf(out, "%s%.13g", name, (double)(at - START) / 1000);
}

static inline void print_step(const struct scene *scene, const struct lease *before)
{
	static const char *const sends[] = { "", " unicast", " broadcast" };
	static const char *const events[] = {
		[LEASE_EVENT_NONE] = "",
		[LEASE_EVENT_RENEWED] = " RENEWED",
		[LEASE_EVENT_UNANSWERED] = " UNANSWERED",
		[LEASE_EVENT_LOST] = " LOST",
	};
	const struct lease_effects *effects = &scene->effects;
	const bool changes = scene->lease.state != before->state;
	const bool stores = effects->persist && effects->event == LEASE_EVENT_NONE;

	if (!changes && effects->send == LEASE_SEND_NONE && !effects->persist)
		return;
	print_time(scene->trace, ftell(scene->trace) ? ", " : "", scene->trigger.now);
	fprintf(scene->trace, "%s%s%s%s%s", changes ? " " : "",
	        changes ? lease_state_names[scene->lease.state] : "", events[effects->event],
	        stores ? " STORE" : "", sends[effects->send]);
}

static inline void happens(struct scene *scene, enum lease_trigger_kind kind)
{
	const struct lease before = scene->lease;

	scene->trigger.kind = kind;
	scene->effects = lease_step(&scene->lease, MIN_LEASE_DEFAULT, &scene->trigger);
	scene->sends += scene->effects.send != LEASE_SEND_NONE;
	if (scene->trace)
		print_step(scene, &before);
}

static inline void hears(struct scene *scene, const struct dhcp_message *message)
{
	assert_int_equal(lease_check(&scene->lease, message), DHCP_COUNT_RENEWAL);
	scene->trigger.message = message;
	happens(scene, LEASE_TRIGGER_REPLY);
	scene->trigger.message = NULL;
}

static inline struct dhcp_message answer_to(const struct scene *scene, enum dhcp_type type,
                                            uint32_t seconds)
{
	return (struct dhcp_message){
		.type = type,
		.xid = scene->lease.xid,
		.chaddr = nas,
		.yiaddr = type == DHCP_ACK ? scene->lease.address : nowhere,
		.server = router,
		.giaddr = relay,
		.lease_time = seconds,
	};
}

static inline void hears_ack(struct scene *scene, const double numbers[3], struct ipv4 address,
                             struct ipv4 server)
{
	struct dhcp_message ack = answer_to(scene, DHCP_ACK, (uint32_t)numbers[0]);

	ack.t1 = (uint32_t)numbers[1];
	ack.t2 = (uint32_t)numbers[2];
	ack.yiaddr = address;
	ack.server = server;
	hears(scene, &ack);
}

/* Granted by the router, or `elsewhere` by a server that is not known. */
static inline void word_lease(struct scene *scene, const double numbers[3], struct ipv4 address)
{
	const struct lease_grant grant = {
		.address = address,
		.server = ipv4_equal(address, home) ? router : nowhere,
		.seconds = (uint32_t)numbers[0],
		.since = numbers[1] ? FROM_START(numbers[1]) : 0,
	};

	lease_grant(&scene->lease, MIN_LEASE_DEFAULT, &grant, 0);
}

/* Runs the clock to the next deadline. */
static inline void word_due(struct scene *scene)
{
	assert_int_not_equal(scene->lease.deadline, 0);
	scene->trigger.now = MAX(scene->trigger.now, scene->lease.deadline);
	happens(scene, LEASE_TRIGGER_TIMEOUT);
}

static inline void word_until(struct scene *scene, int64_t then)
{
	while (scene->lease.deadline && scene->lease.deadline <= then)
		word_due(scene);
	scene->trigger.now = then;
}

/* What was sent last could not be. */
static inline void word_fails(struct scene *scene, int err)
{
	if (scene->effects.send != LEASE_SEND_NONE)
		scene->trigger.sent = scene->effects.send;
	scene->trigger.err = err;
	happens(scene, LEASE_TRIGGER_SEND_FAILED);
}

enum word {
	WORD_LEASE,       /* length,since (0: unknown) */
	WORD_OTHER_LEASE, /* the same, of another address */
	WORD_RESTORED,    /* as a record is read after a restart */
	WORD_AT_HOME,     /* it is answered for at an address */
	WORD_ASLEEP,
	WORD_AWAKE,
	WORD_WAKING,   /* by the datapath's table the host may be awake */
	WORD_SLEEPING, /* it is not */
	WORD_WAIT,     /* so long, and no timer runs */
	WORD_AT,       /* the clock jumps, and the timer runs */
	WORD_DUE,      /* the next deadline */
	WORD_UNTIL,    /* all deadlines until then */
	WORD_ACK,      /* length,T1,T2 */
	WORD_OTHER_ACK,
	WORD_STRANGER_ACK,
	WORD_NAK,
	WORD_UNRESOLVED,
	WORD_UNREACHABLE,
	WORD_RANDOM,
	WORD_TRACE,
};

static const char *const words[] = {
	[WORD_LEASE] = "lease",
	[WORD_OTHER_LEASE] = "other-lease",
	[WORD_RESTORED] = "restored",
	[WORD_AT_HOME] = "at-home",
	[WORD_ASLEEP] = "asleep",
	[WORD_AWAKE] = "awake",
	[WORD_WAKING] = "waking",
	[WORD_SLEEPING] = "sleeping",
	[WORD_WAIT] = "wait",
	[WORD_AT] = "at",
	[WORD_DUE] = "due",
	[WORD_UNTIL] = "until",
	[WORD_ACK] = "ack",
	[WORD_OTHER_ACK] = "other-ack",
	[WORD_STRANGER_ACK] = "stranger-ack",
	[WORD_NAK] = "nak",
	[WORD_UNRESOLVED] = "unresolved",
	[WORD_UNREACHABLE] = "unreachable",
	[WORD_RANDOM] = "random",
	[WORD_TRACE] = "|",
};

static inline void take_word(struct scene *scene, enum word word, const double n[3])
{
	switch (word) {
	case WORD_LEASE:
		return word_lease(scene, n, home);
	case WORD_OTHER_LEASE:
		return word_lease(scene, n, elsewhere);
	case WORD_RESTORED:
		scene->lease.proxy_renews = false;
		scene->lease.deadline = 0;
		return;
	case WORD_AT_HOME:
		scene->trigger.address = home;
		return;
	case WORD_ASLEEP:
		return happens(scene, LEASE_TRIGGER_ASLEEP);
	case WORD_AWAKE:
		return happens(scene, LEASE_TRIGGER_AWAKE);
	case WORD_WAKING:
	case WORD_SLEEPING:
		scene->trigger.asleep = word == WORD_SLEEPING;
		return;
	case WORD_WAIT:
		scene->trigger.now += (int64_t)(n[0] * 1000);
		return;
	case WORD_AT:
		scene->trigger.now = FROM_START(n[0]);
		return happens(scene, LEASE_TRIGGER_TIMEOUT);
	case WORD_DUE:
		return word_due(scene);
	case WORD_UNTIL:
		return word_until(scene, FROM_START(n[0]));
	case WORD_ACK:
		return hears_ack(scene, n, scene->lease.address, router);
	case WORD_OTHER_ACK:
		return hears_ack(scene, n, elsewhere, router);
	case WORD_STRANGER_ACK:
		return hears_ack(scene, n, scene->lease.address, stranger);
	case WORD_NAK:
		return hears(scene, (const struct dhcp_message[]){ answer_to(scene, DHCP_NAK, 0) });
	case WORD_UNRESOLVED:
		return word_fails(scene, -EAGAIN);
	case WORD_UNREACHABLE:
		return word_fails(scene, -ENETUNREACH);
	case WORD_RANDOM:
		scene->trigger.random = (uint32_t)n[0];
		return;
	case WORD_TRACE:
		if (scene->trace)
			rewind(scene->trace);
	}
}

static inline enum word find_word(const char *name)
{
	size_t i = 0;

	while (i < sizeof(words) / sizeof(*words) && strcmp(words[i], name))
		i++;
	if (i == sizeof(words) / sizeof(*words))
		fail_msg("unknown word: %s", name);
	return (enum word)i;
}

static inline struct scene scene_of(const char *script, FILE *trace)
{
	struct scene scene = { .trigger = { .now = START, .asleep = true }, .trace = trace };
	char name[32];

	for (int length; sscanf(script, " %31[^ :]%n", name, &length) == 1;) {
		double numbers[3] = { 0 };
		int more = 0;

		script += length;
		sscanf(script, ":%lf%n,%lf%n,%lf%n", &numbers[0], &more, &numbers[1], &more,
		       &numbers[2], &more);
		script += more;
		take_word(&scene, find_word(name), numbers);
	}
	return scene;
}

static inline void print_server(FILE *out, const struct lease *lease)
{
	if (ipv4_equal(lease->server, router) || ipv4_equal(lease->server, stranger))
		fprintf(out, " by %s", ipv4_equal(lease->server, router) ? "router" : "stranger");
	if (ipv4_equal(lease->relay, relay))
		fprintf(out, " via relay");
}

static inline void print_lease(FILE *out, const struct lease *lease)
{
	fprintf(out, "%s", lease_state_names[lease->state]);
	if (ipv4_equal(lease->address, elsewhere))
		fprintf(out, " elsewhere");
	print_server(out, lease);
	print_time(out, " since ", lease->since);
	print_time(out, " t1 ", lease->renew_at);
	print_time(out, " t2 ", lease->rebind_at);
	print_time(out, " end ", lease->expires_at);
	if (lease->result)
		fprintf(out, ", %s", lease_result_names[lease->result]);
	print_time(out, " ", lease->result_at);
	fprintf(out, "%s%s%s", lease->confirmed ? ", confirmed" : "",
	        lease->request_pending ? ", pending" : "", lease->resolving ? ", resolving" : "");
	if (lease->xid)
		fprintf(out, ", xid %u", lease->xid);
	if (lease->requests)
		fprintf(out, ", requests %u (%u)", lease->requests, lease->unanswered);
	print_time(out, ", next ", lease->deadline);
}

static inline void check_lease_case(const struct lease_case *it)
{
	char trace[1024], lease[256];
	FILE *to_trace = fmemopen(trace, sizeof(trace), "w");
	FILE *to_lease = fmemopen(lease, sizeof(lease), "w");
	const struct scene scene = scene_of(it->script, to_trace);

	print_lease(to_lease, &scene.lease);
	fputc('\0', to_trace);
	fclose(to_trace);
	fclose(to_lease);
	if (strcmp(trace, it->trace) || strcmp(lease, it->lease))
		fail_msg("%s: %s\n  found    %s\n           %s\n  expected %s\n           %s",
		         it->shows, it->script, trace, lease, it->trace, it->lease);
}

#define CASES_TEST(cases) \
	TEST(cases) \
	{ \
		EACH(i, cases) \
		check_lease_case(&cases[i]); \
	}

/* Parts of what is expected. */
#define FIRST_HOUR " by router via relay since 0 t1 1800 t2 3150 end 3600"
#define A_DAY " by router since -1 t1 0 t2 75599 end 86399"

/* How scripts begin: confirmed for so long at START; or not confirmed, and asked for at START. */
#define RENEWED(seconds) "lease:0 asleep due ack:" seconds " | "
#define ASLEEP(lease) "lease:" lease " asleep due | "

#endif
