// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests and reports: what is read from them, which are duplicates, and what is answered. */

#include "test.h"

#include "support_npp_server.h"

BEFORE_EACH(start_npp_test)
AFTER_EACH(stop_npp_test)

TEST(a_request_as_it_came)
{
	static const struct {
		const char *shows;
		struct mac mac;
		struct ipv4 address;
		enum address_role role;
	} pairs[] = {
		{ "its address", nas, nas_address, ROLE_NONE },
		{ "the proxy's, for another MAC", tv, us, ROLE_OWN },
		{ "the proxy's second", nas, us_too, ROLE_OWN },
		{ "the gateway's", nas, gateway, ROLE_GATEWAY },
		{ "the subnet's broadcast address", nas, subnet_broadcast, ROLE_BROADCAST },
		{ "the second subnet's", nas, { { 198, 51, 100, 0 } }, ROLE_BROADCAST },
		{ "a further one", nas, other_address, ROLE_NONE },
	};
	struct npp_test *test = *state;
	struct sender sender = the_nas();
	struct npp_message message = a_part(22);
	const struct registration_request *request = &test->request.registration;
	const size_t count = sizeof(pairs) / sizeof(*pairs);

	for (size_t i = 0; i < count; i++)
		message.request.pairs[i] = (struct npp_pair){ pairs[i].mac, pairs[i].address };
	message.request.pair_count = count;
	message.request.timer = 60;
	message.request.backup_of = first_proxy;
	message.request.has_lease = true;
	message.request.lease_server = gateway;
	message.request.client_id_length = 2;
	message.request.client_id[1] = 9;
	strcpy(message.request.hostname, "nas");
	sender.vlan = 7;
	assert_int_equal(receive(test, &sender, message), NPP_REQUEST_SLEEP);
	assert_null(test->request.host);
	assert_int_equal(request->address_count, count);
	EACH_SHOWN(i, pairs)
	{
		const struct ipv6 address = ipv4_mapped(pairs[i].address);

		assert_memory_equal(&request->addresses[i].address, &address, sizeof(address));
		assert_int_equal(request->addresses[i].role, pairs[i].role);
		assert_int_equal(request->addresses[i].mac_matches, pairs[i].mac.octet[5] == 0x56);
	}
	assert_memory_equal(&request->mac, &nas, sizeof(nas));
	assert_string_equal(request->interface, "lan");
	assert_int_equal(request->vlan, 7);
	assert_true(ipv4_equal(request->source, nas_address));
	assert_int_equal(request->transaction, TRANSACTION);
	assert_true(request->digest && request->digest == test->request.digest);
	assert_true(request->has_ports);
	assert_int_equal(request->port_count, 1);
	assert_int_equal(request->ports[0].protocol, IPPROTO_TCP);
	assert_int_equal(request->ports[0].port, 22);
	assert_int_equal(request->timer, 60);
	assert_true(ipv4_equal(request->backup_of, first_proxy));
	assert_true(request->has_lease && ipv4_equal(request->lease_server, gateway));
	assert_int_equal(request->client_id_length, 2);
	assert_int_equal(request->client_id[1], 9);
	assert_string_equal(request->hostname, "nas");
	assert_false(request->authenticated);
}

TEST(a_request_of_next_to_nothing)
{
	struct npp_test *test = *state;
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);
	const struct sender sender = the_nas();
	const struct registration_request *request = &test->request.registration;

	message.request.address6_count = 2;
	message.request.addresses6[0] = (struct ipv6){ { 0xfe, 0x80, [15] = 5 } };
	message.request.addresses6[1] = (struct ipv6){ { 0x20, 0x01, [15] = 5 } };
	assert_int_equal(receive(test, &sender, message), NPP_REQUEST_SLEEP);
	assert_int_equal(request->address_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_memory_equal(&request->addresses[i].address, &message.request.addresses6[i],
		                    sizeof(struct ipv6));
		assert_true(request->addresses[i].mac_matches);
	}
	assert_int_equal(request->addresses[0].role, ROLE_NONE);
	assert_int_equal(request->addresses[1].role, ROLE_OFF_LINK);
	assert_int_equal(request->port_count, 0);
	assert_false(request->has_ports || request->has_lease || *request->hostname);
}

