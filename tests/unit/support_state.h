/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registrations for tests. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_STATE_H
#define SLEEPPROXY_TESTS_STATE_H

#include "agent/state_file.h"
#include "support_agent.h"

static inline struct proxy_registration a_registration(uint8_t proxy)
{
	struct proxy_registration registration = {
		.interface = "eth0",
		.proxy = lan_address(proxy),
		.proxy_mac = proxy_mac,
		.transaction = (uint16_t)(0x1200 + proxy),
		.client = (uint16_t)(4710 + proxy),
		.when = "2026-11-23T12:00:00.000Z",
		.host_info = some_host_info(2),
	};

	registration.host_info.has_ports = true;
	return registration;
}

/* With all members. */
static inline struct proxy_registration a_full_registration(uint8_t proxy)
{
	struct proxy_registration registration = a_registration(proxy);
	struct host_info *host_info = &registration.host_info;

	registration.key = 7;
	registration.signed_at = 1795432000;
	registration.signed_count = 3;
	host_info->has_lease = true;
	host_info->lease = (struct client_lease){ .server = lan_address(3),
		                                  .total = DHCP_INFINITE,
		                                  .left = 3600,
		                                  .client_id = { 3, { 1, 2, 0xff } } };
	strcpy(host_info->hostname, "nas");
	host_info->timer = 28800;
	host_info->wake = (struct wake_ports){
		.ports = { { IPPROTO_TCP, 0 }, { IPPROTO_UDP, 161 } }, .count = 2, .summed_up = true
	};
	add_address6(host_info, 1);
	host_info->backup_of = lan_address(1);
	host_info->missed[0] = MISSED_ND;
	host_info->missed_count = 1;
	return registration;
}

#endif
