/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon hears on its interfaces past the datapath: messages of the Network Proxy
 * Protocol, and ARP replies; and its own advertisements there, as long as it listens.
 */
#ifndef SLEEPPROXY_EARS_H
#define SLEEPPROXY_EARS_H

#include <stdbool.h>

struct daemon;
struct line;
struct ear;

/* Opens one on each line that is attached, and closes those of lines that are not. */
void ears_follow(struct daemon *daemon);

/* `leaving`: the hosts there are told that the proxy goes. NULL is taken. */
void ear_close(struct ear *ear, bool leaving);

#endif
