/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon with all its parts but the control socket's listener, in this process: real maps on a
 * BPF file system of its own, a real store on a small tmpfs, one veth, in namespaces of its own.
 * Nothing happens by itself: the clock is that of support_hosts.h, settle() runs the loop until it
 * rests, tick() is one tick. Each test has a daemon of its own. Include after test.h.
 */
#ifndef SLEEPPROXY_TESTS_DAEMON_H
#define SLEEPPROXY_TESTS_DAEMON_H

#include <bpf/bpf.h>
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "control/control.h"
#include "daemon/groups.h"
#include "daemon/holding.h"
#include "support_hosts.h"
#include "support_lan.h"

enum { HOUR = 3600000, STORE_TIMEOUT = 10000, TOKEN = 77 };

static const char LAN[] = "lan0";
static char place[64], pin_dir[96], state_dir[96], database[128];

static struct daemon daemon_;
static struct host_description *configured; /* of the next start */
static size_t configured_count;
static uint32_t max_hosts = 64;
static const char *store_size = "64m"; /* of the tmpfs */

static inline void skip_test(void **state)
{
	(void)state;
	print_message("no namespaces can be made here: Operation not permitted\n");
	skip();
}

static inline void skip_all_tests(void)
{
	for (size_t i = 0; i < test_count; i++) {
		tests[i].test_func = skip_test;
		tests[i].setup_func = tests[i].teardown_func = NULL;
	}
}

static inline int make_machine(void **state)
{
	if (unshare(CLONE_NEWNS) || make_namespace(state) || !namespace_made) {
		skip_all_tests();
		return 0;
	}
	log_init(getenv("VERBOSE") ? LOG_DEBUG : LOG_EMERG);
	strcpy(place, "/tmp/test_daemon.XXXXXX");
	assert_non_null(mkdtemp(place));
	snprintf(pin_dir, sizeof(pin_dir), "%s/bpf/pins", place);
	snprintf(state_dir, sizeof(state_dir), "%s/state", place);
	snprintf(database, sizeof(database), "%s/sleepproxy.db", state_dir);
	HERE("mount --make-rprivate / && mkdir %s/bpf %s && mount -t bpf bpf %s/bpf &&"
	     " mount -t tmpfs -o size=%s tmpfs %s",
	     place, state_dir, place, store_size, state_dir);
	add_link(LAN);
	HERE("ip address add 10.9.0.1/8 dev %s && ip address add fd00:0:0:9::1/64 dev %s nodad",
	     LAN, LAN);
	return 0;
}

static inline int remove_machine(void **state)
{
	(void)state;
	if (*place)
		HERE("umount %s/bpf %s && rm -rf %s", place, state_dir, place);
	return 0;
}

static inline void configure(struct config *config)
{
	config->max_hosts = max_hosts;
	config->npp.on = false;
	config->npp.max_registrations = 3;
	config->on_stop = ON_STOP_KEEP;
	config->timing = (struct life_timing){
		.grace_period = HOUR,
		.sleep_timeout = 2 * HOUR,
		.idle_timeout = HOUR,
		.check_interval = HOUR,
		.check_requests = 1,
		.wake_interval = HOUR,
		.wake_attempts = 1,
		.standby = HOUR,
	};
	config->host_count = configured_count;
	config->hosts = calloc(configured_count, sizeof(*configured));
	for (size_t i = 0; i < configured_count; i++)
		config->hosts[i] = configured[i];
	config_sort_macs(config);
}

/* libevent's, for when timers are due. */
int gettimeofday(struct timeval *time, void *zone)
{
	(void)zone;
	*time = (struct timeval){ now.mono / 1000, now.mono % 1000 * 1000 };
	return 0;
}

static inline void settle(void);

static inline void start_daemon(void)
{
	daemon_ = (struct daemon){ .packet_fd = -1 };
	daemon_.options.interfaces[0] = LAN;
	daemon_.options.interface_count = 1;
	daemon_.options.pin_dir = pin_dir;
	daemon_.options.state_dir = state_dir;
	config_init(&daemon_.config);
	assert_int_equal(loop_start(&daemon_), 0);
	configure(&daemon_.config);
	assert_int_equal(maps_start(&daemon_), 0);
	assert_int_equal(holding_start(&daemon_), 0);
	assert_int_equal(persist_start(&daemon_), 0);
	assert_int_equal(registrations_start(&daemon_), 0);
	assert_int_equal(groups_start(&daemon_), 0);
	assert_int_equal(hosts_start(&daemon_), 0);
	assert_int_equal(served_ifaces_start(&daemon_), 0);
	assert_int_equal(hosts_resume(&daemon_), 0);
	assert_int_equal(tick_start(&daemon_), 0);
	event_del(daemon_.tick_event);
	settle();
}

