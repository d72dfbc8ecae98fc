// SPDX-License-Identifier: GPL-2.0-or-later
/* A host as JSON for people and programs: what it has by now, and who said so. */

#include "test.h"

#include <json-c/json.h>

#include "control/control.h"
#include "support_hosts.h"

/* AWAKE for 1.5 s; `installed` are addresses in the tables. */
static struct host host_with(const char *installed)
{
	struct host host = { .mac = mac_of(1),
		             .name = (char *)"nas",
		             .life = { .since = NOW - 1500 } };
	struct wanted wanted = { .address_count = 0 };

	wanted.address_count = parse_addresses(installed, wanted.addresses);
	host_set_installed(&host, &wanted);
	return host;
}

/* Frees what the host has. `member` NULL: all of it; missing: "". */
static void check(struct host *host, const char *member, const char *expected)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	struct json_object *json = host_json(NULL, host, &now), *value = json;
	const char *text = "";

	if (!member || json_object_object_get_ex(json, member, &value))
		text = json_object_to_json_string_ext(value, flags);
	assert_string_equal(text, expected);
	json_object_put(json);
}

static void done(struct host *host)
{
	described_free(host->described);
	registration_free(host->registration);
	dhcp_client_free(host->dhcp);
	installed_free(host->installed);
	free(host->edited);
}

TEST(all_of_a_host)
{
	const struct host_description description = all_described();
	struct host host = host_with("20 21");

	host.described = described_new(&description, DESCRIBED_BY_CONFIG, 1);
	check(&host, NULL,
	      "{\"name\":\"nas\",\"mac\":\"52:54:00:00:00:01\","
	      "\"addresses\":[\"192.0.2.20\",\"192.0.2.21\"],\"groups\":[\"239.1.2.3\"],"
	      "\"wake\":[\"tcp/22\",\"udp/any\"],"
	      "\"allow\":[\"192.0.2.0/24\"],\"deny\":[\"192.0.2.99\"],\"interface\":\"eth0\","
	      "\"vlan\":10,\"arp-offload\":true,\"detect-sleep\":true,"
	      "\"echo\":\"ignore\",\"secureon\":\"01:02:03:04:05:06\",\"watts\":36.5,\"state\":\"awake\",\"for\":1.500,"
	      "\"origin\":\"config\"}");
	done(&host);
}

TEST(the_least_of_a_host)
{
	struct host host = host_with("");

	host.life.state = WAKING;
	host.unsynced = true;
	host.registration = registered_of("20", false);
	check(&host, NULL,
	      "{\"name\":\"nas\",\"mac\":\"52:54:00:00:00:01\",\"addresses\":[],\"groups\":[],"
	      "\"wake\":[],"
	      "\"allow\":[],\"deny\":[],\"interface\":\"\",\"vlan\":0,\"arp-offload\":false,"
	      "\"detect-sleep\":false,\"echo\":\"answer\",\"secureon\":\"\",\"state\":\"waking\",\"for\":1.500,"
	      "\"incomplete\":true,\"origin\":\"registration\",\"registration\":{\"active\":false,"
	      "\"client-identifier\":4711,\"addresses\":[\"192.0.2.20\"],\"standby\":false}}");
	done(&host);
}

/* What it has is what the tables have; what it should have besides is not so yet. */
TEST(addresses)
{
	static const struct {
		const char *installed, *described, *leased;
		const char *has, *by_dhcp, *withheld;
	} rows[] = {
		{ "20", "20 21", NULL, "[\"192.0.2.20\"]", "", "" },
		{ "20 22", "20", "22", "[\"192.0.2.20\",\"192.0.2.22\"]", "\"192.0.2.22\"", "" },
		{ "20", "20", "22", "[\"192.0.2.20\"]", "", "" }, /* another host's */
		{ "20", "20", "20", "[\"192.0.2.20\"]", "", "" },
		{ "21", "20 21", "!20", "[\"192.0.2.21\"]", "", "\"192.0.2.20\"" },
	};

	EACH(i, rows)
	{
		struct host host = host_with(rows[i].installed);

		host.described = described_of(rows[i].described, 1);
		if (rows[i].leased)
			host.dhcp = dhcp_client_new();
		if (rows[i].leased)
			host.dhcp->lease = parse_lease(rows[i].leased);
		check(&host, "addresses", rows[i].has);
		check(&host, "leased", rows[i].by_dhcp);
		check(&host, "withheld", rows[i].withheld);
		done(&host);
	}
}

