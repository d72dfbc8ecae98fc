/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DHCP client that is listened to. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_LEARN_H
#define SLEEPPROXY_TESTS_LEARN_H

#include <string.h>

#include "dhcp/snoop.h"

static const struct lease_timing timing = { .floor = 60000 };
static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct ipv4 home = { { 192, 0, 2, 20 } }, elsewhere = { { 192, 0, 2, 99 } };
static const struct ipv4 router = { { 192, 0, 2, 1 } }, stranger = { { 192, 0, 2, 66 } };
static const struct ipv4 nowhere;

enum { START = 100000000, XID = 0x12345678, HOUR = 3600 };

static const struct dhcp_identity itself = {
	.client_id = { 7, { 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
	.hostname = { 3, "nas" },
	.parameters = { 3, { 1, 3, 6 } },
};

/* A client under test, and the clock. */
struct scene {
	struct dhcp_client client;
	int64_t now;
};

static inline struct scene nobody(void)
{
	return (struct scene){ .now = START };
}

static inline enum snooped hears(struct scene *scene, const struct dhcp_message *message)
{
	return learn(&scene->client, &timing, message, scene->now);
}

static inline struct dhcp_message said(enum dhcp_type type)
{
	return (struct dhcp_message){ .type = type, .xid = XID, .chaddr = nas, .identity = itself };
}

/* RFC 2131, 4.3.2: a client in SELECTING names the server, in INIT-REBOOT it does not. */
static inline enum snooped requests(struct scene *scene, struct ipv4 address, struct ipv4 server)
{
	struct dhcp_message request = said(DHCP_REQUEST);

	request.requested = address;
	request.server = server;
	return hears(scene, &request);
}

/* In RENEWING and REBINDING it has the address already. */
static inline enum snooped renews(struct scene *scene, struct ipv4 address)
{
	struct dhcp_message request = said(DHCP_REQUEST);

	request.ciaddr = address;
	return hears(scene, &request);
}

static inline struct dhcp_message ack_of(struct ipv4 address, uint32_t seconds)
{
	return (struct dhcp_message){
		.type = DHCP_ACK,
		.xid = XID,
		.chaddr = nas,
		.yiaddr = address,
		.server = router,
		.lease_time = seconds,
	};
}

static inline enum snooped is_granted(struct scene *scene, struct ipv4 address, uint32_t seconds)
{
	const struct dhcp_message ack = ack_of(address, seconds);

	return hears(scene, &ack);
}

static inline enum snooped is_refused(struct scene *scene)
{
	const struct dhcp_message nak = {
		.type = DHCP_NAK, .xid = XID, .chaddr = nas, .server = router
	};

	return hears(scene, &nak);
}

static inline struct scene bound(void)
{
	struct scene scene = nobody();

	assert_int_equal(requests(&scene, home, router), SNOOPED_REQUEST);
	scene.now += 20;
	assert_int_equal(is_granted(&scene, home, HOUR), SNOOPED_GRANT);
	return scene;
}

static inline void check_lease(const struct scene *scene, struct ipv4 address, struct ipv4 server)
{
	const struct lease *lease = &scene->client.lease;

	assert_string_equal(lease_state_name(lease->state), "bound");
	assert_memory_equal(&lease->address, &address, sizeof(address));
	assert_memory_equal(&lease->server, &server, sizeof(server));
	assert_false(lease->confirmed);
	assert_false(lease->kept);
}

static inline void check_unbounded(const struct scene *scene)
{
	const struct lease *lease = &scene->client.lease;

	assert_int_equal(lease->since, 0);
	assert_int_equal(lease->expires_at, 0);
}

/* By whom, and that nobody may use the address. */
static inline void check_refused(const struct scene *scene)
{
	assert_string_equal(lease_state_name(scene->client.lease.state), "lost");
	assert_string_equal(lease_result_name(scene->client.lease.result), "refused");
	assert_int_equal(scene->client.lease.result_at, scene->now);
	assert_memory_equal(&scene->client.lease.address, &home, sizeof(home));
}

static inline void check_none(const struct scene *scene)
{
	assert_string_equal(lease_state_name(scene->client.lease.state), "none");
	assert_memory_equal(&scene->client.lease.address, &nowhere, sizeof(nowhere));
}

#endif
