/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon: one event loop on one thread, which owns everything here; the store alone has a
 * thread of its own. A part's start returns 0 or a negative errno and has then logged why; its stop
 * takes a part that was never started.
 */
#ifndef SLEEPPROXY_DAEMON_H
#define SLEEPPROXY_DAEMON_H

#include <event2/event.h>

#include "config/config.h"
#include "daemon/listeners.h"
#include "datapath/datapath.h"
#include "dhcp/dhcp_client.h"
#include "dhcp/dhcp_memory.h"
#include "host/host.h"
#include "host/host_store.h"
#include "net/net_state.h"
#include "npp/npp_auth.h"
#include "npp_server/npp_server.h"
#include "parser/parser.h"
#include "register/register.h"

enum { DAEMON_WHY = 256 }; /* of a reason, as text */

struct options {
	const char *interfaces[CONFIG_INTERFACES];
	size_t interface_count;
	const char *config, *http; /* NULL: none */
	const char *socket, *pin_dir, *state_dir;
	bool json; /* of the doctor */
};

enum served_state { SERVED_ABSENT, SERVED_ATTACHED, SERVED_FAILED, SERVED_DETACHED };

/* An interface that is served. */
struct served_iface {
	struct config_interface config;
	enum served_state state;
	struct iface iface;                     /* as it was attached */
	struct datapath_config datapath_config; /* of its program */
	struct attachment *attachment;
	int64_t retry_at;                      /* where it failed: ms of CLOCK_MONOTONIC */
	bool promiscuous;                      /* for answers with the host's MAC */
	bool all_multicast;                    /* as a member of too many groups */
	struct listener *listeners[LISTENERS]; /* NULL: none */
	char detail[DATAPATH_WHY];             /* why it is not attached */
};

/* Who is told of events. The only callback: the log, the history, clients that watch. */
struct subscriber {
	void (*on_event)(void *context, const struct host_event *event);
	void *context;
};

enum { SUBSCRIBERS_MAX = 4, EVENTS_MAX = 20 };

/* Of an event of the loop that does not wait until others have had their turn. */
enum { PRIORITY_URGENT = 0 };

#define STORE_BATCH_NEXT UINT64_MAX       /* the one that is submitted at the end of this turn */
#define STORE_BATCH_DONE (UINT64_MAX - 1) /* a completion that can be taken */

/* What waits for a batch of the store. */
struct store_wait {
	enum {
		WAIT_COMPLETION, /* the end of a request, for the client of that token */
		WAIT_REPORT,     /* the Confirm of a Wakeup Report follows what that has changed */
		WAIT_PROPOSAL,   /* it is carried out once the host's row has it */
	} kind;
	uint64_t batch; /* 0 is one, too: of what changes nothing before anything was stored */
	uint64_t token;
	int err;    /* of a completion: negative errno: it was not done, or is not kept */
	char *json; /* … a result, to be freed by who takes it; NULL: none */
	struct npp_requester requester;
	struct npp_client confirm;
	struct proposal *proposal;
	struct store_wait *prev, *next;
};

struct daemon {
	struct options options;
	struct config config;
	struct event_base *base;
	struct event *events[EVENTS_MAX]; /* all of them */
	size_t event_count;
	struct event *deadline_event; /* of the hosts and of the registrar */
	struct event *flush_event;    /* at the end of a turn of the loop */
	struct event *tick_event;     /* NULL: the daemon is starting */
	int64_t beat_due; /* ms of CLOCK_MONOTONIC: when the heartbeat is to be written */
	struct parser *parser;
	int packet_fd;
	struct datapath *datapath;
	bool maps_reused, maps_fresh; /* an earlier daemon's, that was alive until now */
	struct net_state *net;
	struct host_store *store; /* NULL: nothing is kept */
	uint64_t store_batch;     /* submitted last */
	uint64_t store_done;      /* the last one with a result */
	int store_err;            /* of the last commit */
	int64_t wall_offset;      /* ms, of the wall clock from CLOCK_BOOTTIME, in the rows */
	char boot_id[LEASE_RECORD_BOOT_ID]; /* of this start of the machine */
	struct host_table *hosts;
	struct host_timing timing;
	uint64_t descriptions;   /* so far, for struct described */
	bool in_step;            /* no step runs inside another */
	int64_t next_turn;       /* of daemon_next_turn(), us of CLOCK_MONOTONIC */
	struct holding *holding; /* connections that wait for hosts to be up */
	struct host *dirty;      /* hosts whose rows are out of date */
	unsigned int unsynced;   /* hosts whose tables are to be written again */
	struct store_wait *waits;
	struct event *completions_ready; /* of the control socket; NULL: nobody waits */
	struct subscriber subscribers[SUBSCRIBERS_MAX];
	size_t subscriber_count;
	struct registrar registrar;
	struct npp_server *npp;
	struct npp_server_settings npp_settings;
	struct npp_keys keys; /* none: requests need no signature */
	uint64_t dhcp_counts[DHCP_COUNT_COUNT];
	struct mac learning_next;        /* the host with which the next tick of learning begins */
	struct dhcp_memory *dhcp_memory; /* of those that are no hosts yet; NULL: no memory */
	struct neighbour_memory *neighbour_memory; /* neighbours that are no hosts */
	struct groups *groups;
	struct solicited *solicited; /* groups of Neighbor Discovery */
	struct control *control;     /* NULL: nobody can ask */
	struct http *http;           /* NULL: off */
	struct served_iface served[CONFIG_INTERFACES];
	size_t served_count;
	bool net_followed, net_changed; /* addresses or gateways: since the last tick; after that */
	uint64_t edits_refused;         /* rows of maps that people wrote, so far */
	uint32_t refused_found;         /* … in this look at the maps */
	int64_t suspended;              /* ms, that the machine has been suspended so far */
	uint32_t sync_round;
	unsigned int looks;       /* for what nobody tells, so far */
	uint64_t frames;          /* that the datapath had handled at the last one */
	struct maps_view maps;    /* at the last one that was at the maps, too */
	uint64_t followed_digest; /* of the maps, when edits were followed last */
	uint32_t orphans,
		orphans_found; /* addresses in the map of no host, in the last look and now */
	int64_t started;       /* ms of CLOCK_MONOTONIC */
	bool is_stopping;
	bool is_misconfigured; /* which is why it does not start */
	uint64_t told_status;  /* digest of what the service manager was told last */
};

