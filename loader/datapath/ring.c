// SPDX-License-Identifier: GPL-2.0-or-later
/* The rings of reports and of DHCP messages, drained into the daemon's functions for them. */
#include <bpf/libbpf.h>
#include <errno.h>

#include "datapath/internal.h"

static int on_report(void *context, void *record, size_t size)
{
	const struct report_actions *actions = &((const struct datapath *)context)->actions;

	if (size >= sizeof(struct report))
		actions->report(actions->context, record);
	return 0;
}

static int on_dhcp(void *context, void *record, size_t size)
{
	const struct report_actions *actions = &((const struct datapath *)context)->actions;
	const struct dhcp_snoop *heard = record;

	if (size >= sizeof(*heard) && heard->length <= sizeof(heard->message))
		actions->dhcp(actions->context, heard);
	return 0;
}

int reports_open(struct datapath *datapath, const struct report_actions *actions)
{
	const struct sleepproxy_bpf *maps = datapath->maps;
	int dhcp = bpf_map__fd(maps->maps.dhcp_snoop);

	datapath->actions = *actions;
	datapath->ring =
		ring_buffer__new(bpf_map__fd(maps->maps.events), on_report, datapath, NULL);
	return datapath->ring ? ring_buffer__add(datapath->ring, dhcp, on_dhcp, datapath) : -errno;
}

int reports_fd(const struct datapath *datapath)
{
	return ring_buffer__epoll_fd(datapath->ring);
}

int reports_drain(struct datapath *datapath)
{
	int drained = ring_buffer__consume(datapath->ring);

	return drained < 0 ? drained : 0;
}
