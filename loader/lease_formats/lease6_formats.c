// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is needed of an IA_NA, from dhclient's blocks in blocks, or from dhcpcd's copy of the Reply.
 * Of several in a lease the first counts, as in a message.
 */
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/text.h"
#include "lease_formats/internal.h"

enum { IAID_SIZE = 4 };

/* Where a line is: in a lease, in its IA_NA, or in one of its addresses. */
enum depth { OUTSIDE, IN_LEASE, IN_IA, IN_ADDRESS };

struct block {
	struct client_lease6 lease;
	enum depth depth;
	unsigned int skipped; /* blocks in blocks that are not of interest */
	bool has_ia;
	bool of_interface; /* of the file's interface */
	bool malformed;
};

/* After a name at the beginning of the line; NULL: it is another name. */
static const char *value_of(const char *line, const char *name)
{
	const size_t length = strlen(name);

	return strncmp(line, name, length) ? NULL : line + length;
}

/* dhclient writes some that are infinite with a sign. */
static void parse_number(const char *line, const char *name, struct block *block, uint32_t *number)
{
	const char *text = value_of(line, name);
	int64_t read = DHCP_INFINITE;

	if (!text)
		return;
	if (strcmp(text, "-1") && text_to_number(text, DHCP_INFINITE, &read))
		block->malformed = true;
	*number = (uint32_t)read;
}

static void parse_start(const char *line, struct block *block)
{
	const char *text = value_of(line, "starts ");
	int64_t begun = 0;

	if (!text)
		return;
	if (text_to_number(text, UINT32_MAX, &begun))
		block->malformed = true;
	block->lease.begun = block->lease.begun ? MIN(block->lease.begun, begun) : begun;
}

static void parse_duid(const char *line, const char *name, struct dhcp6_duid *duid)
{
	const char *text = value_of(line, name);
	struct dhcp_option octets;

	if (!text)
		return;
	octets = lease_parse_octets(text);
	duid->length = octets.length <= DHCP6_DUID_MAX ? octets.length : 0;
	memcpy(duid->octets, octets.data, duid->length);
}

/* "00:00:00:20 {" */
static void begin_ia(const char *text, struct block *block)
{
	char number[LINE_SIZE];
	struct dhcp_option octets;

	snprintf(number, sizeof(number), "%.*s", (int)strlen(text) - 2, text);
	octets = lease_parse_octets(number);
	block->malformed |= octets.length != IAID_SIZE;
	for (size_t i = 0; i < IAID_SIZE; i++)
		block->lease.lease.iaid = block->lease.lease.iaid << 8 | octets.data[i];
	block->has_ia = true;
	block->depth = IN_IA;
}

/* "2001:db8::100 {" */
static void begin_address(const char *text, struct block *block)
{
	struct dhcp6_lease *lease = &block->lease.lease;
	char address[TEXT_IP];

	snprintf(address, sizeof(address), "%.*s", (int)strlen(text) - 2, text);
	if (text_to_ip(address, &lease->addresses[lease->address_count].address))
		block->malformed = true;
	lease->address_count++;
	block->depth = IN_ADDRESS;
}

/* A line that ends in '{'. */
static void begin_block(const char *line, struct block *block)
{
	const char *ia = value_of(line, "ia-na "), *address = value_of(line, "iaaddr ");

	if (block->depth == IN_LEASE && ia && !block->has_ia && !block->skipped)
		begin_ia(ia, block);
	else if (block->depth == IN_IA && address && !block->skipped &&
	         block->lease.lease.address_count < DHCP6_ADDRESSES)
		begin_address(address, block);
	else
		block->skipped++;
}

static void end_block(struct block *block)
{
	if (block->skipped)
		block->skipped--;
	else
		block->depth--;
}

static void parse_line(const char *line, const struct lease_file *file, struct block *block)
{
	struct dhcp6_lease *lease = &block->lease.lease;
	struct dhcp6_address *address;

	if (block->depth == IN_LEASE) {
		block->of_interface |= lease_names_interface(line, file);
		parse_duid(line, "option dhcp6.client-id ", &lease->client);
		parse_duid(line, "option dhcp6.server-id ", &lease->server);
		return;
	}
	parse_start(line, block);
	if (block->depth == IN_IA) {
		parse_number(line, "renew ", block, &lease->t1);
		parse_number(line, "rebind ", block, &lease->t2);
	} else {
		address = &lease->addresses[lease->address_count - 1];
		parse_number(line, "preferred-life ", block, &address->preferred);
		parse_number(line, "max-life ", block, &address->valid);
	}
}

/* Addresses that are not valid are none of it. */
static bool finish(const struct client_lease6 *read, struct client_lease6 *lease)
{
	struct client_lease6 found = *read;

	found.lease.address_count = 0;
	for (size_t i = 0; i < read->lease.address_count; i++)
		if (read->lease.addresses[i].valid)
			found.lease.addresses[found.lease.address_count++] =
				read->lease.addresses[i];
	if (found.begun <= 0 || !dhcp6_lease_check(&found.lease))
		return false;
	*lease = found;
	return true;
}

/* A journal: the last lease of the interface counts. One without its end is being written. */
bool lease6_from_dhclient(const struct lease_file *file, struct client_lease6 *lease)
{
	struct block block = { .depth = OUTSIDE }, last = { .malformed = true };
	char line[LINE_SIZE];

	for (const char *at = file->octets; *at;) {
		at = lease_read_line(at, line);
		if (strcmp(line, "lease6 {") == 0)
			block = (struct block){ .depth = IN_LEASE };
		else if (block.depth == OUTSIDE)
			continue;
		else if (strcmp(line, "}") == 0)
			end_block(&block);
		else if (*line && strcmp(line + strlen(line) - 1, "{") == 0)
			begin_block(line, &block);
		else if (!block.skipped)
			parse_line(line, file, &block);
		if (block.depth == OUTSIDE && block.of_interface)
			last = block;
	}
	return !last.malformed && finish(&last.lease, lease);
}

bool lease6_from_dhcpcd(const struct lease_file *file, struct client_lease6 *lease)
{
	struct client_lease6 read = { .begun = file->written };
	struct dhcp6_message message;

	if (dhcp6_message_read((const uint8_t *)file->octets, file->length, &message) !=
	            DHCP_PARSE_ERROR_NONE ||
	    message.type != DHCP6_REPLY || message.status)
		return false;
	read.lease = (struct dhcp6_lease){
		.client = message.identity.client,
		.server = message.identity.server,
		.iaid = message.iaid,
		.t1 = message.t1,
		.t2 = message.t2,
		.address_count = message.address_count,
	};
	memcpy(read.lease.addresses, message.addresses, sizeof(read.lease.addresses));
	return finish(&read, lease);
}
