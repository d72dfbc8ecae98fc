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
#include "address.h"

enum who {
	NO_MAC, /* 00:00:00:00:00:00 */
	PROXY,
	HOST,       /* the sleeper of the tests */
	SECOND,     /* another known host, asleep only if a row says so */
	FILLER,     /* the host whose reports fill the ring */
	PEER,       /* another machine, which talks to the host */
	REPEATER,   /* puts its own MAC into the Ethernet header of frames that it forwards */
	UNKNOWN,    /* in no map */
	NEAR_HOST1, /* HOST with another octet in the first, second, third pair */
	NEAR_HOST2,
	NEAR_HOST3,
	NEAR_PROXY1,
	NEAR_PROXY2,
	NEAR_PROXY3,
	GROUP, /* a multicast address */
	BROADCAST,
	WHO_COUNT,
};

enum where {
	NO_IP, /* 0.0.0.0 */
	PEER_IP,
	HOST_IP,
	HOST_IP2,
	SECOND_IP,
	FILLER_IP,
	OWN_IP,       /* the proxy's machine's */
	BROADCAST_IP, /* 255.255.255.255, in addresses4 as if it were the host's */
	MULTICAST_IP, /* likewise */
	DANGLING_IP,  /* in addresses4, with a MAC that hosts does not have */
	UNKNOWN_IP,
	SELF_IP, /* in 0/8 */
	LOOPBACK_IP,
	RESERVED_IP,   /* in 240/4 */
	ZERO_HALF_IP1, /* one half of it is zero */
	ZERO_HALF_IP2,
	WHERE_COUNT,
};

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
	NEIGHBOR_SOLICITATION = 135,
	NEIGHBOR_ADVERTISEMENT = 136,
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
	BOOTREQUEST = 1,
	BOOTREPLY = 2,
	ETHER_OCTETS = 14,
	TAG_OCTETS = 4,
	ARP_OCTETS = 28,
	IPV4_OCTETS = 20,
	UDP_OCTETS = 8,
	DHCP_OCTETS = 240, /* up to the options */
	FRAME_MIN = 60,    /* without the check sequence */
	FRAME_MAX = 2048,
};

/* Of TCP or UDP. */
enum checksum {
	WHOLE,   /* right */
	PARTIAL, /* of the pseudo header alone, as it is left to a network card */
	ABSENT,  /* 0 */
	WRONG,   /* right but for one bit */
};

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

struct ipv4_fields {
	uint8_t protocol;
	enum where from, to;
	uint16_t port, peer_port;
	uint8_t flags;       /* TCP's */
	uint8_t options;     /* octets of IP options */
	uint32_t option;     /* each four octets of them */
	uint16_t data;       /* octets after the transport header */
	uint16_t fragment;   /* flags and offset */
	uint16_t total;      /* what the total length claims */
	uint16_t udp_length; /* what UDP's length claims */
	enum checksum checksum;
	bool header_checksum_wrong;
	bool ttl_over; /* its time to live is 0 */
	uint8_t version;
	uint8_t words;           /* what the header length claims */
	uint8_t tcp_words;       /* what TCP's data offset claims */
	struct dhcp_fields dhcp; /* the start of `data`, or all of it */
};

struct packet {
	enum who to, from;
	uint16_t type; /* EtherType; for others than ARP and IPv4 the payload is arbitrary */
	struct arp_fields arp;
	struct ipv4_fields ip;
	uint8_t icmp6; /* with TYPE_IPV6: the type of the message in it */
};

/* clang-format off */
/* In two steps, so that one macro can give several fields. */
#define ARP(...) ARP_FIELDS(__VA_ARGS__)
#define ARP_FIELDS(to, from, ...) { to, from, TYPE_ARP, .arp = { __VA_ARGS__ } }
#define IP(...) IP_FIELDS(__VA_ARGS__)
#define IP_FIELDS(to, from, ...) { to, from, TYPE_IPV4, .ip = { __VA_ARGS__ } }
#define ICMP6(to, from, message) { to, from, TYPE_IPV6, .icmp6 = message }
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

const struct mac *mac_of(enum who who);
const struct ipv4 *ipv4_of(enum where where);
size_t tags_octets(const struct tags *tags); /* of the Ethernet header and its tags */
uint16_t tags_vlan(const struct tags *tags); /* the innermost id */
void packet_build(struct octets *frame, const struct packet *packet, const struct tags *tags);

#endif
