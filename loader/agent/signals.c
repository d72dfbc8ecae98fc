// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t told_to_end;

static void note(int number)
{
	(void)number;
	told_to_end = 1;
}

void signals_catch(void)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	const struct sigaction action = { .sa_handler = note };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		sigaddset(&blocked, numbers[i]);
		sigaction(numbers[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, NULL);
}

int signals_poll(struct pollfd *fds, nfds_t count, int64_t ms)
{
	const struct timespec timeout = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGTERM);
	sigdelset(&mask, SIGINT);
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = 0;
	if (!told_to_end)
		(void)!ppoll(fds, count, &timeout, &mask);
	return told_to_end ? -EINTR : 0;
}
