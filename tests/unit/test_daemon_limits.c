// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon with as many hosts as are promised: memory, an answer in time, a start. */
#include "test.h"

#include <malloc.h>

#include "support_daemon.h"

enum { MANY = 65536, AT_A_TIME = 4096, OCTETS_PER_HOST = 700, STATUS_MS = 50, START_MS = 5000 };
enum { RELOAD_MS = 1000, LATE_MS = 2000 };

/* Other work on the machine, and sanitizers, may make things take so many times longer. */
#ifdef __SANITIZE_ADDRESS__
enum { NOISE = 8 };
#else
enum { NOISE = 4 };
#endif

static size_t in_use(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static struct host_description description_of(int index)
{
	const uint8_t high = (uint8_t)(index >> 8), low = (uint8_t)index;
	struct host_description description = {
		.mac = { { 2, 0, 0, 1, high, low } },
		.addresses = { ipv4_mapped((struct ipv4){ { 10, 10, high, low } }) },
		.address_count = 1,
	};

	snprintf(description.name, sizeof(description.name), "host%d", index);
	return description;
}

static void describe(int index)
{
	const struct host_description description = description_of(index);
	char why[DAEMON_WHY];

	if (daemon_describe(&daemon_, &description, 0, why))
		fail_msg("%s", why);
}

/* Of this process: others on the machine do not count. */
static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static double ms_since(uint64_t begun)
{
	return (double)(cpu_ns() - begun) / 1e6;
}

AT_START(set_sizes)
{
	max_hosts = MANY;
	store_size = "512m";
}

/* The tests follow each other with one daemon. */
static void check_memory(size_t before)
{
	size_t octets;

	assert_int_equal(HASH_CNT(by_mac, daemon_.hosts->by_mac), MANY);
	assert_int_equal(daemon_.unsynced, 0);
	malloc_trim(0);
	octets = (in_use() - before) / MANY;
	print_message("%zu octets a host\n", octets);
	assert_true(octets <= OCTETS_PER_HOST);
}

TEST_WITH(memory_of_a_host_that_is_written_into_the_maps, NULL, NULL)
{
	const struct host_entry asleep = { .state = ASLEEP };
	size_t before;

	start_daemon();
	before = in_use();
	for (int i = 0; i < MANY; i++) {
		const struct host_description host = description_of(i);

		hosts_put(daemon_.datapath, &host.mac, &asleep);
		addresses_put(daemon_.datapath, &host.addresses[0], &host.mac);
	}
	tick();
	check_memory(before);
	stop_daemon(false);
}

TEST_WITH(memory_of_a_host, NULL, NULL)
{
	size_t before;

	start_daemon();
	before = in_use();
	for (int i = 0; i < MANY; i++) {
		describe(i);
		if (i % AT_A_TIME == AT_A_TIME - 1)
			settle();
	}
	check_memory(before);
}

TEST_WITH(status_comes_at_once, NULL, NULL)
{
	const uint64_t begun = cpu_ns();

	assert_int_equal(command("{'command':'status'}"), DONE);
	print_message("status: %.0f ms\n", ms_since(begun));
	assert_true(ms_since(begun) < NOISE * STATUS_MS);
}

TEST_WITH(a_tick_is_short, NULL, NULL)
{
	uint64_t begun;

	tick();
	begun = cpu_ns();
	tick();
	print_message("a tick: %.0f ms\n", ms_since(begun));
	assert_true(ms_since(begun) < NOISE * STATUS_MS);
}

TEST_WITH(start_with_a_full_store, NULL, NULL)
{
	uint64_t begun;

	stop_daemon(true);
	begun = cpu_ns();
	start_daemon();
	print_message("start: %.0f ms\n", ms_since(begun));
	assert_int_equal(HASH_CNT(by_mac, daemon_.hosts->by_mac), MANY);
	assert_int_equal(daemon_.unsynced, 0);
	assert_true(ms_since(begun) < NOISE * START_MS);
}

/* As a configuration has them: each with a rule, and then none any more. */
static void configure_hosts(int count)
{
	struct config *config = &daemon_.config;

	free(config->hosts);
	config->hosts = calloc(MANY, sizeof(*config->hosts));
	config->host_count = (size_t)count;
	for (int i = 0; i < count; i++) {
		config->hosts[i] = description_of(i);
		policy_add_port(&config->hosts[i].policy, IPPROTO_TCP, 22);
	}
	config_sort_macs(config);
}

TEST_WITH(a_reload_keeps_the_heartbeat, NULL, NULL)
{
	static const int counts[] = { MANY, 0 };

	for (int i = 0; i < 2; i++) {
		const uint64_t begun = cpu_ns();

		config_done(&daemon_.config);
		configure(&daemon_.config);
		configure_hosts(counts[i]);
		daemon_follow_config(&daemon_);
		assert_in_range(clock_ms(), 0, daemon_.beat_due + LATE_MS);
		print_message("reload: %.0f ms\n", ms_since(begun));
		assert_true(ms_since(begun) < NOISE * RELOAD_MS);
		assert_int_equal(HASH_CNT(by_mac, daemon_.hosts->by_mac), counts[i]);
		assert_int_equal(daemon_.unsynced, 0);
		settle();
	}
	stop_daemon(false);
}
