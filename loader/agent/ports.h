/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others may want of this machine: the ports on which it can be spoken to. */
#ifndef SLEEPPROXY_AGENT_PORTS_H
#define SLEEPPROXY_AGENT_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/addresses.h"
#include "npp/npp_message.h"

/* A socket, from a line of /proc/net/tcp, tcp6, udp or udp6 (proc(5)). */
struct ports_socket {
	struct ipv6 address; /* that it is bound to */
	uint16_t port;
	uint8_t state; /* of enum ports_state, or another */
};

/* As the kernel numbers them (net/tcp_states.h). */
enum ports_state {
	PORTS_UNCONNECTED = 7, /* UDP */
	PORTS_LISTENING = 10,  /* TCP */
};

/* False: it is none, such as the heading. */
bool ports_line(const char *line, struct ports_socket *socket);

/*
 * TCP ports that listen, and then UDP ports that are bound and not connected, each in ascending
 * order and once; those alone that are bound to any address or to one of these. That a UDP port is
 * bound does not say that it serves: who asks from it waits for the answer there. One that is bound
 * to another interface (SO_BINDTODEVICE) is not told from others. How many, `max` at most.
 */
size_t ports_read(const struct link_addresses *addresses, struct npp_port *ports, size_t max);

#endif
