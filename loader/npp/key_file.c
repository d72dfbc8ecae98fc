// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* All keys, each with a line of comment. */
enum { FILE_SIZE = 65536 };

static int refuse(int err, char why[KEY_FILE_WHY], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(int err, char why[KEY_FILE_WHY], const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(why, KEY_FILE_WHY, format, values);
	va_end(values);
	return err;
}

static int parse(const char *path, const char *text, size_t length, struct npp_keys *keys,
                 char why[KEY_FILE_WHY])
{
	struct npp_keys_fault fault;

	if (!npp_keys_parse(text, length, keys, &fault))
		return 0;
	if (fault.line)
		return refuse(-EINVAL, why, "%s:%zu: %s", path, fault.line, fault.reason);
	return refuse(-EINVAL, why, "%s: %s", path, fault.reason);
}

static int check_mode(int fd, const char *path, char why[KEY_FILE_WHY])
{
	struct stat about;

	if (fstat(fd, &about))
		return refuse(-errno, why, "%s: %s", path, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return refuse(-EINVAL, why, "%s: expected a file", path);
	if (about.st_mode & (S_IRWXO | S_IWGRP))
		return refuse(-EPERM, why,
		              "%s: others may read or change it; expected mode 600 or 640", path);
	return 0;
}

int key_file_read(const char *path, struct npp_keys *keys, char why[KEY_FILE_WHY])
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[FILE_SIZE];
	ssize_t length;
	int err;

	npp_keys_wipe(keys);
	if (fd < 0)
		return refuse(-errno, why, "%s: %s", path, strerror(errno));
	err = check_mode(fd, path, why);
	if (err)
		return err;
	length = read(fd, text, sizeof(text));
	if (length < 0)
		err = refuse(-errno, why, "%s: %s", path, strerror(errno));
	else if ((size_t)length == sizeof(text))
		err = refuse(-EFBIG, why, "%s: longer than any file of keys", path);
	else
		err = parse(path, text, (size_t)length, keys, why);
	explicit_bzero(text, sizeof(text));
	return err;
}
