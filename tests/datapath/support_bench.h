/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The datapath on the bench: the real program in the kernel, attached to nothing, with maps of its
 * own. In: what the maps hold, and a frame. Out: the verdict, the frame, what was counted and
 * reported.
 */
#ifndef SLEEPPROXY_TESTS_BENCH_H
#define SLEEPPROXY_TESTS_BENCH_H

#include <stdbool.h>
#include <linux/bpf.h>
#include "dhcp_snoop.h"
#include "hosts.h"
#include "datapath_config.h"
#include "host_update.h"
#include "outcome.h"
#include "report.h"
#include "support_packet.h"
#include "wake_rules.h"
#include "wake_sources.h"

/* What the proxy runs on. It is a constant of the program, so that each is a program of its own. */
enum machine { ORDINARY, ANSWERS_AS_HOST, ROUTER, MACHINE_COUNT };

enum beat { FRESH, OLD, REVOKED, REVOKED_AHEAD, FOREVER, NEVER };

enum { BENCH_IFINDEX = 1, BENCH_REPORTS_MAX = 128, BENCH_COPIES_MAX = 8, RULES_MAX = 7 };

struct rule {
	bool set;
	enum who host;
	uint8_t protocol;
	uint16_t port;
	enum wake_action action;
};

struct source {
	bool set;
	enum who host;
	struct ipv4 network;
	uint8_t bits; /* of `network` */
	enum source_action action;
};

#define RULE(host, protocol, port, action) \
	{ \
		true, host, protocol, port, action \
	}
#define SOURCE(host, a, b, c, d, bits, action) \
	{ \
		true, host, { { a, b, c, d } }, bits, action \
	}

struct world {
	enum machine machine;
	enum beat beat;
	bool ring_full;
	bool dhcp_ring_full;
	bool own;                 /* PROXY is a host as well, in HOST's state: somebody's mistake */
	struct host_entry host;   /* HOST, with HOST_IP and HOST_IP2 */
	struct host_entry second; /* SECOND, with SECOND_IP */
	struct rule rules[RULES_MAX]; /* up to the first that is not set */
	struct source sources[RULES_MAX];
};

struct bench;

struct bench *bench_of(enum machine machine);
void bench_set(struct bench *bench, const struct world *world);
struct bench *bench_with(const struct world *world);
void bench_clear(struct bench *bench, const struct world *world);

/* `out` is the frame as the program leaves it; returns the verdict. */
int bench_run(struct bench *bench, const struct octets *in, struct octets *out);

/* The same of a packet without tags, where what becomes of the frame is of no interest. */
int bench_send(struct bench *bench, const struct packet *packet);

/* Empties the ring; `reports` holds BENCH_REPORTS_MAX, of which those of FILLER are left out. */
size_t bench_reports(struct bench *bench, struct report *reports);

/* The same of DHCP messages: `copies` holds BENCH_COPIES_MAX. */
size_t bench_copies(struct bench *bench, struct dhcp_snoop *copies);

/* How often each outcome was counted since the last call: `counted` holds OUTCOME_COUNT. */
void bench_counted(struct bench *bench, __u64 *counted);

struct host_entry bench_host(struct bench *bench, enum who who);
void bench_set_host(struct bench *bench, enum who who, const struct host_entry *host);
int bench_order(struct bench *bench, struct host_update *order);
const char *outcome_name(enum outcome outcome);

#endif
