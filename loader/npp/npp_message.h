/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the Network Proxy Protocol (docs/npp.md), pure: octets from the wire to a value, and
 * a value to octets, for the proxy and for the host alike. What a message means is left to others.
 */
#ifndef SLEEPPROXY_NPP_MESSAGE_H
#define SLEEPPROXY_NPP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "npp.h"

/* So much fits into the options of one message; what is more goes into another. */
enum {
	NPP_PAIRS = 24,
	NPP_PORTS = 60,
	NPP_ADDRESSES6 = 15,
	NPP_PROXIES = 30,
	NPP_SERVICES = 16,
	NPP_CLIENT_ID = 64,
	NPP_HOSTNAME = 64,
	NPP_MAC = 32, /* octets of HMAC-SHA-256 */
	NPP_MESSAGE_MAX = sizeof(struct npp_header) + NPP_OPTIONS_MAX,
};

/* Option 1, draft figure 4 */
struct npp_solicitation {
	uint16_t identifier, sequence;
};

struct npp_proxy {
	struct ipv4 address;
	int32_t preference; /* the highest is preferred (RFC 1256) */
};

/* Option 2 */
struct npp_advertisement {
	uint16_t lifetime; /* s; 0: the proxy takes its leave */
	struct npp_proxy proxies[NPP_PROXIES];
	size_t proxy_count; /* at least one (RFC 1256, 5.2) */
};

/* Option 3, a Request Option Type each; how many of a kind, or whether there is one */
struct npp_pair {
	struct mac mac;
	struct ipv4 address;
};

struct npp_port {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t port;    /* 0: any */
};

struct npp_request {
	struct npp_pair pairs[NPP_PAIRS];
	size_t pair_count;
	bool has_lease;
	uint16_t lease_total, lease_left; /* s, up to NPP_LEASE_LONG */
	struct ipv4 lease_server;
	uint32_t timer; /* s, until the host wants to be woken; 0: not said */
	struct npp_port ports[NPP_PORTS];
	size_t port_count;
	bool has_ports; /* even none: nothing wakes it */
	struct ipv6 addresses6[NPP_ADDRESSES6];
	size_t address6_count;
	uint8_t client_id[NPP_CLIENT_ID]; /* DHCP's option 61 */
	size_t client_id_length;
	char hostname[NPP_HOSTNAME]; /* empty: not said */
	struct ipv4 backup_of;       /* the proxy that goes first; 0.0.0.0: this one */
};

/* Options 4, 5 and 6 begin alike. */
struct npp_client {
	uint8_t code;
	uint16_t id;
};

/* Option 6 */
struct npp_wakeup_confirm {
	struct npp_client client;
	bool has_lease;
	enum npp_lease lease;
	uint16_t lease_total, lease_left; /* s */
};

/* Option 128; the message's authentication code stands for itself with zeros while it is made. */
struct npp_authentication {
	uint8_t key;
	uint64_t time; /* s since 1970 */
	uint64_t nonce;
	uint8_t mac[NPP_MAC];
};

/* Host byte order but for addresses. */
struct npp_message {
	enum npp_code code;
	uint16_t transaction;
	enum npp_subtype subtype;
	/* the option that goes with the subtype */
	struct npp_solicitation solicitation;
	struct npp_advertisement advertisement;
	struct npp_request request;
	struct npp_client confirm; /* Sleep Confirm */
	struct npp_client report;  /* Wakeup Report */
	struct npp_wakeup_confirm wakeup_confirm;
	/* with a Proxy Advertisement */
	uint16_t services[NPP_SERVICES];
	size_t service_count;
	/* with any */
	bool authenticated; /* it has option 128, which is not verified yet */
	struct npp_authentication authentication;
	size_t authentication_at; /* where its code stands in the octets read or written */
};

/* What is wrong with octets that are no message; a row is the flaw's name and its meaning. */
/* clang-format off */
#define NPP_PARSE_ERRORS(ROW) \
	ROW(short, "shorter than a header, or shorter or longer than its header says") \
	ROW(other_type, "ICMP of another type") \
	ROW(bad_checksum, "its checksum is wrong") \
	ROW(bad_code, "neither success nor failure") \
	ROW(bad_subtype, "no such message") \
	ROW(bad_option, "an option cut short, twice there, or of a wrong length or content") \
	ROW(no_option, "without the option that the message is about") \
	ROW(foreign_option, "with an option of another message") \
	ROW(unknown_request, "a Sleep Request Option of an unknown type")
/* clang-format on */

#define NPP_PARSE_ERROR_ENUM(name, meaning) NPP_PARSE_ERROR_##name,
enum npp_parse_error {
	NPP_PARSE_ERROR_none,
	NPP_PARSE_ERRORS(NPP_PARSE_ERROR_ENUM) NPP_PARSE_ERROR_COUNT
};
#undef NPP_PARSE_ERROR_ENUM

/*
 * An ICMP message of the ICMP type: what IPv4's total length says, without the IPv4 header and an
 * Ethernet frame's padding. On a flaw in its options `message` has code, transaction and subtype
 * (so that a request can be refused), and else zeros; on any other it has zeros alone. An unknown
 * option that is no Sleep Request Option is skipped, as later drafts may add some.
 */
enum npp_parse_error npp_read(const uint8_t *octets, size_t length, uint8_t icmp_type,
                              struct npp_message *message);

/*
 * The octets, with the checksum. With `authenticated` the option is written with its code as it
 * stands, and authentication_at says where: whoever fills it in calls npp_set_checksum. The
 * length, or 0 where the options do not fit, do not go with the subtype, or are such as
 * npp_read would refuse.
 */
size_t npp_write(struct npp_message *message, uint8_t icmp_type, uint8_t octets[NPP_MESSAGE_MAX]);

/* Makes the checksum right again, after octets were changed. */
void npp_set_checksum(uint8_t *octets, size_t length);

const char *npp_subtype_name(enum npp_subtype subtype); /* "Sleep Request" … */

#endif
