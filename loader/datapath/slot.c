// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which XDP programs are attached to an interface. By libxdp, whose dispatcher holds several; and
 * whose header cannot be included beside datapath_config.h: both define XDP_MODE_NATIVE.
 */
#include <bpf/bpf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <xdp/libxdp.h>

#include "base/files.h"
#include "datapath/probe.h"

static void add_name(char names[PROBE_NAMES], const struct xdp_program *program)
{
	size_t length = strlen(names);

	if (program)
		snprintf(names + length, PROBE_NAMES - length, "%s%s", length ? ", " : "",
		         xdp_program__name(program));
}

/* Needs CAP_SYS_ADMIN; without it there are no names. */
static void read_names(uint32_t ifindex, char names[PROBE_NAMES])
{
	struct xdp_multiprog *programs = xdp_multiprog__get_from_ifindex((int)ifindex);
	struct xdp_program *program = NULL;

	if (libxdp_get_error(programs))
		return;
	if (xdp_multiprog__is_legacy(programs))
		add_name(names, xdp_multiprog__main_prog(programs));
	else
		while ((program = xdp_multiprog__next_prog(program, programs)))
			add_name(names, program);
	xdp_multiprog__close(programs);
}

static bool is_ours(uint32_t id, const char *interface, const char *pin_dir)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);
	char pin[PATH_MAX];
	autoclose int link = -1;

	snprintf(pin, sizeof(pin), "%s/link-%s", pin_dir, interface);
	link = bpf_obj_get(pin);
	return link >= 0 && !bpf_obj_get_info_by_fd(link, &info, &size) && info.prog_id == id;
}

int probe_slot(uint32_t ifindex, const char *interface, const char *pin_dir,
               struct probe_slot *slot)
{
	struct probe_slot found = { 0 };
	int err;

	libxdp_set_print(NULL);
	err = bpf_xdp_query_id((int)ifindex, 0, &found.id);
	if (err)
		return err;
	if (found.id) {
		found.ours = is_ours(found.id, interface, pin_dir);
		read_names(ifindex, found.names);
	}
	*slot = found;
	return 0;
}
