// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program of ours that no daemon has any more, and whose pins nobody finds: another BPF file
 * system was mounted over theirs. The kernel keeps it on the interface, by its link, for which only
 * CAP_SYS_ADMIN may ask.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "datapath/internal.h"
#include "heartbeat.h"

/* A daemon writes its heartbeat twice a second. */
enum { LOOKS = 15, LOOK_US = 100000 };

enum { PROGRAM_MAPS_MAX = 64 }; /* Linux's MAX_USED_MAPS */

/* The file descriptor of the program's map `heartbeat`; or -errno: it is no program of ours. */
static int open_heartbeat(uint32_t program_id)
{
	autoclose int program = bpf_prog_get_fd_by_id(program_id);
	uint32_t ids[PROGRAM_MAPS_MAX] = { 0 }, size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = PROGRAM_MAPS_MAX, .map_ids = (uintptr_t)ids };

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size) ||
	    strcmp(info.name, "sleepproxy"))
		return -ENOENT;
	for (uint32_t i = 0; i < info.nr_map_ids && i < PROGRAM_MAPS_MAX; i++) {
		struct bpf_map_info map_info = { 0 };
		int map = bpf_map_get_fd_by_id(ids[i]);

		size = sizeof(map_info);
		if (map >= 0 && !bpf_obj_get_info_by_fd(map, &map_info, &size) &&
		    !strcmp(map_info.name, "heartbeat") &&
		    map_info.value_size == sizeof(struct heartbeat))
			return map;
		cleanup_close(&map);
	}
	return -ENOENT;
}

static bool is_written(int heartbeat)
{
	struct heartbeat before = { 0 }, now = { 0 };
	const uint32_t key = 0;
	int err = bpf_map_lookup_elem(heartbeat, &key, &before);

	for (int i = 0; i < LOOKS && !err; i++) {
		usleep(LOOK_US);
		err = bpf_map_lookup_elem(heartbeat, &key, &now);
		if (now.last != before.last)
			return true;
	}
	return err;
}

/* Interfaces of other namespaces may have the same number, but not the same program. */
static int find_link(uint32_t program_id)
{
	uint32_t id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = { 0 };
		uint32_t size = sizeof(info);
		int link = bpf_link_get_fd_by_id(id);

		if (link >= 0 && !bpf_obj_get_info_by_fd(link, &info, &size) &&
		    info.type == BPF_LINK_TYPE_XDP && info.prog_id == program_id)
			return link;
		cleanup_close(&link);
	}
	return -ENOENT;
}

int orphan_link(uint32_t ifindex)
{
	autoclose int heartbeat = -1;
	uint32_t program_id = 0;

	if (bpf_xdp_query_id((int)ifindex, 0, &program_id) || !program_id)
		return -ENOENT;
	heartbeat = open_heartbeat(program_id);
	return heartbeat < 0 || is_written(heartbeat) ? -ENOENT : find_link(program_id);
}
