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

static unsigned int parse_dhcp6(const struct parser_request *request, size_t length,
                                union parser_message *message)
{
	return dhcp6_message_read(request->octets, length, &message->dhcp6);
}

static bool check_dhcp6(unsigned int error, const union parser_message *message)
{
	return error < DHCP_PARSE_ERROR_COUNT && (error || dhcp6_message_check(&message->dhcp6));
}

static unsigned int parse_router_advert(const struct parser_request *request, size_t length,
                                        union parser_message *message)
{
	return router_advert_read(request->octets, length, &message->router_advert);
}

static bool check_router_advert(unsigned int error, const union parser_message *message)
{
	return error < RA_PARSE_ERROR_COUNT &&
	       (error || router_advert_check(&message->router_advert));
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

static unsigned int parse_nd(const struct parser_request *request, size_t length,
                             union parser_message *message)
{
	return !nd_message_read(request->octets, length, &message->nd);
}

static bool check_nd(unsigned int error, const union parser_message *message)
{
	return error == 1 || (!error && nd_message_check(&message->nd));
}

const struct parser_row parser_rows[PARSER_KINDS] = {
	[PARSER_NPP] = { parse_npp, check_npp, sizeof(struct npp_message) },
	[PARSER_DHCP] = { parse_dhcp, check_dhcp, sizeof(struct dhcp_message) },
	[PARSER_GROUP] = { parse_group, check_group, sizeof(struct group_message) },
	[PARSER_DHCP6] = { parse_dhcp6, check_dhcp6, sizeof(struct dhcp6_message) },
	[PARSER_ROUTER_ADVERT] = { parse_router_advert, check_router_advert,
	                           sizeof(struct router_advert) },
	[PARSER_ND] = { parse_nd, check_nd, sizeof(struct nd_message) },
};
