// SPDX-License-Identifier: GPL-2.0-or-later
/* The store on disks that are full, refuse, or lose its file: real ones, small. */

#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "support_store.h"

/* A row that takes many pages. */
static void put_large(const struct mac *mac)
{
	static char json[200000];

	memset(json, ' ', sizeof(json) - 1);
	memcpy(json, "{}", 2);
	host_store_put_host(store, mac, json);
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
AFTER_EACH(remove_store)

TEST(a_full_disk_is_told_until_there_is_room)
{
	char filler[96], log[8192];

	mount_tmpfs(directory, "size=2m");
	open_store();
	capture_log();
	host_store_put_host(store, &nas, "{\"name\":\"nas\"}");
	assert_int_equal(commit(), 0);
	snprintf(filler, sizeof(filler), "%s/filler", directory);
	fill(filler);
	for (int i = 0; i < 3; i++) {
		host_store_put_host(store, &nas, "{\"name\":\"other\"}");
		put_large(&tv);
		assert_int_equal(commit(), -ENOSPC);
	}
	unlink(filler);
	put_large(&tv);
	assert_int_equal(commit(), 0);
	reopen_store();
	end_capture(log);
	assert_int_equal(count_words(log, "cannot be written"), 1);
	assert_int_equal(count_words(log, "can be written again"), 1);
	assert_int_equal(count("SELECT count(*) FROM host"), 2);
	assert_int_equal(count("SELECT count(*) FROM host WHERE row LIKE '%other%'"), 1);
	close_store();
	umount(directory);
}

TEST(a_read_only_disk_has_no_store)
{
	char why[256] = "", broken[128];

	mount_tmpfs(directory, "size=2m");
	open_store();
	host_store_close(store);
	assert_int_equal(mount(NULL, directory, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	store = host_store_open(directory, why, sizeof(why));
	assert_null(store);
	assert_non_null(strstr(why, database));
	snprintf(broken, sizeof(broken), "%s.broken-1", database);
	assert_int_equal(access(broken, F_OK), -1);
	umount(directory);
}

TEST_WITH(a_write_that_fails_is_told, make_store, remove_store)
{
	const struct rlimit small = { 100000, RLIM_INFINITY };
	struct rlimit before;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	put_large(&nas);
	host_store_put_host(store, &tv, "{}");
	assert_int_equal(commit(), -EIO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(count("SELECT count(*) FROM host"), 0);
	host_store_put_host(store, &nas, "{}");
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM host WHERE row = '{}'"), 2);
}

/* It could still be written to, but nobody would find it at the next start. */
TEST_WITH(a_file_that_was_removed_is_told, make_store, remove_store)
{
	char elsewhere[96];

	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", directory);
	assert_int_equal(rename(database, elsewhere), 0);
	host_store_put_host(store, &nas, "{}");
	assert_int_equal(commit(), -ENOENT);
	assert_int_equal(rename(elsewhere, database), 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM host"), 1);
}

TEST_WITH(a_database_that_another_holds_is_told, make_store, remove_store)
{
	sqlite3 *const other = hold_database();

	host_store_put_host(store, &nas, "{}");
	assert_int_equal(commit(), -EBUSY);
	sqlite3_close(other);
	host_store_put_host(store, &nas, "{}");
	assert_int_equal(commit(), 0);
}

TEST(a_directory_is_made)
{
	char why[256] = "";
	struct stat found;

	rmdir(directory);
	open_store();
	assert_int_equal(stat(directory, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0750);
	assert_null(host_store_open("/dev/null/nowhere", why, sizeof(why)));
	assert_string_equal(why, "cannot make /dev/null/nowhere: Not a directory");
}

TEST(a_newer_version_is_left_alone)
{
	char why[256] = "";

	sql("CREATE TABLE later (a); PRAGMA user_version = 2");
	assert_null(host_store_open(directory, why, sizeof(why)));
	assert_non_null(strstr(why, "is of version 2, newer than this program's 1"));
	assert_int_equal(count("SELECT count(*) FROM later"), 0);
}

static void overwrite(const char *path, long offset, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), offset), strlen(text));
	close(fd);
}

static void assert_begun_anew(int times)
{
	char broken[128];

	open_store();
	for (int i = 1; i <= times + 1; i++) {
		snprintf(broken, sizeof(broken), "%s.broken-%d", database, i);
		assert_int_equal(access(broken, F_OK), i <= times ? 0 : -1);
	}
	assert_int_equal(load().hosts, 0);
	host_store_put_host(store, &nas, "{}");
	assert_int_equal(commit(), 0);
	close_store();
}

TEST(a_damaged_file_is_set_aside)
{
	static const char text[] = "this is a text and no database, as anybody can see at once";
	char wal[128], log[8192];

	overwrite(database, 0, ""); /* which is no damage */
	assert_begun_anew(0);
	overwrite(database, 0, text);
	snprintf(wal, sizeof(wal), "%s-wal", database);
	overwrite(wal, 0, text);
	capture_log();
	assert_begun_anew(1);
	end_capture(log);
	assert_int_equal(count_words(log, "sleepproxy.db.broken-1"), 1);
	sql("DROP TABLE replay"); /* a table is missing */
	assert_begun_anew(2);
	sql("PRAGMA user_version = 0"); /* says that it is older, but is not */
	assert_begun_anew(3);
	sql("PRAGMA page_size = 4096; VACUUM");
	overwrite(database, 4096 * 2, text); /* a page within */
	assert_begun_anew(4);
}

/* To delete what is not there succeeds on any disk, and is no sign that it can be written. */
TEST(a_full_disk_stays_full)
{
	char filler[96], log[8192];

	mount_tmpfs(directory, "size=2m");
	open_store();
	snprintf(filler, sizeof(filler), "%s/filler", directory);
	fill(filler);
	capture_log();
	for (int i = 0; i < 3; i++) {
		put_large(&tv);
		assert_int_equal(commit(), -ENOSPC);
		host_store_put_host(store, &tv, NULL);
		commit();
	}
	end_capture(log);
	assert_true(count_words(log, "can be written again") <= 1);
	host_store_close(store);
	store = NULL;
	umount(directory);
}
