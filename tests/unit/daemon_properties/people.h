/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people do by chance, and what it makes of the model: hosts described by command and in the
 * file, leases, addresses of this machine's own, edits of the maps. Include after hosts.h.
 */
#ifndef SLEEPPROXY_TESTS_DAEMON_PROPERTIES_PEOPLE
#define SLEEPPROXY_TESTS_DAEMON_PROPERTIES_PEOPLE

#include "hosts.h"

static enum echo_policy echo_of_flags(uint16_t flags)
{
	return flags & HOST_ECHO_IGNORE ? ECHO_IGNORE
	       : flags & HOST_ECHO_WAKE ? ECHO_WAKE
	                                : ECHO_ANSWER;
}

static struct said pick_said(void)
{
	static const char *const names[] = { "alpha", "beta", "gamma", "delta", "epsilon" };
	struct said said = {
		.host = (int)pick(HOSTS),
		.addresses = pick_addresses(3),
		.ports = pick(4),
		.sources = pick(4),
		.vlan = pick(3) ? 0 : 7,
		.on_lan = !pick(3),
		.arp_offload = !pick(3),
		.flags = (uint16_t[]){ 0, HOST_ECHO_IGNORE, HOST_ECHO_WAKE }[pick(3)],
	};

	strcpy(said.name, names[pick(5)]);
	return said;
}

static struct host_description description_of(const struct said *said)
{
	struct host_description it = {
		.mac = mac_of(said->host),
		.attributes.vlan = said->vlan,
		.attributes.arp_offload = said->arp_offload,
		.attributes.echo = echo_of_flags(said->flags),
		.policy.source_count = source_sets[said->sources].count,
	};

	strcpy(it.name, said->name);
	strcpy(it.attributes.interface, said->on_lan ? LAN : "");
	memcpy(it.policy.sources, source_sets[said->sources].prefixes,
	       sizeof(source_sets->prefixes));
	it.policy.port_count =
		said->ports == NO_PORT ? 1 : ports_of_set(said->ports, it.policy.ports);
	for (int i = 0; i < ADDRESSES; i++)
		if (said->addresses & 1U << i)
			it.addresses[it.address_count++] = address_at(i);
	return it;
}

static struct json_object *said_json(const struct said *said)
{
	const struct host_description description = description_of(said);
	struct json_object *json = description_to_json(&description);

	json_object_object_add(json, "command", json_object_new_string("host-add"));
	return json;
}

static bool is_configured(int index)
{
	const struct model_host *host = &model.hosts[index];

	return host->known && host->described.is && !host->described.by_command;
}

/* A MAC that is known by another name, which somebody gave it, is a mistake. */
static bool may_be_called(const struct said *said)
{
	const struct model_host *host = &model.hosts[said->host];
	const int other = named(said->name);

	if (other != NOBODY && is_configured(other))
		return false;
	return !host->known || !strcmp(host->name, said->name) ||
	       !(host->described.is || host->registered.is);
}

static void op_describe(void)
{
	struct said said = pick_said();
	const bool allowed = may_be_called(&said) && may_describe(said.host, said.addresses);
	const bool fits = has_room(said.host);
	const int end = ask(said_json(&said));

	said.by_command = true;
	if (!allowed)
		assert_int_equal(end, REFUSED);
	else if (store_broken)
		assert_int_equal(end, -ENOENT);
	else
		assert_int_equal(end, fits ? DONE : -E2BIG);
	if (end == DONE)
		describe(&said);
}

static void op_remove(void)
{
	const int index = (int)pick(HOSTS);
	struct model_host *host = &model.hosts[index];
	const bool allowed = host->known && !is_configured(index);
	const int end = command("{'command':'host-remove','name':'" MAC_TEXT "'}", index);

	if (!allowed)
		assert_int_equal(end, REFUSED);
	else
		assert_int_equal(end, store_broken ? -ENOENT : DONE);
	if (allowed)
		forget(host);
}

/* Unless one of that name or MAC is there. */
static bool add_configured(const struct said *said)
{
	for (size_t i = 0; i < configured_count; i++)
		if (!strcmp(configured[i].name, said->name) ||
		    configured[i].mac.octet[5] == said->host)
			return false;
	configured[configured_count++] = description_of(said);
	return true;
}

/* Hosts of the file that is read now have no say in it by what the last one said of them. */
static bool may_configure(const struct said *said)
{
	for (int i = 0; i < HOSTS; i++)
		if (i != said->host && !in_config(i))
			for (int j = 0; j < ADDRESSES; j++)
				if (said->addresses & 1U << j && why_of(i, j) >= WHY_DESCRIBED)
					return false;
	return true; /* an address of ours is kept, and not answered for */
}

