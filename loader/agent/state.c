// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/state.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "agent/state_json.h"
#include "base/cleanup.h"

enum { FILE_MAX = 256 * 1024 }; /* octets; sixteen handovers are less than a third of it */
enum { LOCK_TRIES = 20 };

static int parse(int fd, struct state *state)
{
	autofree char *text = malloc(FILE_MAX);
	size_t length = 0;
	ssize_t got = 0;

	while (text && length < FILE_MAX && (got = read(fd, text + length, FILE_MAX - length)) > 0)
		length += (size_t)got;
	if (!text || got < 0)
		return -errno;
	return state_from_text(text, length, state) ? 0 : -EBADMSG;
}

int state_read(const char *path, struct state *state)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	state->count = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return parse(fd, state);
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		const ssize_t done = write(fd, text, left);

		if (done < 0)
			return -errno;
		text += done;
		left -= (size_t)done;
	}
	return fsync(fd) ? -errno : 0;
}

/* Of a file in this directory; mkstemp(3) makes it with mode 0600. */
static int replace(const char *path, int directory, const char *text)
{
	char fresh[PATH_MAX + 8];
	autoclose int fd = -1;
	int err;

	snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	if (!err && rename(fresh, path))
		err = -errno;
	if (err)
		unlink(fresh);
	return err ? err : (fsync(directory) ? -errno : 0);
}

/* Whoever keeps it locked for longer is no agent, and shall not keep the machine from sleeping. */
static void wait_for_lock(int directory)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000000 };

	for (int tries = 0; tries < LOCK_TRIES && flock(directory, LOCK_EX | LOCK_NB); tries++)
		nanosleep(&pause, NULL);
}

/* The directory, which no other agent changes until it is closed; or -errno. */
static int lock(const char *path)
{
	char copy[PATH_MAX];
	const char *directory;
	int fd;

	if (strlen(path) >= sizeof(copy))
		return -ENAMETOOLONG;
	strcpy(copy, path);
	directory = dirname(copy);
	if (mkdir(directory, 0755) && errno != EEXIST)
		return -errno;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	wait_for_lock(fd);
	return fd;
}

static int write_locked(const char *path, int directory, const struct state *state)
{
	struct json_object *object = state_to_json(state);
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	const int err = replace(path, directory, text);

	json_object_put(object);
	return err;
}

int state_write(const char *path, const struct state *state)
{
	autoclose int directory = lock(path);

	return directory < 0 ? directory : write_locked(path, directory, state);
}

static bool is_among(const struct state *state, const struct handover *handover)
{
	for (size_t i = 0; i < state->count; i++) {
		const struct handover *other = &state->handovers[i];

		if (memcmp(&other->proxy, &handover->proxy, sizeof(other->proxy)) == 0 &&
		    strcmp(other->interface, handover->interface) == 0 &&
		    other->transaction == handover->transaction &&
		    other->client == handover->client)
			return true;
	}
	return false;
}

int state_forget(const char *path, const struct state *done)
{
	autoclose int directory = lock(path);
	struct state state, left = { .count = 0 };
	int err = directory < 0 ? directory : state_read(path, &state);

	if (err)
		return err;
	for (size_t i = 0; i < state.count; i++) {
		if (!is_among(done, &state.handovers[i]))
			left.handovers[left.count++] = state.handovers[i];
	}
	if (left.count)
		return write_locked(path, directory, &left);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

const char *state_words(int err)
{
	if (err == -EBADMSG)
		return "malformed; expected what 'sleep' writes. Remove it: nothing of it can be "
		       "taken back";
	return err == -EACCES ? "Permission denied (run this as root)" : strerror(-err);
}
