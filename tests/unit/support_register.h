/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of hosts, carried out as the daemon does. Include after test.h. */
#ifndef SLEEPPROXY_TESTS_REGISTER_H
#define SLEEPPROXY_TESTS_REGISTER_H

#include "register/register.h"
#include "support_hosts.h"

static const struct ipv4 first_proxy = { { 192, 0, 2, 3 } };

enum { TRANSACTION = 0x1234 };

struct registration_test {
	struct host_table *table;
	struct registrar *registrar;
	struct now now;
	bool ask; /* of the last request that was submitted */
};

static inline void registration_test_start(struct registration_test *test)
{
	*test = (struct registration_test){
		.table = host_table_new(),
		.registrar = calloc(1, sizeof(struct registrar)),
		.now = now,
	};
	assert_non_null(test->table);
	assert_non_null(test->registrar);
}

static inline void registration_test_stop(struct registration_test *test)
{
	struct pending_registration left;

	while (register_due(test->registrar, INT64_MAX, &left))
		;
	assert_int_equal(test->registrar->count, 0);
	free(test->registrar);
	host_table_free(test->table);
}

/* The one of the tests of register: BEFORE_EACH(set_up), AFTER_EACH(tear_down). */
static struct registration_test test;

static inline int set_up(void **state)
{
	(void)state;
	registration_test_start(&test);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	registration_test_stop(&test);
	return 0;
}

/* Between the rows of a table. */
static inline void start_anew(void)
{
	registration_test_stop(&test);
	registration_test_start(&test);
}

/* Each with a digest of its own. */
static inline struct registration_request request_of(struct mac mac, struct ipv4 address)
{
	static uint64_t digest = 1000;

	return (struct registration_request){
		.mac = mac,
		.interface = "lan",
		.source = address,
		.transaction = TRANSACTION,
		.digest = ++digest,
		.addresses = { { ipv4_mapped(address), ROLE_NONE, true } },
		.address_count = 1,
	};
}

/* A further part of a request, without an address. */
static inline struct registration_request part_of(struct mac mac)
{
	struct registration_request part = request_of(mac, nas_address);

	part.address_count = 0;
	return part;
}

static inline struct registration_request part_with_port(struct mac mac, uint16_t port)
{
	struct registration_request part = part_of(mac);

	part.has_ports = true;
	part.ports[0] = (struct wake_port){ IPPROTO_TCP, port };
	part.port_count = 1;
	return part;
}

static inline struct host *add_host(struct host_table *table, const struct mac *mac)
{
	char name[HOST_NAME_MAX_SIZE];
	struct host *host;

	host_name_from_mac(mac, name);
	host = host_table_add(table, mac, name);
	assert_non_null(host);
	return host;
}

/* By people, with one address. */
static inline struct host *describe_host(struct host_table *table, const struct mac *mac,
                                         struct ipv4 address)
{
	const struct host_description description = { .addresses = { ipv4_mapped(address) },
		                                      .address_count = 1 };
	struct host *host = host_find_mac(table, mac);
	static uint64_t order;

	if (!host)
		host = add_host(table, mac);
	host->described = described_new(&description, DESCRIBED_BY_COMMAND, ++order);
	host_table_claim(table, host);
	return host;
}

static inline void set_registration(struct host_table *table, struct host *host,
                                    const struct registration_draft *draft)
{
	registration_free(host->registration);
	host->registration = registration_new(draft);
	assert_non_null(host->registration);
	host_table_claim(table, host);
}

/* As the daemon does once the row is stored. */
static inline struct host *carry_out(struct host_table *table,
                                     const struct pending_registration *pending)
{
	struct host *host = pending->host;

	if (!host)
		host = add_host(table, &pending->request.mac);
	set_registration(table, host, &pending->registration);
	return host;
}

/* Seen awake: its registration ends. */
static inline void host_is_up(struct host *host, int64_t boot)
{
	host->registration->active = false;
	host->registration->until = boot + REGISTRATION_LINGER;
}

/* The linger time is over: the Client Identifier alone is kept. */
static inline void registration_is_dropped(struct host_table *table, struct host *host)
{
	const struct registration_draft draft = {
		.head = { .client_id = host->registration->client_id,
		          .transaction = host->registration->transaction },
	};

	set_registration(table, host, &draft);
}

static inline enum reject_reason submit(struct registration_test *test,
                                        const struct registration_request *request)
{
	return register_submit(test->registrar, test->table,
	                       host_find_mac(test->table, &request->mac), request, NULL, &test->now,
	                       0, &test->ask);
}

static inline bool is_done(struct registration_test *test, const struct host *host, uint64_t digest)
{
	return register_progress(test->registrar, host, &nas, digest) == REQUEST_IS_DONE;
}

static inline bool is_pending(struct registration_test *test, const struct host *host,
                              const struct mac *mac, uint64_t digest)
{
	return register_progress(test->registrar, host, mac, digest) == REQUEST_IS_PENDING;
}

/* For a request that is another than those so far. */
static inline bool is_busy(struct registration_test *test, const struct host *host,
                           const struct mac *mac)
{
	const enum request_progress progress = register_progress(test->registrar, host, mac, 1);

	assert_true(progress == REQUEST_MUST_WAIT || progress == REQUEST_IS_NEW);
	return progress == REQUEST_MUST_WAIT;
}

/* … and nothing of it waits. */
static inline void rejects(struct registration_test *test,
                           const struct registration_request *request, enum reject_reason reason)
{
	assert_string_equal(reject_words[submit(test, request)].name, reject_words[reason].name);
	assert_true(register_deadline(test->registrar) == INT64_MAX);
}

/* Submitted, due, and carried out. */
static inline struct host *registers(struct registration_test *test,
                                     const struct registration_request *request)
{
	struct pending_registration pending;
	struct host *host;

	assert_int_equal(submit(test, request), REJECT_NONE);
	test->now.mono += test->ask ? REGISTER_CHECK_TIME : 0;
	assert_true(register_due(test->registrar, test->now.mono, &pending));
	host = carry_out(test->table, &pending);
	assert_false(register_due(test->registrar, test->now.mono, &pending));
	return host;
}

#endif
