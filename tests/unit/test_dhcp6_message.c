// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCPv6 messages (RFC 8415), octet by octet: read, refused, written; and the frame around one. */
#include "test.h"

#include "dhcp/dhcp6_message.h"
#include "support_octets.h"

#define HEAD(type) type, 0x12, 0x34, 0x56
#define CLIENT 0, 1, 0, 10, 0, 3, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56
#define SERVER 0, 2, 0, 4, 0, 2, 7, 7
#define ELAPSED 0, 8, 0, 2, 0x01, 0x02
#define ORO 0, 6, 0, 4, 0, 23, 0, 24
#define FQDN 0, 39, 0, 5, 1, 3, 'n', 'a', 's'
#define PREFERRED_THEN_VALID(preferred, valid) 0, 0, 0, preferred, 0, 0, 0, valid
#define HOME 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5
#define IAADDR(preferred, valid) 0, 5, 0, 24, HOME, PREFERRED_THEN_VALID(preferred, valid)
#define IAADDR_OCTETS 28
#define IA_OF(iaid, t1, t2, octets) 0, 3, 0, 12 + (octets), 0, 0, 0, iaid, 0, 0, 0, t1, 0, 0, 0, t2
#define IA(octets) IA_OF(9, 60, 90, octets)
#define STATUS(code) 0, 13, 0, 4, 0, code, 'n', 'o'

static const struct ipv6 home = { { HOME } };

static enum dhcp_parse_error parse(const void *octets, size_t length, struct dhcp6_message *message)
{
	struct dhcp6_message untouched;
	enum dhcp_parse_error error;

	memset(&untouched, 0xa5, sizeof(untouched));
	*message = untouched;
	error = dhcp6_message_read(at_the_edge(octets, length), length, message);
	if (error)
		assert_memory_equal(message, &untouched, sizeof(untouched));
	else
		assert_true(dhcp6_message_check(message));
	return error;
}

#define READ(message, ...) assert_int_equal(parse(OCTETS(__VA_ARGS__), message), 0)

TEST(a_renew_is_read)
{
	struct dhcp6_message message;

	READ(&message, HEAD(DHCP6_RENEW), CLIENT, SERVER, ELAPSED, ORO, IA(IAADDR_OCTETS),
	     IAADDR(0, 0), FQDN);
	assert_int_equal(message.type, DHCP6_RENEW);
	assert_int_equal(message.xid, 0x123456);
	assert_int_equal(message.elapsed, 0x102);
	assert_true(message.has_ia);
	assert_int_equal(message.iaid, 9);
	assert_int_equal(message.t1, 60);
	assert_int_equal(message.t2, 90);
	assert_int_equal(message.address_count, 1);
	assert_memory_equal(&message.addresses[0].address, &home, sizeof(home));
	assert_int_equal(message.identity.client.length, 10);
	assert_int_equal(message.identity.server.length, 4);
	assert_int_equal(message.identity.options_length, 8 + 9);
	assert_memory_equal(message.identity.options, ((uint8_t[]){ ORO, FQDN }), 8 + 9);
	assert_false(dhcp6_is_of_server(&message));
}

TEST(what_was_read_is_written_again)
{
	static const uint8_t octets[] = { HEAD(DHCP6_RENEW), CLIENT,      SERVER,
		                          ELAPSED,           ORO,         FQDN,
		                          IA(IAADDR_OCTETS), IAADDR(0, 0) };
	struct dhcp6_message message;
	uint8_t written[DHCP6_MESSAGE_MAX];

	assert_int_equal(parse(octets, sizeof(octets), &message), 0);
	assert_int_equal(dhcp6_message_write(&message, written), sizeof(octets));
	assert_memory_equal(written, octets, sizeof(octets));
	message.type = DHCP6_REPLY;
	assert_int_equal(dhcp6_message_write(&message, written), 0);
}

TEST(a_client_that_asks_for_no_options_asks_for_sol_max_rt)
{
	static const uint8_t expected[] = {
		HEAD(DHCP6_REBIND), CLIENT, ELAPSED, 0, 6, 0, 2, 0, 82
	};
	struct dhcp6_message message;
	uint8_t written[DHCP6_MESSAGE_MAX];

	READ(&message, HEAD(DHCP6_REBIND), CLIENT, ELAPSED);
	assert_int_equal(dhcp6_message_write(&message, written), sizeof(expected));
	assert_memory_equal(written, expected, sizeof(expected));
}

