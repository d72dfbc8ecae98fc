// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program on an interface, by a pinned bpf_link: native where the driver has XDP, generic
 * otherwise. A link that is pinned already gets this build's program in one step, so that no frame
 * goes by unanswered.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/cleanup.h"
#include "datapath/internal.h"

struct attachment {
	struct sleepproxy_bpf *skeleton;
	char pin[PATH_MAX + IFNAMSIZ + 8];
	int link;
	uint32_t ifindex;
};

static const struct {
	enum xdp_mode asked;
	uint32_t flags;
} attempts[] = {
	{ XDP_MODE_NATIVE, XDP_FLAGS_DRV_MODE },
	{ XDP_MODE_GENERIC, XDP_FLAGS_SKB_MODE },
};

/* -EBUSY and -EEXIST: the slot is taken; then no other mode helps. */
static bool slot_is_taken(int err)
{
	return err == -EBUSY || err == -EEXIST;
}

static int create_link(int program, uint32_t ifindex, enum xdp_mode mode)
{
	int link = -EINVAL;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		LIBBPF_OPTS(bpf_link_create_opts, options, .flags = attempts[i].flags);

		if (mode != XDP_MODE_AUTO && mode != attempts[i].asked)
			continue;
		link = bpf_link_create(program, (int)ifindex, BPF_XDP, &options);
		if (link >= 0 || slot_is_taken(link))
			break;
	}
	return link;
}

static bool link_is_on(int link, uint32_t ifindex)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);

	return !bpf_obj_get_info_by_fd(link, &info, &size) && info.xdp.ifindex == ifindex;
}

/*
 * The file descriptor of the pinned link if it is on the interface still; the pin of a link that is
 * not is removed.
 */
static int reuse_link(const struct attachment *attachment, int program)
{
	int link = bpf_obj_get(attachment->pin);

	if (link < 0)
		return link;
	if (link_is_on(link, attachment->ifindex) && !bpf_link_update(link, program, NULL))
		return link;
	close(link);
	unlink(attachment->pin);
	return -ENOENT;
}

static int new_link(const struct attachment *attachment, int program, enum xdp_mode mode)
{
	int link = create_link(program, attachment->ifindex, mode);
	int err;

	if (link < 0)
		return link;
	err = bpf_obj_pin(link, attachment->pin);
	if (err) {
		close(link);
		return err;
	}
	return link;
}

/* The name needs CAP_SYS_ADMIN; without it the number must do. */
static void explain_taken(const struct iface *port, char why[DATAPATH_WHY])
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info), id = 0;
	autoclose int program = -1;

	bpf_xdp_query_id((int)port->ifindex, 0, &id);
	program = bpf_prog_get_fd_by_id(id);
	if (program >= 0)
		bpf_obj_get_info_by_fd(program, &info, &size);
	snprintf(
		why, DATAPATH_WHY,
		"another XDP program has %s: id %u%s%s (bpftool net show dev %s; bpftool prog show id %u)",
		port->name, id, *info.name ? ", name " : "", info.name, port->name, id);
}

static void explain_attach(int err, const struct iface *port, enum xdp_mode mode,
                           char why[DATAPATH_WHY])
{
	if (slot_is_taken(err))
		explain_taken(port, why);
	else if (err == -EPERM)
		capability_explain(why, DATAPATH_WHY);
	else if (mode == XDP_MODE_NATIVE)
		snprintf(why, DATAPATH_WHY,
		         "the driver of %s has no native XDP: %s (mode = auto takes generic)",
		         port->name, strerror(-err));
	else
		snprintf(why, DATAPATH_WHY, "cannot attach to %s: %s", port->name, strerror(-err));
}

int datapath_attach(struct datapath *datapath, const struct iface *port, enum xdp_mode mode,
                    const struct datapath_config *interface, struct attachment **attached,
                    char why[DATAPATH_WHY])
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));
	int program, err;

	if (!attachment)
		return -ENOMEM;
	attachment->ifindex = port->ifindex;
	snprintf(attachment->pin, sizeof(attachment->pin), "%s/link-%s", datapath->pin_dir,
	         port->name);
	err = program_load(datapath, interface, &attachment->skeleton);
	if (err) {
		program_explain(err, why);
		free(attachment);
		return err;
	}
	program = bpf_program__fd(attachment->skeleton->progs.sleepproxy);
	attachment->link = reuse_link(attachment, program);
	if (attachment->link < 0)
		attachment->link = new_link(attachment, program, mode);
	if (attachment->link < 0) {
		err = attachment->link;
		explain_attach(err, port, mode, why);
		attachment_close(attachment, true);
		return err;
	}
	*attached = attachment;
	return 0;
}

bool attachment_is_on(const struct attachment *attachment)
{
	return link_is_on(attachment->link, attachment->ifindex);
}

const char *attachment_mode(const struct attachment *attachment)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (bpf_xdp_query((int)attachment->ifindex, 0, &query))
		return "unknown";
	return query.attach_mode == XDP_ATTACHED_SKB ? "generic" : "native";
}

void attachment_close(struct attachment *attachment, bool keep)
{
	if (!attachment)
		return;
	if (!keep)
		unlink(attachment->pin);
	if (attachment->link >= 0)
		close(attachment->link);
	sleepproxy_bpf__destroy(attachment->skeleton);
	free(attachment);
}
