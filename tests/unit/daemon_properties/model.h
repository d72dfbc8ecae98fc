/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon's hosts must be, by a model of its own: what was said of each host, who owns each
 * address by the table of host/inputs.h, and what follows for the maps and the store. Of the daemon
 * it takes the states alone. Include after support_daemon.h.
 */
#ifndef SLEEPPROXY_TESTS_DAEMON_PROPERTIES_MODEL
#define SLEEPPROXY_TESTS_DAEMON_PROPERTIES_MODEL

#include "host/host.h"
#include "wake_rules.h"
#include "wake_sources.h"

/* The first addresses are of IPv4, the others of IPv6. */
enum { HOSTS = 8, ADDRESSES = 14, ADDRESSES_IPV4 = 10, NOBODY = -1 };

/* What people say of a host. Sets of addresses are bits. */
struct said {
	int host;
	char name[HOST_NAME_MAX_SIZE];
	bool is, by_command, on_lan, arp_offload;
	uint32_t addresses;
	size_t ports, sources; /* in port_sets, source_sets */
	uint16_t vlan, flags;  /* HOST_ECHO_* */
};

struct model_host {
	bool known;
	char name[HOST_NAME_MAX_SIZE];
	uint64_t since, described_since;
	struct said described;
	struct {
		bool exists, has_fields, arp_offload;
		uint32_t added, removed, ifindex;
		uint16_t vlan, flags;
		uint64_t since[ADDRESSES];
	} edited;
	struct {
		bool is, active, reported, seen;
		bool is_old; /* since when it is there is not known */
		uint32_t addresses;
		size_t ports;
		uint16_t vlan, transaction;
		uint64_t ended;
	} registered;
	uint32_t leased, lost, learnt;
	char identity[HOST_NAME_MAX_SIZE]; /* that its DHCP is known by */
	enum host_state last_state;        /* before this operation */
	bool invalid;                      /* its row was given a state that is none */
};

static struct {
	struct model_host hosts[HOSTS];
	int holder[ADDRESSES]; /* whose it is in the maps */
	int orphan[ADDRESSES]; /* of no known host: an edit by hand */
	bool foreign[HOSTS];   /* a row that is no host's, for its invalid state */
	uint32_t own;          /* addresses of this machine's */
	uint64_t clock;
} model;

/* A host that is known for a description alone that is being stored. */
static int pending = NOBODY;
static int in_flight = NOBODY; /* a host whose description is being stored */

/* As rows of wake_rules. */
static const struct {
	size_t count;
	struct {
		uint8_t protocol;
		uint16_t port;
		enum wake_action action;
	} rows[3];
} port_sets[] = {
	{ 0 },
	{ 2, { { IPPROTO_TCP, 22, WAKE }, { 0, 0, WAKE_IGNORE } } },
	{ 3, { { IPPROTO_TCP, 80, WAKE }, { IPPROTO_UDP, 0, WAKE }, { 0, 0, WAKE_IGNORE } } },
	{ 1, { { 0, 0, WAKE_IGNORE } } },
};

enum { NO_PORT = 3 }; /* the last of them: nothing wakes the host */

#define PREFIX(bits, allow, ...) \
	{ \
		{ { [10] = 0xff, 0xff, __VA_ARGS__ } }, 96 + (bits), allow \
	}

/* With nothing but allowed prefixes goes the denial of all others. */
static const struct {
	size_t count, rows;
	struct source_prefix prefixes[2];
} source_sets[] = {
	{ 0 },
	{ 2, 3, { PREFIX(8, true, 10), PREFIX(12, true, 172, 16) } },
	{ 1, 1, { PREFIX(16, false, 192, 168) } },
	{ 2, 2, { PREFIX(8, true, 10), PREFIX(16, false, 10, 1) } },
};

static size_t ports_of_set(size_t set, struct wake_port *ports)
{
	size_t count = 0;

	for (size_t i = 0; i < port_sets[set].count; i++)
		if (port_sets[set].rows[i].action == WAKE)
			ports[count++] = (struct wake_port){ port_sets[set].rows[i].protocol,
				                             port_sets[set].rows[i].port };
	return count;
}

