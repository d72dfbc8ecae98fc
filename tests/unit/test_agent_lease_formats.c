// SPDX-License-Identifier: GPL-2.0-or-later
/* Lease files of dhclient, dhcpcd, systemd-networkd and NetworkManager. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_lease_file.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static struct client_lease lease_of(lease_reader *reader, const char *name)
{
	struct client_lease lease;

	assert_true(read_sample(reader, name, "eth0", &lease));
	assert_true(lease.dated == (reader != lease_from_networkd));
	return lease;
}

TEST(dhcpcd)
{
	struct client_lease lease = lease_of(lease_from_dhcpcd, "dhcpcd-9.4.1-kea");

	assert_lease(&lease, 103, 3600, WRITTEN);
	assert_id(&lease, "\xff\0\0\0\x33\0\1\0\1\x32\x96\xda\xe4\2\0\0\0\0\x33", 19);
	/* from dnsmasq, which does not repeat it */
	lease = lease_of(lease_from_dhcpcd, "dhcpcd-9.4.1-infinite");
	assert_lease(&lease, 107, DHCP_INFINITE, WRITTEN);
	assert_id(&lease, NULL, 0);
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

TEST(networkd)
{
	struct client_lease lease = lease_of(lease_from_networkd, "networkd-252");

	assert_lease(&lease, 104, 3600, WRITTEN);
	assert_id(&lease, "\xff\x23\xab\x0d\xb5\0\2\0\0\xab\x11sleep\0\0\x34", 19);
	lease = lease_of(lease_from_networkd, "networkd-252-infinite");
	assert_lease(&lease, 108, DHCP_INFINITE, WRITTEN);
}

TEST(networkmanager)
{
	struct client_lease lease = lease_of(lease_from_networkmanager, "networkmanager-1.42");

	assert_lease(&lease, 105, 3600, 1795435638 - 3600);
	assert_id(&lease, OCTETS(1, 2, 0, 0, 0, 0, 0x35));
	lease = lease_of(lease_from_networkmanager, "networkmanager-1.42-infinite");
	assert_lease(&lease, 109, DHCP_INFINITE, WRITTEN);
}

TEST(networkmanager_address_only)
{
	struct client_lease lease;

	assert_false(
		read_sample(lease_from_networkd, "networkmanager-1.42-internal", "eth0", &lease));
}

