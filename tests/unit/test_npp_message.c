// SPDX-License-Identifier: GPL-2.0-or-later
/* Each message of the Network Proxy Protocol, octet by octet, as it is read and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "support_npp_message.h"

static const struct mac nas = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };
static const struct ipv4 home = { { 192, 0, 2, 20 } };
static const struct ipv4 router = { { 192, 0, 2, 1 } };

static void both_ways(const uint8_t *octets, size_t length, struct npp_message message)
{
	uint8_t written[NPP_MESSAGE_MAX];
	struct npp_message read;

	memset(written, 0xa5, sizeof(written));
	assert_int_equal(npp_write(&message, NPP_ICMP_TYPE, written), length);
	assert_memory_equal(written, octets, length);
	assert_int_equal(read_octets(octets, length, &read), NPP_PARSE_ERROR_none);
	assert_same(&read, &message);
}

static void proxy_solicitation(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0x42, 0xf2, 0x12, 0x34, 0x01, 0x06, /* type … subtype, length */
		0x01, 0x04, 0xab, 0xcd, 0x00, 0x01, /* identifier, sequence number */
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_PROXY_SOLICITATION);

	(void)state;
	message.solicitation = (struct npp_solicitation){ .identifier = 0xabcd, .sequence = 1 };
	both_ways(octets, sizeof(octets), message);
}

static void proxy_advertisement(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0x1b, 0x97, 0x12, 0x34, 0x02, 0x14,
		0x02, 0x0c, 0x01, 0x02, 0x07, 0x08, /* one entry of two words, lifetime */
		0xc0, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x01, /* address, preference */
		0x07, 0x04, 0x00, 0x01, 0x00, 0x02, /* ARP, DHCPv4 */
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_PROXY_ADVERTISEMENT);

	(void)state;
	message.advertisement = (struct npp_advertisement){
		.lifetime = 1800,
		.proxies = { { .address = router, .preference = 1 } },
		.proxy_count = 1,
	};
	message.services[0] = NPP_SERVICE_ARP;
	message.services[1] = NPP_SERVICE_DHCP4;
	message.service_count = 2;
	both_ways(octets, sizeof(octets), message);
}

static void proxies_of_any_preference(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0x66, 0x9a, 0x12, 0x34, 0x02, 0x16,
		0x02, 0x14, 0x02, 0x02, 0x00, 0x00,
		0xc0, 0x00, 0x02, 0x01, 0x7f, 0xff, 0xff, 0xff,
		0xc0, 0x00, 0x02, 0x02, 0x80, 0x00, 0x00, 0x00,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_PROXY_ADVERTISEMENT);

	(void)state;
	message.advertisement = (struct npp_advertisement){
		.proxies = { { { { 192, 0, 2, 1 } }, INT32_MAX },
		             { { { 192, 0, 2, 2 } }, INT32_MIN } },
		.proxy_count = 2,
	};
	both_ways(octets, sizeof(octets), message);
}

static void sleep_request_for_arp(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0x92, 0xcd, 0x12, 0x34, 0x03, 0x14,
		0x03, 0x12, 0x01, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, /* one pair */
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	(void)state;
	message.request.pairs[0] = (struct npp_pair){ nas, home };
	message.request.pair_count = 1;
	both_ways(octets, sizeof(octets), message);
}

static void sleep_request_for_dhcp(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0x11, 0x9b, 0x12, 0x34, 0x03, 0x0c,
		0x03, 0x0a, 0x02, 0x00, 0x0e, 0x10, 0x07, 0x08, 0xc0, 0x00, 0x02, 0x01,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	(void)state;
	message.request.has_lease = true;
	message.request.lease_total = 3600;
	message.request.lease_left = 1800;
	message.request.lease_server = router;
	both_ways(octets, sizeof(octets), message);
}

static void sleep_request_for_both(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0x6d, 0xb6, 0x12, 0x34, 0x03, 0x2a,
		0x03, 0x1c, 0x01, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02,
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14,
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x15,
		0x03, 0x0a, 0x02, 0x00, 0x0e, 0x10, 0x07, 0x08, 0xc0, 0x00, 0x02, 0x01,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	(void)state;
	message.request.pairs[0] = (struct npp_pair){ nas, home };
	message.request.pairs[1] = (struct npp_pair){ nas, { { 192, 0, 2, 21 } } };
	message.request.pair_count = 2;
	message.request.has_lease = true;
	message.request.lease_total = 3600;
	message.request.lease_left = 1800;
	message.request.lease_server = router;
	both_ways(octets, sizeof(octets), message);
}

/* What the draft does not know. */
static void sleep_request_of_our_own(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0xb9, 0x93, 0x12, 0x34, 0x03, 0x4c,
		0x03, 0x05, 0x80, 0x00, 0x01, 0x51, 0x80, /* wake me in a day */
		0x03, 0x09, 0x81, 0x06, 0x00, 0x00, 0x16, 0x11, 0x00, 0x00, 0x00, /* tcp/22, udp */
		0x03, 0x21, 0x82,
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20,
		0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x50, 0x54, 0x00, 0xff, 0xfe, 0x12, 0x34, 0x56,
		0x03, 0x08, 0x83, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
		0x03, 0x04, 0x84, 'n', 'a', 's',
		0x03, 0x05, 0x85, 192, 168, 1, 2,
	};
	static const struct npp_request request = {
		.timer = 86400,
		.ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
		.port_count = 2,
		.has_ports = true,
		.addresses6 = {
			{ { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x20 } },
			{ { 0xfe, 0x80, [8] = 0x50, 0x54, 0x00, 0xff, 0xfe, 0x12, 0x34, 0x56 } },
		},
		.address6_count = 2,
		.client_id = { 1, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 },
		.client_id_length = 7,
		.hostname = "nas",
		.backup_of = { { 192, 168, 1, 2 } },
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	(void)state;
	message.request = request;
	both_ways(octets, sizeof(octets), message);
}

