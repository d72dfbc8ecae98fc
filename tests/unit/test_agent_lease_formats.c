// SPDX-License-Identifier: GPL-2.0-or-later
/* Lease files of dhclient, dhcpcd, systemd-networkd and NetworkManager. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_agent.h"

#define NONE 0, 0, 0

/* Written by the programs that they are named after. */
static const struct {
	lease_reader *reader;
	const char *name, *interface;
	uint8_t last;
	uint32_t total;
	int64_t begun;
	const char *id;
	uint8_t id_length;
} samples[] = {
	{ lease_from_dhclient, "dhclient-4.4.3-kea-text-id", "eth0", 100, 3600, 1795432034, "hello",
	  5 },
	{ lease_from_dhclient, "dhclient-4.4.3-kea-octets-id", "eth0", 101, 3600, 1795432035,
	  "\x01\xff\x22\x5c\x0a", 5 },
	/* db-time-format local */
	{ lease_from_dhclient, "dhclient-4.4.3-epoch", "eth0", 102, 3600, 1795432035, "", 0 },
	/* it ends in 2162 */
	{ lease_from_dhclient, "dhclient-4.4.3-infinite", "eth0", 106, DHCP_INFINITE, 1795432039,
	  "", 0 },
	/* the last lease of an interface */
	{ lease_from_dhclient, "dhclient-4.4.3-two-interfaces", "eth0", 101, 30, 1795432127, "",
	  0 },
	{ lease_from_dhclient, "dhclient-4.4.3-two-interfaces", "eth1", 100, 26, 1795432129, "",
	  0 },
	{ lease_from_dhcpcd, "dhcpcd-9.4.1-kea", "eth0", 103, 3600, WRITTEN,
	  "\xff\0\0\0\x33\0\1\0\1\x32\x96\xda\xe4\2\0\0\0\0\x33", 19 },
	/* from dnsmasq, which does not repeat it */
	{ lease_from_dhcpcd, "dhcpcd-9.4.1-infinite", "eth0", 107, DHCP_INFINITE, WRITTEN, "", 0 },
	{ lease_from_networkd, "networkd-252", "eth0", 104, 3600, WRITTEN,
	  "\xff\x23\xab\x0d\xb5\0\2\0\0\xab\x11sleep\0\0\x34", 19 },
	{ lease_from_networkd, "networkd-252-infinite", "eth0", 108, DHCP_INFINITE, WRITTEN,
	  "\xff\x77\xb5\xd2\x81\0\2\0\0\xab\x11sleep\0\0\x42", 19 },
	{ lease_from_networkmanager, "networkmanager-1.42", "eth0", 105, 3600, 1795432038,
	  "\1\2\0\0\0\0\x35", 7 },
	{ lease_from_networkmanager, "networkmanager-1.42-infinite", "eth0", 109, DHCP_INFINITE,
	  WRITTEN, "\1\2\0\0\0\0\x43", 7 },
};

TEST(written_by_clients)
{
	EACH(i, samples)
	{
		struct client_lease lease;

		assert_true(read_sample(samples[i].reader, samples[i].name, samples[i].interface,
		                        &lease));
		assert_true(lease.dated == (samples[i].reader != lease_from_networkd));
		check_lease(samples[i].name, &lease, samples[i].last, samples[i].total,
		            samples[i].begun);
		check_id(samples[i].name, &lease, samples[i].id, samples[i].id_length);
	}
}

/* NetworkManager's own client writes networkd's format with the address alone. */
TEST(read_by_other_readers)
{
	static lease_reader *const readers[] = { lease_from_dhclient, lease_from_dhcpcd,
		                                 lease_from_networkd, lease_from_networkmanager };
	struct client_lease lease;

	EACH(i, samples)
	{
		EACH(j, readers)
		{
			if (readers[j] != samples[i].reader &&
			    read_sample(readers[j], samples[i].name, "eth0", &lease))
				fail_msg("%s is read as that of another client", samples[i].name);
		}
	}
	assert_false(
		read_sample(lease_from_networkd, "networkmanager-1.42-internal", "eth0", &lease));
}