/* `keep`: what a restart finds is left. */
static inline void stop_daemon(bool keep)
{
	served_ifaces_stop(&daemon_);
	groups_stop(&daemon_);
	registrations_stop(&daemon_);
	persist_stop(&daemon_);
	daemon_.is_stopping = !keep;
	daemon_.config.on_stop = keep ? ON_STOP_KEEP : ON_STOP_WAKE;
	holding_stop(&daemon_);
	maps_stop(&daemon_);
	loop_stop(&daemon_);
	if (!keep)
		HERE("rm -f %s/*", state_dir);
}

static inline bool waits_for_store(void)
{
	return daemon_.store && daemon_.store_done < daemon_.store_batch;
}

/* Until the loop has nothing to do, and the store has answered. */
static inline void settle(void)
{
	struct pollfd fd = { .fd = host_store_fd(daemon_.store), .events = POLLIN };

	for (int i = 0; i < 3; i++) {
		event_base_loop(daemon_.base, EVLOOP_NONBLOCK);
		if (waits_for_store()) {
			assert_int_equal(poll(&fd, 1, STORE_TIMEOUT), 1);
			i = -1;
		}
	}
	assert_null(daemon_.dirty);
}

static inline void tick(void)
{
	daemon_look(&daemon_);
	event_active(daemon_.tick_event, 0, 0);
	settle();
}

/* Of a request: done and kept, refused at once with `refusal`, or accepted and then failed. */
static char refusal[REQUEST_WHY];
enum { DONE = 0, REFUSED = 1 }; /* or -errno */

static inline int completed(void)
{
	struct store_wait completion;

	settle();
	assert_true(daemon_next_completion(&daemon_, &completion));
	assert_int_equal(completion.token, TOKEN);
	free(completion.json);
	return completion.err;
}

/* The command as JSON, which this takes. */
static inline int ask(struct json_object *json)
{
	struct request request = { .daemon = &daemon_, .json = json, .token = TOKEN };
	const enum request_end end = request_run(&request);

	json_object_put(request.result);
	json_object_put(json);
	strcpy(refusal, request.why);
	return end == REQUEST_WAITS ? completed() : end == REQUEST_DONE ? DONE : REFUSED;
}

__attribute__((format(printf, 1, 2))) static inline int command(const char *format, ...)
{
	char text[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	return ask(json_tokener_parse(text));
}

/* A map by its pin, as bpftool finds it. */
static inline int map_fd(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", pin_dir, name);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	return fd;
}

static inline int put_row(const char *map, const void *key, const void *value)
{
	const int fd = map_fd(map);
	const int err = bpf_map_update_elem(fd, key, value, BPF_ANY);

	close(fd);
	return err;
}

static inline void delete_row(const char *map, const void *key)
{
	const int fd = map_fd(map);

	bpf_map_delete_elem(fd, key);
	close(fd);
}

/* A row in the database, or NULL. The caller owns it. */
static inline struct json_object *stored(const char *query, const char *key)
{
	struct json_object *row = NULL;
	sqlite3_stmt *statement;
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) == SQLITE_ROW)
		row = json_tokener_parse((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return row;
}

static inline struct json_object *stored_row(const struct mac *mac)
{
	char key[TEXT_MAC];

	return stored("SELECT row FROM host WHERE mac = ?", text_from_mac(mac, key));
}

static inline int begin(void **state)
{
	(void)state;
	start_daemon();
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	stop_daemon(false);
	return 0;
}

BEFORE_ALL(make_machine)
AFTER_ALL(remove_machine)
BEFORE_EACH(begin)
AFTER_EACH(end)

/* Hosts have a number, the last octet of their MAC; as mac_of() has it: */
#define MAC_TEXT "52:54:00:00:00:%02x"

static inline struct host *host_at(int index)
{
	const struct mac mac = mac_of(index);

	return host_find_mac(daemon_.hosts, &mac);
}

/* By command, with these addresses, as JSON. */
static inline int describe_host(int index, const char *addresses)
{
	return command("{'command':'host-add','name':'host%d','mac':'" MAC_TEXT "',"
	               "'addresses':[%s]}",
	               index, index, addresses);
}

/* Whose row in addresses4 10.9.0.LAST has; 0: nobody's. */
static inline int owner_in_map(int last)
{
	const struct ipv4 key = { { 10, 9, 0, (uint8_t)last } };
	const int fd = map_fd("addresses4");
	struct mac mac = { { 0 } };

	bpf_map_lookup_elem(fd, &key, &mac);
	close(fd);
	return mac.octet[5];
}

static inline bool is_stored(int index)
{
	const struct mac mac = mac_of(index);
	struct json_object *row = stored_row(&mac);

	json_object_put(row);
	return row;
}

static inline void move_database(const char *from, const char *to)
{
	HERE("mv %s%s %s%s", database, from, database, to);
}

/* Its file is not where it was: no commit is possible. */
static inline void break_store(void)
{
	move_database("", ".away");
}

static inline void mend_store(void)
{
	move_database(".away", "");
}

#endif
