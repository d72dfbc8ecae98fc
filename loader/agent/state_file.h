/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxies that the host is registered with: a JSON file that is kept from `sleep` to `wake`,
 * and the same as JSON for programs.
 */
#ifndef SLEEPPROXY_AGENT_STATE_FILE_H
#define SLEEPPROXY_AGENT_STATE_FILE_H

#include "agent/host_info.h"
#include "base/text.h"

enum { REGISTRATIONS_MAX = 2 * AGENT_INTERFACES };

struct json_object;

/* What a Wakeup Report to this proxy needs, and what people are shown. */
struct proxy_registration {
	char interface[IFNAMSIZ];
	struct ipv4 proxy;
	struct mac proxy_mac;
	uint16_t transaction, client;
	uint8_t key;               /* that signs messages to it; 0: none */
	uint64_t signed_at;        /* s since 1970: the last message; 0: not signed */
	unsigned int signed_count; /* messages of that second; 0: unknown */
	char when[TEXT_TIME];
	struct host_info host_info; /* as sent */
};

struct registrations {
	struct proxy_registration list[REGISTRATIONS_MAX];
	size_t count;
};

/* 0, also where there is no file: then there are none. -EBADMSG: it is malformed; -errno. */
int state_file_read(const char *path, struct registrations *registrations);

/*
 * Replaces the file atomically, readable by its owner only, and makes the directory where it is
 * missing. 0 or -errno.
 */
int state_file_write(const char *path, const struct registrations *registrations);

/*
 * Removes one from the file, and the file if none is left. Others that were written meanwhile stay.
 * 0 or -errno.
 */
int state_file_remove(const char *path, const struct proxy_registration *done);

/* New objects, the caller's. The first is what the file has: {"registrations": […]}. */
struct json_object *registrations_to_json(const struct registrations *registrations);
struct json_object *registration_to_json(const struct proxy_registration *registration);
struct json_object *host_info_to_json(const char *interface, const struct host_info *info);

/* Pure. False: malformed, or without what a report needs; there are then no registrations. */
bool registrations_parse(const char *text, size_t length, struct registrations *registrations);

#endif
