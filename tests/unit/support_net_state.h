/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of the network, each test in a namespace. For one program each: it has
 * fixtures. Include after test.h.
 */
#ifndef SLEEPPROXY_TESTS_NET_STATE_H
#define SLEEPPROXY_TESTS_NET_STATE_H

#include "base/text.h"
#include "net/net_state.h"
#include "support_lan.h"

static struct net_state *opened;

/* Opened by the first call, by notices alone from then on. */
static inline struct net_state *net_now(void)
{
	if (!opened)
		assert_int_equal(net_state_open(&opened), 0);
	assert_true(net_state_read(opened) >= 0);
	assert_int_equal(net_state_refresh(opened), 0);
	return opened;
}

static inline int close_net_state(void **state)
{
	(void)state;
	net_state_close(opened);
	opened = NULL;
	return 0;
}

static inline struct ipv6 ip(const char *text)
{
	struct ipv6 address;

	assert_int_equal(text_to_ip(text, &address), 0);
	return address;
}

static inline struct ipv4 v4(const char *text)
{
	const struct ipv6 address = ip(text);

	return ip_to_ipv4(&address);
}

BEFORE_EACH(make_namespace)
AFTER_EACH(close_net_state)

#endif
