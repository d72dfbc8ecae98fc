// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_look.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "counters.h"
#include "heartbeat.h"
#include "sleepproxy.skel.h"

#define NS_PER_S 1000000000ULL

enum { TIMEOUT_S = 30, DHCP_CHADDR = 28, RATES_OCTETS = 32768, FILL_MAX = 1000 };

struct testbed {
	struct sleepproxy_bpf *datapath;
	struct ring_buffer *ring;
	struct report *reports; /* filled by testbed_reports */
	size_t n_reports;
	struct ring_buffer *dhcp_ring;
	struct dhcp_snoop *copies;
	size_t n_copies;
	struct ring_buffer *frame_ring;
	struct wake_frame *frames;
	size_t n_frames;
	__u64 counted[OUTCOME_COUNT];
};

static const struct datapath_config configs[MACHINE_COUNT] = {
	[ORDINARY] = { .answer = ANSWER_PROXY },
	[ANSWERS_AS_HOST] = { .answer = ANSWER_HOST },
	[ROUTER] = { .answer = ANSWER_PROXY, .forwards = 1 },
	[ROUTER6] = { .answer = ANSWER_PROXY, .forwards6 = 1 },
};

/* Failures of the testbed, not of the datapath: print the reason and stop. */
static void need(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	abort();
}

static void map_set(struct bpf_map *map, const void *key, const void *value)
{
	need(!bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY), bpf_map__name(map));
}

static int on_report(void *context, void *data, size_t size)
{
	struct testbed *testbed = context;
	const struct report *report = data;

	assert(size == sizeof(*report));
	if (!memcmp(&report->host, mac_of(FILLER), sizeof(report->host)))
		return 0;
	assert(testbed->n_reports < TESTBED_REPORTS_MAX);
	testbed->reports[testbed->n_reports++] = *report;
	return 0;
}

static int on_copy(void *context, void *data, size_t size)
{
	struct testbed *testbed = context;
	const struct dhcp_snoop *copy = data;

	assert(size == sizeof(*copy));
	if (!memcmp(copy->message + DHCP_CHADDR, mac_of(FILLER), sizeof(struct mac)))
		return 0;
	assert(testbed->n_copies < TESTBED_COPIES_MAX);
	testbed->copies[testbed->n_copies++] = *copy;
	return 0;
}

static int on_frame(void *context, void *data, size_t size)
{
	struct testbed *testbed = context;
	const struct wake_frame *frame = data;

	assert(size == offsetof(struct wake_frame, frame) + frame->length);
	if (!memcmp(&frame->connection.host, mac_of(FILLER), sizeof(struct mac)))
		return 0;
	assert(testbed->n_frames < TESTBED_COPIES_MAX);
	memcpy(&testbed->frames[testbed->n_frames++], frame, size);
	return 0;
}

static void set_addresses(const struct sleepproxy_bpf *datapath)
{
	static const enum who owners[WHERE_COUNT] = {
		[HOST_IP] = HOST,         [HOST_IP2] = HOST,     [BROADCAST_IP] = HOST,
		[MULTICAST_IP] = HOST,    [SECOND_IP] = SECOND,  [ZERO_HALF_IP1] = SECOND,
		[ZERO_HALF_IP2] = SECOND, [FILLER_IP] = FILLER,  [OWN_IP] = PROXY,
		[DANGLING_IP] = UNKNOWN,  [HOST_IP6] = HOST,     [HOST_IP6_2] = HOST,
		[MULTICAST_IP6] = HOST,   [SECOND_IP6] = SECOND, [OWN_IP6] = PROXY,
		[DANGLING_IP6] = UNKNOWN,
	};

	for (enum where where = 0; where < WHERE_COUNT; where++)
		if (owners[where] && where < PEER_IP6)
			map_set(datapath->maps.addresses4, ipv4_of(where), mac_of(owners[where]));
		else if (owners[where])
			map_set(datapath->maps.addresses6, ipv6_of(where), mac_of(owners[where]));
}

bool testbed_looks;
unsigned testbed_hosts = 4096;

static void testbed_start(struct testbed *testbed, enum machine machine)
{
	testbed->datapath = sleepproxy_bpf__open();
	need(testbed->datapath != NULL, "open the datapath");
	testbed->datapath->rodata->config = configs[machine];
	testbed->datapath->rodata->config.mac = *mac_of(PROXY);
	bpf_map__set_max_entries(testbed->datapath->maps.hosts, testbed_hosts);
	bpf_map__set_max_entries(testbed->datapath->maps.addresses4, 4 * testbed_hosts);
	bpf_map__set_max_entries(testbed->datapath->maps.addresses6, 4 * testbed_hosts);
	/* the smallest size, which is soon full */
	bpf_map__set_max_entries(testbed->datapath->maps.reports, getpagesize());
	bpf_map__set_max_entries(testbed->datapath->maps.dhcp_snoop, getpagesize());
	bpf_map__set_max_entries(testbed->datapath->maps.wake_frames, getpagesize());
	need(!sleepproxy_bpf__load(testbed->datapath), "load the datapath");
	testbed->ring = ring_buffer__new(bpf_map__fd(testbed->datapath->maps.reports), on_report,
	                                 testbed, NULL);
	testbed->dhcp_ring = ring_buffer__new(bpf_map__fd(testbed->datapath->maps.dhcp_snoop),
	                                      on_copy, testbed, NULL);
	testbed->frame_ring = ring_buffer__new(bpf_map__fd(testbed->datapath->maps.wake_frames),
	                                       on_frame, testbed, NULL);
	need(testbed->ring && testbed->dhcp_ring && testbed->frame_ring, "open the rings");
	testbed->datapath->data_index->index_state.own[0] = *mac_of(PROXY);
	set_addresses(testbed->datapath);
}

