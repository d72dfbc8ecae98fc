// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"

/* ms since 1970, so that times of other clocks can be added. */
#define UNTIL_MAX (INT64_MAX / 4)

#define OF(member) FIELD_AT(struct registration_draft, member)

static const struct field registration_fields[] = {
	{ "client-identifier", FIELD_NUMBER, OF(head.client_id), .min = 1,
	  .flags = FIELD_REQUIRED },
	{ "transaction", FIELD_NUMBER, OF(head.transaction) },
	{ "active", FIELD_BOOL, OF(head.active) },
	{ "until", FIELD_NUMBER, OF(head.until), .max = UNTIL_MAX, .flags = FIELD_OMIT_ZERO },
	{ "timer", FIELD_NUMBER, OF(head.timer), .max = UNTIL_MAX, .flags = FIELD_OMIT_ZERO },
	{ "expires", FIELD_NUMBER, OF(head.expires), .max = UNTIL_MAX, .flags = FIELD_OMIT_ZERO },
	{ "lifetime", FIELD_NUMBER, OF(head.lifetime), .max = UNTIL_MAX, .flags = FIELD_OMIT_ZERO },
	{ "seen", FIELD_BOOL, OF(head.seen), .flags = FIELD_OMIT_ZERO },
	{ "reported", FIELD_NUMBER, OF(head.reported), .min = INT64_MIN, .flags = FIELD_OMIT_ZERO },
	{ "backup-of", FIELD_IPV4, OF(head.backup_of), .flags = FIELD_OMIT_ZERO },
	{ "interface", FIELD_TEXT, OF(head.interface), .flags = FIELD_OMIT_ZERO },
	{ "vlan", FIELD_NUMBER, OF(head.vlan), .max = 4094, .flags = FIELD_OMIT_ZERO },
	{ "addresses", FIELD_IP,
	  FIELD_LIST(struct registration_draft, addresses, head.address_count),
	  .flags = FIELD_UNIQUE },
	{ "ports", FIELD_PORT, FIELD_LIST(struct registration_draft, ports, port_count),
	  FIELD_PRESENT(struct registration_draft, head.has_ports), .flags = FIELD_UNIQUE },
	{ "lease", FIELD_BOOL, OF(head.has_lease), .flags = FIELD_OMIT_ZERO },
	{ "digests", FIELD_NUMBER,
	  FIELD_LIST(struct registration_draft, digests, head.digest_count), .min = INT64_MIN },
	{ 0 },
};

struct edited_members {
	struct edited_draft draft;
	char interface[IFNAMSIZ]; /* numbers change with a start of the machine */
};

#define EDITED(member) FIELD_AT(struct edited_members, member)

