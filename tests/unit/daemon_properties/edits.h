/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of the maps by chance, as bpftool makes them. Include after hosts.h. */
#ifndef SLEEPPROXY_TESTS_DAEMON_PROPERTIES_EDITS
#define SLEEPPROXY_TESTS_DAEMON_PROPERTIES_EDITS

static void lose_by_hand(int address)
{
	const int holder = model.holder[address];

	model.orphan[address] = NOBODY;
	if (holder == NOBODY)
		return;
	model.hosts[holder].edited.added &= ~(1U << address);
	model.hosts[holder].edited.removed |= 1U << address;
}

static void move_by_hand(int index, int address)
{
	struct model_host *host = &model.hosts[index];
	const uint32_t bit = 1U << address;

	if (model.own & bit) {
		model.orphan[address] = NOBODY;
		return;
	}
	if (model.holder[address] == index)
		return;
	lose_by_hand(address);
	model.holder[address] = NOBODY;
	if (!host->known) {
		model.orphan[address] = index;
		return;
	}
	host->edited.added |= bit;
	host->edited.removed &= ~bit;
	host->edited.since[address] = ++model.clock;
}

static void op_edit_address(void)
{
	const int index = (int)pick(HOSTS), address = (int)pick(ADDRESSES);
	const struct ipv6 ip = address_at(address);
	const char *map = address < ADDRESSES_IPV4 ? "addresses4" : "addresses6";
	const void *key = ip.octet + (address < ADDRESSES_IPV4 ? IPV4_MAPPED_BITS / 8 : 0);
	const struct mac mac = mac_of(index);

	if (!pick(3)) {
		delete_row(map, key);
		lose_by_hand(address);
	} else if (!put_row(map, key, &mac)) {
		move_by_hand(index, address);
	}
}

/* Orphan addresses of a host that has become known are an edit of it. */
static void adopt_orphans(void)
{
	for (int i = 0; i < ADDRESSES; i++)
		if (model.orphan[i] != NOBODY && model.hosts[model.orphan[i]].known)
			move_by_hand(model.orphan[i], i);
}

/* But for that which is the daemon's. */
static uint16_t shown_flags(uint16_t flags)
{
	return flags & ~HOST_MAGIC_BY_DAEMON;
}

static void edit_fields(struct model_host *host, const struct host_entry *entry)
{
	const struct host_entry before = expected_entry(host);

	if (before.ifindex == entry->ifindex && before.vlan == entry->vlan &&
	    before.flags == shown_flags(entry->flags) && !host->edited.exists)
		return;
	host->edited.has_fields = true;
	host->edited.ifindex = entry->ifindex;
	host->edited.vlan = entry->vlan;
	host->edited.arp_offload = entry->flags & HOST_ARP_OFFLOAD;
	host->edited.flags = entry->flags & (HOST_ECHO_IGNORE | HOST_ECHO_WAKE);
}

static void op_edit_host(void)
{
	const int index = (int)pick(HOSTS);
	struct model_host *host = &model.hosts[index];
	const struct mac mac = mac_of(index);
	struct host_entry entry = expected_entry(host);

	may_end = true;
	entry.state = pick(6);
	if (!pick(3))
		entry.vlan = (uint16_t)pick(3);
	if (!pick(3))
		entry.flags = (uint16_t)pick(12); /* not both of echo */
	if (!pick(3))
		entry.ifindex = pick(2) ? if_nametoindex(LAN) : 0;
	if (put_row("hosts", &mac, &entry))
		return;
	model.foreign[index] = !host->known && entry.state > WAKING;
	host->invalid = host->known && entry.state > WAKING;
	if (entry.state > WAKING)
		return;
	if (!host->known) {
		become_known(index, NULL);
		host->edited.exists = true;
	}
	edit_fields(host, &entry);
}

static void op_delete_host(void)
{
	const int index = (int)pick(HOSTS);
	const struct mac mac = mac_of(index);

	delete_row("hosts", &mac);
	model.foreign[index] = false;
	forget(&model.hosts[index]);
}

static void op_command(void)
{
	const int index = (int)pick(HOSTS);
	const char *const commands[] = { "'host-sleep'", "'host-sleep','now':true", "'host-wake'" };

	may_end = true;
	command("{'command':%s,'name':'" MAC_TEXT "'}", commands[pick(3)], index);
}

#endif