struct testbed *testbed_of(enum machine machine)
{
	static struct testbed testbeds[MACHINE_COUNT];

	if (!testbeds[machine].datapath)
		testbed_start(&testbeds[machine], machine);
	return &testbeds[machine];
}

struct testbed *testbed_new(enum machine machine)
{
	struct testbed *testbed = calloc(1, sizeof(*testbed));

	need(testbed != NULL, "no memory");
	testbed_start(testbed, machine);
	return testbed;
}

void testbed_free(struct testbed *testbed)
{
	ring_buffer__free(testbed->ring);
	ring_buffer__free(testbed->dhcp_ring);
	ring_buffer__free(testbed->frame_ring);
	sleepproxy_bpf__destroy(testbed->datapath);
	free(testbed);
}

struct sleepproxy_bpf *testbed_datapath(struct testbed *testbed)
{
	return testbed->datapath;
}

static struct wake_rule rule_key(const struct rule *rule)
{
	return (struct wake_rule){
		.host = *mac_of(rule->host),
		.protocol = rule->protocol,
		.port = htobe16(rule->port),
	};
}

static struct wake_source source_key(const struct source *source)
{
	return (struct wake_source){
		.prefix_length = SOURCE_HOST_BITS + source->bits,
		.host = *mac_of(source->host),
		.source = source->network,
	};
}

static void set_heartbeat(struct testbed *testbed, enum beat beat)
{
	struct timespec now;
	__u32 only_row = 0;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);

	const __u64 ns = now.tv_sec * NS_PER_S + now.tv_nsec;
	const struct heartbeat beats[] = {
		[FRESH] = { ns, TIMEOUT_S * NS_PER_S },
		[OLD] = { ns - (TIMEOUT_S + 1) * NS_PER_S, TIMEOUT_S * NS_PER_S },
		[ZERO_TIMEOUT] = { ns, 0 },
		[ZERO_TIMEOUT_AHEAD] = { ns + NS_PER_S, 0 },
		[MAX_TIMEOUT] = { ns, UINT64_MAX },
		[NEVER] = { 0, 0 },
	};

	map_set(testbed->datapath->maps.heartbeat, &only_row, &beats[beat]);
}

void testbed_set_host(struct testbed *testbed, enum who who, const struct host_entry *host)
{
	map_set(testbed->datapath->maps.hosts, mac_of(who), host);
}

/* As if no message had been received in this second, and no probe been reported. */
static void reset_rates(struct testbed *testbed)
{
	const int probes = bpf_map__fd(testbed->datapath->maps.probes);
	static const __u8 none[RATES_OCTETS];
	struct bpf_map *rates = testbed->datapath->maps.dhcp_rates;

	need(bpf_map__value_size(rates) <= sizeof(none), "know the budgets");
	for (__u32 row = 0; row < bpf_map__max_entries(rates); row++)
		map_set(rates, &row, none);
	bpf_map_delete_elem(probes, mac_of(HOST));
	bpf_map_delete_elem(probes, mac_of(SECOND));
}

/* Discards what an earlier row that failed has left. */
static void discard(struct testbed *testbed)
{
	struct report reports[TESTBED_REPORTS_MAX];
	struct dhcp_snoop copies[TESTBED_COPIES_MAX];
	struct wake_frame frames[TESTBED_COPIES_MAX];
	__u64 counted[OUTCOME_COUNT];

	testbed_reports(testbed, reports);
	testbed_copies(testbed, copies);
	testbed_frames(testbed, frames);
	testbed_counted(testbed, counted);
	reset_rates(testbed);
	testbed_forget_notices(testbed);
}

static void fill_ring(struct testbed *testbed)
{
	static const struct packet syn =
		IP(PROXY, PEER, TCP, PEER_IP, FILLER_IP, 22, 40000, .flags = SYN);
	const struct host_entry sleeper = { .state = ASLEEP };
	__u64 counted[OUTCOME_COUNT];

	set_heartbeat(testbed, FRESH);
	for (unsigned i = 0; i < TESTBED_REPORTS_MAX; i++) {
		testbed_set_host(testbed, FILLER, &sleeper);
		testbed_send(testbed, &syn);
	}
	testbed_counted(testbed, counted);
}

