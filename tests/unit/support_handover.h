/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing over to a proxy of support_played_proxy.h. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_HANDOVER_H
#define SLEEPPROXY_TESTS_HANDOVER_H

#include "agent/handover.h"
#include "support_played_proxy.h"

enum { KEY = 7 };

static inline struct handover_voice voice_of(const struct npp_keys *with)
{
	struct handover_voice voice = { .icmp_type = NPP_ICMP_TYPE, .keys = with, .key = KEY };

	assert_int_equal(link_port("lan", &voice.port), 0);
	voice.fd = npp_socket_open(voice.port.ifindex, NPP_ICMP_TYPE);
	assert_true(voice.fd >= 0);
	return voice;
}

static inline struct offer offer_of(const struct proxy_thread *proxy)
{
	return (struct offer){
		.address = proxy->address,
		.mac = proxy->port.mac,
		.lifetime = 1800,
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_WAKE_ON_PACKET },
		.service_count = 2,
	};
}

static inline int run_for(int64_t wait, const struct proxy_thread *proxy,
                          const struct presence *presence, const struct npp_keys *with,
                          struct handover *handover)
{
	const struct handover_voice voice = voice_of(with);
	const struct offer offer = offer_of(proxy);
	const struct handover_time time = { .patience = wait, .deadline = clock_ms() + wait };
	const int err = handover_run(&voice, &offer, presence, &time, handover);

	close(voice.fd);
	return err;
}

/* Of three parts: two for its ports, one for its other address. */
static inline struct presence a_long_one(void)
{
	struct presence presence = some_presence(2);

	presence.has_ports = true;
	for (; presence.wake.count < WAKE_PORTS; presence.wake.count++)
		presence.wake.ports[presence.wake.count] =
			(struct npp_port){ IPPROTO_TCP, (uint16_t)(1000 + presence.wake.count) };
	return presence;
}

#endif
