/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sleepproxy-agent itself, on the LAN of support_played_proxy.h. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_PROGRAM_ON_LAN_H
#define SLEEPPROXY_TESTS_PROGRAM_ON_LAN_H

#include "support_program.h"
#include "support_played_proxy.h"

static inline int set_up(void **state)
{
	return set_up_program(state) || make_lan(state);
}

static inline int tear_down(void **state)
{
	stop_proxies(state);
	return remove_directory(state);
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

#endif
