/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every message of the Network Proxy Protocol comes to exactly one end here, and is counted by it.
 * A row is its name, which in the `counters` command has a prefix, and its meaning.
 */
#ifndef SLEEPPROXY_NPP_SERVER_COUNTS_H
#define SLEEPPROXY_NPP_SERVER_COUNTS_H

#include "npp/npp_auth.h"
#include "npp/npp_message.h"

#define PROXY_COUNT_PREFIX "npp_"

/* clang-format off */
#define PROXY_DEEDS(ROW) \
	ROW(solicited, "a Proxy Solicitation, answered") \
	ROW(handed_over, "a Sleep Request, carried out and confirmed") \
	ROW(taken_back, "a Wakeup Report, confirmed") \
	ROW(again, "the same as before, answered in the same way, or not yet") \
	ROW(not_for_proxies, "an Advertisement or a confirmation of another proxy") \
	ROW(withdrawn, "a Sleep Request of a host that was up, or gone, before it was carried out") \
	ROW(off_link, "not to an address of this proxy") \
	ROW(too_fast, "one of too many from the same source")

/* Why a request or a report is answered with Code 1. */
#define PROXY_REFUSALS(ROW) \
	ROW(foreign_mac, "for another MAC than it came from") \
	ROW(foreign_address, "for another address than it came from") \
	ROW(bad_address, "for an address that is no host's") \
	ROW(own_address, "for an address of the proxy itself") \
	ROW(gateway_address, "for the address of the proxy's gateway") \
	ROW(known_address, "for an address that another known host has") \
	ROW(live_address, "for an address that another host answers for") \
	ROW(no_address, "for no address, and no part of a request that has one") \
	ROW(not_offered, "for what this proxy does not offer") \
	ROW(too_long, "for more addresses or ports than a host may have here") \
	ROW(too_many_hosts, "of a host more than may hand themselves over") \
	ROW(no_room, "which finds no room in the tables") \
	ROW(unknown_client, "with a Client Identifier that is not its host's") \
	ROW(former_handover, "of a handover that another one has replaced since")

#define PROXY_COUNTS(ROW) PROXY_DEEDS(ROW) PROXY_REFUSALS(ROW) NPP_PARSE_ERRORS(ROW) NPP_AUTH_ERRORS(ROW)
/* clang-format on */

#define PROXY_REFUSAL_ENUM(name, meaning) PROXY_REFUSAL_##name,
enum proxy_refusal { PROXY_REFUSAL_none, PROXY_REFUSALS(PROXY_REFUSAL_ENUM) };
#undef PROXY_REFUSAL_ENUM

#define PROXY_COUNT_ENUM(name, meaning) PROXY_COUNT_##name,
enum proxy_count { PROXY_COUNTS(PROXY_COUNT_ENUM) PROXY_COUNT_COUNT };
#undef PROXY_COUNT_ENUM

/* What to add to a refusal, a flaw or a mistrust for its count. */
enum {
	PROXY_COUNT_REFUSALS = PROXY_COUNT_foreign_mac - PROXY_REFUSAL_foreign_mac,
	PROXY_COUNT_FLAWS = PROXY_COUNT_short - NPP_PARSE_ERROR_short,
	PROXY_COUNT_MISTRUSTS = PROXY_COUNT_unsigned - NPP_AUTH_ERROR_unsigned,
};

#endif
