// SPDX-License-Identifier: GPL-2.0-or-later
/* Peers on packet sockets, in the forms that such programs have: a ring, or call by call. */
#include <endian.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include "frames.h"
#include "measure.h"
#include "peers.h"

enum {
	BLOCK = 1 << 18,
	BLOCKS = 64,
	SLOT = 256,
	SLOTS = BLOCK / SLOT,
	AT_SLOT_FRAME = TPACKET_ALIGN(sizeof(struct tpacket3_hdr)),
	RETIRE_MS = 1,
	ROOM = 1 << 28, /* no frame is lost for want of room */
};

static const __u64 own_mac = MAC_PROXY;

static bool is_host(__u32 address)
{
	return be32toh(address) >> 20 == NET_HOSTS >> 20;
}

static void set(int fd, int option, int value)
{
	need(!setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)), "set up a packet socket");
}

static int open_socket(void)
{
	const int fd = socket(AF_PACKET, SOCK_RAW, 0), room = ROOM;

	need(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)),
	     "open a packet socket");
	set(fd, PACKET_QDISC_BYPASS, 1);
	return fd;
}

static void listen_to(int fd, int interface, __u16 protocol)
{
	const struct sockaddr_ll address = { .sll_family = AF_PACKET,
		                             .sll_protocol = htobe16(protocol),
		                             .sll_ifindex = interface };

	need(!bind(fd, (const void *)&address, sizeof(address)), "bind a packet socket");
	peer_is_ready();
}

/* A request for a host becomes the answer, in place. False: it is none. */
static bool make_answer(void *octets, size_t count)
{
	struct frame *frame = octets;
	struct ipv4 target;
	__u32 address;

	if (count < ARP_OCTETS || frame->arp.operation != htobe16(ARP_REQUEST))
		return false;
	target = frame->arp.target;
	memcpy(&address, &target, sizeof(address));
	if (!is_host(address))
		return false;
	memcpy(frame->eth.h_dest, frame->eth.h_source, ETH_ALEN);
	memcpy(frame->eth.h_source, &own_mac, ETH_ALEN);
	frame->arp.operation = htobe16(ARP_REPLY);
	frame->arp.target_mac = frame->arp.sender_mac;
	frame->arp.target = frame->arp.sender;
	memcpy(&frame->arp.sender_mac, &own_mac, ETH_ALEN);
	frame->arp.sender = target;
	return true;
}

void recvfrom_answer(int interface)
{
	const int fd = open_socket();
	__u8 frame[FRAME_OCTETS];

	listen_to(fd, interface, ETH_P_ARP);
	for (;;) {
		const ssize_t octets = recvfrom(fd, frame, sizeof(frame), 0, NULL, NULL);

		if (octets > 0 && make_answer(frame, (size_t)octets))
			sendto(fd, frame, (size_t)octets, 0, NULL, 0);
	}
}

/* Rings of one socket: what comes in, in blocks; behind them slots of what goes out. */
struct rings {
	int fd;
	__u8 *blocks, *slots;
	unsigned block, slot;
};

static void rings_open(struct rings *rings)
{
	struct tpacket_req3 in = { .tp_block_size = BLOCK,
		                   .tp_block_nr = BLOCKS,
		                   .tp_frame_size = SLOT,
		                   .tp_frame_nr = BLOCKS * SLOTS,
		                   .tp_retire_blk_tov = RETIRE_MS };
	struct tpacket_req3 out = { .tp_block_size = BLOCK,
		                    .tp_block_nr = 1,
		                    .tp_frame_size = SLOT,
		                    .tp_frame_nr = SLOTS };

	rings->fd = open_socket();
	set(rings->fd, PACKET_VERSION, TPACKET_V3);
	need(!setsockopt(rings->fd, SOL_PACKET, PACKET_RX_RING, &in, sizeof(in)) &&
	             !setsockopt(rings->fd, SOL_PACKET, PACKET_TX_RING, &out, sizeof(out)),
	     "make rings");
	rings->blocks =
		mmap(NULL, (BLOCKS + 1) * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, rings->fd, 0);
	need(rings->blocks != MAP_FAILED, "map the rings");
	rings->slots = rings->blocks + BLOCKS * BLOCK;
}

static void rings_flush(const struct rings *rings)
{
	send(rings->fd, NULL, 0, MSG_DONTWAIT);
}

static void rings_send(struct rings *rings, const void *frame, __u32 octets)
{
	struct tpacket3_hdr *slot = (void *)(rings->slots + SLOT * (rings->slot++ % SLOTS));

	while (__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE)
		rings_flush(rings);
	memcpy((__u8 *)slot + AT_SLOT_FRAME, frame, octets);
	slot->tp_len = octets;
	slot->tp_next_offset = 0;
	__atomic_store_n(&slot->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
}

static void answer_block(struct rings *rings, const struct tpacket_hdr_v1 *block, __u8 *octets)
{
	__u8 *at = octets + block->offset_to_first_pkt;

	for (__u32 i = 0; i < block->num_pkts; i++) {
		const struct tpacket3_hdr *packet = (const void *)at;

		if (make_answer(at + packet->tp_mac, packet->tp_snaplen))
			rings_send(rings, at + packet->tp_mac, packet->tp_snaplen);
		at += packet->tp_next_offset;
	}
	rings_flush(rings);
}

void tpacket_answer(int interface)
{
	struct rings rings = { 0 };
	struct pollfd ready = { .events = POLLIN };

	rings_open(&rings);
	listen_to(rings.fd, interface, ETH_P_ARP);
	ready.fd = rings.fd;
	for (;;) {
		__u8 *octets = rings.blocks + BLOCK * (rings.block % BLOCKS);
		struct tpacket_hdr_v1 *block = &((struct tpacket_block_desc *)octets)->hdr.bh1;

		if (!(__atomic_load_n(&block->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
			poll(&ready, 1, -1);
			continue;
		}
		answer_block(&rings, block, octets);
		__atomic_store_n(&block->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		rings.block++;
	}
}

enum { AT_MAGIC_MACS = 6, MAGIC_MACS = 16 };

struct magic_frame {
	struct ethhdr eth;
	__u8 payload[AT_MAGIC_MACS + MAGIC_MACS * ETH_ALEN];
} __attribute__((packed));

static struct magic_frame make_magic(__u64 mac)
{
	struct magic_frame magic = { .eth.h_proto = htobe16(0x0842) };

	memset(magic.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(magic.eth.h_source, &own_mac, ETH_ALEN);
	memset(magic.payload, 0xff, AT_MAGIC_MACS);
	for (unsigned i = 0; i < MAGIC_MACS; i++)
		memcpy(magic.payload + AT_MAGIC_MACS + ETH_ALEN * i, &mac, ETH_ALEN);
	return magic;
}

void sniffer_wake(int interface)
{
	const int fd = open_socket();
	struct frame frame;

	listen_to(fd, interface, ETH_P_IP);
	while (recv(fd, &frame, sizeof(frame), 0) >= 0) {
		struct magic_frame magic;

		if (frame.ip.protocol != IPPROTO_TCP || !frame.tcp.syn || frame.tcp.ack ||
		    !is_host(frame.ip.daddr))
			continue;
		magic = make_magic(mac_of_host(be32toh(frame.ip.daddr) - NET_HOSTS, SEQUENTIAL));
		send(fd, &magic, sizeof(magic), 0);
	}
}
