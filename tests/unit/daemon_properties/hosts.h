/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts do by chance, and what it makes of the model: DHCP, registrations and reports, frames
 * that the datapath sees. Include after model.h.
 */
#ifndef SLEEPPROXY_TESTS_DAEMON_PROPERTIES_HOSTS
#define SLEEPPROXY_TESTS_DAEMON_PROPERTIES_HOSTS

#include "model.h"

static uint64_t seed, prng;
static unsigned long operation_number;
static const char *operation_name = "";
static bool store_broken;
static bool may_end; /* the operation may end a registration */

static uint32_t pick(uint32_t below)
{
	prng ^= prng << 13;
	prng ^= prng >> 7;
	prng ^= prng << 17;
	return (uint32_t)(prng >> 32) % below;
}

static uint32_t pick_addresses(uint32_t max)
{
	uint32_t addresses = 0;

	for (uint32_t i = pick(max + 1); i; i--)
		addresses |= 1U << pick(ADDRESSES);
	return addresses;
}

static void receive(const struct dhcp_message *message, bool is_nak)
{
	static struct dhcp_snoop snoop;
	struct dhcp_message read;

	snoop = (struct dhcp_snoop){ .from = message->chaddr };
	snoop.length = (uint16_t)dhcp_message_write(message, snoop.message);
	assert_in_range(snoop.length, DHCP_MESSAGE_MIN, DHCP_MESSAGE_MAX);
	if (is_nak) { /* the same octets from a server */
		assert_memory_equal(snoop.message + 240, "\x35\x01", 2);
		snoop.message[0] = 2;
		snoop.message[242] = DHCP_NAK;
	}
	assert_int_equal(dhcp_message_read(snoop.message, snoop.length, &read), 0);
	/* Of strangers the model remembers nothing. */
	if (host_find_mac(daemon_.hosts, &message->chaddr))
		daemon_follow_dhcp(&daemon_, &snoop.from, &read);
}

static void lease(struct model_host *host, uint32_t leased)
{
	host->leased = leased;
	host->lost = 0;
	host->edited.removed &= ~leased;
}

static void op_dhcp_request(void)
{
	const int index = (int)pick(HOSTS), address = (int)pick(ADDRESSES_IPV4);
	struct model_host *host = &model.hosts[index];
	const struct dhcp_message message = {
		.type = DHCP_REQUEST,
		.xid = pick(UINT32_MAX),
		.chaddr = mac_of(index),
		.requested = address4_at(address),
	};
	const bool news = host->leased != 1U << address || *host->identity ||
	                  host_at(index)->dhcp->lease.state != LEASE_BOUND;

	receive(&message, false);
	if (host->known && news)
		lease(host, 1U << address);
	resolve();
	*host->identity = 0;
	if (!pick(3) && host->known && !host_at(index)->dhcp->lease.proxy_renews) {
		receive(&message, true);
		host->lost = host->leased;
		host->leased = 0;
	}
}

static void op_dhcp_release(void)
{
	const int index = (int)pick(HOSTS);
	const struct dhcp_message message = {
		.type = DHCP_RELEASE,
		.chaddr = mac_of(index),
	};

	receive(&message, false);
	model.hosts[index].leased = 0;
}

static struct npp_requester requester_of(enum npp_subtype subtype, uint16_t transaction)
{
	struct npp_requester requester = { .subtype = subtype, .transaction = transaction };

	assert_int_equal(iface_find(LAN, &requester.iface), 0);
	return requester;
}

/* Its report has come, or nothing of its registration is left. */
static bool is_over(const struct model_host *host, bool seen)
{
	(void)seen;
	return is_registered_only(host) && !host->registered.active &&
	       (host->registered.reported || !host->registered.addresses);
}

/* Nothing shows that there is such a host: its place is for one that was seen, or came later. */
static bool gives_way(const struct model_host *host, bool seen)
{
	return is_registered_only(host) && host->registered.active && !host->registered.seen &&
	       (seen || host->registered.is_old);
}

/* One of those that had to leave first was replaced, if there is one. */
static bool replaced(bool (*leaves)(const struct model_host *host, bool seen), bool seen)
{
	unsigned int candidates = 0;

	for (int i = 0; i < HOSTS; i++) {
		if (!leaves(&model.hosts[i], seen))
			continue;
		candidates++;
		if (host_at(i))
			continue;
		forget(&model.hosts[i]);
		return true;
	}
	assert_int_equal(candidates, 0);
	return false;
}