TEST(dhcpcd_malformed)
{
	static const struct {
		size_t at;
		uint8_t octet;
	} wrong[] = {
		{ 0, 1 },      /* a BOOTREQUEST */
		{ 1, 6 },      /* not Ethernet */
		{ 236, 0 },    /* not DHCP's cookie */
		{ 242, 6 },    /* DHCPNAK */
		{ 242, 2 },    /* DHCPOFFER */
		{ 0xff, 52 },  /* no lease time: another option is in its place */
		{ 0x105, 77 }, /* no server */
	};
	struct client_lease lease;

	EACH(i, wrong)
	{
		struct octets octets = sample("dhcpcd-9.4.1-kea");

		octets.at[wrong[i].at] = wrong[i].octet;
		assert_false(read_part(lease_from_dhcpcd, (const char *)octets.at, octets.length,
		                       "eth0", &lease));
	}
}

/* LIFETIME as systemd versions have written it. 0: invalid. */
static uint32_t lifetime(const char *text)
{
	struct client_lease lease;
	char lines[128];

	snprintf(lines, sizeof(lines),
	         "ADDRESS=192.0.2.20\nSERVER_ADDRESS=192.0.2.3\nLIFETIME=%s\n", text);
	if (!read_part(lease_from_networkd, lines, strlen(lines), "eth0", &lease))
		return 0;
	assert_int_not_equal(lease.total, 0);
	return lease.total;
}

TEST(durations)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} rows[] = {
		{ "3600", 3600 },
		{ "4294967295", DHCP_INFINITE },
		{ "infinity", DHCP_INFINITE }, /* from 255 on */
		{ "1s", 1 },
		{ "1h", 3600 },
		{ "1h 30min 5s", 5405 },
		{ "1w 1d", 691200 },
		{ "1month 2w 3d 4h 5min 6s", 4113306 },
		{ "136y", 4291833600 },
		{ "4294967295s", DHCP_INFINITE },
		{ "", 0 },
		{ "0", 0 },
		{ "0s", 0 },
		{ "4294967296", 0 },
		{ "4294967296s", 0 },
		{ "137y", 0 },
		{ "99999999999s", 0 },
		{ "-1", 0 },
		{ "1 h", 0 },
		{ "h", 0 },
		{ "1h 30", 0 },
		{ "1hour", 0 },
		{ "1m", 0 },
		{ "1ms", 0 },
		{ "1.5s", 0 },
		{ "forever", 0 },
	};

	EACH(i, rows)
	assert_int_equal(lifetime(rows[i].text), rows[i].seconds);
}

TEST(lines_of_networkd)
{
#define NEEDED "ADDRESS=192.0.2.20\nSERVER_ADDRESS=192.0.2.3\nLIFETIME=60"
	static const struct lease_text texts[] = {
		{ NEEDED, 20, 60, WRITTEN },
		{ NEEDED "\n\n# LIFETIME=\nCLIENT\n=\nROUTER=192.0.2.1 192.0.2.2\n", 20, 60,
		  WRITTEN },
		{ "ADDRESS=192.0.2.20\nSERVER_ADDRESS=192.0.2.3\n", NONE },
		{ "ADDRESS=192.0.2.20\nLIFETIME=60\n", NONE },
		{ "SERVER_ADDRESS=192.0.2.3\nLIFETIME=60\n", NONE },
		{ NEEDED "s or so\n", NONE },
		{ NEEDED "\nADDRESS=\n", NONE },
		{ NEEDED "\nADDRESS=192.0.2.20/24\n", NONE },
		{ NEEDED "\nSERVER_ADDRESS=0.0.0.0\n", NONE },
		{ NEEDED "\nSERVER_ADDRESS=nas\n", NONE },
		{ NEEDED "\r\n", NONE },
		{ "", NONE },
		{ "{ \"Address\": [192, 0, 2, 20] }", NONE },
	};
	static const struct id_text ids[] = {
		{ "01", 1 },     { "01ff", 2 },  { "01FF", 2 },   { "1:ff:0", 3 },
		{ "01:ff:", 0 }, { ":01", 0 },   { "", 0 },       { "01 ff", 0 },
		{ "0x01", 0 },   { "hello", 0 }, { "01::ff", 0 },
	};

	CHECK_TEXTS(lease_from_networkd, texts);
	CHECK_IDS(lease_from_networkd, NEEDED "\nCLIENTID=%s\n", "\1\xff\0", ids);
}