static void sleep_confirm(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0xe7, 0xba, 0x12, 0x34, 0x04, 0x08,
		0x04, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, /* success, client identifier */
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_SLEEP_CONFIRM);

	(void)state;
	message.confirm = (struct npp_client){ .code = NPP_SUCCESS, .id = 0x0102 };
	both_ways(octets, sizeof(octets), message);
}

static void sleep_confirm_that_refuses(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x01, 0xe7, 0xbb, 0x12, 0x34, 0x04, 0x08,
		0x04, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_SLEEP_CONFIRM);

	(void)state;
	message.code = NPP_FAIL;
	message.confirm.code = NPP_FAIL;
	both_ways(octets, sizeof(octets), message);
}

static void wakeup_report(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0xe5, 0xba, 0x12, 0x34, 0x05, 0x08,
		0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_WAKEUP_REPORT);

	(void)state;
	message.report.id = 0x0102;
	both_ways(octets, sizeof(octets), message);
}

static void wakeup_confirm(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0xe3, 0xba, 0x12, 0x34, 0x06, 0x08,
		0x06, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_WAKEUP_CONFIRM);

	(void)state;
	message.wakeup_confirm.client.id = 0x0102;
	both_ways(octets, sizeof(octets), message);
}

static void wakeup_confirm_with_a_dhcp_notification(void **state)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0xfd, 0x00, 0xce, 0x8f, 0x12, 0x34, 0x06, 0x10,
		0x06, 0x0e, 0x00, 0x00, 0x01, 0x02, 0x00, 0x02, /* DHCPv4 */
		0x00, 0x01, 0x0e, 0x10, 0x07, 0x08, 0x00, 0x00, /* renewed, total, left */
	};
	/* clang-format on */
	struct npp_message message = a_message(NPP_WAKEUP_CONFIRM);

	(void)state;
	message.wakeup_confirm = (struct npp_wakeup_confirm){
		.client.id = 0x0102,
		.has_lease = true,
		.lease = NPP_LEASE_RENEWED,
		.lease_total = 3600,
		.lease_left = 1800,
	};
	both_ways(octets, sizeof(octets), message);
}

/* clang-format off */
static const uint8_t authenticated[] = {
	0xfd, 0x00, 0x25, 0x61, 0x12, 0x34, 0x05, 0x3b,
	0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
	0x80, 0x31, 0x07, /* key */
	0x00, 0x00, 0x00, 0x00, 0x65, 0x92, 0x00, 0x80, /* 2024-01-01T00:00:00Z */
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, /* nonce */
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};
/* clang-format on */

static struct npp_message an_authenticated_message(void)
{
	struct npp_message message = a_message(NPP_WAKEUP_REPORT);

	message.report.id = 0x0102;
	message.authenticated = true;
	message.authentication = (struct npp_authentication){
		.key = 7,
		.time = 1704067200,
		.nonce = 0x0123456789abcdef,
	};
	for (uint8_t i = 0; i < NPP_MAC; i++)
		message.authentication.mac[i] = i;
	return message;
}

static void authentication(void **state)
{
	struct npp_message message;

	(void)state;
	both_ways(authenticated, sizeof(authenticated), an_authenticated_message());
	assert_int_equal(read_octets(authenticated, sizeof(authenticated), &message),
	                 NPP_PARSE_ERROR_none);
	assert_int_equal(message.authentication_at, sizeof(authenticated) - NPP_MAC);
}

/* As its owner does it: written with zeros, then filled in where it stands. */
static void an_authentication_code_that_is_filled_in(void **state)
{
	struct npp_message message = an_authenticated_message();
	uint8_t octets[NPP_MESSAGE_MAX], code[NPP_MAC];

	(void)state;
	memcpy(code, message.authentication.mac, sizeof(code));
	memset(message.authentication.mac, 0, sizeof(code));
	assert_int_equal(npp_write(&message, NPP_ICMP_TYPE, octets), sizeof(authenticated));
	memcpy(octets + message.authentication_at, code, sizeof(code));
	npp_set_checksum(octets, sizeof(authenticated));
	assert_memory_equal(octets, authenticated, sizeof(authenticated));
}

static void without_authentication_it_stands_nowhere(void **state)
{
	struct npp_message message = an_authenticated_message();
	uint8_t octets[NPP_MESSAGE_MAX];

	(void)state;
	message.authenticated = false;
	message.authentication_at = 99;
	assert_int_equal(npp_write(&message, NPP_ICMP_TYPE, octets), HEADER + 8);
	assert_int_equal(message.authentication_at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proxy_solicitation),
		cmocka_unit_test(proxy_advertisement),
		cmocka_unit_test(proxies_of_any_preference),
		cmocka_unit_test(sleep_request_for_arp),
		cmocka_unit_test(sleep_request_for_dhcp),
		cmocka_unit_test(sleep_request_for_both),
		cmocka_unit_test(sleep_request_of_our_own),
		cmocka_unit_test(sleep_confirm),
		cmocka_unit_test(sleep_confirm_that_refuses),
		cmocka_unit_test(wakeup_report),
		cmocka_unit_test(wakeup_confirm),
		cmocka_unit_test(wakeup_confirm_with_a_dhcp_notification),
		cmocka_unit_test(authentication),
		cmocka_unit_test(an_authentication_code_that_is_filled_in),
		cmocka_unit_test(without_authentication_it_stands_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
