// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The benchmark's own programs: some send frames, some check and count what comes back, and the
 * others do the least that a program can do, for comparison. Frames are written with the widest
 * stores that fit: a wide load after narrow stores would measure the CPU's store buffer, which
 * frames from a network card do not pass through.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "traffic.h"

enum {
	AT_SOURCE = 6,
	AT_PROTOCOL = 12,
	AT_ARP_SENDER = 28,
	AT_ARP_TARGET = 38,
	AT_ARP_LAST = 40,
	AT_IPV4 = 14,
	AT_IPV4_ID = 18,
	AT_IPV4_FRAGMENT = 20,
	AT_IPV4_PROTOCOL = 23,
	AT_IPV4_CHECKSUM = 24,
	AT_IPV4_ADDRESSES = 26,
	AT_IPV4_DESTINATION = 30,
	AT_IPV4_HOST = 32,
	AT_IPV6_DESTINATION = 38,
	AT_ND_TARGET = 62,
	AT_TCP = 34,
	AT_TCP_OFFSET = 46,
	AT_TCP_FLAGS = 47,
	AT_TCP_CHECKSUM = 50,
	TCP_OCTETS = 20,
	PROTOCOL_TCP = 6,
	IPV4_PLAIN = 0x45,
	FRAGMENT_OFFSET = 0x1fff,
	TCP_OPENS = 0x02, /* SYN, of FIN, SYN, RST, ACK: */
	TCP_FLAGS = 0x17,
	AT_MAGIC = 14,
	AT_MAGIC_MACS = 20,
	MAGIC_MACS = 16,
	MAGIC_END = 116,
	SECURED_END = 120,
	MAC_OCTETS = 6,
	PROTOCOL_MAGIC = 0x0842,
	PROTOCOL_IPV4 = 0x0800,
};

/* vmlinux.h has only what the datapath itself needs */
#define BPF_MAP_TYPE_PROG_ARRAY 3
#define AT(type, data, offset) (*(type *)((data) + (offset)))

struct traffic traffic;
struct stamps stamps;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

static __always_inline __u32 random_u32(void)
{
	traffic.seed = traffic.seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return traffic.seed >> 32;
}

static __always_inline __u32 random_host(void)
{
	return (__u64)random_u32() * traffic.hosts >> 32;
}

static __always_inline void *frame_of(struct xdp_md *xdp, __u32 octets)
{
	void *data = (void *)(long)xdp->data;

	return data + octets <= (void *)(long)xdp->data_end ? data : NULL;
}

static __always_inline void copy_words(void *data, int words)
{
#pragma unroll
	for (int i = 0; i < QUESTION_WORDS; i++)
		if (i < words)
			AT(__u64, data, 8 * i) = traffic.request[i];
}

static __always_inline int ask_arp(void *data, __u32 address)
{
	copy_words(data, AT_ARP_LAST / 8);
	AT(__u32, data, AT_ARP_TARGET) = address;
	return XDP_TX;
}

/* Unicast, as where a neighbour is checked: to the address that is asked for. */
static __always_inline int ask_nd(struct xdp_md *xdp, __u32 address)
{
	void *data = frame_of(xdp, ND_OCTETS);
	__u64 host = (__u32)~address | (__u64)address << 32;

	if (!data)
		return XDP_ABORTED;
	copy_words(data, ND_OCTETS / 8);
	AT(__u32, data, ND_OCTETS / 8 * 8) = traffic.request[ND_OCTETS / 8];
	AT(__u16, data, ND_OCTETS / 8 * 8 + 4) = traffic.request[ND_OCTETS / 8] >> 32;
	AT(__u64, data, AT_IPV6_DESTINATION + 8) = host;
	AT(__u64, data, AT_ND_TARGET + 8) = host;
	return XDP_TX;
}

/* The identification makes up for the address in the header's checksum. */
static __always_inline int ask_echo(void *data, __u32 address)
{
	__u32 sum = (address & 0xffff) + (address >> 16);

	copy_words(data, FRAME_OCTETS / 8);
	AT(__u32, data, FRAME_OCTETS / 8 * 8) = traffic.request[FRAME_OCTETS / 8];
	AT(__u16, data, AT_IPV4_ID) = ~((sum & 0xffff) + (sum >> 16));
	AT(__u32, data, AT_IPV4_DESTINATION) = address;
	return XDP_TX;
}

SEC("xdp")
int request(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, FRAME_OCTETS);
	__u32 address;

	if (!data)
		return XDP_ABORTED;
	address = bpf_htonl(NET_HOSTS + random_host());
	traffic.asked += address;
	if (traffic.ask == ASK_ND)
		return ask_nd(xdp, address);
	return traffic.ask == ASK_ECHO ? ask_echo(data, address) : ask_arp(data, address);
}

