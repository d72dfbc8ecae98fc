// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In: what people type. Out: addresses, ports and times as values; and back again. Which of them
 * make sense for a host is for hosts/spec.c to say.
 */
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

enum { MAC_OCTETS = 6, NAME_MAX_LENGTH = 63, MS_PER_S = 1000 };

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "any", 0 },
};

static uint8_t hex_value(char digit)
{
	return isdigit((unsigned char)digit) ? digit - '0'
	                                     : tolower((unsigned char)digit) - 'a' + 10;
}

static int hex_octet(const char text[2], uint8_t *octet)
{
	if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
		return -EINVAL;
	*octet = hex_value(text[0]) << 4 | hex_value(text[1]);
	return 0;
}

/* Pairs of hexadecimal digits, with the same ':' or '-' between all of them. */
int text_to_octets(const char *text, uint8_t *octets, size_t size, size_t *length)
{
	const size_t digits = strlen(text), count = (digits + 1) / 3;
	const char separator = digits > 2 ? text[2] : ':';
	uint8_t parsed[TEXT_OCTETS_MAX];

	if (digits % 3 != 2 || count > MIN(size, sizeof(parsed)) ||
	    (separator != ':' && separator != '-'))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (hex_octet(text + 3 * i, &parsed[i]))
			return -EINVAL;
		if (i && text[3 * i - 1] != separator)
			return -EINVAL;
	}
	memcpy(octets, parsed, count);
	*length = count;
	return 0;
}

char *text_from_octets(const uint8_t *octets, size_t length, char *buffer)
{
	*buffer = '\0';
	for (size_t i = 0; i < length; i++)
		sprintf(buffer + 3 * i - (i > 0), i ? ":%02x" : "%02x", octets[i]);
	return buffer;
}

static int six_octets(const char *text, uint8_t octets[MAC_OCTETS])
{
	uint8_t parsed[MAC_OCTETS];
	size_t length;

	if (text_to_octets(text, parsed, sizeof(parsed), &length) || length != MAC_OCTETS)
		return -EINVAL;
	memcpy(octets, parsed, sizeof(parsed));
	return 0;
}

/* Decimal digits alone: strtoul would also take a sign and spaces. */
static int decimal(const char *text, unsigned long max, unsigned long *number)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value > max)
		return -EINVAL;
	*number = value;
	return 0;
}

int text_to_mac(const char *text, struct mac *mac)
{
	static const struct mac zero;
	struct mac parsed;

	if (six_octets(text, parsed.octet))
		return -EINVAL;
	if ((parsed.octet[0] & 1) || memcmp(&parsed, &zero, sizeof(zero)) == 0)
		return -EINVAL;
	*mac = parsed;
	return 0;
}

char *text_from_mac(const struct mac *mac, char buffer[TEXT_MAC])
{
	return text_from_octets(mac->octet, sizeof(mac->octet), buffer);
}

int text_to_secureon(const char *text, uint8_t secureon[6], size_t *length)
{
	struct in_addr quad;

	if (inet_pton(AF_INET, text, &quad) == 1) {
		memcpy(secureon, &quad, sizeof(quad));
		*length = sizeof(quad);
		return 0;
	}
	if (six_octets(text, secureon))
		return -EINVAL;
	*length = MAC_OCTETS;
	return 0;
}

