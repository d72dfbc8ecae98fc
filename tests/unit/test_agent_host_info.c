// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host hands over, by its system info, its settings and the proxy's services. */
#include "test.h"

#include <stdbool.h>

#include "base/text.h"
#include "support_agent.h"

static struct system_info system_info;
static struct settings settings;
static struct host_info host_info;

/* Three addresses of IPv4, from 192.0.2.20 on, and two of IPv6; nothing else. */
static int set_up(void **state)
{
	(void)state;
	settings = some_settings();
	system_info = (struct system_info){
		.iface = { .name = "eth0", .ifindex = 2, .mac = host_mac },
		.addresses = { .count = 5, .ipv4_count = 3 },
	};
	for (uint8_t i = 0; i < 5; i++)
		system_info.addresses.list[i].address =
			i < 3 ? ipv4_mapped(lan_address(20 + i)) : lan_address6(i);
	return 0;
}

BEFORE_EACH(set_up)

static void open_ports(uint8_t protocol, uint16_t first, size_t count)
{
	bool *set = protocol == IPPROTO_TCP ? system_info.ports.tcp : system_info.ports.udp;

	memset(set + first, true, count);
}

static void add_lease(uint8_t last, uint32_t total, uint32_t left)
{
	system_info.has_lease = true;
	system_info.lease = (struct client_lease){
		.address = lan_address(last),
		.server = lan_address(3),
		.total = total,
		.left = left,
		.client_id = { 3, { 1, 2, 3 } },
	};
}

static void assert_host_address(size_t index, uint8_t last)
{
	const struct ipv4 own = host_info_ipv4(&host_info, index);

	assert_address(own, last);
}

static void make(void)
{
	memset(&host_info, 0xa5, sizeof(host_info));
	assert_true(host_info_make(&system_info, &settings, &host_info));
}

/* The last octets of three. */
static void assert_ipv4(uint8_t first, uint8_t second, uint8_t third)
{
	const uint8_t lasts[] = { first, second, third };

	make();
	assert_int_equal(host_info.ipv4_count, 3);
	EACH(i, lasts)
	assert_host_address(i, lasts[i]);
}

TEST(no_ipv4_address)
{
	system_info.addresses.ipv4_count = 0;
	assert_false(host_info_make(&system_info, &settings, &host_info));
}

TEST(no_lease)
{
	assert_ipv4(20, 21, 22);
	assert_memory_equal(&host_info.mac, &host_mac, sizeof(host_mac));
	assert_int_equal(host_info.address_count, 5);
	assert_memory_equal(&host_info.addresses[4], &system_info.addresses.list[4].address,
	                    sizeof(struct ipv6));
	assert_false(host_info.has_lease);
	assert_true(host_info.has_ports);
	assert_int_equal(host_info.missed_count, 0);
}

/* The client's file cannot be read, but the address has a lifetime. */
TEST(lease_known_to_kernel_only)
{
	struct iface_address *list = system_info.addresses.list;

	list[0].valid = list[2].valid = LIFETIME_FOREVER;
	list[1].valid = 590;
	assert_ipv4(21, 20, 22);
	assert_true(host_info.has_lease);
	assert_int_equal(host_info.lease.total, 590);
	assert_int_equal(host_info.lease.left, 590);
	assert_memory_equal(&host_info.lease.server, &(struct ipv4){ { 0 } }, sizeof(struct ipv4));
	list[1].valid = LIFETIME_FOREVER;
	assert_ipv4(20, 21, 22);
	assert_false(host_info.has_lease);
}

