/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon, the maps and the store as the model says. Include after hosts.h. */
#ifndef SLEEPPROXY_TESTS_DAEMON_PROPERTIES_CHECKS
#define SLEEPPROXY_TESTS_DAEMON_PROPERTIES_CHECKS

/* It goes on where its host is found asleep. */
static bool may_go_on(const struct model_host *host)
{
	return host->registered.active ||
	       (host->registered.addresses && !host->registered.reported);
}

/* A registration ends by what its host does, and not by what is said of it. */
static void follow_registrations(void)
{
	for (int i = 0; i < HOSTS; i++) {
		const struct host *host = host_at(i);
		struct model_host *expected = &model.hosts[i];
		const bool active = host && host->registration && host->registration->active;

		if (!expected->known || !expected->registered.is)
			continue;
		if (!may_end)
			assert_int_equal(active, expected->registered.active);
		else
			assert_true(may_go_on(expected) || !active);
		expected->registered.active = active;
	}
}

/* All rows of a map; returns how many. */
static size_t read_rows(const char *map, void *keys, size_t key_size, void *values,
                        size_t value_size, size_t max)
{
	const int fd = map_fd(map);
	uint8_t *key = keys, *last = NULL;
	size_t count = 0;

	while (!bpf_map_get_next_key(fd, last, key)) {
		assert_true(++count < max);
		assert_int_equal(bpf_map_lookup_elem(fd, key, values), 0);
		last = key;
		key += key_size;
		values = (uint8_t *)values + value_size;
	}
	close(fd);
	return count;
}

static void check_entry(const struct mac *mac, const struct host_entry *entry)
{
	const struct model_host *host = &model.hosts[mac->octet[5]];
	const struct host *real = host_at(mac->octet[5]);
	struct host_entry expected = expected_entry(host);

	if (!host->known)
		assert_true(model.foreign[mac->octet[5]]);
	if (!host->known || host->invalid)
		return;
	assert_non_null(real->installed);
	assert_int_equal(entry->state, real->life.state);
	assert_int_equal(entry->ifindex, expected.ifindex);
	assert_int_equal(entry->vlan, expected.vlan);
	assert_int_equal(entry->flags & ~HOST_MAGIC_BY_DAEMON, expected.flags);
	assert_int_equal(real->installed->ifindex, expected.ifindex);
	assert_int_equal(real->installed->vlan, expected.vlan);
	assert_int_equal(real->installed->arp_offload, expected.flags & HOST_ARP_OFFLOAD);
	assert_int_equal(real->installed->echo, echo_of_flags(expected.flags));
}

static void check_hosts(void)
{
	struct host_entry entries[HOSTS + 1];
	struct mac macs[HOSTS + 1];
	size_t count =
		read_rows("hosts", macs, sizeof(*macs), entries, sizeof(*entries), HOSTS + 1);
	size_t foreign = 0;

	for (size_t i = 0; i < count; i++)
		check_entry(&macs[i], &entries[i]);
	for (int i = 0; i < HOSTS; i++)
		foreign += model.foreign[i];
	assert_int_equal(count, count_known() + foreign);
}

static void fail_address(int address, int found, int expected)
{
	const struct lease_record_clock now = daemon_record_clock(&daemon_);
	static const char *const whys[] = { "",           "learnt",    "leased", "ended",
		                            "registered", "described", "edited" };

	for (int i = 0; i < HOSTS; i++)
		if (why_of(i, address) != WHY_NOT)
			print_message("host %d claims it: %s, %s, %s\n", i,
			              whys[why_of(i, address)],
			              host_state_names[host_at(i)->life.state],
			              json_object_to_json_string(host_row_write(host_at(i), &now)));
	fail_msg("address %d is of %d, not %d%s", address, found, expected,
	         model.own & 1U << address ? "; it is our own" : "");
}

