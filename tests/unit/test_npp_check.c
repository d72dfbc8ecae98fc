// SPDX-License-Identifier: GPL-2.0-or-later
/* Structs of messages that come from another process: what no codec would return is refused. */
#include "test.h"

#include <string.h>

#include "dhcp/dhcp_message.h"
#include "npp/npp_message.h"
#include "support_npp.h"

/* What a hijacked parser might say. */
typedef void change_fn(struct npp_message *message);

#define CHANGE(name, statement) \
	static void name(struct npp_message *message) \
	{ \
		struct npp_request *request = &message->request; \
		struct npp_client *client = &message->client; \
		(void)request; \
		(void)client; \
		statement; \
	}

CHANGE(many_pairs, request->pair_count = NPP_PAIRS + 1)
CHANGE(all_pairs, request->pair_count = SIZE_MAX)
CHANGE(group_mac, request->pairs[0].mac.octet[0] = 1)
CHANGE(no_mac, memset(&request->pairs[0].mac, 0, 6))
CHANGE(no_address, memset(&request->pairs[0].address, 0, 4))
CHANGE(many_ports, request->port_count = NPP_PORTS + 1)
CHANGE(unsaid_ports, request->has_ports = false)
CHANGE(odd_protocol, request->ports[0].protocol = 1)
CHANGE(many_addresses6, request->address6_count = NPP_ADDRESSES6 + 1)
CHANGE(group_address6, (request->address6_count = 1, request->addresses6[0].octet[0] = 0xff))
CHANGE(long_client_id, request->client_id_length = NPP_CLIENT_ID + 1)
CHANGE(endless_hostname, memset(request->hostname, 'a', NPP_HOSTNAME))
CHANGE(odd_hostname, strcpy(request->hostname, "a b"))
CHANGE(lease_backwards, request->lease_left = 1)
CHANGE(odd_lease6_bool, memset(&request->has_lease6, 2, 1))
CHANGE(odd_lease6, request->has_lease6 = true)
CHANGE(odd_bool, memset(&request->has_ports, 2, 1))
CHANGE(odd_lease_bool, memset(&request->has_lease, 255, 1))
CHANGE(odd_authenticated, memset(&message->authenticated, 2, 1))
CHANGE(odd_wake_test, memset(&message->wake_test, 2, 1))
CHANGE(odd_client_bool, memset(&client->has_lease, 2, 1))
CHANGE(odd_client_code, client->code = NPP_FAIL + 1)
CHANGE(odd_client_lease, (client->has_lease = true, client->lease = 77))
CHANGE(client_lease_backwards,
       (client->has_lease = true, client->lease = NPP_LEASE_RENEWED, client->lease_left = 1))
CHANGE(many_services, message->service_count = NPP_SERVICES + 1)
CHANGE(many_proxies, message->advertisement.proxy_count = NPP_PROXIES + 1)
CHANGE(no_subtype, message->subtype = 0)
CHANGE(odd_subtype, message->subtype = 99)
CHANGE(odd_code, message->code = 2)
CHANGE(negative_code, memset(&message->code, 0xff, sizeof(message->code)))

TEST(what_no_message_says_is_refused)
{
	static const struct {
		const char *shows;
		change_fn *change;
	} rows[] = {
		{ "many pairs", many_pairs },
		{ "all pairs", all_pairs },
		{ "a group's MAC", group_mac },
		{ "no MAC", no_mac },
		{ "no address", no_address },
		{ "many ports", many_ports },
		{ "unsaid ports", unsaid_ports },
		{ "an odd protocol", odd_protocol },
		{ "many IPv6 addresses", many_addresses6 },
		{ "a group's IPv6 address", group_address6 },
		{ "a long client id", long_client_id },
		{ "an endless hostname", endless_hostname },
		{ "an odd hostname", odd_hostname },
		{ "more left than in all", lease_backwards },
		{ "an odd bool of the DHCPv6 lease", odd_lease6_bool },
		{ "an odd DHCPv6 lease", odd_lease6 },
		{ "an odd bool", odd_bool },
		{ "an odd bool of the lease", odd_lease_bool },
		{ "an odd bool of authentication", odd_authenticated },
		{ "an odd bool of the wake test", odd_wake_test },
		{ "an odd bool of the client", odd_client_bool },
		{ "an odd code of the client", odd_client_code },
		{ "an odd lease of the client", odd_client_lease },
		{ "more left than in all, of the client", client_lease_backwards },
		{ "many services", many_services },
		{ "many proxies", many_proxies },
		{ "no subtype", no_subtype },
		{ "an odd subtype", odd_subtype },
		{ "an odd code", odd_code },
		{ "a negative code", negative_code },
	};
	struct npp_message message = a_sleep_request();

	assert_true(npp_message_check(NPP_PARSE_ERROR_NONE, &message));
	EACH_SHOWN(i, rows)
	{
		message = a_sleep_request();
		rows[i].change(&message);
		assert_false(npp_message_check(NPP_PARSE_ERROR_NONE, &message));
	}
}

TEST(an_error_in_the_header_says_nothing_else)
{
	const struct npp_message none = { .code = 0 }, message = a_sleep_request();

	assert_true(npp_message_check(NPP_PARSE_ERROR_SHORT, &none));
	assert_false(npp_message_check(NPP_PARSE_ERROR_SHORT, &message));
	assert_false(npp_message_check(NPP_PARSE_ERROR_BAD_OPTION, &none));
}

TEST(a_dhcp_message_has_a_type_and_a_host)
{
	struct dhcp_message message = { .type = DHCP_ACK, .chaddr = { { 2, 0, 0, 0, 0, 9 } } };

	assert_true(dhcp_message_check(&message));
	message.type = DHCP_INFORM + 1;
	assert_false(dhcp_message_check(&message));
	message.type = 0;
	assert_false(dhcp_message_check(&message));
	message.type = DHCP_ACK;
	message.chaddr.octet[0] = 1;
	assert_false(dhcp_message_check(&message));
}
