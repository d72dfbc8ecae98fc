// SPDX-License-Identifier: GPL-2.0-or-later
/* The store on disks that are full, refuse, or lose its file: real ones, small. */

#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "support_host_store.h"

/* A row that takes many pages. */
static void put_large(struct host_store *store, const struct mac *mac)
{
	static char json[200000];

	memset(json, ' ', sizeof(json) - 1);
	memcpy(json, "{}", 2);
	host_store_put_host(store, mac, json);
}

/* What is logged meanwhile is read afterwards. */
static int log_file, stderr_before;

static void capture_log(void)
{
	log_file = memfd_create("log", 0);
	stderr_before = dup(STDERR_FILENO);
	assert_true(log_file >= 0 && dup2(log_file, STDERR_FILENO) >= 0);
	log_init(LOG_INFO);
}

static void end_capture(char log[8192])
{
	log_init(LOG_EMERG);
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	log[MAX(pread(log_file, log, 8191, 0), 0)] = '\0';
	close(log_file);
}

static int count_words(const char *log, const char *words)
{
	int found = 0;

	while ((log = strstr(log, words))) {
		log += strlen(words);
		found++;
	}
	return found;
}

static void mount_tmpfs(const char *directory, const char *options)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", directory, "tmpfs", 0, options)) {
		print_message("skipped: a tmpfs cannot be mounted: %s\n", strerror(errno));
		skip();
	}
}

static void fill(const char *path)
{
	static const char zeros[4096];
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

BEFORE_EACH(make_place)
AFTER_EACH(remove_place)

TEST(a_full_disk_is_told_until_there_is_room)
{
	struct store_place *place = *state;
	char filler[96], log[8192];

	mount_tmpfs(place->directory, "size=2m");
	open_store(place);
	capture_log();
	host_store_put_host(place->store, &nas, "{\"name\":\"nas\"}");
	assert_int_equal(commit(place->store), 0);
	snprintf(filler, sizeof(filler), "%s/filler", place->directory);
	fill(filler);
	for (int i = 0; i < 3; i++) {
		host_store_put_host(place->store, &nas, "{\"name\":\"other\"}");
		put_large(place->store, &tv);
		assert_int_equal(commit(place->store), -ENOSPC);
	}
	unlink(filler);
	put_large(place->store, &tv);
	assert_int_equal(commit(place->store), 0);
	reopen_store(place);
	end_capture(log);
	assert_int_equal(count_words(log, "cannot be written"), 1);
	assert_int_equal(count_words(log, "can be written again"), 1);
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 2);
	assert_int_equal(count(place, "SELECT count(*) FROM host WHERE row LIKE '%other%'"), 1);
	host_store_close(place->store);
	place->store = NULL;
	umount(place->directory);
}

TEST(a_read_only_disk_has_no_store)
{
	struct store_place *place = *state;
	char why[256] = "", broken[128];

	mount_tmpfs(place->directory, "size=2m");
	open_store(place);
	host_store_close(place->store);
	assert_int_equal(mount(NULL, place->directory, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	place->store = host_store_open(place->directory, why, sizeof(why));
	assert_null(place->store);
	assert_non_null(strstr(why, place->path));
	snprintf(broken, sizeof(broken), "%s.broken-1", place->path);
	assert_int_equal(access(broken, F_OK), -1);
	umount(place->directory);
}

TEST_WITH(a_write_that_fails_is_told, make_store, remove_place)
{
	const struct rlimit small = { 100000, RLIM_INFINITY };
	struct store_place *place = *state;
	struct rlimit before;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	put_large(place->store, &nas);
	host_store_put_host(place->store, &tv, "{}");
	assert_int_equal(commit(place->store), -EIO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 0);
	host_store_put_host(place->store, &nas, "{}");
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM host WHERE row = '{}'"), 2);
}

/* It could still be written to, but nobody would find it at the next start. */
TEST_WITH(a_file_that_was_removed_is_told, make_store, remove_place)
{
	struct store_place *place = *state;
	char elsewhere[96];

	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", place->directory);
	assert_int_equal(rename(place->path, elsewhere), 0);
	host_store_put_host(place->store, &nas, "{}");
	assert_int_equal(commit(place->store), -ENOENT);
	assert_int_equal(rename(elsewhere, place->path), 0);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 1);
}

TEST_WITH(a_database_that_another_holds_is_told, make_store, remove_place)
{
	struct store_place *place = *state;
	sqlite3 *const other = hold_database(place);

	host_store_put_host(place->store, &nas, "{}");
	assert_int_equal(commit(place->store), -EBUSY);
	sqlite3_close(other);
	host_store_put_host(place->store, &nas, "{}");
	assert_int_equal(commit(place->store), 0);
}

TEST(a_directory_is_made)
{
	struct store_place *place = *state;
	char why[256] = "";
	struct stat found;

	rmdir(place->directory);
	open_store(place);
	assert_int_equal(stat(place->directory, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0750);
	assert_null(host_store_open("/dev/null/nowhere", why, sizeof(why)));
	assert_string_equal(why, "cannot make /dev/null/nowhere: Not a directory");
}

TEST(a_newer_version_is_left_alone)
{
	struct store_place *place = *state;
	char why[256] = "";

	sql(place, "CREATE TABLE later (a); PRAGMA user_version = 2");
	assert_null(host_store_open(place->directory, why, sizeof(why)));
	assert_non_null(strstr(why, "is of version 2, newer than this program's 1"));
	assert_int_equal(count(place, "SELECT count(*) FROM later"), 0);
}

static void overwrite(const char *path, long offset, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), offset), strlen(text));
	close(fd);
}

static void assert_begun_anew(struct store_place *place, int times)
{
	char broken[128];

	open_store(place);
	for (int i = 1; i <= times + 1; i++) {
		snprintf(broken, sizeof(broken), "%s.broken-%d", place->path, i);
		assert_int_equal(access(broken, F_OK), i <= times ? 0 : -1);
	}
	assert_int_equal(load(place->store).hosts, 0);
	host_store_put_host(place->store, &nas, "{}");
	assert_int_equal(commit(place->store), 0);
	host_store_close(place->store);
	place->store = NULL;
}

TEST(a_damaged_file_is_set_aside)
{
	static const char text[] = "this is a text and no database, as anybody can see at once";
	struct store_place *place = *state;
	char wal[128], log[8192];

	overwrite(place->path, 0, ""); /* which is no damage */
	assert_begun_anew(place, 0);
	overwrite(place->path, 0, text);
	snprintf(wal, sizeof(wal), "%s-wal", place->path);
	overwrite(wal, 0, text);
	capture_log();
	assert_begun_anew(place, 1);
	end_capture(log);
	assert_int_equal(count_words(log, "sleepproxy.db.broken-1"), 1);
	sql(place, "DROP TABLE replay"); /* a table is missing */
	assert_begun_anew(place, 2);
	sql(place, "PRAGMA user_version = 0"); /* says that it is older, but is not */
	assert_begun_anew(place, 3);
	sql(place, "PRAGMA page_size = 4096; VACUUM");
	overwrite(place->path, 4096 * 2, text); /* a page within */
	assert_begun_anew(place, 4);
}
