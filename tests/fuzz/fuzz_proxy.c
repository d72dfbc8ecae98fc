// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A proxy (loader/proxy) that hears anything from anybody, in any order, some of it well-formed,
 * while time passes and hosts come and go. Whatever that is, each message comes to one end, what is
 * refused has changed nothing, and what is confirmed has been done.
 *
 * The octets are steps: the first octet of each chooses one of `steps`, which takes more as it
 * needs them. test_fuzz.py gives it a few seconds. For longer, with what it finds in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_proxy && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_proxy -max_len=2000 /tmp/found tests/fuzz/corpus/proxy
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "proxy_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static const uint8_t *next;
static size_t left;

static uint64_t heard;
static uint8_t last_octets[NPP_MESSAGE_MAX];

static uint8_t take_octet(void)
{
	if (!left)
		return 0;
	left--;
	return *next++;
}

static struct mac a_mac(void)
{
	return (struct mac){ { 0x52, 0x54, 0, 0, 0, take_octet() % 8 } };
}

static struct ipv4 an_address(void)
{
	const uint8_t last = take_octet();

	if (last == 255)
		return everybody;
	return (struct ipv4){ { 192, 0, 2, last % 24 } };
}

/* At an odd address, and gone when it was heard. */
static void hears(const uint8_t *octets, size_t length)
{
	uint8_t *odd = malloc(length + 2);

	memcpy(odd + 1, octets, length);
	hearing.octets = odd + 1;
	hearing.length = length;
	heard++;
	proxy_hear(proxy, &lan, &hearing);
	free(odd);
	memcpy(last_octets, octets, length);
}

/* Who says it, and to whom. */
static void choose_ends(void)
{
	hearing.from = a_mac();
	hearing.source = an_address();
	hearing.destination = take_octet() % 8 ? us : an_address();
	hearing.vlan = take_octet() % 2;
}

static void step_octets(void)
{
	uint8_t octets[NPP_MESSAGE_MAX] = { NPP_ICMP_TYPE };
	const size_t options = take_octet(), length = sizeof(struct npp_header) + options;

	choose_ends();
	octets[4] = take_octet() % 2;
	octets[6] = 1 + take_octet() % 7;
	octets[7] = (uint8_t)options;
	for (size_t i = sizeof(struct npp_header); i < length; i++)
		octets[i] = take_octet();
	npp_set_checksum(octets, length);
	if (take_octet() % 16 == 1)
		octets[take_octet() % length] ^= take_octet();
	hears(octets, length);
}

static void says(struct npp_message *message)
{
	const uint8_t sign = take_octet();
	uint8_t octets[NPP_MESSAGE_MAX];
	size_t length;

	message->transaction = take_octet() % 3;
	message->authenticated = sign % 4;
	message->authentication.key = 7;
	message->authentication.time = (uint64_t)clock_wall_ms() / 1000;
	message->authentication.nonce = take_octet();
	length = npp_write(message, NPP_ICMP_TYPE, octets);
	if (sign % 4 > 1)
		npp_sign(octets, length, message, &keys.key[0], hearing.source,
		         hearing.destination);
	if (length)
		hears(octets, length);
}

static void step_request(void)
{
	struct npp_message message = { .subtype = NPP_SLEEP_REQUEST };
	struct npp_request *request = &message.request;
	uint8_t flags;

	choose_ends();
	flags = take_octet();
	request->pair_count = flags & 3;
	for (size_t i = 0; i < request->pair_count; i++)
		request->pairs[i] = (struct npp_pair){ hearing.from, hearing.source };
	if (flags & 4 && request->pair_count)
		request->pairs[0].address = an_address();
	request->has_ports = flags & 8;
	request->port_count = flags & 8 ? take_octet() % 33 : 0;
	for (size_t i = 0; i < request->port_count; i++)
		request->ports[i] = (struct npp_port){ 6, take_octet() };
	request->has_lease = flags & 16;
	request->timer = flags & 32 ? take_octet() : 0;
	if (flags & 64)
		request->backup_of = an_address();
	if (flags & 128)
		strcpy(request->hostname, "nas");
	says(&message);
}

static void step_report(void)
{
	struct npp_message message = { .subtype = NPP_WAKEUP_REPORT };
	const struct session *session;

	choose_ends();
	session = proxy_find(proxy, &hearing.from);
	message.report.id = session ? session->client : 1;
	if (take_octet() % 8 == 1)
		message.report.id++;
	says(&message);
}

static void step_again(void)
{
	hears(last_octets, sizeof(struct npp_header) + last_octets[7]);
}

/* Nobody says that he has it. */
static void step_silence(void)
{
	struct pending *pending, *following;

	hearing.length = 0;
	trusted = true; /* it was checked when it came */
	HASH_ITER (hh, proxy->pending, pending, following)
		event_active(pending->timer, EV_TIMEOUT, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	trusted = false;
}

static void step_claim(void)
{
	const struct ipv4 address = an_address();
	const struct mac mac = a_mac();

	hearing.length = 0;
	proxy_claimed(proxy, address, &mac);
}

static void step_up(void)
{
	const struct mac mac = a_mac();

	proxy_host_is_up(proxy, &mac);
}

static void step_forget(void)
{
	const struct mac mac = a_mac();

	proxy_forget(proxy, &mac);
}

static void step_drop(void)
{
	const struct mac mac = a_mac();

	proxy_drop(proxy, &mac);
}

/* Its Sleep Timer, or its aftermath, is over. */
static void step_timer(void)
{
	const struct mac mac = a_mac();
	struct agreement *agreement = agreement_find(proxy, &mac);

	if (!agreement || !agreement->session.until)
		return;
	agreement->session.until = 1;
	proxy_resume(proxy);
	event_active(agreement->timer, EV_TIMEOUT, 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void step_failure(void)
{
	static const int errors[] = { 0, -EEXIST, -ENOSPC, -EADDRINUSE };

	take_error = errors[take_octet() % 4];
}

static void step_rest(void)
{
	memset(&proxy->rate, 0, sizeof(proxy->rate));
}

static void check_counts(void)
{
	const uint64_t *counts = proxy_counts(proxy);
	uint64_t ends = HASH_COUNT(proxy->pending);

	for (int i = 0; i < PROXY_COUNT_COUNT; i++)
		ends += counts[i];
	assert(ends == heard && !taken);
	assert(HASH_COUNT(proxy->pending) <= PENDING_MAX);
	assert(HASH_COUNT(proxy->agreements) <= GUESTS + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	static void (*const steps[])(void) = {
		step_octets, step_request, step_request, step_request, step_report,
		step_again,  step_silence, step_silence, step_claim,   step_up,
		step_forget, step_drop,    step_timer,   step_failure, step_rest,
	};

	log_init(LOG_EMERG);
	if (!base)
		base = event_base_new();
	next = octets;
	left = length;
	heard = 0;
	take_error = 0;
	memset(last_octets, 0, sizeof(last_octets));
	proxy = a_proxy(take_octet() % 2);
	choose_ends();
	while (left) {
		given_back = false;
		steps[take_octet() % (sizeof(steps) / sizeof(*steps))]();
		check_counts();
	}
	proxy_free(proxy);
	return 0;
}
