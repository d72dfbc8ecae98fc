// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* The limit is allocated at once: the kernel provides only the pages that are written to. */
int file_read(int fd, size_t limit, char **octets, size_t *length)
{
	char *whole = malloc(limit + 1);
	size_t used = 0;
	ssize_t got;
	int err;

	if (!whole)
		return -ENOMEM;
	do {
		got = read(fd, whole + used, limit + 1 - used);
		used += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	err = got < 0 ? -errno : used > limit ? -EFBIG : 0;
	if (err) {
		explicit_bzero(whole, used);
		free(whole);
		return err;
	}
	whole[used] = '\0';
	*octets = whole;
	*length = used;
	return 0;
}

static int check_secret(int fd, const char **reason)
{
	struct stat file;

	if (fstat(fd, &file))
		return -errno;
	if (!S_ISREG(file.st_mode)) {
		*reason = "not a regular file";
		return -EINVAL;
	}
	if (file.st_mode & (S_IRWXO | S_IWGRP)) {
		*reason = "others may read or change it; expected mode 600 or 640";
		return -EPERM;
	}
	return 0;
}

int file_open_secret(const char *path, const char **reason)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const int err = fd < 0 ? -errno : check_secret(fd, reason);

	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

union passed {
	struct cmsghdr head;
	char octets[CMSG_SPACE(sizeof(int))];
};

int file_pass(int channel, int fd)
{
	union passed passed = { .head = { .cmsg_len = CMSG_LEN(sizeof(fd)),
		                          .cmsg_level = SOL_SOCKET,
		                          .cmsg_type = SCM_RIGHTS } };
	struct iovec octet = { "", 1 };
	const struct msghdr message = { .msg_iov = &octet,
		                        .msg_iovlen = 1,
		                        .msg_control = &passed,
		                        .msg_controllen = sizeof(passed) };

	memcpy(CMSG_DATA(&passed.head), &fd, sizeof(fd));
	return sendmsg(channel, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int file_receive(int channel)
{
	union passed passed;
	char octet;
	struct iovec octets = { &octet, 1 };
	struct msghdr message = { .msg_iov = &octets,
		                  .msg_iovlen = 1,
		                  .msg_control = &passed,
		                  .msg_controllen = sizeof(passed) };
	const ssize_t length = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
	int fd;

	if (length <= 0)
		return length ? -errno : -ECONNRESET;
	if (message.msg_controllen < CMSG_LEN(sizeof(fd)))
		return -EBADMSG;
	memcpy(&fd, CMSG_DATA(&passed.head), sizeof(fd));
	return fd;
}

void files_open_standard(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(EXIT_FAILURE);
}
