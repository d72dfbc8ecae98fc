// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/router_advert.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"

/* RFC 4861, 4.2 and 4.6.2 */
enum { HEAD = 16, AT_LIFETIME = 6, OPTION_UNIT = 8, PREFIX_OPTION = 3, PREFIX_OCTETS = 32 };
enum { FLAG_ON_LINK = 0x80, FLAG_AUTONOMOUS = 0x40 };
enum { HOP_LIMIT = 255 };

/* Room for some 20 messages: a flood loses its own. */
enum { RECEIVE_BUFFER = 32 * 1024 };

static uint16_t number16(const uint8_t *octets)
{
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

static uint32_t number32(const uint8_t *octets)
{
	return (uint32_t)number16(octets) << 16 | number16(octets + 2);
}

/* Nobody advertises IPv4 in IPv6, loopback, link-local or groups. */
static bool is_valid(const struct ra_prefix *prefix)
{
	return prefix->bits && prefix->bits <= 128 && prefix->prefix.octet[0] &&
	       prefix->prefix.octet[0] != 0xff && !ip_is_link_local(&prefix->prefix) &&
	       prefix->preferred <= prefix->valid;
}

static void read_prefix(const uint8_t *option, struct router_advert *advert)
{
	struct ra_prefix prefix = {
		.bits = option[2],
		.on_link = option[3] & FLAG_ON_LINK,
		.autonomous = option[3] & FLAG_AUTONOMOUS,
		.valid = number32(option + 4),
		.preferred = number32(option + 8),
	};

	memcpy(&prefix.prefix, option + 16, sizeof(prefix.prefix));
	prefix.prefix = ip_network(&prefix.prefix, prefix.bits);
	if (is_valid(&prefix) && advert->prefix_count < RA_PREFIXES)
		advert->prefixes[advert->prefix_count++] = prefix;
}

enum ra_parse_error router_advert_read(const uint8_t *octets, size_t length,
                                       struct router_advert *advert)
{
	struct router_advert read = { .lifetime = 0 };
	size_t at = HEAD, size;

	if (length < HEAD)
		return RA_PARSE_ERROR_SHORT;
	if (octets[0] != ND_ROUTER_ADVERT || octets[1])
		return RA_PARSE_ERROR_TYPE;
	read.lifetime = number16(octets + AT_LIFETIME);
	for (; at < length; at += size) {
		if (length - at < OPTION_UNIT)
			return RA_PARSE_ERROR_OPTION;
		size = (size_t)octets[at + 1] * OPTION_UNIT;
		if (!size || size > length - at)
			return RA_PARSE_ERROR_OPTION;
		if (octets[at] == PREFIX_OPTION && size == PREFIX_OCTETS)
			read_prefix(octets + at, &read);
	}
	*advert = read;
	return RA_PARSE_ERROR_NONE;
}

bool router_advert_check(const struct router_advert *advert)
{
	if (advert->prefix_count > RA_PREFIXES)
		return false;
	for (size_t i = 0; i < advert->prefix_count; i++) {
		const struct ra_prefix *prefix = &advert->prefixes[i];
		const struct ipv6 network = ip_network(&prefix->prefix, prefix->bits);

		if (!is_valid(prefix) || !ip_equal(&network, &prefix->prefix))
			return false;
	}
	return true;
}

/* The kernel checks the checksum of what it gives to such a socket (RFC 3542, 3.1). */
int router_advert_listen(uint32_t ifindex)
{
	const int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	const int on = 1, size = RECEIVE_BUFFER;
	struct icmp6_filter filter;
	int err;

	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
	if (!setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof(ifindex)) &&
	    !setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* RFC 4861, 6.1.2: with the hop limit that no router leaves, and from a link-local address. */
static bool is_of_link(struct msghdr *message, const struct sockaddr_in6 *from)
{
	const struct cmsghdr *control = CMSG_FIRSTHDR(message);
	const struct ipv6 *source = (const struct ipv6 *)&from->sin6_addr;
	int hop_limit = 0;

	if (control && control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT)
		memcpy(&hop_limit, CMSG_DATA(control), sizeof(hop_limit));
	return hop_limit == HOP_LIMIT && ip_is_link_local(source) &&
	       !(message->msg_flags & MSG_TRUNC);
}

int router_advert_receive(int fd, struct router_advert_octets *received)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct sockaddr_in6 from;
	struct iovec data = { received->octets, sizeof(received->octets) };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT);

	if (got < 0)
		return -errno;
	if (!is_of_link(&message, &from))
		return -EBADMSG;
	memcpy(&received->source, &from.sin6_addr, sizeof(received->source));
	received->length = (uint16_t)got;
	return 0;
}
