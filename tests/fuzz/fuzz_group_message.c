// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any packet, read as IGMP or MLD: nothing is read beyond its end, what is read can pass the check
 * of what comes from the parser, a host's list stays within its bounds, and what it has comes back
 * from the wire as it was written. Sums are made right, so that more than sums is tried.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_group_message && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_group_message -max_len=600 /tmp/found tests/fuzz/corpus/group_message
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "group/group_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

enum { ETHERNET = 14 };

static void put_sum(uint8_t *at, uint16_t sum)
{
	memcpy(at, &sum, sizeof(sum));
}

static void make_sums_right(uint8_t *packet, size_t length)
{
	const size_t header = length ? (packet[0] & 15) * 4U : 0;
	struct ipv6 source, destination;

	if (length >= 56 && packet[0] >> 4 == 6 && packet[41] == 0) {
		const size_t rest = (size_t)(packet[4] << 8 | packet[5]);

		if (rest < 12 || rest > length - 40)
			return;
		put_sum(packet + 50, 0);
		memcpy(&source, packet + 8, sizeof(source));
		memcpy(&destination, packet + 24, sizeof(destination));
		put_sum(packet + 50, icmpv6_checksum(&source, &destination, packet + 48, rest - 8));
	} else if (length >= 20 && packet[0] >> 4 == 4 && header >= 20 && header + 4 <= length) {
		const size_t total = (size_t)(packet[2] << 8 | packet[3]);

		if (total < header + 4 || total > length)
			return;
		put_sum(packet + 10, 0);
		put_sum(packet + 10, internet_checksum(packet, header));
		put_sum(packet + header + 2, 0);
		put_sum(packet + header + 2, internet_checksum(packet + header, total - header));
	}
}

static size_t read_all(const struct group_list *list, bool is_ipv6,
                       struct group_membership memberships[GROUP_MEMBERSHIPS])
{
	static const struct ipv6 all;

	return group_list_read(list, NULL, 0, is_ipv6, &all, memberships);
}

/* Everything that a list has, written as a report, makes the same list. */
static void write_and_follow(const struct group_list *list, bool is_ipv6)
{
	struct group_membership before[GROUP_MEMBERSHIPS], after[GROUP_MEMBERSHIPS];
	const size_t count = read_all(list, is_ipv6, before);
	const struct group_sender sender = {
		.source = is_ipv6 ? (struct ipv6){ { 0xfe, 0x80, [15] = 1 } }
		                  : ipv4_mapped((struct ipv4){ { 192, 0, 2, 1 } }),
	};
	struct group_list *again = NULL;
	struct group_message message;
	struct packet packet;
	bool changed;

	if (!count)
		return;
	group_write_report(&packet, &sender, GROUP_VERSION_3, before, count);
	assert(!packet.overflow);
	assert(!group_message_read(packet.octets + ETHERNET, packet.length - ETHERNET, &message));
	again = group_list_follow(again, &message, 1, &changed);
	assert(changed && read_all(again, is_ipv6, after) == count);
	assert(memcmp(before, after, count * sizeof(*before)) == 0);
	free(again);
}

static void follow(const struct group_message *message)
{
	static const struct group_membership one = { { { [10] = 0xff, 0xff, 239, 1, 2, 3 } },
		                                     { { 0 } } };
	struct group_list *list = group_list_add(NULL, &one, 0);
	static struct group_link link;
	bool changed = false;

	memset(&link, 0, sizeof(link));
	group_link_report(&link, message, 1);
	list = group_list_follow(list, message, 1, &changed);
	assert(!list || (list->count && list->count <= GROUP_MEMBERSHIPS));
	write_and_follow(list, message->is_ipv6);
	list = group_list_age(list, &link, message->is_ipv6, 2, &changed);
	free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, and up to the very end of what is allocated */
	uint8_t *odd = malloc(length + 1);
	struct group_message message;
	unsigned int error;

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	make_sums_right(odd + 1, length);
	error = group_message_read(odd + 1, length, &message);
	assert(group_message_check(error, &message));
	if (!error)
		follow(&message);
	free(odd);
	return 0;
}