static struct said listed[5]; /* of the configuration */

static void pick_configuration(void)
{
	const size_t count = pick(6);
	uint32_t addresses = 0;

	configured_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct said *said = &listed[configured_count];

		*said = pick_said();
		said->addresses &= ~addresses;
		if (add_configured(said))
			addresses |= said->addresses;
	}
}

/* Its removal ends the description that is being stored, too. */
static void forget_pending(void)
{
	forget(&model.hosts[pending]);
	pending = in_flight = NOBODY;
}

static void follow_configuration(void)
{
	for (int i = 0; i < HOSTS; i++)
		if (is_configured(i) && !in_config(i))
			undescribe(i);
	for (size_t i = 0; i < configured_count; i++)
		if (may_configure(&listed[i]) && has_room(listed[i].host))
			describe(&listed[i]);
		else if (may_configure(&listed[i]) && pending == listed[i].host)
			forget_pending();
}

static void op_reload(void)
{
	pick_configuration();
	free(daemon_.config.hosts);
	daemon_.config.hosts = calloc(HOSTS, sizeof(*configured));
	memcpy(daemon_.config.hosts, configured, configured_count * sizeof(*configured));
	daemon_.config.host_count = configured_count;
	config_sort_macs(&daemon_.config);
	daemon_follow_config(&daemon_);
	follow_configuration();
}

/* Of IPv6 the kernel tells some time later. */
static void op_own_address(void)
{
	const int address = (int)pick(ADDRESSES_IPV4);
	char text[TEXT_IP];

	text_from_ipv4(address4_at(address), text);
	HERE("ip address %s %s/8 dev %s", model.own & 1U << address ? "del" : "add", text, LAN);
	model.own ^= 1U << address;
}

static void complete_description(const struct said *said)
{
	const int end = completed();

	if (!model.hosts[said->host].known)
		assert_int_equal(end, -ENOENT);
	else if (store_broken)
		assert_int_equal(end, -ENOENT);
	else if (!may_be_called(said) || !may_describe(said->host, said->addresses))
		assert_in_range(-end, EEXIST, EADDRINUSE); /* either */
	else
		assert_int_equal(end, has_room(said->host) ? DONE : -E2BIG);
	pending = in_flight = NOBODY;
	if (end == DONE)
		describe(said);
	else if (!is_wanted(&model.hosts[said->host]))
		forget(&model.hosts[said->host]);
}

/* Something else happens before the store has answered. */
static void op_describe_meanwhile(void)
{
	static void (*const others[])(void) = { op_reload, op_dhcp_request, op_own_address };
	struct said said = pick_said();
	const bool allowed = may_be_called(&said) && may_describe(said.host, said.addresses);
	struct request request = { .daemon = &daemon_, .token = TOKEN };
	enum request_end end;

	said.by_command = true;
	request.json = said_json(&said);
	end = request_run(&request);
	json_object_put(request.json);
	assert_int_equal(end, allowed ? REQUEST_WAITS : REQUEST_REFUSED);
	if (allowed && !model.hosts[said.host].known) {
		const bool foreign = model.foreign[said.host];

		become_known(said.host, NULL);
		model.foreign[said.host] = foreign;
		pending = said.host;
	}
	in_flight = allowed ? said.host : NOBODY;
	others[pick(3)]();
	resolve();
	if (allowed)
		complete_description(&said);
}
static void op_lease_set(void)
{
	const int index = (int)pick(HOSTS), address = (int)pick(ADDRESSES_IPV4);
	struct model_host *host = &model.hosts[index];
	const int owner = owner_of(address);
	char text[TEXT_IP];
	const int end = command("{'command':'lease-set','name':'" MAC_TEXT "','address':'%s'}",
	                        index, text_from_ipv4(address4_at(address), text));

	if (!host->known || model.own & 1U << address || (owner != NOBODY && owner != index)) {
		assert_int_equal(end, REFUSED);
		return;
	}
	if (host->leased != 1U << address)
		assert_int_equal(end, store_broken ? -ENOENT : DONE);
	lease(host, 1U << address);
}

static void op_lease_forget(void)
{
	const int index = (int)pick(HOSTS);
	struct model_host *host = &model.hosts[index];
	const int end = command("{'command':'lease-forget','name':'" MAC_TEXT "'}", index);

	if (!host->known)
		assert_int_equal(end, REFUSED);
	else if (host->leased || host->lost) /* else its row is as it was */
		assert_int_equal(end, store_broken ? -ENOENT : DONE);
	host->leased = host->lost = 0;
	*host->identity = 0;
}

#endif