static void read_addresses(int found[ADDRESSES])
{
	struct ipv4 addresses4[ADDRESSES + 1];
	struct ipv6 addresses6[ADDRESSES + 1];
	struct mac macs[ADDRESSES + 1];
	size_t count = read_rows("addresses4", addresses4, sizeof(*addresses4), macs, sizeof(*macs),
	                         ADDRESSES + 1);

	for (size_t i = 0; i < count; i++) {
		const struct ipv6 address = ipv4_mapped(addresses4[i]);

		found[address_number(&address)] = macs[i].octet[5];
	}
	count = read_rows("addresses6", addresses6, sizeof(*addresses6), macs, sizeof(*macs),
	                  ADDRESSES + 1);
	for (size_t i = 0; i < count; i++)
		found[address_number(&addresses6[i])] = macs[i].octet[5];
}

static void check_addresses(void)
{
	int found[ADDRESSES];

	memset(found, 0xff, sizeof(found));
	read_addresses(found);
	for (int i = 0; i < ADDRESSES; i++) {
		const int expected = model.holder[i] != NOBODY ? model.holder[i] : model.orphan[i];

		if (model.own & 1U << i && (found[i] == NOBODY || !host_at(found[i])))
			model.orphan[i] = found[i]; /* until the maps are read anew */
		else if (found[i] != expected)
			fail_address(i, found[i], expected);
	}
}

/* `installed` of each host is what the maps have of it. */
static void check_installed(const struct host *host, int index)
{
	size_t count = 0;

	for (int i = 0; i < ADDRESSES; i++) {
		const struct ipv6 address = address_at(i);
		const bool is_its = model.holder[i] == index;

		count += is_its;
		assert_int_equal(installed_has(host->installed, &address), is_its);
	}
	assert_int_equal(host->installed->address_count, count);
}

/* People's rules come first. */
static size_t ports_of(const struct model_host *host)
{
	const size_t described = host->described.is ? host->described.ports : 0;

	return described ? described : host->registered.is ? host->registered.ports : 0;
}

static bool has_port(const void *key, uint32_t action)
{
	const struct wake_rule *rule = key;
	const size_t set = ports_of(&model.hosts[rule->host.octet[5]]);

	for (size_t i = 0; i < port_sets[set].count; i++)
		if (port_sets[set].rows[i].protocol == rule->protocol &&
		    htons(port_sets[set].rows[i].port) == rule->port)
			return port_sets[set].rows[i].action == action;
	return false;
}

static size_t count_ports(const struct model_host *host)
{
	return port_sets[ports_of(host)].count;
}

static size_t sources_of(const struct model_host *host)
{
	return host->described.is ? host->described.sources : 0;
}

static bool has_source(const void *key, uint32_t action)
{
	const struct wake_source *rule = key;
	size_t set;

	if (mac_equal(&rule->host, &MAC_BROADCAST)) /* no host's: broadcast addresses */
		return action == SOURCE_DENY;
	set = sources_of(&model.hosts[rule->host.octet[5]]);
	if (rule->prefix_length == SOURCE_HOST_BITS)
		return source_sets[set].rows > source_sets[set].count && action == SOURCE_DENY;
	for (size_t i = 0; i < source_sets[set].count; i++) {
		const struct source_prefix *prefix = &source_sets[set].prefixes[i];

		if (rule->prefix_length == (uint32_t)SOURCE_HOST_BITS + prefix->bits &&
		    ip_equal(&rule->source, &prefix->address))
			return action == (prefix->allow ? SOURCE_ALLOW : SOURCE_DENY);
	}
	return false;
}

static size_t count_sources(const struct model_host *host)
{
	return source_sets[sources_of(host)].rows;
}

/* Each row is one of its host's set, and there are as many as in all sets, and `expected`. */
static void check_rules(const char *map, size_t key_size,
                        bool (*is_expected)(const void *key, uint32_t action),
                        size_t (*count_of)(const struct model_host *host), size_t expected)
{
	_Alignas(struct wake_source) uint8_t keys[4 * HOSTS * sizeof(struct wake_source)];
	uint32_t actions[4 * HOSTS] = { 0 };
	const size_t count = read_rows(map, keys, key_size, actions, sizeof(*actions), 4 * HOSTS);

	for (size_t i = 0; i < count; i++)
		if (!is_expected(keys + i * key_size, actions[i]))
			fail_msg("row %zu of %s is not what its host has", i, map);
	for (int i = 0; i < HOSTS; i++)
		expected += count_of(&model.hosts[i]);
	if (count != expected)
		fail_msg("%s has %zu rows, not %zu", map, count, expected);
}

