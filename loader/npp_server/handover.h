/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host says of itself in the requests of one transaction, and how that goes together with
 * what people say of it, pure. People come first: what they said stays when the host is up again,
 * and where they named ports, the host's do not count.
 */
#ifndef SLEEPPROXY_NPP_SERVER_HANDOVER_H
#define SLEEPPROXY_NPP_SERVER_HANDOVER_H

#include "host/description.h"
#include "npp/npp_message.h"

struct handover {
	struct ipv6 addresses[HOST_ADDRESSES];
	size_t address_count;
	struct wake_port ports[HOST_PORTS];
	size_t port_count; /* 0 with `has_ports`: nothing wakes it */
	bool has_ports, has_lease;
	/* What nobody else says of the host: a bit for each address, and whether of the ports. */
	uint32_t added;
	bool added_ports;
};

/* One request more. -ENOSPC: more than a host may have; `handover` is then half of it. */
int handover_add(struct handover *handover, const struct npp_request *request);
bool handover_has(const struct handover *handover, const struct ipv6 *address);

/* Into what people say, in which nothing of an earlier handover is left; 0 or -ENOSPC. */
int handover_apply(struct handover *handover, struct host_description *spec);
void handover_undo(const struct handover *handover, struct host_description *spec);

#endif
