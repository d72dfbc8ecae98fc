// SPDX-License-Identifier: GPL-2.0-or-later
/* Magic Packets, octet by octet. */
#include "test.h"

#include <string.h>

#include "net/magic.h"

#define TO_ALL 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
#define TO_NAS 0x52, 0x54, 0x00, 0x12, 0x34, 0x56
#define FROM_US 0x02, 0x00, 0x00, 0x00, 0x00, 0x02

static const struct {
	const char *shows;
	enum magic_form form;
	uint16_t vlan;
	size_t secureon_length, head_length;
	uint8_t head[46]; /* before the payload */
} cases[] = {
	/* clang-format off */
	{ "by UDP from port 40000 to port 9", MAGIC_UDP, 0, 0, 42,
	  { TO_ALL, FROM_US, 0x08, 0x00,
	    0x45, 0x00, 0x00, 0x82, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, /* TTL 64, UDP */
	    0x78, 0x69, /* RFC 1071 */
	    0xc0, 0x00, 0x02, 0x02, 0xff, 0xff, 0xff, 0xff,
	    0x9c, 0x40, 0x00, 0x09, 0x00, 0x6e, 0x34, 0xfe } },
	{ "by UDP with a password: the lengths and sums include it", MAGIC_UDP, 0, 4, 42,
	  { TO_ALL, FROM_US, 0x08, 0x00,
	    0x45, 0x00, 0x00, 0x86, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
	    0x78, 0x65,
	    0xc0, 0x00, 0x02, 0x02, 0xff, 0xff, 0xff, 0xff,
	    0x9c, 0x40, 0x00, 0x09, 0x00, 0x72, 0x30, 0xf0 } },
	{ "to everybody", MAGIC_TO_ALL, 0, 0, 14, { TO_ALL, FROM_US, 0x08, 0x42 } },
	{ "to the host", MAGIC_TO_HOST, 0, 0, 14, { TO_NAS, FROM_US, 0x08, 0x42 } },
	{ "with a password of 6 octets", MAGIC_TO_ALL, 0, 6, 14, { TO_ALL, FROM_US, 0x08, 0x42 } },
	{ "in a VLAN", MAGIC_TO_ALL, 10, 0, 18,
	  { TO_ALL, FROM_US, 0x81, 0x00, 0x00, 0x0a, 0x08, 0x42 } },
	/* clang-format on */
};

TEST(each_form)
{
	const struct mac proxy = { { FROM_US } };
	const struct ipv4 ours = { { 192, 0, 2, 2 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct magic_target nas = { .mac = { { TO_NAS } },
			                          .vlan = cases[i].vlan,
			                          .secureon = { 1, 2, 3, 4, 5, 6 },
			                          .secureon_length = cases[i].secureon_length };
		uint8_t payload[6 + 16 * 6 + 6] = { TO_ALL };
		const size_t length = sizeof(payload) - 6 + nas.secureon_length;
		struct packet packet;

		for (size_t repeat = 1; repeat <= 16; repeat++)
			memcpy(payload + 6 * repeat, &nas.mac, 6);
		memcpy(payload + 6 + 16 * 6, nas.secureon, 6);
		magic_write(&packet, cases[i].form, &nas, &proxy, ours);
		if (packet.length != cases[i].head_length + length ||
		    memcmp(packet.octets, cases[i].head, cases[i].head_length) ||
		    memcmp(packet.octets + cases[i].head_length, payload, length))
			fail_msg("other octets: %s", cases[i].shows);
	}
}
