// SPDX-License-Identifier: GPL-2.0-or-later
#include "peers.h"

#include <net/if.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "measure.h"
#include "tables.h"
#include "traffic.h"
#include "wire.h"

enum { COMMAND_MAX = 2048 };

/* The kernel answers for addresses that it would route to another interface, which is this one. */
#define ROUTE \
	"ip link show side >/dev/null 2>&1 || {" \
	"	ip link add side type veth peer name edis;" \
	"	ip link set side up; ip link set edis up;" \
	"	ip route add " NET_HOSTS_TEXT " dev side;" \
	"	sysctl -qw net.ipv4.ip_forward=1; };" \
	"ip address add 10.9.0.1/24 dev $far;" \
	"sysctl -qw net.ipv4.neigh.$far.proxy_delay=0;"

/* Each address by itself; $hosts is a multiple of 256. */
#define NEIGH_PROXIES \
	"for i in $(seq 0 $((hosts / 256 - 1))); do for j in $(seq 0 255); do" \
	"	echo neigh add proxy 10.16.$i.$j dev $far;" \
	"done; done | ip -batch -;"

/* The kernel itself does not look at ARP. */
#define ARP_OFF "ip link set $far arp off;"

const struct peer peer_proxy_arp = { .setup = ROUTE "sysctl -qw net.ipv4.conf.$far.proxy_arp=1" };

const struct peer peer_neigh_proxy = { .setup = ROUTE NEIGH_PROXIES };

const struct peer peer_ebtables = {
	.setup = "ip link add bridge type bridge mcast_snooping 0; ip link set $far master bridge;"
		 "ip link set bridge arp off up;"
		 "PATH=$PATH:/usr/sbin; ebtables-nft -t nat -A PREROUTING -i $far -p ARP"
		 " --arp-opcode Request --arp-ip-dst " NET_HOSTS_TEXT
		 " -j arpreply --arpreply-mac " MAC_PROXY_TEXT " --arpreply-target DROP",
};

const struct peer peer_tpacket = {
	.setup = ARP_OFF, .answer = tpacket_answer, .cpu = CPU_CLIENT, .burst = 1 << 13
};

const struct peer peer_recvfrom = {
	.setup = ARP_OFF, .answer = recvfrom_answer, .cpu = CPU_CLIENT, .burst = 1 << 13
};

const struct peer peer_sniffer = { .setup = ARP_OFF, .answer = sniffer_wake, .cpu = CPU_DAEMON };

static sem_t ready; /* one peer starts at a time */

void peer_is_ready(void)
{
	sem_post(&ready);
}

struct start {
	const struct peer *peer;
	int interface;
};

static void *run(void *argument)
{
	const struct start start = *(struct start *)argument;

	free(argument);
	run_on_cpu(start.peer->cpu);
	start.peer->answer(start.interface);
	return NULL;
}

static void start_thread(const struct peer *peer, const struct wire *wire)
{
	struct start *start = malloc(sizeof(*start));
	pthread_t thread;

	need(start != NULL, "no memory");
	*start = (struct start){ peer, (int)if_nametoindex(wire_far(wire)) };
	need(!sem_init(&ready, 0, 0) && !pthread_create(&thread, NULL, run, start) &&
	             !sem_wait(&ready),
	     "start a thread");
}

/* Its first words are why it fails. */
bool peer_start(const struct peer *peer, const struct wire *wire, unsigned hosts,
                char why[PEER_WHY])
{
	char command[COMMAND_MAX];
	FILE *shell;

	snprintf(command, sizeof(command),
	         "exec 2>&1; set -e; far=%s hosts=%u; ethtool -K $far gro on; %s", wire_far(wire),
	         hosts, peer->setup);
	shell = popen(command, "r");
	need(shell != NULL, "sh");
	why[fread(why, 1, PEER_WHY - 1, shell)] = 0;
	why[strcspn(why, "\n")] = 0;
	if (pclose(shell))
		return false;
	if (peer->answer)
		start_thread(peer, wire);
	return true;
}
