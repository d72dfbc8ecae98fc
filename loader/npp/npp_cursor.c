// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_cursor.h"

#include <string.h>

void npp_cursor_require(struct npp_cursor *cursor, bool right)
{
	cursor->failed |= !right;
}

/* Whether so many octets are left; they then lie behind the cursor. */
static bool advance(struct npp_cursor *cursor, size_t length)
{
	npp_cursor_require(cursor, length <= cursor->end - cursor->at);
	if (cursor->failed)
		return false;
	cursor->at += length;
	return true;
}

void npp_cursor_octets(struct npp_cursor *cursor, void *octets, size_t length)
{
	if (!length || !advance(cursor, length))
		return;
	if (cursor->to)
		memcpy(cursor->to + cursor->at - length, octets, length);
	else
		memcpy(octets, cursor->from + cursor->at - length, length);
}

static uint64_t number(struct npp_cursor *cursor, uint64_t value, size_t size)
{
	uint8_t octets[sizeof(value)];

	for (size_t i = 0; i < size; i++)
		octets[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	npp_cursor_octets(cursor, octets, size);
	value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | octets[i];
	return value;
}

void npp_cursor_u8(struct npp_cursor *cursor, uint8_t *value)
{
	*value = (uint8_t)number(cursor, *value, sizeof(*value));
}

void npp_cursor_u16(struct npp_cursor *cursor, uint16_t *value)
{
	*value = (uint16_t)number(cursor, *value, sizeof(*value));
}

void npp_cursor_u32(struct npp_cursor *cursor, uint32_t *value)
{
	*value = (uint32_t)number(cursor, *value, sizeof(*value));
}

void npp_cursor_u64(struct npp_cursor *cursor, uint64_t *value)
{
	*value = number(cursor, *value, sizeof(*value));
}

void npp_cursor_fixed8(struct npp_cursor *cursor, uint8_t value)
{
	npp_cursor_require(cursor, number(cursor, value, sizeof(value)) == value);
}

void npp_cursor_fixed16(struct npp_cursor *cursor, uint16_t value)
{
	npp_cursor_require(cursor, number(cursor, value, sizeof(value)) == value);
}

void npp_cursor_skip(struct npp_cursor *cursor, size_t length)
{
	if (advance(cursor, length) && cursor->to)
		memset(cursor->to + cursor->at - length, 0, length);
}

size_t npp_cursor_count(struct npp_cursor *cursor, size_t count, size_t max)
{
	npp_cursor_require(cursor, count <= max);
	return cursor->failed ? 0 : count;
}

size_t npp_cursor_entries(struct npp_cursor *cursor, size_t count, size_t size, size_t max)
{
	if (cursor->from)
		count = (cursor->end - cursor->at) / size;
	return npp_cursor_count(cursor, count, max);
}
