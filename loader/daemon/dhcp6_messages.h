/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses that DHCPv6 servers assign. */
#ifndef SLEEPPROXY_DAEMON_DHCP6_MESSAGES_H
#define SLEEPPROXY_DAEMON_DHCP6_MESSAGES_H

#include "daemon/daemon.h"

void daemon_receive_dhcp6(struct daemon *daemon, const struct dhcp_snoop *snoop);
void daemon_take_dhcp6(struct daemon *daemon, const struct parser_result *result);
void host_send_dhcp6(struct daemon *daemon, struct host *host);
/* As dhcp6_client_grant(). A lease without a source is sent from an address made of the MAC. */
int host_grant_lease6(struct daemon *daemon, struct host *host, const struct lease6_grant *grant,
                      const struct dhcp6_identity *identity);
/*
 * A copy of what is known of the host as a client, with the lease that it hands over together with
 * these addresses; or NULL.
 */
struct dhcp6_client *host_lease6_of(struct daemon *daemon, const struct host *host,
                                    const struct dhcp6_lease *lease,
                                    const struct registration_draft *registration);

#endif
