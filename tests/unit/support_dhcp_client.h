/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_TESTS_DHCP_CLIENT_H
#define SLEEPPROXY_TESTS_DHCP_CLIENT_H

#include <string.h>

#include "dhcp/dhcp_client.h"

static inline bool has_identity(const struct dhcp_client *client,
                                const struct dhcp_identity *identity)
{
	const struct dhcp_identity known = dhcp_client_identity(client);

	return !memcmp(&known, identity, sizeof(known));
}

#endif
