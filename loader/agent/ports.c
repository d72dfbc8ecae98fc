// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/ports.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PORT_COUNT = UINT16_MAX + 1, WORD_DIGITS = 8, IPV4_DIGITS = 8, IPV6_DIGITS = 32 };

struct port_set {
	uint8_t bits[PORT_COUNT / 8];
};

/* Words of four octets, each as a number in the machine's byte order. */
static void read_words(const char *digits, size_t count, uint8_t *octets)
{
	for (size_t i = 0; i < count; i++) {
		char word[WORD_DIGITS + 1] = { 0 };
		uint32_t value;

		memcpy(word, digits + i * WORD_DIGITS, WORD_DIGITS);
		value = (uint32_t)strtoul(word, NULL, 16);
		memcpy(octets + i * sizeof(value), &value, sizeof(value));
	}
}

static bool read_address(const char *digits, struct ipv6 *address)
{
	struct ipv4 v4;

	switch (strlen(digits)) {
	case IPV4_DIGITS:
		read_words(digits, IPV4_DIGITS / WORD_DIGITS, v4.octet);
		*address = ipv4_mapped(v4);
		return true;
	case IPV6_DIGITS:
		read_words(digits, IPV6_DIGITS / WORD_DIGITS, address->octet);
		return true;
	}
	return false;
}

bool ports_line(const char *line, struct ports_socket *socket)
{
	char digits[IPV6_DIGITS + 1];
	unsigned int port, state;

	if (sscanf(line, " %*u: %32[0-9A-F]:%4x %*[0-9A-F]:%*x %2x", digits, &port, &state) != 3 ||
	    !read_address(digits, &socket->address))
		return false;
	socket->port = (uint16_t)port;
	socket->state = (uint8_t)state;
	return true;
}

static bool is_any(const struct ipv6 *address)
{
	static const struct ipv6 any;
	const struct ipv6 any4 = ipv4_mapped((struct ipv4){ { 0 } });

	return memcmp(address, &any, sizeof(any)) == 0 || memcmp(address, &any4, sizeof(any4)) == 0;
}

static bool is_among(const struct link_addresses *addresses, const struct ipv6 *address)
{
	for (size_t i = 0; i < addresses->ipv4_count; i++) {
		const struct ipv6 own = ipv4_mapped(addresses->ipv4[i].address);

		if (memcmp(&own, address, sizeof(own)) == 0)
			return true;
	}
	for (size_t i = 0; i < addresses->ipv6_count; i++) {
		if (memcmp(&addresses->ipv6[i], address, sizeof(*address)) == 0)
			return true;
	}
	return false;
}

static void take_sockets(const char *path, enum ports_state state,
                         const struct link_addresses *addresses, struct port_set *set)
{
	FILE *file = fopen(path, "re");
	struct ports_socket socket;
	char *line = NULL;
	size_t size = 0;

	if (!file) /* as without IPv6 */
		return;
	while (getline(&line, &size, file) >= 0) {
		if (!ports_line(line, &socket) || socket.state != state)
			continue;
		if (is_any(&socket.address) || is_among(addresses, &socket.address))
			set->bits[socket.port / 8] |= 1 << socket.port % 8;
	}
	free(line);
	fclose(file);
}

static size_t list(const struct port_set *set, uint8_t protocol, struct npp_port *ports, size_t max)
{
	size_t count = 0;

	for (unsigned int port = 1; port < PORT_COUNT && count < max; port++) {
		if (set->bits[port / 8] & 1 << port % 8)
			ports[count++] = (struct npp_port){ protocol, (uint16_t)port };
	}
	return count;
}

size_t ports_read(const struct link_addresses *addresses, struct npp_port *ports, size_t max)
{
	struct port_set tcp = { { 0 } }, udp = { { 0 } };
	size_t count;

	take_sockets("/proc/self/net/tcp", PORTS_LISTENING, addresses, &tcp);
	take_sockets("/proc/self/net/tcp6", PORTS_LISTENING, addresses, &tcp);
	take_sockets("/proc/self/net/udp", PORTS_UNCONNECTED, addresses, &udp);
	take_sockets("/proc/self/net/udp6", PORTS_UNCONNECTED, addresses, &udp);
	count = list(&tcp, IPPROTO_TCP, ports, max);
	return count + list(&udp, IPPROTO_UDP, ports + count, max - count);
}
