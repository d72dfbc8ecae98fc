// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections that are held for hosts while these are woken (host/hold.h): a host is asked for the
 * addresses until it answers, as then its own stack takes what is sent to it, and it is sent at
 * once. Linux says nothing on resume, so how often it is asked is what a client waits.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/holding.h"
#include "daemon/neighbours.h"
#include "net/iface.h"

struct holding {
	struct holds holds;
	struct event *tick; /* as long as there are any */
};

static const struct timeval TICK = { .tv_usec = 10000 };

/* So many hosts are looked at in a tick, each of them asked for some addresses. */
enum { HOSTS_A_TICK = 16, ADDRESSES = 4 };

enum { TCP_OFFSET = 12 }; /* of the data: the upper half of an octet, in words of 4 */

/* A host that takes long to wake, and one that is asked by broadcast, is asked less often. ms */
enum { ASK_INTERVAL = 10, ASK_RARELY = 100, ASKED_OFTEN = 10000 };

static struct served_iface *iface_of(struct daemon *daemon, const struct host *host,
                                     const struct held_frame *frame)
{
	struct served_iface *served = NULL;

	while ((served = served_iface_next(daemon, host, served)))
		if (served->iface.ifindex == frame->copy.connection.ifindex)
			return served;
	return NULL;
}

/* With its VLAN tags, from us to the host. */
static int send_frame(const struct daemon *daemon, const struct iface *iface,
                      const struct host *host, struct wake_frame *frame)
{
	memcpy(frame->frame, &host->mac, sizeof(host->mac));
	memcpy(frame->frame + sizeof(host->mac), &iface->mac, sizeof(iface->mac));
	if (frame->transport <= frame->end && frame->end <= frame->length)
		checksum_complete(&frame->connection.peer, &frame->connection.address,
		                  frame->connection.protocol, frame->frame + frame->transport,
		                  frame->end - frame->transport);
	return packet_send_octets(daemon->packet_fd, iface, frame->frame, frame->length);
}

/* What a RST for it acknowledges (RFC 9293, 3.10.7.1); 0: it is no whole segment of TCP. */
static uint32_t acknowledges(const struct wake_frame *frame)
{
	const uint8_t *tcp = frame->frame + frame->transport;
	const uint32_t octets = (uint32_t)frame->end - frame->transport;
	uint32_t sequence;

	if (frame->connection.protocol != IPPROTO_TCP || frame->end > frame->length ||
	    frame->transport > frame->end || octets < sizeof(struct tcphdr))
		return 0;
	memcpy(&sequence, tcp + offsetof(struct tcphdr, seq), sizeof(sequence));
	return htonl(ntohl(sequence) + 1 + octets - (tcp[TCP_OFFSET] >> 4) * 4);
}

static struct held_connection connection_of(const struct held_frame *frame)
{
	const struct report *connection = &frame->copy.connection;

	return (struct held_connection){ .peer = connection->peer,
		                         .address = connection->address,
		                         .peer_port = connection->peer_port,
		                         .port = connection->port,
		                         .protocol = connection->protocol };
}

/* That it is refused is kept from its peer as long as it is sent again. */
static void keep_refusals(struct daemon *daemon, const struct held_frame *frame, int64_t now)
{
	const struct held_connection connection = connection_of(frame);
	const struct held_entry entry = {
		.until = (uint64_t)hold_refusals_until(frame, now) * 1000000,
		.acknowledges = acknowledges(&frame->copy),
		.host = frame->copy.connection.host,
	};

	held_put(daemon->datapath, &connection, &entry);
}

/* It counts as sent though it may be lost in our own queue, as in any other. */
static void deliver(struct daemon *daemon, const struct host *host, struct held_frame *frame,
                    bool answers)
{
	const struct served_iface *served = iface_of(daemon, host, frame);
	int err = -ENODEV;

	keep_refusals(daemon, frame, clock_ms());
	if (served)
		err = send_frame(daemon, &served->iface, host, &frame->copy);
	if (err)
		log_warning("cannot send %s what was held for it: %s", host->name, strerror(-err));
	hold_sent(&daemon->holding->holds, frame, answers, clock_ms());
}

static void ask(struct daemon *daemon, const struct host *host, struct hold *hold, int64_t now)
{
	struct ipv6 addresses[ADDRESSES];
	const size_t count = hold_addresses(hold, addresses, ADDRESSES);
	struct served_iface *served = NULL;
	int64_t interval = now - hold->since < ASKED_OFTEN ? ASK_INTERVAL : ASK_RARELY;

	if (now < hold->ask_at || !host->installed)
		return;
	while ((served = served_iface_next(daemon, host, served))) {
		for (size_t i = 0; i < count; i++)
			host_check_address(daemon, host, served, CHECK_OWNER, &addresses[i]);
		if (served_iface_asks_all(served))
			interval = ASK_RARELY;
	}
	hold->ask_at = now + interval - 1; /* a tick may come early */
}

