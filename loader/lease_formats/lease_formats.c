// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is needed of a lease, from the files of DHCP clients: lines of a name and a value, which are
 * written by programs and always look the same; or dhcpcd's copy of the DHCPACK. Other lines are
 * skipped.
 */
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "lease_formats/internal.h"

#define TIME_MAX INT64_C(253402300799) /* the end of the year 9999, and "never" */

enum lease_item {
	LEASE_ADDRESS,
	LEASE_SERVER,
	LEASE_TOTAL,
	LEASE_EXPIRY,
	LEASE_CLIENT_ID,
	LEASE_ITEMS,
};

enum lease_format { FORMAT_DHCLIENT, FORMAT_NETWORKD, FORMAT_NETWORKMANAGER, LEASE_FORMATS };

/* How a line begins that has the value after it, in each format. */
static const char *const line_names[LEASE_ITEMS][LEASE_FORMATS] = {
	[LEASE_ADDRESS] = { "fixed-address ", "ADDRESS=", "dhcp4.ip_address=" },
	[LEASE_SERVER] = { "option dhcp-server-identifier ",
	                   "SERVER_ADDRESS=", "dhcp4.dhcp_server_identifier=" },
	[LEASE_TOTAL] = { "option dhcp-lease-time ", "LIFETIME=", "dhcp4.dhcp_lease_time=" },
	[LEASE_EXPIRY] = { "expire ", NULL, "dhcp4.expiry=" },
	[LEASE_CLIENT_ID] = { "option dhcp-client-identifier ",
	                      "CLIENTID=", "dhcp4.dhcp_client_identifier=" },
};

struct parsed_lease {
	struct client_lease lease;
	int64_t ends;      /* s since 1970, TIME_MAX: never; 0: the file does not say */
	bool of_interface; /* of the file's interface */
	bool malformed;
};

static const struct dhcp_option no_octets;

static struct dhcp_option parse_hex(const char *text)
{
	struct dhcp_option octets = { 0 };

	while (isxdigit((unsigned char)*text)) {
		int octet = text_hex_digit(*text++);

		if (isxdigit((unsigned char)*text))
			octet = octet << 4 | text_hex_digit(*text++);
		if (octets.length == sizeof(octets.data))
			return no_octets;
		octets.data[octets.length++] = (uint8_t)octet;
		if (*text == ':' && text[1])
			text++;
	}
	return *text ? no_octets : octets;
}

/* After a quote: as dhclient writes octets that are all printable, some after a backslash. */
static struct dhcp_option parse_string(const char *text)
{
	struct dhcp_option octets = { 0 };

	for (; *text && *text != '"'; text++) {
		if (*text == '\\' && isdigit((unsigned char)*++text))
			return no_octets; /* octal: not printable */
		if (!*text || octets.length == sizeof(octets.data))
			return no_octets;
		octets.data[octets.length++] = (uint8_t)*text;
	}
	return strcmp(text, "\"") ? no_octets : octets;
}

struct dhcp_option lease_parse_octets(const char *text)
{
	return *text == '"' ? parse_string(text + 1) : parse_hex(text);
}

/* "1h 30min": how systemd writes durations since version 255, by the units of systemd.time(7). */
static bool parse_duration(const char *text, int64_t *seconds)
{
	static const struct {
		const char *name;
		uint32_t seconds;
	} units[] = {
		{ "y", 31557600 }, { "month", 2629800 }, { "w", 604800 }, { "d", 86400 },
		{ "h", 3600 },     { "min", 60 },        { "s", 1 },      { NULL, 0 },
	};
	long long number;
	char name[8];
	int used;

	for (*seconds = 0; *text && *seconds <= DHCP_INFINITE; text += used) {
		size_t unit = 0;

		if (sscanf(text, "%10lld%7[a-z]%n", &number, name, &used) != 2 || number < 0)
			return false;
		while (units[unit].name && strcmp(units[unit].name, name))
			unit++;
		if (!units[unit].name)
			return false;
		*seconds += number * units[unit].seconds;
	}
	return *seconds <= DHCP_INFINITE;
}

static bool parse_total(const char *text, uint32_t *total)
{
	int64_t seconds = DHCP_INFINITE;

	if (strcmp(text, "infinity") && text_to_number(text, DHCP_INFINITE, &seconds) &&
	    !parse_duration(text, &seconds))
		return false;
	*total = (uint32_t)seconds;
	return true;
}

/* "1795434551", "epoch 1795434551", "never", or "1 2026/11/23 11:40:02": day of the week, UTC. */
static bool parse_time(const char *text, int64_t *time)
{
	struct tm utc = { 0 };
	const char *end;

	*time = TIME_MAX;
	if (strcmp(text, "never") == 0)
		return true;
	if (!text_to_number(strncmp(text, "epoch ", 6) ? text : text + 6, TIME_MAX, time))
		return *time > 0;
	end = strptime(text, "%w %Y/%m/%d %H:%M:%S", &utc);
	*time = timegm(&utc);
	return end && !*end && *time > 0;
}

