/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proxies on a LAN in this namespace: a bridge has the ports of the host (its interface is "lan")
 * and of three proxies ("p1" …, 192.0.2.1 …, and their MACs), which keep to a script. After
 * support_hosts.h time is the test's: it passes while this process waits, and the proxies act then;
 * else each is a thread. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_PROXIES_H
#define SLEEPPROXY_TESTS_PROXIES_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "net/iface.h"
#include "npp/npp_auth.h"
#include "npp/npp_message.h"
#include "support_lan.h"

enum { PROXIES_MAX = 3, CLIENT = 4711, SEEN_MAX = 64 };

/* How it deviates from the protocol. */
struct script {
	int32_t preference;
	uint16_t services[NPP_SERVICES]; /* none: ARP, DHCPv4, ND, wake on packet */
	size_t service_count;
	bool no_advertisement;     /* does not answer Solicitations */
	unsigned int drops;        /* ignores so many other messages at first */
	unsigned int silent_from;  /* does not answer the n-th request and later ones */
	unsigned int refuses_from; /* refuses the n-th and later ones */
	bool silent_to_reports, refuses_reports, refuses_ipv6;
	int64_t delay;               /* ms, before each answer */
	const struct npp_keys *keys; /* signs its answers with them */
	struct npp_client lease;
	/* sends what this makes of an answer before the answer */
	void (*forge)(struct npp_message *answer, struct npp_packet *datagram);
};

struct seen {
	struct npp_message message;
	struct ipv4 source;
	int64_t when;
};

struct proxy_thread {
	struct script script;
	struct iface iface;
	struct ipv4 address;
	int fd;
	pthread_t thread;
	atomic_bool ends;
	struct seen seen[SEEN_MAX];
	atomic_uint count;
	unsigned int requests; /* each counted once */
	uint8_t last[NPP_MESSAGE_MAX];
	size_t last_length;
	bool holds; /* an answer, which is sent then */
	int64_t then;
	struct npp_message answer;
	struct npp_packet datagram;
};

static struct proxy_thread proxies[PROXIES_MAX];
static size_t proxy_count;

/* A fixture. */
static inline int make_lan(void **state)
{
	if (make_namespace(state))
		return -1;
	need_namespace();
	HERE("ip link add switch type bridge mcast_snooping 0 && ip link set switch up");
	HERE("ip link add lan address 52:54:00:12:34:56 type veth peer name lan-end");
	HERE("ip link set lan-end master switch up && ip link set lan up");
	HERE("ip address add 192.0.2.20/24 dev lan && ip route add default dev lan");
	HERE("sysctl -qw net.ipv6.conf.lan.disable_ipv6=1");
	for (int i = 1; i <= PROXIES_MAX; i++) {
		HERE("ip link add p%d address 02:00:00:00:00:%02d type veth peer name p%d-end", i,
		     i, i);
		HERE("ip link set p%d-end master switch up && ip link set p%d up", i, i);
	}
	return 0;
}

static inline int listen_on(const char *name, struct iface *iface)
{
	int fd;

	assert_int_equal(iface_find(name, iface), 0);
	fd = npp_socket_open(iface->ifindex, NPP_ICMP_TYPE);
	assert_true(fd >= 0);
	return fd;
}

static inline void send_packet(const struct proxy_thread *proxy, struct npp_message answer,
                               struct npp_packet datagram)
{
	const struct npp_keys *keys = proxy->script.keys;
	uint8_t octets[NPP_MESSAGE_MAX];
	struct packet packet;

	datagram.octets = octets;
	datagram.length = npp_message_write(&answer, NPP_ICMP_TYPE, octets);
	if (keys && answer.authenticated)
		npp_sign(octets, &datagram, &answer,
		         npp_keys_find(keys, answer.authentication.key));
	npp_packet_write(&datagram, &packet);
	packet_send(proxy->fd, &proxy->iface, &packet);
}

static inline void hold_answer(struct proxy_thread *proxy, const struct npp_packet *received,
                               const struct npp_message *request)
{
	proxy->datagram = (struct npp_packet){
		.from = proxy->iface.mac,
		.to = received->from,
		.source = proxy->address,
		.destination = received->source,
	};
	proxy->answer.transaction = request->transaction;
	proxy->answer.authenticated = proxy->script.keys && request->authenticated;
	proxy->answer.authentication = request->authentication;
	proxy->then = clock_ms() + proxy->script.delay;
	proxy->holds = true;
}