static struct ipv6 address_at(int index)
{
	const uint8_t last = (uint8_t)(10 + index);

	return index < ADDRESSES_IPV4 ? ipv4_mapped((struct ipv4){ { 10, 9, 0, last } })
	                              : (struct ipv6){ { 0xfd, [7] = 9, [15] = last } };
}

static struct ipv4 address4_at(int index)
{
	const struct ipv6 address = address_at(index);

	assert_true(ip_is_ipv4(&address));
	return ip_to_ipv4(&address);
}

static int address_number(const struct ipv6 *address)
{
	const int number = address->octet[15] - 10;
	const struct ipv6 of_number = address_at(number);

	assert_in_range(number, 0, ADDRESSES - 1);
	assert_memory_equal(address, &of_number, sizeof(of_number));
	return number;
}

/* Why a host claims an address, the strongest reason last. */
enum why { WHY_NOT, WHY_LEARNT, WHY_LEASED, WHY_ENDED, WHY_REGISTERED, WHY_DESCRIBED, WHY_EDITED };

static enum why why_of(int index, int address)
{
	const struct model_host *host = &model.hosts[index];
	const uint32_t bit = 1U << address;

	if (!host->known)
		return WHY_NOT;
	if (host->edited.added & bit)
		return WHY_EDITED;
	if ((host->edited.removed | host->lost) & bit)
		return WHY_NOT;
	if (host->described.is && host->described.addresses & bit)
		return WHY_DESCRIBED;
	if (host->registered.is && host->registered.addresses & bit)
		return host->registered.active ? WHY_REGISTERED : WHY_ENDED;
	if (host->leased & bit)
		return WHY_LEASED;
	return host->learnt & bit ? WHY_LEARNT : WHY_NOT;
}

/* If one host claimed it for another reason. */
struct claim_as {
	int host;
	enum why why;
};

static enum why why_as(int index, int address, struct claim_as as)
{
	return index == as.host ? as.why : why_of(index, address);
}

static uint64_t since_of(int index, int address, enum why why, struct claim_as as)
{
	const struct model_host *host = &model.hosts[index];

	if (index == as.host)
		return UINT64_MAX;
	if (why == WHY_EDITED) /* the last edit counts */
		return UINT64_MAX - host->edited.since[address];
	return why == WHY_DESCRIBED ? host->described_since : host->since;
}

/* The first of those that claim it for this reason at least. */
static int first_of(int address, enum why least, struct claim_as as)
{
	int first = NOBODY;

	for (int i = 0; i < HOSTS; i++) {
		const enum why why = why_as(i, address, as);

		if (why >= least && why != WHY_NOT &&
		    (first == NOBODY ||
		     since_of(i, address, why, as) < since_of(first, address, why, as)))
			first = i;
	}
	return first;
}

/* The daemon may have removed it in the same operation. */
static enum host_state state_of(int index)
{
	return host_at(index) ? host_at(index)->life.state : model.hosts[index].last_state;
}

/* The table of host/inputs.h, row by row. */
static int owner_as(int address, struct claim_as as)
{
	const int holder = model.holder[address];
	const enum why why = holder == NOBODY ? WHY_NOT : why_as(holder, address, as);
	int owner = NOBODY;

	if (model.own & 1U << address)
		return NOBODY;
	owner = first_of(address, WHY_EDITED, as);
	if (owner == NOBODY)
		owner = first_of(address, WHY_DESCRIBED, as);
	if (owner == NOBODY && why != WHY_NOT &&
	    (why == WHY_REGISTERED || state_of(holder) != AWAKE))
		owner = holder;
	if (owner == NOBODY)
		owner = first_of(address, WHY_REGISTERED, as);
	if (owner == NOBODY && why != WHY_NOT)
		owner = holder;
	return owner == NOBODY ? first_of(address, WHY_LEARNT, as) : owner;
}

static int owner_of(int address)
{
	return owner_as(address, (struct claim_as){ NOBODY, WHY_NOT });
}

static void resolve(void)
{
	for (int i = 0; i < ADDRESSES; i++) {
		model.holder[i] = owner_of(i);
		if (model.holder[i] == pending) /* which has nothing in the maps yet */
			model.holder[i] = NOBODY;
		if (model.holder[i] != NOBODY)
			model.orphan[i] = NOBODY;
	}
}

