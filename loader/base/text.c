// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text to values and back. What is valid as text need not be valid for a host: that is checked by
 * host/description.c.
 */
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

enum { MAC_OCTETS = 6, NAME_MAX_LENGTH = 63, MS_PER_S = 1000, NEAR = 2 };

int text_hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = digit ? strchr(digits, tolower((unsigned char)digit)) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Pairs of hexadecimal digits, with the same ':' or '-' between all of them. */
int text_to_octets(const char *text, uint8_t *octets, size_t size, size_t *length)
{
	const size_t digits = strlen(text), count = (digits + 1) / 3;
	const char separator = (char)(digits > 2 ? text[2] : ':');
	uint8_t parsed[TEXT_OCTETS_MAX];

	if (digits % 3 != 2 || count > MIN(size, sizeof(parsed)) ||
	    (separator != ':' && separator != '-'))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		const int high = text_hex_digit(text[3 * i]), low = text_hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i && text[3 * i - 1] != separator))
			return -EINVAL;
		parsed[i] = (uint8_t)(high << 4 | low);
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
	size_t length;

	return strlen(text) == TEXT_MAC - 1 ? text_to_octets(text, octets, MAC_OCTETS, &length)
	                                    : -EINVAL;
}

int text_to_number(const char *text, int64_t max, int64_t *number)
{
	const size_t length = strspn(text, "0123456789");
	unsigned long long value;

	/* strtoull would also take a sign and spaces */
	if (!length || text[length])
		return -EINVAL;
	errno = 0;
	value = strtoull(text, NULL, 10);
	if (errno || value > (unsigned long long)max)
		return -ERANGE;
	*number = (int64_t)value;
	return 0;
}

int text_to_decimal(const char *text, int64_t max, int64_t *thousandths)
{
	char *end;
	double value;

	/* strtod would also take a sign, spaces, exponents and names */
	if (!isdigit((unsigned char)*text) || text[strspn(text, "0123456789.")])
		return -EINVAL;
	value = strtod(text, &end) * 1000 + 0.5;
	if (*end)
		return -EINVAL;
	if (value >= (double)max + 1)
		return -ERANGE;
	*thousandths = (int64_t)value;
	return 0;
}

int text_to_duration(const char *text, int64_t *ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = { { "ms", 1 },
		      { "s", 1000 },
		      { "", 1000 },
		      { "m", 60 * 1000 },
		      { "min", 60 * 1000 },
		      { "h", 60 * 60 * 1000 },
		      { "d", 24 * 60 * 60 * 1000 } };
	const size_t digits = strspn(text, "0123456789");
	char number[32];
	int64_t value;
	int err;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(text + digits, units[i].name))
			continue;
		if (digits >= sizeof(number))
			return -ERANGE;
		snprintf(number, sizeof(number), "%.*s", (int)digits, text);
		err = text_to_number(number, INT64_MAX / units[i].ms, &value);
		if (!err)
			*ms = value * units[i].ms;
		return err;
	}
	return -EINVAL;
}