/* Of a Reply with one IA_NA. */
static const struct {
	const char *shows;
	uint8_t octets[80];
	size_t length;
	uint16_t status;
	uint8_t address_count;
	uint32_t preferred, valid;
} replies[] = {
#define REPLY(...) { HEAD(DHCP6_REPLY), __VA_ARGS__ }, sizeof((uint8_t[]){ HEAD(0), __VA_ARGS__ })
	{ "lifetimes", REPLY(IA(IAADDR_OCTETS), IAADDR(50, 100)), 0, 1, 50, 100 },
	{ "withdrawn", REPLY(IA(IAADDR_OCTETS), IAADDR(0, 0)), 0, 1, 0, 0 },
	{ "preferred for longer than valid", REPLY(IA(IAADDR_OCTETS), IAADDR(101, 100)), 0, 0, 0,
	  0 },
	{ "the IA's status", REPLY(IA(8), STATUS(DHCP6_NO_BINDING)), DHCP6_NO_BINDING, 0, 0, 0 },
	{ "the message's status", REPLY(STATUS(DHCP6_NOT_ON_LINK), IA(0)), DHCP6_NOT_ON_LINK, 0, 0,
	  0 },
	{ "success does not undo a failure", REPLY(STATUS(DHCP6_NO_BINDING), IA(8), STATUS(0)),
	  DHCP6_NO_BINDING, 0, 0, 0 },
	{ "an address's status",
	  REPLY(IA(IAADDR_OCTETS + 8), 0, 5, 0, 24 + 8, HOME, PREFERRED_THEN_VALID(50, 100),
	        STATUS(DHCP6_UNSPEC_FAIL)),
	  0, 1, 0, 0 },
	{ "of IA_NAs that with the lowest IAID",
	  REPLY(IA_OF(10, 0, 0, 8), STATUS(DHCP6_NO_BINDING), IA(IAADDR_OCTETS), IAADDR(50, 100)),
	  0, 1, 50, 100 },
	{ "in any order", REPLY(IA(IAADDR_OCTETS), IAADDR(50, 100), IA_OF(10, 0, 0, 8), STATUS(3)),
	  0, 1, 50, 100 },
	{ "but for one with T1 after T2",
	  REPLY(IA_OF(8, 91, 90, 8), STATUS(DHCP6_NO_BINDING), IA(IAADDR_OCTETS), IAADDR(50, 100)),
	  0, 1, 50, 100 },
	{ "IPv4 in IPv6 is no address of DHCPv6",
	  REPLY(IA(IAADDR_OCTETS), 0, 5, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2,
	        1, PREFERRED_THEN_VALID(1, 1)),
	  0, 0, 0, 0 },
	{ "nor is a link-local one",
	  REPLY(IA(IAADDR_OCTETS), 0, 5, 0, 24, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	        1, PREFERRED_THEN_VALID(1, 1)),
	  0, 0, 0, 0 },
};

TEST(what_a_reply_says)
{
	EACH_SHOWN(i, replies)
	{
		struct dhcp6_message message;

		assert_int_equal(parse(replies[i].octets, replies[i].length, &message), 0);
		assert_true(message.has_ia);
		assert_int_equal(message.iaid, 9);
		assert_int_equal(message.status, replies[i].status);
		assert_int_equal(message.address_count, replies[i].address_count);
		assert_int_equal(message.addresses[0].preferred, replies[i].preferred);
		assert_int_equal(message.addresses[0].valid, replies[i].valid);
	}
}

/* RFC 8415, 21.4: T1 and T2 count where both are said, and in what a server says. */
static const struct {
	const char *shows;
	enum dhcp6_type type;
	uint8_t t1, t2;
	bool has_ia;
} times[] = {
	{ "T1 after T2", DHCP6_REPLY, 91, 90, false },
	{ "T1 is T2", DHCP6_REPLY, 90, 90, true },
	{ "T2 is left to the client", DHCP6_REPLY, 91, 0, true },
	{ "of a client", DHCP6_RENEW, 91, 90, true },
};

TEST(a_servers_ia_whose_t1_is_after_t2_is_none)
{
	EACH_SHOWN(i, times)
	{
		struct dhcp6_message message;

		READ(&message, HEAD(times[i].type), CLIENT,
		     IA_OF(9, times[i].t1, times[i].t2, IAADDR_OCTETS), IAADDR(50, 100));
		assert_int_equal(message.has_ia, times[i].has_ia);
		assert_int_equal(message.address_count, times[i].has_ia);
		assert_int_equal(message.identity.client.length, 10);
	}
}

