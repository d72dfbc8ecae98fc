/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts say of their addresses by Neighbor Discovery, by chance, and what is learnt of it.
 * Include after hosts.h.
 */
#ifndef SLEEPPROXY_TESTS_DAEMON_PROPERTIES_LEARNING
#define SLEEPPROXY_TESTS_DAEMON_PROPERTIES_LEARNING

#include "daemon/neighbours.h"

enum {
	A_DAY = 86400,     /* s */
	ASKED_IN_VAIN = 4, /* so often, and it is dropped */
};

/* The datapath has a frame of the host, and the address was seen long ago: the host is asked. */
static void ask_for(struct host *host, const struct ipv6 *address)
{
	struct host_entry entry;

	for (size_t i = 0; host->learnt && i < host->learnt->count; i++)
		if (ip_equal(&host->learnt->list[i].address, address))
			host->learnt->list[i].at = (uint32_t)(now.boot / 1000) - A_DAY;
	assert_int_equal(hosts_get(daemon_.datapath, &host->mac, &entry), 0);
	entry.last_seen = (uint64_t)clock_ms() / 1000;
	assert_int_equal(hosts_put(daemon_.datapath, &host->mac, &entry), 0);
	tick();
	entry.last_seen = 0; /* registrations count on it */
	assert_int_equal(hosts_put(daemon_.datapath, &host->mac, &entry), 0);
}

/* Other hosts that are up have lost it. */
static void learn(int index, int address)
{
	const uint32_t bit = 1U << address;

	for (int i = 0; i < HOSTS && !(model.hosts[index].learnt & bit); i++)
		if (i != index && why_of(i, address) != WHY_NOT && state_of(i) == AWAKE)
			model.hosts[i].learnt &= ~bit;
	model.hosts[index].learnt |= bit;
}

/* It uses an address, and then answers for it, or not. */
static void op_use(void)
{
	const int index = (int)pick(HOSTS);
	const int address = ADDRESSES_IPV4 + (int)pick(ADDRESSES - ADDRESSES_IPV4);
	const bool is_more = why_of(index, address) <= WHY_LEARNT, answers = pick(4);
	struct nd_message message = { .type = ND_SOLICITATION, .address = address_at(address) };
	struct host *host = host_at(index);

	if (!host || model.hosts[index].invalid)
		return;
	message.is_probe = pick(2);
	daemon_learn(&daemon_, host, if_nametoindex(LAN), &message);
	for (int i = answers ? ASKED_IN_VAIN - 1 : 0; i < ASKED_IN_VAIN; i++)
		ask_for(host, &message.address);
	message.is_probe = false;
	if (answers)
		daemon_learn(&daemon_, host, if_nametoindex(LAN), &message);
	if (host->life.state != AWAKE)
		return;
	if (!answers)
		model.hosts[index].learnt &= ~(1U << address);
	else if (is_more)
		learn(index, address);
}

static void op_learn_nothing(void)
{
	daemon_.config.learn = false;
	tick();
	daemon_.config.learn = true;
	for (int i = 0; i < HOSTS; i++)
		model.hosts[i].learnt = 0;
}

#endif
