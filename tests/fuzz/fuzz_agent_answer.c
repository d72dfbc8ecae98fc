// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any frame, heard by a host that waits for an answer: nothing is read beyond its end, and what is
 * taken for an answer is one from the proxy, to the host, with its transaction, and signed where
 * that was asked for. The sums of what begins like a message are made right, so that more than
 * sums is tried.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_agent_answer && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_agent_answer -max_len=320 /tmp/found tests/fuzz/corpus/agent_answer
 */
#undef NDEBUG
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "agent/candidates.h"
#include "base/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

enum { IP_AT = 14, IP_LENGTH = 20, ICMP_AT = IP_AT + IP_LENGTH };
enum { TRANSACTION = 0x1234, KEY = 7 };

static const struct mac host = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac proxy = { { 2, 0, 0, 0, 0, 1 } };
static const struct ipv4 host_address = { { 192, 0, 2, 20 } }, proxy_address = { { 192, 0, 2, 1 } };

static void put16(uint8_t *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void make_sums_right(uint8_t *frame, size_t length)
{
	if (length < ICMP_AT + sizeof(struct npp_header) || frame[IP_AT] != 0x45)
		return;
	put16(frame + IP_AT + 2, htons((uint16_t)(length - IP_AT)));
	put16(frame + IP_AT + 10, 0);
	put16(frame + IP_AT + 10, internet_checksum(frame + IP_AT, IP_LENGTH));
	npp_set_checksum(frame + ICMP_AT, length - ICMP_AT);
}

static struct transaction a_transaction(enum npp_subtype subtype, const struct npp_keys *keys)
{
	return (struct transaction){
		.channel = { .icmp_type = NPP_ICMP_TYPE, .keys = keys, .key = KEY },
		.packet = { .from = host,
		            .to = proxy,
		            .source = host_address,
		            .destination = proxy_address },
		.answer_subtype = subtype,
		.id = TRANSACTION,
	};
}

static void check_answer(const struct npp_packet *received, enum npp_subtype subtype,
                         const struct npp_keys *keys)
{
	const struct transaction transaction = a_transaction(subtype, keys);
	struct npp_message message;

	if (answer_check(&transaction, received, &message) != ANSWER_MATCHES)
		return;
	assert(!keys); /* nobody here has the key */
	assert(message.subtype == subtype && message.transaction == TRANSACTION);
	assert(memcmp(&received->from, &proxy, sizeof(proxy)) == 0);
	assert(memcmp(&received->to, &host, sizeof(host)) == 0);
	assert(memcmp(&received->source, &proxy_address, sizeof(proxy_address)) == 0);
	assert(memcmp(&received->destination, &host_address, sizeof(host_address)) == 0);
	assert(answer_is_refusal(&message) || subtype == NPP_WAKEUP_CONFIRM || message.client.id);
}

static void check_candidate(const struct npp_packet *received)
{
	struct transaction transaction = a_transaction(NPP_PROXY_ADVERTISEMENT, NULL);
	static struct settings settings;
	struct candidates candidates = { .count = 0 };
	struct candidate candidate;

	if (answer_check(&transaction, received, &transaction.answer) != ANSWER_MATCHES ||
	    !candidate_read(&transaction, &candidate))
		return;
	assert(candidate.lifetime && candidate.service_count <= NPP_SERVICES);
	candidates_add(&candidates, &candidate, &settings);
	candidates_add(&candidates, &candidate, &settings);
	assert(candidates.count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	static const struct npp_keys keys = {
		.key = { { .id = KEY, .length = 16, .secret = { 1, 2, 3 } } },
		.count = 1,
	};
	uint8_t *odd = malloc(length + 1);
	struct npp_packet received;

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	make_sums_right(odd + 1, length);
	if (npp_packet_read(odd + 1, length, &received)) {
		check_answer(&received, NPP_SLEEP_CONFIRM, NULL);
		check_answer(&received, NPP_WAKEUP_CONFIRM, NULL);
		check_answer(&received, NPP_SLEEP_CONFIRM, &keys);
		check_candidate(&received);
	}
	free(odd);
	return 0;
}
