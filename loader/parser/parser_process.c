// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser: one message after another, until the daemon is gone. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parser/internal.h"
#include "supervisor/supervisor.h"

/* clang-format off */
static const struct syscall_rule calls[] = {
	{ .number = SCMP_SYS(read) }, { .number = SCMP_SYS(write) }, { .number = SCMP_SYS(exit_group) },
};
/* clang-format on */

static void __attribute__((noreturn)) parse_all(const void *context)
{
	static struct parser_request request;
	static struct parser_reply reply;
	const int fd = *(const int *)context;
	ssize_t length;

	while ((length = read(fd, &request, sizeof(request))) >= (ssize_t)sizeof(request.head) &&
	       request.head.kind < PARSER_KINDS) {
		const struct parser_row *row = &parser_rows[request.head.kind];

		memset(&reply, 0, sizeof(reply));
		reply.head = request.head;
		reply.head.error =
			row->parse(&request, (size_t)length - sizeof(request.head), &reply.message);
		if (write(fd, &reply, sizeof(reply.head) + row->size) < 0)
			break;
	}
	_exit(length ? EXIT_FAILURE : EXIT_SUCCESS);
}

const struct supervised parser_process = {
	.name = "proxy-parser",
	.purpose = "parses messages",
	.calls = calls,
	.call_count = sizeof(calls) / sizeof(*calls),
	.pause = 10, /* messages are lost meanwhile */
	.run = parse_all,
};
