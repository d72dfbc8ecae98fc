// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host should have in the tables, from all that is said of it. */

#include "test.h"

#include "support_hosts.h"

/* As in support_hosts.h. What is merged: each address with the reason for it. */
struct merge_case {
	const char *shows;
	const char *described, *edited, *registered, *leased;
	const char *merged;
};

static const char *const reasons[] = {
	[CLAIM_NONE] = "none",           [CLAIM_LEASED] = "leased",
	[CLAIM_ENDED] = "ended",         [CLAIM_REGISTERED] = "registered",
	[CLAIM_DESCRIBED] = "described", [CLAIM_EDITED] = "edited",
};

static void check_merge(const struct merge_case *it, bool active)
{
	struct described *described = it->described ? described_of(it->described, 1) : NULL;
	struct registration *registration =
		it->registered ? registered_of(it->registered, active) : NULL;
	struct edited *edited = parse_edits(it->edited);
	struct dhcp_client dhcp = { .lease = parse_lease(it->leased) };
	const struct host host = { .described = described,
		                   .edited = edited,
		                   .registration = registration,
		                   .dhcp = &dhcp };
	struct wanted wanted;
	char text[512] = "";

	host_merge(&host, &wanted);
	for (size_t i = 0; i < wanted.address_count; i++)
		append(text, sizeof(text), "%s%u %s", i ? ", " : "", wanted.addresses[i].octet[15],
		       reasons[host_claim(&host, &wanted.addresses[i])]);
	if (strcmp(text, it->merged))
		fail_msg("%s:\n  found    %s\n  expected %s", it->shows, text, it->merged);
	described_free(described);
	registration_free(registration);
	free(edited);
}

#define REST \
	"102 103 104 105 106 107 108 109" \
	" 110 111 112 113 114 115 116 117" \
	" 118 119 120 121 122 123 124 125" \
	" 126 127 128 129 130 131 132"
#define REST_DESCRIBED \
	", 102 described, 103 described, 104 described, 105 described, 106 described" \
	", 107 described, 108 described, 109 described, 110 described, 111 described" \
	", 112 described, 113 described, 114 described, 115 described, 116 described" \
	", 117 described, 118 described, 119 described, 120 described, 121 described" \
	", 122 described, 123 described, 124 described, 125 described, 126 described" \
	", 127 described, 128 described, 129 described, 130 described, 131 described" \
	", 132 described"

TEST(addresses)
{
	static const struct merge_case cases[] = {
		{ "nothing is said", NULL, NULL, NULL, NULL, "" },
		{ "people alone", "10 11", NULL, NULL, NULL, "10 described, 11 described" },
		{ "the host alone", NULL, NULL, "10 11", NULL, "10 registered, 11 registered" },
		{ "DHCP alone", "", NULL, NULL, "20", "20 leased" },
		{ "edits alone", NULL, "+10 +11", NULL, NULL, "10 edited, 11 edited" },
		{ "a leased address joins", "10", NULL, NULL, "20", "10 described, 20 leased" },
		{ "described and leased", "10 20", NULL, NULL, "20", "10 described, 20 described" },
		{ "registered and leased", NULL, NULL, "10 20", "20",
		  "10 registered, 20 registered" },
		{ "described and registered", "10", NULL, "10 11", NULL,
		  "10 described, 11 registered" },
		{ "from all of them, edits first", "10", "+40", "30", "20",
		  "40 edited, 10 described, 30 registered, 20 leased" },
		{ "a lost lease", "10", NULL, NULL, "!20", "10 described" },
		{ "a lost lease withholds what people say, too", "20 10", NULL, NULL, "!20",
		  "10 described" },
		{ "and what the host says", NULL, NULL, "20 10", "!20", "10 registered" },
		{ "but not what is edited in", "20 10", "+20", NULL, "!20",
		  "20 edited, 10 described" },
		{ "a lost lease of no address", "10", NULL, NULL, "!0", "10 described" },
		{ "edited out: described", "10 11", "-10", NULL, NULL, "11 described" },
		{ "edited out: registered", NULL, "-10", "10 11", NULL, "11 registered" },
		{ "edited out: leased", "10", "-20", NULL, "20", "10 described" },
		{ "edited out: all", "10", "-10", NULL, NULL, "" },
		{ "edited in and out again", "10", "+20 -20", NULL, NULL, "10 described" },
		{ "edited out and in again", "10", "-10 +10", NULL, NULL, "10 edited" },
		{ "edited in what is described already", "10 11", "+11", NULL, NULL,
		  "11 edited, 10 described" },
		{ "32 are the most: what is leased has no room", "101 " REST, NULL, NULL, "20",
		  "101 described" REST_DESCRIBED },
		{ "a lost one takes no room, an edited one does", "101 " REST, "+40", "30 31",
		  "!101", "40 edited" REST_DESCRIBED },
	};
	static const struct merge_case ended = { "it lingers", "10", NULL,
		                                 "10 11",      "11", "10 described, 11 ended" };

	EACH(i, cases)
	check_merge(&cases[i], true);
	check_merge(&ended, false);
}

