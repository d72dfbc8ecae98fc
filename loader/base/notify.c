// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int fd = -1;

void notify_init(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un manager = { .sun_family = AF_UNIX };
	const size_t length = path ? strlen(path) : 0;

	if (!length || length >= sizeof(manager.sun_path))
		return;
	memcpy(manager.sun_path, path, length);
	if (*path == '@') /* an abstract name, as it is written */
		*manager.sun_path = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		(void)!connect(fd, (const struct sockaddr *)&manager,
		               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

void notify(const char *format, ...)
{
	char lines[1024];
	va_list arguments;

	if (fd < 0)
		return;
	va_start(arguments, format);
	vsnprintf(lines, sizeof(lines), format, arguments);
	va_end(arguments);
	(void)!send(fd, lines, strlen(lines), MSG_NOSIGNAL);
}

bool notify_watchdog(void)
{
	return fd >= 0 && getenv("WATCHDOG_USEC");
}
