/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands, what several of them begin with, and how they print results. */
#ifndef SLEEPPROXY_AGENT_H
#define SLEEPPROXY_AGENT_H

#include "agent/npp_transaction.h"

/* Exit statuses. */
enum { AGENT_DONE, AGENT_FAILED, AGENT_USAGE };

struct agent {
	struct settings settings;
	struct npp_keys keys; /* none: messages are not signed */
	const char *config_path, *state_path;
	bool json;
	struct json_object *lists; /* with `json`: to print; NULL: none yet */
	bool enable_wol;           /* before anything else */
};

/* Each returns the exit status. */
int command_status(struct agent *agent);
int command_discover(struct agent *agent);
int command_doctor(struct agent *agent);
int command_sleep(struct agent *agent);
int command_wake(struct agent *agent);

/* The interface of the default route, where the settings name none; and the keys. Exit status. */
int agent_find_interfaces(struct agent *agent);
int agent_read_keys(struct agent *agent);

/* The state file, empty on failure; people are told where there is nothing in it. Exit status. */
int agent_read_state(const struct agent *agent, struct registrations *registrations);

/* NULL, or why no Magic Packet would wake this host, as far as that can be known. */
const char *agent_wake_problem(const char *interface);

/* NULL, or why nothing can be handed over there. */
const char *agent_host_info(const struct agent *agent, const char *interface,
                            struct host_info *info);

/* The same, and a channel there. The caller closes channel->fd. */
const char *agent_channel_open(const struct agent *agent, const char *interface,
                               struct host_info *info, struct channel *channel);

/*
 * On this interface, signing with that key; 0: none. 0; -ENETDOWN: it has no carrier; or as
 * ethernet_iface_find and npp_socket_open. channel->fd is then negative.
 */
int channel_open(const struct agent *agent, const char *interface, uint8_t key,
                 struct channel *channel);

/* The deadline of one interface: an equal share of the time that those before it have left. */
int64_t interface_deadline(const struct agent *agent, size_t index, int64_t deadline);

/* With `json` a list that output_lists prints, by this name, with the others; else NULL. */
struct json_object *output_list(struct agent *agent, const char *name);
void output_lists(struct agent *agent);

/*
 * Takes a result over: into the list, or, where that is NULL, prints it as lines "key: value",
 * after an empty line if it is not the first. What is of no use to people is left out.
 */
void output_result(struct json_object *list, struct json_object *result);

#endif
