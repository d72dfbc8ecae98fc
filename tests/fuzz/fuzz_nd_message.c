// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as Neighbor Discovery: nothing is read beyond their end, and what is read is
 * what the parser may return, and an address that is among the octets. It starts from
 * corpus/nd_message, made by scapy.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/nd_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

enum { IPV6 = 40, SUM_AT = 42, SHORTEST = 64 };

static void sum_up(uint8_t *octets, size_t length)
{
	const size_t size = octets[4] * 256u + octets[5];
	uint32_t sum = 58 + (uint32_t)size;

	if (size < SHORTEST - IPV6 || size > length - IPV6)
		return;
	memset(octets + SUM_AT, 0, 2);
	for (size_t i = 8; i < IPV6 + size; i++)
		sum += i % 2 ? octets[i] : octets[i] * 256u;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	octets[SUM_AT] = (uint8_t)(~sum >> 8);
	octets[SUM_AT + 1] = (uint8_t)~sum;
}

static void check(const uint8_t *octets, size_t length)
{
	struct nd_message message;

	if (!nd_message_read(octets, length, &message))
		return;
	assert(nd_message_check(&message));
	assert(length >= SHORTEST && octets[7] == 255 && octets[IPV6] == message.type);
	assert(!memcmp(&message.address, octets + 8, 16) ||
	       !memcmp(&message.address, octets + 48, 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length + 1), *packet = copy + 1; /* at an odd address */

	assert(copy);
	if (length)
		memcpy(packet, octets, length);
	check(packet, length);
	/* a right checksum leads further */
	if (length >= SHORTEST) {
		sum_up(packet, length);
		check(packet, length);
	}
	free(copy);
	return 0;
}
