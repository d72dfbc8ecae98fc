/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of DHCP clients, as they are read. Those in samples/leases came from the programs that they
 * are named after. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_LEASE_FILE_H
#define SLEEPPROXY_TESTS_LEASE_FILE_H

#include <limits.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "agent/system_info.h"
#include "support_directory.h"
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

/* The last octet of an address of 192.0.2.0/24; 0: there is no lease. */
struct lease_text {
	const char *text;
	uint8_t last;
	uint32_t total;
	int64_t begun;
};

static inline void check_lease(const char *shows, const struct client_lease *lease, uint8_t last,
                               uint32_t total, int64_t begun)
{
	if (memcmp(&lease->address, ((const uint8_t[4]){ 192, 0, 2, last }), 4) ||
	    memcmp(&lease->server, ((const uint8_t[4]){ 192, 0, 2, 3 }), 4) ||
	    lease->total != total || lease->begun != begun)
		fail_msg("%s: 192.0.2.%u for %u s since %jd, from 192.0.2.%u", shows,
		         lease->address.octet[3], lease->total, (intmax_t)lease->begun,
		         lease->server.octet[3]);
}

static inline void check_id(const char *shows, const struct client_lease *lease, const char *id,
                            size_t length)
{
	if (lease->client_id.length != length || memcmp(lease->client_id.data, id, length))
		fail_msg("%s: a client identifier of %u octets, not the expected one of %zu", shows,
		         lease->client_id.length, length);
}

static inline void check_texts(lease_reader *reader, const struct lease_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct lease_text *it = &texts[i];
		struct client_lease lease;

		if (read_part(reader, it->text, strlen(it->text), "eth0", &lease) != !!it->last)
			fail_msg("%s is %s", it->text, it->last ? "refused" : "accepted");
		if (it->last)
			check_lease(it->text, &lease, it->last, it->total, it->begun);
	}
}

#define CHECK_TEXTS(reader, texts) check_texts(reader, texts, sizeof(texts) / sizeof(*(texts)))

/* What a client identifier is written as. */
struct id_text {
	const char *text;
	size_t length; /* of the client identifier, which begins as `id` */
};

/* `format`: a file that the identifier is put into. */
static inline void check_ids(lease_reader *reader, const char *format, const char *id,
                             const struct id_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct client_lease lease;
		char text[1024];

		snprintf(text, sizeof(text), format, texts[i].text);
		assert_true(read_part(reader, text, strlen(text), "eth0", &lease));
		check_id(texts[i].text, &lease, id, texts[i].length);
	}
}

#define CHECK_IDS(reader, format, id, texts) \
	check_ids(reader, format, id, texts, sizeof(texts) / sizeof(*(texts)))

static char root[128]; /* with characters that are special in a pattern */

static inline int make_root(void **state)
{
	const int err = make_directory(state);

	strcpy(root, file("of [a]*"));
	return err || mkdir(root, 0755) ? -1 : 0;
}

/* The path below the root; makes its directories. */
static inline const char *place(const char *path)
{
	static char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	return whole;
}

static inline void write_at(const char *path, const void *octets, size_t length)
{
	const struct timeval written[] = { { .tv_sec = WRITTEN }, { .tv_sec = WRITTEN } };
	FILE *file = fopen(place(path), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(utimes(place(path), written), 0);
}

/* A lease of 192.0.2.`last` for 60 s, granted then. */
static inline void dhclient_at(const char *path, const char *interface, unsigned int last,
                               int64_t begun)
{
	char text[512];

	snprintf(text, sizeof(text),
	         "lease {\n  interface \"%s\";\n  fixed-address 192.0.2.%u;\n"
	         "  option dhcp-lease-time 60;\n  option dhcp-server-identifier 192.0.2.3;\n"
	         "  expire epoch %jd;\n}\n",
	         interface, last, (intmax_t)begun + 60);
	write_at(path, text, strlen(text));
}

#endif
