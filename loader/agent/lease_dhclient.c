// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhclient.leases(5): a journal, of which an interface's last lease counts. Its grammar is that of
 * dhclient.conf(5): statements that end with ';' or have more of them in braces.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agent/lease_values.h"

struct statement {
	char text[LEASE_TEXT]; /* blanks between words are one each; empty: it did not fit */
	size_t length;
	char end; /* ';', '{', '}', or 0 at the end of the file */
};

struct block {
	struct client_lease lease;
	char interface[IFNAMSIZ];
	int64_t ends; /* s since 1970, or LEASE_TIME_MAX; 0: not said */
	bool whole;   /* it says what it must, and in the right form */
};

static void append(struct statement *statement, char c)
{
	if (statement->length < sizeof(statement->text) - 1)
		statement->text[statement->length] = c;
	statement->length++;
}

static void append_blank(struct statement *statement)
{
	if (statement->length && statement->length < sizeof(statement->text) &&
	    statement->text[statement->length - 1] != ' ')
		append(statement, ' ');
}

/* With its quotes and backslashes. What is behind it. */
static const char *append_string(struct statement *statement, const char *at)
{
	append(statement, *at++);
	while (*at && *at != '"') {
		if (*at == '\\' && at[1])
			append(statement, *at++);
		append(statement, *at++);
	}
	if (*at)
		append(statement, *at++);
	return at;
}

static void finish(struct statement *statement, char end)
{
	if (statement->length >= sizeof(statement->text))
		statement->length = 0;
	if (statement->length && statement->text[statement->length - 1] == ' ')
		statement->length--;
	statement->text[statement->length] = '\0';
	statement->end = end;
}

/* What is behind it. */
static const char *read_statement(const char *at, struct statement *statement)
{
	statement->length = 0;
	while (*at && !strchr(";{}", *at)) {
		if (*at == '#') {
			at += strcspn(at, "\n");
		} else if (*at == '"') {
			at = append_string(statement, at);
		} else if (isspace((unsigned char)*at)) {
			append_blank(statement);
			at++;
		} else {
			append(statement, *at++);
		}
	}
	finish(statement, *at);
	return *at ? at + 1 : at;
}

static int octal(const char *text)
{
	unsigned int octet;

	if (strspn(text, "01234567") < 3 || sscanf(text, "%3o", &octet) != 1 || octet > UINT8_MAX)
		return -1;
	return (int)octet;
}

/* As pretty_print_option() writes what can all be printed. */
static bool read_string(const char *text, struct dhcp_option *octets)
{
	struct dhcp_option parsed = { 0 };

	if (*text++ != '"')
		return false;
	while (*text && *text != '"') {
		const int octet = *text == '\\' ? octal(text + 1) : -1;

		if (parsed.length == sizeof(parsed.data))
			return false;
		if (octet < 0 && *text == '\\')
			text++;
		parsed.data[parsed.length++] = octet < 0 ? (uint8_t)*text : (uint8_t)octet;
		text += octet < 0 ? 1 : 4;
	}
	if (strcmp(text, "\"") || !parsed.length)
		return false;
	*octets = parsed;
	return true;
}

/* "1 2026/11/23 11:40:02": a day of the week, and UTC */
static bool read_calendar(const char *text, int64_t *time)
{
	struct tm utc = { 0 }, said;
	int end = 0;

	sscanf(text, "%*1d %4d/%2d/%2d %2d:%2d:%2d%n", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
	       &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &end);
	if (!end || text[end])
		return false;
	utc.tm_year -= 1900;
	utc.tm_mon--;
	said = utc;
	*time = timegm(&utc);
	/* what is in no calendar has been turned into what is */
	return *time > 0 && utc.tm_mon == said.tm_mon && utc.tm_mday == said.tm_mday &&
	       utc.tm_hour == said.tm_hour && utc.tm_min == said.tm_min &&
	       utc.tm_sec == said.tm_sec;
}

