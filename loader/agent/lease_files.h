/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lease that a machine's DHCP client holds, out of the files in which clients keep what they
 * know: none tells others in any other way that all of them have. busybox's udhcpc keeps nothing.
 */
#ifndef SLEEPPROXY_AGENT_LEASE_FILES_H
#define SLEEPPROXY_AGENT_LEASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/addresses.h"
#include "dhcp/dhcp_message.h"

struct client_lease {
	struct ipv4 address;
	struct ipv4 server; /* option 54 */
	uint32_t total;     /* s, as granted last, or DHCP_INFINITE */
	int64_t begun;      /* s since 1970, by the wall clock of then */
	/* `begun` is when it was granted last. Else the same may have been granted anew since. */
	bool dated;
	struct dhcp_option client_id; /* 61; empty: the file does not say, which is not "none" */
};

/* A file's content, with a zero behind it. */
struct lease_file {
	const char *octets;
	size_t length;
	int64_t written;       /* s since 1970 */
	const char *interface; /* whose lease is wanted, where it has several's */
};

/*
 * Readers, pure: what a client keeps → the lease. False, with `lease` untouched: there is none, or
 * it lacks its address, its server or its time, or is malformed.
 */
typedef bool lease_reader(const struct lease_file *file, struct client_lease *lease);

/* ISC's dhclient: the last lease of the interface. It has its own times. */
lease_reader lease_from_dhclient;

/*
 * dhcpcd: its server's DHCPACK as it came, written at each renewal. So client_id is there if the
 * server repeats it (RFC 6842).
 */
lease_reader lease_from_dhcpcd;

/*
 * systemd-networkd, and NetworkManager up to 1.20. A renewal that changes nothing leaves the file
 * as it is: not dated. (From 1.22 on NetworkManager keeps the address alone there.)
 */
lease_reader lease_from_networkd;

/* NetworkManager from 1.40 on, with any client of its own: what it knows of a device. */
lease_reader lease_from_networkmanager;

/*
 * The lease of an address among these: of several files the one that was granted last. `root` is in
 * front of all paths, "" for the machine's own. False: there is none, or none that may be read.
 */
bool lease_files_find(const char *root, const struct iface *port,
                      const struct link_addresses *addresses, struct client_lease *lease);

#endif
