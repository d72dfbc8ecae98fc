/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon and the parser say to each other, by a socket that keeps messages apart. */
#ifndef SLEEPPROXY_PARSER_INTERNAL_H
#define SLEEPPROXY_PARSER_INTERNAL_H

#include "parser/parser.h"

enum { PARSER_OCTETS_MAX = 2048 }; /* more than a frame has */

struct parser_head {
	uint32_t id;
	uint32_t error;   /* of a reply */
	uint8_t kind;     /* enum parser_kind */
	uint8_t argument; /* of a request */
	uint8_t pad[6];
};

struct parser_request {
	struct parser_head head;
	uint8_t octets[PARSER_OCTETS_MAX]; /* as many as there are */
};

struct parser_reply {
	struct parser_head head;
	union parser_message message; /* as much as its kind has */
};

_Static_assert(offsetof(struct parser_reply, message) == sizeof(struct parser_head),
               "a reply is as long as the head and a message");

/* What can be parsed. */
extern const struct parser_row {
	/* in the parser */
	unsigned int (*parse)(const struct parser_request *request, size_t length,
	                      union parser_message *message);
	/* in the daemon: is it what parse() might return with this error? */
	bool (*check)(unsigned int error, const union parser_message *message);
	size_t size; /* of the message */
} parser_rows[PARSER_KINDS];

/* Of those descriptors, which it closes. The other ends are a parser's and a supervisor's. */
struct parser *parser_new(int messages, int control);

/* What the supervisor starts; its context is the descriptor of its messages. */
extern const struct supervised parser_process;

#endif