static __always_inline __u64 difference(__u64 word, int i)
{
	return (word ^ traffic.answer[i]) & traffic.answer_mask[i];
}

/* Whole words, of that many octets. */
static __always_inline __u64 differences(void *data, int octets)
{
	__u64 wrong = 0;

#pragma unroll
	for (int i = 0; i < QUESTION_WORDS; i++)
		if (8 * (i + 1) <= octets)
			wrong |= difference(AT(__u64, data, 8 * i), i);
	return wrong;
}

static __always_inline int add_answer(__u64 wrong, __u32 sender, __u32 target)
{
	traffic.wrong += !!wrong;
	traffic.senders += sender;
	traffic.targets += target;
	traffic.arrived++;
	return XDP_DROP;
}

static __always_inline int check_nd(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, ND_OCTETS);
	__u64 last;

	if (!data)
		return XDP_DROP;
	last = AT(__u32, data, ND_OCTETS / 8 * 8) | (__u64)AT(__u16, data, ND_OCTETS / 8 * 8 + 4)
	                                                    << 32;
	return add_answer(differences(data, ND_OCTETS) | difference(last, ND_OCTETS / 8),
	                  AT(__u32, data, AT_IPV6_DESTINATION - 4),
	                  AT(__u32, data, AT_IPV6_DESTINATION + 12));
}

static __always_inline int check_echo(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, FRAME_OCTETS);

	if (!data)
		return XDP_DROP;
	return add_answer(
		differences(data, FRAME_OCTETS) |
			difference(AT(__u32, data, FRAME_OCTETS / 8 * 8), FRAME_OCTETS / 8),
		AT(__u32, data, AT_IPV4_ADDRESSES), AT(__u32, data, AT_IPV4_DESTINATION));
}

/* Each octet of what comes back is compared, but for the padding. */
SEC("xdp")
int check_answers(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, ARP_OCTETS); /* the kernel does not pad its answers */

	if (!data)
		return XDP_DROP;
	if (traffic.ask == ASK_ND)
		return check_nd(xdp);
	if (traffic.ask == ASK_ECHO)
		return check_echo(xdp);
	return add_answer(differences(data, ARP_OCTETS) |
	                          difference(AT(__u16, data, AT_ARP_LAST), AT_ARP_LAST / 8),
	                  AT(__u32, data, AT_ARP_SENDER), AT(__u32, data, AT_ARP_TARGET));
}

static __always_inline bool has_password(struct xdp_md *xdp, __u32 host)
{
	void *data = frame_of(xdp, SECURED_END);

	return data && AT(__u32, data, MAGIC_END) == password_of_host(host);
}

/*
 * 6 octets of ones, 16 times the MAC of a host, its password if it has one, and no more: its
 * number; -1: anything else.
 */
static __always_inline int magic_host(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, MAGIC_END);
	bool is_secured = stamps.expected == STAMPED_SECURED;
	__u64 wrong;
	__u32 host;

	if (!data || bpf_xdp_get_buff_len(xdp) != (is_secured ? SECURED_END : MAGIC_END))
		return -1;
	host = bpf_ntohs(AT(__u16, data, AT_MAGIC_MACS + 4));
	wrong = ~AT(__u32, data, AT_MAGIC) | (__u16)~AT(__u16, data, AT_MAGIC + 4);
#pragma unroll
	for (int i = 0; i < MAGIC_MACS; i++) {
		void *mac = data + AT_MAGIC_MACS + MAC_OCTETS * i;

		wrong |= (AT(__u32, mac, 0) | (__u64)AT(__u16, mac, 4) << 32) ^
		         mac_of_host(host, SEQUENTIAL);
	}
	return wrong || (is_secured && !has_password(xdp, host)) ? -1 : (int)host;
}

static __always_inline bool is_tcp(void *data)
{
	return AT(__u16, data, AT_PROTOCOL) == bpf_htons(PROTOCOL_IPV4) &&
	       AT(__u8, data, AT_IPV4) == IPV4_PLAIN &&
	       AT(__u8, data, AT_IPV4_PROTOCOL) == PROTOCOL_TCP;
}

static __always_inline bool is_expected(void *data)
{
	return stamps.expected == STAMPED_ECHO
	               ? is_tcp(data)
	               : AT(__u16, data, AT_PROTOCOL) == bpf_htons(PROTOCOL_MAGIC);
}

