// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring buffers of the datapath: records in, calls to the reader's functions out. */
#include <bpf/libbpf.h>
#include <errno.h>

#include "datapath/internal.h"

/* libbpf stops after this record where there is an error. */
static int count_record(struct ring_reader *reader)
{
	return --reader->left ? 0 : -EAGAIN;
}

static int on_report(void *context, void *record, size_t size)
{
	struct ring_reader *reader = context;

	if (size >= sizeof(struct report))
		reader->on_report(reader->context, record);
	return count_record(reader);
}

static int on_dhcp(void *context, void *record, size_t size)
{
	struct ring_reader *reader = context;
	const struct dhcp_snoop *message = record;

	if (size >= sizeof(*message) && message->length <= sizeof(message->message))
		reader->on_dhcp(reader->context, message);
	return count_record(reader);
}

int ring_open(struct datapath *datapath)
{
	const struct sleepproxy_bpf *maps = datapath->maps;
	int reports = bpf_map__fd(maps->maps.reports), dhcp = bpf_map__fd(maps->maps.dhcp_snoop);

	datapath->ring = ring_buffer__new(reports, on_report, &datapath->reader, NULL);
	return datapath->ring ? ring_buffer__add(datapath->ring, dhcp, on_dhcp, &datapath->reader)
	                      : -errno;
}

int ring_fd(const struct datapath *datapath)
{
	return ring_buffer__epoll_fd(datapath->ring);
}

int ring_read(struct datapath *datapath, ring_report_fn *report, ring_dhcp_fn *dhcp, void *context,
              size_t most)
{
	int count;

	/* libbpf takes its context when a ring is opened: so the functions of this call go there */
	datapath->reader = (struct ring_reader){ report, dhcp, context, most };
	count = ring_buffer__consume(datapath->ring);
	return count < 0 && count != -EAGAIN ? count : 0;
}
