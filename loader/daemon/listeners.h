/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What listens on an interface while it is attached: one listener of each kind that the
 * configuration wants.
 */
#ifndef SLEEPPROXY_DAEMON_LISTENERS_H
#define SLEEPPROXY_DAEMON_LISTENERS_H

#include "daemon/paced_socket.h"
#include "net/iface.h"

struct config;
struct daemon;
struct served_iface;

/* In the order in which they start and stop. */
enum {
	LISTENER_NPP,
	LISTENER_DHCP,
	LISTENER_DHCP6,
	LISTENER_GROUP,
	LISTENER_ND,
	LISTENER_ARP,
	LISTENER_ROUTER,
	LISTENER_OUTGOING,
	LISTENERS
};

/* A listener; the struct of a kind that needs more begins with it. */
struct listener {
	struct daemon *daemon;
	struct iface iface; /* as it was at the start */
	int setting;        /* of its kind, then */
	struct paced_socket socket;
};

enum { LISTENER_UNWANTED = -1 };

/* One that runs starts anew where the interface has another number, or what is said here. */
struct listener_kind {
	const char *error; /* of a start that fails: interface, reason */
	size_t size;       /* of its struct */
	bool uses_mac;     /* … or another MAC */
	/* … or another setting, which may be LISTENER_UNWANTED; NULL: it has none */
	int (*setting)(const struct config *config);
	int (*start)(struct listener *listener); /* 0 or -errno; `socket` need not be stopped */
	void (*stop)(struct listener *listener); /* what is left without `socket`; NULL: nothing */
};

extern const struct listener_kind npp_listener_kind, dhcp_listener_kind, dhcp6_listener_kind,
	group_listener_kind, nd_listener_kind, arp_listener_kind, router_listener_kind,
	outgoing_listener_kind;

/* Starts and stops, as the interfaces and the configuration are now. */
void listeners_follow(struct daemon *daemon);
void listeners_stop(struct served_iface *served);
/* That of the kind, LISTENER_…, on the interface; NULL: none is. */
struct listener *listener_on(const struct daemon *daemon, uint32_t ifindex, size_t kind);

#endif
