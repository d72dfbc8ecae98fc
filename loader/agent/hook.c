// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/hook.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/messages.h"
#include "agent/signals.h"

enum { LOOK_AGAIN = 50 }; /* ms */

static void set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &defaults);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/*
 * With the signals as the agent found them. What it prints is no part of the agent's output, which
 * may be JSON. 0 or a positive errno.
 */
static int start(const char *path, pid_t *pid)
{
	char *arguments[] = { strdup(path), NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err;

	if (!arguments[0])
		return ENOMEM;
	posix_spawnattr_init(&attributes);
	set_signals(&attributes);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	err = posix_spawn(pid, path, &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(arguments[0]);
	return err;
}

/* False: the agent is told to end. */
static bool await(pid_t pid, int *status)
{
	while (!waitpid(pid, status, WNOHANG)) {
		if (!signals_poll(NULL, 0, LOOK_AGAIN))
			continue;
		kill(pid, SIGTERM);
		return false;
	}
	return true;
}

bool hook_wait(const char *path, pid_t pid)
{
	int status = 0;

	if (!await(pid, &status))
		agent_say("%s: interrupted", path);
	else if (WIFSIGNALED(status))
		agent_say("%s: ended by signal %d", path, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		agent_say("%s: failed with status %d", path, WEXITSTATUS(status));
	else
		return true;
	return false;
}

pid_t hook_start(const char *path, const char *interface, const char *address)
{
	pid_t pid;
	int err;

	if (setenv("SLEEPPROXY_INTERFACE", interface, 1) ||
	    setenv("SLEEPPROXY_ADDRESS", address, 1))
		err = errno;
	else
		err = start(path, &pid);
	if (!err)
		return pid;
	agent_say("%s: cannot be run: %s", path, strerror(err));
	return -1;
}