/* The model's place for one more host that is known by its registration alone. */
static bool make_room(int index, bool seen)
{
	unsigned int registered_only = 0;

	for (int i = 0; i < HOSTS; i++)
		registered_only += is_registered_only(&model.hosts[i]);
	return model.hosts[index].known || registered_only < daemon_.config.npp.max_registrations ||
	       replaced(is_over, seen) || replaced(gives_way, seen);
}

static bool may_register(int index, uint32_t addresses)
{
	for (int i = 0; i < ADDRESSES; i++)
		if (addresses & 1U << i && owner_of(i) != index &&
		    owner_as(i, (struct claim_as){ index, WHY_REGISTERED }) != index)
			return false;
	return true;
}

static void registered(int index, uint32_t addresses, const struct registration_request *request,
                       size_t ports, int source)
{
	struct model_host *host = &model.hosts[index];
	const bool continues = host->registered.is && host->registered.active &&
	                       host->registered.transaction == request->transaction;
	const bool seen = host->registered.seen; /* of its registration before, too */

	if (!host->known)
		become_known(index, named(request->hostname) == NOBODY && *request->hostname
		                            ? request->hostname
		                            : NULL);
	if (!continues)
		memset(&host->registered, 0, sizeof(host->registered));
	host->registered.is = host->registered.active = true;
	host->registered.transaction = request->transaction;
	host->registered.addresses |= addresses;
	host->registered.reported = host->registered.is_old = false;
	host->registered.seen = seen;
	if (!continues)
		host->registered.vlan = request->vlan;
	if (ports)
		host->registered.ports = ports;
	if (request->has_lease) {
		host->leased = 1U << source;
		host->lost = 0;
		if (*request->hostname)
			strcpy(host->identity, request->hostname);
	}
	if (!host->edited.exists || host->described.is)
		memset(&host->edited, 0, sizeof(host->edited));
}

static struct registration_request pick_request(int index, int source, uint32_t addresses,
                                                size_t ports, bool again)
{
	static uint64_t digest;
	struct registration_request it = {
		.mac = mac_of(index),
		.vlan = pick(3) ? 0 : 9,
		.source = address4_at(source),
		.authenticated = true,
		.transaction =
			again ? model.hosts[index].registered.transaction : (uint16_t)pick(65536),
		.digest = ++digest,
		.has_ports = ports,
		.has_lease = !pick(3),
	};

	strcpy(it.interface, LAN);
	strcpy(it.hostname, pick(2) ? "laptop" : "");
	if (!pick(3))
		it.backup_of = (struct ipv4){ { 10, 9, 0, 250 } };
	it.port_count = ports_of_set(ports, it.ports);
	for (int i = 0; i < ADDRESSES; i++)
		if (addresses & 1U << i)
			it.addresses[it.address_count++] = (struct requested_address){
				.address = address_at(i),
				.role = model.own & 1U << i ? ROLE_OWN : ROLE_NONE,
				.mac_matches = true,
			};
	return it;
}

/* And checked, and stored: was it carried out? If it is `seen`, it answers the check itself. */
static bool request_registration(int index, const struct registration_request *registration,
                                 bool seen)
{
	const struct ipv6 source = ipv4_mapped(registration->source);
	struct pending_registration taken;
	const struct npp_server_request request = {
		.kind = NPP_REQUEST_SLEEP,
		.host = host_at(index),
		.requester = requester_of(NPP_SLEEP_REQUEST, 1),
		.registration = *registration,
	};
	struct now now = clock_now();
	const struct host *host;

	registration_requested(&daemon_, &request);
	if (seen)
		assert_false(register_address_in_use(&daemon_.registrar, &source,
		                                     &registration->mac, &taken));
	now.mono += 2 * REGISTER_CHECK_TIME;
	registrations_timeout(&daemon_, &now);
	settle();
	host = host_at(index);
	return host && host->registration &&
	       registration_has_digest(host->registration, registration->digest);
}

static void op_register(void)
{
	const int index = (int)pick(HOSTS), source = (int)pick(ADDRESSES_IPV4);
	const uint32_t addresses = pick_addresses(2) | 1U << source;
	const size_t ports = pick(4);
	const struct model_host *host = &model.hosts[index];
	const bool again = host->registered.is && !pick(3) && host->registered.ports == ports;
	const struct registration_request request =
		pick_request(index, source, addresses, ports, again);
	/* with what an earlier part of the request has, unless it is ours by now */
	const uint32_t before =
		again && host->registered.active ? host->registered.addresses & ~model.own : 0;
	const bool allowed = may_register(index, addresses | before);
	const bool seen = !pick(3);
	const bool done = request_registration(index, &request, seen);

	if (allowed && make_room(index, seen))
		assert_int_equal(done, has_room(index) && !store_broken);
	else
		assert_false(done);
	if (done)
		registered(index, addresses, &request, ports, source);
	model.hosts[index].registered.seen |= done && seen;
}

