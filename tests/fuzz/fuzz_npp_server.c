// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An NPP server and a registrar that receive anything from anybody, in any order, some of it
 * well-formed, while time passes and hosts come and go. Whatever that is, each message comes to one
 * end, what is rejected has changed nothing, and what is confirmed has been registered.
 *
 * The octets are steps: the first octet of each chooses one of `steps`, which takes more as it
 * needs them. test_fuzz.py gives it a few seconds. For longer, with what it finds in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_npp_server && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_npp_server -max_len=2000 /tmp/found tests/fuzz/corpus/npp_server
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "npp_server_daemon.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static const uint8_t *next;
static size_t left;

static uint8_t last_octets[NPP_MESSAGE_MAX];

static uint8_t take_octet(void)
{
	if (!left)
		return 0;
	left--;
	return *next++;
}

static struct mac take_mac(void)
{
	return (struct mac){ { 0x52, 0x54, 0, 0, 0, take_octet() % HOSTS } };
}

static struct ipv4 take_address(void)
{
	const uint8_t last = take_octet();

	return last == 255 ? everybody : (struct ipv4){ { 192, 0, 2, last % 24 } };
}

static bool is_signed(const uint8_t *octets, size_t length)
{
	struct npp_packet packet = from;
	struct npp_message message;

	packet.octets = octets;
	packet.length = length;
	return !npp_message_read(octets, length, NPP_ICMP_TYPE, &message) &&
	       !npp_verify(&packet, &message, &keys);
}

/* The server has said no more to it than it may; what it lets through is authentic. */
static void check_received(const struct npp_server_request *request, bool authentic)
{
	const struct registration *registration =
		request->host ? request->host->registration : NULL;

	assert(sends <= (request->kind == NPP_REQUEST_NONE));
	if (request->kind != NPP_REQUEST_NONE)
		assert(authentic || !with_keys);
	assert(request->requester.authenticated <= (with_keys && authentic));
	if (!sends)
		return;
	assert(ipv4_equal(from.destination, us) || sent.subtype == NPP_PROXY_ADVERTISEMENT);
	assert(sent.authenticated == request->requester.authenticated);
	if (sent.code == NPP_SUCCESS && sent.subtype == NPP_SLEEP_CONFIRM)
		assert(registration_has_digest(registration, request->digest) &&
		       registration->client_id == sent.client.id);
}

/* At an odd address, and gone when it was received. */
static void receive(const uint8_t *octets, size_t length)
{
	const bool authentic = is_signed(octets, length);
	struct npp_server_request request = { .kind = NPP_REQUEST_NONE };
	struct npp_message message;
	enum npp_parse_error error;
	uint8_t *odd = malloc(length + 2);

	memcpy(odd + 1, octets, length);
	from.octets = odd + 1;
	from.length = length;
	received++;
	sends = 0;
	if (npp_server_admit(server, &lan, &from, &now)) {
		error = npp_message_read(from.octets, length, NPP_ICMP_TYPE, &message);
		assert(npp_message_check(error, &message));
		npp_server_receive(server, &lan, &from, error, &message, &now, &request);
	}
	free(odd);
	memmove(last_octets, octets, length);
	check_received(&request, authentic);
	waiting += request.kind != NPP_REQUEST_NONE;
	if (request.kind == NPP_REQUEST_SLEEP)
		request_registration(&request);
	else if (request.kind == NPP_REQUEST_REPORT)
		report(&request);
}

static void choose_ends(void)
{
	from.from = take_mac();
	from.source = take_address();
	from.destination = take_octet() % 8 ? us : take_address();
	from.vlan = take_octet() % 2;
}

static void step_octets(void)
{
	uint8_t octets[NPP_MESSAGE_MAX] = { NPP_ICMP_TYPE };
	const size_t options = take_octet(), length = sizeof(struct npp_header) + options;

	choose_ends();
	octets[4] = take_octet() % 2;
	octets[6] = 1 + take_octet() % 7;
	octets[7] = (uint8_t)options;
	for (size_t i = sizeof(struct npp_header); i < length; i++)
		octets[i] = take_octet();
	npp_set_checksum(octets, length);
	if (take_octet() % 16 == 1)
		octets[take_octet() % length] ^= take_octet();
	receive(octets, length);
}

static void send_message(struct npp_message *message)
{
	const uint8_t sign = take_octet();
	uint8_t octets[NPP_MESSAGE_MAX];
	size_t length;

	message->transaction = take_octet() % 3;
	message->authenticated = sign % 4;
	message->authentication.key = 7;
	message->authentication.time = (uint64_t)now.wall / 1000;
	message->authentication.nonce = take_octet();
	length = npp_message_write(message, NPP_ICMP_TYPE, octets);
	from.length = length;
	if (sign % 4 > 1)
		npp_sign(octets, &from, message, &keys.key[0]);
	if (length)
		receive(octets, length);
}

/* Of an address that is named with it, or was, or never. */
static void add_lease6(struct npp_request *request, bool is_named)
{
	const struct ipv6 address = { { 0xfd, [15] = from.source.octet[3] } };

	request->has_lease6 = true;
	request->lease6 = (struct dhcp6_lease){ .client.length = DHCP6_DUID_MIN,
		                                .addresses = { { address, 1, 2 } },
		                                .address_count = 1 };
	request->addresses6[0] = address;
	request->address6_count = is_named;
}

