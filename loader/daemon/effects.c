// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the registry decides, done: on the wire, in the store and for people; in the datapath's
 * tables, by entries.h.
 */
#include <errno.h>
#include <string.h>

#include "net/arp_send.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "daemon/entries.h"
#include "net/magic.h"

static bool is_own(void *context, const struct ipv6 *address)
{
	return own_has(&((struct daemon *)context)->own, address);
}

/*
 * After answers, or DHCP requests, from its MAC a switch sends frames to the host back to us: then
 * only broadcast reaches it.
 */
static int ask_on(struct daemon *daemon, const struct served_iface *line,
                  const struct host_description *spec, const void *argument)
{
	enum arp_check ask = *(const enum arp_check *)argument;

	if (line->config.answer == ANSWER_HOST || line->config.dhcp_source == DHCP_SOURCE_HOST)
		ask = CHECK_ADDRESS;
	return announce_ask(daemon->packet_fd, &line->port, ask, spec);
}

static int ask(void *context, enum arp_check ask, const struct host_description *spec)
{
	return lines_each_of(context, spec, ask_on, &ask);
}

static int announce_on(struct daemon *daemon, const struct served_iface *line,
                       const struct host_description *spec, const void *unused)
{
	(void)unused;
	return announce_takeover(daemon->packet_fd, &line->port, line->config.answer, spec);
}

static int announce(void *context, const struct host_description *spec)
{
	return lines_each_of(context, spec, announce_on, NULL);
}

/* In host mode nobody has our MAC. */
static int update_neighbour(void *context, const struct report *report)
{
	struct daemon *daemon = context;

	for (size_t i = 0; i < daemon->line_count; i++) {
		const struct served_iface *line = &daemon->lines[i];

		if (line->state == SERVED_ATTACHED && line->port.ifindex == report->ifindex &&
		    line->config.answer == ANSWER_PROXY)
			return announce_update_neighbour(daemon->packet_fd, &line->port, report);
	}
	return 0;
}

static int magic_on(struct daemon *daemon, const struct served_iface *line,
                    const struct host_description *spec, const void *unused)
{
	(void)unused;
	return magic_send(daemon->packet_fd, &line->port, spec);
}

static int magic(void *context, const struct host_description *spec)
{
	return lines_each_of(context, spec, magic_on, NULL);
}

static void follow(void *context, const struct registered *host)
{
	leases_follow(context, host);
	handovers_follow(context, host);
}

static void tell(void *context, const struct host_event *happening)
{
	struct daemon *daemon = context;
	char text[HOST_EVENT_TEXT];
	bool detail = happening->kind == HOST_EVENT_MAGIC || happening->kind == HOST_EVENT_ADDED ||
	              happening->kind == HOST_EVENT_LEASE_RENEWED;

	log_at(detail ? LOG_DEBUG : LOG_INFO, "%s", host_event_text(happening, text));
	if (!daemon->on_happening) /* the hosts of before the start are no news */
		return;
	if (happening->kind != HOST_EVENT_MAGIC)
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
		.admit = entries_admit,
		.dismiss = entries_dismiss,
		.order = entries_update,
		.look = entries_look,
		.is_own = is_own,
		.ask = ask,
		.announce = announce,
		.magic = magic,
		.update_neighbour = update_neighbour,
		.follow = follow,
		.tell = tell,
		.save = save,
		.forget = forget,
	};
}

int registry_start(struct daemon *daemon)
{
	const struct registry_actions actions = daemon_actions(daemon);

	daemon->store = store_open(daemon->options.state_dir);
	daemon->registry = registry_new(daemon->base, &actions);
	return daemon->registry ? 0 : -ENOMEM;
}

void registry_stop(struct daemon *daemon)
{
	registry_free(daemon->registry);
	store_close(daemon->store);
}
