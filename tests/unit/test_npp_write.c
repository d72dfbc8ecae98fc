// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages that are not written: what does not fit, does not belong, or could not be read. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>

#include "support_npp.h"

/* The length; nothing is written beyond the array, and after a refusal a message is unchanged. */
static size_t write_message(const struct npp_message *message)
{
	struct npp_message copy;
	struct {
		uint8_t octets[NPP_MESSAGE_MAX], after;
	} room = { .after = 0xa5 };
	size_t length;

	memcpy(&copy, message, sizeof(copy));
	length = npp_message_write(&copy, NPP_ICMP_TYPE, room.octets);
	assert_int_equal(room.after, 0xa5);
	if (!length)
		assert_memory_equal(&copy, message, sizeof(copy));
	return length;
}

#define SOLICITATION .subtype = NPP_PROXY_SOLICITATION
#define ADVERTISEMENT .subtype = NPP_PROXY_ADVERTISEMENT
#define REQUEST .subtype = NPP_SLEEP_REQUEST, .request
#define CONFIRM .subtype = NPP_SLEEP_CONFIRM
#define REPORT .subtype = NPP_WAKEUP_REPORT
#define WAKEUP_CONFIRM .subtype = NPP_WAKEUP_CONFIRM, .client

/* `length` of the options; 0: refused */
static const struct {
	const char *shows;
	struct npp_message message;
	size_t length;
} cases[] = {
	/* clang-format off */
	{ "a Solicitation", { SOLICITATION }, 6 },
	{ "a Solicitation that fails", { SOLICITATION, .code = NPP_FAIL }, 6 },
	{ "an unknown code", { SOLICITATION, .code = 2 }, 0 },
	{ "a code that is 0 in an octet", { SOLICITATION, .code = 256 }, 0 },
	{ "subtype 0", { .subtype = 0 }, 0 },
	{ "an unknown subtype", { .subtype = 7 }, 0 },
	{ "a subtype that is 1 in an octet", { .subtype = 257 }, 0 },
	{ "a signed Solicitation", { SOLICITATION, .authenticated = true }, 6 + 51 },

	/* the option of the subtype is missing */
	{ "an Advertisement of no proxy", { ADVERTISEMENT }, 0 },
	{ "an Advertisement of services alone", { ADVERTISEMENT, .service_count = 1 }, 0 },
	{ "an empty Sleep Request", { REQUEST.timer = 0 }, 0 },
	{ "a Sleep Request with a signature alone", { REQUEST.timer = 0, .authenticated = true }, 0 },

	/* options of another subtype */
	{ "a Solicitation with services", { SOLICITATION, .service_count = 1 }, 0 },
	{ "a Sleep Request with services", { REQUEST = { .timer = 1 }, .service_count = 1 }, 0 },
	{ "a Sleep Confirm with a proxy", { CONFIRM, .advertisement.proxy_count = 1 }, 0 },
	{ "an Advertisement with a timer",
	  { ADVERTISEMENT, .advertisement.proxy_count = 1, .request.timer = 1 }, 0 },
	{ "a Wakeup Report with a hostname", { REPORT, .request.hostname = "n" }, 0 },
	{ "a Wakeup Confirm with wake ports",
	  { WAKEUP_CONFIRM = { 0 }, .request.has_ports = true }, 0 },

	/* values that npp_message_read refuses */
	{ "a pair", { REQUEST = { .pairs = { { { { 2 } }, { { 1 } } } }, .pair_count = 1 } }, 20 },
	{ "a multicast MAC",
	  { REQUEST = { .pairs = { { { { 3 } }, { { 1 } } } }, .pair_count = 1 } }, 0 },
	{ "no MAC", { REQUEST = { .pairs = { { { { 0 } }, { { 1 } } } }, .pair_count = 1 } }, 0 },
	{ "no address", { REQUEST = { .pairs = { { { { 2 } }, { { 0 } } } }, .pair_count = 1 } }, 0 },
	{ "two pairs, one without MAC",
	  { REQUEST = { .pairs = { { { { 2 } }, { { 1 } } } }, .pair_count = 2 } }, 0 },
	{ "a lease", { REQUEST = { .has_lease = true } }, 12 },
	{ "more time left than there was", { REQUEST = { .has_lease = true, .lease_left = 1 } }, 0 },
	{ "any port", { REQUEST = { .has_ports = true } }, 3 },
	{ "every UDP port",
	  { REQUEST = { .has_ports = true, .ports = { { IPPROTO_UDP, 0 } }, .port_count = 1 } }, 7 },
	{ "a port of SCTP",
	  { REQUEST = { .has_ports = true, .ports = { { IPPROTO_SCTP, 1 } }, .port_count = 1 } }, 0 },
	{ "an IPv6 address",
	  { REQUEST = { .addresses6 = { { { 0xfe } } }, .address6_count = 1 } }, 19 },
	{ "IPv6 multicast", { REQUEST = { .addresses6 = { { { 0xff } } }, .address6_count = 1 } }, 0 },
	{ "no IPv6 address", { REQUEST = { .address6_count = 1 } }, 0 },
	{ "a hostname", { REQUEST = { .hostname = "nas" } }, 6 },
	{ "a space in a hostname", { REQUEST = { .hostname = "n s" } }, 0 },
	{ "the longest hostname",
	  { REQUEST = { .hostname = { [0 ... NPP_HOSTNAME - 2] = 'n' } } }, 3 + 63 },
	{ "a hostname without end",
	  { REQUEST = { .hostname = { [0 ... NPP_HOSTNAME - 1] = 'n' } } }, 0 },
	{ "a Sleep Confirm that fails", { CONFIRM, .client.code = NPP_FAIL }, 8 },
	{ "an unknown client code", { CONFIRM, .client.code = 2 }, 0 },
	{ "an unknown code in a report", { REPORT, .client.code = 2 }, 0 },
	{ "an unknown code in a confirmation", { WAKEUP_CONFIRM = { 2, 1 } }, 0 },
	{ "times, but no lease", { WAKEUP_CONFIRM = { .lease_left = 1 } }, 8 },
	{ "a lost lease", { WAKEUP_CONFIRM = { .has_lease = true, .lease = NPP_LEASE_FAILED } }, 16 },
	{ "no state of a lease",
	  { WAKEUP_CONFIRM = { .has_lease = true, .lease = NPP_LEASE_NONE } }, 0 },
	{ "an unknown state of a lease", { WAKEUP_CONFIRM = { .has_lease = true, .lease = 3 } }, 0 },
	{ "more time left than in all",
	  { WAKEUP_CONFIRM = { 0, 0, true, NPP_LEASE_RENEWED, 1, 2 } }, 0 },
	/* clang-format on */
};