/* The proxy takes the lease to be that of the first address. */
/* What a proxy would refuse, and the request with it. */
TEST(as_many_addresses_as_a_host_may_have)
{
	struct iface_addresses *own = &system_info.addresses;

	own->ipv4_count = IFACE_IPV4;
	own->count = IFACE_IPV4 + IFACE_IPV6;
	for (uint8_t i = 0; i < own->count; i++)
		own->list[i].address =
			i < IFACE_IPV4 ? ipv4_mapped(lan_address(20 + i)) : lan_address6(i);
	make();
	assert_int_equal(host_info.address_count, HOST_ADDRESSES);
	assert_int_equal(host_info.ipv4_count, IFACE_IPV4);
	for (size_t i = 0; i < HOST_ADDRESSES; i++)
		assert_memory_equal(&host_info.addresses[i], &own->list[i].address,
		                    sizeof(struct ipv6));
}

TEST(leased_address_first)
{
	add_lease(22, 3600, 1800);
	assert_ipv4(22, 20, 21);
	assert_true(host_info.has_lease);
	assert_address(host_info.lease.server, 3);
	assert_int_equal(host_info.lease.total, 3600);
	assert_int_equal(host_info.lease.left, 1800);
	assert_int_equal(host_info.lease.client_id.length, 3);
	assert_memory_equal(host_info.lease.client_id.data, system_info.lease.client_id.data, 3);
}

TEST(maximum_addresses)
{
	for (uint8_t i = 0; i < IFACE_IPV4; i++)
		system_info.addresses.list[i].address = ipv4_mapped(lan_address(20 + i));
	system_info.addresses.count = system_info.addresses.ipv4_count = IFACE_IPV4;
	add_lease(20 + IFACE_IPV4 - 1, 60, 60);
	make();
	assert_int_equal(host_info.address_count, IFACE_IPV4);
	assert_host_address(0, 20 + IFACE_IPV4 - 1);
	assert_host_address(IFACE_IPV4 - 1, 20 + IFACE_IPV4 - 2);
}

/* Without its identifier the DHCP server would refuse it, or assign another address. */
TEST(client_identifier_too_long)
{
	add_lease(20, 3600, 1800);
	system_info.lease.client_id.length = NPP_CLIENT_ID;
	make();
	assert_true(host_info.has_lease);
	system_info.lease.client_id.length = NPP_CLIENT_ID + 1;
	make();
	assert_false(host_info.has_lease);
}

static void add_lease6(uint8_t client, uint8_t server, uint8_t addresses)
{
	struct dhcp6_lease *lease = &system_info.lease6.lease;

	system_info.has_lease6 = true;
	lease->client.length = client;
	lease->server.length = server;
	lease->address_count = addresses;
	for (uint8_t i = 0; i < addresses; i++)
		lease->addresses[i].address = lan_address6(3 + i);
}

/* A signed message has room for 187 octets of DUIDs and addresses. */
TEST(dhcpv6_lease_of_addresses_that_are_handed_over)
{
	static const struct {
		uint8_t client, server, addresses, handed_over, of_server;
	} rows[] = {
		{ 14, 14, 1, 1, 14 }, { 14, 14, 2, 2, 14 }, { 14, 14, 3, 2, 14 },
		{ 130, 9, 2, 2, 9 },  { 130, 10, 2, 2, 0 }, { 130, 130, 2, 2, 0 },
	};

	EACH(i, rows)
	{
		add_lease6(rows[i].client, rows[i].server, rows[i].addresses);
		make();
		assert_true(host_info.has_lease6);
		assert_int_equal(host_info.lease6.address_count, rows[i].handed_over);
		assert_int_equal(host_info.lease6.server.length, rows[i].of_server);
	}
	system_info.addresses.count = 3;
	make();
	assert_false(host_info.has_lease6);
}

TEST(timer_by_proxy_or_rtc)
{
	static const struct {
		uint32_t timer;
		enum wake_by by;
		uint32_t sent;
	} rows[] = { { 0, WAKE_BY_PROXY, 0 },
		     { 28800, WAKE_BY_PROXY, 28800 },
		     { 28800, WAKE_BY_RTC, 0 } };

	EACH(i, rows)
	{
		settings.sleep_timer = rows[i].timer;
		settings.wake_by = rows[i].by;
		make();
		assert_int_equal(host_info.timer, rows[i].sent);
	}
}

