// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two CPUs: on one the hosts' own frames, connections and claims; on the other the daemon, which
 * looks and sets states, and others, who write rows by hand. On both requests: none is answered
 * once a frame of the host was handled, or the daemon has set it AWAKE, or others have and a look
 * has come, and nobody has let it sleep since. RACE_SECONDS=n runs it for longer, SEED=n takes the
 * same chances again; what the CPUs make of them is another matter. They are not pinned: where one
 * thread has to leave its CPU in the middle of a frame for the other one more is found.
 */
#include "test.h"

#include "support_look.h"
#include "support_row.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	HOSTS = 2,
	ASKS = 6,
	EDITS = 256, /* of one host, before those of another */
	TABLES = 16, /* small, so that a look is short */
	SECONDS = 8,
	ARP_TARGET = ETHER_OCTETS + 24,
	IPV4_TARGET = ETHER_OCTETS + 16
};

/* How often somebody let the host sleep: begun, and done. */
struct racer {
	atomic_uint begun, done;
	atomic_uint awake_since; /* it was awake after so many of them, and before the next */
	atomic_ulong answers, refusals;
};

static struct racer racers[HOSTS];
static const enum host_state asleep[] = { ASLEEP, WAKING, ASLEEP, DROWSY };
static struct testbed *testbed;
static atomic_bool is_over;
static atomic_ulong wrong;
static atomic_ulong frames; /* that were handled on the hosts' CPU */

static unsigned chance(uint64_t *seed, unsigned of)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)((*seed >> 33) % of);
}

static struct mac racer_mac(unsigned i)
{
	return (struct mac){ { 0x52, 0x54, 0, 9, 0, (uint8_t)i } };
}

static struct ipv4 racer_address(unsigned i)
{
	return (struct ipv4){ { 192, 168, 7, (uint8_t)(i + 1) } };
}

static int send_to(const struct packet *packet, unsigned i, size_t target, bool from_host)
{
	const struct ipv4 address = racer_address(i);
	const struct mac mac = racer_mac(i);
	struct octets in, out;

	packet_build(&in, packet, &untagged);
	if (from_host)
		memcpy(in.at + 6, &mac, sizeof(mac));
	else
		memcpy(in.at + target, &address, sizeof(address));
	return testbed_run(testbed, &in, &out);
}

/* Each also has an IPv6 address. */
static const enum where addresses6[HOSTS] = { HOST_IP6, SECOND_IP6 };

static int solicit(unsigned i)
{
	struct packet question = ND(SOLICITATION, SOLICITED, PEER, PEER_IP6, SOLICITED_IP6, NO_IP,
	                            0, { { SOURCE_LINK, 0, PEER } });
	struct octets in, out;

	question.ip.nd.target = addresses6[i];
	packet_build(&in, &question, &untagged);
	return testbed_run(testbed, &in, &out);
}

static void ask(unsigned i, bool ipv6)
{
	static const struct packet question =
		ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, HOST_IP);
	struct racer *racer = &racers[i];
	const unsigned since = atomic_load(&racer->awake_since), begun = atomic_load(&racer->begun);
	const int verdict = ipv6 ? solicit(i) : send_to(&question, i, ARP_TARGET, false);
	const bool answered = verdict == XDP_TX;

	atomic_fetch_add(answered ? &racer->answers : &racer->refusals, 1);
	if (answered && since == begun && atomic_load(&racer->begun) == begun)
		atomic_fetch_add(&wrong, 1);
}

static void send_own(unsigned i)
{
	static const struct packet own = FRAME(GROUP, HOST, TYPE_IPV6);
	struct racer *racer = &racers[i];
	const unsigned done = atomic_load(&racer->done);

	if (atomic_load(&racer->begun) != done)
		return;
	send_to(&own, i, 0, true);
	if (atomic_load(&racer->begun) == done)
		atomic_store(&racer->awake_since, done);
}

static void send_connection(unsigned i)
{
	static const struct packet syn =
		IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);

	send_to(&syn, i, IPV4_TARGET, false);
}

static void send_claim(unsigned i)
{
	static const struct packet claim =
		ARP(BROADCAST, PEER, ARP_REQUEST, PEER, HOST_IP, NO_MAC, UNKNOWN_IP);

	send_to(&claim, i, ETHER_OCTETS + 14, false);
}

static void *run_hosts(void *context)
{
	uint64_t seed = *(uint64_t *)context;

	while (!atomic_load(&is_over)) {
		const unsigned i = chance(&seed, HOSTS), what = chance(&seed, 8);

		if (what < 4)
			send_own(i);
		else if (what == 4)
			send_connection(i);
		else if (what == 5)
			send_claim(i);
		else
			ask(i, chance(&seed, 2));
		atomic_fetch_add(&frames, 1);
	}
	return NULL;
}

/* By hand, NULL deletes it: it is true after the next look. */
static void write_row(unsigned i, const struct host_entry *entry)
{
	const struct mac mac = racer_mac(i);
	struct racer *racer = &racers[i];

	atomic_fetch_add(&racer->begun, 1);
	testbed_put_host(testbed, &mac, entry);
	testbed_look(testbed);
	atomic_fetch_add(&racer->done, 1);
	if (!entry || entry->state == AWAKE)
		atomic_store(&racer->awake_since, atomic_load(&racer->done));
}