static inline void send_answer(struct proxy_thread *proxy)
{
	if (proxy->script.forge) {
		struct npp_message forged = proxy->answer;
		struct npp_packet way = proxy->datagram;

		proxy->script.forge(&forged, &way);
		send_packet(proxy, forged, way);
	}
	send_packet(proxy, proxy->answer, proxy->datagram);
	proxy->holds = false;
}

static inline struct npp_message advertisement_of(const struct proxy_thread *proxy)
{
	const struct script *script = &proxy->script;
	struct npp_message message = {
		.subtype = NPP_PROXY_ADVERTISEMENT,
		.advertisement = { .lifetime = 1800,
		                   .proxies = { { proxy->address, script->preference } },
		                   .proxy_count = 1 },
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_DHCP4, NPP_SERVICE_ND,
		              NPP_SERVICE_WAKE_ON_PACKET },
		.service_count = 4,
	};

	if (script->service_count) {
		memcpy(message.services, script->services, sizeof(message.services));
		message.service_count = script->service_count;
	}
	return message;
}

static inline bool is_from(unsigned int number, unsigned int from)
{
	return from && number >= from;
}

/* False: no answer. */
static inline bool answer_to(struct proxy_thread *proxy, const struct npp_message *request,
                             struct npp_message *answer)
{
	const struct script *script = &proxy->script;
	const bool refuses =
		request->subtype == NPP_WAKEUP_REPORT
			? script->refuses_reports
			: is_from(proxy->requests, script->refuses_from) ||
				  (script->refuses_ipv6 && request->request.address6_count);

	*answer = (struct npp_message){ .code = refuses };
	if (request->subtype == NPP_WAKEUP_REPORT)
		answer->client = script->lease;
	answer->client.code = refuses;
	answer->client.id = refuses ? 0 : CLIENT;
	switch (request->subtype) {
	case NPP_PROXY_SOLICITATION:
		*answer = advertisement_of(proxy);
		return !script->no_advertisement;
	case NPP_SLEEP_REQUEST:
		answer->subtype = NPP_SLEEP_CONFIRM;
		return !is_from(proxy->requests, script->silent_from);
	case NPP_WAKEUP_REPORT:
		answer->subtype = NPP_WAKEUP_CONFIRM;
		return !script->silent_to_reports;
	default:
		return false;
	}
}

static inline void receive_packet(struct proxy_thread *proxy, const struct npp_packet *received)
{
	const bool again = received->length == proxy->last_length &&
	                   memcmp(received->octets, proxy->last, received->length) == 0;
	struct npp_message request;

	if (npp_message_read(received->octets, received->length, NPP_ICMP_TYPE, &request) !=
	    NPP_PARSE_ERROR_NONE)
		return;
	if (proxy->count < SEEN_MAX)
		proxy->seen[proxy->count++] =
			(struct seen){ request, received->source, clock_ms() };
	memcpy(proxy->last, received->octets, received->length);
	proxy->last_length = received->length;
	proxy->requests += request.subtype == NPP_SLEEP_REQUEST && !again;
	if (request.subtype != NPP_PROXY_SOLICITATION && proxy->script.drops) {
		proxy->script.drops--;
		return;
	}
	if (answer_to(proxy, &request, &proxy->answer))
		hold_answer(proxy, received, &request);
}

/* What there is to do for it now. */
static inline void step_proxy(struct proxy_thread *proxy)
{
	struct npp_packet received;
	uint8_t frame[PACKET_MAX];

	for (;;) {
		if (proxy->holds && clock_ms() >= proxy->then)
			send_answer(proxy);
		if (proxy->holds || npp_socket_receive(proxy->fd, frame, &received))
			return;
		receive_packet(proxy, &received);
	}
}

static inline void *run_proxy(void *context)
{
	struct proxy_thread *proxy = context;

	while (!proxy->ends) {
		struct pollfd fd = { proxy->fd, POLLIN, 0 };

		poll(&fd, !proxy->holds, 10);
		step_proxy(proxy);
	}
	return NULL;
}

