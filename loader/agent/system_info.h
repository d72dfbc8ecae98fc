/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host must know of itself before it hands itself over to a proxy. */
#ifndef SLEEPPROXY_AGENT_SYSTEM_INFO_H
#define SLEEPPROXY_AGENT_SYSTEM_INFO_H

#include "agent/lease_files.h"
#include "agent/addresses.h"
#include "npp/npp_message.h"

enum { FACTS_PORTS = 512 };

struct agent_facts {
	struct iface port; /* the interface: its name, its index, its MAC */
	struct link_addresses addresses;
	char hostname[NPP_HOSTNAME];        /* empty: it has none that others take (text_is_name) */
	struct npp_port ports[FACTS_PORTS]; /* as agent/ports.h has them: TCP listens, UDP may */
	size_t port_count;
	bool has_lease; /* of one of the addresses, not over */
	struct client_lease lease;
	uint32_t lease_left; /* s, or DHCP_INFINITE */
};

/*
 * What is so now of this interface, or (NULL) of that of the default route. `root` is in front of
 * the paths of clients' files, "" for the machine's own. It asks the kernel and reads files; which
 * of those it may read is the caller's matter: those of dhcpcd and NetworkManager's of dhclient are
 * root's alone. 0 or -errno, as in agent/link.h.
 */
int agent_facts_read(const char *interface, const char *root, struct agent_facts *facts);

/*
 * How long the lease lasts from `now` (s since 1970) on, where the kernel takes its address away
 * after `valid` s; 0: it is over. The kernel's word counts: no clock is set there, and a file that
 * is not dated knows less. But it does not count while the machine sleeps, as the wall clock does,
 * so that the shorter one is believed.
 */
uint32_t agent_lease_left(const struct client_lease *lease, uint32_t valid, int64_t now);

#endif
