/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to which ports wake the host: what is wished, made of what it serves. Pure. */
#ifndef SLEEPPROXY_AGENT_WAKE_PORTS_H
#define SLEEPPROXY_AGENT_WAKE_PORTS_H

#include <stdbool.h>
#include <stddef.h>

#include "npp/npp_message.h"

enum { WAKE_PORTS = 64 };

struct wake_wish {
	bool said; /* else as with tcp */
	bool none; /* nothing wakes it */
	bool tcp;  /* ports that listen */
	bool udp;  /* ports that are bound */
	struct npp_port ports[WAKE_PORTS];
	size_t port_count;
};

struct agent_facts;

struct wake_ports {
	struct npp_port ports[WAKE_PORTS]; /* TCP's first, in ascending order, each once */
	size_t count;
	bool summed_up; /* there were more, and any port of a protocol stands for them */
};

/*
 * Ports on which the machine's own DHCP client waits for answers are not taken for served: those
 * come to the proxy, in the host's place.
 */
void wake_ports_of(const struct wake_wish *wish, const struct agent_facts *facts,
                   struct wake_ports *ports);

#endif