/* Connections as they were sent, or Magic Packets by EtherType, which is their first form. */
SEC("xdp")
int stamp(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, ARP_OCTETS);
	int host;

	if (!data || !is_expected(data))
		return XDP_DROP;
	host = stamps.expected == STAMPED_ECHO ? bpf_ntohs(AT(__u16, data, AT_IPV4_HOST))
	                                       : magic_host(xdp);
	if (host < 0) {
		stamps.wrong++;
		return XDP_DROP;
	}
	host &= STAMPED_HOSTS - 1;
	if (!stamps.first[host])
		stamps.first[host] = bpf_ktime_get_ns();
	stamps.packets[host]++;
	return XDP_DROP;
}

SEC("xdp")
int reflect(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, FRAME_OCTETS);
	__u64 destination, source;

	if (!data)
		return XDP_DROP;
	destination = AT(__u64, data, 0);
	source = AT(__u64, data, AT_SOURCE);
	AT(__u64, data, 0) = source << 16 >> 16 | destination << 48;
	AT(__u64, data, AT_SOURCE) = destination << 16 >> 16 | source >> 48 << 48;
	return XDP_TX;
}

SEC("xdp")
int pass(struct xdp_md *xdp)
{
	(void)xdp;
	return XDP_PASS;
}

/* What it takes to see that a frame opens a TCP connection, and nothing else. */
SEC("xdp")
int parse(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, AT_TCP + TCP_OCTETS);

	if (!data || !is_tcp(data))
		return XDP_PASS;
	if (AT(__u16, data, AT_IPV4_FRAGMENT) & bpf_htons(FRAGMENT_OFFSET))
		return XDP_PASS;
	if ((AT(__u8, data, AT_TCP_FLAGS) & TCP_FLAGS) != TCP_OPENS)
		return XDP_PASS;
	return AT(__u8, data, AT_TCP_OFFSET) >> 4 < TCP_OCTETS / 4 ? XDP_PASS : XDP_DROP;
}

static __always_inline void set_source(void *data, __u64 mac)
{
	__u64 protocol = AT(__u16, data, AT_PROTOCOL);

	AT(__u64, data, AT_SOURCE) = mac | protocol << 48;
}

/* RFC 1071, with `sum`; at most the 10 words of an IPv4 header. */
static __always_inline __u16 checksum(void *data, __u32 at, __u32 end, __u32 sum)
{
#pragma unroll
	for (__u32 i = 0; i < 10; i++)
		if (at + 2 * i < end)
			sum += AT(__u16, data, at + 2 * i);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* From anywhere in 10.0.0.0/8, with the checksums of a sender that leaves TCP's to the card. */
static __always_inline void set_connection(void *data)
{
	__u64 peer = bpf_htonl(10 << 24 | random_u32() >> 8);
	__u64 host = bpf_htonl(NET_HOSTS + random_host());

	AT(__u64, data, AT_IPV4_ADDRESSES) = peer | host << 32;
	AT(__u16, data, AT_IPV4_CHECKSUM) = 0;
	AT(__u16, data, AT_IPV4_CHECKSUM) = ~checksum(data, AT_IPV4, AT_TCP, 0);
	AT(__u16, data, AT_TCP_CHECKSUM) = checksum(
		data, AT_IPV4_ADDRESSES, AT_TCP, bpf_htons(PROTOCOL_TCP) + bpf_htons(TCP_OCTETS));
}

/* The whole frame, since what was made of the last one is still there. */
static __always_inline void make_connection(void *data)
{
#pragma unroll
	for (int i = 0; i < SYN_WORDS - 1; i++)
		AT(__u64, data, 8 * i) = traffic.syn[i];
	set_connection(data);
}

SEC("xdp")
int connect(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, FRAME_OCTETS);

	if (!data)
		return XDP_ABORTED;
	make_connection(data);
	return XDP_TX;
}

SEC("xdp")
int offer(struct xdp_md *xdp)
{
	void *data = frame_of(xdp, FRAME_OCTETS);

	if (!data)
		return XDP_ABORTED;
	if (traffic.offer == OFFER_TCP_HOST)
		set_source(data, mac_of_host(random_host(), traffic.macs));
	else if (traffic.offer == OFFER_ARP_UNKNOWN)
		AT(__u32, data, AT_ARP_TARGET) = bpf_htonl(NET_UNKNOWN + (random_u32() & 0xffff));
	else if (traffic.offer == OFFER_SYN)
		make_connection(data);
	else
		set_source(data, mac_of_unknown(random_u32()));
	bpf_tail_call(xdp, &subject, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