#ifdef SLEEPPROXY_TESTS_HOSTS_H

enum { IN_THREADS = false };

static unsigned int waits;          /* of this process, so far */
static void (*while_waiting)(void); /* is called in each; may be NULL */

/* How many of the first `count` are ready, or -1 if only a proxy is. */
static inline int look(struct pollfd *fds, nfds_t count)
{
	static const struct timespec under_way = { .tv_nsec = 30000000 };
	struct pollfd all[16 + PROXIES_MAX];
	int ready = 0, any;

	assert_in_range(count, 0, 16);
	for (nfds_t i = 0; i < count; i++)
		all[i] = fds[i];
	for (size_t i = 0; i < proxy_count; i++)
		all[count + i] =
			(struct pollfd){ proxies[i].holds ? -1 : proxies[i].fd, POLLIN, 0 };
	any = ppoll(all, count + proxy_count, &under_way, NULL);
	for (nfds_t i = 0; i < count; i++) {
		fds[i].revents = all[i].revents;
		ready += fds[i].revents != 0;
	}
	return any && !ready ? -1 : ready;
}

/* Time passes where nothing is under way for some real time; what comes takes 1 ms. */
static int wait_for(struct pollfd *fds, nfds_t count, int ms)
{
	const int64_t until = now.mono + ms;
	int ready;

	waits++;
	if (while_waiting)
		while_waiting();
	for (;;) {
		int64_t next = until;

		for (size_t i = 0; i < proxy_count; i++) {
			step_proxy(&proxies[i]);
			if (proxies[i].holds && proxies[i].then < next)
				next = proxies[i].then;
		}
		ready = look(fds, count);
		if (!ready && now.mono < until)
			pass(next - now.mono);
		else if (ready >= 0)
			break;
	}
	pass(ready > 0);
	return ready;
}

/* With and without -D_FORTIFY_SOURCE. */
int played_poll(struct pollfd *fds, nfds_t count, int ms) __asm__("poll");
int played_poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t size) __asm__("__poll_chk");

int played_poll(struct pollfd *fds, nfds_t count, int ms)
{
	return wait_for(fds, count, ms);
}

int played_poll_chk(struct pollfd *fds, nfds_t count, int ms, size_t size)
{
	assert_in_range(count * sizeof(*fds), 0, size);
	return wait_for(fds, count, ms);
}

#else

enum { IN_THREADS = true };

#endif

/* The next one: 192.0.2.1, then .2 … */
static inline struct proxy_thread *start_proxy(struct script script)
{
	struct proxy_thread *proxy = &proxies[proxy_count++];
	char name[IFNAMSIZ];

	memset(proxy, 0, sizeof(*proxy));
	proxy->script = script;
	snprintf(name, sizeof(name), "p%zu", proxy_count);
	proxy->address = lan_address((uint8_t)proxy_count);
	proxy->fd = listen_on(name, &proxy->iface);
	if (IN_THREADS)
		assert_int_equal(pthread_create(&proxy->thread, NULL, run_proxy, proxy), 0);
	return proxy;
}

/* A fixture, and between the cases of a table. */
static inline int stop_proxies(void **state)
{
	(void)state;
	while (proxy_count) {
		struct proxy_thread *proxy = &proxies[--proxy_count];

		proxy->ends = true;
		if (IN_THREADS)
			pthread_join(proxy->thread, NULL);
		close(proxy->fd);
	}
	return 0;
}

/* How many of a kind it has received so far, after a moment for those under way. */
static inline unsigned int received(const struct proxy_thread *proxy, enum npp_subtype subtype)
{
	unsigned int count = 0;

	IN_THREADS ? usleep(50000) : poll(NULL, 0, 50);
	for (unsigned int i = 0; i < proxy->count; i++)
		count += proxy->seen[i].message.subtype == subtype;
	return count;
}

/* The index-th of a kind. */
static inline const struct seen *seen_of(const struct proxy_thread *proxy, enum npp_subtype subtype,
                                         unsigned int index)
{
	for (unsigned int i = 0; i < proxy->count; i++) {
		if (proxy->seen[i].message.subtype == subtype && !index--)
			return &proxy->seen[i];
	}
	fail_msg("there are not so many");
	return NULL;
}

#endif
