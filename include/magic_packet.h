/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The payload of a Magic Packet, on the wire. A SecureOn password follows it, if there is one. */
#ifndef SLEEPPROXY_MAGIC_PACKET_H
#define SLEEPPROXY_MAGIC_PACKET_H

#include "address.h"

enum { MAGIC_ETHERTYPE = 0x0842, MAGIC_REPEATS = 16 };

struct magic_packet {
	__u8 sync[6]; /* all ones */
	struct mac host[MAGIC_REPEATS];
};

ASSERT_SIZE(struct magic_packet, 102);

#endif
