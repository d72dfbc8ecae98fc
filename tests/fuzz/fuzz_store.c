// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, found as the store's file: there is a store in the end, though maybe a new one, and
 * what is written to it is there when it is opened again, unless damage came to light only then
 * that SQLite's check does not see. But a file of a newer version, or of a newer SQLite, is left as
 * it is.
 *
 * test_fuzz.py gives it a few seconds. It starts from corpus/store: databases with pages of 512
 * octets, of the first version, of this one, and of none.
 */
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "host/host_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static const struct mac nas = { { 2, 0, 0, 0, 0, 20 } };
static bool found;

static void see_host(void *context, const struct mac *mac, struct json_object *row)
{
	(void)context;
	assert(row);
	found |= !memcmp(mac, &nas, sizeof(nas));
}

static void see_replay(void *context, struct ipv4 address, struct json_object *row)
{
	(void)context;
	(void)address;
	assert(row);
}

static void see_link(void *context, const char *interface, struct json_object *row)
{
	(void)context;
	assert(*interface && row);
}

static const struct host_store_reader reader = { see_host, see_replay, see_link, NULL };

static void write_file(const char *path, const uint8_t *octets, size_t length)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

	assert(fd >= 0 && write(fd, octets, length) == (ssize_t)length);
	close(fd);
}

static int remove_file(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Are they on the disk? */
static bool write_rows(struct host_store *store)
{
	struct pollfd fd = { .fd = host_store_fd(store), .events = POLLIN };
	const struct history_range range = { .host = "nas", .limit = 200 };
	struct host_store_result result;
	bool is_written = false;

	host_store_put_host(store, &nas, "{\"a\":1}");
	host_store_put_replay(store, (struct ipv4){ { 192, 0, 2, 1 } }, NULL);
	host_store_add_event(store, "nas", "{}");
	assert(!host_store_history(store, &range, 1));
	host_store_submit(store);
	while (poll(&fd, 1, -1) != 1) /* libFuzzer has a timer */
		;
	while (host_store_next(store, &result))
		if (result.kind == HOST_STORE_HISTORY)
			free(result.history.json);
		else
			is_written = !result.committed.err;
	return is_written;
}

static bool exists(const char *directory, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return !access(path, F_OK);
}

static bool is_left_alone(const char *why)
{
	return strstr(why, "newer than") || strstr(why, "readonly");
}

static void check_store(const char *directory)
{
	char why[256] = "";
	struct host_store *store = host_store_open(directory, why, sizeof(why));
	const bool is_new = exists(directory, "sleepproxy.db.broken-1");
	bool written;

	assert(store || is_left_alone(why));
	if (!store)
		return;
	host_store_load(store, &reader);
	written = write_rows(store);
	assert(written || !is_new);
	host_store_close(store);
	found = false;
	store = host_store_open(directory, why, sizeof(why));
	assert(store && !host_store_load(store, &reader));
	assert(found || !written || (!is_new && exists(directory, "sleepproxy.db.broken-1")));
	host_store_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char directory[] = "/dev/shm/fuzz_store.XXXXXX", path[64];

	log_init(getenv("FUZZ_LOG") ? LOG_INFO : LOG_EMERG);
	assert(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/sleepproxy.db", directory);
	write_file(path, octets, length);
	check_store(directory);
	nftw(directory, remove_file, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}
