// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "config/fault.h"
#include "core/cleanup.h"

enum { FILE_MAX = 65536 }; /* octets; 255 lines of a secret each, and of comments */
enum { FOREIGN = S_IRWXO | S_IWGRP };

static int failed(struct fault *fault)
{
	const int err = -errno;

	fault_at(fault, 0, "cannot be read: %s", strerror(errno));
	return err;
}

static int check_owner(int fd, struct fault *fault)
{
	struct stat about;

	if (fstat(fd, &about))
		return failed(fault);
	if (!S_ISREG(about.st_mode))
		return fault_at(fault, 0, "is no file; expected one of keys");
	if (about.st_mode & FOREIGN)
		return fault_at(fault, 0,
		                "may be read or written by others (mode %03o); expected what "
		                "'chmod 600' makes of it",
		                (unsigned int)about.st_mode & 0777);
	return 0;
}

static int parse(int fd, struct npp_keys *keys, struct fault *fault)
{
	struct npp_keys_fault flaw;
	char text[FILE_MAX];
	size_t length = 0;
	ssize_t got;
	int err;

	while ((got = read(fd, text + length, sizeof(text) - length)) > 0)
		length += (size_t)got;
	if (got < 0)
		return failed(fault);
	err = npp_keys_parse(text, length, keys, &flaw);
	explicit_bzero(text, sizeof(text));
	return err ? fault_at(fault, (int)flaw.line, "%s", flaw.reason) : 0;
}

int key_file_load(const char *path, struct npp_keys *keys, char error[CONFIG_ERROR])
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct fault fault = { .path = path };
	int err;

	memset(keys, 0, sizeof(*keys));
	err = fd < 0 ? failed(&fault) : check_owner(fd, &fault);
	if (!err)
		err = parse(fd, keys, &fault);
	if (err)
		memcpy(error, fault.text, sizeof(fault.text));
	return err;
}
