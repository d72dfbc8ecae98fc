// SPDX-License-Identifier: GPL-2.0-or-later
/* The program and its maps: opened, sized, pinned, or found pinned by an earlier start. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "datapath/internal.h"
#include "datapath/pins.h"

/*
 * The maps of maps/, which outlive us and all instances share, and how many entries they have for a
 * host (0: fixed).
 */
static const struct {
	const char *name;
	uint32_t per_host;
} shared[] = {
	{ "hosts", 1 },
	{ "addresses4", 4 },
	{ "wake_rules", HOST_PORTS },
	{ "wake_sources", HOST_SOURCES },
	{ "counters", 0 },
	{ "heartbeat", 0 },
	{ "events", 0 },
	{ "dhcp_snoop", 0 },
};

enum { SHARED = sizeof(shared) / sizeof(*shared) };

/*
 * libbpf's own words matter only to who looks for a fault in us: what is wrong for a user is said
 * by the callers.
 */
static int to_log(enum libbpf_print_level level, const char *format, va_list arguments)
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

static int set_sizes(struct sleepproxy_bpf *skeleton, uint32_t max_hosts)
{
	int err = 0;

	for (size_t i = 0; i < SHARED && !err; i++)
		if (shared[i].per_host)
			err = bpf_map__set_max_entries(shared_map(skeleton, i),
			                               max_hosts * shared[i].per_host);
	return err;
}

static void pin_of(const char *pin_dir, size_t i, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", pin_dir, shared[i].name);
}

static int set_pins(struct sleepproxy_bpf *skeleton, const char *pin_dir)
{
	char path[PATH_MAX];
	int err = 0;

	for (size_t i = 0; i < SHARED && !err; i++) {
		pin_of(pin_dir, i, path);
		err = bpf_map__set_pin_path(shared_map(skeleton, i), path);
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

/* Loaded, or gone. `err`: of what was to be set before. */
static int finish(struct sleepproxy_bpf *skeleton, int err, struct sleepproxy_bpf **loaded)
{
	if (!err)
		err = sleepproxy_bpf__load(skeleton);
	if (err)
		sleepproxy_bpf__destroy(skeleton);
	else
		*loaded = skeleton;
	return err;
}

static int load(const char *pin_dir, uint32_t max_hosts, struct sleepproxy_bpf **loaded)
{
	struct sleepproxy_bpf *skeleton = sleepproxy_bpf__open();
	int err;

	if (!skeleton)
		return -errno;
	err = set_sizes(skeleton, max_hosts);
	if (!err)
		err = set_pins(skeleton, pin_dir);
	return finish(skeleton, err, loaded);
}

void program_explain(int err, char why[DATAPATH_WHY])
{
	if (err == -EPERM)
		capability_explain(why, DATAPATH_WHY);
	else if (err == -EACCES)
		snprintf(
			why, DATAPATH_WHY,
			"the kernel's verifier refuses the program, or another user's sleepproxyd left pins that "
			"we may not use (sleepproxyd --doctor says which)");
	else
		snprintf(
			why, DATAPATH_WHY,
			"the kernel does not take the program: %s (sleepproxyd --doctor says more)",
			strerror(-err));
}

static bool has_pins(const char *pin_dir)
{
	char path[PATH_MAX];

	pin_of(pin_dir, 0, path);
	return !access(path, F_OK);
}

/*
 * libbpf refuses (EINVAL) to reuse a pinned map of another layout or size: those of another build
 * make room for ours.
 */
static int load_or_replace(struct datapath *datapath, uint32_t max_hosts, bool *taken_over)
{
	int err;

	*taken_over = has_pins(datapath->pin_dir);
	err = load(datapath->pin_dir, max_hosts, &datapath->maps);
	if (err != -EINVAL || !*taken_over)
		return err;
	remove_pins(datapath->pin_dir);
	*taken_over = false;
	return load(datapath->pin_dir, max_hosts, &datapath->maps);
}

static int open_all(struct datapath *datapath, uint32_t max_hosts, bool *taken_over,
                    char why[DATAPATH_WHY])
{
	int err = pins_prepare(datapath->pin_dir, &datapath->mounted, why, DATAPATH_WHY);

	if (err)
		return err;
	datapath->lock = pins_lock(datapath->pin_dir, why, DATAPATH_WHY);
	if (datapath->lock < 0)
		return datapath->lock;
	err = load_or_replace(datapath, max_hosts, taken_over);
	if (err)
		program_explain(err, why);
	return err;
}

int datapath_open(struct datapath **opened, const char *pin_dir, uint32_t max_hosts,
                  bool *taken_over, char why[DATAPATH_WHY])
{
	struct datapath *datapath = calloc(1, sizeof(*datapath));
	int err;

	if (!datapath)
		return -ENOMEM;
	libbpf_set_print(to_log);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	datapath->lock = -1;
	snprintf(datapath->pin_dir, sizeof(datapath->pin_dir), "%s", pin_dir);
	err = open_all(datapath, max_hosts, taken_over, why);
	if (err) {
		datapath_close(datapath);
		return err;
	}
	*opened = datapath;
	return 0;
}

static int share_maps(const struct datapath *datapath, struct sleepproxy_bpf *skeleton)
{
	int err = 0;

	for (size_t i = 0; i < SHARED && !err; i++)
		err = bpf_map__reuse_fd(shared_map(skeleton, i),
		                        bpf_map__fd(shared_map(datapath->maps, i)));
	return err;
}

int program_load(const struct datapath *datapath, const struct datapath_config *interface,
                 struct sleepproxy_bpf **loaded)
{
	struct sleepproxy_bpf *skeleton = sleepproxy_bpf__open();

	if (!skeleton)
		return -errno;
	memcpy((void *)&skeleton->rodata->interface, interface, sizeof(*interface));
	bpf_program__set_autoload(skeleton->progs.order, false);
	return finish(skeleton, share_maps(datapath, skeleton), loaded);
}

void datapath_forget(struct datapath *datapath)
{
	remove_pins(datapath->pin_dir);
	pins_remove(datapath->pin_dir, datapath->mounted);
}

void datapath_close(struct datapath *datapath)
{
	if (!datapath)
		return;
	ring_buffer__free(datapath->ring);
	sleepproxy_bpf__destroy(datapath->maps);
	cleanup_close(&datapath->lock);
	free(datapath);
}
