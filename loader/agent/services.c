// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/services.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "npp.h"

static const struct row {
	uint16_t service;
	const char *name, *missed;
} rows[] = {
	{ NPP_SERVICE_ARP, "arp", NULL },
	{ NPP_SERVICE_DHCP4, "dhcp4", "its lease is not renewed there" },
	{ NPP_SERVICE_ND, "nd", "its IPv6 addresses are not answered for" },
	{ NPP_SERVICE_ECHO, "echo", NULL },
	{ NPP_SERVICE_WAKE_ON_PACKET, "wake-on-packet", "no connection wakes it" },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static const struct row *row_of(uint16_t service)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].service == service)
			return &rows[i];
	}
	return NULL;
}

char *service_name(uint16_t service, char name[SERVICE_NAME])
{
	const struct row *row = row_of(service);

	if (row)
		snprintf(name, SERVICE_NAME, "%s", row->name);
	else
		snprintf(name, SERVICE_NAME, "0x%04x", service);
	return name;
}

bool service_from_name(const char *name, uint16_t *service)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*service = rows[i].service;
			return true;
		}
	}
	return false;
}

bool service_is_among(const uint16_t *services, size_t count, uint16_t service)
{
	for (size_t i = 0; i < count; i++) {
		if (services[i] == service)
			return true;
	}
	return false;
}

const char *service_missed(uint16_t service)
{
	const struct row *row = row_of(service);

	return row ? row->missed : NULL;
}
