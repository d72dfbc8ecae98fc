// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_message.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/internet.h"
#include "npp/npp_options.h"

enum { HEADER = sizeof(struct npp_header) };

/* Options 1 to 6 are the messages' own, and have their numbers. */
static bool is_own(const struct npp_option *option, const struct npp_message *message)
{
	return option->type == (uint8_t)message->subtype;
}

static bool is_subtype(unsigned int subtype)
{
	return subtype >= NPP_PROXY_SOLICITATION && subtype <= NPP_WAKEUP_CONFIRM;
}

/* What was read so far. */
struct reading {
	struct npp_message *message;
	uint32_t seen; /* a bit for each row of npp_options */
	bool has_own;
};

static enum npp_parse_error read_row(struct reading *reading, const struct npp_option *option,
                                     struct npp_cursor *data)
{
	const uint32_t bit = (uint32_t)1 << (option - npp_options);
	const bool again = reading->seen & bit;

	option->pass(data, reading->message);
	reading->seen |= bit;
	reading->has_own |= is_own(option, reading->message);
	if (again || data->failed || data->at != data->end ||
	    (option->is_said && !option->is_said(reading->message)))
		return NPP_PARSE_ERROR_bad_option;
	return NPP_PARSE_ERROR_none;
}

static enum npp_parse_error read_data(struct reading *reading, uint8_t type,
                                      struct npp_cursor *data)
{
	const uint8_t subtype = npp_option_subtype(type);
	const bool is_request = type == NPP_OPTION_SLEEP_REQUEST;
	const struct npp_option *option;
	uint8_t request = 0;

	if (subtype && subtype != (uint8_t)reading->message->subtype)
		return NPP_PARSE_ERROR_foreign_option;
	if (is_request)
		npp_cursor_u8(data, &request);
	if (data->failed)
		return NPP_PARSE_ERROR_bad_option;
	option = npp_option_of(type, request);
	if (option)
		return read_row(reading, option, data);
	return is_request ? NPP_PARSE_ERROR_unknown_request : NPP_PARSE_ERROR_none;
}

static enum npp_parse_error read_option(struct reading *reading, struct npp_cursor *cursor)
{
	struct npp_cursor data = *cursor;
	uint8_t type = 0, length = 0;

	npp_cursor_u8(&data, &type);
	npp_cursor_u8(&data, &length);
	*cursor = data;
	npp_cursor_skip(cursor, length);
	data.end = cursor->at;
	/* nothing may stand behind what covers all that is in front of it */
	if (cursor->failed || reading->message->authenticated)
		return NPP_PARSE_ERROR_bad_option;
	return read_data(reading, type, &data);
}

static enum npp_parse_error read_options(const uint8_t *octets, size_t length,
                                         struct npp_message *message)
{
	struct npp_cursor cursor = { .from = octets, .at = HEADER, .end = length };
	struct reading reading = { .message = message };

	while (cursor.at < cursor.end) {
		const enum npp_parse_error flaw = read_option(&reading, &cursor);

		if (flaw != NPP_PARSE_ERROR_none)
			return flaw;
	}
	return reading.has_own ? NPP_PARSE_ERROR_none : NPP_PARSE_ERROR_no_option;
}

static enum npp_parse_error read_header(const uint8_t *octets, size_t length, uint8_t icmp_type,
                                        struct npp_header *header)
{
	if (length < HEADER)
		return NPP_PARSE_ERROR_short;
	memcpy(header, octets, HEADER);
	/* before the rest, which means other things there */
	if (header->type != icmp_type)
		return NPP_PARSE_ERROR_other_type;
	if (length != HEADER + (size_t)header->length)
		return NPP_PARSE_ERROR_short;
	if (internet_checksum(octets, length) != 0)
		return NPP_PARSE_ERROR_bad_checksum;
	if (header->code > NPP_FAIL)
		return NPP_PARSE_ERROR_bad_code;
	return is_subtype(header->subtype) ? NPP_PARSE_ERROR_none : NPP_PARSE_ERROR_bad_subtype;
}

static void start(struct npp_message *message, const struct npp_header *header)
{
	memset(message, 0, sizeof(*message));
	message->code = header->code;
	message->transaction = ntohs(header->transaction);
	message->subtype = header->subtype;
}

enum npp_parse_error npp_read(const uint8_t *octets, size_t length, uint8_t icmp_type,
                              struct npp_message *message)
{
	struct npp_header header;
	enum npp_parse_error flaw;

	memset(message, 0, sizeof(*message));
	flaw = read_header(octets, length, icmp_type, &header);
	if (flaw != NPP_PARSE_ERROR_none)
		return flaw;
	start(message, &header);
	flaw = read_options(octets, length, message);
	if (flaw != NPP_PARSE_ERROR_none)
		start(message, &header);
	return flaw;
}

static void write_option(struct npp_cursor *cursor, const struct npp_option *option,
                         struct npp_message *message)
{
	uint8_t type = option->type, request = option->request;
	const size_t length_at = cursor->at + sizeof(type);

	npp_cursor_u8(cursor, &type);
	npp_cursor_skip(cursor, sizeof(uint8_t));
	if (request)
		npp_cursor_u8(cursor, &request);
	option->pass(cursor, message);
	if (!cursor->failed)
		cursor->to[length_at] = (uint8_t)(cursor->at - length_at - sizeof(uint8_t));
}

static bool write_options(struct npp_cursor *cursor, struct npp_message *message)
{
	const uint8_t subtype = (uint8_t)message->subtype;
	bool has_own = false;

	for (size_t i = 0; i < NPP_OPTIONS; i++) {
		const struct npp_option *option = &npp_options[i];

		if (!(option->is_said ? option->is_said(message) : option->subtype == subtype))
			continue;
		npp_cursor_require(cursor, !option->subtype || option->subtype == subtype);
		write_option(cursor, option, message);
		has_own |= is_own(option, message);
	}
	return has_own && !cursor->failed;
}

size_t npp_write(struct npp_message *message, uint8_t icmp_type, uint8_t octets[NPP_MESSAGE_MAX])
{
	struct npp_cursor cursor = { .to = octets, .at = HEADER, .end = NPP_MESSAGE_MAX };
	struct npp_header header = { .type = icmp_type };
	struct npp_message said = *message; /* options pass their fields both ways */

	said.authentication_at = 0;
	if (said.code > NPP_FAIL || !is_subtype(said.subtype) || !write_options(&cursor, &said))
		return 0;
	header.code = (uint8_t)said.code;
	header.transaction = htons(said.transaction);
	header.subtype = (uint8_t)said.subtype;
	header.length = (uint8_t)(cursor.at - HEADER);
	memcpy(octets, &header, HEADER);
	npp_set_checksum(octets, cursor.at);
	message->authentication_at = said.authentication_at;
	return cursor.at;
}

void npp_set_checksum(uint8_t *octets, size_t length)
{
	const size_t at = offsetof(struct npp_header, checksum);
	uint16_t checksum = 0;

	memcpy(octets + at, &checksum, sizeof(checksum));
	checksum = internet_checksum(octets, length);
	memcpy(octets + at, &checksum, sizeof(checksum));
}

const char *npp_subtype_name(enum npp_subtype subtype)
{
	static const char *const names[] = {
		"invalid",       "Proxy Solicitation", "Proxy Advertisement", "Sleep Request",
		"Sleep Confirm", "Wakeup Report",      "Wakeup Confirm",
	};

	return names[is_subtype(subtype) ? subtype : 0];
}
