/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The testbed: the real program in the kernel, not attached, with maps of its own. In: what the
 * maps hold, and a frame. Out: the verdict, the frame, what was counted and reported.
 */
#ifndef SLEEPPROXY_TESTS_TESTBED_H
#define SLEEPPROXY_TESTS_TESTBED_H

#include <stdbool.h>
#include <linux/bpf.h>
#include "dhcp_snoop.h"
#include "hosts.h"
#include "datapath_config.h"
#include "host_update.h"
#include "outcome.h"
#include "report.h"
#include "support_packet.h"
#include "wake_frame.h"
#include "wake_rules.h"
#include "wake_sources.h"

/* What the proxy runs on: constants of the program, so there is one program for each. */
enum machine { ORDINARY, ANSWERS_AS_HOST, ROUTER, ROUTER6, MACHINE_COUNT };

enum beat { FRESH, OLD, ZERO_TIMEOUT, ZERO_TIMEOUT_AHEAD, MAX_TIMEOUT, NEVER };

enum { TESTBED_IFINDEX = 1, TESTBED_REPORTS_MAX = 128, TESTBED_COPIES_MAX = 32, RULES_MAX = 7 };

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
	struct ipv6 network;
	uint8_t bits; /* of `network` */
	enum source_action action;
};

#define RULE(host, protocol, port, action) \
	{ \
		true, host, protocol, port, action \
	}
#define SOURCE(host, a, b, c, d, bits, action) \
	{ \
		true, host, { { [10] = 0xff, 0xff, a, b, c, d } }, IPV4_MAPPED_BITS + (bits), \
			action \
	}
#define SOURCE6(host, bits, action, ...) \
	{ \
		true, host, { { __VA_ARGS__ } }, bits, action \
	}

/*
 * Connections in `held`, by TCP and UDP, over both families, from PEER's port 40000 to HOST's port
 * 22; what a RST for one acknowledges.
 */
enum held_setup { NOT_HELD, HELD, HELD_NO_MORE, HELD_OF_SECOND };
enum { ACKNOWLEDGED = 0x05060708 };

struct setup {
	enum machine machine;
	enum beat beat;
	bool ring_full;
	bool dhcp_ring_full;
	enum held_setup held;
	bool proxy_is_host;           /* PROXY is a host too, by mistake, in HOST's state */
	struct host_entry host;       /* HOST, with HOST_IP, HOST_IP2 and the like */
	struct host_entry second;     /* SECOND, with SECOND_IP and SECOND_IP6 */
	struct rule rules[RULES_MAX]; /* up to the first that is not set */
	struct source sources[RULES_MAX];
};

struct sleepproxy_bpf;
struct testbed;

/* The machine's, or one more of it, which nobody else has. */
struct testbed *testbed_of(enum machine machine);
struct testbed *testbed_new(enum machine machine);
void testbed_free(struct testbed *testbed); /* of testbed_new */
void testbed_set(struct testbed *testbed, const struct setup *setup);
struct testbed *testbed_with(const struct setup *setup);
void testbed_clear(struct testbed *testbed, const struct setup *setup);

/* `out` is the frame as the program leaves it; returns the verdict. */
int testbed_run(struct testbed *testbed, const struct octets *in, struct octets *out);

/* The same with a packet without tags, if the resulting frame does not matter. */
int testbed_send(struct testbed *testbed, const struct packet *packet);

/* Empties the ring; `reports` holds TESTBED_REPORTS_MAX, of which those of FILLER are left out. */
size_t testbed_reports(struct testbed *testbed, struct report *reports);

/* The same with DHCP messages: `copies` holds TESTBED_COPIES_MAX. */
size_t testbed_copies(struct testbed *testbed, struct dhcp_snoop *copies);

/* The same with frames that began a wake: `frames` holds TESTBED_COPIES_MAX. */
size_t testbed_frames(struct testbed *testbed, struct wake_frame *frames);

void testbed_hold(struct testbed *testbed, enum held_setup held);
/* Was that connection refused since, as far as the datapath has noted? */
bool testbed_is_refused(struct testbed *testbed, uint8_t protocol, enum where address);

/* How often each outcome was counted since the last call: `counted` holds OUTCOME_COUNT. */
void testbed_counted(struct testbed *testbed, __u64 *counted);

/* Whether testbed_set ends with a look; how many hosts there may be in the next testbed. */
extern bool testbed_looks;
extern unsigned testbed_hosts;

struct sleepproxy_bpf *testbed_datapath(struct testbed *testbed);
struct host_entry testbed_get_host(struct testbed *testbed, const struct mac *mac);
struct host_entry testbed_host(struct testbed *testbed, enum who who);
void testbed_set_host(struct testbed *testbed, enum who who, const struct host_entry *host);
int testbed_update(struct testbed *testbed, struct host_update *update);

#endif