static void step_request(void)
{
	struct npp_message message = { .subtype = NPP_SLEEP_REQUEST };
	struct npp_request *request = &message.request;
	uint8_t flags;

	choose_ends();
	flags = take_octet();
	request->pair_count = flags & 3;
	for (size_t i = 0; i < request->pair_count; i++)
		request->pairs[i] = (struct npp_pair){ from.from, from.source };
	if (flags & 4 && request->pair_count)
		request->pairs[0].address = take_address();
	request->has_ports = flags & 8;
	request->port_count = flags & 8 ? take_octet() % 33 : 0;
	for (size_t i = 0; i < request->port_count; i++)
		request->ports[i] = (struct wake_port){ 6, take_octet() };
	request->has_lease = flags & 16;
	request->timer = flags & 32 ? take_octet() : 0;
	if (flags & 64)
		request->backup_of = take_address();
	if (flags & 128)
		strcpy(request->hostname, "nas");
	if ((flags & 144) == 144)
		add_lease6(request, flags & 32);
	send_message(&message);
}

static void step_report(void)
{
	struct npp_message message = { .subtype = NPP_WAKEUP_REPORT };
	const struct host *host;

	choose_ends();
	host = host_find_mac(table, &from.from);
	message.client.id = host && host->registration ? host->registration->client_id : 1;
	if (take_octet() % 8 == 1)
		message.client.id++;
	send_message(&message);
}

static void step_again(void)
{
	receive(last_octets, sizeof(struct npp_header) + last_octets[7]);
}

static void step_claim(void)
{
	const struct ipv6 address = ipv4_mapped(take_address());
	const struct mac mac = take_mac();
	struct pending_registration pending;

	while (register_address_in_use(registrar, &address, &mac, &pending)) {
		assert(!mac_equal(&pending.request.mac, &mac));
		npp_server_reject(server, pending.requester, REJECT_ADDRESS_IN_USE);
		waiting--;
		free_pending(&pending);
	}
}

static void step_up(void)
{
	const struct mac mac = take_mac();
	struct host *host = host_find_mac(table, &mac);

	if (host)
		end_registration(host);
}

static void step_forget(void)
{
	const struct mac mac = take_mac();
	struct host *host = host_find_mac(table, &mac);

	if (host)
		remove_host(host);
}

/* The linger time of a registration is over: its Client Identifier alone is kept. */
static void step_drop(void)
{
	const struct mac mac = take_mac();
	struct host *host = host_find_mac(table, &mac);
	struct host_core core;

	if (!host || !host->registration || host->registration->active)
		return;
	core = host_core(host);
	core.registration_until = 0;
	core.registration_dropped = true;
	host_table_set_core(table, host, &core);
	host_table_claim(table, host);
}

/* People describe a host, with one address, or no more; and time passes. */
static void step_describe(void)
{
	const struct mac mac = take_mac();
	struct host *host = host_find_mac(table, &mac);
	const struct host_description description = {
		.addresses = { ipv4_mapped((struct ipv4){ { 192, 0, 2, 3 + mac.octet[5] % 4 } }) },
		.address_count = 1,
	};

	now.boot += 100000;
	if (!host)
		host = add_host(&mac);
	if (host->described) {
		described_free(host->described);
		host->described = NULL;
	} else {
		host->described = described_new(&description, DESCRIBED_BY_COMMAND, received);
	}
	host_table_claim(table, host);
	if (!host_is_wanted(host))
		remove_host(host);
}

static void step_outcome(void)
{
	outcome = take_octet() % OUTCOMES;
}

static void step_rest(void)
{
	memset(&server->requests, 0, sizeof(server->requests));
	memset(&server->solicitations, 0, sizeof(server->solicitations));
}

static void check_counts(void)
{
	uint64_t ends = waiting;

	for (int i = 0; i < NPP_COUNTS; i++)
		ends += server->counts[i];
	assert(ends == received);
	assert(submitted <= REGISTER_PENDING_MAX && submitted <= HOSTS);
	assert(HASH_CNT(by_mac, table->by_mac) <= HOSTS);
}

static void start(void)
{
	static struct npp_server_settings settings = {
		.icmp_type = NPP_ICMP_TYPE,
		.lifetime = 1800,
	};
	struct npp_server_parts parts = { .fd = -1, .settings = &settings };

	settings.keys = with_keys ? &keys : NULL;
	parts.table = table = host_table_new();
	parts.registrar = registrar = calloc(1, sizeof(*registrar));
	server = npp_server_new(&parts);
	now = (struct now){ .mono = 1000, .boot = BOOT, .wall = clock_now().wall };
	received = waiting = submitted = 0;
	outcome = STORED;
	memset(last_octets, 0, sizeof(last_octets));
}

static void stop(void)
{
	step_silence();
	outcome = STORED;
	finish_proposals();
	check_counts();
	assert(!waiting);
	npp_server_free(server);
	free(registrar);
	host_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	static void (*const steps[])(void) = {
		step_octets, step_request, step_request,  step_request, step_report,
		step_again,  step_silence, step_silence,  step_claim,   step_up,
		step_forget, step_drop,    step_describe, step_outcome, step_rest,
	};

	log_init(LOG_EMERG);
	next = octets;
	left = length;
	with_keys = take_octet() % 2;
	start();
	choose_ends();
	while (left) {
		steps[take_octet() % (sizeof(steps) / sizeof(*steps))]();
		check_counts();
	}
	stop();
	return 0;
}
