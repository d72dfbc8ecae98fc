/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of DHCP clients say of their leases. Pure. */
#ifndef SLEEPPROXY_LEASE_FORMATS_H
#define SLEEPPROXY_LEASE_FORMATS_H

#include "dhcp/dhcp6_message.h"

/*
 * The lease that this machine's DHCP client holds, read from the client's own files: there is no
 * other interface that all clients have. busybox's udhcpc stores nothing.
 */
struct client_lease {
	struct ipv4 address;
	struct ipv4 server; /* option 54 */
	uint32_t total;     /* s, as last granted, or DHCP_INFINITE */
	uint32_t left;      /* the same, by lease_time_left; 0: only its file has been read */
	int64_t begun;      /* s since 1970, by the wall clock of that time */
	bool dated;         /* `begun` is the last grant; else it may have been renewed since */
	struct dhcp_option client_id; /* 61; empty: the file does not say whether there is one */
};

/* A file's content, followed by a zero octet. */
struct lease_file {
	const char *octets;
	size_t length;
	int64_t written;       /* s since 1970 */
	const char *interface; /* whose lease to read from a file with several interfaces' */
};

/*
 * Parsers, pure. False, with `lease` untouched: the file has no lease, or one that is malformed or
 * without address, server or time.
 */
typedef bool lease_reader(const struct lease_file *file, struct client_lease *lease);

lease_reader lease_from_dhclient;
/* The server's DHCPACK, written at each renewal; with client_id if that repeats it (RFC 6842). */
lease_reader lease_from_dhcpcd;
/*
 * Also NetworkManager's up to 1.20; later ones have only the address there. A renewal that changes
 * nothing does not write the file: not dated.
 */
lease_reader lease_from_networkd;
lease_reader lease_from_networkmanager; /* from 1.40 on: its state of a device */

/*
 * The same of DHCPv6: an IA_NA. NetworkManager and systemd-networkd tell nobody all of it; who
 * wants to know it must snoop their messages.
 */
struct client_lease6 {
	struct dhcp6_lease lease; /* its times: as granted, and of each address not 0 */
	int64_t begun;            /* s since 1970: the first of its addresses */
};

typedef bool lease6_reader(const struct lease_file *file, struct client_lease6 *lease);

lease6_reader lease6_from_dhclient;
lease6_reader lease6_from_dhcpcd; /* the server's Reply, written at each renewal */

#endif