/* also "never" and "epoch 1795434551" */
static bool read_time(const char *text, int64_t *time)
{
	uint64_t epoch;

	if (strcmp(text, "never") == 0) {
		*time = LEASE_TIME_MAX;
		return true;
	}
	if (strncmp(text, "epoch ", 6) == 0) {
		*time = lease_number(text + 6, LEASE_TIME_MAX, &epoch) ? (int64_t)epoch : 0;
		return *time;
	}
	return read_calendar(text, time);
}

/* What stands behind the name. NULL: the statement is another. */
static const char *value_of(const struct statement *statement, const char *name)
{
	const size_t length = strlen(name);

	return strncmp(statement->text, name, length) ? NULL : statement->text + length;
}

static bool take_interface(const char *value, char interface[IFNAMSIZ])
{
	struct dhcp_option name;

	if (!read_string(value, &name) || name.length >= IFNAMSIZ)
		return false;
	memcpy(interface, name.data, name.length);
	interface[name.length] = '\0';
	return true;
}

static bool take_total(const char *value, struct client_lease *lease)
{
	uint64_t seconds;

	if (!lease_number(value, DHCP_INFINITE, &seconds))
		return false;
	lease->total = (uint32_t)seconds;
	return true;
}

static bool take_statement(const struct statement *statement, struct block *block)
{
	struct client_lease *lease = &block->lease;
	const char *value;

	if ((value = value_of(statement, "interface ")))
		return take_interface(value, block->interface);
	if ((value = value_of(statement, "fixed-address ")))
		return lease_address(value, &lease->address);
	if ((value = value_of(statement, "option dhcp-server-identifier ")))
		return lease_address(value, &lease->server);
	if ((value = value_of(statement, "option dhcp-lease-time ")))
		return take_total(value, lease);
	if ((value = value_of(statement, "option dhcp-client-identifier ")))
		return read_string(value, &lease->client_id) ||
		       lease_octets(value, &lease->client_id);
	if ((value = value_of(statement, "expire ")))
		return read_time(value, &block->ends);
	return true;
}

/* What is behind the block. One without end is of no interface: dhclient passes over it too. */
static const char *read_block(const char *at, struct block *block)
{
	struct statement statement;
	bool right = true;

	*block = (struct block){ .lease = { .dated = true } };
	do {
		at = read_statement(at, &statement);
		right &= statement.end != '{' && take_statement(&statement, block);
	} while (statement.end && statement.end != '}');
	if (!statement.end)
		*block->interface = '\0';
	block->whole = right && block->ends && lease_is_whole(&block->lease);
	return at;
}

static const char *skip_block(const char *at)
{
	struct statement statement;
	size_t depth = 1;

	do {
		at = read_statement(at, &statement);
		depth += statement.end == '{';
		depth -= statement.end == '}';
	} while (statement.end && depth);
	return at;
}

static void settle_times(struct block *block, int64_t written)
{
	if (block->ends == LEASE_TIME_MAX)
		block->lease.total = DHCP_INFINITE;
	block->lease.begun =
		block->ends == LEASE_TIME_MAX ? written : block->ends - block->lease.total;
}

/* What is behind the statement and its block. `last`: the last lease of the interface so far. */
static const char *read_entry(const char *at, const char *interface, struct block *last)
{
	struct statement statement;
	struct block block;

	at = read_statement(at, &statement);
	if (statement.end != '{')
		return at;
	if (strcmp(statement.text, "lease"))
		return skip_block(at);
	at = read_block(at, &block);
	if (strcmp(block.interface, interface) == 0)
		*last = block;
	return at;
}

bool lease_from_dhclient(const struct lease_file *file, struct client_lease *lease)
{
	const char *at = file->octets;
	struct block last = { 0 };

	while (*at)
		at = read_entry(at, file->interface, &last);
	if (!last.whole)
		return false;
	settle_times(&last, file->written);
	*lease = last.lease;
	return true;
}