static void op_report(void)
{
	static uint64_t digest = 1ULL << 40;
	const int index = (int)pick(HOSTS);
	struct host *host = host_at(index);
	const bool right = pick(4);
	struct npp_server_request request = {
		.kind = NPP_REQUEST_REPORT,
		.host = host,
		.requester =
			requester_of(NPP_WAKEUP_REPORT, model.hosts[index].registered.transaction),
		.digest = ++digest,
	};

	may_end = true;
	if (!host)
		return;
	if (host->registration && right)
		request.client_id = host->registration->client_id;
	registration_reported(&daemon_, &request);
	if (!host->registration || !right || !host->registration->until)
		return;
	model.hosts[index].registered.reported = true;
	if (model.hosts[index].invalid) /* its state cannot be changed */
		return;
	assert_int_equal(host->life.state, AWAKE);
	assert_false(host->registration->active);
}

/* An hour after it is up its registration is dropped; without a report, after its lifetime. */
static void op_linger(void)
{
	const int index = (int)pick(HOSTS);
	struct host *host = host_at(index);

	if (!host || !host->registration || host->registration->active ||
	    !host->registration->until)
		return;
	host->registration->until = 1;
	if (!model.hosts[index].registered.reported || model.hosts[index].invalid)
		host->registration->expires = 1; /* else it lingers again */
	host_arm(&daemon_, host);
	settle();
	assert_int_equal(host->registration->address_count, 0);
	model.hosts[index].registered.addresses = 0;
	model.hosts[index].registered.ports = 0;
}

/* As if the datapath had changed the state, and reported it. */
static void op_report_of_datapath(void)
{
	const int index = (int)pick(HOSTS);
	struct host *host = host_at(index);
	const enum report_kind kind = REPORT_OWNER_SEEN + pick(3);
	const bool asleep = host && host->life.state == ASLEEP;
	struct report report = { .kind = kind, .host = mac_of(index) };
	struct host_trigger trigger = { .report = &report };
	struct host_entry entry;

	may_end = true;
	if (!host || model.hosts[index].invalid || host->life.state == AWAKE ||
	    (kind != REPORT_OWNER_SEEN && host->life.state == WAKING) ||
	    (kind == REPORT_CONNECTION && !asleep))
		return;
	report.state = kind == REPORT_OWNER_SEEN || !asleep ? AWAKE : WAKING;
	trigger.state = report.state;
	trigger.kind = kind == REPORT_OWNER_SEEN ? TRIGGER_HOST_SEEN
	               : kind == REPORT_CLAIM    ? TRIGGER_ADDRESS_CLAIM
	                                         : TRIGGER_CONNECTION;
	assert_int_equal(hosts_get(daemon_.datapath, &host->mac, &entry), 0);
	entry.state = report.state;
	assert_int_equal(hosts_put(daemon_.datapath, &host->mac, &entry), 0);
	host_run(&daemon_, host, &trigger);
}

/* Nothing else shows that there is such a host: its registration counts no more. */
static void fail_wake(struct model_host *host)
{
	if (!host->registered.active)
		return;
	if (is_registered_only(host)) {
		forget(host);
		return;
	}
	host->registered.active = false;
	host->registered.addresses = 0;
	host->registered.ports = 0;
}

/* Of one that was seen, or may be asleep after all, the daemon knows more than the model. */
static bool may_fail(const struct model_host *host)
{
	return !host->registered.is || (host->registered.active && !host->registered.seen);
}

/* The next deadline of its life is over; so are the rounds of Magic Packets, for some. */
static void op_time(void)
{
	const int index = (int)pick(HOSTS);
	struct host *host = host_at(index);
	unsigned int failed;
	bool fails;

	may_end = true;
	if (!host || !host->life.deadline)
		return;
	failed = host->life.failed_wakes;
	fails = host->life.state == WAKING && may_fail(&model.hosts[index]);
	host->life.deadline = 1;
	if (fails)
		host->life.next_magic = 1;
	host_arm(&daemon_, host);
	settle();
	pass(1); /* in the next turn it is forgotten */
	daemon_arm(&daemon_);
	settle();
	host = host_at(index);
	/* one that has no address then is being woken again */
	if (fails && (!host || host->life.failed_wakes != failed))
		fail_wake(&model.hosts[index]);
}

#endif
