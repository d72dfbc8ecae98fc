// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_bench.h"

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

enum { LEASE_S = 30, DHCP_CHADDR = 28, BUDGETS_OCTETS = 2048, FILL_MAX = 1000 };

struct bench {
	struct sleepproxy_bpf *datapath;
	struct ring_buffer *ring;
	struct report *reports; /* where bench_reports wants them */
	size_t n_reports;
	struct ring_buffer *dhcp_ring;
	struct dhcp_snoop *copies;
	size_t n_copies;
	__u64 counted[OUTCOME_COUNT];
};

static const struct datapath_config interfaces[MACHINE_COUNT] = {
	[ORDINARY] = { .answer = ANSWER_PROXY },
	[ANSWERS_AS_HOST] = { .answer = ANSWER_HOST },
	[ROUTER] = { .answer = ANSWER_PROXY, .forwards = 1 },
};

/* An errno here is a broken bench and no finding about the datapath: say so and stop. */
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

static int take_report(void *context, void *data, size_t size)
{
	struct bench *bench = context;
	const struct report *report = data;

	assert(size == sizeof(*report));
	if (!memcmp(&report->host, mac_of(FILLER), sizeof(report->host)))
		return 0;
	assert(bench->n_reports < BENCH_REPORTS_MAX);
	bench->reports[bench->n_reports++] = *report;
	return 0;
}

static int take_copy(void *context, void *data, size_t size)
{
	struct bench *bench = context;
	const struct dhcp_snoop *copy = data;

	assert(size == sizeof(*copy));
	if (!memcmp(copy->message + DHCP_CHADDR, mac_of(FILLER), sizeof(struct mac)))
		return 0;
	assert(bench->n_copies < BENCH_COPIES_MAX);
	bench->copies[bench->n_copies++] = *copy;
	return 0;
}

static void set_addresses(struct bench *bench)
{
	static const struct {
		enum where where;
		enum who who;
	} rows[] = {
		{ HOST_IP, HOST },     { HOST_IP2, HOST },        { SECOND_IP, SECOND },
		{ FILLER_IP, FILLER }, { HALF_IP1, SECOND },      { HALF_IP2, SECOND },
		{ OWN_IP, PROXY },     { DANGLING_IP, STRANGER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		map_set(bench->datapath->maps.addresses4, ipv4_of(rows[i].where),
		        mac_of(rows[i].who));
}

static void bench_start(struct bench *bench, enum machine machine)
{
	bench->datapath = sleepproxy_bpf__open();
	need(bench->datapath != NULL, "open the datapath");
	bench->datapath->rodata->interface = interfaces[machine];
	bench->datapath->rodata->interface.mac = *mac_of(PROXY);
	/* the smallest rings, which are soon full */
	bpf_map__set_max_entries(bench->datapath->maps.events, getpagesize());
	bpf_map__set_max_entries(bench->datapath->maps.dhcp_snoop, getpagesize());
	need(!sleepproxy_bpf__load(bench->datapath), "load the datapath");
	bench->ring = ring_buffer__new(bpf_map__fd(bench->datapath->maps.events), take_report,
	                               bench, NULL);
	bench->dhcp_ring = ring_buffer__new(bpf_map__fd(bench->datapath->maps.dhcp_snoop),
	                                    take_copy, bench, NULL);
	need(bench->ring && bench->dhcp_ring, "open the rings");
	set_addresses(bench);
}

struct bench *bench_of(enum machine machine)
{
	static struct bench benches[MACHINE_COUNT];

	if (!benches[machine].datapath)
		bench_start(&benches[machine], machine);
	return &benches[machine];
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
		.prefix_length = SOURCE_HOST_BITS + IPV4_MAPPED_BITS + source->bits,
		.host = *mac_of(source->host),
		.source = ipv4_mapped(source->network),
	};
}

static void set_heartbeat(struct bench *bench, enum beat beat)
{
	struct timespec now;
	__u32 only = 0;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);

	const __u64 ns = now.tv_sec * NS_PER_S + now.tv_nsec;
	const struct heartbeat beats[] = {
		[FRESH] = { ns, LEASE_S * NS_PER_S },
		[OLD] = { ns - (LEASE_S + 1) * NS_PER_S, LEASE_S * NS_PER_S },
		[REVOKED] = { ns, 0 },
		[REVOKED_AHEAD] = { ns + NS_PER_S, 0 },
		[FOREVER] = { ns, UINT64_MAX },
		[NEVER] = { 0, 0 },
	};

	map_set(bench->datapath->maps.heartbeat, &only, &beats[beat]);
}

void bench_set_host(struct bench *bench, enum who who, const struct host_entry *host)
{
	map_set(bench->datapath->maps.hosts, mac_of(who), host);
}

/* As if no message had come by in this second. */
static void refill_budgets(struct bench *bench)
{
	static const __u8 nothing_spent[BUDGETS_OCTETS];
	struct bpf_map *budgets = bench->datapath->maps.dhcp_budgets;

	need(bpf_map__value_size(budgets) <= sizeof(nothing_spent), "know the budgets");
	for (__u32 row = 0; row < bpf_map__max_entries(budgets); row++)
		map_set(budgets, &row, nothing_spent);
}

/* What an earlier row that failed has left. */
static void forget(struct bench *bench)
{
	struct report reports[BENCH_REPORTS_MAX];
	struct dhcp_snoop copies[BENCH_COPIES_MAX];
	__u64 counted[OUTCOME_COUNT];

	bench_reports(bench, reports);
	bench_copies(bench, copies);
	bench_counted(bench, counted);
	refill_budgets(bench);
}

