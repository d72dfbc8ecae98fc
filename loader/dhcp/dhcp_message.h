/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP messages (RFC 2131, 2132), pure: octets from the wire to a value, and a value to octets.
 * What a message means is left to others.
 */
#ifndef SLEEPPROXY_DHCP_MESSAGE_H
#define SLEEPPROXY_DHCP_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "dhcp.h"

/* RFC 2132, 9.6 */
enum dhcp_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

/* An option's data as it stands on the wire. An empty one is as good as none. */
struct dhcp_option {
	uint8_t length;
	uint8_t data[255];
};

/*
 * How a client names itself to servers, octet for octet: one that asks in its name repeats this,
 * or is taken for somebody else.
 */
struct dhcp_identity {
	struct dhcp_option client_id;    /* 61 */
	struct dhcp_option hostname;     /* 12 */
	struct dhcp_option parameters;   /* 55, what it wants to be told */
	struct dhcp_option vendor_class; /* 60 */
	struct dhcp_option fqdn;         /* 81 (RFC 4702) */
};

#define DHCP_INFINITE UINT32_MAX /* as a lease time (RFC 2131, 3.3) */

/* Host byte order but for addresses. What a message does not say is zero. */
struct dhcp_message {
	enum dhcp_type type;
	uint32_t xid;
	uint16_t secs;
	uint16_t flags;
	struct mac chaddr;
	struct ipv4 ciaddr;
	struct ipv4 yiaddr;
	struct ipv4 giaddr;
	struct ipv4 requested; /* option 50 */
	struct ipv4 server;    /* option 54 */
	uint32_t lease_time;   /* option 51, s */
	uint32_t t1;           /* option 58, s */
	uint32_t t2;           /* option 59, s */
	struct dhcp_identity identity;
	struct dhcp_option error; /* 56, a server's words for people */
};

/* What is wrong with octets that are no message; a row is the flaw's name and its meaning. */
/* clang-format off */
#define DHCP_PARSE_ERRORS(ROW) \
	ROW(short, "shorter than a message's fixed part") \
	ROW(not_ethernet, "not about an Ethernet address") \
	ROW(no_cookie, "BOOTP, or anything else without DHCP's cookie") \
	ROW(bad_option, "an option that is cut short, or of a wrong length") \
	ROW(no_type, "no message type, or an unknown one, or one of the other direction")
/* clang-format on */

#define DHCP_PARSE_ERROR_ENUM(name, meaning) DHCP_PARSE_ERROR_##name,
enum dhcp_parse_error {
	DHCP_PARSE_ERROR_none,
	DHCP_PARSE_ERRORS(DHCP_PARSE_ERROR_ENUM) DHCP_PARSE_ERROR_COUNT
};
#undef DHCP_PARSE_ERROR_ENUM

/*
 * DHCP_PARSE_ERROR_none with `message` filled in; else it is untouched. Options are read in
 * sname and file too where option 52 says so, and one that stands in pieces is put together
 * (RFC 3396).
 */
enum dhcp_parse_error dhcp_message_read(const uint8_t *octets, size_t length,
                                        struct dhcp_message *message);

/* RFC 2131, 2: what every server and relay takes. Long options make a message longer. */
enum { DHCP_MESSAGE_MIN = 300, DHCP_MESSAGE_MAX = 1472 };

/*
 * The octets of a client's message: all that is not zero, an empty option left out, padded to
 * DHCP_MESSAGE_MIN. The length, or 0 where it does not fit into DHCP_MESSAGE_MAX.
 */
size_t dhcp_message_write(const struct dhcp_message *message, uint8_t octets[DHCP_MESSAGE_MAX]);

const char *dhcp_type_name(enum dhcp_type type); /* "DHCPDISCOVER" … */

#endif
