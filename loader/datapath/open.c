// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The directory of pins: created, mounted and locked. Maps and programs: loaded, with the maps
 * created and pinned or reused from an earlier start.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/files.h"
#include "base/log.h"
#include "datapath/internal.h"
#include "datapath/probe.h"

bool probe_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* mkdir -p, which works on a BPF file system too. */
static int make_directories(const char *dir)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* In /sys no directory can be made, unless a BPF file system is mounted there first. */
static void mount_default(const char *dir)
{
	static const char place[] = "/sys/fs/bpf";

	if (!strncmp(dir, place, strlen(place)) && !probe_bpffs(place))
		mount("bpf", place, "bpf", 0, "mode=0700");
}

/*
 * Creates the directory on a BPF file system, and mounts one where there is none and we may. 0 or
 * -errno with `why`.
 */
static int prepare_pin_dir(struct datapath *datapath, char why[DATAPATH_WHY])
{
	const char *dir = datapath->pin_dir;
	int err;

	mount_default(dir);
	err = make_directories(dir);
	/* in a container without its volume there is no place for the directory either */
	if (err && err != -EROFS && err != -ENOENT)
		return explain(why, err, "cannot create %s: %s", dir, strerror(-err));
	if (!err && (probe_bpffs(dir) || !mount("bpf", dir, "bpf", 0, "mode=0700")))
		return 0;
	err = err ? err : -errno;
	return explain(
		why, err,
		"%s is not on a BPF file system, and none can be mounted there: %s "
		"(as root: mount -t bpf bpf /sys/fs/bpf, then name a directory below it with --pin-dir; "
		"in a container: give it a volume of type bpf at /sys/fs/bpf, as in compose.yaml)",
		dir, strerror(-err));
}

/* For one daemon, until the datapath is closed. -EBUSY with `why`: another one has it. */
static int lock_pin_dir(struct datapath *datapath, char why[DATAPATH_WHY])
{
	const char *dir = datapath->pin_dir;
	int err;

	datapath->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (datapath->lock >= 0 && !flock(datapath->lock, LOCK_EX | LOCK_NB))
		return 0;
	err = -errno;
	if (err == -EWOULDBLOCK)
		return explain(
			why, -EBUSY,
			"another sleepproxyd uses the maps in %s: stop it, or give this one another --pin-dir",
			dir);
	return explain(why, err, "cannot open %s: %s", dir, strerror(-err));
}

/* More entries of one map than this would cost gigabytes where max-hosts is a million. */
enum { ENTRIES_MAX = 1 << 22 };

/* The maps of maps/, pinned and shared by all loaded programs. */
static const struct {
	const char *name;
	uint32_t per_host; /* entries for each host; 0: a fixed size */
} shared[] = {
	{ "hosts", 1 },
	{ "addresses4", 4 },
	{ "addresses6", 4 },
	{ "wake_rules", HOST_PORTS },
	{ "wake_sources", HOST_SOURCES },
	{ "ignored", 1 },
	{ "counters", 0 },
	{ "heartbeat", 0 },
	{ "reports", 0 },
	{ "wake_frames", 0 },
	{ "dhcp_snoop", 0 },
};

enum { SHARED = sizeof(shared) / sizeof(*shared) };

/* libbpf's messages are for developers: what users need is in `why`. */
static int log_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[1024];

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = 0;
	log_debug("%s", line);
	return 0;
}

static struct bpf_map *shared_map(const struct sleepproxy_bpf *skeleton, size_t i)
{
	return bpf_object__find_map_by_name(skeleton->obj, shared[i].name);
}

static void pin_of(const char *pin_dir, size_t i, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", pin_dir, shared[i].name);
}

static uint32_t entries_of(uint64_t max_hosts, uint32_t per_host)
{
	return max_hosts * per_host < ENTRIES_MAX ? max_hosts * per_host : ENTRIES_MAX;
}

static int set_sizes_and_pins(struct sleepproxy_bpf *skeleton, const char *pin_dir,
                              uint32_t max_hosts)
{
	char path[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < SHARED && !err; i++) {
		struct bpf_map *map = shared_map(skeleton, i);

		pin_of(pin_dir, i, path);
		err = bpf_map__set_pin_path(map, path);
		if (!err && shared[i].per_host)
			err = bpf_map__set_max_entries(map,
			                               entries_of(max_hosts, shared[i].per_host));
	}
	return err;
}

static void remove_pins(const char *pin_dir)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < SHARED; i++) {
		pin_of(pin_dir, i, path);
		unlink(path);
	}
}

