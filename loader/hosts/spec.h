/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people say of a host, in the configuration, by command or by bpftool: who it is and what may
 * wake it. Plain data without pointers: copied whole, compared field by field, owned by whoever
 * holds it.
 */
#ifndef SLEEPPROXY_SPEC_H
#define SLEEPPROXY_SPEC_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum {
	SPEC_NAME = 64,
	SPEC_ADDRESSES = 16,
	SPEC_PORTS = 64,
	SPEC_SOURCES = 16,
};

struct spec_port {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: none at all, which stands alone */
	uint16_t port;    /* host byte order; 0: any */
};

struct spec_source {
	struct ipv6 address;
	uint8_t bits; /* of the mapped address, 0 to 128 */
	bool allow;
};

/* The ports that wake and the sources that may. Empty: the built-in rule, any TCP from anybody. */
struct spec_policy {
	struct spec_port ports[SPEC_PORTS];
	size_t port_count;
	struct spec_source sources[SPEC_SOURCES];
	size_t source_count;
};

/* The lease that a host is said to have, where its own DHCP is not heard. */
enum { SPEC_CLIENT_ID = 64, SPEC_HOSTNAME = 64 };

struct spec_lease {
	struct ipv4 address;               /* 0.0.0.0: none is said */
	struct ipv4 server;                /* 0.0.0.0: any */
	uint8_t client_id[SPEC_CLIENT_ID]; /* option 61 */
	size_t client_id_length;           /* octets; 0: it sends none */
	char hostname[SPEC_HOSTNAME];      /* option 12; empty: it sends none */
};

struct host_spec {
	char name[SPEC_NAME];
	struct mac mac;
	struct ipv6 addresses[SPEC_ADDRESSES];
	size_t address_count;
	struct spec_policy policy;
	char interface[IFNAMSIZ]; /* empty: any */
	uint16_t vlan;            /* 0: any */
	bool nic_answers_arp;     /* the network card answers ARP in its sleep */
	bool unasked;             /* silence and unanswered ARP requests mean sleep */
	uint8_t secureon[6];
	size_t secureon_length; /* octets: 0, 4 or 6 */
	struct spec_lease lease;
};

/*
 * 0, or -EINVAL with the reason, in words, in `why`: no name, an address twice, an address of no
 * one host … It may have no address: then it is answered for at the one that it has by DHCP.
 */
int spec_check(const struct host_spec *spec, char *why, size_t why_size);
/* NULL, or what is wrong with it as a host's own address: "is a multicast address" … */
const char *spec_address_flaw(const struct ipv6 *address);
bool policy_equal(const struct spec_policy *a, const struct spec_policy *b);
bool spec_equal(const struct host_spec *a, const struct host_spec *b);

/* "host-525400123456": who adds a host by its MAC alone finds it under it. */
void spec_name_after_mac(const struct mac *mac, char name[SPEC_NAME]);

/* Its place among the host's addresses; -1: it is none of them. */
int spec_find_address(const struct host_spec *spec, const struct ipv6 *address);

/*
 * 0, -EEXIST where it stands there already (a source: as allowed or as denied), -ENOSPC; -EINVAL:
 * none beside other ports
 */
int spec_add_address(struct host_spec *spec, const struct ipv6 *address);
/* The last one takes its place. */
void spec_remove_address(struct host_spec *spec, const struct ipv6 *address);
int spec_add_port(struct spec_policy *policy, uint8_t protocol, uint16_t port);
int spec_add_source(struct spec_policy *policy, const struct ipv6 *address, uint8_t bits,
                    bool allow);

#endif
