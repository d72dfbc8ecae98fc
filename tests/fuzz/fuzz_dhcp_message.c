// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as a DHCP message: nothing is read beyond their end, a error leaves the message
 * untouched, and a client's message comes back from the wire as it was written.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_dhcp_message && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_dhcp_message -max_len=2000 /tmp/found tests/fuzz/corpus/dhcp_message
 *
 * It starts from corpus/dhcp_message. What is named after a program came from it: dhclient 4.4.3,
 * dhcpcd 9.4, systemd-networkd 252, udhcpc and udhcpd 1.35, dnsmasq 2.90, dhcpd 4.4.3, Kea 2.2. The
 * rest is made by hand.
 */
#undef NDEBUG
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dhcp/dhcp_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static bool is_clients(enum dhcp_type type)
{
	return type != DHCP_OFFER && type != DHCP_ACK && type != DHCP_NAK;
}

static bool is_zero(struct ipv4 address)
{
	static const struct ipv4 none;

	return memcmp(&address, &none, sizeof(none)) == 0;
}

static bool same_address(struct ipv4 a, struct ipv4 b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* Field by field: between them is padding. */
static void assert_same(const struct dhcp_message *a, const struct dhcp_message *b)
{
	assert(a->type == b->type);
	assert(a->xid == b->xid);
	assert(a->secs == b->secs);
	assert(a->flags == b->flags);
	assert(memcmp(&a->chaddr, &b->chaddr, sizeof(a->chaddr)) == 0);
	assert(same_address(a->ciaddr, b->ciaddr));
	assert(same_address(a->yiaddr, b->yiaddr));
	assert(same_address(a->giaddr, b->giaddr));
	assert(same_address(a->requested, b->requested));
	assert(same_address(a->server, b->server));
	assert(a->lease_time == b->lease_time);
	assert(memcmp(&a->identity, &b->identity, sizeof(a->identity)) == 0);
}

static size_t room_for(const struct dhcp_option *option)
{
	return option->length ? 2u + option->length : 0;
}

static size_t length_of(const struct dhcp_message *message)
{
	const struct dhcp_identity *identity = &message->identity;

	return sizeof(struct dhcp) + 3 + (is_zero(message->requested) ? 0 : 6) +
	       (is_zero(message->server) ? 0 : 6) + (message->lease_time ? 6 : 0) +
	       room_for(&identity->client_id) + room_for(&identity->hostname) +
	       room_for(&identity->parameters) + room_for(&identity->vendor_class) +
	       room_for(&identity->fqdn) + 1;
}

static void write_and_read(const struct dhcp_message *message)
{
	const size_t length = length_of(message);
	uint8_t octets[DHCP_MESSAGE_MAX];
	struct dhcp_message again;
	size_t written = dhcp_message_write(message, octets);

	if (!is_clients(message->type) || length > DHCP_MESSAGE_MAX) {
		assert(written == 0);
		return;
	}
	assert(written == (length < DHCP_MESSAGE_MIN ? DHCP_MESSAGE_MIN : length));
	assert(octets[length - 1] == 255);
	for (size_t i = length; i < written; i++)
		assert(octets[i] == 0);
	assert(dhcp_message_read(octets, written, &again) == DHCP_PARSE_ERROR_NONE);
	assert_same(message, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, and up to the very end of what is allocated */
	uint8_t *odd = malloc(length + 1);
	struct dhcp_message untouched;
	struct dhcp_message message;

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&message, &untouched, sizeof(message));
	if (dhcp_message_read(odd + 1, length, &message) == DHCP_PARSE_ERROR_NONE &&
	    dhcp_message_check(&message))
		write_and_read(&message);
	else
		assert(memcmp(&message, &untouched, sizeof(message)) == 0);
	free(odd);
	return 0;
}