static void check_table(void)
{
	unsigned int registered_only = 0, states[WAKING + 1] = { 0 };

	for (int i = 0; i < HOSTS; i++) {
		const struct model_host *host = &model.hosts[i];

		if (host->known != (host_at(i) != NULL))
			fail_msg("host %d is %sknown", i, host->known ? "un" : "");
		registered_only += is_registered_only(host);
		if (!host->known)
			continue;
		states[host_at(i)->life.state]++;
		check_installed(host_at(i), i);
		assert_string_equal(host_at(i)->name, host->name);
		assert_ptr_equal(host_find_name(daemon_.hosts, host->name), host_at(i));
	}
	assert_int_equal(HASH_CNT(by_mac, daemon_.hosts->by_mac), count_known());
	assert_int_equal(daemon_.hosts->registered_only, registered_only);
	for (enum host_state state = AWAKE; state <= WAKING; state++)
		assert_int_equal(daemon_.hosts->states[state], states[state]);
	assert_false(daemon_.in_step);
}

static uint32_t stored_addresses(struct json_object *input, const char *member)
{
	struct json_object *list;
	struct ipv6 address;
	uint32_t addresses = 0;

	if (!json_object_object_get_ex(input, member, &list))
		return 0;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *text = json_object_array_get_idx(list, i);

		assert_int_equal(text_to_ip(json_object_get_string(text), &address), 0);
		addresses |= 1U << address_number(&address);
	}
	return addresses;
}

static const char *stored_text(struct json_object *row, const char *member)
{
	return json_object_get_string(json_object_object_get(row, member));
}

static void check_row(const struct model_host *host, const struct host *real,
                      struct json_object *row)
{
	struct json_object *described = json_object_object_get(row, "described");
	struct json_object *edited = json_object_object_get(row, "edited");
	struct json_object *of_host = json_object_object_get(row, "registered");
	struct json_object *learnt = json_object_object_get(row, "learnt");
	struct json_object *active = json_object_object_get(of_host, "active");

	assert_string_equal(stored_text(row, "name"), host->name);
	assert_string_equal(stored_text(row, "state"), host_state_names[real->life.state]);
	assert_int_equal(described != NULL, host->described.is);
	if (described)
		assert_string_equal(stored_text(row, "by"),
		                    host->described.by_command ? "command" : "config");
	assert_int_equal(stored_addresses(described, "addresses"), host->described.addresses);
	assert_int_equal(stored_addresses(edited, "addresses"), host->edited.added);
	assert_int_equal(stored_addresses(edited, "removed"), host->edited.removed);
	assert_int_equal(stored_addresses(learnt, "addresses"), host->learnt);
	assert_int_equal(of_host != NULL, host->registered.is);
	assert_int_equal(stored_addresses(of_host, "addresses"), host->registered.addresses);
	assert_int_equal(json_object_get_boolean(active), host->registered.active);
}

static void check_store(void)
{
	for (int i = 0; i < HOSTS; i++) {
		const struct mac mac = mac_of(i);
		struct json_object *row = stored_row(&mac);

		assert_int_equal(row != NULL, model.hosts[i].known);
		if (row)
			check_row(&model.hosts[i], host_at(i), row);
		json_object_put(row);
	}
}

static void check_all(void)
{
	check_table();
	check_hosts();
	check_addresses();
	check_rules("wake_rules", sizeof(struct wake_rule), has_port, count_ports, 0);
	check_rules("wake_sources", sizeof(struct wake_source), has_source, count_sources,
	            net_broadcasts(daemon_.net, NULL, 0));
	if (!store_broken)
		check_store();
}

#endif