/* Where the host does not know the times, or they are too long for the message, the server is. */
TEST(times_of_a_lease)
{
	static const struct {
		const char *shows;
		uint16_t total, left;
		uint32_t read_total, read_left;
	} cases[] = {
		{ "an hour, half of it left", 3600, 1799, 3600, 1799 },
		{ "the longest, all of it left", 65534, 65534, 65534, 65534 },
		{ "too long", 65535, 65535, 0, 0 },
		{ "too long, with little left", 65535, 100, 0, 0 },
		{ "not known", 0, 0, 0, 0 },
	};
	struct npp_test *test = *state;
	const struct sender sender = the_nas();

	EACH_SHOWN(i, cases)
	{
		struct npp_message message = a_request(&sender);

		message.request.has_lease = true;
		message.request.lease_total = cases[i].total;
		message.request.lease_left = cases[i].left;
		assert_int_equal(receive(test, &sender, message), NPP_REQUEST_SLEEP);
		assert_int_equal(test->request.registration.lease_total, cases[i].read_total);
		assert_int_equal(test->request.registration.lease_left, cases[i].read_left);
	}
}

/* Nothing is said to the host before its request is carried out, and then from where it asked. */
TEST(a_request_is_confirmed)
{
	struct npp_test *test = *state;
	struct sender sender = the_nas();
	const struct host *host;

	sender.vlan = 7;
	sender.destination = us_too;
	host = registered(test, &sender, a_request(&sender));
	assert_int_equal(count_of(test, "registered"), 1);
	assert_int_equal(count_of(test, NULL), 1);
	receive(test, &sender, a_part(22));
	assert_ptr_equal(test->request.host, host);
}

TEST(each_rejection_and_a_cancellation)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();

	for (enum reject_reason i = REJECT_NONE + 1; i < REJECT_REASONS; i++) {
		const bool is_report = i % 2;

		receive(test, &sender, is_report ? a_report(1) : a_request(&sender));
		reject(test, i);
		is_rejected(test, &sender, is_report);
		assert_int_equal(count_of(test, reject_words[i].name), 1);
	}
	assert_int_equal(count_of(test, NULL), REJECT_REASONS - 1);
	receive(test, &sender, a_request(&sender));
	npp_server_cancel(test->server, &test->request.requester); /* without an answer */
	test->open--;
	sends_nothing(test);
	assert_int_equal(count_of(test, "canceled"), 1);
}

TEST(the_same_again_is_confirmed_again_and_no_more)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();
	struct host *host = registered(test, &sender, a_request(&sender));

	registered(test, &sender, a_part(22));
	host->registration->client_id = 777;
	for (int i = 0; i < 4; i++) {
		const struct npp_message again = i % 2 ? a_part(22) : a_request(&sender);

		if (i == 2) /* a copy that was long on its way puts no host to sleep */
			host_is_up(host, BOOT);
		assert_int_equal(receive(test, &sender, again), NPP_REQUEST_NONE);
		is_confirmed(test, &sender, 777);
	}
	assert_int_equal(count_of(test, "duplicate"), 4);
	registration_is_dropped(test->hosts.table, host); /* it is not remembered for ever */
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_SLEEP);
}

TEST(the_same_again_while_it_waits)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();
	struct npp_requester requester;

	receive(test, &sender, a_request(&sender));
	requester = test->request.requester;
	submit(&test->hosts, &test->request.registration);
	for (int i = 0; i < 2; i++)
		assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	sends_nothing(test);
	assert_int_equal(count_of(test, "duplicate"), 2);
	npp_server_confirm(test->server, &requester, &(struct npp_client){ .id = 5 }, false);
	is_confirmed(test, &sender, 5);
	test->open--;
}

