// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as a frame that carries a message of the Network Proxy Protocol: nothing is read
 * beyond their end, an invalid frame leaves the packet unchanged, and a valid one has its message
 * where the IPv4 header says, and can be written and read again.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_npp_packet && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_npp_packet -max_len=1600 /tmp/found tests/fuzz/corpus/npp_packet
 *
 * It starts from corpus/npp_packet, made by hand.
 */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/packet.h"
#include "npp/npp_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

enum { ETHER = 14, IP = 20, SUM_AT = 10 };

static size_t header_of(const uint8_t *ip)
{
	return (ip[0] & 0xf) * 4u;
}

static size_t total_of(const uint8_t *ip)
{
	return ip[2] * 256u + ip[3];
}

static bool is_valid(const uint8_t *frame, size_t length)
{
	const uint8_t *ip = frame + ETHER;

	return length >= ETHER + IP && frame[12] == 8 && frame[13] == 0 && ip[0] >> 4 == 4 &&
	       header_of(ip) >= IP && header_of(ip) <= total_of(ip) &&
	       total_of(ip) <= length - ETHER && !(ip[6] & 0x3f) && !ip[7] && ip[9] == 1 &&
	       internet_checksum(ip, header_of(ip)) == 0;
}

static void assert_same(const struct npp_packet *a, const struct npp_packet *b)
{
	assert(memcmp(&a->from, &b->from, sizeof(a->from)) == 0);
	assert(memcmp(&a->to, &b->to, sizeof(a->to)) == 0);
	assert(a->vlan == b->vlan);
	assert(memcmp(&a->source, &b->source, sizeof(a->source)) == 0);
	assert(memcmp(&a->destination, &b->destination, sizeof(a->destination)) == 0);
	assert(a->length == b->length);
	assert(memcmp(a->octets, b->octets, a->length) == 0);
}

static void write_and_read(const struct npp_packet *packet)
{
	struct npp_packet again;
	struct packet written;

	npp_packet_write(packet, &written);
	assert(written.overflow == (ETHER + IP + packet->length > PACKET_MAX));
	if (written.overflow)
		return;
	assert(written.length == ETHER + IP + packet->length);
	assert(npp_packet_read(written.octets, written.length, &again));
	assert_same(packet, &again);
}

static void check_packet(const struct npp_packet *packet, const uint8_t *frame)
{
	const uint8_t *ip = frame + ETHER;

	assert(packet->octets == ip + header_of(ip));
	assert(packet->length == total_of(ip) - header_of(ip));
	assert(memcmp(&packet->to, frame, 6) == 0 && memcmp(&packet->from, frame + 6, 6) == 0);
	assert(memcmp(&packet->source, ip + 12, 4) == 0);
	assert(memcmp(&packet->destination, ip + 16, 4) == 0);
	assert(packet->vlan == 0);
	write_and_read(packet);
}

static void check(const uint8_t *frame, size_t length)
{
	struct npp_packet packet, unchanged;
	const bool valid = is_valid(frame, length);

	memset(&unchanged, 0xa5, sizeof(unchanged));
	memcpy(&packet, &unchanged, sizeof(packet));
	assert(npp_packet_read(frame, length, &packet) == valid);
	if (valid)
		check_packet(&packet, frame);
	else
		assert(memcmp(&packet, &unchanged, sizeof(packet)) == 0);
}

static void sum_up(uint8_t *ip, size_t length)
{
	uint16_t sum;

	if (header_of(ip) > length)
		return;
	memset(ip + SUM_AT, 0, sizeof(sum));
	sum = internet_checksum(ip, header_of(ip));
	memcpy(ip + SUM_AT, &sum, sizeof(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, up to the end of the allocation */
	uint8_t *odd = malloc(length + 1), *frame = odd + 1;

	assert(odd);
	if (length)
		memcpy(frame, octets, length);
	check(frame, length);
	/* a right checksum leads further */
	if (length >= ETHER + IP) {
		sum_up(frame + ETHER, length - ETHER);
		check(frame, length);
	}
	free(odd);
	return 0;
}
