// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/hold.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <utlist.h>

#include "base/addr.h"
#include "host/inputs.h"

/*
 * A host may be up and not answer: its address is tentative (RFC 4862, 5.4), or it does not answer
 * ARP requests of ours. ms since it is up.
 */
static const int64_t SEND_AT[] = { 50, 500, 5000 };
enum { SENDS = sizeof(SEND_AT) / sizeof(*SEND_AT) };

/* So long after each refusal. ms */
static const int64_t AGAIN_AFTER[] = { 100, 500, 2500 };
enum { REFUSALS = sizeof(AGAIN_AFTER) / sizeof(*AGAIN_AFTER) };

static bool is_same_connection(const struct report *a, const struct report *b)
{
	return a->protocol == b->protocol && a->port == b->port && a->peer_port == b->peer_port &&
	       a->ifindex == b->ifindex && a->vlan == b->vlan && ip_equal(&a->peer, &b->peer) &&
	       ip_equal(&a->address, &b->address);
}

static bool has(const struct hold *hold, const struct report *connection)
{
	for (const struct held_frame *frame = hold->first; frame; frame = frame->next)
		if (is_same_connection(&frame->copy.connection, connection))
			return true;
	return false;
}

struct hold *hold_find(const struct holds *holds, const struct mac *mac)
{
	struct hold *hold;

	HASH_FIND(by_mac, holds->by_mac, mac, sizeof(*mac), hold);
	return hold;
}

static struct hold *find_or_add(struct holds *holds, const struct mac *mac, int64_t now)
{
	struct hold *hold = hold_find(holds, mac);

	if (hold)
		return hold;
	hold = calloc(1, sizeof(*hold));
	if (!hold)
		return NULL;
	hold->mac = *mac;
	hold->since = now;
	HASH_ADD(by_mac, holds->by_mac, mac, sizeof(hold->mac), hold);
	return hold;
}

static size_t size_of(const struct wake_frame *frame)
{
	return offsetof(struct held_frame, copy) + offsetof(struct wake_frame, frame) +
	       frame->length;
}

static bool has_room(const struct holds *holds, const struct hold *hold, size_t size)
{
	return hold->count < HOLD_FRAMES && hold->octets + size <= HOLD_OCTETS &&
	       holds->octets + size <= HOLD_ALL_OCTETS;
}

static bool add(struct holds *holds, struct hold *hold, const struct wake_frame *frame)
{
	const size_t size = size_of(frame);
	struct held_frame *held = has_room(holds, hold, size) ? malloc(size) : NULL;

	if (!held)
		return false;
	memset(held, 0, offsetof(struct held_frame, copy));
	memcpy(&held->copy, frame, size - offsetof(struct held_frame, copy));
	DL_APPEND(hold->first, held);
	holds->octets += size;
	hold->octets += size;
	hold->count++;
	return true;
}

static void drop(struct holds *holds, struct hold *hold, struct held_frame *frame)
{
	const size_t size = size_of(&frame->copy);

	holds->counts[HOLD_GIVEN_UP] += !frame->sent;
	holds->octets -= size;
	hold->octets -= size;
	hold->count--;
	DL_DELETE(hold->first, frame);
	free(frame);
}

void hold_end(struct holds *holds, struct hold *hold)
{
	while (hold->first)
		drop(holds, hold, hold->first);
	HASH_DELETE(by_mac, holds->by_mac, hold);
	free(hold);
}

void holds_end(struct holds *holds)
{
	while (holds->by_mac)
		hold_end(holds, holds->by_mac);
}

void hold_frame(struct holds *holds, const struct wake_frame *frame, int64_t now)
{
	struct hold *hold = find_or_add(holds, &frame->connection.host, now);
	enum hold_count count = HOLD_FULL;

	if (hold && has(hold, &frame->connection))
		count = HOLD_REPEATED;
	else if (hold && add(holds, hold, frame))
		count = HOLD_KEPT;
	holds->counts[count]++;
	if (hold && !hold->count)
		hold_end(holds, hold);
}

struct hold *hold_next(struct holds *holds)
{
	struct hold *hold = holds->by_mac;

	if (!hold)
		return NULL;
	HASH_DELETE(by_mac, holds->by_mac, hold);
	HASH_ADD(by_mac, holds->by_mac, mac, sizeof(hold->mac), hold);
	return hold;
}

void hold_expire(struct holds *holds, struct hold *hold, int64_t now)
{
	struct held_frame *frame, *next;

	DL_FOREACH_SAFE (hold->first, frame, next) {
		if (frame->done_at && !frame->again_at && now >= frame->done_at + HOLD_LINGER)
			drop(holds, hold, frame);
	}
}

bool hold_is_over(const struct hold *hold, enum host_state state, int64_t now)
{
	if (!hold->count)
		return true;
	return state != AWAKE &&
	       now >= hold->since + (state == WAKING ? HOLD_MAX : HOLD_BEFORE_WAKE);
}

static int64_t send_at(const struct held_frame *frame)
{
	return SEND_AT[frame->copy.connection.protocol == IPPROTO_TCP ? frame->sent : SENDS - 1];
}

struct held_frame *hold_due(const struct hold *hold, const struct held_frame *last, int64_t since,
                            int64_t now)
{
	const int64_t up = now - MAX(since, hold->since);
	struct held_frame *frame = last ? last->next : hold->first;

	while (frame && (frame->done_at || up < send_at(frame)))
		frame = frame->next;
	return frame;
}

struct held_frame *hold_answered(const struct hold *hold, const struct held_frame *last,
                                 const struct ipv6 *address)
{
	struct held_frame *frame = last ? last->next : hold->first;

	while (frame && (frame->done_at || !ip_equal(&frame->copy.connection.address, address)))
		frame = frame->next;
	return frame;
}

void hold_sent(struct holds *holds, struct held_frame *frame, bool answers, int64_t now)
{
	holds->counts[HOLD_SENT] += !frame->sent;
	frame->sent++;
	frame->again_at = 0;
	if (answers || frame->copy.connection.protocol != IPPROTO_TCP || frame->sent == SENDS)
		frame->done_at = now;
}

int64_t hold_refusals_until(const struct held_frame *frame, int64_t now)
{
	return frame->refused < REFUSALS || now < frame->again_at
	               ? MAX(now, frame->again_at) + HOLD_LINGER
	               : 0;
}

void hold_refused(struct holds *holds, struct held_frame *frame, int64_t now)
{
	holds->counts[HOLD_REFUSED]++;
	frame->again_at = now + AGAIN_AFTER[frame->refused++];
}

bool hold_is_due_again(const struct held_frame *frame, int64_t now)
{
	return frame->again_at && now >= frame->again_at;
}

size_t hold_addresses(const struct hold *hold, struct ipv6 *addresses, size_t most)
{
	size_t count = 0;

	for (const struct held_frame *frame = hold->first; frame && count < most;
	     frame = frame->next)
		if (!frame->done_at &&
		    address_index(addresses, count, &frame->copy.connection.address) < 0)
			addresses[count++] = frame->copy.connection.address;
	return count;
}