TEST(what_it_has_as_it_uses_it)
{
	struct host host = host_with("20 21");
	const struct ipv6 has[] = { host.installed->addresses[0],
		                    host.installed->addresses[1],
		                    { { 0xfe, 0x80, [15] = 5 } } };

	check(&host, "learnt", "");
	for (size_t i = 0; i < 3; i++)
		learnt_add(&host.learnt, &has[i], false, 1);
	check(&host, "learnt", "");
	for (size_t i = 0; i < 3; i++)
		host.learnt->list[i].is_sure = true;
	check(&host, "learnt", "[\"192.0.2.20\",\"192.0.2.21\"]");
	host.described = described_of("20", 1);
	check(&host, "learnt", "[\"192.0.2.21\"]");
	free(host.learnt);
	done(&host);
}

TEST(who_added_it)
{
	struct host host = host_with("20");

	host.registration = registered_of("20", true);
	check(&host, "origin", "\"registration\"");
	host.edited = parse_edits("+20");
	check(&host, "origin", "\"registration\"");
	host.edited->exists = host.edited->has_fields = host.edited->arp_offload = true;
	host.edited->ifindex = 1;
	host.edited->echo = ECHO_WAKE;
	check(&host, "origin", "\"map\"");
	check(&host, "interface", "\"lo\"");
	check(&host, "arp-offload", "true");
	check(&host, "echo", "\"wake\"");
	host.described = described_of("20", 1);
	check(&host, "origin", "\"config\"");
	host.described->by = DESCRIBED_BY_COMMAND;
	check(&host, "origin", "\"command\"");
	done(&host);
}

TEST(registrations)
{
	static const struct registration full = { .client_id = 4711,
		                                  .active = true,
		                                  .has_ports = true,
		                                  .until = BOOT + 28680500,
		                                  .backup_of = { { 192, 0, 2, 1 } },
		                                  .address_count = 2 };
	const struct {
		const char *shows;
		struct registration_draft draft;
		bool standby;
		const char *wake, *expected;
	} rows[] = {
		{ "all of one",
		  { .head = full,
		    .addresses = { ip(20), ip(21) },
		    .ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
		    .port_count = 2 },
		  true,
		  "[\"tcp/22\",\"udp/any\"]",
		  "{\"active\":true,\"client-identifier\":4711,"
		  "\"addresses\":[\"192.0.2.20\",\"192.0.2.21\"],\"ports\":[\"tcp/22\",\"udp/any\"],"
		  "\"backup-of\":\"192.0.2.1\",\"standby\":true,\"wake-in\":28680.500}" },
		{ "the least of one",
		  { .head = { .client_id = 65535, .active = true } },
		  false,
		  "[]",
		  "{\"active\":true,\"client-identifier\":65535,\"addresses\":[],\"standby\":false}" },
		{ "no ports, and not: nothing is said of them",
		  { .head = { .client_id = 1, .active = true, .has_ports = true } },
		  false,
		  "[\"none\"]",
		  "{\"active\":true,\"client-identifier\":1,\"addresses\":[],\"ports\":[],"
		  "\"standby\":false}" },
		{ "one that has ended is nobody's standby",
		  { .head = { .client_id = 1, .until = BOOT + 3600000 } },
		  true,
		  "[]",
		  "{\"active\":false,\"client-identifier\":1,\"addresses\":[],\"standby\":false,"
		  "\"expires-in\":3600.000}" },
		{ "what is over is due now",
		  { .head = { .client_id = 1, .active = true, .until = 1 } },
		  false,
		  "[]",
		  "{\"active\":true,\"client-identifier\":1,\"addresses\":[],\"standby\":false,"
		  "\"wake-in\":0.000}" },
	};

	EACH(i, rows)
	{
		struct host host = host_with("");

		host.registration = registration_new(&rows[i].draft);
		host.life.standby = rows[i].standby;
		check(&host, "wake", rows[i].wake);
		check(&host, "registration", rows[i].expected);
		done(&host);
	}
}
