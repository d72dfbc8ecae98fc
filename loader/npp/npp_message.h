/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the Network Proxy Protocol (docs/npp.md), the packets that carry them, and the socket
 * that receives these; for the proxy and for the host. Pure but for the socket.
 */
#ifndef SLEEPPROXY_NPP_MESSAGE_H
#define SLEEPPROXY_NPP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/packet.h"
#include "dhcp/dhcp6_message.h"
#include "npp.h"

/* The maximum of each that fits into the options of one message. */
enum {
	NPP_PAIRS = 24,
	NPP_PORTS = 60,
	NPP_ADDRESSES6 = 15,
	NPP_PROXIES = 30,
	NPP_SERVICES = 16,
	NPP_CLIENT_ID = 64,
	NPP_HOSTNAME = 64,
	NPP_HMAC = 32, /* octets of HMAC-SHA-256 */
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
	uint16_t lifetime; /* s; 0: the proxy stops */
	struct npp_proxy proxies[NPP_PROXIES];
	size_t proxy_count; /* at least one (RFC 1256, 5.2) */
};

struct npp_pair {
	struct mac mac;
	struct ipv4 address;
};

/* Option 3, one for each Request Option Type */
struct npp_request {
	struct npp_pair pairs[NPP_PAIRS];
	size_t pair_count;
	bool has_lease;
	uint16_t lease_total, lease_left; /* s, up to NPP_LEASE_LONG */
	struct ipv4 lease_server;         /* 0.0.0.0: not known */
	uint32_t timer;                   /* s, until the host wants to be woken; 0: none */
	uint32_t lifetime;                /* s, of the registration; 0: the proxy's */
	struct wake_port ports[NPP_PORTS];
	size_t port_count;
	bool has_ports; /* with port_count 0: no port wakes it */
	struct ipv6 addresses6[NPP_ADDRESSES6];
	size_t address6_count;
	uint8_t client_id[NPP_CLIENT_ID]; /* DHCP's option 61 */
	size_t client_id_length;
	char hostname[NPP_HOSTNAME]; /* empty: none */
	struct ipv4 backup_of;       /* the proxy with priority; 0.0.0.0: this one */
	bool has_lease6;
	struct dhcp6_lease lease6;
};

/* Options 4, 5 and 6; the lease is only in option 6 */
struct npp_client {
	uint8_t code; /* enum npp_code */
	uint16_t id;
	bool has_lease;
	enum npp_lease lease;
	uint16_t lease_total, lease_left; /* s */
};

/* Option 128 */
struct npp_authentication {
	uint8_t key;   /* its id */
	uint64_t time; /* s since 1970 */
	uint64_t nonce;
	uint8_t hmac[NPP_HMAC];
};

/* Numbers in host byte order. */
struct npp_message {
	enum npp_code code;
	uint16_t transaction;
	enum npp_subtype subtype;
	/* the one that belongs to the subtype */
	struct npp_solicitation solicitation;
	struct npp_advertisement advertisement;
	struct npp_request request;
	struct npp_client client; /* Sleep Confirm, Wakeup Report, Wakeup Confirm */
	/* in a Proxy Advertisement */
	uint16_t services[NPP_SERVICES];
	size_t service_count;
	/* in a Proxy Solicitation: a Magic Packet is asked for, to see whether it arrives */
	bool wake_test;
	/* in any message */
	bool authenticated; /* has option 128, which is not verified yet */
	struct npp_authentication authentication;
};

enum npp_parse_error {
	NPP_PARSE_ERROR_NONE,
	NPP_PARSE_ERROR_SHORT,
	NPP_PARSE_ERROR_OTHER_TYPE,
	NPP_PARSE_ERROR_BAD_CHECKSUM,
	NPP_PARSE_ERROR_BAD_CODE,
	NPP_PARSE_ERROR_BAD_SUBTYPE,
	/* in the options: the header is valid, so that a request can be answered with a failure */
	NPP_PARSE_ERROR_BAD_OPTION,
	NPP_PARSE_ERROR_MISSING_OPTION,
	NPP_PARSE_ERROR_UNEXPECTED_OPTION,
	NPP_PARSE_ERROR_UNKNOWN_REQUEST,
	NPP_PARSE_ERROR_COUNT
};

const char *npp_subtype_name(enum npp_subtype subtype); /* "Sleep Request" … */

/*
 * Parses an ICMP message: what IPv4's total length covers, without the IPv4 header and the padding
 * of the Ethernet frame. After an error in the options `message` has code, transaction and subtype,
 * and zeros; after any other, only zeros. Unknown options other than Sleep Request Options are
 * skipped, as later drafts may add some.
 */
enum npp_parse_error npp_message_read(const uint8_t *octets, size_t length, uint8_t icmp_type,
                                      struct npp_message *message);

/*
 * Is this what npp_message_read might have returned with that error? For a message that comes from
 * another process: of it nothing may be used before.
 */
bool npp_message_check(enum npp_parse_error error, const struct npp_message *message);

/*
 * Writes the message, with its checksum. An authentication option is the last, and ends with the
 * HMAC that `message` has; whoever changes it in the octets calls npp_set_checksum. The length; or
 * 0: the options do not fit, do not belong to the subtype, or are such as npp_message_read would
 * refuse.
 */
size_t npp_message_write(const struct npp_message *message, uint8_t icmp_type,
                         uint8_t octets[NPP_MESSAGE_MAX]);

void npp_set_checksum(uint8_t *octets, size_t length);

/* The options alone, into a message of zeros but for its header. On error it is written in part. */
enum npp_parse_error npp_options_read(const uint8_t *octets, size_t length,
                                      struct npp_message *message);
size_t npp_options_write(const struct npp_message *message, uint8_t octets[NPP_OPTIONS_MAX]);

/*
 * A message and the Ethernet and IPv4 addresses of its packet. Both sides send and receive whole
 * frames: a proxy knows a host by the source MAC, and a firewall that takes unknown ICMP for
 * invalid would keep the answers from a host.
 */
struct npp_packet {
	struct mac from, to;
	uint16_t vlan; /* 0: untagged */
	struct ipv4 source, destination;
	const uint8_t *octets; /* the ICMP message; not owned */
	size_t length;
};

/*
 * From an untagged frame, as the kernel delivers it. False: it is not one whole IPv4 packet with
 * ICMP in it, with right lengths and a right header checksum. `octets` points into the frame.
 */
bool npp_packet_read(const uint8_t *frame, size_t length, struct npp_packet *packet);

/* Into a frame; if it does not fit, packet_send fails (base/packet.h). */
void npp_packet_write(const struct npp_packet *packet, struct packet *frame);

/*
 * A packet socket (packet(7)) that receives, without blocking, the messages that come in on the
 * interface from now on; or -errno. A filter in the kernel drops all other frames before they wake
 * the process. Needs CAP_NET_RAW. The caller closes it. It can also send (packet_send).
 */
int npp_socket_open(uint32_t ifindex, uint8_t icmp_type);

/*
 * Receives the next packet into `frame`, to which `packet` points. 0; -EBADMSG: it is malformed, or
 * its frame is neither to this interface, nor broadcast, nor to all systems; -EAGAIN: none is left;
 * or -errno.
 */
int npp_socket_receive(int fd, uint8_t frame[PACKET_MAX], struct npp_packet *packet);

#endif