static const struct {
	const char *shows;
	uint8_t octets[40];
	size_t length;
	enum dhcp_parse_error error;
} refused[] = {
#define REFUSED(...) { __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })
	{ "shorter than its head", REFUSED(3, 0, 0), DHCP_PARSE_ERROR_SHORT },
	{ "type 0", REFUSED(HEAD(0)), DHCP_PARSE_ERROR_NO_TYPE },
	{ "of a relay", REFUSED(HEAD(12)), DHCP_PARSE_ERROR_NO_TYPE },
	{ "an option's head is cut", REFUSED(HEAD(3), 0, 1, 0), DHCP_PARSE_ERROR_BAD_OPTION },
	{ "an option is cut", REFUSED(HEAD(3), 0, 1, 0, 3, 0, 1), DHCP_PARSE_ERROR_BAD_OPTION },
	{ "an empty DUID", REFUSED(HEAD(3), 0, 1, 0, 0), DHCP_PARSE_ERROR_BAD_OPTION },
	{ "an IA without times", REFUSED(HEAD(3), 0, 3, 0, 4, 0, 0, 0, 1),
	  DHCP_PARSE_ERROR_BAD_OPTION },
	{ "an IA's option is cut", REFUSED(HEAD(3), IA(3), 0, 5, 0), DHCP_PARSE_ERROR_BAD_OPTION },
	{ "an address is cut", REFUSED(HEAD(3), IA(8), 0, 5, 0, 4, 1, 2, 3, 4),
	  DHCP_PARSE_ERROR_BAD_OPTION },
	{ "a status is cut", REFUSED(HEAD(7), 0, 13, 0, 1, 0), DHCP_PARSE_ERROR_BAD_OPTION },
	{ "an elapsed time of 4 octets", REFUSED(HEAD(3), 0, 8, 0, 4, 0, 0, 0, 0),
	  DHCP_PARSE_ERROR_BAD_OPTION },
};

TEST(what_is_no_message_is_refused)
{
	struct dhcp6_message message;

	EACH_SHOWN(i, refused)
	assert_int_equal(parse(refused[i].octets, refused[i].length, &message), refused[i].error);
}

TEST(five_addresses_are_four_and_options_without_room_are_left_out)
{
	struct octets octets = { .length = 0 };
	struct dhcp6_message message;

	ADD(&octets, HEAD(DHCP6_REQUEST), CLIENT, ORO, 0, 16, 1, 0);
	octets.length += 256;
	ADD(&octets, IA(5 * IAADDR_OCTETS));
	for (int i = 0; i < 5; i++)
		ADD(&octets, IAADDR(1, 2));
	assert_int_equal(parse(octets.at, octets.length, &message), 0);
	assert_int_equal(message.address_count, DHCP6_ADDRESSES);
	assert_int_equal(message.identity.options_length, 8);
}

TEST(a_message_of_another_process_is_checked)
{
	struct dhcp6_message right, wrong;

	READ(&right, HEAD(DHCP6_REPLY), CLIENT, IA(IAADDR_OCTETS), IAADDR(1, 2));
#define CHECK_WRONG(change) (wrong = right, wrong.change, assert_false(dhcp6_message_check(&wrong)))
	CHECK_WRONG(type = 12);
	CHECK_WRONG(address_count = DHCP6_ADDRESSES + 1);
	CHECK_WRONG(identity.client.length = DHCP6_DUID_MAX + 1);
	CHECK_WRONG(identity.server.length = DHCP6_DUID_MAX + 1);
	CHECK_WRONG(identity.options_length = DHCP6_OPTIONS_MAX + 1);
	CHECK_WRONG(addresses[0].address.octet[0] = 0xff);
	CHECK_WRONG(addresses[0].preferred = 3);
}

TEST(its_frame_goes_to_all_servers)
{
	static const uint8_t
		head
			[] = {
				0x33, 0x33, 0,    1,    0,    2,      2,    0,      0, 0,
				0,    1,    0x86, 0xdd,                         /* Ethernet */
				0x60, 0,    0,    0,    0,    8 + 30, 17,   64, /* IPv6 */
				0xfe, 0x80, 0,    0,    0,    0,      0,    0,      0, 0,
				0,    0,    0,    0,    0,    7,      0xff, 0x02,   0, 0,
				0,    0,    0,    0,    0,    0,      0,    0,      0, 1,
				0,    2,    0x02, 0x22, 0x02, 0x23,   0,    8 + 30, /* UDP */
			};
	const struct dhcp6_frame_ends ends = {
		.from = { { 2, 0, 0, 0, 0, 1 } },
		.source = { { 0xfe, 0x80, [15] = 7 } },
	};
	struct dhcp6_message message;
	struct packet packet;
	uint16_t sum;

	READ(&message, HEAD(DHCP6_REBIND), CLIENT, ELAPSED);
	dhcp6_frame_write(&packet, &ends, &message);
	assert_false(packet.overflow);
	assert_memory_equal(packet.octets, head, sizeof(head));
	assert_int_equal(packet.length, 14 + 40 + 8 + 30);
	/* RFC 8200, 8.1: addresses, length and protocol, then UDP with its checksum */
	sum = ones_sum(0, packet.octets + 14 + 8, 32);
	sum = ones_sum(sum, OCTETS(0, 8 + 30, 0, 17));
	assert_int_equal(ones_sum(sum, packet.octets + 14 + 40, 8 + 30), 0xffff);
	message.type = DHCP6_REPLY;
	dhcp6_frame_write(&packet, &ends, &message);
	assert_true(packet.overflow);
}
