// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memberships of multicast groups. While a host is up its reports are followed; while it sleeps a
 * querier is answered in its name, so that routers go on to bring the streams to the LAN, and other
 * switches to ours.
 *
 * The switch that the host is on has memberships by port, and takes a report for the port on which
 * it comes in: ours, whatever its source addresses are. No report of ours can keep the host's port
 * in a group. So nothing is gained by the host's MAC as the source: it would only move the host's
 * unicast frames to our port, which with `answer = proxy` is never done. The source is our MAC (the
 * host's, where answers have that too), with the host's IP address, by which routers tell members
 * apart (RFC 3376, A.2). What follows for the host's port is put right as soon as the host is back:
 * a query to it alone makes it report its groups, from its own port, within a second; it need not
 * wait for the querier's next one.
 */
#include "daemon/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/log.h"
#include "group/group_rounds.h"
#include "net/nd.h"

/* At most 1000 reports a second, whatever queriers ask; the last of a burst may have 64. */
enum { FRAMES_A_STEP = 10, STEP = 10 /* ms */ };
/* Between rounds, as one looks at all hosts. ms */
enum { ROUND_INTERVAL = 100 };

struct groups {
	struct daemon *daemon;
	struct event *timer;
	struct group_rounds rounds;
	struct group_round round; /* that is being sent, to be answered in the name of: */
	struct mac *hosts;        /* NULL: none is sent */
	size_t host_count, next;
	int64_t round_after; /* no further one begins before */
	uint64_t counts[GROUP_COUNTS];
};

uint64_t group_count(const struct daemon *daemon, enum group_count count)
{
	return daemon->groups ? daemon->groups->counts[count] : 0;
}

static void arm(struct groups *groups)
{
	const int64_t now = clock_ms(), due = group_rounds_deadline(&groups->rounds);
	int64_t wait = groups->hosts ? STEP : MAX(due, groups->round_after) - now;
	struct timeval after;

	if (!groups->hosts && due == INT64_MAX)
		return;
	wait = MAX(wait, 0);
	after = (struct timeval){ .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };
	evtimer_add(groups->timer, &after);
}

/*
 * The kernel reports the solicited-node groups that we join (solicited.c), but without a tag: a
 * switch that snoops learns nothing from that for the VLANs of hosts.
 */
static bool reports_solicited(const struct group_round *round)
{
	return round->vlan && round->is_ipv6;
}

static bool is_answered_for(const struct host *host, const struct group_round *round)
{
	const struct installed *installed = host->installed;

	return (host->life.state == ASLEEP || host->life.state == WAKING) && installed &&
	       installed->vlan == round->vlan &&
	       (!installed->ifindex || installed->ifindex == round->ifindex) &&
	       (host->groups || (host->described && host->described->groups) ||
	        reports_solicited(round));
}

/* Its own where it has one; MLD demands a link-local one (RFC 3810, 5.2.13). */
static struct ipv6 source_of(const struct host *host, bool is_ipv6)
{
	const struct installed *installed = host->installed;

	for (size_t i = 0; installed && i < installed->address_count; i++) {
		const struct ipv6 *address = &installed->addresses[i];

		if (is_ipv6 ? ip_is_link_local(address) : ip_is_ipv4(address))
			return *address;
	}
	if (!is_ipv6)
		return ipv4_mapped((struct ipv4){ { 0 } });
	return host->groups ? host->groups->link_local : (struct ipv6){ { 0 } };
}

static struct group_sender sender_on(const struct daemon *daemon, const struct served_iface *served,
                                     const struct host *host, bool is_ipv6)
{
	struct group_sender sender = {
		.mac = served->config.answer == ANSWER_HOST ? host->mac : served->iface.mac,
		.vlan = host->installed->vlan,
		.source = source_of(host, is_ipv6),
	};

	if (is_ipv6 && !ip_is_set(&sender.source))
		net_link_local(daemon->net, served->iface.ifindex, &sender.source);
	return sender;
}

/*
 * Versions before 3 have a report for each group. One that anybody has reported since the query is
 * not reported again (RFC 2236, 3), but for solicited-node groups: the switch is to know our port.
 * How many frames are sent.
 */
static size_t send_reports(struct groups *groups, const struct group_round *round,
                           const struct host *host, const struct served_iface *served,
                           const struct group_membership *memberships, size_t count)
{
	const struct group_sender sender = sender_on(groups->daemon, served, host, round->is_ipv6);
	const bool is_single = round->version < GROUP_VERSION_3;
	struct group_link *link =
		group_listener_link(groups->daemon, round->ifindex, round->vlan, round->is_ipv6);
	struct packet packet;
	size_t sent = 0;

	for (size_t i = 0; i < count; i += is_single ? 1 : count) {
		const struct ipv6 *group = &memberships[i].group;
		const bool is_shared = is_single && link && group_is_reported(group);

		if (is_shared && group_link_heard(link, group, round->asked))
			continue;
		group_write_report(&packet, &sender, round->version, memberships + i, count);
		if (packet_send(groups->daemon->packet_fd, &served->iface, &packet))
			continue;
		sent++;
		if (is_shared)
			group_link_hear(link, group, clock_ms());
	}
	groups->counts[GROUP_COUNT_SENT] += sent;
	return sent;
}

/* Addresses with the same last three octets have one group. */
static size_t solicited_of(const struct host *host, const struct group_round *round,
                           struct group_membership memberships[GROUP_MEMBERSHIPS])
{
	const struct installed *installed = host->installed;
	struct ipv6 nodes[HOST_ADDRESSES];
	size_t count = 0;

	if (!reports_solicited(round))
		return 0;
	for (size_t i = 0; i < installed->address_count; i++) {
		const struct ipv6 node = nd_solicited_node(&installed->addresses[i]);

		if (!ip_is_ipv4(&installed->addresses[i]) && address_index(nodes, count, &node) < 0)
			nodes[count++] = node;
	}
	return group_list_read(NULL, nodes, count, true, &round->group, memberships);
}

/* How many frames it takes. */
static size_t report(struct groups *groups, const struct host *host)
{
	const struct group_round *round = &groups->round;
	struct group_membership memberships[GROUP_MEMBERSHIPS];
	struct served_iface *served = NULL;
	size_t count, sent;

	do
		served = served_iface_next(groups->daemon, host, served);
	while (served && served->iface.ifindex != round->ifindex);
	if (!served)
		return 0;
	count = host_groups(host, round->is_ipv6, &round->group, memberships);
	sent = send_reports(groups, round, host, served, memberships, count);
	count = solicited_of(host, round, memberships);
	return sent + send_reports(groups, round, host, served, memberships, count);
}

static void begin_round(struct groups *groups)
{
	const struct host_table *table = groups->daemon->hosts;
	const size_t sleepers = table->states[ASLEEP] + table->states[WAKING];
	const int64_t now = clock_ms();

	if (now < groups->round_after || !group_rounds_take(&groups->rounds, now, &groups->round))
		return;
	groups->round_after = now + ROUND_INTERVAL;
	groups->host_count = groups->next = 0;
	groups->hosts = calloc(sleepers + 1, sizeof(*groups->hosts));
	host_table_each (groups->daemon->hosts, host) {
		if (groups->hosts && groups->host_count < sleepers &&
		    is_answered_for(host, &groups->round))
			groups->hosts[groups->host_count++] = host->mac;
	}
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct groups *groups = ((struct daemon *)context)->groups;
	size_t frames = 0;

	(void)fd;
	(void)what;
	if (!groups->hosts)
		begin_round(groups);
	while (groups->next < groups->host_count && frames < FRAMES_A_STEP) {
		const struct mac *mac = &groups->hosts[groups->next++];
		const struct host *host = host_find_mac(groups->daemon->hosts, mac);

		if (host && is_answered_for(host, &groups->round)) /* still */
			frames += report(groups, host);
	}
	if (groups->next >= groups->host_count) {
		free(groups->hosts);
		groups->hosts = NULL;
	}
	arm(groups);
}

static void take_query(struct groups *groups, const struct received_group *received,
                       const struct group_message *query)
{
	const struct group_round round = {
		.ifindex = received->ifindex,
		.vlan = received->vlan,
		.is_ipv6 = query->is_ipv6,
		.version = query->version,
		.group = query->group,
		.asked = clock_ms(),
	};

	if (group_rounds_add(&groups->rounds, &round, query->max_response_ms, random_u32()))
		arm(groups);
}

/* Of a host that sleeps only others speak: then it would not be asleep. */
static void take_report(struct daemon *daemon, const struct received_group *received,
                        const struct group_message *said)
{
	struct host *host = host_find_mac(daemon->hosts, &received->from);
	const uint16_t vlan = host && host->installed ? host->installed->vlan : 0;
	bool changed;

	if (!host || (host->life.state != AWAKE && host->life.state != DROWSY) ||
	    (vlan && vlan != received->vlan))
		return;
	host->groups = group_list_follow(host->groups, said, clock_ms(), &changed);
	if (host->groups) {
		host->groups->ifindex = received->ifindex;
		host->groups->vlan = received->vlan;
	}
	if (changed)
		host_persist(daemon, host);
}

void daemon_take_group(struct daemon *daemon, const struct parser_result *result)
{
	const struct received_group *received = result->context;
	const struct group_message *message = &result->message.group;
	struct group_link *link =
		group_listener_link(daemon, received->ifindex, received->vlan, message->is_ipv6);

	if (result->error) {
		daemon->groups
			->counts[result->error == GROUP_PARSE_ERROR_OTHER ? GROUP_COUNT_OTHER
		                                                          : GROUP_COUNT_INVALID]++;
	} else if (message->is_query) {
		daemon->groups->counts[GROUP_COUNT_QUERY]++;
		if (!link)
			return;
		group_link_query(link, message, clock_ms());
		take_query(daemon->groups, received, message);
	} else {
		daemon->groups->counts[GROUP_COUNT_REPORT]++;
		if (link)
			group_link_report(link, message, clock_ms());
		take_report(daemon, received, message);
	}
}

/* As it falls asleep: what it did not report any more while it was up. */
static void age(struct daemon *daemon, struct host *host)
{
	const uint32_t ifindex = host->groups ? host->groups->ifindex : 0;
	const uint16_t vlan = host->groups ? host->groups->vlan : 0;
	struct host_entry entry;
	bool changed = false;

	if (!ifindex || hosts_get(daemon->datapath, &host->mac, &entry))
		return;
	for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		const struct group_link *link = group_listener_link(daemon, ifindex, vlan, is_ipv6);

		if (link)
			host->groups = group_list_age(host->groups, link, is_ipv6,
			                              (int64_t)entry.last_seen * 1000, &changed);
	}
	if (changed)
		host_persist(daemon, host);
}