TEST(another_of_the_host_has_to_come_again)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas(), other = sender_of(tv, other_address);
	const struct host *host = registered(test, &sender, a_request(&sender));
	struct npp_message another = a_request(&sender);

	receive(test, &sender, a_part(22));
	submit(&test->hosts, &test->request.registration);
	another.transaction++;
	assert_int_equal(receive(test, &sender, another), NPP_REQUEST_NONE);
	assert_int_equal(receive(test, &sender, a_part(23)), NPP_REQUEST_NONE);
	sends_nothing(test);
	assert_int_equal(count_of(test, "rate_limited"), 2);
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_NONE);
	is_confirmed(test, &sender, host->registration->client_id); /* as it was before */
	assert_int_equal(receive(test, &other, a_request(&other)), NPP_REQUEST_SLEEP);
	assert_int_equal(receive(test, &sender, a_report(1)), NPP_REQUEST_REPORT);
}

/* Also of the last ones: two requests whose header, and so the checksum, is the same. */
TEST(a_digest_is_of_all_octets)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();
	struct npp_message message = a_part(22);
	uint64_t digest;

	message.request.ports[1] = (struct wake_port){ IPPROTO_TCP, 80 };
	message.request.ports[2] = (struct wake_port){ IPPROTO_TCP, 443 };
	message.request.port_count = 3;
	receive(test, &sender, message);
	digest = test->request.digest;
	message.request.ports[1].port = 443;
	message.request.ports[2].port = 80;
	receive(test, &sender, message);
	assert_true(digest != test->request.digest);
}

/* From any address, as the host may have another one by now. */
TEST(a_report_as_it_came)
{
	struct npp_test *test = *state;
	struct sender sender = the_nas();
	const struct host *host = registered(test, &sender, a_request(&sender));
	uint64_t digest;

	sender.source = other_address;
	assert_int_equal(receive(test, &sender, a_report(42)), NPP_REQUEST_REPORT);
	assert_ptr_equal(test->request.host, host);
	assert_int_equal(test->request.client_id, 42);
	assert_int_equal(test->request.requester.transaction, TRANSACTION);
	digest = test->request.digest;
	sender.mac = tv; /* the host is known by its MAC */
	receive(test, &sender, a_report(42));
	assert_null(test->request.host);
	assert_true(digest == test->request.digest);
	receive(test, &sender, a_report(43));
	assert_true(digest != test->request.digest);
}

static void confirms_report(struct npp_test *test, const struct npp_client *client, bool duplicate)
{
	const struct sender sender = the_nas();
	struct npp_message answer;

	receive(test, &sender, a_report(client->id));
	npp_server_confirm(test->server, &test->request.requester, client, duplicate);
	test->open--;
	answer = answered(test, &sender, NPP_WAKEUP_CONFIRM);
	assert_int_equal(answer.code, NPP_SUCCESS);
	assert_int_equal(answer.client.code, NPP_SUCCESS);
	assert_int_equal(answer.client.id, client->id);
	assert_int_equal(answer.client.has_lease, client->has_lease);
	assert_int_equal(answer.client.lease, client->lease);
	assert_int_equal(answer.client.lease_total, client->lease_total);
	assert_int_equal(answer.client.lease_left, client->lease_left);
}

TEST(a_report_is_confirmed)
{
	static const struct {
		const char *shows;
		struct npp_client client;
	} cases[] = {
		{ "no lease", { .id = 7 } },
		{ "a renewed lease",
		  { .id = 8,
		    .has_lease = true,
		    .lease = NPP_LEASE_RENEWED,
		    .lease_total = 3600,
		    .lease_left = 1799 } },
		{ "a lost lease", { .id = 9, .has_lease = true, .lease = NPP_LEASE_FAILED } },
	};
	struct npp_test *test = *state;

	EACH_SHOWN(i, cases)
	{
		confirms_report(test, &cases[i].client, false);
		confirms_report(test, &cases[i].client, true);
	}
	assert_int_equal(count_of(test, "reported"), 3);
	assert_int_equal(count_of(test, "duplicate"), 3);
}
