/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sleep Requests to a proxy of support_played_proxy.h. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_REGISTRATION_H
#define SLEEPPROXY_TESTS_REGISTRATION_H

#include "agent/sleep_request.h"
#include "support_played_proxy.h"

enum { KEY = 7 };

static inline struct channel channel_of(const struct npp_keys *with)
{
	struct channel channel = { .icmp_type = NPP_ICMP_TYPE, .keys = with, .key = KEY };

	assert_int_equal(ethernet_iface_find("lan", &channel.iface), 0);
	channel.fd = npp_socket_open(channel.iface.ifindex, NPP_ICMP_TYPE);
	assert_true(channel.fd >= 0);
	return channel;
}

static inline struct candidate candidate_of(const struct proxy_thread *proxy)
{
	return (struct candidate){
		.address = proxy->address,
		.mac = proxy->iface.mac,
		.lifetime = 1800,
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_WAKE_ON_PACKET },
		.service_count = 2,
	};
}

static inline int send_request(int64_t wait, const struct proxy_thread *proxy,
                               const struct host_info *host_info, const struct npp_keys *with,
                               struct proxy_registration *registration)
{
	const struct channel channel = channel_of(with);
	const struct candidate candidate = candidate_of(proxy);
	const int err = sleep_request_send(&channel, &candidate, host_info, wait, clock_ms() + wait,
	                                   registration);

	close(channel.fd);
	return err;
}

/* Of three parts: two for its ports, one for its other address. */
static inline struct host_info long_host_info(void)
{
	struct host_info host_info = some_host_info(2);

	host_info.has_ports = true;
	for (; host_info.wake.count < WAKE_PORTS; host_info.wake.count++)
		host_info.wake.ports[host_info.wake.count] =
			(struct wake_port){ IPPROTO_TCP, (uint16_t)(1000 + host_info.wake.count) };
	return host_info;
}

#endif
