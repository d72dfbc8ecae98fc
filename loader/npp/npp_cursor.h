/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message's octets from front to end. The same calls read fields and write them, so that an
 * option is described once, and what is written is what can be read. The first thing that is wrong
 * makes the cursor fail; from then on it leaves fields and octets as they are.
 */
#ifndef SLEEPPROXY_NPP_CURSOR_H
#define SLEEPPROXY_NPP_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct npp_cursor {
	const uint8_t *from; /* where it reads, or NULL */
	uint8_t *to;         /* where it writes, or NULL */
	size_t at, end;
	bool failed;
};

void npp_cursor_octets(struct npp_cursor *cursor, void *octets, size_t length);

/* Fields in host byte order, big-endian on the wire. */
void npp_cursor_u8(struct npp_cursor *cursor, uint8_t *value);
void npp_cursor_u16(struct npp_cursor *cursor, uint16_t *value);
void npp_cursor_u32(struct npp_cursor *cursor, uint32_t *value);
void npp_cursor_u64(struct npp_cursor *cursor, uint64_t *value);

/* Fields of which one value alone is right. */
void npp_cursor_fixed8(struct npp_cursor *cursor, uint8_t value);
void npp_cursor_fixed16(struct npp_cursor *cursor, uint16_t value);

/* What later drafts may fill in: passed over, written as zeros. */
void npp_cursor_skip(struct npp_cursor *cursor, size_t length);

void npp_cursor_require(struct npp_cursor *cursor, bool right);

/* `count`, which may be `max` at most; 0 where the cursor has failed. */
size_t npp_cursor_count(struct npp_cursor *cursor, size_t count, size_t max);

/* How many entries of `size` octets the rest that is read holds; `count` where it writes. */
size_t npp_cursor_entries(struct npp_cursor *cursor, size_t count, size_t size, size_t max);

#endif