TEST(longest_identifier)
{
	struct client_lease lease;

	for (size_t octets = 254; octets <= 256; octets++) {
		char text[1024] = NEEDED "\nCLIENTID=";

		for (size_t i = 0; i < octets; i++)
			strcat(text, "5c");
		assert_true(read_part(lease_from_networkd, text, strlen(text), "eth0", &lease));
		assert_int_equal(lease.client_id.length, octets > 255 ? 0 : octets);
	}
}
#undef NEEDED

TEST(lines_of_networkmanager)
{
#define NEEDED \
	"dhcp4.ip_address=192.0.2.20\n" \
	"dhcp4.dhcp_server_identifier=192.0.2.3\ndhcp4.dhcp_lease_time=60\n"
	static const struct lease_text texts[] = {
		{ "[device]\nmanaged=true\n[dhcp4]\n" NEEDED "dhcp4.expiry=1795432060", 20, 60,
		  1795432000 },
		{ NEEDED, NONE },
		{ NEEDED "dhcp4.expiry=\n", NONE },
		{ NEEDED "dhcp4.expiry=tomorrow\n", NONE },
		{ NEEDED "dhcp4.expiry=-1\n", NONE },
		{ NEEDED "dhcp4.expiry=253402300800\n", NONE },
		{ NEEDED "expiry=1795432060\n", NONE },
		{ NEEDED "dhcp6.expiry=1795432060\n", NONE },
		{ "[device]\nmanaged=true\nnm-owned=false\n", NONE },
	};

	CHECK_TEXTS(lease_from_networkmanager, texts);
#undef NEEDED
}

/* A number that is cut may be another number. */
TEST(truncated)
{
	static const struct {
		lease_reader *reader;
		const char *name, *last; /* that is needed */
	} wholes[] = {
		{ lease_from_dhcpcd, "dhcpcd-9.4.1-kea", "\xc0\0\2\3=" },
		{ lease_from_networkd, "networkd-252", "LIFETIME=3600" },
		{ lease_from_networkmanager, "networkmanager-1.42",
		  "dhcp4.ip_address=192.0.2.105" },
	};
	struct client_lease lease;

	EACH(i, wholes)
	{
		const struct octets octets = sample(wholes[i].name);
		const char *text = (const char *)octets.at,
			   *at = memmem(text, octets.length, wholes[i].last,
		                        strlen(wholes[i].last));

		assert_non_null(at);
		for (size_t length = 0; length <= octets.length; length++)
			if (read_part(wholes[i].reader, text, length, "eth0", &lease))
				assert_true(length > (size_t)(at - text));
	}
}

/* dhclient.leases(5) */
#define INTERFACE "  interface \"eth0\";\n"
#define ADDRESS "  fixed-address 192.0.2.20;\n"
#define SERVER "  option dhcp-server-identifier 192.0.2.3;\n"
#define TOTAL "  option dhcp-lease-time 3600;\n"
#define EXPIRE "  expire 1 2026/11/23 12:07:15;\n"
#define LEASE(content) "lease {\n" content "}\n"
#define WHOLE INTERFACE ADDRESS SERVER TOTAL EXPIRE

enum { ENDS = 1795435635, BEGUN = ENDS - 3600 };

#define FOUND 20, 3600, BEGUN

