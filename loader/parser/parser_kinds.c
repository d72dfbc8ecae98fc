// SPDX-License-Identifier: GPL-2.0-or-later
#include "parser/internal.h"

static unsigned int parse_npp(const struct parser_request *request, size_t length,
                              union parser_message *message)
{
	return npp_message_read(request->octets, length, request->head.argument, &message->npp);
}

static bool check_npp(unsigned int error, const union parser_message *message)
{
	return error < NPP_PARSE_ERROR_COUNT && npp_message_check(error, &message->npp);
}

static unsigned int parse_dhcp(const struct parser_request *request, size_t length,
                               union parser_message *message)
{
	return dhcp_message_read(request->octets, length, &message->dhcp);
}

static bool check_dhcp(unsigned int error, const union parser_message *message)
{
	return error < DHCP_PARSE_ERROR_COUNT && (error || dhcp_message_check(&message->dhcp));
}

static unsigned int parse_group(const struct parser_request *request, size_t length,
                                union parser_message *message)
{
	return group_message_read(request->octets, length, &message->group);
}

static bool check_group(unsigned int error, const union parser_message *message)
{
	return group_message_check(error, &message->group);
}

const struct parser_row parser_rows[PARSER_KINDS] = {
	[PARSER_NPP] = { parse_npp, check_npp, sizeof(struct npp_message) },
	[PARSER_DHCP] = { parse_dhcp, check_dhcp, sizeof(struct dhcp_message) },
	[PARSER_GROUP] = { parse_group, check_group, sizeof(struct group_message) },
};