/* Where there is a querier: without one no switch forgets a port. */
static void query(struct daemon *daemon, const struct host *host, struct served_iface *served,
                  bool is_ipv6)
{
	static const struct ipv6 all;
	const struct group_link *link =
		group_listener_link(daemon, served->iface.ifindex, host->installed->vlan, is_ipv6);
	struct group_membership memberships[GROUP_MEMBERSHIPS];
	struct group_sender sender = {
		.mac = served->iface.mac,
		.vlan = host->installed->vlan,
		.source = ipv4_mapped((struct ipv4){ { 0 } }),
	};
	struct packet packet;

	if (!link || !link->queried[0] || !host_groups(host, is_ipv6, &all, memberships) ||
	    (is_ipv6 && !net_link_local(daemon->net, served->iface.ifindex, &sender.source)))
		return;
	group_write_query(&packet, &sender, &host->mac);
	packet_send(daemon->packet_fd, &served->iface, &packet);
}

/* From now on its Neighbor Solicitations are to come to our port: no query may be due for long. */
static void report_solicited(struct daemon *daemon, const struct host *host,
                             const struct served_iface *served)
{
	struct group_round round = {
		.ifindex = served->iface.ifindex,
		.vlan = host->installed->vlan,
		.is_ipv6 = true,
		.version = GROUP_VERSION_3,
	};
	const struct group_link *link =
		group_listener_link(daemon, round.ifindex, round.vlan, round.is_ipv6);
	struct group_membership memberships[GROUP_MEMBERSHIPS];
	const size_t count = solicited_of(host, &round, memberships);

	if (link && link->version)
		round.version = link->version;
	if (count && daemon->config.memberships)
		send_reports(daemon->groups, &round, host, served, memberships, count);
}

