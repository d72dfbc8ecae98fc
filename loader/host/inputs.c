// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <uthash.h>

struct shared_set {
	UT_hash_handle hh;
	size_t references;
	size_t size;
	uint8_t octets[];
};

static struct shared_set *all;

const char *const described_by_names[] = { "config", "command", NULL };

const struct shared_set *shared_set_get(const void *octets, size_t size)
{
	struct shared_set *set;

	if (!size)
		return NULL;
	HASH_FIND(hh, all, octets, size, set);
	if (set)
		return shared_set_ref(set);
	set = malloc(sizeof(*set) + size);
	if (!set)
		return NULL;
	set->references = 1;
	set->size = size;
	memcpy(set->octets, octets, size);
	HASH_ADD_KEYPTR(hh, all, set->octets, size, set);
	return set;
}

const struct shared_set *shared_set_ref(const struct shared_set *set)
{
	if (set)
		((struct shared_set *)set)->references++;
	return set;
}

void shared_set_put(const struct shared_set *shared)
{
	struct shared_set *set = (struct shared_set *)shared;

	if (!set || --set->references)
		return;
	HASH_DEL(all, set); /* NOLINT(clang-analyzer-core.NullDereference): it is in `all` */
	free(set);
}

const void *shared_set_octets(const struct shared_set *set)
{
	return set ? set->octets : NULL;
}

size_t shared_set_size(const struct shared_set *set)
{
	return set ? set->size : 0;
}

/* Equal ports are equal octets: padding is zeroed. */
static const struct shared_set *port_set(const struct wake_port *ports, size_t count)
{
	struct wake_port clean[HOST_PORTS];

	memset(clean, 0, sizeof(clean));
	for (size_t i = 0; i < count; i++) {
		clean[i].protocol = ports[i].protocol;
		clean[i].port = ports[i].port;
	}
	return shared_set_get(clean, count * sizeof(*clean));
}

static bool copy_policy(struct described *described, const struct wake_policy *policy)
{
	described->ports = port_set(policy->ports, policy->port_count);
	described->sources =
		shared_set_get(policy->sources, policy->source_count * sizeof(*policy->sources));
	return !policy->port_count == !described->ports &&
	       !policy->source_count == !described->sources;
}

struct described *described_new(const struct host_description *from, enum described_by by,
                                uint64_t order)
{
	const size_t addresses = from->address_count * sizeof(*from->addresses);
	struct described *described = calloc(1, sizeof(*described) + addresses);

	if (!described)
		return NULL;
	described->order = order;
	described->by = by;
	described->attributes = from->attributes;
	described->address_count = (uint8_t)from->address_count;
	memcpy(described->addresses, from->addresses, addresses);
	described->groups = shared_set_get(from->groups, from->group_count * sizeof(*from->groups));
	if (copy_policy(described, &from->policy) && !from->group_count == !described->groups)
		return described;
	described_free(described);
	return NULL;
}

void described_free(struct described *described)
{
	if (!described)
		return;
	shared_set_put(described->ports);
	shared_set_put(described->sources);
	shared_set_put(described->groups);
	free(described);
}

static size_t read_set(const struct shared_set *set, void *into, size_t item)
{
	if (set)
		memcpy(into, shared_set_octets(set), shared_set_size(set));
	return shared_set_size(set) / item;
}

void described_read(const struct described *described, struct host_description *into)
{
	struct wake_policy *policy = &into->policy;

	*into = (struct host_description){
		.address_count = described->address_count,
		.attributes = described->attributes,
	};
	memcpy(into->addresses, described->addresses,
	       described->address_count * sizeof(*into->addresses));
	into->group_count = read_set(described->groups, into->groups, sizeof(*into->groups));
	policy->port_count = read_set(described->ports, policy->ports, sizeof(*policy->ports));
	policy->source_count =
		read_set(described->sources, policy->sources, sizeof(*policy->sources));
}

/* The rule that nothing wakes the host. */
static const struct wake_port NO_PORT;

struct registration *registration_new(const struct registration_draft *draft)
{
	const size_t digests = draft->head.digest_count * sizeof(uint64_t);
	const size_t addresses = draft->head.address_count * sizeof(struct ipv6);
	struct registration *registration = malloc(sizeof(*registration) + digests + addresses);