TEST(cases)
{
	EACH_SHOWN(i, cases)
	assert_int_equal(write_message(&cases[i].message),
	                 cases[i].length ? HEADER + cases[i].length : 0);
}

static struct npp_message with_pairs(size_t count)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request.pair_count = count;
	for (size_t i = 0; i < NPP_PAIRS; i++)
		message.request.pairs[i] = (struct npp_pair){ { { 2 } }, { { 192 } } };
	return message;
}

/* After 250 octets, no other option fits except a very short one. */
TEST(options_that_do_not_fit)
{
	struct npp_message messages[7];

	EACH(i, messages)
	messages[i] = with_pairs(NPP_PAIRS);
	assert_int_equal(write_message(&messages[0]), HEADER + 250);
	strcpy(messages[0].request.hostname, "na");
	assert_int_equal(write_message(&messages[0]), NPP_MESSAGE_MAX);
	strcpy(messages[0].request.hostname, "nas");
	messages[1].request.has_lease = true;
	messages[2].request.timer = 1;
	messages[3].request.addresses6[0].octet[0] = 0xfe;
	messages[3].request.address6_count = 1;
	messages[4].authenticated = true;
	messages[5].request.backup_of.octet[0] = 1;
	messages[6].request.has_ports = true;
	messages[6].request.ports[0].protocol = IPPROTO_UDP;
	messages[6].request.port_count = 1;
	EACH(i, messages)
	assert_int_equal(write_message(&messages[i]), 0);
}

/* As many as the array holds, and no more, even if the octets would suffice. */
TEST(counts_beyond_the_arrays)
{
	static const struct {
		enum npp_subtype subtype;
		size_t field, max;
	} counts[] = {
		/* clang-format off */
		{ NPP_PROXY_ADVERTISEMENT, offsetof(struct npp_message, advertisement.proxy_count), NPP_PROXIES },
		{ NPP_PROXY_ADVERTISEMENT, offsetof(struct npp_message, service_count), NPP_SERVICES },
		{ NPP_SLEEP_REQUEST, offsetof(struct npp_message, request.pair_count), NPP_PAIRS },
		{ NPP_SLEEP_REQUEST, offsetof(struct npp_message, request.port_count), NPP_PORTS },
		{ NPP_SLEEP_REQUEST, offsetof(struct npp_message, request.address6_count), NPP_ADDRESSES6 },
		{ NPP_SLEEP_REQUEST, offsetof(struct npp_message, request.client_id_length), NPP_CLIENT_ID },
		/* clang-format on */
	};

	EACH(i, counts)
	{
		const size_t max = counts[i].max;
		const size_t tried[] = { max, max + 1, 256, 257, 65536, 65537, SIZE_MAX };

		EACH(j, tried)
		{
			struct npp_message message = with_pairs(0);

			message.subtype = counts[i].subtype;
			message.advertisement.proxy_count =
				message.subtype == NPP_PROXY_ADVERTISEMENT;
			message.request.has_ports = message.subtype == NPP_SLEEP_REQUEST;
			for (size_t k = 0; k < NPP_PORTS; k++)
				message.request.ports[k].protocol = IPPROTO_TCP;
			for (size_t k = 0; k < NPP_ADDRESSES6; k++)
				message.request.addresses6[k].octet[0] = 0xfe;
			memcpy((uint8_t *)&message + counts[i].field, &tried[j], sizeof(tried[j]));
			assert_int_equal(write_message(&message) > 0, j == 0);
		}
	}
}
