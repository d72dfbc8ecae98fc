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

#include "base/addr.h"

enum { HOST_NAME_MAX_SIZE = 64, HOST_GROUPS = 32 };

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

/* What becomes of echo requests (ping) for it while it sleeps. */
enum echo_policy { ECHO_ANSWER, ECHO_IGNORE, ECHO_WAKE };
extern const char *const echo_policy_names[]; /* "answer" …, up to NULL */

/* What is one value each, and kept as it is said. */
struct host_attributes {
	char interface[IFNAMSIZ]; /* empty: any */
	uint16_t vlan;            /* 0: any */
	bool arp_offload;         /* the network card answers ARP and ND in its sleep */
	uint8_t echo;             /* enum echo_policy */
	bool detect_sleep;        /* silence and unanswered ARP requests mean sleep */
	uint8_t secureon_length;  /* octets: 0, 4 or 6 */
	uint8_t secureon[6];
	bool has_watts; /* it is said */
	uint32_t watts; /* mW, at most WATTS_MAX: what it takes while it is up, and not asleep */
};

enum { WATTS_MAX = 100000000 };

struct host_description {
	char name[HOST_NAME_MAX_SIZE];
	struct mac mac;
	struct ipv6 addresses[HOST_ADDRESSES];
	size_t address_count;
	struct ipv6 groups[HOST_GROUPS]; /* multicast, of which it is a member */
	size_t group_count;
	struct wake_policy policy;
	struct host_attributes attributes;
	struct lease_description lease;
};

/*
 * Whether its members, each of which has been read as config/ and base/fields do, make a host: 0,
 * or -EINVAL with the reason in `why`: no MAC, an address of no one host, "none" beside other ports
 * … It may have no address: then it is answered for at the one that it has by DHCP.
 */
int description_check(const struct host_description *description, char *why, size_t why_size);
/* NULL, or what is wrong with it as a host's own address: "is a multicast address" … */
const char *address_error(const struct ipv6 *address);

/*
 * As JSON, both ways: the SPEC of control/protocol.h, on the control socket and in the store. The
 * caller owns the object. From it: 0, or -EINVAL with the member and what was expected of it, or as
 * description_check, in `why`. Members that it does not know are refused.
 */
struct json_object;
struct json_object *description_to_json(const struct host_description *description);
int description_from_json(struct json_object *json, struct host_description *description, char *why,
                          size_t why_size);

/* "host-525400123456": who adds a host by its MAC alone finds it under it. */
void host_name_from_mac(const struct mac *mac, char name[HOST_NAME_MAX_SIZE]);
/* Such a name, and one that is read as a MAC, is of the host with that MAC alone. */
bool host_name_is_for(const char *name, const struct mac *mac);

/*
 * Add to a list: 0, -EEXIST where it is in it already (a source: as allowed or as denied), -ENOSPC;
 * -EINVAL: none beside other ports
 */
int policy_add_port(struct wake_policy *policy, uint8_t protocol, uint16_t port);
int policy_add_source(struct wake_policy *policy, const struct ipv6 *address, uint8_t bits,
                      bool allow);

#endif
