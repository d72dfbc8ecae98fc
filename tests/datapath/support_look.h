/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index of a testbed, and rows of its maps, as bpftool writes them. */
#ifndef SLEEPPROXY_TESTS_LOOK_H
#define SLEEPPROXY_TESTS_LOOK_H

#include "index_look.h"
#include "support_testbed.h"

/*
 * As if the daemon had just looked, which is believed for a while, or until the next look; or as if
 * it had not.
 */
struct index_look testbed_look(struct testbed *testbed);
void testbed_believe_look(struct testbed *testbed);
void testbed_forget_look(struct testbed *testbed);
bool testbed_believes_look(struct testbed *testbed);

/* As if no host had been found AWAKE: with many hosts that is believed for half a second. */
void testbed_forget_awake(struct testbed *testbed);

/* Of so many hosts and more a look is believed for longer. */
extern __u64 testbed_few;

/* As if nobody had been told where a host is. */
void testbed_forget_notices(struct testbed *testbed);

/* NULL deletes. */
void testbed_put_host(struct testbed *testbed, const struct mac *mac,
                      const struct host_entry *host);
void testbed_put_address(struct testbed *testbed, struct ipv4 address, const struct mac *mac);
void testbed_put_address6(struct testbed *testbed, struct ipv6 address, const struct mac *mac);

#endif
