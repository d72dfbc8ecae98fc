/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files read as a whole, and the standard descriptors; and what is released at the end of a
 * variable's block: `autofree` memory, which may be NULL, and `autoclose` file descriptors, which
 * may be negative.
 */
#ifndef SLEEPPROXY_BASE_FILES_H
#define SLEEPPROXY_BASE_FILES_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define autofree __attribute__((cleanup(cleanup_free)))
#define autoclose __attribute__((cleanup(cleanup_close)))

/*
 * The rest of an open file or pipe, at most `limit` octets, and a zero after them. 0, -EFBIG where
 * there are more, or other -errno. The caller frees `octets`; no other copy of them is left in
 * memory, so that secrets can be wiped.
 */
int file_read(int fd, size_t limit, char **octets, size_t *length);

/*
 * Opens a file of secrets for reading: a regular file, which others than its owner and its group
 * cannot read, nor others than its owner change. The descriptor, or -errno; then `reason` says what
 * is wrong with the file, or is untouched, as the errno says it.
 */
int file_open_secret(const char *path, const char **reason);

/*
 * A descriptor, by a socket that keeps messages apart: never waits until it is taken, but until it
 * comes. 0, or the descriptor; or -errno.
 */
int file_pass(int channel, int fd);
int file_receive(int channel);

/*
 * Opens those of the standard descriptors that are closed: else a file or a socket would get their
 * numbers. For reading only, so that output to a closed one still fails. Exits on failure.
 */
void files_open_standard(void);

#endif
