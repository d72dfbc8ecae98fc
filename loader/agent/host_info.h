/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host tells a proxy about itself. Pure. */
#ifndef SLEEPPROXY_AGENT_HOST_INFO_H
#define SLEEPPROXY_AGENT_HOST_INFO_H

#include "agent/settings.h"
#include "agent/system_info.h"

struct wake_ports {
	struct wake_port ports[WAKE_PORTS]; /* TCP's first, ascending, each once */
	size_t count;
	bool summed_up; /* there were more: "any" of a protocol is among these instead */
};

/* Services that a proxy does not offer, or refuses, and that the host has a use for. */
enum missed_service {
	MISSED_DHCP4,
	MISSED_ND,
	MISSED_WAKE_ON_PACKET,
	MISSED_DHCP6,
	MISSED_SERVICES
};

struct host_info {
	struct mac mac;
	/* IPv4's come first, and of these the lease's, which is the source of the messages */
	struct ipv6 addresses[HOST_ADDRESSES];
	size_t address_count, ipv4_count; /* of both families, and of IPv4 */
	bool has_lease;                   /* of the first address */
	struct client_lease lease;        /* perhaps without server and client_id: unknown */
	bool has_lease6;                  /* of some of the others */
	struct dhcp6_lease lease6;
	char hostname[NPP_HOSTNAME]; /* empty: none */
	uint32_t timer;              /* s until the proxy wakes it; 0: never */
	uint32_t lifetime;           /* s, of its registrations; 0: the proxy's */
	bool has_ports;              /* else the proxy decides what wakes it */
	struct wake_ports wake;
	struct ipv4 backup_of; /* the first proxy, where this is for a second; 0.0.0.0: it is not */
	enum missed_service missed[MISSED_SERVICES];
	size_t missed_count;
};

/*
 * False: it has no IPv4 address, and thus nothing to hand over. A lease with a client identifier of
 * more than NPP_CLIENT_ID octets is left out: without that the server would not renew it. Of one of
 * DHCPv6 for which there is no room, the server is left out: the proxy asks any.
 */
bool host_info_make(const struct system_info *system, const struct settings *settings,
                    struct host_info *info);

static inline struct ipv4 host_info_ipv4(const struct host_info *info, size_t index)
{
	return ip_to_ipv4(&info->addresses[index]);
}

/* Removes what a proxy with these services does not do, and sets `missed`. */
void host_info_restrict(struct host_info *info, const uint16_t *services, size_t count);

/*
 * The ports of this setting. Those on which the machine's own DHCP clients wait for answers are not
 * counted as served: the proxy receives them in the host's place.
 */
void wake_ports_make(const struct wake_setting *setting, const struct system_info *system,
                     struct wake_ports *ports);

#endif
