// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/rtnetlink.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "core/cleanup.h"

/* Of a socket's one question. The kernel fills at most as much at a time (NLMSG_GOODSIZE). */
enum { SEQUENCE = 1, BUFFER = 32768 };

static int ask(int fd, uint16_t question, uint8_t family)
{
	const struct {
		struct nlmsghdr head;
		struct rtgenmsg about;
	} message = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(message.about)),
		          .nlmsg_type = question,
		          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		          .nlmsg_seq = SEQUENCE },
		.about = { .rtgen_family = family },
	};

	return send(fd, &message, message.head.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int error_of(const struct nlmsghdr *message)
{
	const struct nlmsgerr *refusal = rtnetlink_header(message, sizeof(*refusal));

	return refusal && refusal->error ? refusal->error : -EBADMSG;
}

/* 1: there is more to come. */
static int take(const struct nlmsghdr *message, rtnetlink_row *row, void *context)
{
	if (message->nlmsg_seq != SEQUENCE)
		return 1;
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (message->nlmsg_type == NLMSG_ERROR)
		return error_of(message);
	if (message->nlmsg_type == NLMSG_DONE)
		return 0;
	row(message, context);
	return 1;
}

static int take_all(const struct nlmsghdr *message, ssize_t length, rtnetlink_row *row,
                    void *context)
{
	int more = 1;

	for (; more > 0 && NLMSG_OK(message, length); message = NLMSG_NEXT(message, length))
		more = take(message, row, context);
	return more;
}

int rtnetlink_table(uint16_t question, uint8_t family, rtnetlink_row *row, void *context)
{
	autoclose int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
	int more = fd < 0 ? -errno : ask(fd, question, family);

	if (more < 0)
		return more;
	do {
		const ssize_t length = recv(fd, buffer, sizeof(buffer), MSG_TRUNC);

		if (length < 0)
			return -errno;
		if ((size_t)length > sizeof(buffer))
			return -EMSGSIZE;
		more = take_all((const void *)buffer, length, row, context);
	} while (more > 0);
	return more;
}

const void *rtnetlink_header(const struct nlmsghdr *message, size_t size)
{
	return message->nlmsg_len >= NLMSG_LENGTH(size) ? NLMSG_DATA(message) : NULL;
}

const void *rtnetlink_attribute(const struct nlmsghdr *message, size_t header, uint16_t type,
                                size_t size)
{
	/* signed: the last one's padding may be missing */
	ssize_t left = (ssize_t)message->nlmsg_len - (ssize_t)NLMSG_SPACE(header);
	const struct rtattr *attribute =
		(const void *)((const char *)message + NLMSG_SPACE(header));

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == type && RTA_PAYLOAD(attribute) >= size)
			return RTA_DATA(attribute);
	}
	return NULL;
}
