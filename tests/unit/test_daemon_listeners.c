// SPDX-License-Identifier: GPL-2.0-or-later
/* Which listeners of an interface start, stop or start anew, as it and the configuration change. */
#include "test.h"

#include "support_daemon.h"

#define BIT(kind) (1U << LISTENER_##kind)

enum { ALL = (1 << LISTENERS) - 1 };

static unsigned int running(void)
{
	unsigned int kinds = 0;

	for (size_t i = 0; i < LISTENERS; i++)
		kinds |= (unsigned int)!!daemon_.served->listeners[i] << i;
	return kinds;
}

/* Those that are not the ones of before. */
static unsigned int started(void)
{
	unsigned int kinds = 0;

	for (size_t i = 0; i < LISTENERS; i++)
		if (daemon_.served->listeners[i])
			strcpy(daemon_.served->listeners[i]->iface.name, "before");
	listeners_follow(&daemon_);
	for (size_t i = 0; i < LISTENERS; i++)
		if (daemon_.served->listeners[i] &&
		    strcmp(daemon_.served->listeners[i]->iface.name, "before") != 0)
			kinds |= 1U << i;
	return kinds;
}

TEST(listeners_are_those_that_the_configuration_wants)
{
	assert_int_equal(running(), ALL & ~BIT(NPP)); /* as support_daemon.h configures */
	assert_int_equal(started(), 0);
	daemon_.config.npp.on = true;
	assert_int_equal(started(), BIT(NPP));
	daemon_.config.memberships = false;
	assert_int_equal(started(), 0);
	assert_int_equal(running(), ALL & ~BIT(GROUP));
	daemon_.config.npp.on = false;
	daemon_.config.memberships = true;
	assert_int_equal(started(), BIT(GROUP));
	assert_int_equal(running(), ALL & ~BIT(NPP));
}

TEST(a_listener_starts_anew_with_another_setting)
{
	daemon_.config.npp.on = true;
	listeners_follow(&daemon_);
	daemon_.config.learn = !daemon_.config.learn;
	assert_int_equal(started(), BIT(ND));
	daemon_.config.npp.icmp_type++;
	assert_int_equal(started(), BIT(NPP));
	assert_int_equal(running(), ALL);
}

TEST(a_listener_starts_anew_on_another_interface)
{
	const uint32_t ifindex = daemon_.served->iface.ifindex;

	daemon_.config.npp.on = true;
	listeners_follow(&daemon_);
	daemon_.served->iface.mac.octet[5]++;
	assert_int_equal(started(), BIT(NPP) | BIT(OUTGOING));
	daemon_.served->iface.ifindex = if_nametoindex("lo");
	assert_int_equal(started(), ALL);
	daemon_.served->iface.ifindex = ifindex;
	assert_int_equal(started(), ALL);
}

TEST(nobody_listens_where_nothing_is_attached)
{
	daemon_.served->state = SERVED_DETACHED;
	assert_int_equal(started(), 0);
	assert_int_equal(running(), 0);
	daemon_.served->state = SERVED_ATTACHED;
	assert_int_equal(started(), ALL & ~BIT(NPP));
	listeners_stop(daemon_.served);
	assert_int_equal(running(), 0);
}

/* It is tried again, and what failed is closed. */
TEST(a_listener_that_fails_is_not_there)
{
	const uint32_t ifindex = daemon_.served->iface.ifindex;

	daemon_.config.npp.on = true;
	daemon_.served->iface.ifindex = INT32_MAX;
	assert_int_equal(started() & ~BIT(DHCP), 0);
	assert_int_equal(running() & ~BIT(DHCP), 0); /* DHCP's is there without a family */
	daemon_.served->iface.ifindex = ifindex;
	assert_int_equal(started(), ALL);
}
