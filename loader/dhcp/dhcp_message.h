/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP messages (RFC 2131, 2132), pure: octets from the wire to a struct, a struct to octets, and
 * the frame around a client's message. What a message means is left to dhcp_client and lease.
 */
#ifndef SLEEPPROXY_DHCP_MESSAGE_H
#define SLEEPPROXY_DHCP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/packet.h"
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

/* An option's data as on the wire. An empty one is the same as none. */
struct dhcp_option {
	uint8_t length;
	uint8_t data[255];
};

/*
 * How a client identifies itself to servers: whoever renews its lease must repeat this octet for
 * octet, or servers take it for another client.
 */
struct dhcp_identity {
	struct dhcp_option client_id;    /* 61 */
	struct dhcp_option hostname;     /* 12 */
	struct dhcp_option parameters;   /* 55, parameter request list */
	struct dhcp_option vendor_class; /* 60 */
	struct dhcp_option fqdn;         /* 81 (RFC 4702) */
};

#define DHCP_INFINITE UINT32_MAX /* as a lease time (RFC 2131, 3.3) */

/* Host byte order but for addresses. What a message does not say is zero. */
struct dhcp_message {
	uint8_t type; /* enum dhcp_type */
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
	struct dhcp_option error; /* 56, a server's text for people */
};

enum dhcp_parse_error {
	DHCP_PARSE_ERROR_NONE,
	DHCP_PARSE_ERROR_SHORT,        /* than the fixed part of a message */
	DHCP_PARSE_ERROR_NOT_ETHERNET, /* chaddr is not a host's Ethernet address */
	DHCP_PARSE_ERROR_NO_COOKIE,    /* BOOTP, or something else */
	DHCP_PARSE_ERROR_BAD_OPTION,   /* cut short, or of a wrong length */
	DHCP_PARSE_ERROR_NO_TYPE,      /* none, unknown, or one of the other direction */
	DHCP_PARSE_ERROR_COUNT
};

/*
 * DHCP_PARSE_ERROR_NONE with `message` filled in; else it is untouched. Options are read from sname
 * and file too where option 52 says so, and the pieces of one are concatenated (RFC 3396).
 */
enum dhcp_parse_error dhcp_message_read(const uint8_t *octets, size_t length,
                                        struct dhcp_message *message);

/*
 * Is this what dhcp_message_read might have filled in? For a message that comes from another
 * process. An option's length cannot exceed its data.
 */
bool dhcp_message_check(const struct dhcp_message *message);

bool dhcp_is_of_server(const struct dhcp_message *message);

/* RFC 2131, 2: what every server and relay takes. Long options make a message longer. */
enum { DHCP_MESSAGE_MIN = 300, DHCP_MESSAGE_MAX = 1472 };

/*
 * The octets of a client's message: all that is not zero, padded to DHCP_MESSAGE_MIN. Returns the
 * length; 0: it is a server's message, or does not fit into DHCP_MESSAGE_MAX.
 */
size_t dhcp_message_write(const struct dhcp_message *message, uint8_t octets[DHCP_MESSAGE_MAX]);

/*
 * An identity alone as a field of options: code, length and data of each that is not empty. Writing
 * returns the length, 0 where all are empty; reading takes what was written.
 */
enum { DHCP_IDENTITY_MAX = 5 * (2 + 255) };
size_t dhcp_identity_write(const struct dhcp_identity *identity, uint8_t octets[DHCP_IDENTITY_MAX]);
struct dhcp_identity dhcp_identity_read(const uint8_t *octets, size_t length);

/* The addresses of a frame and of the IPv4 packet in it. */
struct dhcp_frame_ends {
	struct mac from, to;
	struct ipv4 source, destination;
	uint16_t vlan; /* 0: no tag */
};

/*
 * `message` in UDP from the client's port to the server's; if it does not fit, or is a server's,
 * packet_send fails (base/packet.h).
 */
void dhcp_frame_write(struct packet *packet, const struct dhcp_frame_ends *ends,
                      const struct dhcp_message *message);

#endif
