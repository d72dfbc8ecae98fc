// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The next hop, as a real kernel routes and resolves it: each test has a network namespace of its
 * own, whose interface "lan" leads to a peer in another one.
 */

#include "test.h"

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/net_state.h"
#include "support_lan.h"

#define PEER_MAC "02:00:00:00:00:02"
#define OTHER_MAC "02:00:00:00:00:99"

/* The process that holds the peer's namespace; 0: this one may make none. */
static pid_t peer;

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

static int make_peer(void **state)
{
	assert_int_equal(make_namespace(state), 0);
	if (!namespace_made)
		return 0;
	peer = start_peer();
	HERE("ip link add lan type veth peer name lan address " PEER_MAC " netns %d", (int)peer);
	AT_PEER("ip address add 192.0.2.2/24 dev lan");
	AT_PEER("ip link set lan up");
	HERE("ip address add 192.0.2.1/24 dev lan && ip link set lan up");
	/* so that a neighbour has failed after 0.3 s, and a stale one is asked for after 0.1 s */
	HERE("ip ntable change name arp_cache dev lan retrans 100 delay_probe 100");
	return 0;
}

static int remove_peer(void **state)
{
	(void)state;
	if (peer) {
		kill(peer, SIGKILL);
		waitpid(peer, NULL, 0);
	}
	peer = 0;
	return 0;
}

static int next_hop(const char *to, struct mac *mac)
{
	struct ipv6 address;

	assert_int_equal(text_to_ip(to, &address), 0);
	memset(mac, 0, sizeof(*mac));
	return route_next_hop(if_nametoindex("lan"), ip_to_ipv4(&address), mac);
}

static void assert_next_hop(const char *to, const char *expected)
{
	char found[TEXT_MAC];
	struct mac mac;

	assert_int_equal(next_hop(to, &mac), 0);
	assert_string_equal(text_from_mac(&mac, found), expected);
}

/* Asks until the answer is another than `while_it_is`, for 8 s at most. */
static int next_hop_after(int while_it_is, const char *to)
{
	const int64_t end = clock_now().mono + 8000;
	struct mac mac;
	int err;

	while ((err = next_hop(to, &mac)) == while_it_is && clock_now().mono < end)
		usleep(10000);
	return err;
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
	assert_int_equal(next_hop_after(-EAGAIN, to), 0);
	assert_next_hop(to, PEER_MAC);
}

BEFORE_EACH(make_peer)
AFTER_EACH(remove_peer)

TEST(on_link_and_by_gateway)
{
	need_namespace();
	assert_resolves("192.0.2.2");
	AT_PEER("ip address add 192.0.2.254/24 dev lan");
	HERE("ip route add default via 192.0.2.254");
	assert_resolves("198.51.100.9");
	HERE("ip route add 203.0.113.0/24 via 192.0.2.253");
	HERE("ip neighbour add 192.0.2.253 lladdr " OTHER_MAC " dev lan");
	assert_next_hop("203.0.113.9", OTHER_MAC);
}

/* Asked about an interface, the kernel would look for all of them on its link. */
TEST(what_has_no_next_hop)
{
	static const struct {
		const char *shows, *command; /* skipped where the kernel has no such route */
		const char *to;
		int err;
	} cases[] = {
		{ "our own address", "true", "192.0.2.1", -EADDRINUSE },
		{ "the loopback's", "true", "127.0.0.1", -EADDRINUSE },
		{ "our own of another interface", "ip address add 198.51.100.7/32 dev lo",
		  "198.51.100.7", -EADDRINUSE },
		{ "the subnet's broadcast", "true", "192.0.2.255", -EHOSTUNREACH },
		{ "everybody", "true", "255.255.255.255", -EHOSTUNREACH },
		{ "a group", "true", "224.0.0.1", -EHOSTUNREACH },
		{ "without a route", "true", "198.51.100.9", -EHOSTUNREACH },
		{ "a route of another family", "ip route add 203.0.113.1 via inet6 fe80::2 dev lan",
		  "203.0.113.1", -EHOSTUNREACH },
		{ "a tunnel", "ip route add 203.0.113.2 encap ip id 1 dst 192.0.2.2 dev lan",
		  "203.0.113.2", -EHOSTUNREACH },
		{ "blackhole",
		  "ip route add default via 192.0.2.254;"
		  "ip route add blackhole 198.51.100.1",
		  "198.51.100.1", -EHOSTUNREACH },
		{ "unreachable", "ip route add unreachable 198.51.100.2", "198.51.100.2",
		  -EHOSTUNREACH },
		{ "prohibit", "ip route add prohibit 198.51.100.3", "198.51.100.3", -EHOSTUNREACH },
		{ "throw", "ip route add throw 198.51.100.4", "198.51.100.4", -EHOSTUNREACH },
		{ "an interface that is down", "ip link set lan down", "192.0.2.2", -EHOSTUNREACH },
	};
	struct mac mac;

	need_namespace();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (run("%s", cases[i].command)) {
			print_message("not with this kernel: %s\n", cases[i].command);
			continue;
		}
		for (int times = 0; times < 2; times++)
			if (next_hop(cases[i].to, &mac) != cases[i].err)
				fail_msg("%s: %s has a next hop", cases[i].shows, cases[i].to);
		if (!run("ip neighbour show to %s | grep -q .", cases[i].to))
			fail_msg("%s: the kernel looks for %s", cases[i].shows, cases[i].to);
	}
	assert_int_equal(route_next_hop(9999, (struct ipv4){ { 192, 0, 2, 2 } }, &mac), -ENODEV);
}

