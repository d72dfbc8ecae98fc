// SPDX-License-Identifier: GPL-2.0-or-later
/* Listens on the served interfaces for the protocol and for ARP replies, and advertises there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/holding.h"
#include "net/arp.h"
#include "npp/npp_message.h"

/* So many messages are received before other events have their turn. */
enum { MESSAGES_MAX = 64 };

/* Of one interface. */
struct npp_listener {
	struct daemon *daemon;
	struct iface iface;
	uint8_t icmp_type;
	int npp_fd, arp_fd;
	struct event *npp_event, *arp_event, *advertise_event;
};

/* While it is parsed; its listener may be gone by then. */
struct received_packet {
	struct iface iface;
	struct npp_packet packet;
	uint8_t octets[];
};

static void submit(struct npp_listener *listener, const struct npp_packet *packet)
{
	struct received_packet *received = malloc(sizeof(*received) + packet->length);

	if (!received)
		return;
	received->iface = listener->iface;
	received->packet = *packet;
	received->packet.octets = memcpy(received->octets, packet->octets, packet->length);
	if (!parser_submit(listener->daemon->parser, PARSER_NPP, listener->icmp_type,
	                   received->octets, packet->length, received))
		free(received);
}

static void on_npp(evutil_socket_t fd, short what, void *context)
{
	struct npp_listener *listener = context;
	struct daemon *daemon = listener->daemon;
	struct npp_packet packet;
	uint8_t frame[PACKET_MAX];

	(void)what;
	for (int i = 0; i < MESSAGES_MAX && parser_has_room(daemon->parser); i++) {
		const struct now now = clock_now();

		if (npp_socket_receive(fd, frame, &packet))
			return;
		if (npp_server_admit(daemon->npp, &listener->iface, &packet, &now))
			submit(listener, &packet);
	}
	if (!parser_has_room(daemon->parser))
		event_del(listener->npp_event);
}

void npp_listeners_resume(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->served_count; i++)
		if (daemon->served[i].npp_listener)
			event_add(daemon->served[i].npp_listener->npp_event, NULL);
}

void npp_listener_take(struct daemon *daemon, const struct parser_result *result)
{
	const struct received_packet *received = result->context;
	const struct now now = clock_now();
	struct npp_server_request request;

	npp_server_receive(daemon->npp, &received->iface, &received->packet, result->error,
	                   &result->message.npp, &now, &request);
	if (request.requester.authenticated)
		persist_soon(daemon); /* its replay data */
	if (request.kind == NPP_REQUEST_SLEEP)
		registration_requested(daemon, &request);
	else if (request.kind == NPP_REQUEST_REPORT)
		registration_reported(daemon, &request);
}

static void on_arp(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = ((struct npp_listener *)context)->daemon;
	struct pending_registration pending;
	struct ipv4 address4;
	struct mac mac;

	(void)what;
	for (int i = 0; i < MESSAGES_MAX && !arp_receive(fd, &address4, &mac); i++) {
		const struct ipv6 address = ipv4_mapped(address4);

		while (register_address_in_use(&daemon->registrar, &address, &mac, &pending))
			registration_complete(daemon, NULL, pending.requester,
			                      REJECT_ADDRESS_IN_USE);
		daemon_hold_answered(daemon, &mac, &address);
	}
}

/* 10 % to either side, so that proxies that started together do not send together. */
static void on_advertise(evutil_socket_t fd, short what, void *context)
{
	struct npp_listener *listener = context;
	const uint64_t ms = (uint64_t)listener->daemon->config.npp.interval * 1000;
	const uint64_t wait = ms - ms / 10 + random_u32() % (ms / 5 + 1);
	const struct timeval after = { .tv_sec = (time_t)(wait / 1000),
		                       .tv_usec = (suseconds_t)(wait % 1000 * 1000) };

	(void)fd;
	(void)what;
	if (!ms)
		return;
	npp_server_advertise(listener->daemon->npp, &listener->iface, false);
	evtimer_add(listener->advertise_event, &after);
}

static struct event *watch(struct npp_listener *listener, int fd, event_callback_fn call)
{
	struct event *event =
		event_new(listener->daemon->base, fd, EV_READ | EV_PERSIST, call, listener);

	event_add(event, NULL);
	return event;
}

static void listen_on(struct daemon *daemon, struct served_iface *served)
{
	struct npp_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return;
	listener->daemon = daemon;
	listener->iface = served->iface;
	listener->icmp_type = (uint8_t)daemon->config.npp.icmp_type;
	listener->npp_fd = npp_socket_open(served->iface.ifindex, listener->icmp_type);
	listener->arp_fd = arp_listen(served->iface.ifindex, false);
	if (listener->npp_fd < 0 || listener->arp_fd < 0) {
		const int err = listener->npp_fd < 0 ? listener->npp_fd : listener->arp_fd;

		log_error("%s: cannot listen for the Network Proxy Protocol: %s",
		          listener->iface.name, strerror(-err));
		cleanup_close(&listener->npp_fd);
		cleanup_close(&listener->arp_fd);
		free(listener);
		return;
	}
	listener->npp_event = watch(listener, listener->npp_fd, on_npp);
	listener->arp_event = watch(listener, listener->arp_fd, on_arp);
	listener->advertise_event = evtimer_new(daemon->base, on_advertise, listener);
	served->npp_listener = listener;
	on_advertise(-1, 0, listener);
}

void npp_listener_stop(struct served_iface *served)
{
	struct npp_listener *listener = served->npp_listener;

	if (!listener)
		return;
	npp_server_advertise(listener->daemon->npp, &listener->iface, true);
	event_free(listener->npp_event);
	event_free(listener->arp_event);
	event_free(listener->advertise_event);
	cleanup_close(&listener->npp_fd);
	cleanup_close(&listener->arp_fd);
	free(listener);
	served->npp_listener = NULL;
}

void npp_listeners_follow(struct daemon *daemon)
{
	const struct config_npp *config = &daemon->config.npp;

	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];
		const struct npp_listener *listener = served->npp_listener;
		const bool wanted = config->on && served->state == SERVED_ATTACHED;

		if (listener && (!wanted || listener->icmp_type != config->icmp_type ||
		                 listener->iface.ifindex != served->iface.ifindex ||
		                 !mac_equal(&listener->iface.mac, &served->iface.mac)))
			npp_listener_stop(served);
		if (wanted && !served->npp_listener)
			listen_on(daemon, served);
	}
}
