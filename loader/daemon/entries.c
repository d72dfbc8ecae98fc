// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/entries.h"

#include <net/if.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/daemon.h"

/* An interface that is away has no number: the host is then on none, rather than on any (0). */
static uint32_t ifindex_of(const struct host_description *spec)
{
	uint32_t ifindex = *spec->interface ? if_nametoindex(spec->interface) : 0;

	return *spec->interface && !ifindex ? UINT32_MAX : ifindex;
}

static struct host_entry entry_of(const struct host_description *spec, enum host_state state)
{
	return (struct host_entry){
		.state = state,
		.ifindex = ifindex_of(spec),
		.vlan = spec->vlan,
		.flags = spec->nic_answers_arp ? HOST_NIC_ANSWERS_ARP : 0,
	};
}

int entries_update(void *context, const struct host_description *spec, enum host_state from,
                   enum host_state to, enum host_update_result *result)
{
	struct daemon *daemon = context;
	const struct host_entry entry = entry_of(spec, to);
	struct host_update order = {
		.host = spec->mac,
		.vlan = entry.vlan,
		.ifindex = entry.ifindex,
		.from = from,
		.to = to,
		.flags = entry.flags,
	};

	return hosts_update(daemon->datapath, &order, result);
}

/* An entry that is there keeps its state, which the datapath may be changing. */
static int put_entry(struct daemon *daemon, const struct host_description *spec,
                     enum host_state state)
{
	const struct host_entry fresh = entry_of(spec, state);
	enum host_update_result result;
	struct host_entry there;

	if (hosts_get(daemon->datapath, &spec->mac, &there))
		return hosts_put(daemon->datapath, &spec->mac, &fresh);
	return entries_update(daemon, spec, there.state, there.state, &result);
}

/* What `before` had and `now` (NULL: nothing) has not. */
static void drop_addresses(struct daemon *daemon, const struct host_description *before,
                           const struct host_description *now)
{
	for (size_t i = 0; i < before->address_count; i++)
		if (!now || description_find_address(now, &before->addresses[i]) < 0)
			addresses4_delete(daemon->datapath, ip_to_ipv4(&before->addresses[i]));
}

void entries_dismiss(void *context, const struct host_description *spec)
{
	struct daemon *daemon = context;

	drop_addresses(daemon, spec, NULL);
	policy_clear(daemon->datapath, &spec->mac);
	hosts_delete(daemon->datapath, &spec->mac);
}

static int put_all(struct daemon *daemon, const struct host_description *spec,
                   enum host_state state)
{
	int err = put_entry(daemon, spec, state);

	if (!err)
		err = policy_put(daemon->datapath, &spec->mac, &spec->policy);
	for (size_t i = 0; i < spec->address_count && !err; i++)
		err = addresses4_put(daemon->datapath, ip_to_ipv4(&spec->addresses[i]), &spec->mac);
	return err;
}

static bool says_the_same(const struct host_description *a, const struct host_description *b)
{
	return !memcmp(&a->mac, &b->mac, sizeof(a->mac)) && policy_equal(&a->policy, &b->policy);
}

int entries_admit(void *context, const struct host_description *spec,
                  const struct host_description *before, enum host_state state)
{
	struct daemon *daemon = context;
	int err;

	if (before && !says_the_same(before, spec))
		policy_clear(daemon->datapath, &before->mac);
	err = put_all(daemon, spec, state);
	if (err && before)
		put_all(daemon, before, state);
	else if (err)
		entries_dismiss(daemon, spec);
	if (err || !before)
		return err;
	drop_addresses(daemon, before, spec);
	if (memcmp(&before->mac, &spec->mac, sizeof(spec->mac)))
		entries_dismiss(daemon, &(struct host_description){ .mac = before->mac });
	return 0;
}

/* The entry has whole seconds: it may have been seen until the end of that one. */
int entries_look(void *context, const struct mac *mac, enum host_state *state, int64_t *last_seen)
{
	struct daemon *daemon = context;
	int64_t now = clock_ms(), end;
	struct host_entry host;
	int err = hosts_get(daemon->datapath, mac, &host);

	if (err)
		return err;
	end = ((int64_t)host.last_seen + 1) * 1000;
	*state = host.state;
	*last_seen = !host.last_seen ? 0 : end < now ? end : now;
	return 0;
}
