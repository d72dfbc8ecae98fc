// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages that another process parses: what it returns is checked, one that it ends over is lost
 * alone, and of what it should not return nothing is taken.
 */
#include "test.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "npp/npp_message.h"
#include "parser/internal.h"
#include "parser/parser.h"
#include "support_npp.h"

enum { PATIENCE = 10000 }; /* ms */

static uint8_t request_octets[NPP_MESSAGE_MAX];
static size_t request_length;

static int write_request(void **state)
{
	const struct npp_message message = a_sleep_request();

	(void)state;
	request_length = npp_message_write(&message, NPP_ICMP_TYPE, request_octets);
	return request_length ? 0 : -1;
}

BEFORE_ALL(write_request)

/* The supervisors end when their daemon is gone. */
static int reap(void **state)
{
	(void)state;
	for (int waited = 0; waitpid(-1, NULL, WNOHANG) >= 0 && waited < PATIENCE; waited += 10)
		usleep(10000);
	return 0;
}

AFTER_EACH(reap)

static void submit(struct parser *parser, void *context)
{
	assert_true(parser_submit(parser, PARSER_NPP, NPP_ICMP_TYPE, request_octets, request_length,
	                          context));
}

/* Waits for it as the daemon does: for the descriptor, and a while for what gets no answer. */
static struct parser_result next(struct parser *parser)
{
	struct pollfd ready = { .fd = parser_fd(parser), .events = POLLIN };
	struct parser_result result;

	for (int waited = 0; !parser_next(parser, &result); waited += 100) {
		assert_true(waited < PATIENCE);
		poll(&ready, 1, 100);
	}
	return result;
}

/* The parser: the child of our child. 0: none is there at the moment. */
static pid_t child_of(pid_t parent)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	while (!found && (entry = readdir(processes))) {
		char path[300];
		int ppid = 0;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = atoi(entry->d_name) ? fopen(path, "re") : NULL;
		if (file && fscanf(file, "%*d (%*[^)]) %*c %d", &ppid) == 1 && ppid == parent)
			found = atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	closedir(processes);
	return found;
}

static pid_t wait_for_parser(pid_t other_than)
{
	const pid_t supervisor = child_of(getpid());

	for (int waited = 0; waited < PATIENCE; waited += 10) {
		const pid_t parser = child_of(supervisor);

		if (parser && parser != other_than)
			return parser;
		usleep(10000);
	}
	fail_msg("there is no parser");
	return 0;
}

TEST(a_message_comes_back_parsed)
{
	struct npp_message expected = a_sleep_request();
	struct parser *parser;
	struct parser_result result;

	assert_int_equal(parser_start(&parser), 0);
	submit(parser, parser);
	result = next(parser);
	assert_false(result.is_lost);
	assert_int_equal(result.error, NPP_PARSE_ERROR_NONE);
	assert_ptr_equal(result.context, parser);
	assert_int_equal(result.message.npp.transaction, expected.transaction);
	assert_memory_equal(&result.message.npp.request.pairs, &expected.request.pairs,
	                    sizeof(expected.request.pairs));
	assert_string_equal(result.message.npp.request.hostname, "nas");
	parser_stop(parser);
}

TEST(a_parser_that_was_killed_is_replaced)
{
	struct parser *parser;
	pid_t first;

	assert_int_equal(parser_start(&parser), 0);
	first = wait_for_parser(0);
	kill(first, SIGKILL);
	assert_int_not_equal(wait_for_parser(first), first);
	submit(parser, NULL);
	assert_false(next(parser).is_lost);
	assert_int_equal(parser_lost(parser), 0);
	parser_stop(parser);
}

/* As one that hangs: the message is given up, and another one parses the next. */
TEST(a_parser_that_was_stopped_is_replaced)
{
	struct parser *parser;

	assert_int_equal(parser_start(&parser), 0);
	kill(wait_for_parser(0), SIGSTOP);
	submit(parser, NULL);
	assert_true(next(parser).is_lost);
	assert_int_equal(parser_lost(parser), 1);
	submit(parser, NULL);
	assert_false(next(parser).is_lost);
	parser_stop(parser);
}

/* The other ends of a parser's descriptors, which the test has. */
struct played {
	struct parser *parser;
	int messages, control;
};

static struct played play(void)
{
	int messages[2], control[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, messages), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, control), 0);
	return (struct played){ parser_new(messages[0], control[0]), messages[1], control[1] };
}

static void end_play(const struct played *played)
{
	parser_stop(played->parser);
	close(played->messages);
	close(played->control);
}