/* Of the host's services some may not be up yet. */
static void send_refused(struct daemon *daemon, const struct host *host, const struct hold *hold,
                         int64_t now)
{
	for (struct held_frame *frame = hold->first; frame; frame = frame->next) {
		const struct held_connection connection = connection_of(frame);

		if (hold_is_due_again(frame, now))
			deliver(daemon, host, frame, true);
		else if (frame->sent && !frame->again_at && hold_refusals_until(frame, now) &&
		         held_is_refused(daemon->datapath, &connection)) {
			hold_refused(&daemon->holding->holds, frame, now);
			keep_refusals(daemon, frame, now);
		}
	}
}

static void look_at(struct daemon *daemon, struct hold *hold, int64_t now)
{
	const struct host *host = host_find_mac(daemon->hosts, &hold->mac);
	const struct life *life = host ? &host->life : NULL;
	struct held_frame *frame = NULL;

	hold_expire(&daemon->holding->holds, hold, now);
	if (!life || !daemon->config.hold || hold_is_over(hold, life->state, now)) {
		hold_end(&daemon->holding->holds, hold);
		return;
	}
	while (life->state == AWAKE && (frame = hold_due(hold, frame, life->since, now)))
		deliver(daemon, host, frame, false);
	if (life->state == AWAKE)
		send_refused(daemon, host, hold, now);
	if (life->state == AWAKE || life->state == WAKING)
		ask(daemon, host, hold, now);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	const int64_t now = clock_ms();
	unsigned int count = MIN(HASH_CNT(by_mac, daemon->holding->holds.by_mac), HOSTS_A_TICK);

	(void)fd;
	(void)what;
	while (count-- > 0)
		look_at(daemon, hold_next(&daemon->holding->holds), now);
	if (daemon->holding->holds.by_mac)
		evtimer_add(daemon->holding->tick, &TICK);
	else
		held_end(daemon->datapath);
}

void daemon_hold(struct daemon *daemon, const struct wake_frame *frame)
{
	if (!daemon->config.hold || !host_find_mac(daemon->hosts, &frame->connection.host))
		return;
	hold_frame(&daemon->holding->holds, frame, clock_ms());
	if (daemon->holding->holds.by_mac && !evtimer_pending(daemon->holding->tick, NULL))
		evtimer_add(daemon->holding->tick, &TICK);
}

bool daemon_holds(const struct daemon *daemon, const struct mac *mac)
{
	return hold_find(&daemon->holding->holds, mac);
}

/* A network card may answer for a host that sleeps: what the host is, the datapath knows. */
void daemon_hold_answered(struct daemon *daemon, const struct mac *mac, const struct ipv6 *address)
{
	const struct hold *hold = hold_find(&daemon->holding->holds, mac);
	struct held_frame *frame = NULL;
	const struct host *host;
	unsigned int count = 0;

	if (!hold || !hold_answered(hold, NULL, address))
		return;
	daemon_read_ring(daemon);
	host = host_find_mac(daemon->hosts, mac);
	if (!host || host->life.state != AWAKE)
		return;
	for (; (frame = hold_answered(hold, frame, address)); count++)
		deliver(daemon, host, frame, true);
	log_info("%s took %u connections that were held for it", host->name, count);
}

uint64_t hold_count(const struct daemon *daemon, enum hold_count count)
{
	return daemon->holding->holds.counts[count];
}

size_t daemon_held(const struct daemon *daemon, const struct mac *mac)
{
	const struct hold *hold = hold_find(&daemon->holding->holds, mac);
	size_t count = 0;

	for (const struct held_frame *frame = hold ? hold->first : NULL; frame; frame = frame->next)
		count += !frame->done_at;
	return count;
}

int holding_start(struct daemon *daemon)
{
	daemon->holding = calloc(1, sizeof(*daemon->holding));
	if (!daemon->holding)
		return -ENOMEM;
	daemon->holding->tick = daemon_watch(daemon, -1, 0, on_tick, NULL);
	return daemon->holding->tick ? 0 : -ENOMEM;
}

void holding_stop(struct daemon *daemon)
{
	if (daemon->holding)
		holds_end(&daemon->holding->holds);
	free(daemon->holding);
}
