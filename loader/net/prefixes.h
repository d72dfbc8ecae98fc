/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What routers advertise, pure: the prefixes of each link with their lifetimes (RFC 4862, 5.5.3),
 * and the routers themselves. Times are ms of CLOCK_BOOTTIME.
 */
#ifndef SLEEPPROXY_NET_PREFIXES_H
#define SLEEPPROXY_NET_PREFIXES_H

#include "net/router_advert.h"

/* Of all links. Of more prefixes or routers than that, who was heard first goes first. */
enum { PREFIXES_MAX = 64, ROUTERS_MAX = 16 };

/*
 * RFC 4862, 5.5.3: what anybody might have sent shortens no lifetime below two hours. For as long
 * does a prefix stay over that no router advertises any more: who forges advertisements harms
 * nobody for ever.
 */
enum { PREFIX_MIN_VALID = 7200000 };

/* RFC 4861, 6.2.1: the longest time between two of a router's, if it was not set longer. ms */
enum { ROUTER_LINGER = 1800000 };

struct prefixes {
	struct known_prefix {
		struct ipv6 prefix;
		uint32_t ifindex;
		uint8_t bits;
		bool on_link, autonomous;
		bool over;               /* deprecated, or it has run out */
		int64_t preferred_until; /* INT64_MAX: for ever */
		int64_t valid_until;     /* likewise */
		int64_t heard;
	} of[PREFIXES_MAX];
	size_t count;
	struct known_router {
		struct ipv6 address;
		uint32_t ifindex;
		int64_t heard;
	} routers[ROUTERS_MAX];
	size_t router_count;
};

/* Each returns true where an address may be judged otherwise than before. */
bool prefixes_advertise(struct prefixes *prefixes, uint32_t ifindex, const struct ipv6 *router,
                        const struct router_advert *advert, int64_t now);
/* To be called from a timer: what has run out meanwhile. */
bool prefixes_expire(struct prefixes *prefixes, int64_t now);

/* The interface of a link has come back with another number. */
void prefixes_renumber(struct prefixes *prefixes, uint32_t before, uint32_t ifindex);

enum prefix_state {
	PREFIX_UNKNOWN, /* no router says anything of it */
	PREFIX_ON_LINK, /* addresses in it are on the link */
	PREFIX_OVER,    /* hosts may have an address in it no more */
};

/* Of the longest prefix that has the address, on that link; 0: on any, the best of them. */
enum prefix_state prefixes_find(const struct prefixes *prefixes, uint32_t ifindex,
                                const struct ipv6 *address);
bool prefixes_is_router(const struct prefixes *prefixes, const struct ipv6 *address);

#endif