static const struct field edited_fields[] = {
	{ "exists", FIELD_BOOL, EDITED(draft.head.exists), .flags = FIELD_OMIT_ZERO },
	{ "addresses", FIELD_IP,
	  FIELD_LIST(struct edited_members, draft.added, draft.head.added_count),
	  .flags = FIELD_UNIQUE | FIELD_OMIT_ZERO },
	{ "removed", FIELD_IP,
	  FIELD_LIST(struct edited_members, draft.removed, draft.head.removed_count),
	  .flags = FIELD_UNIQUE | FIELD_OMIT_ZERO },
	{ "interface", FIELD_TEXT, EDITED(interface), .flags = FIELD_OMIT_ZERO },
	{ "vlan", FIELD_NUMBER, EDITED(draft.head.vlan), .max = 4094,
	  FIELD_PRESENT(struct edited_members, draft.head.has_fields) },
	{ "arp-offload", FIELD_BOOL, EDITED(draft.head.arp_offload), .flags = FIELD_OMIT_ZERO },
	{ "echo", FIELD_ENUM, EDITED(draft.head.echo), .names = echo_policy_names,
	  .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

/* The groups that a host was seen to be a member of. */
struct stored_groups {
	struct group_membership memberships[GROUP_MEMBERSHIPS];
	size_t count;
};

static const struct field membership_fields[] = {
	{ "group", FIELD_GROUP, FIELD_AT(struct group_membership, group), .flags = FIELD_REQUIRED },
	{ "source", FIELD_IP, FIELD_AT(struct group_membership, source), .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

static const struct field groups_fields[] = {
	{ "groups", FIELD_OBJECT, FIELD_LIST(struct stored_groups, memberships, count),
	  .fields = membership_fields, .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

struct learnt_members {
	struct ipv6 addresses[HOST_ADDRESSES];
	uint8_t count;
};

static const struct field learnt_fields[] = {
	{ "addresses", FIELD_IP, FIELD_LIST(struct learnt_members, addresses, count),
	  .flags = FIELD_UNIQUE },
	{ 0 },
};

static struct json_object *write_description(const struct described *described)
{
	struct host_description description;
	struct json_object *json;

	described_read(described, &description);
	json = description_to_json(&description);
	json_object_object_del(json, "name");
	json_object_object_del(json, "mac");
	return json;
}

static struct json_object *write_registration(const struct registration *registration,
                                              const struct lease_record_clock *now)
{
	struct registration_draft draft;

	int64_t *const times[] = { &draft.head.until, &draft.head.timer, &draft.head.expires };

	registration_read(registration, &draft);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (*times[i])
			*times[i] += now->wall_ms - now->boot_ms;
	return fields_to_json(registration_fields, &draft);
}

static struct json_object *write_edited(const struct edited *edited)
{
	struct edited_members members = { 0 };

	edited_read(edited, &members.draft);
	if (edited->ifindex && !if_indextoname(edited->ifindex, members.interface))
		members.interface[0] = '?'; /* one that is away, and not any */
	return fields_to_json(edited_fields, &members);
}

static void write_groups(struct json_object *row, const struct group_list *list)
{
	struct stored_groups stored = { .count = list ? list->count : 0 };

	for (size_t i = 0; i < stored.count; i++)
		stored.memberships[i] = list->groups[i].membership;
	fields_add_to_json(row, groups_fields, &stored);
}

static struct json_object *write_learnt(const struct learnt *learnt)
{
	struct learnt_members members = { .count = 0 };

	for (size_t i = 0; i < learnt->count; i++)
		if (learnt->list[i].is_sure)
			members.addresses[members.count++] = learnt->list[i].address;
	return fields_to_json(learnt_fields, &members);
}

/* A host that is to sleep once its proposal is carried out is checked at a start meanwhile. */
static enum host_state state_of(const struct host *host)
{
	const struct proposal *proposal = host->proposal;

	if (proposal && proposal->trigger == TRIGGER_SLEEP_REQUEST && host->life.state == AWAKE)
		return DROWSY;
	return host->life.state;
}

struct json_object *host_row_write(const struct host *host, const struct lease_record_clock *now)
{
	const struct proposal none = { 0 }, *proposal = host->proposal ? host->proposal : &none;
	const struct described *described =
		proposal->described ? proposal->described : host->described;
	const struct registration *registration =
		proposal->registration ? proposal->registration : host->registration;
	const struct dhcp_client *dhcp = proposal->dhcp ? proposal->dhcp : host->dhcp;
	const struct dhcp6_client *dhcp6 = proposal->dhcp6 ? proposal->dhcp6 : host->dhcp6;
	struct json_object *json = json_object_new_object();

	json_object_object_add(
		json, "name", json_object_new_string(proposal->name ? proposal->name : host->name));
	json_object_object_add(json, "state",
	                       json_object_new_string(host_state_names[state_of(host)]));
	if (described) {
		json_object_object_add(json, "by",
		                       json_object_new_string(described_by_names[described->by]));
		json_object_object_add(json, "described", write_description(described));
	}
	if (host->edited)
		json_object_object_add(json, "edited", write_edited(host->edited));
	if (registration)
		json_object_object_add(json, "registered", write_registration(registration, now));
	write_groups(json, host->groups);
	if (dhcp_client_is_known(dhcp))
		json_object_object_add(json, "lease", lease_record_write(dhcp, now));
	if (dhcp6_client_is_known(dhcp6))
		json_object_object_add(json, "lease6", lease6_record_write(dhcp6, now));
	if (host->learnt)
		json_object_object_add(json, "learnt", write_learnt(host->learnt));
	return json;
}

/* What is of the row itself. */
struct row_head {
	char name[HOST_NAME_MAX_SIZE];
	enum host_state state;
	enum described_by by;
};

static const struct field head_fields[] = {
	/* whoever reads the row gives the host another where it may not have this one */
	{ "name", FIELD_TEXT, FIELD_AT(struct row_head, name), .flags = FIELD_REQUIRED },
	{ "state", FIELD_ENUM, FIELD_AT(struct row_head, state), .names = host_state_names },
	{ "by", FIELD_ENUM, FIELD_AT(struct row_head, by), .names = described_by_names },
	{ "described", .type = FIELD_IGNORED },
	{ "edited", .type = FIELD_IGNORED },
	{ "registered", .type = FIELD_IGNORED },
	{ "lease", .type = FIELD_IGNORED },
	{ "groups", .type = FIELD_IGNORED },
	{ "lease6", .type = FIELD_IGNORED },
	{ "learnt", .type = FIELD_IGNORED },
	{ 0 },
};

static void warn(const struct host *host, const char *input, const char *why)
{
	log_warning("the store: host %s: %s is left out: %s", host->name, input, why);
}

static struct described *read_description(struct json_object *json, enum described_by by,
                                          const struct host *host)
{
	struct host_description description = { .address_count = 0 };
	char text[TEXT_MAC], why[256] = "expected an object";

	if (json_object_is_type(json, json_type_object)) {
		json_object_object_add(json, "name", json_object_new_string(host->name));
		json_object_object_add(json, "mac",
		                       json_object_new_string(text_from_mac(&host->mac, text)));
		if (!description_from_json(json, &description, why, sizeof(why)))
			return described_new(&description, by, 0);
	}
	warn(host, "its description", why);
	return NULL;
}

static struct registration *read_registration(struct json_object *json,
                                              const struct lease_record_clock *now,
                                              const struct host *host)
{
	struct registration_draft draft = { .port_count = 0 };
	int64_t *const times[] = { &draft.head.until, &draft.head.timer, &draft.head.expires };
	char why[256];

	if (fields_from_json(registration_fields, json, &draft, why, sizeof(why))) {
		warn(host, "its registration", why);
		return NULL;
	}
	/* an earlier daemon noted neither whether it was seen nor whether it had reported */
	if (!draft.head.expires) {
		draft.head.seen = true;
		draft.head.reported = !draft.head.active;
	}
	/* one before the machine's start is due, and not 0, which is never */
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (*times[i])
			*times[i] = MAX(*times[i] - now->wall_ms + now->boot_ms, 1);
	return registration_new(&draft);
}

static struct edited *read_edited(struct json_object *json, const struct host *host)
{
	struct edited_members members = { 0 };
	char why[256];

	if (fields_from_json(edited_fields, json, &members, why, sizeof(why))) {
		warn(host, "what was edited", why);
		return NULL;
	}
	if (*members.interface)
		members.draft.head.ifindex = if_nametoindex(members.interface);
	if (*members.interface && !members.draft.head.ifindex)
		members.draft.head.ifindex = UINT32_MAX;
	return edited_new(&members.draft);
}

/* Not seen by this daemon yet: time 0. */
static void read_groups(struct json_object *list, struct host *host)
{
	struct json_object *json = json_object_new_object();
	struct stored_groups stored = { .count = 0 };
	char why[256];

	json_object_object_add(json, "groups", json_object_get(list));
	if (fields_from_json(groups_fields, json, &stored, why, sizeof(why))) {
		warn(host, "what groups it is in", why);
		stored.count = 0;
	}
	for (size_t i = 0; i < stored.count; i++)
		host->groups = group_list_add(host->groups, &stored.memberships[i], 0);
	json_object_put(json);
}

static void read_learnt(struct json_object *json, const struct lease_record_clock *now,
                        struct host *host)
{
	struct learnt_members members = { .count = 0 };
	char why[256];

	if (fields_from_json(learnt_fields, json, &members, why, sizeof(why)))
		warn(host, "what was learnt of it", why);
	for (size_t i = 0; i < members.count; i++)
		learnt_add(&host->learnt, &members.addresses[i], false,
		           (uint32_t)(now->boot_ms / 1000));
	for (size_t i = 0; host->learnt && i < host->learnt->count; i++)
		host->learnt->list[i].is_sure = true;
}

int host_row_read(struct json_object *json, const struct lease_record_clock *now, struct host *host,
                  char *why, size_t why_size)
{
	struct row_head head = { .state = AWAKE };
	struct json_object *member;

	if (fields_from_json(head_fields, json, &head, why, why_size))
		return -EINVAL;
	host->stored_state = head.state;
	if (json_object_object_get_ex(json, "described", &member))
		host->described = read_description(member, head.by, host);
	if (json_object_object_get_ex(json, "edited", &member))
		host->edited = read_edited(member, host);
	if (json_object_object_get_ex(json, "registered", &member))
		host->registration = read_registration(member, now, host);
	if (json_object_object_get_ex(json, "groups", &member))
		read_groups(member, host);
	if (json_object_object_get_ex(json, "lease", &member)) {
		host->dhcp = lease_record_read(member, now);
		if (!host->dhcp)
			warn(host, "its lease", "not as it was written");
	}
	if (json_object_object_get_ex(json, "lease6", &member)) {
		host->dhcp6 = lease6_record_read(member, now);
		if (!host->dhcp6)
			warn(host, "its DHCPv6 lease", "not as it was written");
	}
	if (json_object_object_get_ex(json, "learnt", &member))
		read_learnt(member, now, host);
	if (host_is_wanted(host))
		return 0;
	snprintf(why, why_size, "nobody describes, edits or registers it");
	return -EINVAL;
}