int text_to_mac(const char *text, struct mac *mac)
{
	struct mac parsed;

	if (six_octets(text, parsed.octet) || parsed.octet[0] & 1 || !mac_is_set(&parsed))
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

int text_to_endpoint(const char *text, struct endpoint *endpoint)
{
	const char *colon = strrchr(text, ':');
	const bool is_ipv6 = *text == '[' && colon && colon[-1] == ']';
	struct ipv6 address;
	char ip[TEXT_IP];
	int64_t port;

	if (!colon || colon - text > TEXT_IP + 1)
		return -EINVAL;
	snprintf(ip, sizeof(ip), "%.*s", (int)(colon - text) - 2 * is_ipv6, text + is_ipv6);
	if (text_to_ip(ip, &address) || !strchr(ip, ':') == is_ipv6 ||
	    text_to_number(colon + 1, UINT16_MAX, &port) || !port)
		return -EINVAL;
	*endpoint = (struct endpoint){ address, (uint16_t)port };
	return 0;
}

int text_to_prefix(const char *text, struct ipv6 *address, uint8_t *bits)
{
	const char *slash = strchrnul(text, '/');
	char alone[TEXT_IP];
	struct ipv6 parsed;
	int64_t length = 128, before;

	if (slash - text >= (ptrdiff_t)sizeof(alone))
		return -EINVAL;
	snprintf(alone, sizeof(alone), "%.*s", (int)(slash - text), text);
	if (text_to_ip(alone, &parsed))
		return -EINVAL;
	/*
	 * the length in "::ffff:192.168.1.0/120" counts from the start of 128 bits, the one in
	 * "192.168.1.0/24" from the start of 32
	 */
	before = strchr(alone, ':') ? 0 : IPV4_MAPPED_BITS;
	if (*slash) {
		if (text_to_number(slash + 1, 128 - before, &length))
			return -EINVAL;
		length += before;
	}
	*address = ip_network(&parsed, (unsigned int)length);
	*bits = (uint8_t)length;
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

/* 0: there is no such service. */
static uint16_t service_port(const char *name, const char *protocol)
{
	const struct servent *service = getservbyname(name, protocol);

	return service ? ntohs((uint16_t)service->s_port) : 0;
}

int text_to_port(const char *text, uint8_t *protocol, uint16_t *port)
{
	const bool is_udp = !strncmp(text, "udp/", 4), is_tcp = !strncmp(text, "tcp/", 4);
	const char *name = is_tcp || is_udp ? text + 4 : text;
	const bool is_none = !strcmp(text, "none"), is_any = name != text && !strcmp(name, "any");
	uint8_t found = is_udp ? IPPROTO_UDP : IPPROTO_TCP;
	int64_t number = 0;

	if (!is_none && !is_any && (name == text || text_to_number(name, UINT16_MAX, &number)))
		number = service_port(name, is_udp ? "udp" : "tcp");
	if (!is_none && !number && name == text) {
		found = IPPROTO_UDP;
		number = service_port(name, "udp");
	}
	/* 0 means any port in the struct: somebody who types it would get more than they meant */
	if (!number && !is_none && !is_any)
		return -EINVAL;
	*protocol = is_none ? 0 : found;
	*port = (uint16_t)number;
	return 0;
}

char *text_from_port(uint8_t protocol, uint16_t port, char buffer[TEXT_PORT])
{
	char name[4] = "any", number[6] = "any";

	/* maps can be edited with bpftool, so the protocol may be any number */
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)
		strcpy(name, protocol == IPPROTO_TCP ? "tcp" : "udp");
	else if (protocol)
		snprintf(name, sizeof(name), "%u", protocol);
	if (port)
		snprintf(number, sizeof(number), "%u", port);
	snprintf(buffer, TEXT_PORT, "%s/%s", name, number);
	return protocol || port ? buffer : strcpy(buffer, "none");
}

static bool is_command_word(const char *text)
{
	static const char *const words[] = { "add", "forget", "help",  "list", "remove",
		                             "set", "show",   "sleep", "wake" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(text, words[i]))
			return true;
	return false;
}

int text_is_name(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "0123456789-_.");

	return length >= 1 && length <= NAME_MAX_LENGTH && !text[length] && *text != '-' &&
	       *text != '.' && !is_command_word(text);
}

int text_is_interface(const char *text)
{
	const size_t length = strcspn(text, "/: \t\n\v\f\r");

	return length >= 1 && length < IFNAMSIZ && !text[length] && strcmp(text, ".") != 0 &&
	       strcmp(text, "..") != 0;
}

char *text_from_time(int64_t wall_ms, char buffer[TEXT_TIME])
{
	const time_t seconds = wall_ms / MS_PER_S - (wall_ms % MS_PER_S < 0);
	const int ms = (int)(wall_ms - seconds * MS_PER_S);
	struct tm utc;
	size_t length;

	gmtime_r(&seconds, &utc);
	length = strftime(buffer, TEXT_TIME, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(buffer + length, TEXT_TIME - length, ".%03dZ", ms);
	return buffer;
}

int text_to_time(const char *text, int64_t *wall_ms)
{
	struct tm utc = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
	int64_t fraction = 0, unit = MS_PER_S;

	if (rest && *rest == '.')
		for (rest++; isdigit((unsigned char)*rest); rest++, unit /= 10)
			fraction += (*rest - '0') * (unit / 10);
	if (!rest || strcmp(rest, "Z") != 0)
		return -EINVAL;
	*wall_ms = (int64_t)timegm(&utc) * MS_PER_S + fraction;
	return 0;
}

static void next_row(size_t row[], char letter, const char *meant, size_t length)
{
	size_t corner = row[0]++;

	for (size_t i = 1; i <= length; i++) {
		const size_t above = row[i], replaced = corner + (letter != meant[i - 1]);

		row[i] = MIN(MIN(above, row[i - 1]) + 1, replaced);
		corner = above;
	}
}

bool words_nearer(const char *typed, const char *meant, size_t *least)
{
	size_t row[WORDS_MAX + 1], length = strlen(meant);

	if (length > WORDS_MAX)
		return false;
	for (size_t i = 0; i <= length; i++)
		row[i] = i;
	for (const char *letter = typed; *letter; letter++)
		next_row(row, *letter, meant, length);
	if (row[length] > NEAR || row[length] * 2 > strlen(typed) || row[length] >= *least)
		return false;
	*least = row[length];
	return true;
}
