// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of its own addresses the machine sends from, by a real kernel, each test in a namespace. */
#include "test.h"

#include <net/if.h>

#include "support_net_state.h"

TEST(a_link_local_address_to_ask_from)
{
	const struct ipv6 own = ip("fe80::20");
	struct ipv6 found;

	need_namespace();
	add_link("lan");
	HERE("ip address flush dev lan");
	assert_false(net_link_local(net_now(), if_nametoindex("lan"), &found));
	HERE("echo 8 >/proc/sys/net/ipv6/conf/lan/dad_transmits && "
	     "ip address add fe80::99/64 dev lan && ip address add fd00::20/64 dev lan nodad");
	assert_false(net_link_local(net_now(), if_nametoindex("lan"),
	                            &found)); /* it may yet be another's */
	HERE("ip address add fe80::20/64 dev lan nodad");
	assert_true(net_link_local(net_now(), if_nametoindex("lan"), &found));
	assert_memory_equal(&found, &own, sizeof(own));
	assert_false(net_link_local(net_now(), if_nametoindex("lo"), &found));
}

static void near(const char *interface, const char *peer, const char *expected)
{
	const struct ipv4 address = v4(peer ? peer : "0.0.0.0"), own = v4(expected);
	const struct ipv4 found =
		net_source_address(net_now(), if_nametoindex(interface), peer ? &address : NULL);

	assert_memory_equal(&found, &own, sizeof(own));
}

TEST(which_one_to_ask_from)
{
	need_namespace();
	add_link("lan");
	add_link("other");
	near("lan", "192.0.2.1", "0.0.0.0"); /* not from the loopback's */
	HERE("ip address add 198.51.100.20/24 dev other");
	near("lan", "192.0.2.1", "198.51.100.20");
	HERE("ip address add 10.0.0.20/24 dev lan && ip address add 192.0.2.20/24 dev lan");
	near("lan", "192.0.2.1", "192.0.2.20");
	near("lan", "10.0.0.1", "10.0.0.20");
	near("lan", "198.51.100.1", "10.0.0.20");
	near("lan", NULL, "10.0.0.20");
	near("other", "192.0.2.1", "198.51.100.20");
	near("lo", "127.0.0.1", "10.0.0.20");
	HERE("ip address del 10.0.0.20/24 dev lan");
	near("lan", "10.0.0.1", "192.0.2.20");
	HERE("ip address add 192.0.2.130/25 dev lan"); /* the longest prefix */
	near("lan", "192.0.2.129", "192.0.2.130");
}