/* Snooped DHCP can say any address. */
TEST(leases)
{
	static const struct {
		const char *shows;
		enum lease_state state;
		struct ipv4 address;
		bool wanted, withheld;
	} rows[] = {
		{ "none", LEASE_NONE, { { 192, 0, 2, 20 } }, false, false },
		{ "bound", LEASE_BOUND, { { 192, 0, 2, 20 } }, true, false },
		{ "renewing", LEASE_RENEWING, { { 192, 0, 2, 20 } }, true, false },
		{ "rebinding", LEASE_REBINDING, { { 192, 0, 2, 20 } }, true, false },
		{ "lost", LEASE_LOST, { { 192, 0, 2, 20 } }, false, true },
		{ "a loopback address", LEASE_BOUND, { { 127, 0, 0, 1 } }, false, false },
		{ "a lost group", LEASE_LOST, { { 224, 0, 0, 1 } }, false, false },
	};

	EACH(i, rows)
	{
		struct dhcp_client dhcp = { .lease = { rows[i].state,
			                               .address = rows[i].address } };
		const struct host host = { .dhcp = &dhcp };
		struct ipv6 withheld[HOST_LEASED] = { ip(9) };
		struct wanted wanted;

		host_merge(&host, &wanted);
		if (wanted.address_count != rows[i].wanted ||
		    host_lease_addresses(&host, true, withheld) != rows[i].withheld ||
		    withheld->octet[15] != (rows[i].withheld ? 20 : 9))
			fail_msg("%s: %u wanted, withheld is .%u", rows[i].shows,
			         (unsigned int)wanted.address_count, withheld->octet[15]);
	}
}

/* TCP ports as "22 80"; "none": no port at all. */
static size_t parse_ports(const char *text, struct wake_port *ports)
{
	size_t count = 0;
	char *end;

	if (text && !strcmp(text, "none")) {
		ports[0] = (struct wake_port){ 0 };
		return 1;
	}
	for (; text && *text; text = end)
		ports[count++] =
			(struct wake_port){ IPPROTO_TCP, (uint16_t)strtoul(text, &end, 10) };
	return count;
}

static bool same_ports(const struct shared_set *set, const struct wake_port *expected, size_t count)
{
	const struct wake_port *ports = shared_set_octets(set);
	bool same = shared_set_size(set) == count * sizeof(*expected);

	for (size_t i = 0; same && i < count; i++)
		same = wake_port_equal(&ports[i], &expected[i]);
	return same;
}

