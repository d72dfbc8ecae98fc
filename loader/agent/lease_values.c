// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lease_values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"

bool lease_number(const char *text, uint64_t max, uint64_t *number)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || value > max)
		return false;
	*number = value;
	return true;
}

bool lease_address(const char *text, struct ipv4 *address)
{
	struct in_addr parsed;

	if (inet_pton(AF_INET, text, &parsed) != 1)
		return false;
	memcpy(address, &parsed, sizeof(*address));
	return true;
}

static unsigned int digit(char hex)
{
	return isdigit((unsigned char)hex) ? (unsigned int)(hex - '0')
	                                   : (unsigned int)(tolower((unsigned char)hex) - 'a' + 10);
}

bool lease_octets(const char *text, struct dhcp_option *octets)
{
	struct dhcp_option parsed = { 0 };

	while (isxdigit((unsigned char)*text)) {
		unsigned int octet = digit(*text++);

		if (isxdigit((unsigned char)*text))
			octet = octet << 4 | digit(*text++);
		if (parsed.length == sizeof(parsed.data))
			return false;
		parsed.data[parsed.length++] = (uint8_t)octet;
		if (*text == ':' && text[1])
			text++;
	}
	if (*text || !parsed.length)
		return false;
	*octets = parsed;
	return true;
}

bool lease_is_whole(const struct client_lease *lease)
{
	return ipv4_is_set(lease->address) && ipv4_is_set(lease->server) && lease->total;
}
