/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network namespace for each test, made with the machine's own tools; and a LAN in it: a bridge
 * has the ports of the host (its interface is "lan") and of three proxies ("p1" …, 192.0.2.1 …, and
 * their MACs), each a thread that keeps to a script. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_LAN_H
#define SLEEPPROXY_TESTS_LAN_H

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/iface.h"
#include "npp/npp_auth.h"
#include "npp/npp_message.h"

static bool namespace_made;

__attribute__((format(printf, 1, 2))) static inline int run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

#define HERE(...) assert_int_equal(run(__VA_ARGS__), 0)

/* The last one ends as this process has no thread left in it. */
static inline int make_namespace(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWUTS))
		return errno == EPERM ? 0 : -1;
	namespace_made = true;
	HERE("ip link set lo up");
	return 0;
}

/* The clock of a program in which the Makefile wraps what reads it. */
static const struct now *test_clock;

struct now __wrap_clock_now(void)
{
	return *test_clock;
}

int64_t __wrap_clock_ms(void)
{
	return test_clock->mono;
}

static inline void need_namespace(void)
{
	if (namespace_made)
		return;
	print_message("no network namespace can be made here: Operation not permitted\n");
	skip();
}

/* Whose other end is up, so that it is as well. */
static inline void add_link(const char *name)
{
	HERE("ip link add %s address 02:00:00:00:00:20 type veth peer name %s-end", name, name);
	HERE("ip link set %s-end up && ip link set %s up", name, name);
}

static const struct mac host_mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac proxy_mac = { { 0x02, 0, 0, 0, 0, 0x01 } };
static const struct ipv4 proxy_address = { { 192, 0, 2, 1 } };

static inline struct ipv4 lan_address(uint8_t last)
{
	return (struct ipv4){ { 192, 0, 2, last } };
}

#define assert_address(address, last) \
	do { \
		const struct ipv4 expected = lan_address(last); \
		assert_memory_equal(&(address), &expected, sizeof(expected)); \
	} while (0)

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
	bool silent_to_reports, refuses_reports;
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

static inline void answer_with(const struct proxy_thread *proxy, const struct npp_packet *received,
                               const struct npp_message *request, struct npp_message *answer)
{
	struct npp_packet datagram = {
		.from = proxy->iface.mac,
		.to = received->from,
		.source = proxy->address,
		.destination = received->source,
	};

	answer->transaction = request->transaction;
	answer->authenticated = proxy->script.keys && request->authenticated;
	answer->authentication = request->authentication;
	usleep((useconds_t)proxy->script.delay * 1000);
	if (proxy->script.forge) {
		struct npp_message forged = *answer;
		struct npp_packet way = datagram;

		proxy->script.forge(&forged, &way);
		send_packet(proxy, forged, way);
	}
	send_packet(proxy, *answer, datagram);
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
	const bool refuses = request->subtype == NPP_WAKEUP_REPORT
	                             ? script->refuses_reports
	                             : is_from(proxy->requests, script->refuses_from);

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
	struct npp_message request, answer;

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
	if (answer_to(proxy, &request, &answer))
		answer_with(proxy, received, &request, &answer);
}

static inline void *run_proxy(void *context)
{
	struct proxy_thread *proxy = context;
	struct npp_packet received;
	uint8_t frame[PACKET_MAX];

	while (!proxy->ends) {
		struct pollfd fd = { proxy->fd, POLLIN, 0 };

		poll(&fd, 1, 10);
		while (!npp_socket_receive(proxy->fd, frame, &received))
			receive_packet(proxy, &received);
	}
	return NULL;
}

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
		pthread_join(proxy->thread, NULL);
		close(proxy->fd);
	}
	return 0;
}

/* How many of a kind it has received so far, after a moment for those under way. */
static inline unsigned int received(const struct proxy_thread *proxy, enum npp_subtype subtype)
{
	unsigned int count = 0;

	usleep(50000);
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
