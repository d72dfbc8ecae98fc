// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of reports, drained into the daemon's one function for them. */
#include <bpf/libbpf.h>
#include <errno.h>

#include "datapath/internal.h"

static int on_record(void *context, void *record, size_t size)
{
	const struct datapath *datapath = context;

	if (size >= sizeof(struct report))
		datapath->on_report(datapath->report_context, record);
	return 0;
}

int reports_open(struct datapath *datapath, report_fn *on_report, void *context)
{
	datapath->on_report = on_report;
	datapath->report_context = context;
	datapath->ring = ring_buffer__new(bpf_map__fd(datapath->maps->maps.events), on_record,
	                                  datapath, NULL);
	return datapath->ring ? 0 : -errno;
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
