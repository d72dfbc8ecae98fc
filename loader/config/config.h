/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration file, read whole into one value, or refused with the file, the line and what
 * was expected there.
 */
#ifndef SLEEPPROXY_CONFIG_H
#define SLEEPPROXY_CONFIG_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>

#include "host/life.h"
#include "datapath_config.h"
#include "host/description.h"

enum { CONFIG_INTERFACES = 16, CONFIG_ERROR = 1024 };

enum xdp_mode { XDP_MODE_AUTO, XDP_MODE_NATIVE, XDP_MODE_GENERIC };

/* Whose MAC a sleeper's DHCP requests come from. */
enum dhcp_source {
	DHCP_SOURCE_PROXY,
	DHCP_SOURCE_HOST, /* for switches with DHCP snooping, that compare it with chaddr */
};

enum on_stop {
	ON_STOP_WAKE, /* wake the sleepers, then let go of the interface */
	/* leave the datapath in place, for the next start within the heartbeat's lease */
	ON_STOP_KEEP,
};

struct config_interface {
	char name[IFNAMSIZ];
	enum xdp_mode mode;
	enum answer_mode answer;
	enum dhcp_source dhcp_source;
};

/* The Network Proxy Protocol (docs/npp.md). */
struct config_npp {
	bool on;
	uint32_t icmp_type;
	uint32_t interval; /* s, between advertisements; 0: none but answers */
	uint32_t lifetime; /* s, of an advertisement; 0: three intervals */
	int32_t preference;
	uint32_t hosts_max;  /* that may be known for their handover alone */
	char keys[PATH_MAX]; /* a file; empty: none are asked for */
};

struct config {
	struct config_interface interfaces[CONFIG_INTERFACES];
	size_t interface_count;
	struct life_timing timing;
	struct wake_policy policy; /* for hosts without ports or sources of their own */
	uint32_t heartbeat_lease;  /* s */
	int64_t lease_floor;       /* ms: no DHCP lease is taken for shorter */
	uint32_t max_hosts;
	enum on_stop on_stop;
	struct config_npp npp;
	struct host_description *hosts; /* owned */
	size_t host_count;
};

/* The defaults, no interface, no host. */
void config_init(struct config *config);
void config_done(struct config *config);

/*
 * 0, or a negative errno with "FILE:LINE: what is wrong, and what was expected" in `error`;
 * `config` is then untouched. On success it owns what it had before no longer (config_done is
 * called on it).
 */
int config_load(const char *path, struct config *config, char error[CONFIG_ERROR]);

/* Adds an interface with defaults, or finds it. NULL: the table is full. */
struct config_interface *config_interface(struct config *config, const char *name);

#endif
