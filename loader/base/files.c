// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

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

void files_open_standard(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(EXIT_FAILURE);
}
