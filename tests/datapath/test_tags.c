// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row in VLAN tags: the same outcome, the answer in the same tags. Hosts bound to a VLAN. */
#include "test.h"

#include "support_row.h"

#define WHO_HAS ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, HOST_IP)
#define IS_AT ARP(PEER, PROXY, ARP_REPLY, PROXY, HOST_IP, PEER, PEER_IP)
#define MESSAGE \
	IP(BROADCAST, PEER, UDP, PEER_IP, BROADCAST_IP, 68, 67, .data = 300, \
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

ROW_TESTS(in_one_and_in_two)

/* The host is in VLAN 7. First: what happens there, then: what happens anywhere else. */
static const struct row matching[] = {
	{ .name = "answered",
	  .setup.host = { .state = ASLEEP, .vlan = 7 },
	  .in = WHO_HAS,
	  EXPECT(OUTCOME_ARP_ANSWERED, TX, ASLEEP),
	  .out = IS_AT },
	{ .name = "copied",
	  .setup.host = { .state = ASLEEP, .vlan = 7 },
	  .in = MESSAGE,
	  EXPECT(OUTCOME_DHCP_SNOOPED, PASS, ASLEEP),
	  .copied = true },
};

static const struct row other[] = {
	{ .name = "not answered",
	  .setup.host = { .state = ASLEEP, .vlan = 7 },
	  .in = WHO_HAS,
	  EXPECT(OUTCOME_WRONG_VLAN, PASS, ASLEEP) },
	{ .name = "not copied",
	  .setup.host = { .state = ASLEEP, .vlan = 7 },
	  .in = MESSAGE,
	  EXPECT(OUTCOME_IPV4_OTHER, PASS, ASLEEP) },
};

enum { ROWS_EACH = sizeof(matching) / sizeof(matching[0]) };

static const struct vlan_row {
	const struct row *rows;
	struct tags tags;
} vlan_rows[] = {
	{ matching, { "its own VLAN", 1, { { TYPE_VLAN, 7 } } } },
	{ matching, { "its own VLAN at a priority", 1, { { TYPE_VLAN, 0xf007 } } } },
	{ matching, { "its own VLAN by a service tag", 1, { { TYPE_QINQ, 7 } } } },
	{ matching, { "its own VLAN inside", 2, { { TYPE_QINQ, 100 }, { TYPE_VLAN, 7 } } } },
	{ matching, { "two customer tags", 2, { { TYPE_VLAN, 100 }, { TYPE_VLAN, 7 } } } },
	{ other, { "its own VLAN outside", 2, { { TYPE_QINQ, 7 }, { TYPE_VLAN, 100 } } } },
	{ other, { "another VLAN", 1, { { TYPE_VLAN, 8 } } } },
	{ other, { "a VLAN whose low octet it is", 1, { { TYPE_VLAN, 0x107 } } } },
	{ other, { "a priority alone", 1, { { TYPE_VLAN, 0xe000 } } } },
	{ other, { "no tag", 0, { { 0 } } } },
};

static void run_vlan_row(const struct vlan_row *vlan_row)
{
	for (size_t i = 0; i < ROWS_EACH; i++) {
		print_message("             %s: %s\n", vlan_row->rows[i].name, vlan_row->tags.name);
		run(&vlan_row->rows[i], &vlan_row->tags);
	}
}

TEST(only_in_its_vlan)
{
	for (size_t i = 0; i < sizeof(vlan_rows) / sizeof(vlan_rows[0]); i++)
		run_vlan_row(&vlan_rows[i]);
}

/* With more tags than we parse, a frame passes, but its sender is recognized. */
TEST(three_are_not_parsed)
{
	static const struct tags three = {
		"three tags", 3, { { TYPE_QINQ, 100 }, { TYPE_VLAN, 7 }, { TYPE_VLAN, 7 } }
	};
	const struct row question = { .name = "a request in three tags",
		                      .setup.host.state = ASLEEP,
		                      .in = WHO_HAS,
		                      EXPECT(OUTCOME_OTHER_PROTOCOL, PASS, ASLEEP) };
	const struct row message = { .name = "a DHCP message in three tags",
		                     .setup.host.state = ASLEEP,
		                     .in = MESSAGE,
		                     EXPECT(OUTCOME_OTHER_PROTOCOL, PASS, ASLEEP) };
	const struct row owner = { .name = "the owner in three tags",
		                   .setup.host.state = ASLEEP,
		                   .in = FRAME(GROUP, HOST, TYPE_IPV6),
		                   EXPECT(OUTCOME_OWNER_AWAKE, PASS, AWAKE),
		                   .seen = true,
		                   .report = REPORT_OWNER_SEEN };

	run(&question, &three);
	run(&message, &three);
	run(&owner, &three);
}
