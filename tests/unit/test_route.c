// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The next hop, as a real kernel routes and resolves it: each test has a network namespace of its
 * own, whose interface "lan" leads to a peer in another one.
 */

#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/net_state.h"

#define PEER_MAC "02:00:00:00:00:02"
#define OTHER_MAC "02:00:00:00:00:99"

static const struct mac peer_mac = { { 0x02, 0, 0, 0, 0, 0x02 } };
static const struct mac other_mac = { { 0x02, 0, 0, 0, 0, 0x99 } };

/* The process that holds the peer's namespace; 0: this one may make none. */
static pid_t peer;

__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

#define HERE(...) assert_int_equal(run(__VA_ARGS__), 0)
#define AT_PEER(command) HERE("nsenter --net=/proc/%d/ns/net " command, (int)peer)

static pid_t start_peer(void)
{
	pid_t parent = getpid(), child;
	int ready[2];
	char octet;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	close(ready[0]);
	return child;
}

static int make_lan(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET))
		return errno == EPERM ? 0 : -1;
	peer = start_peer();
	HERE("ip link set lo up");
	HERE("ip link add lan type veth peer name lan address " PEER_MAC " netns %d", (int)peer);
	AT_PEER("ip address add 192.0.2.2/24 dev lan");
	AT_PEER("ip link set lan up");
	HERE("ip address add 192.0.2.1/24 dev lan && ip link set lan up");
	/* so that a neighbour has failed after 0.3 s, and a stale one is asked for after 0.1 s */
	HERE("ip ntable change name arp_cache dev lan retrans 100 delay_probe 100");
	return 0;
}

static int remove_lan(void **state)
{
	(void)state;
	if (peer) {
		kill(peer, SIGKILL);
		waitpid(peer, NULL, 0);
	}
	peer = 0;
	return 0;
}

static void need_lan(void)
{
	if (peer)
		return;
	print_message("no network namespace can be made here: Operation not permitted\n");
	skip();
}

/* A route that not every kernel has. */
static void need_route(const char *route)
{
	if (!run("ip route add %s", route))
		return;
	print_message("not with this kernel: ip route add %s\n", route);
	skip();
}

