/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Membership of multicast groups on the wire: IGMP of all versions (RFC 1112, 2236, 3376) and MLD
 * (RFC 2710, 3810). Read: queries, and what hosts report. Written: reports in a sleeping host's
 * name, and a query that makes one host report again. Pure.
 */
#ifndef SLEEPPROXY_GROUP_MESSAGE_H
#define SLEEPPROXY_GROUP_MESSAGE_H

#include "base/addr.h"
#include "base/packet.h"

enum group_parse_error {
	GROUP_PARSE_ERROR_NONE,
	GROUP_PARSE_ERROR_INVALID, /* too short, a wrong checksum, from another link … */
	GROUP_PARSE_ERROR_OTHER,   /* of a type that says nothing of memberships */
	GROUP_PARSE_ERROR_COUNT
};

/* IGMP has all three; MLD, which was derived from IGMPv2, is 2 (MLDv1) or 3 (MLDv2) here. */
enum group_version { GROUP_VERSION_1 = 1, GROUP_VERSION_2, GROUP_VERSION_3 };

/*
 * A host joins or leaves a group. `source` ::, from all of its sources: what it joins replaces its
 * sources, what it leaves is the group with all of them.
 */
struct group_change {
	struct ipv6 group, source; /* IPv4: mapped */
	uint8_t joins, pad;
};

/* So many of one message are read. A host's report of 32 groups has them, with their sources. */
enum { GROUP_CHANGES = 96 };

struct group_message {
	uint8_t is_query, is_ipv6;
	uint8_t version;          /* enum group_version */
	uint8_t change_count;     /* of a report; in the order in which they are to be made */
	uint32_t max_response_ms; /* of a query */
	struct ipv6 group;        /* of a query; ::, of all groups */
	struct ipv6 source;       /* of the packet */
	struct group_change changes[GROUP_CHANGES];
};

/*
 * Reads a packet that begins with its IP header. Sources that a host excludes are left out, so it
 * may receive more than it asked for. `message` is all zeros where there is an error.
 */
enum group_parse_error group_message_read(const uint8_t *octets, size_t length,
                                          struct group_message *message);
/* Is it what group_message_read may say with this error? */
bool group_message_check(unsigned int error, const struct group_message *message);

/* A group of a host; `source` :: as above. */
struct group_membership {
	struct ipv6 group, source;
};

/* Who sends. */
struct group_sender {
	struct mac mac;
	uint16_t vlan;      /* 0: no tag */
	struct ipv6 source; /* of the family of what is sent */
};

enum { GROUP_MEMBERSHIPS = 32 }; /* of one host; a report of all fits into a frame */

/*
 * A report of these memberships, which are of one family. Those of one group follow each other.
 * Versions before 3 have a group in each report: of `memberships` the first is written.
 */
void group_write_report(struct packet *packet, const struct group_sender *from,
                        enum group_version version, const struct group_membership *memberships,
                        size_t count);

/*
 * A query for all groups, in a frame to `to` alone: other hosts and the switch do not see it, so it
 * is not taken for a querier's, and need not be of the version that is in use (RFC 3376, 7.2.1, and
 * RFC 3810, 8.2.1: hosts keep to the older one). The source is 0.0.0.0 with IGMP, as of switches
 * that are no querier (RFC 4541, 2.1.1), and a link-local address with MLD, which demands one.
 */
void group_write_query(struct packet *packet, const struct group_sender *from,
                       const struct mac *to);

#endif
