// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's side. Submitted messages are a queue: the first `sent - head` of it are with the
 * parser, which takes one after another; so an answer to a later one tells that the parser ended
 * over those before, and the first is the one over which it may hang.
 */
#include "parser/parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "parser/internal.h"
#include "supervisor/supervisor.h"

enum { SLOTS = 1024, ROOM = SLOTS / 2 };
enum { DEADLINE = 2000 }; /* ms, for one message: it takes microseconds */
enum { STRAYS_MAX = 32 }; /* replies to nothing, one after another */

struct slot {
	enum parser_kind kind;
	uint8_t argument;
	const uint8_t *octets;
	size_t length;
	void *context;
};

struct parser {
	int messages, control;
	struct slot slots[SLOTS];  /* of message `id`: id % SLOTS */
	uint32_t head, sent, tail; /* ids: of the first without a result, not sent, not submitted */
	int64_t head_since;        /* ms: the head is with the parser */
	struct parser_reply reply;
	size_t reply_length; /* 0: none was received */
	uint64_t lost;
};

static struct slot *slot_of(struct parser *parser, uint32_t id)
{
	return &parser->slots[id % SLOTS];
}

struct parser *parser_new(int messages, int control)
{
	struct parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		return NULL;
	parser->messages = messages;
	parser->control = control;
	return parser;
}

int parser_start(struct parser **started)
{
	int messages[2], control; /* the parser has the second end of `messages` */
	int err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, messages))
		return -errno;
	err = supervisor_start(&parser_process, &messages[1], &messages[1], 1, &control);
	close(messages[1]);
	if (err) {
		close(messages[0]);
		return err;
	}
	*started = parser_new(messages[0], control);
	if (*started)
		return 0;
	close(messages[0]);
	close(control);
	return -ENOMEM;
}

void parser_stop(struct parser *parser)
{
	if (!parser)
		return;
	for (; parser->head != parser->tail; parser->head++)
		free(slot_of(parser, parser->head)->context);
	cleanup_close(&parser->messages);
	cleanup_close(&parser->control);
	free(parser);
}

int parser_fd(const struct parser *parser)
{
	return parser->messages;
}

int parser_end_fd(const struct parser *parser)
{
	return parser->control;
}

uint64_t parser_lost(const struct parser *parser)
{
	return parser ? parser->lost : 0;
}

bool parser_has_room(const struct parser *parser)
{
	return !parser || parser->tail - parser->head < ROOM;
}

static bool send_slot(const struct parser *parser, uint32_t id, const struct slot *slot)
{
	struct parser_head head = {
		.id = id,
		.kind = (uint8_t)slot->kind,
		.argument = slot->argument,
	};
	struct iovec parts[] = {
		{ &head, sizeof(head) },
		{ (void *)slot->octets, slot->length },
	};
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(parser->messages, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* As many as the socket takes; the rest follow the next result. */
static void send_waiting(struct parser *parser)
{
	while (parser->sent != parser->tail &&
	       send_slot(parser, parser->sent, slot_of(parser, parser->sent))) {
		if (parser->sent == parser->head)
			parser->head_since = clock_ms();
		parser->sent++;
	}
}

bool parser_submit(struct parser *parser, enum parser_kind kind, uint8_t argument,
                   const uint8_t *octets, size_t length, void *context)
{
	if (!parser || parser->tail - parser->head == SLOTS || length > PARSER_OCTETS_MAX) {
		if (parser)
			parser->lost++;
		return false;
	}
	*slot_of(parser, parser->tail++) = (struct slot){ kind, argument, octets, length, context };
	send_waiting(parser);
	return true;
}

static void take_head(struct parser *parser, struct parser_result *result)
{
	struct slot *slot = slot_of(parser, parser->head);

	*result = (struct parser_result){ .kind = slot->kind, .context = slot->context };
	parser->head++;
	parser->head_since = clock_ms();
	send_waiting(parser);
}

static void lose_head(struct parser *parser, struct parser_result *result)
{
	take_head(parser, result);
	result->is_lost = true;
	parser->lost++;
}

/* It is for the head. One that no codec would return shows that the parser is not itself. */
static void take_reply(struct parser *parser, struct parser_result *result)
{
	const struct parser_reply *reply = &parser->reply;
	const enum parser_kind kind = slot_of(parser, parser->head)->kind;
	const struct parser_row *row = &parser_rows[kind];

	if (parser->reply_length != sizeof(reply->head) + row->size || reply->head.kind != kind ||
	    !row->check(reply->head.error, &reply->message)) {
		log_error("what a message says is impossible: its parser is ended");
		supervisor_restart(parser->control);
		lose_head(parser, result);
	} else {
		take_head(parser, result);
		result->error = reply->head.error;
		result->message = reply->message;
	}
	parser->reply_length = 0;
}

/*
 * Skips what is no answer, or one to a message that was given up. There are few of these, unless
 * the parser wants to keep the daemon busy.
 */
static bool receive_reply(struct parser *parser)
{
	for (int i = 0; i < STRAYS_MAX && !parser->reply_length; i++) {
		const ssize_t length = recv(parser->messages, &parser->reply, sizeof(parser->reply),
		                            MSG_DONTWAIT | MSG_TRUNC);
		const uint32_t ahead = parser->reply.head.id - parser->head;

		if (length <= 0)
			return false;
		if (length >= (ssize_t)sizeof(parser->reply.head) &&
		    ahead < parser->sent - parser->head)
			parser->reply_length = (size_t)length;
	}
	if (!parser->reply_length)
		supervisor_restart(parser->control);
	return parser->reply_length;
}

bool parser_next(struct parser *parser, struct parser_result *result)
{
	if (!parser)
		return false;
	if (receive_reply(parser)) {
		if (parser->reply.head.id == parser->head)
			take_reply(parser, result);
		else
			lose_head(parser, result);
		return true;
	}
	if (parser->sent == parser->head || clock_ms() - parser->head_since < DEADLINE)
		return false;
	log_error("a message was not parsed within %d s: its parser is ended", DEADLINE / 1000);
	supervisor_restart(parser->control);
	lose_head(parser, result);
	return true;
}