static struct parser_head take_request(const struct played *played)
{
	struct parser_request request;

	assert_true(read(played->messages, &request, sizeof(request)) > 0);
	return request.head;
}

static void reply(const struct played *played, struct parser_head head,
                  const struct npp_message *message, size_t size)
{
	struct parser_reply out = { .head = head };

	out.message.npp = *message;
	assert_true(write(played->messages, &out, sizeof(out.head) + size) > 0);
}

static bool is_ended(const struct played *played)
{
	char octet;

	return recv(played->control, &octet, 1, MSG_DONTWAIT) == 1;
}

#define SIZE sizeof(struct npp_message)

static void as_another_kind(struct parser_head *head, size_t *size)
{
	head->kind = PARSER_DHCP;
	*size = sizeof(struct dhcp_message);
}

static void of_no_kind(struct parser_head *head, size_t *size)
{
	(void)size;
	head->kind = UINT8_MAX;
}

static void with_no_error(struct parser_head *head, size_t *size)
{
	(void)size;
	head->error = NPP_PARSE_ERROR_COUNT;
}

static void cut_short(struct parser_head *head, size_t *size)
{
	(void)head;
	*size = SIZE - 1;
}

static void empty(struct parser_head *head, size_t *size)
{
	(void)head;
	*size = 0;
}

static void too_long(struct parser_head *head, size_t *size)
{
	(void)head;
	*size = SIZE + 8;
}

TEST(a_reply_of_a_wrong_form_ends_the_parser)
{
	static const struct {
		const char *shows;
		void (*change)(struct parser_head *head, size_t *size);
	} rows[] = {
		{ "of another kind", as_another_kind },
		{ "of no kind", of_no_kind },
		{ "an error that there is not", with_no_error },
		{ "cut short", cut_short },
		{ "without a message", empty },
		{ "too long", too_long },
	};

	EACH_SHOWN(i, rows)
	{
		const struct npp_message message = a_sleep_request();
		struct played played = play();
		struct parser_head head;
		size_t size = SIZE;

		submit(played.parser, NULL);
		head = take_request(&played);
		rows[i].change(&head, &size);
		reply(&played, head, &message, size);
		assert_true(next(played.parser).is_lost);
		assert_true(is_ended(&played));
		end_play(&played);
	}
}

/* Ids that were given up, or not given yet. */
TEST(a_reply_to_no_message_is_none)
{
	static const uint32_t ids[] = { 1, 2, UINT32_MAX, 1U << 31 };
	const struct npp_message message = a_sleep_request();
	struct played played = play();
	struct parser_result result;
	struct parser_head head;

	submit(played.parser, NULL);
	head = take_request(&played);
	EACH(i, ids)
	{
		head.id = ids[i];
		reply(&played, head, &message, SIZE);
		assert_false(parser_next(played.parser, &result));
	}
	head.id = 0;
	reply(&played, head, &message, SIZE);
	assert_false(next(played.parser).is_lost);
	end_play(&played);
}

TEST(a_parser_that_answers_what_was_not_asked_is_ended)
{
	const struct npp_message message = a_sleep_request();
	struct played played = play();
	struct parser_result result;

	for (int i = 0; i < 100; i++)
		reply(&played, (struct parser_head){ .id = 7 }, &message, 0);
	assert_false(parser_next(played.parser, &result));
	assert_true(is_ended(&played));
	end_play(&played);
}

TEST(what_a_later_reply_passes_over_is_lost)
{
	const struct npp_message message = a_sleep_request();
	struct played played = play();
	int contexts[3];

	EACH(i, contexts)
	{
		submit(played.parser, &contexts[i]);
		if (i == 1)
			reply(&played, (struct parser_head){ .id = 1 }, &message, SIZE);
	}
	EACH(i, contexts)
	{
		struct parser_result result;

		if (i == 2) {
			assert_false(parser_next(played.parser, &result));
			break;
		}
		result = next(played.parser);
		assert_ptr_equal(result.context, &contexts[i]);
		assert_int_equal(result.is_lost, i == 0);
	}
	reply(&played, (struct parser_head){ .id = 2 }, &message, SIZE);
	next(played.parser);
	end_play(&played);
}

TEST(what_nobody_takes_is_bounded)
{
	struct played played = play();
	size_t count = 0;

	while (parser_has_room(played.parser))
		submit(played.parser, NULL);
	while (parser_submit(played.parser, PARSER_NPP, 0, request_octets, request_length, NULL))
		assert_true(++count < 10000);
	end_play(&played);
}
