// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask_while INTERFACE ADDRESS yes|no SECONDS COMMAND …: asks for an address by ARP at the highest
 * rate while the command runs, and on until all is answered (yes) or nothing (no) for a while, for
 * so many seconds at most. Prints JSON: how many requests were sent; early: how many of those
 * before the command were as they should be after it; late: how many of those after it were not;
 * late_ms: when the last of these was sent, after the command's end.
 *
 * Each request has a number, as its sender's address, which comes back as the answer's target.
 */
#include <err.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>

enum { BATCH = 32, MAX = 1 << 23, BUFFER = 1 << 26, MS = 1000000 };
/* ns before the command, in which the daemon looks at the maps; and of what is expected after it */
enum { LEAD = 150 * MS, SETTLED = 100 * MS };

struct request {
	struct ether_header ethernet;
	struct ether_arp arp;
} __attribute__((packed));

static int wire;
static struct request requests[BATCH];
static int64_t sent_at[MAX], began, ended; /* ns; 0: not yet */
static bool answered[MAX];
static uint32_t sent;
static volatile sig_atomic_t has_ended;

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL * MS + time.tv_nsec;
}

static void on_end(int number)
{
	(void)number;
	ended = now();
	has_ended = 1;
}

static void open_wire(const char *name, struct ether_addr *own)
{
	const int on = 1, octets = BUFFER;
	struct sockaddr_ll place = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP) };
	struct ifreq interface = { 0 };

	wire = socket(AF_PACKET, SOCK_RAW, 0);
	snprintf(interface.ifr_name, sizeof(interface.ifr_name), "%s", name);
	place.sll_ifindex = (int)if_nametoindex(name);
	if (wire < 0 || ioctl(wire, SIOCGIFHWADDR, &interface) ||
	    setsockopt(wire, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(wire, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) ||
	    setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) ||
	    bind(wire, (const struct sockaddr *)&place, sizeof(place)))
		err(1, "%s", name);
	memcpy(own, interface.ifr_hwaddr.sa_data, sizeof(*own));
}

static void write_requests(const struct ether_addr *own, const char *address)
{
	struct request request = {
		.ethernet.ether_type = htons(ETHERTYPE_ARP),
		.arp.ea_hdr = { htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), ETH_ALEN, 4,
		                htons(ARPOP_REQUEST) },
	};

	memset(request.ethernet.ether_dhost, 0xff, ETH_ALEN);
	memcpy(request.ethernet.ether_shost, own, ETH_ALEN);
	memcpy(request.arp.arp_sha, own, ETH_ALEN);
	if (inet_pton(AF_INET, address, request.arp.arp_tpa) != 1)
		errx(1, "%s is no address", address);
	for (int i = 0; i < BATCH; i++)
		requests[i] = request;
}

/* 10.0.0.0/8: nobody's. */
static void send_batch(void)
{
	static struct mmsghdr messages[BATCH];
	static struct iovec parts[BATCH];
	int done;

	for (int i = 0; i < BATCH; i++) {
		const uint32_t number = htonl(10U << 24 | (sent + i));

		memcpy(requests[i].arp.arp_spa, &number, sizeof(number));
		parts[i] = (struct iovec){ &requests[i], sizeof(requests[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
		sent_at[sent + i] = now();
	}
	done = sendmmsg(wire, messages, BATCH, 0);
	if (done > 0)
		sent += done;
}

static void take_answers(void)
{
	struct request answer;
	uint32_t number;

	while (recv(wire, &answer, sizeof(answer), MSG_DONTWAIT) == sizeof(answer)) {
		memcpy(&number, answer.arp.arp_tpa, sizeof(number));
		number = ntohl(number) & 0xffffff;
		if (answer.arp.ea_hdr.ar_op == htons(ARPOP_REPLY) && number < sent)
			answered[number] = true;
	}
}

/* When the last of the requests from `first` on was sent that is not as expected, or `before`. */
static int64_t last_other(uint32_t first, bool expected, int64_t before)
{
	for (uint32_t i = sent; i > first; i--)
		if (answered[i - 1] != expected)
			return sent_at[i - 1];
	return before;
}

static void ask(bool expected, int64_t limit, char **command)
{
	const int64_t start = now();
	int64_t other = 0;

	while (sent + BATCH <= MAX) {
		const uint32_t first = sent;

		if (!began && now() > start + LEAD) {
			began = now();
			if (!fork() && execvp(command[0], command))
				_exit(127);
		}
		send_batch();
		take_answers();
		other = last_other(first, expected, other);
		if (has_ended && now() > (other > ended ? other : ended) + SETTLED)
			return;
		if (has_ended && now() > ended + limit)
			return;
	}
}

static void print(bool expected)
{
	const int64_t last = last_other(0, expected, ended);
	uint32_t early = 0, late = 0;

	for (uint32_t i = 0; i < sent; i++) {
		early += sent_at[i] < began && answered[i] == expected;
		late += sent_at[i] > ended && answered[i] != expected;
	}
	printf("{\"sent\": %u, \"early\": %u, \"late\": %u, \"late_ms\": %.3f}\n", sent, early,
	       late, (double)(last - ended) / MS);
}

int main(int argc, char **argv)
{
	const struct timespec rest = { .tv_nsec = SETTLED };
	struct ether_addr own;
	int status;

	if (argc < 6)
		errx(2, "usage: ask_while INTERFACE ADDRESS yes|no SECONDS COMMAND …");
	signal(SIGCHLD, on_end);
	open_wire(argv[1], &own);
	write_requests(&own, argv[2]);
	ask(!strcmp(argv[3], "yes"), (int64_t)(atof(argv[4]) * 1000 * MS), argv + 5);
	nanosleep(&rest, NULL);
	take_answers();
	if (wait(&status) < 0 || status)
		errx(1, "%s failed", argv[5]);
	print(!strcmp(argv[3], "yes"));
	return 0;
}
