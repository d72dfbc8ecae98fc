// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as a DHCPv6 message: as fuzz_dhcp_message.c. Of the corpus, what is named after
 * a program came from it: dhclient 4.4.3, dnsmasq 2.90, dhcpd 4.4.3, Kea 2.2.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dhcp/dhcp6_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static void assert_same(const struct dhcp6_message *a, const struct dhcp6_message *b)
{
	assert(a->type == b->type && a->xid == b->xid && a->elapsed == b->elapsed);
	assert(a->has_ia == b->has_ia && a->address_count == b->address_count);
	assert(a->iaid == b->iaid && a->t1 == b->t1 && a->t2 == b->t2);
	assert(!memcmp(a->addresses, b->addresses, sizeof(a->addresses)));
	assert(dhcp6_duid_equal(&a->identity.client, &b->identity.client));
	assert(dhcp6_duid_equal(&a->identity.server, &b->identity.server));
}

/* Also into a client's message whose own is a server's, as the rest of it may be any. */
static void write_and_read(const struct dhcp6_message *message)
{
	struct dhcp6_message copy = *message, again;
	uint8_t octets[DHCP6_MESSAGE_MAX];
	size_t written = dhcp6_message_write(message, octets);

	assert(!written == dhcp6_is_of_server(message));
	copy.type = DHCP6_RENEW;
	written = dhcp6_message_write(&copy, octets);
	assert(written && written <= sizeof(octets));
	assert(dhcp6_message_read(octets, written, &again) == DHCP_PARSE_ERROR_NONE);
	assert(dhcp6_message_check(&again));
	assert_same(&copy, &again);
	assert(again.identity.options_length >= copy.identity.options_length);
	assert(!memcmp(again.identity.options, copy.identity.options,
	               copy.identity.options_length));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, and up to the very end of what is allocated */
	uint8_t *odd = malloc(length + 1);
	struct dhcp6_message untouched, message;

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&message, &untouched, sizeof(message));
	if (dhcp6_message_read(odd + 1, length, &message) != DHCP_PARSE_ERROR_NONE) {
		assert(!memcmp(&message, &untouched, sizeof(message)));
	} else {
		assert(dhcp6_message_check(&message));
		write_and_read(&message);
	}
	free(odd);
	return 0;
}
