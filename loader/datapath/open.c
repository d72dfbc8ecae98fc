// SPDX-License-Identifier: GPL-2.0-or-later
/* The program and its maps: opened, sized, pinned, or found pinned by an earlier start. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/log.h"
#include "datapath/internal.h"
#include "datapath/pins.h"

/* How many entries each map has for a host. */
static const struct {
	const char *map;
	uint32_t per_host;
} sizes[] = {
	{ "hosts", 1 },
	{ "addresses4", 4 },
	{ "wake_rules", SPEC_PORTS },
	{ "wake_sources", SPEC_SOURCES },
};

/* libbpf's own words matter only to who looks for a fault in us: what is wrong for a user is said by the callers. */
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

static int set_sizes(struct sleepproxy_bpf *skeleton, uint32_t max_hosts)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(skeleton->obj, sizes[i].map);
		int err = bpf_map__set_max_entries(map, max_hosts * sizes[i].per_host);

		if (err)
			return err;
	}
	return 0;
}

/* .rodata is each instance's own. */
static bool is_shared(const struct bpf_map *map)
{
	return !bpf_map__is_internal(map);
}

static int set_pins(struct sleepproxy_bpf *skeleton, const char *pin_dir)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skeleton->obj)
	{
		char path[PATH_MAX + NAME_MAX];
		int err;

		if (!is_shared(map))
			continue;
		snprintf(path, sizeof(path), "%s/%s", pin_dir, bpf_map__name(map));
		err = bpf_map__set_pin_path(map, path);
		if (err)
			return err;
	}
	return 0;
}

static void remove_pins(const char *pin_dir, struct sleepproxy_bpf *skeleton)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skeleton->obj)
	{
		char path[PATH_MAX + NAME_MAX];

		if (!is_shared(map))
			continue;
		snprintf(path, sizeof(path), "%s/%s", pin_dir, bpf_map__name(map));
		unlink(path);
	}
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
	if (!err)
		err = sleepproxy_bpf__load(skeleton);
	if (err) {
		sleepproxy_bpf__destroy(skeleton);
		return err;
	}
	*loaded = skeleton;
	return 0;
}

static void explain_load(int err, char why[DATAPATH_WHY])
{
	if (err == -EPERM || err == -EACCES)
		pins_explain_capabilities(why, DATAPATH_WHY);
	else
		snprintf(
			why, DATAPATH_WHY,
			"the kernel does not take the program: %s (sleepproxyd --doctor says more)",
			strerror(-err));
}

static bool has_pins(const char *pin_dir)
{
	char path[PATH_MAX + NAME_MAX];

	snprintf(path, sizeof(path), "%s/hosts", pin_dir);
	return !access(path, F_OK);
}

/* libbpf refuses (EINVAL) to reuse a pinned map of another layout or size: those of another build make room for ours. */
static int load_or_replace(struct datapath *datapath, uint32_t max_hosts, bool *taken_over)
{
	struct sleepproxy_bpf *probe;
	int err;

	*taken_over = has_pins(datapath->pin_dir);
	err = load(datapath->pin_dir, max_hosts, &datapath->maps);
	if (err != -EINVAL || !*taken_over)
		return err;
	probe = sleepproxy_bpf__open();
	if (!probe)
		return -errno;
	remove_pins(datapath->pin_dir, probe);
	sleepproxy_bpf__destroy(probe);
	*taken_over = false;
	return load(datapath->pin_dir, max_hosts, &datapath->maps);
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
	snprintf(datapath->pin_dir, sizeof(datapath->pin_dir), "%s", pin_dir);
	err = pins_prepare(pin_dir, why, DATAPATH_WHY);
	if (!err) {
		err = load_or_replace(datapath, max_hosts, taken_over);
		if (err)
			explain_load(err, why);
	}
	if (err) {
		free(datapath);
		return err;
	}
	*opened = datapath;
	return 0;
}

int program_load(const struct datapath *datapath, const struct interface *interface,
                 struct sleepproxy_bpf **loaded)
{
	struct sleepproxy_bpf *skeleton = sleepproxy_bpf__open();
	struct bpf_map *map;
	int err = 0;

	if (!skeleton)
		return -errno;
	memcpy((void *)&skeleton->rodata->interface, interface, sizeof(*interface));
	bpf_program__set_autoload(skeleton->progs.order, false);
	bpf_object__for_each_map(map, skeleton->obj)
	{
		struct bpf_map *ours =
			bpf_object__find_map_by_name(datapath->maps->obj, bpf_map__name(map));

		if (is_shared(map) && !err)
			err = bpf_map__reuse_fd(map, bpf_map__fd(ours));
	}
	if (!err)
		err = sleepproxy_bpf__load(skeleton);
	if (err) {
		sleepproxy_bpf__destroy(skeleton);
		return err;
	}
	*loaded = skeleton;
	return 0;
}

void datapath_forget(struct datapath *datapath)
{
	remove_pins(datapath->pin_dir, datapath->maps);
	rmdir(datapath->pin_dir);
}

void datapath_close(struct datapath *datapath)
{
	if (!datapath)
		return;
	ring_buffer__free(datapath->ring);
	sleepproxy_bpf__destroy(datapath->maps);
	free(datapath);
}
