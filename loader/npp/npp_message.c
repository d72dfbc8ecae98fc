// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>

#include "net/iface.h"

enum { HEADER = sizeof(struct npp_header) };
enum { FRAGMENT_BITS = IP_MF | IP_OFFMASK };
enum { TYPE_AT = 12, IP_AT = ETH_HLEN, FRAGMENT_AT = IP_AT + 6, PROTOCOL_AT = IP_AT + 9 };

static bool is_subtype(unsigned int subtype)
{
	return subtype >= NPP_PROXY_SOLICITATION && subtype <= NPP_WAKEUP_CONFIRM;
}

const char *npp_subtype_name(enum npp_subtype subtype)
{
	static const char *const names[] = {
		"invalid",       "Proxy Solicitation", "Proxy Advertisement", "Sleep Request",
		"Sleep Confirm", "Wakeup Report",      "Wakeup Confirm",
	};

	return names[is_subtype(subtype) ? subtype : 0];
}

static enum npp_parse_error read_header(const uint8_t *octets, size_t length, uint8_t icmp_type,
                                        struct npp_message *message)
{
	struct npp_header header;

	if (length < HEADER)
		return NPP_PARSE_ERROR_SHORT;
	memcpy(&header, octets, HEADER);
	/* first, as the other fields have another meaning in other ICMP */
	if (header.type != icmp_type)
		return NPP_PARSE_ERROR_OTHER_TYPE;
	if (length != HEADER + (size_t)header.length)
		return NPP_PARSE_ERROR_SHORT;
	if (internet_checksum(octets, length) != 0)
		return NPP_PARSE_ERROR_BAD_CHECKSUM;
	if (header.code > NPP_FAIL)
		return NPP_PARSE_ERROR_BAD_CODE;
	if (!is_subtype(header.subtype))
		return NPP_PARSE_ERROR_BAD_SUBTYPE;
	message->code = header.code;
	message->transaction = ntohs(header.transaction);
	message->subtype = header.subtype;
	return NPP_PARSE_ERROR_NONE;
}

enum npp_parse_error npp_message_read(const uint8_t *octets, size_t length, uint8_t icmp_type,
                                      struct npp_message *message)
{
	struct npp_message head = { .code = 0 };
	enum npp_parse_error error = read_header(octets, length, icmp_type, &head);

	*message = head;
	if (error)
		return error;
	error = npp_options_read(octets + HEADER, length - HEADER, message);
	if (error)
		*message = head;
	return error;
}

size_t npp_message_write(const struct npp_message *message, uint8_t icmp_type,
                         uint8_t octets[NPP_MESSAGE_MAX])
{
	const size_t length = npp_options_write(message, octets + HEADER);
	const struct npp_header header = {
		.type = icmp_type,
		.code = (uint8_t)message->code,
		.transaction = htons(message->transaction),
		.subtype = (uint8_t)message->subtype,
		.length = (uint8_t)length,
	};

	if (!length || message->code > NPP_FAIL || !is_subtype(message->subtype))
		return 0;
	memcpy(octets, &header, HEADER);
	npp_set_checksum(octets, HEADER + length);
	return HEADER + length;
}

void npp_set_checksum(uint8_t *octets, size_t length)
{
	const size_t at = offsetof(struct npp_header, checksum);
	uint16_t checksum = 0;

	memcpy(octets + at, &checksum, sizeof(checksum));
	checksum = internet_checksum(octets, length);
	memcpy(octets + at, &checksum, sizeof(checksum));
}

/* In octets; 0: it is not a whole IPv4 packet with ICMP. */
static size_t ip_header_length(const struct iphdr *ip, const uint8_t *octets, size_t available)
{
	const size_t length = ip->ihl * 4UL, total = ntohs(ip->tot_len);

	if (ip->version != IPVERSION || ip->protocol != IPPROTO_ICMP || length < sizeof(*ip) ||
	    length > total || total > available || ntohs(ip->frag_off) & FRAGMENT_BITS)
		return 0;
	return internet_checksum(octets, length) ? 0 : length;
}

bool npp_packet_read(const uint8_t *frame, size_t length, struct npp_packet *packet)
{
	const uint8_t *octets = frame + ETH_HLEN;
	struct ethhdr ethernet;
	struct iphdr ip; /* copied, as it need not be aligned in the frame */
	size_t header;

	if (length < sizeof(ethernet) + sizeof(ip))
		return false;
	memcpy(&ethernet, frame, sizeof(ethernet));
	memcpy(&ip, octets, sizeof(ip));
	header = ip_header_length(&ip, octets, length - sizeof(ethernet));
	if (!header || ethernet.h_proto != htons(ETH_P_IP))
		return false;
	*packet = (struct npp_packet){
		.octets = octets + header,
		.length = ntohs(ip.tot_len) - header,
	};
	memcpy(&packet->from, ethernet.h_source, sizeof(packet->from));
	memcpy(&packet->to, ethernet.h_dest, sizeof(packet->to));
	memcpy(&packet->source, &ip.saddr, sizeof(packet->source));
	memcpy(&packet->destination, &ip.daddr, sizeof(packet->destination));
	return true;
}

void npp_packet_write(const struct npp_packet *packet, struct packet *frame)
{
	packet_start(frame, &packet->to, &packet->from, packet->vlan, ETH_P_IP);
	packet_add_icmp(frame, packet->source, packet->destination, packet->octets, packet->length);
}

/*
 * Unfragmented ICMP of our type. Not bound to ETH_P_IP, since there the kernel delivers a tagged
 * frame after it has removed all trace of the tag: as PACKET_OTHERHOST or, if this machine has an
 * interface in that VLAN, as an untagged frame.
 */
int npp_socket_open(uint32_t ifindex, uint8_t icmp_type)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, FRAGMENT_AT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FRAGMENT_BITS, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, IP_AT),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, IP_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, icmp_type, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return packet_listen(ifindex, SOCK_RAW, ETH_P_ALL, &filter);
}

/* Of the groups, all systems (RFC 1112, 6.4). */
static bool is_for_us(uint8_t type, const struct mac *to)
{
	static const struct mac all_systems = { { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 } };

	return type == PACKET_HOST || type == PACKET_BROADCAST ||
	       (type == PACKET_MULTICAST && mac_equal(to, &all_systems));
}

int npp_socket_receive(int fd, uint8_t frame[PACKET_MAX], struct npp_packet *packet)
{
	struct packet_origin origin;
	const ssize_t length = packet_receive(fd, frame, PACKET_MAX, &origin);

	if (length < 0)
		return (int)length;
	if (!npp_packet_read(frame, (size_t)length, packet) || !is_for_us(origin.type, &packet->to))
		return -EBADMSG;
	packet->vlan = origin.vlan;
	return 0;
}
