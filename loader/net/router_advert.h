/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements (RFC 4861, 4.2): the socket that hears them on an interface, whether or not
 * the kernel follows them; and their octets as a struct, pure.
 */
#ifndef SLEEPPROXY_NET_ROUTER_ADVERT_H
#define SLEEPPROXY_NET_ROUTER_ADVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

#define RA_INFINITE UINT32_MAX /* as a lifetime */

/* RFC 4861, 4.6.2: of so many prefixes, more than routers have. */
enum { RA_PREFIXES = 16 };

struct router_advert {
	uint16_t lifetime; /* s, of the router as a default router */
	uint8_t prefix_count;
	struct ra_prefix {
		struct ipv6 prefix; /* with zeros after the prefix */
		uint8_t bits;
		bool on_link, autonomous;
		uint32_t valid, preferred; /* s */
	} prefixes[RA_PREFIXES];
};

enum ra_parse_error {
	RA_PARSE_ERROR_NONE,
	RA_PARSE_ERROR_SHORT,
	RA_PARSE_ERROR_TYPE,   /* not one, or of another version */
	RA_PARSE_ERROR_OPTION, /* one that is cut short, or of no length */
	RA_PARSE_ERROR_COUNT
};

/*
 * The ICMPv6 message from its type on. RA_PARSE_ERROR_NONE with `advert` filled in; else it is
 * untouched. Prefixes that make no sense are left out (RFC 4862, 5.5.3).
 */
enum ra_parse_error router_advert_read(const uint8_t *octets, size_t length,
                                       struct router_advert *advert);
/* Is it what that might have filled in? For one that comes from another process. */
bool router_advert_check(const struct router_advert *advert);

/* A descriptor, or -errno. Needs CAP_NET_RAW. */
int router_advert_listen(uint32_t ifindex);

enum { RA_MAX = 1500 };

struct router_advert_octets {
	struct ipv6 source; /* link-local */
	uint16_t length;
	uint8_t octets[RA_MAX];
};

/* The next one. 0; -EBADMSG: a router off the link sent it; -EAGAIN: there is none; or -errno */
int router_advert_receive(int fd, struct router_advert_octets *received);

#endif
