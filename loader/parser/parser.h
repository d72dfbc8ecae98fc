/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octets of the network are parsed in a process that can do nothing else: no capability, and of the
 * system calls but read, write and exit. It returns a flat struct, which is checked here, so that
 * even one that a bug in a codec has put into an attacker's hands can only say what a message might
 * have said. Another process, which parses nothing, starts it anew where it ends.
 *
 * Nothing waits for it: a message is submitted, and its result is taken when parser_fd is readable.
 * Results come in the order of the messages. One that the parser ended or hung over is lost, as a
 * frame may be.
 */
#ifndef SLEEPPROXY_PARSER_H
#define SLEEPPROXY_PARSER_H

#include "dhcp/dhcp6_message.h"
#include "dhcp/dhcp_message.h"
#include "group/group_message.h"
#include "net/nd_message.h"
#include "net/router_advert.h"
#include "npp/npp_message.h"

struct parser;

/* parser_kinds.c has a row for each. */
enum parser_kind {
	PARSER_NPP,
	PARSER_DHCP,
	PARSER_DHCP6,
	PARSER_ROUTER_ADVERT,
	PARSER_GROUP,
	PARSER_ND,
	PARSER_KINDS
};

union parser_message {
	struct npp_message npp;
	struct dhcp_message dhcp;
	struct group_message group;
	struct dhcp6_message dhcp6;
	struct router_advert router_advert;
	struct nd_message nd;
};

struct parser_result {
	enum parser_kind kind;
	void *context;      /* that was submitted with it */
	bool is_lost;       /* it was not parsed */
	unsigned int error; /* enum npp_parse_error …; then `message` is as theirs */
	union parser_message message;
};

/*
 * Starts both processes, which inherit what is open: so before all else is opened or read. 0 or
 * -errno.
 */
int parser_start(struct parser **started);
void parser_stop(struct parser *parser); /* takes NULL; what was submitted gets no result */

/* Readable when there are results. */
int parser_fd(const struct parser *parser);
/* Readable when the process that starts the parser has ended: there will be no other. */
int parser_end_fd(const struct parser *parser);

/* False: who can had better wait for a result before it submits more. Takes NULL. */
bool parser_has_room(const struct parser *parser);

/*
 * `argument`: the ICMP type, of PARSER_NPP. The octets must stay until the result, and so be the
 * context's. False: there are too many without a result, or `parser` is NULL.
 */
bool parser_submit(struct parser *parser, enum parser_kind kind, uint8_t argument,
                   const uint8_t *octets, size_t length, void *context);

/*
 * The next result; the context is the caller's again. False: none yet, or `parser` is NULL. A timer
 * calls it, too, for messages over which the parser hangs.
 */
bool parser_next(struct parser *parser, struct parser_result *result);

uint64_t parser_lost(const struct parser *parser); /* so far; takes NULL */

#endif