/* loop.c */
int loop_start(struct daemon *daemon);
void loop_stop(struct daemon *daemon);
/*
 * Calls back with the daemon: for a descriptor (EV_READ), a signal (EV_SIGNAL), at intervals; with
 * `what` 0 when it is activated or given a time. It lives as long as the loop. NULL: no memory.
 */
struct event *daemon_watch(struct daemon *daemon, int fd, short what, event_callback_fn on_event,
                           const struct timeval *interval);
/*
 * Hosts that are woken take turns. The time of the next free one, `now` or later, which is taken;
 * and is it now? Then it is taken, otherwise none is. ms
 */
int64_t daemon_next_turn(struct daemon *daemon, int64_t now);
bool daemon_take_turn(struct daemon *daemon, int64_t now);
void daemon_subscribe(struct daemon *daemon, const struct subscriber *subscriber);
void daemon_unsubscribe(struct daemon *daemon, const void *context);

/* parsing.c */
int parsing_start(struct daemon *daemon); /* the first part: nothing is open or read yet */
int parsing_watch(struct daemon *daemon);
void parsing_stop(struct daemon *daemon);
void parsing_take_results(struct daemon *daemon); /* also of what the parser hangs over */

/* reports.c */
int maps_start(struct daemon *daemon);
void maps_stop(struct daemon *daemon);
/* All reports of the datapath so far come before what is done now. */
void daemon_read_ring(struct daemon *daemon);
/* Looks at the maps, so that the datapath has them in its index. */
void daemon_look(struct daemon *daemon);

/* startup.c */
int hosts_start(struct daemon *daemon);
int hosts_resume(struct daemon *daemon);

/* 0; or -errno with the reason in `why`, and then nothing has changed. */
int daemon_reload(struct daemon *daemon, char why[CONFIG_ERROR]);
/* The built-in timing, rules and hosts of the configuration. */
void daemon_follow_config(struct daemon *daemon);

/* describe.c: what people ask for; results come with a completion of the token */
/* By command. 0: accepted, the completion follows; -errno with `why`: refused. */
int daemon_describe(struct daemon *daemon, const struct host_description *description,
                    uint64_t token, char why[DAEMON_WHY]);
/* Again, once it is stored: what happened meanwhile comes first. 0 or -errno. */
int daemon_check_described(struct daemon *daemon, const struct host *host,
                           const struct proposal *proposal);
/*
 * All hosts of the configuration are described anew; those that it no longer has are not. Then it
 * has their MACs alone.
 */
void daemon_describe_configured(struct daemon *daemon);
void daemon_remove(struct daemon *daemon, struct host *host);
/*
 * By that name; where it is NULL, another host's or no host's name, by one from the MAC, which is
 * always free. NULL: no memory.
 */
struct host *daemon_add_host(struct daemon *daemon, const struct mac *mac, const char *name);
/* It was described by the file; takes NULL. */
static inline bool host_is_in_file(const struct host *host)
{
	return host && host->described && host->described->by == DESCRIBED_BY_CONFIG;
}
void host_take_name(struct daemon *daemon, struct host *host, const char *name);