static bool parse_item(enum lease_item item, const char *value, struct parsed_lease *parsed)
{
	struct client_lease *lease = &parsed->lease;

	switch (item) {
	case LEASE_ADDRESS:
		return !text_to_ipv4(value, &lease->address);
	case LEASE_SERVER:
		return !text_to_ipv4(value, &lease->server);
	case LEASE_TOTAL:
		return parse_total(value, &lease->total);
	case LEASE_EXPIRY:
		return parse_time(value, &parsed->ends);
	default: /* the client identifier; NetworkManager's text without quotes is none */
		lease->client_id = lease_parse_octets(value);
		return true;
	}
}

static void parse_line(const char *line, enum lease_format format, struct parsed_lease *parsed)
{
	for (enum lease_item i = 0; i < LEASE_ITEMS; i++) {
		const char *name = line_names[i][format];

		if (name && !strncmp(name, line, strlen(name)) &&
		    !parse_item(i, line + strlen(name), parsed))
			parsed->malformed = true;
	}
}

const char *lease_read_line(const char *at, char line[LINE_SIZE])
{
	size_t length;
	char *end;

	at += strspn(at, " \t");
	length = strcspn(at, "\n");
	snprintf(line, LINE_SIZE, "%.*s", length < LINE_SIZE ? (int)length : 0, at);
	end = strstr(line, "; #");
	if (!end && *line && line[strlen(line) - 1] == ';')
		end = line + strlen(line) - 1;
	if (end)
		*end = '\0';
	return at + length + (at[length] == '\n');
}

/* `dated`: the format says when the lease ends, where it ends. */
static bool finish(struct parsed_lease *parsed, int64_t written, bool dated,
                   struct client_lease *lease)
{
	struct client_lease *found = &parsed->lease;
	const bool has_end = parsed->ends && parsed->ends != TIME_MAX;

	if (parsed->ends == TIME_MAX)
		found->total = DHCP_INFINITE;
	if (parsed->malformed || !ipv4_is_set(found->address) || !ipv4_is_set(found->server) ||
	    !found->total || (dated && !has_end && found->total != DHCP_INFINITE))
		return false;
	found->dated = dated;
	found->begun = has_end ? parsed->ends - found->total : written;
	*lease = *found;
	return true;
}

bool lease_names_interface(const char *line, const struct lease_file *file)
{
	char own[IFNAMSIZ + sizeof("interface \"\"")];

	snprintf(own, sizeof(own), "interface \"%s\"", file->interface);
	return strcmp(line, own) == 0;
}

/* A journal: the last block of the interface counts. One without its end is being written. */
bool lease_from_dhclient(const struct lease_file *file, struct client_lease *lease)
{
	struct parsed_lease block = { 0 }, last = { 0 };
	char line[LINE_SIZE];
	bool inside = false;

	for (const char *at = file->octets; *at;) {
		at = lease_read_line(at, line);
		if (strcmp(line, "lease {") == 0) {
			inside = true;
			block = (struct parsed_lease){ 0 };
		} else if (strcmp(line, "}") == 0) {
			if (block.of_interface)
				last = block;
			inside = false;
		} else if (inside) {
			block.of_interface |= lease_names_interface(line, file);
			parse_line(line, FORMAT_DHCLIENT, &block);
		}
	}
	return finish(&last, file->written, true, lease);
}

static bool read_lines(const struct lease_file *file, enum lease_format format, bool dated,
                       struct client_lease *lease)
{
	struct parsed_lease parsed = { 0 };
	char line[LINE_SIZE];

	for (const char *at = file->octets; *at;) {
		at = lease_read_line(at, line);
		parse_line(line, format, &parsed);
	}
	return finish(&parsed, file->written, dated, lease);
}

bool lease_from_networkd(const struct lease_file *file, struct client_lease *lease)
{
	return read_lines(file, FORMAT_NETWORKD, false, lease);
}

bool lease_from_networkmanager(const struct lease_file *file, struct client_lease *lease)
{
	return read_lines(file, FORMAT_NETWORKMANAGER, true, lease);
}

bool lease_from_dhcpcd(const struct lease_file *file, struct client_lease *lease)
{
	struct parsed_lease parsed = { .ends = 0 };
	struct dhcp_message message;

	if (dhcp_message_read((const uint8_t *)file->octets, file->length, &message) !=
	            DHCP_PARSE_ERROR_NONE ||
	    message.type != DHCP_ACK)
		return false;
	parsed.lease.address = message.yiaddr;
	parsed.lease.server = message.server;
	parsed.lease.total = message.lease_time;
	parsed.lease.client_id = message.identity.client_id;
	parsed.ends = file->written + message.lease_time;
	return finish(&parsed, file->written, true, lease);
}
