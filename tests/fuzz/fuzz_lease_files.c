// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as each DHCP client's file: nothing is read beyond their end, what is no lease
 * leaves the lease as it was, and a lease says all that it must, and is the same when
 * systemd-networkd keeps it.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_lease_files && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_lease_files -max_len=2000 /tmp/found tests/fuzz/corpus/lease_files
 *
 * It starts from corpus/lease_files. What is named after a program came from it, as in
 * tests/unit/samples/leases; the rest is made by hand.
 */
#undef NDEBUG
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/system_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

enum { WRITTEN = 1795432000, TEXT = 1000 };

static const char *dotted(struct ipv4 address, char text[INET_ADDRSTRLEN])
{
	const char *written = inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);

	assert(written);
	return written;
}

static void write_networkd(const struct client_lease *lease, char text[TEXT])
{
	char address[INET_ADDRSTRLEN], server[INET_ADDRSTRLEN];
	size_t at = (size_t)sprintf(text, "ADDRESS=%s\nSERVER_ADDRESS=%s\nLIFETIME=%u\nCLIENTID=",
	                            dotted(lease->address, address), dotted(lease->server, server),
	                            lease->total);

	for (size_t i = 0; i < lease->client_id.length; i++)
		at += (size_t)sprintf(text + at, "%02x", lease->client_id.data[i]);
}

static void check_lease(const struct client_lease *lease)
{
	static const struct ipv4 none;
	char text[TEXT];
	const struct lease_file file = { .octets = text, .written = WRITTEN, .interface = "eth0" };
	struct client_lease again;

	assert(memcmp(&lease->address, &none, sizeof(none)));
	assert(memcmp(&lease->server, &none, sizeof(none)));
	assert(lease->total);
	assert(lease->begun > INT64_MIN / 2 && lease->begun < INT64_MAX / 2);
	write_networkd(lease, text);
	assert(lease_from_networkd(&file, &again));
	assert(memcmp(&again.address, &lease->address, sizeof(none)) == 0);
	assert(memcmp(&again.server, &lease->server, sizeof(none)) == 0);
	assert(again.total == lease->total);
	assert(again.client_id.length == lease->client_id.length);
	assert(memcmp(again.client_id.data, lease->client_id.data, lease->client_id.length) == 0);
}

static void check(lease_reader *reader, const struct lease_file *file)
{
	struct client_lease lease, untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&lease, &untouched, sizeof(lease));
	if (reader(file, &lease))
		check_lease(&lease);
	else
		assert(memcmp(&lease, &untouched, sizeof(lease)) == 0);
}

static void check6(lease6_reader *reader, const struct lease_file *file)
{
	struct client_lease6 lease, untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&lease, &untouched, sizeof(lease));
	if (!reader(file, &lease)) {
		assert(memcmp(&lease, &untouched, sizeof(lease)) == 0);
		return;
	}
	assert(dhcp6_lease_check(&lease.lease));
	assert(lease.begun > 0 && lease.begun <= UINT32_MAX);
	for (size_t i = 0; i < lease.lease.address_count; i++)
		assert(lease.lease.addresses[i].valid);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, and up to the very end of what is allocated, but for the zero */
	char *odd = malloc(length + 2);
	const struct lease_file file = {
		.octets = odd + 1, .length = length, .written = WRITTEN, .interface = "eth0"
	};

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	odd[1 + length] = '\0';
	check(lease_from_dhclient, &file);
	check(lease_from_dhcpcd, &file);
	check(lease_from_networkd, &file);
	check(lease_from_networkmanager, &file);
	check6(lease6_from_dhclient, &file);
	check6(lease6_from_dhcpcd, &file);
	free(odd);
	return 0;
}
