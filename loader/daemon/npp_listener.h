/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon hears on its interfaces past the datapath: messages of the Network Proxy
 * Protocol, and ARP replies; and its own advertisements there, as long as it listens.
 */
#ifndef SLEEPPROXY_DAEMON_NPP_LISTENER_H
#define SLEEPPROXY_DAEMON_NPP_LISTENER_H

struct daemon;

/* One on each line that is attached, and none elsewhere. */
void ears_follow(struct daemon *daemon);

/* The hosts there are told that the proxy goes. */
void ears_stop(struct daemon *daemon);

#endif
