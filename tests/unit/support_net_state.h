/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network's state in a namespace for each test, up to date. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_NET_STATE_H
#define SLEEPPROXY_TESTS_NET_STATE_H

#include "net/net_state.h"
#include "support_netns.h"

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

#endif