/* effects.c */
void host_run(struct daemon *daemon, struct host *host, const struct host_trigger *trigger);
void host_trigger(struct daemon *daemon, struct host *host, enum host_trigger_kind kind);
/* What became of its lease without a step. `reply`: the message that did it, or NULL. */
void host_lease_changed(struct daemon *daemon, struct host *host,
                        const struct lease_effects *effects, const struct dhcp_message *reply);
void host_lease6_changed(struct daemon *daemon, struct host *host,
                         const struct lease_effects *effects);
void host_send_magic(struct daemon *daemon, struct host *host);
void host_announce(struct daemon *daemon, struct host *host);
/* Tells who sent the frame of `report`, and has our MAC for the host, the host's own. */
void host_update_neighbour(struct daemon *daemon, struct host *host, const struct report *report);
void host_emit(struct daemon *daemon, const struct host *host, enum host_event_kind kind);
void host_start(struct daemon *daemon, struct host *host, enum host_state state);
void host_arm(struct daemon *daemon, struct host *host);
void daemon_arm(struct daemon *daemon); /* the timer of all deadlines */

/* addresses.c */
/* Of the interface that the host is on, or of that name: 0: any; UINT32_MAX: none, it is away. */
uint32_t wanted_ifindex(const struct host *host, const struct wanted *wanted);
uint32_t address_ifindex(const char *interface);
/*
 * The interfaces of the configuration are the links that hosts are on; their numbers as of now.
 * True: something has changed.
 */
bool addresses_follow_config(struct net_state *net, const struct config *config);
/*
 * 0: a host may have it; or -errno with `why`: -EADDRNOTAVAIL where it is not on the link, -ESTALE
 * where its prefix is over.
 */
int address_check(const struct net_state *net, uint32_t ifindex, const struct ipv6 *address,
                  char why[DAEMON_WHY]);
int mac_check(const struct daemon *daemon, const struct mac *mac, char why[DAEMON_WHY]);
/* Of all hosts, as far as subnets are known. 0, or -errno with `why`. `net` NULL: as of now. */
int addresses_check_config(const struct net_state *net, const struct config *config,
                           char why[CONFIG_ERROR]);
/* After an input or the lease has changed: what it claims, and whether it may have that. */
void daemon_claim(struct daemon *daemon, struct host *host);
/* No connection from a broadcast address of our subnets wakes a host. */
void addresses_refuse_broadcasts(struct daemon *daemon);
/* The machine's addresses, subnets or gateways have changed. */
void addresses_follow_net(struct daemon *daemon);

/* map_sync.c */
/* The host's inputs or its lease have changed: claims, then tables. The first -errno of its own. */
int host_sync(struct daemon *daemon, struct host *host);
/* False: the maps have another state, or not the host; or cannot be written, which is logged. */
bool host_set_state(struct daemon *daemon, const struct host *host, enum host_state from,
                    const struct life *to);
/* Who writes a row by hand does not say who sends its Magic Packets. */
void host_sync_flags(struct daemon *daemon, struct host *host);
/* Its tables are to be written again. */
void host_set_unsynced(struct daemon *daemon, struct host *host, bool unsynced);
/* Removed from the maps and from the table. */
void host_release(struct daemon *daemon, struct host *host);
/* What could not be written, and addresses that may have become free; `all`: of every host. */
void maps_retry(struct daemon *daemon, bool all);

/* map_edits.c */
/* As the map has them. */
void host_set_fields(struct wanted *wanted, const struct host_entry *entry);
void host_end_edits(struct host *host);
/* The map has the address, or not any more. False: no memory, or no room for more. */
bool host_change_installed(struct host *host, const struct ipv6 *address, bool add);
/* What has changed by the last look at the maps. */
void daemon_follow_map_edits(struct daemon *daemon);

/* solicited.c */
int solicited_start(struct daemon *daemon);
void solicited_stop(struct daemon *daemon);
void solicited_follow(struct daemon *daemon); /* with each tick */

/* persist.c */
struct lease_record_clock daemon_record_clock(struct daemon *daemon);
/* FNV-1a of further octets, from DIGEST_START on. */
#define DIGEST_START 0xcbf29ce484222325ULL
uint64_t digest_octets(uint64_t digest, const void *octets, size_t size);
uint64_t digest_text(const char *text);
void host_persist(struct daemon *daemon, struct host *host);   /* at the end of the turn */
void persist_forget(struct daemon *daemon, struct host *host); /* it is removed */
void persist_soon(struct daemon *daemon);                      /* what was queued, too */
/* For its batch: STORE_BATCH_NEXT, once all that was changed in this turn is on the disk. */
void persist_wait(struct daemon *daemon, const struct store_wait *wait);
void persist_cancel(struct daemon *daemon, const struct proposal *proposal);
void daemon_complete_when_stored(struct daemon *daemon, uint64_t token);
void daemon_complete(struct daemon *daemon, uint64_t token, int err);
/* One that is done; false: none is. The caller owns `json`. */
bool daemon_next_completion(struct daemon *daemon, struct store_wait *completion);
/* With the completion of the token. */
void daemon_read_history(struct daemon *daemon, const struct history_range *range, uint64_t token);
int persist_start(struct daemon *daemon);
void persist_stop(struct daemon *daemon);

