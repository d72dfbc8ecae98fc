// SPDX-License-Identifier: GPL-2.0-or-later
/* Listens on the served interfaces for the protocol and for ARP replies, and advertises there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/holding.h"
#include "net/arp.h"
#include "npp/npp_message.h"

/* So many messages are received before other events have their turn. */
enum { MESSAGES_MAX = 64 };

/* Its setting is the ICMP type. */
struct npp_listener {
	struct listener common;
	struct paced_socket arp_socket;
	struct event *advertise_event;
};

/* While it is parsed; its listener may be gone by then. */
struct received_packet {
	struct iface iface;
	struct npp_packet packet;
	uint8_t octets[];
};

static void submit(struct listener *listener, const struct npp_packet *packet)
{
	struct received_packet *received = malloc(sizeof(*received) + packet->length);

	if (!received)
		return;
	received->iface = listener->iface;
	received->packet = *packet;
	received->packet.octets = memcpy(received->octets, packet->octets, packet->length);
	if (!parser_submit(listener->daemon->parser, PARSER_NPP, (uint8_t)listener->setting,
	                   received->octets, packet->length, received))
		free(received);
}

static void on_npp(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct daemon *daemon = listener->daemon;
	struct npp_packet packet;
	uint8_t frame[PACKET_MAX];

	(void)what;
	for (int i = 0; i < MESSAGES_MAX && parser_has_room(daemon->parser); i++) {
		const struct now now = clock_now();

		const int err = npp_socket_receive(fd, frame, &packet);

		if (err && err != -EBADMSG)
			return;
		if (!err && npp_server_admit(daemon->npp, &listener->iface, &packet, &now))
			submit(listener, &packet);
	}
	if (!parser_has_room(daemon->parser))
		event_del(listener->socket.event);
}

void npp_listeners_resume(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->served_count; i++)
		if (daemon->served[i].listeners[LISTENER_NPP])
			event_add(daemon->served[i].listeners[LISTENER_NPP]->socket.event, NULL);
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
	struct daemon *daemon = ((struct listener *)context)->daemon;
	struct pending_registration pending;
	struct ipv4 address4;
	struct mac mac;

	(void)what;
	for (int i = 0; i < MESSAGES_MAX; i++) {
		const int err = arp_receive(fd, &address4, &mac);
		struct ipv6 address;

		if (err == -EBADMSG)
			continue;
		if (err)
			return;
		address = ipv4_mapped(address4);
		while (register_address_in_use(&daemon->registrar, &address, &mac, &pending))
			registration_complete(daemon, NULL, pending.requester,
			                      REJECT_ADDRESS_IN_USE);
		daemon_hold_answered(daemon, &mac, &address);
	}
}

/* 10 % to either side, so that proxies that started together do not send together. */
static void on_advertise(evutil_socket_t fd, short what, void *context)
{
	const struct npp_listener *listener = context;
	const struct daemon *daemon = listener->common.daemon;
	const uint64_t ms = (uint64_t)daemon->config.npp.interval * 1000;
	const uint64_t wait = ms - ms / 10 + random_u32() % (ms / 5 + 1);
	const struct timeval after = { .tv_sec = (time_t)(wait / 1000),
		                       .tv_usec = (suseconds_t)(wait % 1000 * 1000) };

	(void)fd;
	(void)what;
	if (!ms)
		return;
	npp_server_advertise(daemon->npp, &listener->common.iface, false);
	evtimer_add(listener->advertise_event, &after);
}

static int icmp_type(const struct config *config)
{
	return config->npp.on ? (int)config->npp.icmp_type : LISTENER_UNWANTED;
}

static int start(struct listener *common)
{
	struct npp_listener *listener = (struct npp_listener *)common;
	struct event_base *base = common->daemon->base;
	const uint32_t ifindex = common->iface.ifindex;
	int err = paced_socket_start(&common->socket, base,
	                             npp_socket_open(ifindex, (uint8_t)common->setting), on_npp,
	                             listener);

	if (!err)
		err = paced_socket_start(&listener->arp_socket, base, arp_listen(ifindex, false),
		                         on_arp, listener);
	if (err)
		return err;
	listener->advertise_event = evtimer_new(base, on_advertise, listener);
	on_advertise(-1, 0, listener);
	return 0;
}

static void stop(struct listener *common)
{
	struct npp_listener *listener = (struct npp_listener *)common;

	npp_server_advertise(common->daemon->npp, &common->iface, true);
	paced_socket_stop(&listener->arp_socket);
	event_free(listener->advertise_event);
}

const struct listener_kind npp_listener_kind = {
	.error = "%s: cannot listen for the Network Proxy Protocol: %s",
	.size = sizeof(struct npp_listener),
	.uses_mac = true,
	.setting = icmp_type,
	.start = start,
	.stop = stop,
};
