// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the registry decides, done: in the datapath's tables, on the wire, in the store and for
 * people.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "announce/announce.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"
#include "daemon/daemon.h"
#include "wake/magic.h"

/* An interface that is away has no number: the host is then on none, rather than on any (0). */
static uint32_t ifindex_of(const struct host_spec *spec)
{
	uint32_t ifindex = *spec->interface ? if_nametoindex(spec->interface) : 0;

	return *spec->interface && !ifindex ? UINT32_MAX : ifindex;
}

static struct host entry_of(const struct host_spec *spec, enum host_state state)
{
	return (struct host){
		.state = state,
		.ifindex = ifindex_of(spec),
		.vlan = spec->vlan,
		.flags = spec->nic_answers_arp ? HOST_NIC_ANSWERS_ARP : 0,
	};
}

static int order(void *context, const struct host_spec *spec, enum host_state from,
                 enum host_state to, enum order_result *result)
{
	struct daemon *daemon = context;
	const struct host entry = entry_of(spec, to);
	struct order order = {
		.host = spec->mac,
		.vlan = entry.vlan,
		.ifindex = entry.ifindex,
		.from = from,
		.to = to,
		.flags = entry.flags,
	};

	return hosts_order(daemon->datapath, &order, result);
}

/* An entry that is there keeps its state, which the datapath may be changing. */
static int put_entry(struct daemon *daemon, const struct host_spec *spec, enum host_state state)
{
	const struct host fresh = entry_of(spec, state);
	enum order_result result;
	struct host there;

	if (hosts_get(daemon->datapath, &spec->mac, &there))
		return hosts_put(daemon->datapath, &spec->mac, &fresh);
	return order(daemon, spec, there.state, there.state, &result);
}

/* What `before` had and `now` (NULL: nothing) has not. */
static void drop_addresses(struct daemon *daemon, const struct host_spec *before,
                           const struct host_spec *now)
{
	for (size_t i = 0; i < before->address_count; i++)
		if (!now || spec_find_address(now, &before->addresses[i]) < 0)
			addresses4_delete(daemon->datapath, ip_to_ipv4(&before->addresses[i]));
}

static void dismiss(void *context, const struct host_spec *spec)
{
	struct daemon *daemon = context;

	drop_addresses(daemon, spec, NULL);
	policy_clear(daemon->datapath, &spec->mac);
	hosts_delete(daemon->datapath, &spec->mac);
}

static int put_all(struct daemon *daemon, const struct host_spec *spec, enum host_state state)
{
	int err = put_entry(daemon, spec, state);

	if (!err)
		err = policy_put(daemon->datapath, &spec->mac, &spec->policy);
	for (size_t i = 0; i < spec->address_count && !err; i++)
		err = addresses4_put(daemon->datapath, ip_to_ipv4(&spec->addresses[i]), &spec->mac);
	return err;
}

static bool says_the_same(const struct host_spec *a, const struct host_spec *b)
{
	return !memcmp(&a->mac, &b->mac, sizeof(a->mac)) && policy_equal(&a->policy, &b->policy);
}

static int admit(void *context, const struct host_spec *spec, const struct host_spec *before,
                 enum host_state state)
{
	struct daemon *daemon = context;
	int err;

	if (before && !says_the_same(before, spec))
		policy_clear(daemon->datapath, &before->mac);
	err = put_all(daemon, spec, state);
	if (err && before)
		put_all(daemon, before, state);
	else if (err)
		dismiss(daemon, spec);
	if (err || !before)
		return err;
	drop_addresses(daemon, before, spec);
	if (memcmp(&before->mac, &spec->mac, sizeof(spec->mac)))
		dismiss(daemon, &(struct host_spec){ .mac = before->mac });
	return 0;
}

