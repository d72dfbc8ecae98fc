// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include "host/description.h"

/* ms since 1970, so that times of other clocks can be added. */
#define UNTIL_MAX (INT64_MAX / 4)

#define OF(member) FIELD_AT(struct registration_draft, member)

static const struct field registration_fields[] = {
	{ "client-identifier", FIELD_NUMBER, OF(head.client_id), .min = 1,
	  .flags = FIELD_REQUIRED },
	{ "transaction", FIELD_NUMBER, OF(head.transaction) },
	{ "active", FIELD_BOOL, OF(head.active) },
	{ "until", FIELD_NUMBER, OF(head.until), .max = UNTIL_MAX, .flags = FIELD_OMIT_ZERO },
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
	struct edited edited;
	char interface[IFNAMSIZ]; /* numbers change with a start of the machine */
};

#define EDITED(member) FIELD_AT(struct edited_members, member)

static const struct field edited_fields[] = {
	{ "exists", FIELD_BOOL, EDITED(edited.exists), .flags = FIELD_OMIT_ZERO },
	{ "addresses", FIELD_IP,
	  FIELD_LIST(struct edited_members, edited.added, edited.added_count),
	  .flags = FIELD_UNIQUE | FIELD_OMIT_ZERO },
	{ "removed", FIELD_IP,
	  FIELD_LIST(struct edited_members, edited.removed, edited.removed_count),
	  .flags = FIELD_UNIQUE | FIELD_OMIT_ZERO },
	{ "interface", FIELD_TEXT, EDITED(interface), .flags = FIELD_OMIT_ZERO },
	{ "vlan", FIELD_NUMBER, EDITED(edited.vlan), .max = 4094,
	  FIELD_PRESENT(struct edited_members, edited.has_fields) },
	{ "arp-offload", FIELD_BOOL, EDITED(edited.arp_offload), .flags = FIELD_OMIT_ZERO },
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

	registration_read(registration, &draft);
	if (registration->until)
		draft.head.until += now->wall_ms - now->boot_ms;
	return fields_to_json(registration_fields, &draft);
}

static struct json_object *write_edited(const struct edited *edited)
{
	struct edited_members members = { .edited = *edited };

	if (edited->ifindex && !if_indextoname(edited->ifindex, members.interface))
		members.interface[0] = '?'; /* one that is away, and not any */
	return fields_to_json(edited_fields, &members);
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
	if (dhcp_client_is_known(dhcp))
		json_object_object_add(json, "lease", lease_record_write(dhcp, now));
	return json;
}

static void warn(const struct host_row *row, const char *input, const char *why)
{
	log_warning("the store: host %s: %s is left out: %s", row->name, input, why);
}

static void read_description(struct json_object *json, const struct mac *mac, struct host_row *row)
{
	char text[TEXT_MAC], why[256];

	if (!json_object_is_type(json, json_type_object)) {
		warn(row, "its description", "expected an object");
		return;
	}
	json_object_object_add(json, "name", json_object_new_string(row->name));
	json_object_object_add(json, "mac", json_object_new_string(text_from_mac(mac, text)));
	if (description_from_json(json, &row->description, why, sizeof(why)))
		warn(row, "its description", why);
	else
		row->has_description = true;
}

static void read_registration(struct json_object *json, const struct lease_record_clock *now,
                              struct host_row *row)
{
	struct registration_draft draft = { .port_count = 0 };
	int64_t *until = &draft.head.until;
	char why[256];

	if (fields_from_json(registration_fields, json, &draft, why, sizeof(why))) {
		warn(row, "its registration", why);
		return;
	}
	if (*until) /* one before the machine's start is due, and not 0, which is never */
		*until = MAX(*until - now->wall_ms + now->boot_ms, 1);
	row->registration = registration_new(&draft);
}

static void read_edited(struct json_object *json, struct host_row *row)
{
	struct edited_members members = { .edited = { .exists = false } };
	struct edited *edited = &members.edited;
	char why[256];

	if (fields_from_json(edited_fields, json, &members, why, sizeof(why))) {
		warn(row, "what was edited", why);
		return;
	}
	if (*members.interface)
		edited->ifindex = if_nametoindex(members.interface);
	if (*members.interface && !edited->ifindex)
		edited->ifindex = UINT32_MAX;
	row->edited = malloc(sizeof(*edited));
	if (row->edited)
		*row->edited = *edited;
}

static void read_inputs(struct json_object *json, const struct mac *mac,
                        const struct lease_record_clock *now, struct host_row *row)
{
	struct json_object *member;

	if (json_object_object_get_ex(json, "described", &member))
		read_description(member, mac, row);
	if (json_object_object_get_ex(json, "edited", &member))
		read_edited(member, row);
	if (json_object_object_get_ex(json, "registered", &member))
		read_registration(member, now, row);
	if (json_object_object_get_ex(json, "lease", &member) &&
	    lease_record_read(member, now, &row->dhcp))
		warn(row, "its lease", "not as it was written");
}

int host_row_read(struct json_object *json, const struct mac *mac,
                  const struct lease_record_clock *now, struct host_row *row, char *why,
                  size_t why_size)
{
	static const struct field head[] = {
		{ "name", FIELD_NAME, FIELD_AT(struct host_row, name), .flags = FIELD_REQUIRED },
		{ "state", FIELD_ENUM, FIELD_AT(struct host_row, state),
		  .names = host_state_names },
		{ "by", FIELD_ENUM, FIELD_AT(struct host_row, by), .names = described_by_names },
		{ "described", .type = FIELD_IGNORED },
		{ "edited", .type = FIELD_IGNORED },
		{ "registered", .type = FIELD_IGNORED },
		{ "lease", .type = FIELD_IGNORED },
		{ 0 },
	};

	*row = (struct host_row){ .state = AWAKE };
	if (fields_from_json(head, json, row, why, why_size))
		return -EINVAL;
	read_inputs(json, mac, now, row);
	if (row->has_description || row->registration || (row->edited && row->edited->exists))
		return 0;
	host_row_done(row);
	snprintf(why, why_size, "nobody describes, edits or registers it");
	return -EINVAL;
}

void host_row_done(struct host_row *row)
{
	free(row->edited);
	registration_free(row->registration);
	dhcp_client_free(row->dhcp);
	row->edited = NULL;
	row->registration = NULL;
	row->dhcp = NULL;
}
