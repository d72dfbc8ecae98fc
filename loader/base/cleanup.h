/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership that ends with the block: `autofree` memory, `autoclose` file descriptors. Both take
 * NULL or -1.
 */
#ifndef SLEEPPROXY_BASE_CLEANUP_H
#define SLEEPPROXY_BASE_CLEANUP_H

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

#endif
