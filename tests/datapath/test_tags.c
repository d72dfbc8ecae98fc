// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row in VLAN tags: the same outcome, the answer in the same tags. Hosts bound to a VLAN. */
#include "support_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define QUESTION ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, PEER_IP, NOBODY, HOST_IP)
#define ANSWER ARP(PEER, PROXY, ARP_REPLY, PROXY, HOST_IP, PEER, PEER_IP)
#define MESSAGE \
	IP(EVERYBODY, PEER, UDP, PEER_IP, EVERYWHERE, 68, 67, .data = 300, \
	   .dhcp = { BOOTREPLY, HOST })

static void run(const struct row *row, const struct tags *tags)
{
	row_run(row, tags, row_length(row, tags));
}

static void in_one_and_in_two(void **state)
{
	const struct row *row = *state;
	const size_t length = row_length(row, &two_tags);

	run(row, &one_tag);
	run(row, &two_tags);
	row_run(row, &two_tags, length < FRAME_MIN ? FRAME_MIN : length + 6);
}

/* Each of them concerns a host of VLAN 7: there, and anywhere else. */
static const struct row there[] = {
	{ .name = "answered",
	  .world.host = { .state = ASLEEP, .vlan = 7 },
	  .in = QUESTION,
	  THEN(arp_answered, TX, ASLEEP),
	  .out = ANSWER },
	{ .name = "copied",
	  .world.host = { .state = ASLEEP, .vlan = 7 },
	  .in = MESSAGE,
	  THEN(dhcp_snooped, PASS, ASLEEP),
	  .copied = true },
};

static const struct row elsewhere[] = {
	{ .name = "not answered",
	  .world.host = { .state = ASLEEP, .vlan = 7 },
	  .in = QUESTION,
	  THEN(elsewhere, PASS, ASLEEP) },
	{ .name = "not copied",
	  .world.host = { .state = ASLEEP, .vlan = 7 },
	  .in = MESSAGE,
	  THEN(ipv4_other, PASS, ASLEEP) },
};

enum { ROWS_EACH = sizeof(there) / sizeof(there[0]) };

static const struct vlan_row {
	const struct row *rows;
	struct tags tags;
} vlan_rows[] = {
	{ there, { "its own VLAN", 1, { { TYPE_VLAN, 7 } } } },
	{ there, { "its own VLAN at a priority", 1, { { TYPE_VLAN, 0xf007 } } } },
	{ there, { "its own VLAN by a service tag", 1, { { TYPE_QINQ, 7 } } } },
	{ there, { "its own VLAN inside", 2, { { TYPE_QINQ, 100 }, { TYPE_VLAN, 7 } } } },
	{ there, { "two customer tags", 2, { { TYPE_VLAN, 100 }, { TYPE_VLAN, 7 } } } },
	{ elsewhere, { "its own VLAN outside", 2, { { TYPE_QINQ, 7 }, { TYPE_VLAN, 100 } } } },
	{ elsewhere, { "another VLAN", 1, { { TYPE_VLAN, 8 } } } },
	{ elsewhere, { "a VLAN of which it is a part", 1, { { TYPE_VLAN, 0x107 } } } },
	{ elsewhere, { "a priority alone", 1, { { TYPE_VLAN, 0xe000 } } } },
	{ elsewhere, { "no tag", 0, { { 0 } } } },
};

static void run_vlan_row(const struct vlan_row *vlan_row)
{
	for (size_t i = 0; i < ROWS_EACH; i++) {
		print_message("             %s: %s\n", vlan_row->rows[i].name, vlan_row->tags.name);
		run(&vlan_row->rows[i], &vlan_row->tags);
	}
}

static void in_its_vlan_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vlan_rows) / sizeof(vlan_rows[0]); i++)
		run_vlan_row(&vlan_rows[i]);
}

/* More tags than we read: the frame is nobody's, but its sender is known all the same. */
static void three_are_not_read(void **state)
{
	static const struct tags three = {
		"three tags", 3, { { TYPE_QINQ, 100 }, { TYPE_VLAN, 7 }, { TYPE_VLAN, 7 } }
	};
	const struct row question = { .name = "a question in three tags",
		                      .world.host.state = ASLEEP,
		                      .in = QUESTION,
		                      THEN(other_protocol, PASS, ASLEEP) };
	const struct row message = { .name = "a DHCP message in three tags",
		                     .world.host.state = ASLEEP,
		                     .in = MESSAGE,
		                     THEN(other_protocol, PASS, ASLEEP) };
	const struct row owner = { .name = "the owner in three tags",
		                   .world.host.state = ASLEEP,
		                   .in = OTHER(GROUP, HOST, TYPE_IPV6),
		                   THEN(owner_woke, PASS, AWAKE),
		                   .seen = true,
		                   .report = REPORT_OWNER_SEEN };

	(void)state;
	run(&question, &three);
	run(&message, &three);
	run(&owner, &three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_its_vlan_alone),
		cmocka_unit_test(three_are_not_read),
	};
	const int failed = row_tests("tags", in_one_and_in_two);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
