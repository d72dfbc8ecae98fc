// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program on an interface, by a pinned bpf_link: native where the driver has XDP, generic
 * otherwise. In a link that is pinned already the program is replaced in one step, so that no frame
 * is missed.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/files.h"
#include "base/log.h"
#include "datapath/internal.h"
#include "datapath/probe.h"

/* Another XDP program is attached: no other mode helps. */
static bool slot_is_taken(int err)
{
	return err == -EBUSY || err == -EEXIST;
}

static int create_link(int program, uint32_t ifindex, enum xdp_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
	            .flags = mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	int link = bpf_link_create(program, (int)ifindex, BPF_XDP, &options);

	if (mode != XDP_MODE_AUTO || link >= 0 || slot_is_taken(link))
		return link;
	return create_link(program, ifindex, XDP_MODE_GENERIC);
}

static bool link_is_attached(int link, uint32_t ifindex)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);

	return !bpf_obj_get_info_by_fd(link, &info, &size) && info.xdp.ifindex == ifindex;
}

/*
 * The file descriptor of the pinned link, with the new program, if it is still attached to the
 * interface. If it is not, its pin is removed.
 */
static int reuse_link(const struct attachment *attachment, int program)
{
	int link = bpf_obj_get(attachment->pin);

	if (link < 0)
		return link;
	if (link_is_attached(link, attachment->ifindex) && !bpf_link_update(link, program, NULL))
		return link;
	close(link);
	unlink(attachment->pin);
	return -ENOENT;
}

/* Its maps end with it. */
static void take_orphan(struct attachment *attachment, int program)
{
	int link = orphan_link(attachment->ifindex);

	if (link >= 0 && !bpf_link_update(link, program, NULL)) {
		attachment->link = link;
		log_warning("took over the program of an earlier sleepproxyd, whose pins are not "
		            "in the BPF file system that is mounted");
		return;
	}
	cleanup_close(&link);
}

static int explain_attach(int err, const struct datapath *datapath, const char *interface,
                          uint32_t ifindex, enum xdp_mode mode, char why[DATAPATH_WHY])
{
	struct probe_slot slot = { 0 };

	if (slot_is_taken(err)) {
		probe_slot(ifindex, interface, datapath->pin_dir, &slot);
		return explain(why, err,
		               "another XDP program is attached to %s: id %u%s%s (bpftool net show "
		               "dev %s; bpftool prog show id %u)",
		               interface, slot.id, *slot.names ? ", name " : "", slot.names,
		               interface, slot.id);
	}
	if (err != -EPERM && mode == XDP_MODE_NATIVE)
		return explain(
			why, err,
			"the driver of %s has no native XDP: %s (mode = auto uses generic XDP)",
			interface, strerror(-err));
	if (err != -EPERM)
		return explain(why, err, "cannot attach to %s: %s", interface, strerror(-err));
	capability_explain(why, DATAPATH_WHY);
	return err;
}

static int attach(struct attachment *attachment, int program, enum xdp_mode mode)
{
	attachment->link = reuse_link(attachment, program);
	if (attachment->link >= 0)
		return 0;
	attachment->link = create_link(program, attachment->ifindex, mode);
	if (slot_is_taken(attachment->link))
		take_orphan(attachment, program);
	return attachment->link < 0 ? attachment->link
	                            : bpf_obj_pin(attachment->link, attachment->pin);
}

static const char *read_mode(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (bpf_xdp_query((int)ifindex, 0, &query))
		return "unknown";
	return query.attach_mode == XDP_ATTACHED_SKB ? "generic" : "native";
}

int datapath_attach(struct datapath *datapath, const char *interface, uint32_t ifindex,
                    enum xdp_mode mode, const struct datapath_config *config,
                    struct attachment **opened, char why[DATAPATH_WHY])
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));
	struct sleepproxy_bpf *skeleton = NULL;
	int err;

	if (!attachment)
		return -ENOMEM;
	attachment->ifindex = ifindex;
	attachment->link = attachment->program = -1;
	snprintf(attachment->pin, sizeof(attachment->pin), "%s/link-%s", datapath->pin_dir,
	         interface);
	index_add_own(datapath, &config->mac);
	err = program_load(datapath, config, &skeleton, why);
	if (!err) {
		attachment->program =
			fcntl(bpf_program__fd(skeleton->progs.sleepproxy), F_DUPFD_CLOEXEC, 0);
		err = attachment->program < 0 ? -errno
		                              : attach(attachment, attachment->program, mode);
		if (err)
			explain_attach(err, datapath, interface, ifindex, mode, why);
	}
	sleepproxy_bpf__destroy(skeleton); /* the link has the program, and that its maps */
	if (err) {
		attachment_close(attachment, true);
		return err;
	}
	attachment->mode = read_mode(ifindex);
	*opened = attachment;
	return 0;
}

bool attachment_is_active(const struct attachment *attachment)
{
	return link_is_attached(attachment->link, attachment->ifindex);
}

const char *attachment_mode(const struct attachment *attachment)
{
	return attachment->mode;
}

void attachment_close(struct attachment *attachment, bool keep)
{
	if (!attachment)
		return;
	if (!keep)
		unlink(attachment->pin);
	cleanup_close(&attachment->link);
	cleanup_close(&attachment->program);
	free(attachment);
}
