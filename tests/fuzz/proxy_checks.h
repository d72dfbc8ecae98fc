/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A proxy for fuzzing, whose table of actions checks what it is asked to do. */
#ifndef SLEEPPROXY_FUZZ_PROXY_CHECKS_H
#define SLEEPPROXY_FUZZ_PROXY_CHECKS_H

#undef NDEBUG
#include <assert.h>
#include <json-c/json.h>
#include <string.h>

#include "npp_server/internal.h"
#include "npp_server/record.h"

enum { GUESTS = 3, PENDING_MAX = 64 };

static const struct iface lan = { "lan", 7, { { 2, 0, 0, 0, 0, 2 } } };
static const struct ipv4 us = { { 192, 0, 2, 2 } };
static const struct ipv4 everybody = { { 255, 255, 255, 255 } };
static const struct npp_keys keys = { { { 7, 16, { 1, 2, 3 } } }, 1 };

static struct proxy *proxy;
static struct event_base *base;
static struct npp_packet hearing; /* or, length 0, time passes */
static bool taken, given_back, trusted;
static int take_error;

static inline bool is_signed_by_us(void)
{
	struct npp_message message;

	return hearing.length &&
	       npp_read(hearing.octets, hearing.length, NPP_ICMP_TYPE, &message) ==
	               NPP_PARSE_ERROR_none &&
	       npp_verify(hearing.octets, hearing.length, &message, &keys, hearing.source,
	                  hearing.destination) == NPP_AUTH_ERROR_none;
}

/* An answer is right by what was done since the last one. */
static inline void check_sent(void *context, const struct iface *port,
                              const struct npp_packet *datagram)
{
	const struct session *session = proxy_find(proxy, &datagram->to);
	struct npp_message said;

	(void)context;
	assert(!memcmp(port, &lan, sizeof(lan)));
	assert(npp_read(datagram->octets, datagram->length, NPP_ICMP_TYPE, &said) ==
	       NPP_PARSE_ERROR_none);
	if (hearing.length) {
		assert(!memcmp(&datagram->to, &hearing.from, sizeof(hearing.from)));
		assert(!memcmp(&datagram->destination, &hearing.source, sizeof(hearing.source)));
		assert(said.subtype == NPP_PROXY_ADVERTISEMENT ||
		       memcmp(&hearing.destination, &everybody, sizeof(everybody)) != 0);
	}
	if (said.subtype == NPP_PROXY_ADVERTISEMENT || said.code == NPP_FAIL) {
		assert(!taken && !given_back);
	} else if (said.subtype == NPP_SLEEP_CONFIRM) {
		assert(session && session->client == said.confirm.id);
		assert(session->open || !taken); /* the same as before, said again */
	} else {
		assert(said.subtype == NPP_WAKEUP_CONFIRM);
		assert(session && !session->open && session->until);
		assert(session->client == said.wakeup_confirm.client.id);
	}
	taken = given_back = false;
}

static inline void check_question(void *context, const struct iface *port, uint16_t vlan,
                                  struct ipv4 address)
{
	(void)context, (void)port, (void)vlan;
	assert(memcmp(&address, &us, sizeof(us)) != 0);
}

static inline struct ipv4 own_address(void *context, const struct iface *port, struct ipv4 peer)
{
	(void)context, (void)port, (void)peer;
	return us;
}

static inline bool is_own(void *context, struct ipv4 address)
{
	(void)context;
	return !memcmp(&address, &us, sizeof(us));
}

static inline enum proxy_refusal check(void *context, const struct mac *mac,
                                       const struct ipv6 *address)
{
	(void)context, (void)mac;
	return address->octet[15] == us.octet[3] ? PROXY_REFUSAL_own_address : PROXY_REFUSAL_none;
}

static inline bool is_known(void *context, const struct mac *mac)
{
	(void)context;
	return mac->octet[5] == 0;
}

static inline int take(void *context, struct session *session, const struct session *before,
                       const struct session_request *request)
{
	const struct handover *handover = &session->handover;
	const struct ipv6 source = ipv4_mapped(request->source);
	struct host_description spec = { 0 };

	(void)context;
	assert(!taken && session->open && session->client);
	assert(handover->address_count && handover->address_count <= HOST_ADDRESSES);
	assert(handover->port_count <= HOST_PORTS && session->part_count <= SESSION_PARTS);
	assert(session->part_count && (!before || before->client == session->client));
	assert(!request->said->has_lease || handover_has(handover, &source));
	assert(!proxy->settings.keys || trusted || !hearing.length || is_signed_by_us());
	if (!take_error) {
		assert(!handover_apply(&session->handover, &spec));
		handover_undo(&session->handover, &spec);
		assert(!spec.address_count && !spec.policy.port_count);
		taken = true;
	}
	return take_error;
}

static inline void give_back(void *context, const struct mac *mac)
{
	(void)context;
	assert(hearing.length && !memcmp(mac, &hearing.from, sizeof(*mac)));
	assert(!proxy->settings.keys || is_signed_by_us());
	given_back = true;
}

static inline void drop(void *context, const struct session *session, bool forget)
{
	const struct mac mac = session->mac;

	(void)context;
	assert(!session->open);
	assert(!forget || !is_known(NULL, &mac));
	if (forget)
		proxy_forget(proxy, &mac);
}

static inline void ignore_mac(void *context, const struct mac *mac)
{
	(void)context, (void)mac;
}

static inline void tell_lease(void *context, const struct mac *mac,
                              struct npp_wakeup_confirm *confirm)
{
	(void)context, (void)mac;
	confirm->has_lease = true;
	confirm->lease = NPP_LEASE_FAILED;
}

/* What is kept comes back as it was. */
static inline void check_kept(void *context, const struct session *session)
{
	struct json_object *record = record_of_session(session, 1000), *again;
	struct session read = { .mac = session->mac };

	(void)context;
	assert(!record_to_session(record, 1000, &read));
	again = record_of_session(&read, 1000);
	assert(json_object_equal(record, again));
	json_object_put(record);
	json_object_put(again);
}

static inline void check_trust(void *context, struct ipv4 source, struct json_object *trust)
{
	struct npp_replay last;

	(void)context;
	assert(is_signed_by_us() && !memcmp(&source, &hearing.source, sizeof(source)));
	assert(!record_to_last(trust, &last));
}

static inline void ignore_source(void *context, struct ipv4 source)
{
	(void)context, (void)source;
}

static inline struct proxy *a_proxy(bool with_keys)
{
	static const struct proxy_actions actions = {
		.send = check_sent,
		.ask = check_question,
		.own_address = own_address,
		.is_own = is_own,
		.check = check,
		.is_known = is_known,
		.take = take,
		.give_back = give_back,
		.drop = drop,
		.wake = ignore_mac,
		.lease = tell_lease,
		.save = check_kept,
		.save_trust = check_trust,
		.forget_trust = ignore_source,
	};
	const struct proxy_settings settings = {
		.icmp_type = NPP_ICMP_TYPE,
		.lifetime = 1800,
		.hosts_max = GUESTS,
		.keys = with_keys ? &keys : NULL,
	};
	struct proxy *made = proxy_new(base, &actions);

	proxy_set(made, &settings);
	return made;
}

#endif
