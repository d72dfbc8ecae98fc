/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people say of a host, in the configuration, by command or by bpftool: who it is and what may
 * wake it. Plain data without pointers: copied whole, compared field by field, owned by whoever
 * holds it.
 */
#ifndef SLEEPPROXY_HOST_DESCRIPTION_H
#define SLEEPPROXY_HOST_DESCRIPTION_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum {
	HOST_NAME_MAX_SIZE = 64,
	HOST_ADDRESSES = 16,
	HOST_PORTS = 64,
	HOST_SOURCES = 16,
};

struct wake_port {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: none at all, which stands alone */
	uint16_t port;    /* host byte order; 0: any */
};

struct source_prefix {
	struct ipv6 address;
	uint8_t bits; /* of the mapped address, 0 to 128 */
	bool allow;
};

/* The ports that wake and the sources that may. Empty: the built-in rule, any TCP from anybody. */
struct wake_policy {
	struct wake_port ports[HOST_PORTS];
	size_t port_count;
	struct source_prefix sources[HOST_SOURCES];
	size_t source_count;
};

/* The lease that a host is said to have, where its own DHCP is not heard. */
enum { CLIENT_ID_MAX = 64, HOSTNAME_MAX_SIZE = 64 };

struct lease_description {
	struct ipv4 address;              /* 0.0.0.0: none is said */
	struct ipv4 server;               /* 0.0.0.0: any */
	uint8_t client_id[CLIENT_ID_MAX]; /* option 61 */
	size_t client_id_length;          /* octets; 0: it sends none */
	char hostname[HOSTNAME_MAX_SIZE]; /* option 12; empty: it sends none */
};

struct host_description {
	char name[HOST_NAME_MAX_SIZE];
	struct mac mac;
	struct ipv6 addresses[HOST_ADDRESSES];
	size_t address_count;
	struct wake_policy policy;
	char interface[IFNAMSIZ]; /* empty: any */
	uint16_t vlan;            /* 0: any */
	bool nic_answers_arp;     /* the network card answers ARP in its sleep */
	bool unasked;             /* silence and unanswered ARP requests mean sleep */
	uint8_t secureon[6];
	size_t secureon_length; /* octets: 0, 4 or 6 */
	struct lease_description lease;
};

/*
 * 0, or -EINVAL with the reason, in words, in `why`: no name, an address twice, an address of no
 * one host … It may have no address: then it is answered for at the one that it has by DHCP.
 */
int description_check(const struct host_description *spec, char *why, size_t why_size);
/* NULL, or what is wrong with it as a host's own address: "is a multicast address" … */
const char *address_error(const struct ipv6 *address);
bool policy_equal(const struct wake_policy *a, const struct wake_policy *b);
bool description_equal(const struct host_description *a, const struct host_description *b);

/* "host-525400123456": who adds a host by its MAC alone finds it under it. */
void host_name_from_mac(const struct mac *mac, char name[HOST_NAME_MAX_SIZE]);

/* Its place among the host's addresses; -1: it is none of them. */
int description_find_address(const struct host_description *spec, const struct ipv6 *address);

/*
 * 0, -EEXIST where it stands there already (a source: as allowed or as denied), -ENOSPC; -EINVAL:
 * none beside other ports
 */
int description_add_address(struct host_description *spec, const struct ipv6 *address);
/* The last one takes its place. */
void description_remove_address(struct host_description *spec, const struct ipv6 *address);
int policy_add_port(struct wake_policy *policy, uint8_t protocol, uint16_t port);
int policy_add_source(struct wake_policy *policy, const struct ipv6 *address, uint8_t bits,
                      bool allow);

#endif