/* LIFETIME as systemd versions have written it. 0: invalid. */
static uint32_t lifetime(const char *text)
{
	struct client_lease lease;
	char lines[128];

	snprintf(lines, sizeof(lines),
	         "ADDRESS=192.0.2.20\nSERVER_ADDRESS=192.0.2.3\nLIFETIME=%s\n", text);
	if (!read_text(lease_from_networkd, lines, &lease))
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

struct text {
	const char *text;
	bool found;
};

TEST(lines_of_networkd)
{
#define NEEDED "ADDRESS=192.0.2.20\nSERVER_ADDRESS=192.0.2.3\nLIFETIME=60"
	static const struct text texts[] = {
		{ NEEDED, true },
		{ NEEDED "\n\n# LIFETIME=\nCLIENT\n=\nROUTER=192.0.2.1 192.0.2.2\n", true },
		{ "ADDRESS=192.0.2.20\nSERVER_ADDRESS=192.0.2.3\n", false },
		{ "ADDRESS=192.0.2.20\nLIFETIME=60\n", false },
		{ "SERVER_ADDRESS=192.0.2.3\nLIFETIME=60\n", false },
		{ NEEDED "s or so\n", false },
		{ NEEDED "\nADDRESS=\n", false },
		{ NEEDED "\nADDRESS=192.0.2.20/24\n", false },
		{ NEEDED "\nSERVER_ADDRESS=0.0.0.0\n", false },
		{ NEEDED "\nSERVER_ADDRESS=nas\n", false },
		{ NEEDED "\r\n", false },
		{ "", false },
		{ "{ \"Address\": [192, 0, 2, 20] }", false },
	};
	struct client_lease lease;

	EACH(i, texts)
	{
		assert_true(read_text(lease_from_networkd, texts[i].text, &lease) ==
		            texts[i].found);
		if (texts[i].found)
			assert_lease(&lease, 20, 60, WRITTEN);
	}
}

TEST(identifiers)
{
	static const struct {
		const char *text;
		size_t length;
	} rows[] = { { "01", 1 },     { "01ff", 2 },  { "01FF", 2 },  { "1:ff:0", 3 },
		     { "01:ff:", 0 }, { ":01", 0 },   { "", 0 },      { "01 ff", 0 },
		     { "0x01", 0 },   { "hello", 0 }, { "01::ff", 0 } };
	struct client_lease lease;
	char text[256];

	EACH(i, rows)
	{
		snprintf(text, sizeof(text), NEEDED "\nCLIENTID=%s\n", rows[i].text);
		assert_true(read_text(lease_from_networkd, text, &lease));
		assert_id(&lease, "\1\xff\0", rows[i].length);
	}
}

TEST(longest_identifier)
{
	struct client_lease lease;

	for (size_t octets = 254; octets <= 256; octets++) {
		char text[1024] = NEEDED "\nCLIENTID=";

		for (size_t i = 0; i < octets; i++)
			strcat(text, "5c");
		assert_true(read_text(lease_from_networkd, text, &lease));
		assert_int_equal(lease.client_id.length, octets > 255 ? 0 : octets);
	}
}
#undef NEEDED

TEST(lines_of_networkmanager)
{
#define NEEDED \
	"dhcp4.ip_address=192.0.2.20\n" \
	"dhcp4.dhcp_server_identifier=192.0.2.3\ndhcp4.dhcp_lease_time=60\n"
	static const struct text texts[] = {
		{ "[device]\nmanaged=true\n[dhcp4]\n" NEEDED "dhcp4.expiry=1795432060", true },
		{ NEEDED, false },
		{ NEEDED "dhcp4.expiry=\n", false },
		{ NEEDED "dhcp4.expiry=tomorrow\n", false },
		{ NEEDED "dhcp4.expiry=-1\n", false },
		{ NEEDED "dhcp4.expiry=253402300800\n", false },
		{ NEEDED "expiry=1795432060\n", false },
		{ NEEDED "dhcp6.expiry=1795432060\n", false },
		{ "[device]\nmanaged=true\nnm-owned=false\n", false },
	};
	struct client_lease lease;

	EACH(i, texts)
	{
		assert_true(read_text(lease_from_networkmanager, texts[i].text, &lease) ==
		            texts[i].found);
		if (texts[i].found)
			assert_lease(&lease, 20, 60, 1795432000);
	}
#undef NEEDED
}

static const struct {
	lease_reader *reader;
	const char *name;
	const char *last; /* that is needed */
} samples[] = {
	{ lease_from_dhcpcd, "dhcpcd-9.4.1-kea", "\xc0\0\2\3=" },
	{ lease_from_networkd, "networkd-252", "LIFETIME=3600" },
	{ lease_from_networkmanager, "networkmanager-1.42", "dhcp4.ip_address=192.0.2.105" },
};

/* A number that is cut may be another number. */
TEST(truncated)
{
	struct client_lease lease;

	EACH(i, samples)
	{
		const struct octets octets = sample(samples[i].name);
		const char *at =
			memmem(octets.at, octets.length, samples[i].last, strlen(samples[i].last));
		const size_t needed = (size_t)(at - (const char *)octets.at);

		assert_non_null(at);
		for (size_t length = 0; length <= needed; length++)
			assert_false(read_part(samples[i].reader, (const char *)octets.at, length,
			                       "eth0", &lease));
		for (size_t length = needed; length <= octets.length; length++)
			read_part(samples[i].reader, (const char *)octets.at, length, "eth0",
			          &lease);
	}
}

TEST(other_clients_files)
{
	struct client_lease lease;

	EACH(i, samples)
	{
		EACH(j, samples)
		{
			assert_true(read_sample(samples[j].reader, samples[i].name, "eth0",
			                        &lease) == (i == j));
		}
		assert_false(read_sample(lease_from_dhclient, samples[i].name, "eth0", &lease));
	}
}
