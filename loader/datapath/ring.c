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
		reader->functions->on_report(reader->context, record);
	return count_record(reader);
}

static int on_frame(void *context, void *record, size_t size)
{
	struct ring_reader *reader = context;
	const struct wake_frame *frame = record;
	const size_t head = offsetof(struct wake_frame, frame);

	if (size >= head && frame->length <= sizeof(frame->frame) && frame->length <= size - head)
		reader->functions->on_frame(reader->context, frame);
	return count_record(reader);
}

static int on_dhcp(void *context, void *record, size_t size)
{
	struct ring_reader *reader = context;
	const struct dhcp_snoop *message = record;

	if (size >= sizeof(*message) && message->length <= sizeof(message->message))
		reader->functions->on_dhcp(reader->context, message);
	return count_record(reader);
}

int ring_open(struct datapath *datapath)
{
	const struct sleepproxy_bpf *maps = datapath->maps;
	struct ring_reader *reader = &datapath->reader;
	struct ring_buffer *ring =
		ring_buffer__new(bpf_map__fd(maps->maps.reports), on_report, reader, NULL);
	int err;

	datapath->ring = ring;
	if (!ring)
		return -errno;
	err = ring_buffer__add(ring, bpf_map__fd(maps->maps.wake_frames), on_frame, reader);
	return err ? err
	           : ring_buffer__add(ring, bpf_map__fd(maps->maps.dhcp_snoop), on_dhcp, reader);
}

int ring_fd(const struct datapath *datapath)
{
	return ring_buffer__epoll_fd(datapath->ring);
}

int ring_read(struct datapath *datapath, const struct ring_functions *functions, void *context,
              size_t most)
{
	int count;

	/* libbpf takes its context when a ring is opened: so the functions of this call go there */
	datapath->reader = (struct ring_reader){ functions, context, most };
	count = ring_buffer__consume(datapath->ring);
	return count < 0 && count != -EAGAIN ? count : 0;
}
