/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's side of the Network Proxy Protocol (docs/npp.md, "What a proxy does"): messages in,
 * requests out, answers to them back. What a request may do is judged in register/, and carried out
 * by the daemon. Every message ends in exactly one count.
 */
#ifndef SLEEPPROXY_NPP_SERVER_H
#define SLEEPPROXY_NPP_SERVER_H

#include "host/host_store.h"
#include "net/iface.h"
#include "net/net_state.h"
#include "npp/npp_auth.h"
#include "register/register.h"

struct npp_server;

struct npp_server_settings {
	uint8_t icmp_type;
	uint16_t lifetime; /* s, of an advertisement */
	int32_t preference;
	const struct npp_keys *keys; /* NULL: requests need no signature */
};

/* What it works with, and does not own. `fd`: packet_open's, to send by. */
struct npp_server_parts {
	int fd;
	const struct net_state *net;
	const struct host_table *table;
	const struct registrar *registrar;
	struct host_store *store;                   /* for replay data; NULL: none */
	const struct npp_server_settings *settings; /* as they are at each message */
};

struct npp_server *npp_server_new(const struct npp_server_parts *parts);
void npp_server_free(struct npp_server *server); /* takes NULL */

/* To whom, and how, an answer goes. */
struct npp_requester {
	struct iface iface;
	struct mac mac;
	uint16_t vlan;
	struct ipv4 source, destination; /* of the request */
	enum npp_subtype subtype;
	uint16_t transaction;
	bool authenticated; /* signed with a key of ours: so is the answer */
	struct npp_authentication authentication;
};

enum npp_request_kind { NPP_REQUEST_NONE, NPP_REQUEST_SLEEP, NPP_REQUEST_REPORT };

/* A request that is to be carried out. */
struct npp_server_request {
	enum npp_request_kind kind;
	struct host *host; /* NULL: not known yet */
	struct npp_requester requester;
	struct registration_request registration; /* of NPP_REQUEST_SLEEP */
	uint16_t client_id;                       /* of NPP_REQUEST_REPORT */
	uint64_t digest;
};

/* A message that came in by `iface`, before it is parsed. False: its source has sent too many. */
bool npp_server_admit(struct npp_server *server, const struct iface *iface,
                      const struct npp_packet *packet, const struct now *now);
/*
 * It was parsed: as npp_message_read says, or as another process says and npp_message_check allows.
 * NPP_REQUEST_NONE: it is done with.
 */
void npp_server_receive(struct npp_server *server, const struct iface *iface,
                        const struct npp_packet *packet, enum npp_parse_error error,
                        const struct npp_message *message, const struct now *now,
                        struct npp_server_request *request);

/* Answers to a Sleep Request or a Wakeup Report. Each counts. */
void npp_server_confirm(struct npp_server *server, const struct npp_requester *requester,
                        const struct npp_client *client, bool duplicate);
void npp_server_reject(struct npp_server *server, const struct npp_requester *requester,
                       enum reject_reason reason);
/* Without an answer: the host was up, or removed, before its request was carried out. */
void npp_server_cancel(struct npp_server *server, const struct npp_requester *requester);

/* To all hosts on the interface. `leaving`: lifetime 0. */
void npp_server_advertise(struct npp_server *server, const struct iface *iface, bool leaving);

/* As an earlier daemon stored it. */
void npp_server_restore_replay(struct npp_server *server, struct ipv4 source,
                               struct json_object *row);

/* The counters by index, without "npp_" in their names; false: there is no such index. */
bool npp_server_counter(const struct npp_server *server, size_t index, const char **name,
                        const char **meaning, uint64_t *count);

#endif
