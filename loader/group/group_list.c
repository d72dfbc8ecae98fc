// SPDX-License-Identifier: GPL-2.0-or-later
#include "group/group_list.h"

#include <stdlib.h>
#include <string.h>

static const struct ipv6 any;

static bool is_same(const struct group_membership *a, const struct group_membership *b)
{
	return ip_equal(&a->group, &b->group) && ip_equal(&a->source, &b->source);
}

/* The index, or -1. */
static int find(const struct group_list *list, const struct ipv6 *group, const struct ipv6 *source)
{
	const struct group_membership wanted = { *group, *source };

	for (int i = 0; list && i < list->count; i++)
		if (is_same(&list->groups[i].membership, &wanted))
			return i;
	return -1;
}

static void remove_at(struct group_list *list, int at)
{
	list->count--;
	memmove(&list->groups[at], &list->groups[at + 1],
	        (size_t)(list->count - at) * sizeof(*list->groups));
}

/* With source ::, all of the group. */
static void leave(struct group_list *list, const struct group_membership *left)
{
	for (int i = list ? list->count : 0; i-- > 0;) {
		const struct group_membership *has = &list->groups[i].membership;

		if (ip_equal(&has->group, &left->group) &&
		    (!ip_is_set(&left->source) || ip_equal(&has->source, &left->source)))
			remove_at(list, i);
	}
}

/* Behind those of the same group. */
static int place_for(const struct group_list *list, const struct ipv6 *group)
{
	int place = list->count;

	for (int i = 0; i < list->count; i++)
		if (ip_equal(&list->groups[i].membership.group, group))
			place = i + 1;
	return place;
}

static struct group_list *insert(struct group_list *list, const struct group_membership *added,
                                 int64_t now)
{
	const size_t count = list ? list->count : 0;
	struct group_list *grown;
	int place;

	if (count == GROUP_MEMBERSHIPS)
		return list;
	grown = realloc(list, sizeof(*list) + (count + 1) * sizeof(*list->groups));
	if (!grown)
		return list;
	if (!list)
		*grown = (struct group_list){ 0 };
	place = place_for(grown, &added->group);
	memmove(&grown->groups[place + 1], &grown->groups[place],
	        (count - (size_t)place) * sizeof(*grown->groups));
	grown->groups[place] = (struct seen_group){ *added, now };
	grown->count++;
	return grown;
}

struct group_list *group_list_add(struct group_list *list, const struct group_membership *added,
                                  int64_t now)
{
	int at = find(list, &added->group, &any);

	if (at < 0 && !ip_is_set(&added->source))
		leave(list, added); /* all sources, in place of some */
	else if (at < 0)
		at = find(list, &added->group, &added->source);
	if (at < 0)
		return insert(list, added, now);
	list->groups[at].seen = now;
	return list;
}

static struct group_list *without_empty(struct group_list *list)
{
	if (!list || list->count)
		return list;
	free(list);
	return NULL;
}

/* The memberships alone: not when they were seen. */
static bool has_same(const struct group_list *list, const struct group_membership *memberships,
                     size_t count)
{
	if ((list ? list->count : 0) != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_same(&list->groups[i].membership, &memberships[i]))
			return false;
	return true;
}

static size_t copy(const struct group_list *list, struct group_membership *memberships)
{
	const size_t count = list ? list->count : 0;

	for (size_t i = 0; i < count; i++)
		memberships[i] = list->groups[i].membership;
	return count;
}

struct group_list *group_list_follow(struct group_list *list, const struct group_message *report,
                                     int64_t now, bool *changed)
{
	struct group_membership before[GROUP_MEMBERSHIPS];
	const size_t count = copy(list, before);

	for (size_t i = 0; i < report->change_count; i++) {
		const struct group_change *change = &report->changes[i];
		const struct group_membership membership = { change->group, change->source };

		if (change->joins)
			list = group_list_add(list, &membership, now);
		else
			leave(list, &membership);
	}
	list = without_empty(list);
	if (list && report->is_ipv6 && ip_is_link_local(&report->source))
		list->link_local = report->source;
	*changed = !has_same(list, before, count);
	return list;
}

void group_list_renew(struct group_list *list, int64_t now)
{
	for (size_t i = 0; list && i < list->count; i++)
		list->groups[i].seen = now;
}

void group_link_query(struct group_link *link, const struct group_message *query, int64_t now)
{
	if (ip_is_set(&query->group))
		return;
	/* those of several queriers, and of one that repeats itself, are one */
	if (!link->queried[0] || now - link->queried[0] > link->response) {
		link->queried[1] = link->queried[0];
		link->queried[0] = now;
	}
	link->response = query->max_response_ms;
	link->version = query->version;
}

void group_link_hear(struct group_link *link, const struct ipv6 *group, int64_t now)
{
	struct heard_group *place = link->heard;

	for (size_t i = 0; i < GROUPS_HEARD; i++) {
		if (ip_equal(&link->heard[i].group, group)) {
			place = &link->heard[i];
			break;
		}
		if (link->heard[i].heard < place->heard)
			place = &link->heard[i];
	}
	*place = (struct heard_group){ *group, now };
}

void group_link_report(struct group_link *link, const struct group_message *report, int64_t now)
{
	if (report->version < GROUP_VERSION_3)
		for (size_t i = 0; i < report->change_count; i++)
			if (report->changes[i].joins)
				group_link_hear(link, &report->changes[i].group, now);
}

bool group_link_heard(const struct group_link *link, const struct ipv6 *group, int64_t since)
{
	for (size_t i = 0; i < GROUPS_HEARD; i++)
		if (link->heard[i].heard >= since && ip_equal(&link->heard[i].group, group))
			return true;
	return false;
}

struct group_list *group_list_age(struct group_list *list, const struct group_link *link,
                                  bool is_ipv6, int64_t last_seen, bool *changed)
{
	const int count = list ? list->count : 0;

	if (!link->queried[1] || last_seen <= link->queried[0] + link->response)
		return list;
	for (int i = count; i-- > 0;) {
		const struct seen_group *seen = &list->groups[i];
		const struct ipv6 *group = &seen->membership.group;

		if (ip_is_ipv4(group) != is_ipv6 && seen->seen < link->queried[1] &&
		    !group_link_heard(link, group, link->queried[1]))
			remove_at(list, i);
	}
	*changed |= list && list->count != count;
	return without_empty(list);
}

static bool is_wanted(const struct ipv6 *group, bool is_ipv6, const struct ipv6 *wanted)
{
	return ip_is_ipv4(group) != is_ipv6 && (!ip_is_set(wanted) || ip_equal(group, wanted));
}

static bool is_described(const struct ipv6 *group, const struct ipv6 *described, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ip_equal(group, &described[i]))
			return true;
	return false;
}

size_t group_list_read(const struct group_list *list, const struct ipv6 *described,
                       size_t described_count, bool is_ipv6, const struct ipv6 *group,
                       struct group_membership memberships[GROUP_MEMBERSHIPS])
{
	size_t count = 0;

	for (size_t i = 0; i < described_count && count < GROUP_MEMBERSHIPS; i++)
		if (is_wanted(&described[i], is_ipv6, group))
			memberships[count++] = (struct group_membership){ described[i], any };
	for (size_t i = 0; list && i < list->count && count < GROUP_MEMBERSHIPS; i++) {
		const struct group_membership *seen = &list->groups[i].membership;

		if (is_wanted(&seen->group, is_ipv6, group) &&
		    !is_described(&seen->group, described, described_count))
			memberships[count++] = *seen;
	}
	return count;
}
