// SPDX-License-Identifier: GPL-2.0-or-later
#include "offer.h"

#include <endian.h>
#include <string.h>
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "arp.h"
#include "measure.h"
#include "subject.h"
#include "traffic.skel.h"

enum { ETHERTYPE_LLDP = 0x88cc, SSH = 22, DNS = 53, CLIENT = 40000, TTL = 64 };

struct frame {
	struct ethhdr eth;
	union {
		struct arp arp;
		struct {
			struct iphdr ip;
			union {
				struct tcphdr tcp;
				struct udphdr udp;
			};
		} __attribute__((packed));
		__u8 octets[FRAME_OCTETS - sizeof(struct ethhdr)];
	};
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == FRAME_OCTETS, "the shortest frame of Ethernet");

static void make_ipv4(struct frame *frame, __u8 protocol, size_t octets)
{
	frame->eth.h_proto = htobe16(ETH_P_IP);
	frame->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htobe16(sizeof(frame->ip) + octets),
		.ttl = TTL,
		.protocol = protocol,
		.saddr = htobe32(ADDRESS_PEER),
		.daddr = htobe32(ADDRESS_PROXY),
	};
}

static void make_udp(struct frame *frame)
{
	make_ipv4(frame, IPPROTO_UDP, sizeof(frame->udp));
	frame->udp = (struct udphdr){ .source = htobe16(CLIENT),
		                      .dest = htobe16(DNS),
		                      .len = htobe16(sizeof(frame->udp)) };
}

static void make_tcp(struct frame *frame, bool syn)
{
	make_ipv4(frame, IPPROTO_TCP, sizeof(frame->tcp));
	frame->tcp = (struct tcphdr){ .source = htobe16(CLIENT), .dest = htobe16(SSH), .doff = 5 };
	frame->tcp.syn = syn;
	frame->tcp.ack = !syn;
}

static void make_arp(struct frame *frame)
{
	frame->eth.h_proto = htobe16(ETH_P_ARP);
	memset(frame->eth.h_dest, 0xff, ETH_ALEN);
	frame->arp = (struct arp){ htobe16(ARP_HARDWARE_ETHERNET),
		                   htobe16(ARP_PROTOCOL_IPV4),
		                   sizeof(struct mac),
		                   sizeof(struct ipv4),
		                   htobe16(ARP_REQUEST),
		                   .sender = { { 10, 9, 0, 2 } } };
	memcpy(&frame->arp.sender_mac, frame->eth.h_source, ETH_ALEN);
}

static void make_frame(struct frame *frame, enum offer offer)
{
	const __u64 peer = mac_of_unknown(0);

	memset(frame, 0, sizeof(*frame));
	memcpy(frame->eth.h_dest, &proxy_mac, ETH_ALEN);
	memcpy(frame->eth.h_source, &peer, ETH_ALEN);
	if (offer == OFFER_ARP_UNKNOWN)
		make_arp(frame);
	else if (offer == OFFER_UDP_UNKNOWN)
		make_udp(frame);
	else if (offer == OFFER_IPV6)
		frame->eth.h_proto = htobe16(ETH_P_IPV6);
	else if (offer == OFFER_OTHER)
		frame->eth.h_proto = htobe16(ETHERTYPE_LLDP);
	else
		make_tcp(frame, offer == OFFER_SYN);
}

static void set_subject(const struct traffic_bpf *traffic, int program)
{
	const __u32 only_row = 0;

	need(!bpf_map_update_elem(bpf_map__fd(traffic->maps.subject), &only_row, &program, BPF_ANY),
	     "set the program");
}

double offer_run(const struct traffic_bpf *traffic, const struct offered *offered, unsigned count)
{
	struct frame frame;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = &frame, .data_size_in = sizeof(frame),
	            .repeat = count);
	double from;

	make_frame(&frame, offered->offer);
	memcpy(traffic->bss->traffic.syn, &frame, sizeof(frame));
	traffic->bss->traffic.offer = offered->offer;
	traffic->bss->traffic.hosts = offered->hosts;
	traffic->bss->traffic.macs = offered->macs;
	set_subject(traffic, offered->program);
	from = cpu_ns();
	need(!bpf_prog_test_run_opts(bpf_program__fd(traffic->progs.offer), &options),
	     "offer frames");
	from = cpu_ns() - from;
	if ((int)options.retval != offered->verdict) {
		fprintf(stderr, "offer %d had verdict %u\n", offered->offer, options.retval);
		exit(1);
	}
	return from / count;
}