static struct host_info full_host_info(void)
{
	struct host_info full = some_host_info(2);

	full.has_lease = true;
	full.lease = (struct client_lease){ .total = 60, .left = 30 };
	full.has_ports = true;
	full.wake = (struct wake_ports){ .ports = { { IPPROTO_TCP, 22 } }, .count = 1 };
	add_address6(&full, 1);
	full.has_lease6 = true;
	full.timer = 60;
	strcpy(full.hostname, "nas");
	return full;
}

TEST(all_services)
{
	static const uint16_t services[] = { NPP_SERVICE_WAKE_ON_PACKET, NPP_SERVICE_ND,
		                             NPP_SERVICE_DHCP4, NPP_SERVICE_ARP,
		                             NPP_SERVICE_DHCP6 };
	const struct host_info whole = full_host_info();

	host_info = whole;
	host_info_restrict(&host_info, services, 5);
	assert_memory_equal(&host_info, &whole, sizeof(whole));
}

TEST(missing_services)
{
	static const struct {
		uint16_t services[4];
		size_t count;
		enum missed_service missed;
	} rows[] = {
		{ { 1, NPP_SERVICE_ND, NPP_SERVICE_WAKE_ON_PACKET, NPP_SERVICE_DHCP6 },
		  4,
		  MISSED_DHCP4 },
		{ { 1, 2, NPP_SERVICE_WAKE_ON_PACKET, NPP_SERVICE_DHCP6 }, 4, MISSED_ND },
		{ { 1, 2, NPP_SERVICE_ND, NPP_SERVICE_DHCP6 }, 4, MISSED_WAKE_ON_PACKET },
		{ { 1, 2, NPP_SERVICE_ND, NPP_SERVICE_WAKE_ON_PACKET }, 4, MISSED_DHCP6 },
	};

	EACH(i, rows)
	{
		host_info = full_host_info();
		host_info_restrict(&host_info, rows[i].services, rows[i].count);
		assert_int_equal(host_info.missed_count, 1);
		assert_int_equal(host_info.missed[0], rows[i].missed);
		assert_int_equal(host_info.has_lease, rows[i].missed != MISSED_DHCP4);
		assert_int_equal(host_info.address_count, rows[i].missed == MISSED_ND ? 2 : 3);
		assert_int_equal(host_info.has_lease6,
		                 rows[i].missed != MISSED_ND && rows[i].missed != MISSED_DHCP6);
		assert_int_equal(host_info.has_ports, rows[i].missed != MISSED_WAKE_ON_PACKET);
		assert_int_equal(host_info.ipv4_count, 2);
		assert_int_equal(host_info.timer, 60);
		assert_string_equal(host_info.hostname, "nas");
	}
}

/* A service of no use to the host is not missed. */
TEST(no_services)
{
	struct host_info bare = some_host_info(1);

	host_info = full_host_info();
	host_info_restrict(&host_info, NULL, 0);
	assert_int_equal(host_info.missed_count, 3);
	host_info_restrict(&bare, NULL, 0);
	assert_int_equal(bare.missed_count, 0);
}

/* Wake ports: open ones, configured ones, and too many of them. */
static const struct wake_setting all = { .is_set = true, .tcp = true, .udp = true };

/* "+": they are summed up. */
static void assert_ports(const char *shows, const struct wake_setting *setting,
                         const char *expected)
{
	char text[WAKE_PORTS * (TEXT_PORT + 1) + 2], port[TEXT_PORT];
	struct wake_ports ports;

	memset(&ports, 0xa5, sizeof(ports));
	wake_ports_make(setting, &system_info, &ports);
	assert_true(ports.count <= WAKE_PORTS);
	strcpy(text, ports.summed_up ? "+" : "");
	for (size_t i = 0; i < ports.count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, text_from_port(ports.ports[i].protocol, ports.ports[i].port, port));
	}
	if (strcmp(text, expected))
		fail_msg("%s: %s instead of %s", shows, text, expected);
}