static void fill_ring(struct bench *bench)
{
	static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, FILLER_IP, 22, .flags = SYN);
	const struct host_entry sleeper = { .state = ASLEEP };
	__u64 counted[OUTCOME_COUNT];

	set_heartbeat(bench, FRESH);
	for (unsigned i = 0; i < BENCH_REPORTS_MAX; i++) {
		bench_set_host(bench, FILLER, &sleeper);
		bench_send(bench, &syn);
	}
	bench_counted(bench, counted);
}

static void fill_dhcp_ring(struct bench *bench)
{
	static const struct packet reply = IP(EVERYBODY, PEER, UDP, PEER_IP, EVERYWHERE, 68, 67,
	                                      .data = DHCP_OCTETS, .dhcp = { BOOTREPLY, FILLER });
	const struct host_entry awake = { .state = AWAKE };
	__u64 counted[OUTCOME_COUNT] = { 0 };

	set_heartbeat(bench, FRESH);
	bench_set_host(bench, FILLER, &awake);
	for (unsigned i = 0; i < FILL_MAX && !counted[OUTCOME_dhcp_not_snooped]; i++) {
		refill_budgets(bench);
		bench_send(bench, &reply);
		bench_counted(bench, counted);
	}
	need(counted[OUTCOME_dhcp_not_snooped] == 1, "fill the ring of DHCP");
	refill_budgets(bench);
}

void bench_set(struct bench *bench, const struct world *world)
{
	forget(bench);
	bench_set_host(bench, HOST, &world->host);
	bench_set_host(bench, SECOND, &world->second);
	if (world->own)
		bench_set_host(bench, PROXY, &world->host);
	for (const struct rule *rule = world->rules; rule->set; rule++) {
		const struct wake_rule key = rule_key(rule);

		map_set(bench->datapath->maps.wake_rules, &key, &rule->action);
	}
	for (const struct source *source = world->sources; source->set; source++) {
		const struct wake_source key = source_key(source);

		map_set(bench->datapath->maps.wake_sources, &key, &source->action);
	}
	if (world->ring_full)
		fill_ring(bench);
	if (world->dhcp_ring_full)
		fill_dhcp_ring(bench);
	set_heartbeat(bench, world->beat);
}

struct bench *bench_with(const struct world *world)
{
	struct bench *bench = bench_of(world->machine);

	bench_set(bench, world);
	return bench;
}

void bench_clear(struct bench *bench, const struct world *world)
{
	bpf_map_delete_elem(bpf_map__fd(bench->datapath->maps.hosts), mac_of(PROXY));
	for (const struct rule *rule = world->rules; rule->set; rule++) {
		const struct wake_rule key = rule_key(rule);

		bpf_map_delete_elem(bpf_map__fd(bench->datapath->maps.wake_rules), &key);
	}
	for (const struct source *source = world->sources; source->set; source++) {
		const struct wake_source key = source_key(source);

		bpf_map_delete_elem(bpf_map__fd(bench->datapath->maps.wake_sources), &key);
	}
}

int bench_run(struct bench *bench, const struct octets *in, struct octets *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = in->at, .data_size_in = in->length,
	            .data_out = out->at, .data_size_out = sizeof(out->at), .repeat = 1);

	need(!bpf_prog_test_run_opts(bpf_program__fd(bench->datapath->progs.sleepproxy), &options),
	     "run the datapath");
	out->length = options.data_size_out;
	return options.retval;
}

int bench_send(struct bench *bench, const struct packet *packet)
{
	struct octets in, out;

	packet_build(&in, packet, &(struct tags){ 0 });
	return bench_run(bench, &in, &out);
}

size_t bench_reports(struct bench *bench, struct report *reports)
{
	bench->reports = reports;
	bench->n_reports = 0;
	need(ring_buffer__consume(bench->ring) >= 0, "read the ring");
	return bench->n_reports;
}

size_t bench_copies(struct bench *bench, struct dhcp_snoop *copies)
{
	bench->copies = copies;
	bench->n_copies = 0;
	need(ring_buffer__consume(bench->dhcp_ring) >= 0, "read the ring of DHCP");
	return bench->n_copies;
}

void bench_counted(struct bench *bench, __u64 *counted)
{
	const int cpus = libbpf_num_possible_cpus();
	struct counters *rows = calloc(cpus, sizeof(*rows));
	__u32 only = 0;

	need(!bpf_map_lookup_elem(bpf_map__fd(bench->datapath->maps.counters), &only, rows),
	     "read the counters");
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		__u64 sum = 0;

		for (int cpu = 0; cpu < cpus; cpu++)
			sum += ((const __u64 *)&rows[cpu])[i];
		counted[i] = sum - bench->counted[i];
		bench->counted[i] = sum;
	}
	free(rows);
}

struct host_entry bench_host(struct bench *bench, enum who who)
{
	struct host_entry host;

	need(!bpf_map_lookup_elem(bpf_map__fd(bench->datapath->maps.hosts), mac_of(who), &host),
	     "read a host");
	return host;
}

int bench_order(struct bench *bench, struct host_update *order)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = order, .ctx_size_in = sizeof(*order));

	need(!bpf_prog_test_run_opts(bpf_program__fd(bench->datapath->progs.order), &options),
	     "give an order");
	return options.retval;
}

const char *outcome_name(enum outcome outcome)
{
#define NAME(name, verdict, meaning) #name,
	static const char *const names[] = { OUTCOMES(NAME) };
#undef NAME

	return outcome < OUTCOME_COUNT ? names[outcome] : "none";
}
