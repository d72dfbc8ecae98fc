/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames by name: a struct packet and its VLAN tags in, the octets on the wire out. Independent of
 * include/, so that a mistake there is found here.
 */
#ifndef SLEEPPROXY_TESTS_PACKET_H
#define SLEEPPROXY_TESTS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "support_addresses.h"

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_QINQ = 0x88a8,
	TYPE_LLDP = 0x88cc,
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	GRE = 47,
	ICMPV6 = 58,
	NO_NEXT_HEADER = 59,
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
	ECE = 0x40,
	CWR = 0x80,
	DONT_FRAGMENT = 0x4000,
	MORE_FRAGMENTS = 0x2000,
	FRAGMENT_OFFSET = 0x1fff,
	SOLICITED_FLAG = 0x40,
	OVERRIDE_FLAG = 0x20,
	ROUTER_FLAG = 0x80,
	BOOTREQUEST = 1,
	BOOTREPLY = 2,
	ETHER_OCTETS = 14,
	TAG_OCTETS = 4,
	ARP_OCTETS = 28,
	IPV4_OCTETS = 20,
	IPV6_OCTETS = 40,
	ICMP_OCTETS = 8,
	UDP_OCTETS = 8,
	DHCP_OCTETS = 240, /* up to the options */
	FRAME_MIN = 60,    /* without the check sequence */
	FRAME_MAX = 2048,
};

/* Of TCP, UDP, ICMP or ICMPv6. */
enum checksum {
	WHOLE,    /* right */
	PARTIAL,  /* of the pseudo header alone, as it is left to a network card */
	ABSENT,   /* 0 */
	SUM_OF_0, /* 0, and the data is such that this is right */
	ALL_ONES, /* 0xffff */
	WRONG,    /* right but for one bit */
};

/* Messages of ICMP and ICMPv6. */
enum icmp {
	ECHO,
	ECHO_REPLY,
	UNREACHABLE,
	SOLICITATION, /* Neighbor Discovery (RFC 4861): ICMPv6 alone */
	ADVERTISEMENT,
};

/* IPv6 extension headers (RFC 8200, 4). */
enum extension {
	NO_EXTENSION,
	HOP_BY_HOP,
	DESTINATION,
	DESTINATION_LONG,     /* of 24 octets */
	DESTINATION_TOO_LONG, /* says that it has 2048, which are not there */
	ROUTE,                /* which ends here */
	ROUTE_ON,             /* which does not */
	FIRST_FRAGMENT,
	LATER_FRAGMENT,
	LAST_FRAGMENT,
	ATOMIC_FRAGMENT, /* RFC 6946: the only one */
	AUTHENTICATION,
};

enum { EXTENSIONS_MAX = 10, ND_OPTIONS_MAX = 10, SOURCE_LINK = 1, TARGET_LINK = 2, NONCE = 14 };

struct nd_fields {
	enum where target;
	uint8_t flags;
	struct nd_option_fields {
		uint8_t type;  /* 0: there are no more */
		uint8_t units; /* of 8 octets; 0: 1, NO_UNITS: 0 */
		enum who mac;
	} options[ND_OPTIONS_MAX];
};

enum { NO_UNITS = 0xff };

/* A field that is 0 gets its usual value, unless 0 is a useful value. */
struct arp_fields {
	uint16_t operation;
	enum who sender_mac;
	enum where sender;
	enum who target_mac;
	enum where target;
	uint16_t hardware_type;
	uint16_t protocol_type;
	uint8_t hardware_length;
	uint8_t protocol_length;
};

struct dhcp_fields {
	uint8_t op; /* 0: it is not DHCP */
	enum who client;
	uint8_t htype;
	uint8_t hlen;
	uint32_t cookie;
};

struct ip_fields {
	uint8_t protocol;
	enum where from, to;      /* of the packet's family */
	uint16_t port, peer_port; /* of an echo: sequence number, identifier */
	uint8_t flags;            /* TCP's */
	bool no_sequence;         /* TCP's sequence number is 0 */
	uint8_t options;          /* octets of IP options */
	uint32_t option;          /* each four octets of them */
	uint16_t data;            /* octets after the transport header */
	uint16_t fragment;        /* flags and offset */
	uint16_t total;           /* what the total length, or IPv6's payload length, claims */
	uint16_t udp_length;      /* what UDP's length claims */
	enum checksum checksum;
	bool header_checksum_wrong;
	uint8_t ttl;   /* or hop limit */
	bool ttl_over; /* it is 0 */
	uint8_t version;
	uint8_t words;           /* what the header length claims */
	uint8_t tcp_words;       /* what TCP's data offset claims */
	struct dhcp_fields dhcp; /* the start of `data`, or all of it */
	enum icmp icmp;
	uint8_t code;
	struct nd_fields nd;
	uint32_t flow; /* IPv6's traffic class and flow label */
	enum extension extensions[EXTENSIONS_MAX];
};

struct packet {
	enum who to, from;
	uint16_t type; /* EtherType; for others than ARP and IP the payload is arbitrary */
	struct arp_fields arp;
	struct ip_fields ip;
};

/* clang-format off */
/* In two steps, so that one macro can give several fields. */
#define ARP(...) ARP_FIELDS(__VA_ARGS__)
#define ARP_FIELDS(to, from, ...) { to, from, TYPE_ARP, .arp = { __VA_ARGS__ } }
#define IP(...) IP_FIELDS(__VA_ARGS__)
#define IP_FIELDS(to, from, ...) { to, from, TYPE_IPV4, .ip = { __VA_ARGS__ } }
#define IP6(...) IP6_FIELDS(__VA_ARGS__)
#define IP6_FIELDS(to, from, ...) { to, from, TYPE_IPV6, .ip = { __VA_ARGS__ } }
#define ND(message, ...) ND_FIELDS(message, __VA_ARGS__)
#define ND_FIELDS(message, to, from, from_ip, to_ip, ...) \
	{ to, from, TYPE_IPV6, \
	  .ip = { ICMPV6, from_ip, to_ip, .icmp = message, .nd = { __VA_ARGS__ } } }
#define FRAME(to, from, type) { to, from, type, .ip.data = 46 }
/* clang-format on */

enum { TAGS_MAX = 3 };

struct tags {
	const char *name;
	unsigned count;
	struct tag {
		uint16_t type, control;
	} tag[TAGS_MAX]; /* outermost first */
};

struct octets {
	size_t length;
	uint8_t at[FRAME_MAX];
};

size_t tags_octets(const struct tags *tags); /* of the Ethernet header and its tags */
uint16_t tags_vlan(const struct tags *tags); /* the innermost id */
bool ip_is_nd(const struct ip_fields *ip);

/* Octets of the extension headers up to what the last one says, or that of a later fragment. */
size_t extensions_octets(const struct ip_fields *ip);
void packet_build(struct octets *frame, const struct packet *packet, const struct tags *tags);

#endif
