/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proxies that answer a Proxy Solicitation, in the order in which they are tried. */
#ifndef SLEEPPROXY_AGENT_CANDIDATES_H
#define SLEEPPROXY_AGENT_CANDIDATES_H

#include "agent/npp_transaction.h"

enum { CANDIDATES = 16, SERVICE_NAME = 20 };

struct candidate {
	struct ipv4 address;
	struct mac mac; /* the source of its Proxy Advertisement */
	int32_t preference;
	bool is_proven;    /* it has the key, where there are keys */
	uint16_t lifetime; /* s */
	uint16_t services[NPP_SERVICES];
	size_t service_count;
};

struct candidates {
	struct candidate list[CANDIDATES]; /* the best first */
	size_t count;
};

/*
 * Sends a Proxy Solicitation from this address, and collects answers until 300 ms after the first
 * suitable one, or less where the deadline is near or all proxies of the settings have answered. 0:
 * there is at least one; else as transaction_run.
 */
int candidates_discover(const struct channel *channel, struct ipv4 address,
                        const struct settings *settings, int64_t deadline,
                        struct candidates *candidates);

/*
 * Pure, as all below. Of an answered Proxy Solicitation. False: it comes from a proxy that stops
 * (lifetime 0). The address is the packet's source where the proxy advertises that, else the
 * advertised one with the highest preference.
 */
bool candidate_read(const struct transaction *answered, struct candidate *candidate);

/* NULL, or why a host with these settings does not use it. */
const char *candidate_mismatch(const struct candidate *candidate, const struct settings *settings);

/*
 * Adds it, unless it is there already, and as well proven, after those that are as good: suitable
 * ones first, then in the order of the settings, then by preference. Where there are too many the
 * last is dropped.
 */
void candidates_add(struct candidates *candidates, const struct candidate *candidate,
                    const struct settings *settings);

/* The settings name proxies, and all of them are there. */
bool candidates_complete(const struct candidates *candidates, const struct settings *settings);

/* "arp", "dhcp4", "nd", "echo", "wake-on-packet", "dhcp6"; else its number, as "0x8005". */
char *service_name(uint16_t service, char name[SERVICE_NAME]);
bool service_in_list(const uint16_t *services, size_t count, uint16_t service);

#endif
