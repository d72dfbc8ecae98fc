/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host hands over of itself: its presence on the network. Pure. */
#ifndef SLEEPPROXY_AGENT_HOST_INFO_H
#define SLEEPPROXY_AGENT_HOST_INFO_H

#include "agent/settings.h"
#include "agent/system_info.h"

struct presence_lease {
	struct ipv4 server;   /* 0.0.0.0: not known */
	uint32_t total, left; /* s, or DHCP_INFINITE */
	uint8_t client_id[NPP_CLIENT_ID];
	size_t client_id_length; /* 0: not known */
};

enum { PRESENCE_MISSED = 3 };

struct presence {
	struct mac mac;
	struct ipv4 addresses[LINK_IPV4]; /* the first speaks for the host: that of its lease */
	size_t address_count;
	bool has_lease; /* of the first address */
	struct presence_lease lease;
	char hostname[NPP_HOSTNAME];
	uint32_t timer; /* s, until the proxy is to wake it; 0: never */
	bool has_ports; /* else the proxy decides what wakes it */
	struct wake_ports wake;
	struct ipv6 addresses6[LINK_IPV6];
	size_t address6_count;
	struct ipv4 backup_of; /* the proxy that goes first; 0.0.0.0: this one */
	/* what would have been handed over, had the proxy offered it */
	uint16_t missed[PRESENCE_MISSED];
	size_t missed_count;
	/* it has one, but its DHCP client names itself by more octets than can be said */
	bool lease_unsayable;
};

/* False: it has no IPv4 address, and thus nothing to hand over. */
bool presence_of(const struct agent_facts *facts, const struct agent_config *config,
                 struct presence *presence);

/* Takes out what a proxy with these services would not do, and notes it as missed. */
void presence_fit(struct presence *presence, const uint16_t *services, size_t count);

#endif
