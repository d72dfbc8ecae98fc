// SPDX-License-Identifier: GPL-2.0-or-later
/* Which listeners of an interface start, stop or start anew, as it and the configuration change. */
#include "test.h"

#include <linux/if_ether.h>
#include <netinet/icmp6.h>

#include "daemon/neighbours.h"
#include "net/arp.h"
#include "net/router_advert.h"
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

static struct group_link *link_of(uint16_t vlan, bool is_ipv6)
{
	return group_listener_link(&daemon_, daemon_.served->iface.ifindex, vlan, is_ipv6);
}

/* Whatever tags frames have. */
TEST(groups_are_known_of_vlans_with_hosts_alone)
{
	int known = 0;

	assert_null(link_of(10, false));
	command("{'command':'host-add','name':'host1','mac':'" MAC_TEXT "','vlan':10}", 1);
	tick();
	for (int vlan = 0; vlan <= UINT16_MAX; vlan++)
		known += link_of((uint16_t)vlan, false) != NULL;
	assert_int_equal(known, 2);
	assert_ptr_equal(link_of(10, false), link_of(10, false));
	assert_ptr_not_equal(link_of(10, false), link_of(0, false));
	assert_ptr_not_equal(link_of(10, false), link_of(10, true));
}

/* It is tried again, and what failed is closed. */
TEST(a_listener_that_fails_is_not_there)
{
	const uint32_t ifindex = daemon_.served->iface.ifindex;

	daemon_.config.npp.on = true;
	daemon_.served->iface.ifindex = INT32_MAX;
	/* those that are there hear nothing: DHCP's without a family, and that of routers */
	assert_int_equal(started() & ~(BIT(DHCP) | BIT(ROUTER)), 0);
	assert_int_equal(running() & ~(BIT(DHCP) | BIT(ROUTER)), 0);
	daemon_.served->iface.ifindex = ifindex;
	assert_int_equal(started(), ALL);
}

static const struct mac lan_mac = { { 0x02, 0, 0, 0, 0, 0x20 } };

/* Passes the filter in the kernel, and is none of what is listened for. */
static void write_dhcp(struct packet *packet)
{
	const struct udp_ends ends = { .destination_port = 67 };

	packet_start(packet, &lan_mac, &host_mac, 0, ETH_P_IP);
	packet_add_udp(packet, &ends, "", 0);
}

static void write_dhcp6(struct packet *packet)
{
	const struct udp6_ends ends = { .destination_port = 547 };

	packet_start(packet, &lan_mac, &host_mac, 0, ETH_P_IPV6);
	packet_add_udp6(packet, &ends, "", 0);
}

static void write_arp(struct packet *packet)
{
	const struct ipv4 address = { { 10, 9, 0, 2 } };

	arp_write_request(packet, &MAC_BROADCAST, &host_mac, address, address, 0);
	packet->octets[ETH_HLEN + 1] = 6; /* another hardware */
}

static void write_outgoing(struct packet *packet)
{
	static const uint8_t cut[19];

	packet_start(packet, &lan_mac, &lan_mac, 0, ETH_P_IP);
	packet_add(packet, cut, sizeof(cut));
}

static void write_advert(struct packet *packet)
{
	static const uint8_t advert[16] = { ND_ROUTER_ADVERT };
	const struct ipv6 source = { { 0xfe, 0x80, [15] = 9 } };
	const struct ipv6 all_nodes = { { 0xff, 0x02, [15] = 1 } };

	packet_start(packet, &lan_mac, &host_mac, 0, ETH_P_IPV6);
	packet_add_icmp6(packet, &source, &all_nodes, advert, sizeof(advert));
	packet->octets[ETH_HLEN + 7] = 64; /* hop limit: of a router off the link */
}

enum { FLOOD = 64 };

static const struct {
	const char *shows, *from;
	int listener;
	void (*write)(struct packet *packet);
} floods[] = {
	{ "DHCP", "lan0-end", LISTENER_DHCP, write_dhcp },
	{ "DHCPv6", "lan0-end", LISTENER_DHCP6, write_dhcp6 },
	{ "ARP", "lan0-end", LISTENER_ARP, write_arp },
	{ "what this machine sends", "lan0", LISTENER_OUTGOING, write_outgoing },
	{ "Router Advertisements", "lan0-end", LISTENER_ROUTER, write_advert },
};

static void flood(const char *from, void (*write)(struct packet *packet))
{
	struct packet packet;
	struct iface iface;

	write(&packet);
	assert_int_equal(iface_find(from, &iface), 0);
	for (int i = 0; i < FLOOD; i++)
		assert_int_equal(
			packet_send_octets(daemon_.packet_fd, &iface, packet.octets, packet.length),
			0);
}

/* Else others could keep the daemon from all else. */
TEST(what_is_not_listened_for_counts_in_what_is_read_before_a_rest)
{
	EACH_SHOWN(i, floods)
	{
		const struct paced_socket *socket =
			&daemon_.served->listeners[floods[i].listener]->socket;

		assert_true(event_pending(socket->event, EV_READ, NULL));
		flood(floods[i].from, floods[i].write);
		settle();
		assert_false(event_pending(socket->event, EV_READ, NULL));
		assert_true(event_pending(socket->resume_event, EV_TIMEOUT, NULL));
	}
}

static bool has_row(void)
{
	struct json_object *row = stored("SELECT row FROM link WHERE interface = ?", LAN);

	json_object_put(row);
	return row;
}

static void move_link(uint32_t ifindex)
{
	assert_int_equal(
		net_state_set_links(daemon_.net, &(struct net_link){ .ifindex = ifindex }, 1), 1);
	daemon_.served->iface.ifindex = ifindex;
	listeners_follow(&daemon_);
	settle();
}

TEST(what_routers_said_stays_stored_where_the_interface_has_another_number)
{
	const uint32_t ifindex = daemon_.served->iface.ifindex, gone = INT32_MAX;
	const struct ipv6 router = { { 0xfe, 0x80, [15] = 1 } };

	move_link(gone);
	net_state_advertise(daemon_.net, gone, &router, &(struct router_advert){ .lifetime = 1 },
	                    now.boot);
	router_listeners_tick(&daemon_);
	settle();
	assert_true(has_row());
	move_link(ifindex);
	assert_true(has_row());
	router_listeners_tick(&daemon_);
	now.mono += HOUR;
	net_state_expire(daemon_.net, INT64_MAX / 2);
	router_listeners_tick(&daemon_);
	settle();
	assert_false(has_row());
}
