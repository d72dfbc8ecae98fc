/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy's side of the Network Proxy Protocol (docs/npp.md, "What a proxy does"). In: messages,
 * who answers for which address, and what hosts do. Out, through one table of actions: answers, and
 * what becomes of the hosts.
 */
#ifndef SLEEPPROXY_NPP_SERVER_PROXY_H
#define SLEEPPROXY_NPP_SERVER_PROXY_H

#include "npp/npp_packet.h"
#include "npp/npp_keys.h"
#include "npp_server/counts.h"
#include "npp_server/session.h"

struct event_base;
struct json_object;
struct proxy;

struct proxy_settings {
	uint8_t icmp_type;
	uint16_t lifetime; /* s, of an advertisement */
	int32_t preference;
	uint32_t hosts_max; /* that may be known for their handover alone */
	/* NULL: anybody may hand himself over. It outlives the proxy, or the next settings. */
	const struct npp_keys *keys;
};

/* All take the context first. Addresses are IPv4, mapped where they are an ipv6. */
struct proxy_actions {
	void *context;
	void (*send)(void *context, const struct iface *port, const struct npp_packet *datagram);
	/* Asks the LAN for the address; who answers is told by proxy_claimed. */
	void (*ask)(void *context, const struct iface *port, uint16_t vlan, struct ipv4 address);
	/* Its own address towards the peer; 0.0.0.0: it has none there. */
	struct ipv4 (*own_address)(void *context, const struct iface *port, struct ipv4 peer);
	bool (*is_own)(void *context, struct ipv4 address);
	/* May the address be the host's? */
	enum proxy_refusal (*check)(void *context, const struct mac *mac,
	                            const struct ipv6 *address);
	/* Is the host known for more than its handover? */
	bool (*is_known)(void *context, const struct mac *mac);
	/*
	 * The host hands itself over as `session` has it by now; `before` (NULL: nothing): what it
	 * said earlier. 0 or -errno, as registry_add, and then nothing has changed.
	 */
	int (*take)(void *context, struct session *session, const struct session *before,
	            const struct session_request *request);
	/* The host says that it is up. */
	void (*give_back)(void *context, const struct mac *mac);
	/* What it said of itself counts no more; `forget`: the host is not known without it. */
	void (*drop)(void *context, const struct session *session, bool forget);
	void (*wake)(void *context, const struct mac *mac); /* its Sleep Timer is over */
	/* How its lease stands, in the terms of the Wakeup Confirm. */
	void (*lease)(void *context, const struct mac *mac, struct npp_wakeup_confirm *confirm);
	/* For the next start. */
	void (*save)(void *context, const struct session *session);
	void (*save_trust)(void *context, struct ipv4 source, struct json_object *trust);
	void (*forget_trust)(void *context, struct ipv4 source);
};

struct proxy *proxy_new(struct event_base *base, const struct proxy_actions *actions);
void proxy_free(struct proxy *proxy);
void proxy_set(struct proxy *proxy, const struct proxy_settings *settings);

/* A message that came in by the port. */
void proxy_hear(struct proxy *proxy, const struct iface *port, const struct npp_packet *datagram);

/* Somebody says, by ARP, that he has the address. */
void proxy_claimed(struct proxy *proxy, struct ipv4 address, const struct mac *mac);

/* The host is up, though it did not say so. */
void proxy_host_is_up(struct proxy *proxy, const struct mac *mac);

/* The host is known no more. */
void proxy_forget(struct proxy *proxy, const struct mac *mac);

/*
 * What the host said of itself counts no more, since somebody else claims it: it is up, and anybody
 * may have had its address from DHCP since.
 */
void proxy_drop(struct proxy *proxy, const struct mac *mac);

/* What the proxy tells all hosts behind the port; lifetime 0: it takes its leave. */
void proxy_advertise(struct proxy *proxy, const struct iface *port, bool leaving);

/* NULL: it never handed itself over. */
const struct session *proxy_find(const struct proxy *proxy, const struct mac *mac);
void proxy_each(struct proxy *proxy, void (*each)(void *context, struct session *session),
                void *context);

/* As an earlier daemon saved it. */
void proxy_restore(struct proxy *proxy, const struct session *session);
void proxy_restore_trust(struct proxy *proxy, struct ipv4 source, struct json_object *trust);

/* The machine was suspended: what was due meanwhile is due now. */
void proxy_resume(struct proxy *proxy);

/* Messages so far, by what became of them. */
const uint64_t *proxy_counts(const struct proxy *proxy);

#endif
