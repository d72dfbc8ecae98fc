// SPDX-License-Identifier: GPL-2.0-or-later
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "npp_server/internal.h"

/* How long a host may take from its first frame to its report, when others want its place. ms */
enum { REPORT_TIME = 300000 };

/* No timer is set for longer. ms */
static const int64_t NAP_MAX = 24 * 3600 * 1000;

struct agreement *agreement_find(const struct proxy *proxy, const struct mac *mac)
{
	struct agreement *agreement;

	HASH_FIND(hh, proxy->agreements, mac, sizeof(*mac), agreement);
	return agreement;
}

void agreement_arm(struct agreement *agreement)
{
	const int64_t left = agreement->session.until - clock_boot_ms();
	const int64_t wait = MIN(MAX(left, 0), NAP_MAX);
	const struct timeval after = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

	if (agreement->session.until)
		evtimer_add(agreement->timer, &after);
	else
		evtimer_del(agreement->timer);
}

static void save(struct agreement *agreement)
{
	const struct proxy_actions *actions = &agreement->proxy->actions;

	actions->save(actions->context, &agreement->session);
	agreement_arm(agreement);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct agreement *agreement = context;
	const struct proxy_actions *actions = &agreement->proxy->actions;

	(void)fd;
	(void)what;
	if (agreement->session.until > clock_boot_ms()) {
		agreement_arm(agreement);
	} else if (agreement->session.open) {
		agreement->session.until = 0;
		save(agreement);
		actions->wake(actions->context, &agreement->session.mac);
	} else {
		agreement_drop(agreement);
	}
}

/* Known for its handover alone, as long as people say nothing of it. */
static bool is_guest(const struct proxy *proxy, const struct mac *mac)
{
	return !proxy->actions.is_known(proxy->actions.context, mac);
}

/* A host that has not reported yet still may: then it must be known. */
static bool is_over(const struct agreement *agreement)
{
	const struct session *session = &agreement->session;
	const int64_t ended = session->until - SESSION_AFTERMATH;

	return !session->open && (agreement->reported || clock_boot_ms() - ended > REPORT_TIME) &&
	       is_guest(agreement->proxy, &session->mac);
}

static struct agreement *over_first(const struct proxy *proxy)
{
	struct agreement *first = NULL;

	for (struct agreement *each = proxy->agreements; each; each = each->hh.next)
		if (is_over(each) && (!first || each->session.until < first->session.until))
			first = each;
	return first;
}

static unsigned int guests_of(const struct proxy *proxy)
{
	unsigned int guests = 0;

	for (const struct agreement *each = proxy->agreements; each; each = each->hh.next)
		guests += is_guest(proxy, &each->session.mac);
	return guests;
}

bool agreement_has_room(const struct proxy *proxy, const struct mac *mac)
{
	return !is_guest(proxy, mac) || guests_of(proxy) < proxy->settings.hosts_max ||
	       over_first(proxy);
}

/* The host that has been up for the longest is known no more. */
static void make_room(struct proxy *proxy)
{
	struct agreement *first = over_first(proxy);
	struct session session;

	if (guests_of(proxy) < proxy->settings.hosts_max || !first)
		return;
	session = first->session; /* to be forgotten may come back as proxy_forget */
	proxy->actions.drop(proxy->actions.context, &session, true);
	first = agreement_find(proxy, &session.mac);
	if (first)
		agreement_free(first);
}

struct agreement *agreement_add(struct proxy *proxy, const struct session *session)
{
	struct agreement *agreement;

	if (is_guest(proxy, &session->mac))
		make_room(proxy);
	agreement = calloc(1, sizeof(*agreement));
	if (!agreement)
		return NULL;
	agreement->session = *session;
	agreement->proxy = proxy;
	agreement->timer = evtimer_new(proxy->base, on_timer, agreement);
	HASH_ADD(hh, proxy->agreements, session.mac, sizeof(session->mac), agreement);
	return agreement;
}

void agreement_set(struct agreement *agreement, const struct session *session)
{
	agreement->session = *session;
	agreement->reported = 0;
	save(agreement);
}

void agreement_end(struct agreement *agreement)
{
	if (!agreement->session.open)
		return;
	agreement->session.open = false;
	agreement->session.until = clock_boot_ms() + SESSION_AFTERMATH;
	save(agreement);
}

void agreement_drop(struct agreement *agreement)
{
	const struct proxy_actions *actions = &agreement->proxy->actions;
	struct session *session = &agreement->session;

	actions->drop(actions->context, session, false);
	session->handover = (struct handover){ 0 };
	session->part_count = 0;
	session->until = 0;
	save(agreement);
}

void agreement_free(struct agreement *agreement)
{
	HASH_DEL(agreement->proxy->agreements, agreement);
	event_free(agreement->timer);
	free(agreement);
}

void proxy_host_is_up(struct proxy *proxy, const struct mac *mac)
{
	struct agreement *agreement = agreement_find(proxy, mac);

	if (agreement)
		agreement_end(agreement);
}

void proxy_drop(struct proxy *proxy, const struct mac *mac)
{
	struct agreement *agreement = agreement_find(proxy, mac);

	if (agreement && !agreement->session.open)
		agreement_drop(agreement);
}

const struct session *proxy_find(const struct proxy *proxy, const struct mac *mac)
{
	struct agreement *agreement = agreement_find(proxy, mac);

	return agreement ? &agreement->session : NULL;
}

void proxy_each(struct proxy *proxy, void (*each)(void *context, struct session *session),
                void *context)
{
	struct agreement *agreement, *next;

	HASH_ITER (hh, proxy->agreements, agreement, next)
		each(context, &agreement->session);
}

void proxy_restore(struct proxy *proxy, const struct session *session)
{
	struct agreement *agreement = agreement_find(proxy, &session->mac);

	if (!agreement)
		agreement = agreement_add(proxy, session);
	if (agreement)
		agreement_arm(agreement);
}

static void rearm(void *context, struct session *session)
{
	agreement_arm(agreement_find(context, &session->mac));
}

void proxy_resume(struct proxy *proxy)
{
	proxy_each(proxy, rearm, proxy);
}
