/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The groups that a host was seen to be a member of, and whether it still is. Pure; time is ms of
 * CLOCK_MONOTONIC.
 */
#ifndef SLEEPPROXY_GROUP_LIST_H
#define SLEEPPROXY_GROUP_LIST_H

#include "group/group_message.h"

/* One block, NULL where there are none. */
struct group_list {
	uint32_t ifindex;       /* where it was heard last; 0: not yet */
	uint16_t vlan;          /* 0: without a tag */
	struct ipv6 link_local; /* from which it reported MLD; ::, not known */
	uint8_t count;
	struct seen_group {
		struct group_membership membership;
		int64_t seen;
	} groups[]; /* those of one group follow each other */
};

/*
 * What a report changes; as many as GROUP_MEMBERSHIPS are kept. The list, or NULL where it has none
 * any more; without memory it stays as it is. True in `changed`: it has others than before.
 */
struct group_list *group_list_follow(struct group_list *list, const struct group_message *report,
                                     int64_t now, bool *changed);
/* Adds one that was stored. */
struct group_list *group_list_add(struct group_list *list,
                                  const struct group_membership *membership, int64_t now);
/* The host is awake, and has until the querier's next queries to report them again. */
void group_list_renew(struct group_list *list, int64_t now);

/* So many groups that anybody reported are known of a link. */
enum { GROUPS_HEARD = 64 };

/* What is heard of one family on a link, which is a VLAN of an interface: all zeros at first. */
struct group_link {
	int64_t queried[2]; /* the last two queries for all groups, the newest first; 0: none */
	int64_t response;   /* ms, that hosts have to answer the newest */
	uint8_t version;    /* enum group_version, of the newest */
	struct heard_group {
		struct ipv6 group;
		int64_t heard;
	} heard[GROUPS_HEARD]; /* by reports of those versions, ours too */
};

void group_link_query(struct group_link *link, const struct group_message *query, int64_t now);
void group_link_report(struct group_link *link, const struct group_message *report, int64_t now);
/* Somebody reported the group, in a version before 3. */
void group_link_hear(struct group_link *link, const struct ipv6 *group, int64_t now);
/* … and was heard since then. */
bool group_link_heard(const struct group_link *link, const struct ipv6 *group, int64_t since);

/*
 * Removes what the host is not a member of any more: two queries for all groups were not answered
 * by it, though it was seen after them. Of the family of `link`. Returns and sets as
 * group_list_follow.
 */
struct group_list *group_list_age(struct group_list *list, const struct group_link *link,
                                  bool is_ipv6, int64_t last_seen, bool *changed);

/*
 * Those of one family that a query asks for, described ones first, as many as GROUP_MEMBERSHIPS;
 * `group` ::, all. Takes a NULL list.
 */
size_t group_list_read(const struct group_list *list, const struct ipv6 *described,
                       size_t described_count, bool is_ipv6, const struct ipv6 *group,
                       struct group_membership memberships[GROUP_MEMBERSHIPS]);

#endif