static bool is_registered_only(const struct model_host *host)
{
	return host->known && host->registered.is && !host->described.is && !host->edited.exists;
}

/* What the maps must have of a host. */
static struct host_entry expected_entry(const struct model_host *host)
{
	const uint32_t lan = if_nametoindex(LAN);
	struct host_entry entry = { .state = AWAKE };

	if (host->described.is) {
		entry.ifindex = host->described.on_lan ? lan : 0;
		entry.vlan = host->described.vlan;
		entry.flags = host->described.flags |
		              (host->described.arp_offload ? HOST_ARP_OFFLOAD : 0);
	} else if (host->registered.is && host->registered.addresses) {
		entry.ifindex = lan;
		entry.vlan = host->registered.vlan;
	}
	if (host->edited.has_fields) {
		entry.ifindex = host->edited.ifindex;
		entry.vlan = host->edited.vlan;
		entry.flags =
			host->edited.flags | (host->edited.arp_offload ? HOST_ARP_OFFLOAD : 0);
	}
	return entry;
}

static void forget(struct model_host *host)
{
	*host = (struct model_host){ .known = false };
}

static void become_known(int index, const char *name)
{
	struct model_host *host = &model.hosts[index];
	const struct mac mac = mac_of(index);

	if (host->known)
		return;
	*host = (struct model_host){ .known = true, .since = ++model.clock };
	if (name)
		strcpy(host->name, name);
	else
		host_name_from_mac(&mac, host->name);
	model.foreign[index] = false;
}

static bool is_wanted(const struct model_host *host)
{
	return host->described.is || host->registered.is || host->edited.exists;
}

static void undescribe(int index)
{
	struct model_host *host = &model.hosts[index];

	memset(&host->described, 0, sizeof(host->described));
	if (index == in_flight && !is_wanted(host))
		pending = index; /* it has nothing in the maps */
	else if (!is_wanted(host))
		forget(host);
	resolve();
}

static int named(const char *name)
{
	for (int i = 0; i < HOSTS; i++)
		if (model.hosts[i].known && !strcmp(model.hosts[i].name, name))
			return i;
	return NOBODY;
}

static bool in_config(int index)
{
	for (size_t i = 0; i < configured_count; i++)
		if (configured[i].mac.octet[5] == index)
			return true;
	return false;
}

/* A host of the file is described anew, too, and gets another name from it. */
static void take_name(int index, const char *name)
{
	const int other = named(name);

	if (other != NOBODY && other != index) {
		const struct mac mac = mac_of(other);

		host_name_from_mac(&mac, model.hosts[other].name);
		if (model.hosts[other].described.by_command)
			undescribe(other);
	}
	strcpy(model.hosts[index].name, name);
}

static void describe(const struct said *said)
{
	struct model_host *host = &model.hosts[said->host];

	become_known(said->host, NULL);
	pending = pending == said->host ? NOBODY : pending;
	model.foreign[said->host] = false;
	take_name(said->host, said->name);
	host->described = *said;
	host->described.is = true;
	host->described_since = ++model.clock;
	memset(&host->edited, 0, sizeof(host->edited));
	resolve();
}

/* May the host be described with these? Not with ours, or those that people gave to another. */
static bool may_describe(int index, uint32_t addresses)
{
	for (int i = 0; i < ADDRESSES; i++)
		if (addresses & 1U << i &&
		    owner_as(i, (struct claim_as){ index, WHY_DESCRIBED }) != index)
			return false;
	return true;
}

static size_t count_known(void)
{
	size_t known = 0;

	for (int i = 0; i < HOSTS; i++)
		known += model.hosts[i].known;
	return known;
}

static size_t rows_in_hosts(void)
{
	size_t rows = count_known() - (pending != NOBODY);

	for (int i = 0; i < HOSTS; i++)
		rows += model.foreign[i];
	return rows;
}

static bool has_room(int index)
{
	return (model.hosts[index].known && index != pending) || model.foreign[index] ||
	       rows_in_hosts() < max_hosts;
}

#endif