TEST(statements_of_dhclient)
{
	static const struct lease_text texts[] = {
		{ LEASE(WHOLE), FOUND },
		{ LEASE(ADDRESS SERVER TOTAL EXPIRE), NONE },
		{ LEASE(INTERFACE SERVER TOTAL EXPIRE), NONE },
		{ LEASE(INTERFACE ADDRESS TOTAL EXPIRE), NONE },
		{ LEASE(INTERFACE ADDRESS SERVER EXPIRE), NONE },
		{ LEASE(INTERFACE ADDRESS SERVER TOTAL), NONE },
		{ "", NONE },
		{ LEASE(WHOLE "fixed-address 192.0.2;\n"), NONE },
		{ LEASE(WHOLE "fixed-address 0.0.0.0;\n"), NONE },
		{ LEASE(WHOLE "option dhcp-server-identifier nas;\n"), NONE },
		{ LEASE(WHOLE "option dhcp-lease-time 0;\n"), NONE },
		{ LEASE(WHOLE "option dhcp-lease-time 4294967296;\n"), NONE },
		{ LEASE(WHOLE "expire soon;\n"), NONE },
		{ LEASE(WHOLE "expire 1 2026/11/23;\n"), NONE },
		{ LEASE(WHOLE "expire 1 2026/13/23 12:07:15;\n"), NONE },
		{ LEASE(WHOLE "expire 1 1969/11/23 12:07:15;\n"), NONE },
		{ LEASE(WHOLE "expire epoch 0;\n"), NONE },
		{ LEASE(WHOLE "expire epoch 253402300800;\n"), NONE },
		{ LEASE(WHOLE "expire epoch 1795435635;\n"), FOUND },
		{ LEASE(WHOLE "expire never;\n"), 20, DHCP_INFINITE, WRITTEN },
		/* what is none of its blocks */
		{ "default-duid \"\\000\\001}{;\\\"#\";\n" LEASE(WHOLE), FOUND },
		{ LEASE(WHOLE) "lease6 {\n" WHOLE "fixed-address 192.0.2.21;\n}\n", FOUND },
		{ LEASE(WHOLE) "alias {\n" INTERFACE "fixed-address 192.0.2.21;\n}\n", FOUND },
		{ LEASE(WHOLE "option domain-name \"} lease { interface \\\"eth0\\\"; \";\n"),
		  FOUND },
		/* a journal; dhclient ignores an incomplete lease at its end */
		{ LEASE(WHOLE) LEASE(WHOLE "option dhcp-lease-time 60;\n")
		          LEASE("interface \"eth1\";\n"),
		  20, 60, ENDS - 60 },
		{ LEASE(WHOLE) LEASE(INTERFACE), NONE },
		{ LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n" SERVER, FOUND },
		{ LEASE(WHOLE) "lease {\n" INTERFACE "fixed-address 192.0.2.21;\n", FOUND },
	};

	CHECK_TEXTS(lease_from_dhclient, texts);
}

/* One that is not readable is as good as not there. */
TEST(identifiers_of_dhclient)
{
	static const struct id_text texts[] = {
		{ "\"hello\"", 5 },   { "68:65:6c:6c:6f", 5 }, { "\"h\\e\\llo\"", 5 },
		{ "68:65:", 0 },      { "hello", 0 },          { "\"\"", 0 },
		{ "\"hello\" 1", 0 }, { "\"\\001\"", 0 },      { "\"nas", 0 },
	};

	CHECK_IDS(lease_from_dhclient, LEASE(WHOLE "option dhcp-client-identifier %s;\n"), "hello",
	          texts);
}

TEST(truncated_journal)
{
	static const char text[] = LEASE(WHOLE) LEASE(WHOLE "option dhcp-lease-time 60;\n");
	const size_t first = strlen(LEASE(WHOLE)), second = strlen(text);
	struct client_lease lease;

	for (size_t length = 0; length <= second; length++) {
		const bool found = read_part(lease_from_dhclient, text, length, "eth0", &lease);

		/* but for the newline at its end */
		assert_true(found == (length >= first - 1));
		if (found)
			assert_int_equal(lease.total, length >= second - 1 ? 60 : 3600);
	}
}

TEST(other_interfaces)
{
	static const char *const names[] = { "eth", "eth00", "" };
	struct client_lease lease;

	EACH(i, names)
	assert_false(read_sample(lease_from_dhclient, "dhclient-4.4.3-two-interfaces", names[i],
	                         &lease));
}
