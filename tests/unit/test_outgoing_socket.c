// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of the frames that this machine sends are seen, and for which address they are. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/packet.h"
#include "net/arp.h"
#include "net/nd.h"
#include "net/outgoing_socket.h"
#include "support_lan.h"

BEFORE_EACH(make_namespace)

enum { VLAN = 5 };

static const struct mac own = { { 0x02, 0, 0, 0, 0, 0x20 } };
static const struct ipv6 sleeper6 = { { 0xfd, [15] = 0x20 } };
static struct iface iface;
static int listener, sender;

static void open_sockets(void)
{
	need_namespace();
	add_link("lan");
	assert_int_equal(iface_find("lan", &iface), 0);
	listener = outgoing_listen(&iface);
	sender = packet_open();
	assert_true(listener >= 0 && sender >= 0);
}

static void close_sockets(void)
{
	close(listener);
	close(sender);
}

/* Without the padding of packet_send. */
static void send_as_it_is(const struct packet *packet)
{
	const struct sockaddr_ll out = { .sll_family = AF_PACKET,
		                         .sll_ifindex = (int)iface.ifindex };

	assert_int_equal(sendto(sender, packet->octets, packet->length, 0,
	                        (const struct sockaddr *)&out, sizeof(out)),
	                 packet->length);
}

static void assert_seen(const struct packet *packet, const struct ipv6 *address, int kind,
                        uint16_t vlan)
{
	struct outgoing outgoing;

	send_as_it_is(packet);
	assert_int_equal(outgoing_receive(listener, &outgoing), 0);
	assert_memory_equal(&outgoing.address, address, sizeof(*address));
	assert_int_equal(outgoing.kind, kind);
	assert_int_equal(outgoing.vlan, vlan);
	assert_int_equal(outgoing.length, packet->length);
	assert_memory_equal(outgoing.frame, packet->octets, packet->length);
}

static void assert_not_seen(const struct packet *packet)
{
	struct outgoing outgoing;

	send_as_it_is(packet);
	assert_int_equal(outgoing_receive(listener, &outgoing), -EAGAIN);
}

static struct packet udp_to(const struct mac *to, uint16_t vlan, bool is_ipv4, size_t octets)
{
	static const uint8_t content[PACKET_MAX];
	const struct udp_ends ends = { .source = lan_address(2), .destination = lan_address(20) };
	const struct udp6_ends ends6 = { .source = sleeper6, .destination = sleeper6 };
	struct packet packet;

	packet_start(&packet, to, &own, vlan, is_ipv4 ? ETH_P_IP : ETH_P_IPV6);
	if (is_ipv4)
		packet_add_udp(&packet, &ends, content, octets);
	else
		packet_add_udp6(&packet, &ends6, content, octets);
	return packet;
}

TEST(packets_to_its_own_mac_are_seen)
{
	const struct ipv6 sleeper = ipv4_mapped(lan_address(20));
	struct packet packet;

	open_sockets();
	for (uint16_t vlan = 0; vlan <= VLAN; vlan += VLAN) {
		packet = udp_to(&own, vlan, true, 10);
		assert_seen(&packet, &sleeper, OUTGOING_PACKET, vlan);
		packet = udp_to(&own, vlan, false, 10);
		assert_seen(&packet, &sleeper6, OUTGOING_PACKET, vlan);
	}
	packet = udp_to(&own, 0, true, 1472);
	assert_seen(&packet, &sleeper, OUTGOING_PACKET, 0);
	close_sockets();
}

TEST(what_asks_for_an_address_is_seen_wherever_it_goes)
{
	const struct ipv6 sleeper = ipv4_mapped(lan_address(20));
	const struct mac *to[] = { &MAC_BROADCAST, &host_mac, &own };
	struct packet packet;

	open_sockets();
	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++)
		for (uint16_t vlan = 0; vlan <= VLAN; vlan += VLAN) {
			arp_write_request(&packet, to[i], &own, lan_address(2), lan_address(20),
			                  vlan);
			assert_seen(&packet, &sleeper, OUTGOING_QUESTION, vlan);
			nd_write_solicitation(&packet, to[i], &own, &sleeper6, &sleeper6, vlan);
			assert_seen(&packet, &sleeper6, OUTGOING_QUESTION, vlan);
		}
	close_sockets();
}

/* Of UDP from a socket, which the kernel leaves to the card. */
TEST(checksums_are_complete)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		                        .sin_port = htons(9),
		                        .sin_addr.s_addr = inet_addr("192.0.2.20") };
	struct outgoing outgoing;
	uint16_t zero;
	int udp;

	open_sockets();
	HERE("ethtool -K lan tx on >/dev/null && ip addr add 192.0.2.2/24 dev lan && "
	     "ip neigh add 192.0.2.20 lladdr 02:00:00:00:00:20 dev lan");
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(sendto(udp, "12345678", 8, 0, (const struct sockaddr *)&to, sizeof(to)),
	                 8);
	do /* the kernel asks for addresses of its own */
		assert_int_equal(outgoing_receive(listener, &outgoing), 0);
	while (outgoing.kind == OUTGOING_QUESTION);
	assert_int_equal(outgoing.length, 50);
	/* the pseudo header: both addresses, in the frame before UDP; protocol and length */
	memcpy(outgoing.frame + 22, ((uint8_t[]){ 0, IPPROTO_UDP, 0, 16 }), 4);
	zero = internet_checksum(outgoing.frame + 22, 28);
	assert_int_equal(zero, 0);
	close(udp);
	close_sockets();
}

TEST(what_it_says_as_a_dhcp_server_is_seen_wherever_it_goes)
{
	const struct udp_ends ends = { .destination = lan_address(20), .destination_port = 68 };
	const struct udp6_ends ends6 = { .destination = sleeper6, .destination_port = 546 };
	const struct ipv6 sleeper = ipv4_mapped(lan_address(20));
	struct packet packet;

	open_sockets();
	for (uint16_t vlan = 0; vlan <= VLAN; vlan += VLAN) {
		packet_start(&packet, &host_mac, &own, vlan, ETH_P_IP);
		packet_add_udp(&packet, &ends, "", 1);
		assert_seen(&packet, &sleeper, OUTGOING_DHCP, vlan);
		packet_start(&packet, &host_mac, &own, vlan, ETH_P_IPV6);
		packet_add_udp6(&packet, &ends6, "", 1);
		assert_seen(&packet, &sleeper6, OUTGOING_DHCP, vlan);
	}
	close_sockets();
}

TEST(nothing_else_is)
{
	struct packet packet;

	open_sockets();
	packet = udp_to(&host_mac, 0, true, 10);
	assert_not_seen(&packet);
	packet = udp_to(&host_mac, VLAN, false, 10);
	assert_not_seen(&packet);
	packet = udp_to(&own, 0, true, 10);
	packet.length = ETH_HLEN + 19; /* it has no whole header */
	assert_not_seen(&packet);
	packet_start(&packet, &own, &own, 0, ETH_P_LOOPBACK);
	packet.length = ETH_ZLEN;
	assert_not_seen(&packet);
	arp_write_request(&packet, &MAC_BROADCAST, &own, lan_address(2), lan_address(20), 0);
	packet.length = ETH_ZLEN; /* as the daemon sends it */
	assert_not_seen(&packet);
	close_sockets();
}