static void fill_dhcp_ring(struct testbed *testbed)
{
	static const struct packet reply = IP(BROADCAST, PEER, UDP, PEER_IP, BROADCAST_IP, 68, 67,
	                                      .data = DHCP_OCTETS, .dhcp = { BOOTREPLY, FILLER });
	const struct host_entry awake = { .state = AWAKE };
	__u64 counted[OUTCOME_COUNT] = { 0 };

	set_heartbeat(testbed, FRESH);
	testbed_set_host(testbed, FILLER, &awake);
	for (unsigned i = 0; i < FILL_MAX && !counted[OUTCOME_DHCP_NOT_SNOOPED]; i++) {
		reset_rates(testbed);
		testbed_send(testbed, &reply);
		testbed_counted(testbed, counted);
	}
	need(counted[OUTCOME_DHCP_NOT_SNOOPED] == 1, "fill the ring of DHCP");
	reset_rates(testbed);
}

void testbed_set(struct testbed *testbed, const struct setup *setup)
{
	discard(testbed);
	testbed_forget_look(testbed);
	testbed_set_host(testbed, HOST, &setup->host);
	testbed_set_host(testbed, SECOND, &setup->second);
	if (setup->proxy_is_host)
		testbed_set_host(testbed, PROXY, &setup->host);
	for (const struct rule *rule = setup->rules; rule->set; rule++) {
		const struct wake_rule key = rule_key(rule);

		map_set(testbed->datapath->maps.wake_rules, &key, &rule->action);
	}
	for (const struct source *source = setup->sources; source->set; source++) {
		const struct wake_source key = source_key(source);

		map_set(testbed->datapath->maps.wake_sources, &key, &source->action);
	}
	if (setup->ring_full)
		fill_ring(testbed);
	if (setup->dhcp_ring_full)
		fill_dhcp_ring(testbed);
	set_heartbeat(testbed, setup->beat);
	testbed_hold(testbed, setup->held);
	if (testbed_looks)
		testbed_look(testbed);
}

struct testbed *testbed_with(const struct setup *setup)
{
	struct testbed *testbed = testbed_of(setup->machine);

	testbed_set(testbed, setup);
	return testbed;
}

void testbed_clear(struct testbed *testbed, const struct setup *setup)
{
	bpf_map_delete_elem(bpf_map__fd(testbed->datapath->maps.hosts), mac_of(PROXY));
	for (const struct rule *rule = setup->rules; rule->set; rule++) {
		const struct wake_rule key = rule_key(rule);

		bpf_map_delete_elem(bpf_map__fd(testbed->datapath->maps.wake_rules), &key);
	}
	for (const struct source *source = setup->sources; source->set; source++) {
		const struct wake_source key = source_key(source);

		bpf_map_delete_elem(bpf_map__fd(testbed->datapath->maps.wake_sources), &key);
	}
}

int testbed_run(struct testbed *testbed, const struct octets *in, struct octets *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = in->at, .data_size_in = in->length,
	            .data_out = out->at, .data_size_out = sizeof(out->at), .repeat = 1);

	need(!bpf_prog_test_run_opts(bpf_program__fd(testbed->datapath->progs.sleepproxy),
	                             &options),
	     "run the datapath");
	out->length = options.data_size_out;
	return options.retval;
}

int testbed_send(struct testbed *testbed, const struct packet *packet)
{
	struct octets in, out;

	packet_build(&in, packet, &(struct tags){ 0 });
	return testbed_run(testbed, &in, &out);
}

size_t testbed_reports(struct testbed *testbed, struct report *reports)
{
	testbed->reports = reports;
	testbed->n_reports = 0;
	need(ring_buffer__consume(testbed->ring) >= 0, "read the ring");
	return testbed->n_reports;
}

size_t testbed_copies(struct testbed *testbed, struct dhcp_snoop *copies)
{
	testbed->copies = copies;
	testbed->n_copies = 0;
	need(ring_buffer__consume(testbed->dhcp_ring) >= 0, "read the ring of DHCP");
	return testbed->n_copies;
}

size_t testbed_frames(struct testbed *testbed, struct wake_frame *frames)
{
	testbed->frames = frames;
	testbed->n_frames = 0;
	need(ring_buffer__consume(testbed->frame_ring) >= 0, "read the ring of frames");
	return testbed->n_frames;
}

void testbed_counted(struct testbed *testbed, __u64 *counted)
{
	const int cpus = libbpf_num_possible_cpus();
	struct counters *rows = calloc(cpus, sizeof(*rows));
	__u32 only_row = 0;

	need(!bpf_map_lookup_elem(bpf_map__fd(testbed->datapath->maps.counters), &only_row, rows),
	     "read the counters");
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		__u64 sum = 0;

		for (int cpu = 0; cpu < cpus; cpu++)
			sum += ((const __u64 *)&rows[cpu])[i];
		counted[i] = sum - testbed->counted[i];
		testbed->counted[i] = sum;
	}
	free(rows);
}

int testbed_update(struct testbed *testbed, struct host_update *update)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = update, .ctx_size_in = sizeof(*update));

	need(!bpf_prog_test_run_opts(bpf_program__fd(testbed->datapath->progs.update_host),
	                             &options),
	     "run update_host");
	return options.retval;
}
