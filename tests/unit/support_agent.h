/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent reads and writes: settings, host info, registrations, files of DHCP clients (those
 * in samples/leases came from the programs that they are named after); and sleepproxy-agent itself,
 * with files of the test's own, on the LAN of support_proxies.h. Include after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_AGENT_H
#define SLEEPPROXY_TESTS_AGENT_H

#include <limits.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "agent/host_info.h"
#include "agent/settings.h"
#include "agent/state_file.h"
#include "agent/system_info.h"
#include "npp/npp_message.h"
#include "support_files.h"
#include "support_octets.h"
#include "support_proxies.h"

static inline struct ipv6 lan_address6(uint8_t last)
{
	return (struct ipv6){ { 0x20, 0x01, 0x0d, 0xb8, [15] = last } };
}

/* As it comes from the proxy; refers to `octets`. */
static inline struct npp_packet datagram_of(struct npp_message *message,
                                            uint8_t octets[NPP_MESSAGE_MAX])
{
	struct npp_packet datagram = {
		.from = proxy_mac,
		.to = host_mac,
		.source = proxy_address,
		.destination = lan_address(20),
		.octets = octets,
	};

	datagram.length = npp_message_write(message, NPP_ICMP_TYPE, octets);
	assert_true(datagram.length > 0);
	return datagram;
}

static inline struct settings some_settings(void)
{
	struct settings settings;

	settings_init(&settings);
	return settings;
}

/* Of 192.0.2.20 and further addresses, and nothing else. */
static inline struct host_info some_host_info(size_t addresses)
{
	struct host_info host_info = { .mac = host_mac };

	for (; host_info.ipv4_count < addresses; host_info.ipv4_count++)
		host_info.addresses[host_info.ipv4_count] =
			ipv4_mapped(lan_address((uint8_t)(20 + host_info.ipv4_count)));
	host_info.address_count = addresses;
	return host_info;
}

static inline void add_address6(struct host_info *host_info, uint8_t last)
{
	host_info->addresses[host_info->address_count++] = lan_address6(last);
}

static inline struct proxy_registration a_registration(uint8_t proxy)
{
	struct proxy_registration registration = {
		.interface = "eth0",
		.proxy = lan_address(proxy),
		.proxy_mac = proxy_mac,
		.transaction = (uint16_t)(0x1200 + proxy),
		.client = (uint16_t)(4710 + proxy),
		.when = "2026-11-23T12:00:00.000Z",
		.host_info = some_host_info(2),
	};

	registration.host_info.has_ports = true;
	return registration;
}

/* With all members. */
static inline struct proxy_registration a_full_registration(uint8_t proxy)
{
	struct proxy_registration registration = a_registration(proxy);
	struct host_info *host_info = &registration.host_info;

	registration.key = 7;
	registration.signed_at = 1795432000;
	registration.signed_count = 3;
	host_info->has_lease = true;
	host_info->lease = (struct client_lease){ .server = lan_address(3),
		                                  .total = DHCP_INFINITE,
		                                  .left = 3600,
		                                  .client_id = { 3, { 1, 2, 0xff } } };
	host_info->has_lease6 = true;
	host_info->lease6 = (struct dhcp6_lease){ .client = { 3, { 0, 3, 1 } },
		                                  .server = { 3, { 0, 3, 2 } },
		                                  .iaid = 32,
		                                  .t1 = 900,
		                                  .t2 = 1800,
		                                  .addresses = { { lan_address6(1), 2700, 3600 } },
		                                  .address_count = 1 };
	strcpy(host_info->hostname, "nas");
	host_info->timer = 28800;
	host_info->wake = (struct wake_ports){
		.ports = { { IPPROTO_TCP, 0 }, { IPPROTO_UDP, 161 } }, .count = 2, .summed_up = true
	};
	add_address6(host_info, 1);
	host_info->backup_of = lan_address(1);
	host_info->missed[0] = MISSED_ND;
	host_info->missed_count = 1;
	return registration;
}

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

#define assert_contains(text, part) \
	do { \
		if (!strstr(text, part)) \
			fail_msg("'%s' is not in '%s'", part, text); \
	} while (0)

static char program[PATH_MAX + 64];
static char printed[8192], complained[8192]; /* by the last run */

/* The tests' programs are in tests/unit, below where it is built. */
static inline void find_program(void)
{
	ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);

	assert_true(length > 0);
	program[length] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(program, '/') = '\0';
	strcat(program, "/sleepproxy-agent");
	assert_int_equal(access(program, X_OK), 0);
}

static inline void configure(const char *text)
{
	write_file("agent.conf", text);
}

/* Its exit status; without --config and --state. */
static inline int agent_bare(const char *arguments)
{
	char command[PATH_MAX + 1024];
	int status;

	snprintf(command, sizeof(command), "%s %s >%s/out 2>%s/err", program, arguments, directory,
	         directory);
	status = system(command);
	assert_true(WIFEXITED(status));
	read_file("out", printed);
	read_file("err", complained);
	return WEXITSTATUS(status);
}

static inline int agent(const char *arguments)
{
	char all[512];

	snprintf(all, sizeof(all), "--config %s/agent.conf --state %s/run/state.json %s", directory,
	         directory, arguments);
	return agent_bare(all);
}

static inline int set_up_program(void **state)
{
	if (make_directory(state))
		return -1;
	find_program();
	configure("interface = lan\nwait = 3s\nreport-wait = 3s\n");
	return 0;
}

static inline int set_up_program_on_lan(void **state)
{
	return set_up_program(state) || make_lan(state);
}

static inline int tear_down_program(void **state)
{
	stop_proxies(state);
	return remove_directory(state);
}

#endif
