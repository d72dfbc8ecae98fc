/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages put together octet by octet. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_OCTETS_H
#define SLEEPPROXY_TESTS_OCTETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct octets {
	uint8_t at[2048];
	size_t length;
};

static inline void add(struct octets *octets, const void *data, size_t length)
{
	memcpy(octets->at + octets->length, data, length);
	octets->length += length;
}

#define OCTETS(...) ((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })
#define ADD(octets, ...) add(octets, OCTETS(__VA_ARGS__))
#define PUT(octets, offset, ...) memcpy((octets)->at + (offset), OCTETS(__VA_ARGS__))

/* RFC 1071 computed differently: octet by octet, each with its carry. */
static inline uint16_t ones_sum(uint16_t so_far, const uint8_t *octets, size_t length)
{
	uint32_t sum = so_far;

	for (size_t i = 0; i < length; i++) {
		sum += i % 2 ? octets[i] : octets[i] * 256;
		sum = sum % 65536 + sum / 65536;
	}
	return (uint16_t)sum;
}

/* A copy up to the very end of what may be read, thus at any alignment. */
static inline const uint8_t *at_the_edge(const void *octets, size_t length)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	static uint8_t *edge;

	if (!edge) {
		edge = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		            0);
		assert_true(edge != MAP_FAILED);
		edge += page;
		assert_int_equal(mprotect(edge, page, PROT_NONE), 0);
	}
	return memcpy(edge - length, octets, length);
}

#endif