TEST(open_and_configured_ports)
{
	static const struct {
		const char *shows;
		struct wake_setting setting;
		const char *ports;
	} rows[] = {
		{ "open TCP ports, where nothing is set", { .is_set = false }, "tcp/22 tcp/80" },
		{ "open TCP ports", { .is_set = true, .tcp = true }, "tcp/22 tcp/80" },
		{ "UDP ports, but not those of its own DHCP clients",
		  { .is_set = true, .tcp = true, .udp = true },
		  "tcp/22 tcp/80 udp/161" },
		{ "none", { .is_set = true, .none = true }, "" },
		{ "a configured one alone",
		  { .is_set = true, .ports = { { IPPROTO_TCP, 443 } }, .port_count = 1 },
		  "tcp/443" },
		{ "in order, each once; also a DHCP client's, where it is configured",
		  { .is_set = true,
		    .tcp = true,
		    .ports = { { IPPROTO_UDP, 68 }, { IPPROTO_TCP, 80 }, { IPPROTO_TCP, 21 } },
		    .port_count = 3 },
		  "tcp/21 tcp/22 tcp/80 udp/68" },
		{ "any port is more than each",
		  { .is_set = true,
		    .tcp = true,
		    .udp = true,
		    .ports = { { IPPROTO_TCP, 443 }, { IPPROTO_TCP, 0 } },
		    .port_count = 2 },
		  "tcp/any udp/161" },
	};
	open_ports(IPPROTO_TCP, 22, 1);
	open_ports(IPPROTO_TCP, 80, 1);
	open_ports(IPPROTO_UDP, 68, 1);
	open_ports(IPPROTO_UDP, 161, 1);
	open_ports(IPPROTO_UDP, 546, 1);
	EACH(i, rows)
	assert_ports(rows[i].shows, &rows[i].setting, rows[i].ports);
}

TEST(maximum)
{
	struct wake_ports ports;

	open_ports(IPPROTO_TCP, 1000, 60);
	open_ports(IPPROTO_UDP, 1000, 4);
	wake_ports_make(&all, &system_info, &ports);
	assert_int_equal(ports.count, WAKE_PORTS);
	assert_false(ports.summed_up);
	assert_int_equal(ports.ports[59].port, 1059);
	assert_int_equal(ports.ports[60].protocol, IPPROTO_UDP);
}

/* Of the protocol that has more of them; of both, where that is not enough. */
TEST(summed_up)
{
	static const struct {
		size_t tcp, udp;
		const char *ports;
	} rows[] = {
		{ 65, 0, "+tcp/any" },
		{ 63, 2, "+tcp/any udp/2000 udp/2001" },
		{ 2, 63, "+tcp/1000 tcp/1001 udp/any" },
		{ 65, 1, "+tcp/any udp/2000" },
		{ 65, 65, "+tcp/any udp/any" },
		{ 400, 112, "+tcp/any udp/any" },
		{ 6000, 2, "+tcp/any udp/2000 udp/2001" },
	};

	EACH(i, rows)
	{
		set_up(NULL);
		open_ports(IPPROTO_TCP, 1000, rows[i].tcp);
		open_ports(IPPROTO_UDP, 2000, rows[i].udp);
		assert_ports("too many ports", &all, rows[i].ports);
	}
}

TEST(summed_up_with_configured)
{
	struct wake_setting setting = { .is_set = true, .tcp = true, .port_count = WAKE_PORTS };

	for (size_t i = 0; i < WAKE_PORTS; i++)
		setting.ports[i] = (struct wake_port){ IPPROTO_UDP, (uint16_t)(2000 + i) };
	open_ports(IPPROTO_TCP, 22, 1);
	assert_ports("too many configured ones", &setting, "+tcp/22 udp/any");
}
