// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/lock.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"

static socklen_t address_of(const char *name, struct sockaddr_un *address)
{
	int length;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	length = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "sleepproxyd/%s",
	                  name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* 0: not to be found out. */
static int holder(const struct sockaddr_un *address, socklen_t length)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ucred who = { 0 };
	socklen_t size = sizeof(who);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, length))
		return 0;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
	return who.pid;
}

int lock_interface(const char *name, char *why, size_t why_size)
{
	struct sockaddr_un address;
	socklen_t length = address_of(name, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd >= 0 && !bind(fd, (const struct sockaddr *)&address, length) && !listen(fd, 1))
		return fd;
	err = errno == EADDRINUSE ? -EBUSY : -errno;
	if (err == -EBUSY)
		snprintf(why, why_size, "another sleepproxyd serves %s (pid %d)", name,
		         holder(&address, length));
	else
		snprintf(why, why_size, "cannot lock %s: %s", name, strerror(-err));
	cleanup_close(&fd);
	return err;
}