TEST(route_of_another_interface)
{
	struct mac mac;

	need_namespace();
	HERE("ip link add wan type veth peer name wan netns %d", (int)peer);
	HERE("ip address add 198.51.100.1/24 dev wan && ip link set wan up");
	HERE("ip route add default via 198.51.100.254");
	assert_int_equal(next_hop("198.51.100.9", &mac), -EHOSTUNREACH);
	assert_int_equal(next_hop("203.0.113.9", &mac), -EHOSTUNREACH);
	/* a worse route, but this interface's */
	HERE("ip route add default via 192.0.2.2 metric 100");
	assert_resolves("203.0.113.9");
	assert_int_equal(next_hop("198.51.100.9", &mac), 0);
}

/* A failure is an answer for 5 s, in which nobody is asked anew. */
TEST(nobody_there_and_then_somebody)
{
	struct mac mac;
	int64_t failed_at;

	need_namespace();
	assert_int_equal(next_hop("192.0.2.77", &mac), -EAGAIN);
	assert_int_equal(next_hop("192.0.2.77", &mac), -EAGAIN);
	assert_int_equal(next_hop_after(-EAGAIN, "192.0.2.77"), -EHOSTUNREACH);
	failed_at = clock_now().mono;
	AT_PEER("ip address add 192.0.2.77/24 dev lan");
	assert_int_equal(next_hop_after(-EHOSTUNREACH, "192.0.2.77"), -EAGAIN);
	assert_true(clock_now().mono - failed_at > 2000);
	assert_int_equal(next_hop_after(-EAGAIN, "192.0.2.77"), 0);
	assert_next_hop("192.0.2.77", PEER_MAC);
}

TEST(a_stale_neighbour_is_used_and_verified)
{
	need_namespace();
	HERE("ip neighbour add 192.0.2.2 lladdr " PEER_MAC " dev lan nud stale");
	HERE("ip neighbour add 192.0.2.3 lladdr " OTHER_MAC " dev lan nud stale");
	assert_next_hop("192.0.2.2", PEER_MAC);
	assert_next_hop("192.0.2.3", OTHER_MAC);
	assert_state_of("192.0.2.2", "DELAY|PROBE|REACHABLE");
	/* this one has gone */
	assert_int_equal(next_hop_after(0, "192.0.2.3"), -EHOSTUNREACH);
	assert_state_of("192.0.2.2", "REACHABLE");
}

/* What the administrator or another program said of an entry is left as it is. */
TEST(entries_of_others_keep_their_marks)
{
	struct mac mac;

	need_namespace();
	HERE("ip neighbour add 192.0.2.2 lladdr " OTHER_MAC " dev lan nud permanent");
	HERE("ip neighbour add 192.0.2.3 lladdr " OTHER_MAC " dev lan nud stale extern_learn");
	/* not failed before it is looked at */
	HERE("ip ntable change name arp_cache dev lan retrans 10000");
	HERE("ip neighbour add 192.0.2.77 dev lan managed");
	assert_next_hop("192.0.2.2", OTHER_MAC);
	assert_state_of("192.0.2.2", "PERMANENT");
	assert_next_hop("192.0.2.3", OTHER_MAC);
	assert_state_of("192.0.2.3", "extern_learn STALE");
	assert_int_equal(next_hop("192.0.2.77", &mac), -EAGAIN);
	assert_state_of("192.0.2.77", "managed");
}