/* The entry has whole seconds: it may have been seen until the end of that one. */
static int look(void *context, const struct mac *mac, enum host_state *state, int64_t *last_seen)
{
	struct daemon *daemon = context;
	int64_t now = clock_ms(), end;
	struct host host;
	int err = hosts_get(daemon->datapath, mac, &host);

	if (err)
		return err;
	end = ((int64_t)host.last_seen + 1) * 1000;
	*state = host.state;
	*last_seen = !host.last_seen ? 0 : end < now ? end : now;
	return 0;
}

static bool is_own(void *context, const struct ipv6 *address)
{
	return own_has(&((struct daemon *)context)->own, address);
}

/*
 * After answers, or DHCP requests, from its MAC a switch sends frames to the host back to us: then
 * only broadcast reaches it.
 */
static int ask_on(struct daemon *daemon, const struct line *line, const struct host_spec *spec,
                  const void *argument)
{
	enum host_ask ask = *(const enum host_ask *)argument;

	if (line->config.answer == ANSWER_HOST || line->config.dhcp_source == DHCP_SOURCE_HOST)
		ask = ASK_ANYBODY;
	return announce_ask(daemon->packet_fd, &line->port, ask, spec);
}

static int ask(void *context, enum host_ask ask, const struct host_spec *spec)
{
	return lines_each_of(context, spec, ask_on, &ask);
}

static int announce_on(struct daemon *daemon, const struct line *line, const struct host_spec *spec,
                       const void *unused)
{
	(void)unused;
	return announce_takeover(daemon->packet_fd, &line->port, line->config.answer, spec);
}

static int announce(void *context, const struct host_spec *spec)
{
	return lines_each_of(context, spec, announce_on, NULL);
}

/* In host mode nobody has our MAC. */
static int hand_back(void *context, const struct report *report)
{
	struct daemon *daemon = context;

	for (size_t i = 0; i < daemon->line_count; i++) {
		const struct line *line = &daemon->lines[i];

		if (line->state == LINE_ATTACHED && line->port.ifindex == report->ifindex &&
		    line->config.answer == ANSWER_PROXY)
			return announce_hand_back(daemon->packet_fd, &line->port, report);
	}
	return 0;
}

static int magic_on(struct daemon *daemon, const struct line *line, const struct host_spec *spec,
                    const void *unused)
{
	(void)unused;
	return magic_send(daemon->packet_fd, &line->port, spec);
}

static int magic(void *context, const struct host_spec *spec)
{
	return lines_each_of(context, spec, magic_on, NULL);
}

static void follow(void *context, const struct registered *host)
{
	leases_follow(context, host);
	handovers_follow(context, host);
}

static void tell(void *context, const struct happening *happening)
{
	struct daemon *daemon = context;
	char text[HAPPENING_TEXT];
	bool detail = happening->kind == HAPPENED_MAGIC || happening->kind == HAPPENED_ADDED ||
	              happening->kind == HAPPENED_LEASE_RENEWED;

	log_at(detail ? LOG_DEBUG : LOG_INFO, "%s", happening_text(happening, text));
	if (!daemon->on_happening) /* the hosts of before the start are no news */
		return;
	if (happening->kind != HAPPENED_MAGIC)
		store_tell(daemon->store, happening);
	daemon->on_happening(daemon->control, happening);
}

static void save(void *context, const struct registered *host)
{
	store_save(((struct daemon *)context)->store, host);
}

static void forget(void *context, const struct mac *mac)
{
	struct daemon *daemon = context;

	store_forget(daemon->store, mac);
	leases_forget(daemon, mac);
	handovers_forget(daemon, mac);
}

struct registry_actions daemon_actions(struct daemon *daemon)
{
	return (struct registry_actions){
		.context = daemon,
		.admit = admit,
		.dismiss = dismiss,
		.order = order,
		.look = look,
		.is_own = is_own,
		.ask = ask,
		.announce = announce,
		.magic = magic,
		.hand_back = hand_back,
		.follow = follow,
		.tell = tell,
		.save = save,
		.forget = forget,
	};
}
