/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Proxies that say that they are there, in the order in which they are to be asked. Pure. */
#ifndef SLEEPPROXY_AGENT_CANDIDATES_H
#define SLEEPPROXY_AGENT_CANDIDATES_H

#include "agent/settings.h"
#include "npp/npp_packet.h"

enum { OFFERS = 16 };

struct offer {
	struct ipv4 address;
	struct mac mac; /* that the advertisement came from */
	int32_t preference;
	uint16_t lifetime; /* s */
	uint16_t services[NPP_SERVICES];
	size_t service_count;
};

struct offers {
	struct offer list[OFFERS]; /* the best first */
	size_t count;
};

/* Whose answers they are to be. */
struct offers_wanted {
	uint8_t icmp_type;
	uint16_t transaction;
	struct mac mac;
	struct ipv4 address;
};

bool offer_has(const struct offer *offer, uint16_t service);

/*
 * False: it is no answer to us, or that of a proxy that takes its leave. A proxy is spoken to at
 * the address that it speaks from, where it advertises that, else at the one that it prefers.
 */
bool offer_read(const struct offers_wanted *wanted, const struct npp_packet *heard,
                struct offer *offer);

/* NULL, or why a host with this configuration does not hand itself over to it. */
const char *offer_flaw(const struct offer *offer, const struct agent_config *config);

/*
 * Adds it, where it is not there already, behind those that are as good: without a flaw, then as
 * the configuration names them, then by preference. Where they are too many, the last is left out.
 */
void offers_add(struct offers *offers, const struct offer *offer,
                const struct agent_config *config);

/* Each proxy that the configuration names is there, and it names some. */
bool offers_are_all(const struct offers *offers, const struct agent_config *config);

#endif