/* NULL: nothing is said of ports. */
TEST(ports)
{
	static const struct {
		const char *described, *registered, *merged;
	} rows[] = {
		{ NULL, NULL, NULL },     { "22", NULL, "22" },         { NULL, "80", "80" },
		{ "22", "80", "22" },     { "22 23", "none", "22 23" }, { "none", "80", "none" },
		{ NULL, "none", "none" },
	};

	EACH(i, rows)
	{
		struct host_description description = { .name = "nas" };
		struct registration_draft draft = { .head.has_ports = rows[i].registered };
		struct host host = { .described = NULL };
		struct wake_port expected[HOST_PORTS];
		const size_t count = parse_ports(rows[i].merged, expected);
		struct wanted wanted;

		description.policy.port_count =
			parse_ports(rows[i].described, description.policy.ports);
		if (rows[i].registered && strcmp(rows[i].registered, "none"))
			draft.port_count = parse_ports(rows[i].registered, draft.ports);
		host.described = described_new(&description, DESCRIBED_BY_CONFIG, 1);
		host.registration = registration_new(&draft);
		host_merge(&host, &wanted);
		if (!same_ports(wanted.ports, expected, count))
			fail_msg("described %s, registered %s: not %s", rows[i].described ?: "-",
			         rows[i].registered ?: "-", rows[i].merged ?: "-");
		assert_null(wanted.sources);
		described_free(host.described);
		registration_free(host.registration);
	}
}

TEST(fields)
{
	struct host_description description = {
		.attributes.interface = "eth0",
		.attributes.vlan = 10,
		.attributes.arp_offload = true,
		.attributes.echo = ECHO_IGNORE,
		.policy = { .sources = { { .bits = 96, .allow = true } }, .source_count = 1 },
	};
	struct registration_draft draft = { .head = { .interface = "eth1", .vlan = 11 } };
	struct edited edited = { .has_fields = true, .ifindex = 7, .vlan = 12, .echo = ECHO_WAKE };
	struct edited row = { .exists = true, .ifindex = 7, .vlan = 12 };
	struct described *described = described_new(&description, DESCRIBED_BY_CONFIG, 1);
	struct registration *registration = registration_new(&draft);
	const struct {
		const char *shows;
		struct host host;
		const char *interface;
		uint16_t vlan;
		bool arp_offload, has_ifindex;
	} rows[] = {
		{ "nothing is said", { .described = NULL }, "", 0, false, false },
		{ "described", { .described = described }, "eth0", 10, true, false },
		{ "registered", { .registration = registration }, "eth1", 11, false, false },
		{ "described and registered",
		  { .described = described, .registration = registration },
		  "eth0",
		  10,
		  true,
		  false },
		{ "all of them",
		  { .described = described, .edited = &edited, .registration = registration },
		  "eth0",
		  12,
		  false,
		  true },
		{ "edited", { .edited = &edited }, "", 12, false, true },
		{ "described, and added to the map",
		  { .described = described, .edited = &row },
		  "eth0",
		  10,
		  true,
		  false },
	};

	EACH(i, rows)
	{
		struct wanted wanted;

		memset(&wanted, 0x5a, sizeof(wanted));
		host_merge(&rows[i].host, &wanted);
		if (strcmp(wanted.attributes.interface, rows[i].interface) ||
		    wanted.attributes.vlan != rows[i].vlan ||
		    wanted.attributes.arp_offload != rows[i].arp_offload ||
		    wanted.has_ifindex != rows[i].has_ifindex ||
		    wanted.attributes.echo != (rows[i].has_ifindex   ? ECHO_WAKE
		                               : rows[i].arp_offload ? ECHO_IGNORE
		                                                     : ECHO_ANSWER) ||
		    wanted.ifindex != (rows[i].has_ifindex ? 7 : 0) ||
		    !wanted.sources == !!rows[i].host.described)
			fail_msg(
				"%s: interface '%s', number %u, VLAN %u, ARP offload %d, sources %p",
				rows[i].shows, wanted.attributes.interface, wanted.ifindex,
				wanted.attributes.vlan, wanted.attributes.arp_offload,
				(const void *)wanted.sources);
	}
	described_free(described);
	registration_free(registration);
}