static int load_maps(struct datapath *datapath)
{
	const uint32_t max_hosts = datapath->max_hosts;
	int err;

	datapath->maps = sleepproxy_bpf__open();
	if (!datapath->maps)
		return -errno;
	err = set_sizes_and_pins(datapath->maps, datapath->pin_dir, max_hosts);
	if (!err)
		err = index_set_size(datapath->maps, max_hosts);
	return err ? err : sleepproxy_bpf__load(datapath->maps);
}

static int explain_load(int err, char why[DATAPATH_WHY])
{
	if (err == -EACCES)
		return explain(
			why, err,
			"the kernel's verifier refuses the program, or another user's sleepproxyd left pins that "
			"we may not use (see sleepproxyd --doctor)");
	if (err != -EPERM)
		return explain(why, err,
		               "the kernel cannot load the program: %s (see sleepproxyd --doctor)",
		               strerror(-err));
	capability_explain(why, DATAPATH_WHY);
	return err;
}

/* libbpf refuses (EINVAL) to reuse a pinned map of another layout or size: replace those. */
static int load_or_replace(struct datapath *datapath, bool *reused)
{
	char path[PATH_MAX];
	int err;

	pin_of(datapath->pin_dir, 0, path);
	*reused = !access(path, F_OK);
	err = load_maps(datapath);
	if (err != -EINVAL || !*reused)
		return err;
	sleepproxy_bpf__destroy(datapath->maps);
	remove_pins(datapath->pin_dir);
	*reused = false;
	return load_maps(datapath);
}

static int open_all(struct datapath *datapath, bool *reused, char why[DATAPATH_WHY])
{
	int err = prepare_pin_dir(datapath, why);

	if (!err)
		err = lock_pin_dir(datapath, why);
	if (err)
		return err;
	err = load_or_replace(datapath, reused);
	return err ? explain_load(err, why) : ring_open(datapath);
}

int datapath_open(struct datapath **opened, const char *pin_dir, uint32_t max_hosts, bool *reused,
                  char why[DATAPATH_WHY])
{
	struct datapath *datapath = calloc(1, sizeof(*datapath));
	int err;

	if (!datapath)
		return -ENOMEM;
	libbpf_set_print(log_libbpf);
	datapath->lock = -1;
	datapath->pin_dir = pin_dir;
	datapath->max_hosts = max_hosts;
	err = open_all(datapath, reused, why);
	if (err)
		datapath_close(datapath);
	else
		*opened = datapath;
	return err;
}

/* The index and `held` too, which have no pins: the next daemon begins with its own. */
static int share_maps(const struct datapath *datapath, struct sleepproxy_bpf *skeleton)
{
#define SHARE(map) \
	{ \
		skeleton->maps.map, datapath->maps->maps.map \
	}
	const struct {
		struct bpf_map *to, *from;
	} own[] = { SHARE(index_cells), SHARE(index_macs), SHARE(index_buckets), SHARE(index_awake),
		    SHARE(index_homes), SHARE(data_index), SHARE(held) };
	int err = index_set_size(skeleton, datapath->max_hosts);

	for (size_t i = 0; i < SHARED && !err; i++)
		err = bpf_map__reuse_fd(shared_map(skeleton, i),
		                        bpf_map__fd(shared_map(datapath->maps, i)));
	for (size_t i = 0; i < sizeof(own) / sizeof(*own) && !err; i++)
		err = bpf_map__reuse_fd(own[i].to, bpf_map__fd(own[i].from));
	return err;
}

int program_load(const struct datapath *datapath, const struct datapath_config *config,
                 struct sleepproxy_bpf **opened, char why[DATAPATH_WHY])
{
	struct sleepproxy_bpf *skeleton = sleepproxy_bpf__open();
	int err;

	if (!skeleton)
		return explain_load(-errno, why);
	*opened = skeleton;
	memcpy((void *)&skeleton->rodata->config, config, sizeof(*config));
	bpf_program__set_autoload(skeleton->progs.update_host, false);
	bpf_program__set_autoload(skeleton->progs.look, false);
	bpf_program__set_autoload(skeleton->progs.receive, false);
	err = share_maps(datapath, skeleton);
	if (!err)
		err = sleepproxy_bpf__load(skeleton);
	return err ? explain_load(err, why) : 0;
}

void datapath_unpin(struct datapath *datapath)
{
	remove_pins(datapath->pin_dir);
	rmdir(datapath->pin_dir);
}

void datapath_close(struct datapath *datapath)
{
	if (!datapath)
		return;
	wake_rules_index(datapath, false);
	ring_buffer__free(datapath->ring);
	sleepproxy_bpf__destroy(datapath->maps);
	cleanup_close(&datapath->lock);
	free(datapath);
}
