// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lease_values.h"

bool lease_from_dhcpcd(const struct lease_file *file, struct client_lease *lease)
{
	struct client_lease found = { .begun = file->written, .dated = true };
	struct dhcp_message message;

	if (dhcp_message_read((const uint8_t *)file->octets, file->length, &message) !=
	            DHCP_PARSE_ERROR_none ||
	    message.type != DHCP_ACK)
		return false;
	found.address = message.yiaddr;
	found.server = message.server;
	found.total = message.lease_time;
	found.client_id = message.identity.client_id;
	if (!lease_is_whole(&found))
		return false;
	*lease = found;
	return true;
}