static int next_hop(const char *to, struct mac *mac)
{
	struct ipv4 address;

	assert_int_equal(inet_pton(AF_INET, to, &address), 1);
	memset(mac, 0, sizeof(*mac));
	return route_next_hop(if_nametoindex("lan"), address, mac);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Asks until the answer is another than `while_it_is`, for 8 s at most. */
static int next_hop_after(int while_it_is, const char *to, struct mac *mac)
{
	double end = seconds() + 8;
	int err;

	while ((err = next_hop(to, mac)) == while_it_is && seconds() < end)
		usleep(10000);
	return err;
}

static void assert_refused(const char *to, int expected)
{
	struct mac mac;

	assert_int_equal(next_hop(to, &mac), expected);
	assert_int_equal(next_hop(to, &mac), expected);
	assert_int_not_equal(run("ip neighbour show to %s | grep -q .", to), 0);
}

static void assert_state_of(const char *neighbour, const char *state)
{
	HERE("ip neighbour show to %s dev lan | grep -Eqw '%s'", neighbour, state);
}

/* The kernel has to ask for it first. */
static void assert_resolves(const char *to)
{
	struct mac mac;

	assert_int_equal(next_hop(to, &mac), -EAGAIN);
	assert_int_equal(next_hop_after(-EAGAIN, to, &mac), 0);
	assert_memory_equal(&mac, &peer_mac, sizeof(mac));
}

BEFORE_EACH(make_lan)
AFTER_EACH(remove_lan)

TEST(on_link)
{
	struct mac mac;

	need_lan();
	assert_resolves("192.0.2.2");
	assert_int_equal(next_hop("192.0.2.2", &mac), 0);
	assert_memory_equal(&mac, &peer_mac, sizeof(mac));
}

TEST(by_gateway)
{
	struct mac mac;

	need_lan();
	AT_PEER("ip address add 192.0.2.254/24 dev lan");
	HERE("ip route add default via 192.0.2.254");
	assert_resolves("198.51.100.9");
	HERE("ip route add 203.0.113.0/24 via 192.0.2.253");
	HERE("ip neighbour add 192.0.2.253 lladdr " OTHER_MAC " dev lan");
	assert_int_equal(next_hop("203.0.113.9", &mac), 0);
	assert_memory_equal(&mac, &other_mac, sizeof(mac));
}

TEST(own_addresses)
{
	need_lan();
	HERE("ip address add 198.51.100.1/32 dev lo");
	assert_refused("192.0.2.1", -EADDRINUSE);
	assert_refused("198.51.100.1", -EADDRINUSE);
	assert_refused("127.0.0.1", -EADDRINUSE);
}

/* Asked about an interface, the kernel would look for all of them on its link. */
TEST(no_route)
{
	need_lan();
	assert_refused("198.51.100.9", -EHOSTUNREACH);
	HERE("ip route add default via 192.0.2.254");
	HERE("ip route add blackhole 198.51.100.1");
	HERE("ip route add unreachable 198.51.100.2");
	HERE("ip route add prohibit 198.51.100.3");
	HERE("ip route add throw 198.51.100.4");
	for (int last = 1; last <= 4; last++) {
		char to[INET_ADDRSTRLEN];

		snprintf(to, sizeof(to), "198.51.100.%d", last);
		assert_refused(to, -EHOSTUNREACH);
	}
}

TEST(everybody_is_no_next_hop)
{
	need_lan();
	assert_refused("192.0.2.255", -EHOSTUNREACH);
	assert_refused("255.255.255.255", -EHOSTUNREACH);
	assert_refused("224.0.0.1", -EHOSTUNREACH);
}

TEST(next_hop_of_another_family)
{
	need_lan();
	need_route("198.51.100.0/24 via inet6 fe80::2 dev lan");
	assert_refused("198.51.100.9", -EHOSTUNREACH);
}

TEST(tunnelled)
{
	need_lan();
	need_route("198.51.100.0/24 encap ip id 1 dst 192.0.2.2 dev lan");
	assert_refused("198.51.100.9", -EHOSTUNREACH);
}

TEST(route_of_another_interface)
{
	struct mac mac;

	need_lan();
	HERE("ip link add wan type veth peer name wan netns %d", (int)peer);
	HERE("ip address add 198.51.100.1/24 dev wan && ip link set wan up");
	HERE("ip route add default via 198.51.100.254");
	assert_refused("198.51.100.9", -EHOSTUNREACH);
	assert_refused("203.0.113.9", -EHOSTUNREACH);
	/* a worse route, but this interface's */
	HERE("ip route add default via 192.0.2.2 metric 100");
	assert_resolves("203.0.113.9");
	assert_int_equal(next_hop("198.51.100.9", &mac), 0);
}

TEST(no_interface)
{
	struct mac mac;

	need_lan();
	assert_int_equal(route_next_hop(9999, (struct ipv4){ { 192, 0, 2, 2 } }, &mac), -ENODEV);
	HERE("ip link set lan down");
	assert_refused("192.0.2.2", -EHOSTUNREACH);
}

/* A failure is an answer for 5 s, in which nobody is asked anew. */
TEST(nobody_there_and_then_somebody)
{
	struct mac mac;
	double failed_at;

	need_lan();
	assert_int_equal(next_hop("192.0.2.77", &mac), -EAGAIN);
	assert_int_equal(next_hop("192.0.2.77", &mac), -EAGAIN);
	assert_int_equal(next_hop_after(-EAGAIN, "192.0.2.77", &mac), -EHOSTUNREACH);
	failed_at = seconds();
	AT_PEER("ip address add 192.0.2.77/24 dev lan");
	assert_int_equal(next_hop_after(-EHOSTUNREACH, "192.0.2.77", &mac), -EAGAIN);
	assert_true(seconds() - failed_at > 2);
	assert_int_equal(next_hop_after(-EAGAIN, "192.0.2.77", &mac), 0);
	assert_memory_equal(&mac, &peer_mac, sizeof(mac));
}

TEST(permanent)
{
	struct mac mac;

	need_lan();
	HERE("ip neighbour add 192.0.2.2 lladdr " OTHER_MAC " dev lan nud permanent");
	assert_int_equal(next_hop("192.0.2.2", &mac), 0);
	assert_memory_equal(&mac, &other_mac, sizeof(mac));
	assert_state_of("192.0.2.2", "PERMANENT");
}

TEST(stale_is_used_and_verified)
{
	struct mac mac;

	need_lan();
	HERE("ip neighbour add 192.0.2.2 lladdr " PEER_MAC " dev lan nud stale");
	HERE("ip neighbour add 192.0.2.3 lladdr " OTHER_MAC " dev lan nud stale");
	assert_int_equal(next_hop("192.0.2.2", &mac), 0);
	assert_memory_equal(&mac, &peer_mac, sizeof(mac));
	assert_int_equal(next_hop("192.0.2.3", &mac), 0);
	assert_memory_equal(&mac, &other_mac, sizeof(mac));
	assert_state_of("192.0.2.2", "DELAY|PROBE|REACHABLE");
	/* this one has gone */
	assert_int_equal(next_hop_after(0, "192.0.2.3", &mac), -EHOSTUNREACH);
	assert_state_of("192.0.2.2", "REACHABLE");
}

/* What the administrator or another program said of an entry stands. */
TEST(entries_of_others_keep_their_marks)
{
	struct mac mac;

	need_lan();
	HERE("ip neighbour add 192.0.2.3 lladdr " OTHER_MAC " dev lan nud stale extern_learn");
	/* not failed before it is looked at */
	HERE("ip ntable change name arp_cache dev lan retrans 10000");
	HERE("ip neighbour add 192.0.2.77 dev lan managed");
	assert_int_equal(next_hop("192.0.2.3", &mac), 0);
	assert_memory_equal(&mac, &other_mac, sizeof(mac));
	assert_state_of("192.0.2.3", "extern_learn STALE");
	assert_int_equal(next_hop("192.0.2.77", &mac), -EAGAIN);
	assert_state_of("192.0.2.77", "managed");
}
