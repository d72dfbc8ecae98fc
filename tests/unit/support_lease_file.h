/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of DHCP clients, as they are read. Those in samples/leases came from the programs that they
 * are named after. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_LEASE_FILE_H
#define SLEEPPROXY_TESTS_LEASE_FILE_H

#include <stdio.h>

#include "agent/system_info.h"
#include "support_octets.h"

enum { WRITTEN = 1795432000 }; /* s since 1970: when the file was written */

static inline bool read_part(lease_reader *reader, const char *octets, size_t length,
                             const char *interface, struct client_lease *lease)
{
	struct client_lease untouched;
	struct lease_file file = { .length = length, .written = WRITTEN, .interface = interface };
	struct octets whole = { .length = 0 };
	bool found;

	assert_true(length < sizeof(whole.at));
	add(&whole, octets, length);
	ADD(&whole, 0);
	file.octets = (const char *)at_the_edge(whole.at, whole.length);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(lease, &untouched, sizeof(untouched));
	found = reader(&file, lease);
	if (!found)
		assert_memory_equal(lease, &untouched, sizeof(untouched));
	return found;
}

static inline bool read_text(lease_reader *reader, const char *text, struct client_lease *lease)
{
	return read_part(reader, text, strlen(text), "eth0", lease);
}

static inline struct octets sample(const char *name)
{
	struct octets octets = { .length = 0 };
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "tests/unit/samples/leases/%s", name);
	file = fopen(path, "re");
	assert_non_null(file);
	octets.length = fread(octets.at, 1, sizeof(octets.at) - 1, file);
	fclose(file);
	return octets;
}

static inline bool read_sample(lease_reader *reader, const char *name, const char *interface,
                               struct client_lease *lease)
{
	const struct octets octets = sample(name);

	return read_part(reader, (const char *)octets.at, octets.length, interface, lease);
}

/* The last octet of an address of 192.0.2.0/24. */
static inline void assert_lease(const struct client_lease *lease, uint8_t last, uint32_t total,
                                int64_t begun)
{
	assert_memory_equal(&lease->address, ((const uint8_t[4]){ 192, 0, 2, last }), 4);
	assert_memory_equal(&lease->server, ((const uint8_t[4]){ 192, 0, 2, 3 }), 4);
	assert_int_equal(lease->total, total);
	assert_int_equal(lease->begun, begun);
}

static inline void assert_id(const struct client_lease *lease, const void *id, size_t length)
{
	assert_int_equal(lease->client_id.length, length);
	assert_memory_equal(lease->client_id.data, id, length);
}

#endif
