/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 messages between a client and a server (RFC 8415), pure: octets from the wire to a struct,
 * and a client's struct to octets. One IA_NA, that with the lowest IAID, with up to four addresses:
 * that is what clients have, but for a few. What a message means is left to dhcp6_client and
 * lease6.
 */
#ifndef SLEEPPROXY_DHCP6_MESSAGE_H
#define SLEEPPROXY_DHCP6_MESSAGE_H

#include "dhcp/dhcp_message.h"
#include "dhcp6.h"

/* RFC 8415, 7.3 */
enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE,
	DHCP6_REQUEST,
	DHCP6_CONFIRM,
	DHCP6_RENEW,
	DHCP6_REBIND,
	DHCP6_REPLY,
	DHCP6_RELEASE,
	DHCP6_DECLINE,
	DHCP6_RECONFIGURE,
	DHCP6_INFORMATION_REQUEST,
};

/* RFC 8415, 21.13 */
enum dhcp6_status {
	DHCP6_SUCCESS,
	DHCP6_UNSPEC_FAIL,
	DHCP6_NO_ADDRS_AVAIL,
	DHCP6_NO_BINDING,
	DHCP6_NOT_ON_LINK,
	DHCP6_USE_MULTICAST,
};

/* RFC 8415, 11.1: a type of two octets, and 1 to 128 octets. */
enum { DHCP6_DUID_MIN = 3, DHCP6_DUID_MAX = 130 };

struct dhcp6_duid {
	uint8_t length; /* 0: none */
	uint8_t octets[DHCP6_DUID_MAX];
};

/*
 * How client and server identify themselves, and what the client says of itself in each message
 * (options 6, 15, 16, 17 and 39, as on the wire): whoever renews its lease must repeat this, or a
 * server takes its name out of the DNS, or assigns it to another class.
 */
enum { DHCP6_OPTIONS_MAX = 255 };

struct dhcp6_identity {
	struct dhcp6_duid client, server;
	uint16_t options_length;
	uint8_t options[DHCP6_OPTIONS_MAX];
};

enum { DHCP6_ADDRESSES = 4 };

struct dhcp6_address {
	struct ipv6 address;
	uint32_t preferred, valid; /* s, or DHCP_INFINITE */
};

/* A client's IA_NA, as it says of it: times that are left. */
struct dhcp6_lease {
	struct dhcp6_duid client, server; /* without `server`: it is not known */
	uint32_t iaid, t1, t2;            /* T1 and T2: s; 0: unknown, or over */
	uint8_t address_count;
	struct dhcp6_address addresses[DHCP6_ADDRESSES]; /* each valid for 0 s: unknown */
};

/* Host byte order but for addresses. What a message does not say is zero. */
struct dhcp6_message {
	uint8_t type;     /* enum dhcp6_type */
	uint32_t xid;     /* 24 bits */
	uint16_t elapsed; /* 1/100 s */
	uint16_t status;  /* enum dhcp6_status, of the message or of its IA_NA */
	bool has_ia;
	uint8_t address_count;
	uint32_t iaid, t1, t2; /* s */
	struct dhcp6_address addresses[DHCP6_ADDRESSES];
	struct dhcp6_identity identity;
};

/*
 * DHCP_PARSE_ERROR_NONE with `message` filled in; else it is untouched. Addresses that no server
 * may assign, or that are preferred longer than they are valid (21.6), are left out; so is a
 * server's IA_NA whose T1 is after its T2 (21.4).
 */
enum dhcp_parse_error dhcp6_message_read(const uint8_t *octets, size_t length,
                                         struct dhcp6_message *message);

/* As dhcp_message_check(). */
bool dhcp6_message_check(const struct dhcp6_message *message);

/* Is this a lease that a client may have: DUIDs, addresses and times of RFC 8415? */
bool dhcp6_lease_check(const struct dhcp6_lease *lease);

bool dhcp6_is_of_server(const struct dhcp6_message *message);
bool dhcp6_is_refusal(const struct dhcp6_message *message); /* of what the client has, for good */
bool dhcp6_duid_equal(const struct dhcp6_duid *a, const struct dhcp6_duid *b);

/* One that a host may have by DHCPv6: global or unique local unicast. */
bool dhcp6_may_assign(const struct ipv6 *address);

enum { DHCP6_MESSAGE_MAX = 1232 }; /* an IPv6 packet of 1280 octets, that every link takes */

/* The octets of a client's message. Returns the length; 0: it is a server's. */
size_t dhcp6_message_write(const struct dhcp6_message *message, uint8_t octets[DHCP6_MESSAGE_MAX]);

/* The addresses of a frame, and the IPv6 address that it is sent from. */
struct dhcp6_frame_ends {
	struct mac from;
	struct ipv6 source;
	uint16_t vlan; /* 0: no tag */
};

/*
 * `message` in UDP from the client's port to all servers and relays on the link (7.1); if it is a
 * server's, packet_send fails (base/packet.h).
 */
void dhcp6_frame_write(struct packet *packet, const struct dhcp6_frame_ends *ends,
                       const struct dhcp6_message *message);

#endif