/* proposals.c */
/* The host takes what is proposed once its row is on the disk. */
void daemon_propose(struct daemon *daemon, struct host *host, struct proposal *proposal);
/* Its row is on the disk; or it cannot be: `err`. It is freed. */
void proposal_finish(struct daemon *daemon, struct proposal *proposal, int err);
void proposal_cancel(struct daemon *daemon, struct host *host); /* the host is removed */

/* dhcp_messages.c */
struct dhcp_identity dhcp_identity_of(const uint8_t *client_id, size_t length,
                                      const char *hostname);
/* Of a struct daemon. */
void daemon_receive_dhcp(void *context, const struct dhcp_snoop *snoop);
void daemon_take_dhcp(struct daemon *daemon, const struct parser_result *result);
/* One that was parsed, which came from that MAC. */
void daemon_follow_dhcp(struct daemon *daemon, const struct mac *from,
                        const struct dhcp_message *message);
/* 0; -EAGAIN: the next hop is being resolved; other -errno */
int host_send_dhcp(struct daemon *daemon, struct host *host, enum lease_send how);
int host_grant_lease(struct daemon *daemon, struct host *host, const struct lease_grant *grant,
                     const struct dhcp_identity *identity);

/* registrations.c */
int registrations_start(struct daemon *daemon);
void registrations_stop(struct daemon *daemon);
/* 0, with none where the configuration names none; or -errno with `why`. */
int daemon_read_keys(const struct config *config, struct npp_keys *keys, char why[CONFIG_ERROR]);
void registrations_follow_config(struct daemon *daemon, const struct npp_keys *keys);
void registrations_timeout(struct daemon *daemon, const struct now *now);
void registrations_cancel(struct daemon *daemon, const struct mac *mac);
/* A registration was carried out; or it was not (REJECT_…), and `host` may be NULL. */
void registration_complete(struct daemon *daemon, struct host *host, void *requester,
                           enum reject_reason reason);
void registration_requested(struct daemon *daemon, const struct npp_server_request *request);
void registration_reported(struct daemon *daemon, const struct npp_server_request *request);

/* npp_listener.c */
void npp_listener_take(struct daemon *daemon, const struct parser_result *result);
void npp_listeners_resume(struct daemon *daemon); /* the parser has room again */

/* dhcp_listener.c */
void dhcp_listener_take(struct daemon *daemon, const struct dhcp_snoop *snoop);

/* served_ifaces.c */
int served_ifaces_start(struct daemon *daemon); /* again at a reload */
void served_ifaces_stop(struct daemon *daemon);
/* Attaches what has appeared or changed, detaches what is gone. True: one was attached. */
bool served_ifaces_check(struct daemon *daemon);
/* After a suspend, in which a driver may lose the program (virtio_net). */
void served_ifaces_reattach(struct daemon *daemon);
bool daemon_serves(const struct daemon *daemon, uint32_t ifindex); /* it is attached */
/* The attached interfaces on which a host is, in turn. NULL: the first; no further one. */
struct served_iface *served_iface_next(struct daemon *daemon, const struct host *host,
                                       const struct served_iface *last);

/* health.c */
enum { HEALTH_PROBLEMS = CONFIG_INTERFACES + 2, HEALTH_TEXT = 32 + DATAPATH_WHY };

struct health {
	bool serving; /* a sleeper of one interface at least is answered for */
	size_t problem_count;
	char problems[HEALTH_PROBLEMS][HEALTH_TEXT]; /* none: all that is configured is served */
};

/* As it is now. */
void daemon_health(const struct daemon *daemon, struct health *health);
/* Why nothing is answered there; NULL: it is. */
const char *served_iface_problem(const struct served_iface *served);

/* manager.c */
void manager_tell_ready(struct daemon *daemon);
void manager_tell_reloading(void);
void manager_tell_stopping(void);
void manager_tell_alive(struct daemon *daemon); /* with each tick */

/* tick.c */
int tick_start(struct daemon *daemon);
/*
 * Work that grows with the hosts calls this at each of them: the heartbeat is written where it is
 * due. At a start, only as long as it has not run out since the daemon before.
 */
void daemon_beat(struct daemon *daemon);
enum { BEAT_MIN = 400 }; /* ms: the age at which it is */

/* confine.c: the last part, as the others need more to start */
int confine_start(struct daemon *daemon);
int confine_syscalls(void); /* as syscall_filter_load */

#endif
