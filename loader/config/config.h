/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's configuration file. */
#ifndef SLEEPPROXY_CONFIG_H
#define SLEEPPROXY_CONFIG_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>

#include "host/step.h"
#include "base/text.h"
#include "datapath_config.h"
#include "host/description.h"

enum { CONFIG_INTERFACES = 16, CONFIG_SUBNETS = 16, CONFIG_ERROR = 2048 };

/* Whose MAC the DHCP requests for a sleeping host come from. */
enum dhcp_source {
	DHCP_SOURCE_PROXY,
	DHCP_SOURCE_HOST, /* for switches with DHCP snooping, which compare it with chaddr */
};

enum on_stop {
	ON_STOP_WAKE, /* wake sleeping hosts, then detach */
	ON_STOP_KEEP, /* leave the datapath attached; it answers until the heartbeat timeout */
};

struct config_interface {
	char name[IFNAMSIZ];
	enum xdp_mode mode;
	enum answer_mode answer;
	enum dhcp_source dhcp_source;
	/* on its link besides those of its own addresses; `allow` is not used */
	struct source_prefix subnets[CONFIG_SUBNETS];
	size_t subnet_count;
};

/* The Network Proxy Protocol (docs/npp.md). */
struct config_npp {
	bool on;
	uint32_t icmp_type;
	uint32_t interval; /* s, between advertisements; 0: only answers to solicitations */
	uint32_t lifetime; /* s, of an advertisement; 0: three intervals */
	int32_t preference;
	uint32_t max_registrations; /* hosts that are known only by their registration */
	int64_t lifetime_max;       /* ms, of a registration, from when its host was seen last */
	char keys[PATH_MAX];        /* path of the key file; empty: no keys */
};

/* HTTP: metrics, events, the page. */
struct config_http {
	struct endpoint listen;    /* port 0: off */
	char token_file[PATH_MAX]; /* empty: nobody may wake or let sleep by HTTP */
};

struct config {
	struct config_interface interfaces[CONFIG_INTERFACES];
	size_t interface_count;
	struct life_timing timing;
	struct wake_policy policy;  /* for hosts without ports or sources */
	uint32_t heartbeat_timeout; /* s */
	int64_t min_lease;          /* ms: the shortest duration that is assumed for a DHCP lease */
	bool memberships;           /* of multicast groups are kept up while their host sleeps */
	bool learn;                 /* the IPv6 addresses that hosts use are theirs */
	bool hold;                  /* connections to hosts that are woken are kept for them */
	uint32_t max_hosts;
	enum on_stop on_stop;
	struct config_npp npp;
	struct config_http http;
	struct host_description *hosts; /* owned; until they are described */
	size_t host_count;
	struct mac *macs; /* of the hosts, sorted; owned */
	size_t mac_count;
};

/* The defaults, no interface, no host. */
void config_init(struct config *config);
void config_done(struct config *config);

/*
 * Replaces `config`, which must be initialized. 0, or a negative errno with "FILE:LINE: what is
 * wrong; what was expected" in `why`, and `config` untouched.
 */
int config_load(const char *path, struct config *config, char why[CONFIG_ERROR]);

/* What is wrong with the name of an interface to serve: "is …"; NULL: nothing. */
const char *config_interface_error(const char *name);

#define CONFIG_HTTP_EXPECTED "an address and a port such as 127.0.0.1:9464 or [::1]:9464"

/* Once all hosts are there: for config_has_host. 0 or -ENOMEM. */
int config_sort_macs(struct config *config);
/* A kilobyte each. Their MACs stay. */
void config_drop_hosts(struct config *config);
bool config_has_host(const struct config *config, const struct mac *mac);

/* Finds the interface, or adds it with defaults. NULL: there are CONFIG_INTERFACES already. */
struct config_interface *config_interface(struct config *config, const char *name);

#endif
