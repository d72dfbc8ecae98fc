/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What proxies offer, in words. */
#ifndef SLEEPPROXY_AGENT_SERVICES_H
#define SLEEPPROXY_AGENT_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERVICE_NAME = 20 };

/* "arp", "dhcp4", "nd", "echo", "wake-on-packet"; else its number, as "0x8004". */
char *service_name(uint16_t service, char name[SERVICE_NAME]);
bool service_from_name(const char *name, uint16_t *service); /* of those five */

bool service_is_among(const uint16_t *services, size_t count, uint16_t service);

/* What it means to miss it: "its lease is not renewed there" …; NULL: nothing. */
const char *service_missed(uint16_t service);

#endif