void host_groups_follow(struct daemon *daemon, struct host *host, enum host_state before)
{
	const bool slept = before == ASLEEP || before == WAKING;
	const bool falls_asleep = host->life.state == ASLEEP && !slept;
	const bool is_back = host->life.state == AWAKE && slept;
	struct served_iface *served = NULL;

	if (falls_asleep)
		age(daemon, host);
	if (is_back)
		group_list_renew(host->groups, clock_ms());
	if (!host->installed || (!falls_asleep && !is_back))
		return;
	while ((served = served_iface_next(daemon, host, served))) {
		if (falls_asleep) {
			report_solicited(daemon, host, served);
		} else {
			query(daemon, host, served, false);
			query(daemon, host, served, true);
		}
	}
}

int groups_start(struct daemon *daemon)
{
	struct groups *groups = calloc(1, sizeof(*groups));

	if (!groups)
		return -ENOMEM;
	groups->daemon = daemon;
	groups->timer = daemon_watch(daemon, -1, 0, on_timer, NULL);
	daemon->groups = groups;
	return groups->timer ? 0 : -ENOMEM;
}

void groups_stop(struct daemon *daemon)
{
	if (daemon->groups)
		free(daemon->groups->hosts);
	free(daemon->groups);
	daemon->groups = NULL;
}