	if (!registration)
		return NULL;
	*registration = draft->head;
	registration->digests = (uint64_t *)(registration + 1);
	registration->addresses = (struct ipv6 *)(registration->digests + draft->head.digest_count);
	memcpy(registration->digests, draft->digests, digests);
	memcpy(registration->addresses, draft->addresses, addresses);
	registration->ports = draft->head.has_ports && !draft->port_count
	                              ? port_set(&NO_PORT, 1)
	                              : port_set(draft->ports, draft->port_count);
	if (registration->ports || !draft->head.has_ports)
		return registration;
	free(registration);
	return NULL;
}

void registration_free(struct registration *registration)
{
	if (!registration)
		return;
	shared_set_put(registration->ports);
	free(registration);
}

void registration_drop(struct registration *registration)
{
	shared_set_put(registration->ports);
	*registration = (struct registration){
		.client_id = registration->client_id,
		.transaction = registration->transaction,
		.seen = registration->seen,
		.addresses = registration->addresses,
		.digests = registration->digests,
	};
}

void registration_read(const struct registration *registration, struct registration_draft *draft)
{
	*draft = (struct registration_draft){ .head = *registration };
	memcpy(draft->addresses, registration->addresses,
	       registration->address_count * sizeof(*draft->addresses));
	memcpy(draft->digests, registration->digests,
	       registration->digest_count * sizeof(*draft->digests));
	draft->port_count = read_set(registration->ports, draft->ports, sizeof(*draft->ports));
	if (draft->port_count == 1 && !draft->ports[0].protocol && !draft->ports[0].port)
		draft->port_count = 0;
}

bool registration_has_digest(const struct registration *registration, uint64_t digest)
{
	for (size_t i = 0; i < registration->digest_count; i++)
		if (registration->digests[i] == digest)
			return true;
	return false;
}

struct edited *edited_new(const struct edited_draft *draft)
{
	const size_t added = draft->head.added_count, removed = draft->head.removed_count;
	struct edited *edited =
		malloc(sizeof(*edited) + (added + removed) * sizeof(*edited->addresses));

	if (!edited)
		return NULL;
	*edited = draft->head;
	edited->addresses = (struct ipv6 *)(edited + 1);
	memcpy(edited->addresses, draft->added, added * sizeof(*draft->added));
	memcpy(edited->addresses + added, draft->removed, removed * sizeof(*draft->removed));
	return edited;
}

void edited_read(const struct edited *edited, struct edited_draft *draft)
{
	*draft = (struct edited_draft){ .head = *edited };
	memcpy(draft->added, edited->addresses, edited->added_count * sizeof(*draft->added));
	memcpy(draft->removed, edited->addresses + edited->added_count,
	       edited->removed_count * sizeof(*draft->removed));
}

bool edited_adds(const struct edited *edited, const struct ipv6 *address)
{
	return edited && address_index(edited->addresses, edited->added_count, address) >= 0;
}

bool edited_removes(const struct edited *edited, const struct ipv6 *address)
{
	return edited && address_index(edited->addresses + edited->added_count,
	                               edited->removed_count, address) >= 0;
}

/* Of more than fit, the last one is replaced. */
static void put(struct ipv6 *list, uint8_t *count, const struct ipv6 *address, bool is_in)
{
	const int at = address_index(list, *count, address);

	if (at >= 0)
		memmove(&list[at], &list[at + 1], (size_t)(--*count - at) * sizeof(*list));
	if (!is_in)
		return;
	*count = MIN(*count, HOST_ADDRESSES - 1);
	list[(*count)++] = *address;
}

struct edited *edited_set(struct edited *edited, const struct ipv6 *address, enum edit edit)
{
	struct edited_draft draft = { 0 };
	struct edited *changed;

	if (edited)
		edited_read(edited, &draft);
	put(draft.added, &draft.head.added_count, address, edit == EDIT_ADD);
	put(draft.removed, &draft.head.removed_count, address, edit == EDIT_REMOVE);
	changed = edited_new(&draft);
	if (!changed)
		return edited;
	free(edited);
	return changed;
}