/* … or, if that is not seen yet in its row, with its next frame. */
static void write_awake(unsigned i)
{
	const struct host_entry awake = { .state = AWAKE };
	const struct mac mac = racer_mac(i);

	testbed_put_host(testbed, &mac, &awake);
	testbed_look(testbed);
	atomic_store(&racers[i].awake_since, atomic_load(&racers[i].done));
}

/*
 * A row of a hash map that is replaced may become another host's while the other CPU still has it
 * in its hands: so that has handled this frame before edits of another host begin.
 */
static unsigned edited_host(uint64_t *seed)
{
	static unsigned i;
	const unsigned long before = atomic_load(&frames);

	if (chance(seed, EDITS))
		return i;
	while (atomic_load(&frames) < before + 2)
		sched_yield();
	return i = chance(seed, HOSTS);
}

/* With many hosts, one that is put to sleep by hand may be thought AWAKE for a while. */
static void edit(uint64_t *seed)
{
	const struct host_entry entry = {
		.state = testbed_few ? asleep[chance(seed, 4)] : AWAKE,
		.last_seen = chance(seed, 2),
	};
	const unsigned i = edited_host(seed), what = chance(seed, 8);

	if (what == 0)
		write_awake(i);
	else if (what == 1)
		write_row(i, NULL);
	if (what)
		write_row(i, &entry);
}

/* The daemon's: it is true at once. */
static void update(unsigned i, enum host_state from, enum host_state to)
{
	struct host_update update = { .mac = racer_mac(i), .from = from, .to = to };
	struct racer *racer = &racers[i];
	int result;

	if (to != AWAKE)
		atomic_fetch_add(&racer->begun, 1);
	result = testbed_update(testbed, &update);
	if (to != AWAKE)
		atomic_fetch_add(&racer->done, 1);
	else if (result == HOST_UPDATE_DONE)
		atomic_store(&racer->awake_since, atomic_load(&racer->done));
}

/* It goes and comes, so that the index is built anew. */
static void write_address(unsigned i)
{
	const struct mac mac = racer_mac(i);

	testbed_put_address(testbed, racer_address(i), NULL);
	testbed_look(testbed);
	testbed_put_address(testbed, racer_address(i), &mac);
	testbed_look(testbed);
}

static void run_daemon(uint64_t *seed)
{
	struct report reports[TESTBED_REPORTS_MAX];
	struct wake_frame frames[TESTBED_COPIES_MAX];
	const unsigned i = chance(seed, HOSTS), what = chance(seed, 32);

	if (what < 2)
		edit(seed);
	else if (what < 20)
		update(i, AWAKE, asleep[chance(seed, 4)]);
	else if (what < 22)
		update(i, DROWSY, ASLEEP);
	else if (what == 22)
		update(i, chance(seed, 2) ? ASLEEP : WAKING, AWAKE);
	else if (what == 23)
		write_address(i);
	testbed_look(testbed);
	for (int n = 0; n < ASKS; n++)
		ask(i, n % 2);
	testbed_reports(testbed, reports);
	testbed_frames(testbed, frames);
}

static void put_racers(void)
{
	const struct host_entry awake = { .state = AWAKE };

	for (unsigned i = 0; i < HOSTS; i++) {
		const struct mac mac = racer_mac(i);

		testbed_put_host(testbed, &mac, &awake);
		testbed_put_address(testbed, racer_address(i), &mac);
		testbed_put_address6(testbed, *ipv6_of(addresses6[i]), &mac);
	}
	testbed_look(testbed);
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *said = getenv(name);

	return said ? strtoull(said, NULL, 0) : otherwise;
}

static void race(uint64_t *seed, time_t seconds)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		run_daemon(seed);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec && !atomic_load(&wrong));
	for (unsigned i = 0; i < HOSTS; i++) {
		print_message("host %u: %lu answers, %lu refusals\n", i, racers[i].answers,
		              racers[i].refusals);
		assert_true(racers[i].answers && racers[i].refusals);
	}
}

TEST(an_awake_host_is_never_answered_for)
{
	static const struct setup setup;
	const time_t seconds = (time_t)number("RACE_SECONDS", SECONDS);
	uint64_t seed = number("SEED", (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32);
	uint64_t other_seed = seed + 1;
	pthread_t hosts;

	print_message("SEED=%llu\n", (unsigned long long)seed);
	testbed_hosts = TABLES;
	testbed = testbed_with(&setup);
	put_racers();
	assert_int_equal(pthread_create(&hosts, NULL, run_hosts, &other_seed), 0);
	race(&seed, seconds - seconds / 2);
	testbed_few = 0;
	race(&seed, seconds / 2);
	atomic_store(&is_over, true);
	assert_int_equal(pthread_join(hosts, NULL), 0);
	assert_int_equal(atomic_load(&wrong), 0);
}