int text_to_ip(const char *text, struct ipv6 *address)
{
	struct ipv4 v4;
	struct ipv6 v6;

	if (inet_pton(AF_INET, text, &v4) == 1) {
		*address = ipv4_mapped(v4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return -EINVAL;
	*address = v6;
	return 0;
}

char *text_from_ip(const struct ipv6 *address, char buffer[TEXT_IP])
{
	struct ipv4 v4 = ip_to_ipv4(address);

	if (ip_is_ipv4(address))
		inet_ntop(AF_INET, &v4, buffer, TEXT_IP);
	else
		inet_ntop(AF_INET6, address, buffer, TEXT_IP);
	return buffer;
}

int text_to_ipv4(const char *text, struct ipv4 *address)
{
	struct ipv6 parsed;

	if (text_to_ip(text, &parsed) || !ip_is_ipv4(&parsed))
		return -EINVAL;
	*address = ip_to_ipv4(&parsed);
	return 0;
}

char *text_from_ipv4(struct ipv4 address, char buffer[TEXT_IP])
{
	const struct ipv6 mapped = ipv4_mapped(address);

	return text_from_ip(&mapped, buffer);
}

int ip_is_ipv4(const struct ipv6 *address)
{
	static const struct ipv6 mapped = { { [10] = 0xff, 0xff } };

	return memcmp(address, &mapped, IPV4_MAPPED_BITS / 8) == 0;
}

struct ipv4 ip_to_ipv4(const struct ipv6 *address)
{
	struct ipv4 v4;

	memcpy(&v4, address->octet + IPV4_MAPPED_BITS / 8, sizeof(v4));
	return v4;
}

static void clear_host_bits(struct ipv6 *address, unsigned int bits)
{
	for (unsigned int i = bits; i < 128; i++)
		address->octet[i / 8] &= ~(0x80 >> i % 8);
}

int text_to_prefix(const char *text, struct ipv6 *address, uint8_t *bits)
{
	const char *slash = strchrnul(text, '/');
	char alone[TEXT_IP];
	struct ipv6 parsed;
	unsigned long length = 128;
	unsigned long before;

	if (slash - text >= (ptrdiff_t)sizeof(alone))
		return -EINVAL;
	snprintf(alone, sizeof(alone), "%.*s", (int)(slash - text), text);
	if (text_to_ip(alone, &parsed))
		return -EINVAL;
	/*
	 * "::ffff:192.168.1.0/120" counts from the front as it is written, "192.168.1.0/24" does
	 * not.
	 */
	before = strchr(alone, ':') ? 0 : IPV4_MAPPED_BITS;
	if (*slash) {
		if (decimal(slash + 1, 128 - before, &length))
			return -EINVAL;
		length += before;
	}
	clear_host_bits(&parsed, length);
	*address = parsed;
	*bits = length;
	return 0;
}

char *text_from_prefix(const struct ipv6 *address, uint8_t bits, char buffer[TEXT_PREFIX])
{
	bool is_ipv4 = ip_is_ipv4(address) && bits >= IPV4_MAPPED_BITS;
	char ip[TEXT_IP];

	if (bits >= 128)
		return text_from_ip(address, buffer);
	if (is_ipv4)
		text_from_ip(address, ip);
	else
		inet_ntop(AF_INET6, address, ip, sizeof(ip));
	snprintf(buffer, TEXT_PREFIX, "%s/%d", ip, is_ipv4 ? bits - IPV4_MAPPED_BITS : bits);
	return buffer;
}

static int transport(const char *text, size_t length, uint8_t *protocol)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (!protocols[i].number || strlen(protocols[i].name) != length)
			continue;
		if (strncmp(protocols[i].name, text, length) == 0) {
			*protocol = protocols[i].number;
			return 0;
		}
	}
	return -EINVAL;
}

int text_to_port(const char *text, uint8_t *protocol, uint16_t *port)
{
	const char *slash = strchrnul(text, '/');
	unsigned long number = 0;
	uint8_t parsed;

	if (!strcmp(text, "none")) {
		*protocol = 0;
		*port = 0;
		return 0;
	}
	if (!*slash || transport(text, slash - text, &parsed))
		return -EINVAL;
	/* 0 stands for any port, so that a 0 that was typed would wake for more than was meant */
	if (strcmp(slash + 1, "any") && (decimal(slash + 1, UINT16_MAX, &number) || !number))
		return -EINVAL;
	*protocol = parsed;
	*port = number;
	return 0;
}

/* Maps are also written by hand, so that any number may be met. */
static void protocol_name(uint8_t protocol, char name[4])
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (protocols[i].number == protocol) {
			snprintf(name, 4, "%s", protocols[i].name);
			return;
		}
	}
	snprintf(name, 4, "%u", protocol);
}

char *text_from_port(uint8_t protocol, uint16_t port, char buffer[TEXT_PORT])
{
	char name[4];

	protocol_name(protocol, name);
	if (!protocol && !port)
		snprintf(buffer, TEXT_PORT, "none");
	else if (port)
		snprintf(buffer, TEXT_PORT, "%s/%u", name, port);
	else
		snprintf(buffer, TEXT_PORT, "%s/any", name);
	return buffer;
}

int text_is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "0123456789-_.");

	return length >= 1 && length <= NAME_MAX_LENGTH && !text[length];
}

int text_is_interface(const char *text)
{
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return 0;
	for (const char *c = text; *c; c++) {
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c))
			return 0;
	}
	return *text && strlen(text) < IFNAMSIZ;
}

char *text_from_time(int64_t wall_ms, char buffer[TEXT_TIME])
{
	int ms = (int)(wall_ms % MS_PER_S);
	time_t seconds = wall_ms / MS_PER_S;
	struct tm utc;
	size_t length;

	if (ms < 0) {
		ms += MS_PER_S;
		seconds--;
	}
	gmtime_r(&seconds, &utc);
	length = strftime(buffer, TEXT_TIME, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(buffer + length, TEXT_TIME - length, ".%03dZ", ms);
	return buffer;
}
