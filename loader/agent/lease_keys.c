// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of lines "KEY=VALUE". */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lease_values.h"

struct reading {
	struct client_lease lease;
	uint64_t ends; /* s since 1970; 0: not said */
};

struct key {
	const char *name;
	bool (*take)(const char *value, struct reading *reading);
};

static bool take_address(const char *value, struct reading *reading)
{
	return lease_address(value, &reading->lease.address);
}

static bool take_server(const char *value, struct reading *reading)
{
	return lease_address(value, &reading->lease.server);
}

/* What cannot be read is as good as not said: NetworkManager has dhclient's as text. */
static bool take_client_id(const char *value, struct reading *reading)
{
	lease_octets(value, &reading->lease.client_id);
	return true;
}

static bool take_end(const char *value, struct reading *reading)
{
	return lease_number(value, LEASE_TIME_MAX, &reading->ends);
}

/* Those of systemd.time(7) in which it writes whole seconds. */
static uint64_t seconds_in(const char *unit, size_t length)
{
	static const struct {
		const char *name;
		uint32_t seconds;
	} units[] = {
		{ "y", 31557600 }, { "month", 2629800 }, { "w", 604800 }, { "d", 86400 },
		{ "h", 3600 },     { "min", 60 },        { "s", 1 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strlen(units[i].name) == length && !strncmp(units[i].name, unit, length))
			return units[i].seconds;
	}
	return 0;
}

/* "1h 30min": as systemd writes times since version 255. */
static bool read_span(const char *text, uint64_t *seconds)
{
	for (*seconds = 0; *text; text += strspn(text, " ")) {
		const size_t digits = strspn(text, "0123456789");
		const char *unit = text + digits;
		const size_t length = strcspn(unit, " ");
		const uint64_t each = seconds_in(unit, length);

		if (!digits || digits > 10 || !each || *seconds > DHCP_INFINITE)
			return false;
		*seconds += strtoull(text, NULL, 10) * each;
		text = unit + length;
	}
	return true;
}

static bool take_total(const char *value, struct reading *reading)
{
	uint64_t seconds = DHCP_INFINITE;

	if (strcmp(value, "infinity") && !lease_number(value, DHCP_INFINITE, &seconds) &&
	    (!read_span(value, &seconds) || seconds > DHCP_INFINITE))
		return false;
	reading->lease.total = (uint32_t)seconds;
	return true;
}

/* One that is not asked for, or too long to be, is none of ours. */
static bool take_line(const char *line, size_t length, const struct key *keys,
                      struct reading *reading)
{
	char text[LEASE_TEXT];
	char *value;

	if (length >= sizeof(text))
		return true;
	memcpy(text, line, length);
	text[length] = '\0';
	value = strchr(text, '=');
	if (!value)
		return true;
	*value++ = '\0';
	for (; keys->name; keys++) {
		if (strcmp(keys->name, text) == 0)
			return keys->take(value, reading);
	}
	return true;
}

static bool read_lines(const struct lease_file *file, const struct key *keys,
                       struct reading *reading)
{
	const char *line = file->octets;

	while (*line) {
		const size_t length = strcspn(line, "\n");

		if (!take_line(line, length, keys, reading))
			return false;
		line += length + (line[length] == '\n');
	}
	return lease_is_whole(&reading->lease);
}

bool lease_from_networkd(const struct lease_file *file, struct client_lease *lease)
{
	static const struct key keys[] = {
		{ "ADDRESS", take_address },
		{ "SERVER_ADDRESS", take_server },
		{ "LIFETIME", take_total },
		{ "CLIENTID", take_client_id },
		{ NULL, NULL },
	};
	struct reading reading = { .lease = { .begun = file->written } };

	if (!read_lines(file, keys, &reading))
		return false;
	*lease = reading.lease;
	return true;
}

/* Without "expiry" it has no end. */
bool lease_from_networkmanager(const struct lease_file *file, struct client_lease *lease)
{
	static const struct key keys[] = {
		{ "dhcp4.ip_address", take_address },
		{ "dhcp4.dhcp_server_identifier", take_server },
		{ "dhcp4.dhcp_lease_time", take_total },
		{ "dhcp4.expiry", take_end },
		{ "dhcp4.dhcp_client_identifier", take_client_id },
		{ NULL, NULL },
	};
	struct reading reading = { .lease = { .begun = file->written, .dated = true } };

	if (!read_lines(file, keys, &reading) ||
	    (!reading.ends && reading.lease.total != DHCP_INFINITE))
		return false;
	if (reading.ends)
		reading.lease.begun = (int64_t)reading.ends - reading.lease.total;
	*lease = reading.lease;
	return true;
}
